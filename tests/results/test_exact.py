"""The score is exact: beside a plain reading of the rule, at its edges, and in the order that settles a tie."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import subprocess
import uuid
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from events.results.exact import Parts, Score, Weights, chosen, score_of
from tests.services import leave_out

RULES = Weights(panel=50, opinion=30, ballot=20, opinion_least=5)


def parts(
    ballots: int = 0,
    electorate: int = 1000,
    steps: tuple[int, ...] = (),
    marks: tuple[int, ...] = (80, 80, 80, 80, 80),
) -> Parts:
    return Parts(ballots, electorate, len(steps), sum(steps), marks)


def half_up(points: Fraction) -> int:
    return math.floor(points * 10_000 + Fraction(1, 2))


@st.composite
def some_weights(draw: st.DrawFn) -> Weights:
    panel = draw(st.integers(0, 100))
    opinion = draw(st.integers(0, 100 - panel))
    return Weights(panel, opinion, 100 - panel - opinion, draw(st.integers(1, 8)))


some_steps = st.lists(st.integers(1, 5), max_size=12).map(tuple)
some_parts = st.builds(
    parts,
    st.integers(0, 60_000),
    st.integers(0, 50_000),
    some_steps,
    st.lists(st.integers(0, 100), max_size=11).map(tuple),
)


@tries(max_examples=300, deadline=None)
@given(some_parts, some_steps, some_weights())
def test_it_is_what_a_plain_reading_of_the_rule_gives(one: Parts, said: tuple[int, ...], weights: Weights) -> None:
    one = replace(one, answers=len(said), steps=sum(said))
    ballot = Fraction(0)
    if one.electorate:
        ballot = min(Fraction(one.ballots, one.electorate) * 100, Fraction(100))
    marks = list(one.marks)
    if marks:
        marks.remove(max(marks))
    if marks:
        marks.remove(min(marks))
    panel = Fraction(sum(marks), len(marks)) if marks else Fraction(0)
    if len(said) >= weights.opinion_least:
        opinion = Fraction(sum((step - 1) * 25 for step in said), len(said))
        total = (panel * weights.panel + opinion * weights.opinion + ballot * weights.ballot) / 100
    else:
        opinion = None
        rest = weights.panel + weights.ballot
        total = (panel * weights.panel + ballot * weights.ballot) / rest if rest else Fraction(0)
    assert score_of(one, weights) == Score(
        half_up(ballot), None if opinion is None else half_up(opinion), half_up(panel), half_up(total), len(marks)
    )


@tries(max_examples=100, deadline=None)
@given(some_parts, some_weights())
def test_no_part_leaves_its_hundred_points(one: Parts, weights: Weights) -> None:
    score = score_of(one, weights)
    assert all(0 <= number <= 1_000_000 for number in (score.ballot, score.opinion or 0, score.panel, score.total))


def test_one_highest_and_one_lowest_mark_are_dropped_and_no_more() -> None:
    assert score_of(parts(marks=(0, 70, 80, 90, 100)), RULES).panel == 800_000
    assert score_of(parts(marks=(0, 0, 90, 100, 100)), RULES).panel == half_up(Fraction(190, 3))
    assert score_of(parts(marks=(60, 70, 90)), RULES).panel == 700_000


def test_fewer_than_three_marks_leave_nothing_to_take_a_mean_of() -> None:
    assert score_of(parts(marks=(60, 90)), RULES).panel == 0
    assert score_of(parts(marks=()), RULES).marks_counted == 0


def test_four_answers_do_not_count_and_five_do() -> None:
    four = score_of(parts(steps=(5, 5, 5, 5), ballots=100), RULES)
    assert four.opinion is None
    assert four.total == half_up(Fraction(50 * 80 + 20 * 10, 70))
    five = score_of(parts(steps=(5, 5, 5, 5, 5), ballots=100), RULES)
    assert five.opinion == 1_000_000
    assert five.total == (50 * 80 + 30 * 100 + 20 * 10) * 100


def test_the_total_is_rounded_once_and_not_from_rounded_parts() -> None:
    # Every part lies a third above a whole step; rounded one by one they would lose it.
    one = parts(ballots=1, electorate=3, steps=(2, 3, 5), marks=(0, 33, 33, 34, 100))
    score = score_of(one, Weights(panel=34, opinion=33, ballot=33, opinion_least=1))
    exact = (34 * Fraction(100, 3) + 33 * Fraction(125 + 50, 3) + 33 * Fraction(100, 3)) / 100
    assert score.total == half_up(exact)


def test_more_ballots_than_voters_are_a_hundred_and_an_empty_roll_is_nothing() -> None:
    assert score_of(parts(ballots=1200), RULES).ballot == 1_000_000
    assert score_of(parts(ballots=12, electorate=0), RULES).ballot == 0


def score(total: int = 0, panel: int = 0, opinion: int | None = 0, ballot: int = 0) -> Score:
    return Score(ballot, opinion, panel, total, 5)


A, B, C = (uuid.UUID(int=number) for number in (1, 2, 3))
ROOT = "ab" * 32


def first_of(rows: list[tuple[uuid.UUID, Score]], places: int, root: str) -> set[uuid.UUID]:
    """With numbers on the ballot: 1, 2, 3."""
    return chosen([(one, one.int, given) for one, given in rows], places, root)


def test_the_highest_totals_fill_the_places() -> None:
    rows = [(A, score(10)), (B, score(30)), (C, score(20))]
    assert first_of(rows, 2, ROOT) == {B, C}


def test_a_tie_is_settled_by_panel_then_opinion_then_ballot() -> None:
    assert first_of([(A, score(9, panel=1)), (B, score(9, panel=2))], 1, ROOT) == {B}
    assert first_of([(A, score(9, 2, opinion=5)), (B, score(9, 2, opinion=4))], 1, ROOT) == {A}
    assert first_of([(A, score(9, 2, opinion=None)), (B, score(9, 2, opinion=0))], 1, ROOT) == {B}
    assert first_of([(A, score(9, 2, 4, ballot=1)), (B, score(9, 2, 4, ballot=3))], 1, ROOT) == {B}


def test_the_last_word_is_a_lot_that_anybody_can_draw_again() -> None:
    lots = {one: hashlib.sha256(bytes.fromhex(ROOT) + one.int.to_bytes(4, "big")).hexdigest() for one in (A, B, C)}
    first = min(lots, key=lambda one: lots[one])
    assert first_of([(one, score(9)) for one in (A, B, C)], 1, ROOT) == {first}
    assert first_of([(one, score(9)) for one in (C, A, B)], 1, ROOT) == {first}


def test_fewer_candidates_than_places_leave_places_empty() -> None:
    assert first_of([(A, score(1))], 3, ROOT) == {A}
    assert first_of([(A, score(1))], 0, ROOT) == set()


VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))


@pytest.mark.parametrize("one", VECTORS)
def test_the_examples_that_the_script_on_the_page_repeats_are_right(one: dict[str, Any]) -> None:
    told = one["parts"]
    weights = Weights(*(told[name] for name in ("panel_weight", "opinion_weight", "ballot_weight", "opinion_least")))
    made = Parts(told["ballots"], told["electorate"], told["answers"], told["steps"] or 0, tuple(told["marks"]))
    found = score_of(made, weights)
    numbers = {"ballot": found.ballot, "opinion": found.opinion, "panel": found.panel, "total": found.total}
    assert {name: number for name, number in numbers.items() if number is not None} == one["told"]


def test_the_script_on_the_page_comes_to_the_same() -> None:
    node = shutil.which("node")
    if node is None:
        leave_out("node, for the script on the page")
    script = settings.BASE_DIR / "frontend" / "src" / "score.test.mjs"
    done = subprocess.run([node, "--test", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
