"""From ballots, answers and marks to a score, and from scores to who is chosen: exact, with nothing but integers.

A stand-alone program can repeat all of it; this is the whole rule.

1. *Ballot* = 100 × ballots for the candidate ÷ voters on the roll of the candidate's street; at most 100, 0 for an
   empty roll.
2. *Opinion* = 25 × (sum of the steps − number of answers) ÷ number of answers of the linked households, that is the
   mean step 1 to 5 on a scale of 0 to 100; it counts only when at least `opinion_least` answered.
3. *Panel* = mean of the marks (0 to 100) without one highest and one lowest; of three marks or more. Of fewer nothing
   is left, and the panel gives 0.
4. *Total* = sum of weight × part ÷ sum of the weights, over the parts that count. Without opinion the other two weights
   make up the whole.
5. All of this is done with fractions. Each of the four numbers is then rounded once, half up, to ten-thousandths of a
   point (0 to 1,000,000); the total is made of the unrounded parts.
6. *Chosen* in a street are as many as it has places, by the rounded total; where totals are the same, by panel, then
   opinion (none is below 0), then ballot, each the higher first; then by lot: the lower SHA-256 of the box's root (32
   bytes) followed by the candidate's number on the ballot (4 bytes, the highest first). Places nobody fills stay empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

WHOLE = 1_000_000
"""A hundred points in ten-thousandths."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Percent of the score, and how many answers make the households' opinion count."""

    panel: int
    opinion: int
    ballot: int
    opinion_least: int


@dataclass(frozen=True, slots=True)
class Parts:
    """What one score is made of: ballots, the street's electorate, answers and the sum of their steps, marks."""

    ballots: int
    electorate: int
    answers: int
    steps: int
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Ten-thousandths of a point; `opinion` is None where it does not count."""

    ballot: int
    opinion: int | None
    panel: int
    total: int
    marks_counted: int


def rounded(points: Fraction) -> int:
    """Points as ten-thousandths, half up."""
    return (2 * points.numerator * 10_000 + points.denominator) // (2 * points.denominator)


def kept_marks(marks: Iterable[int]) -> Sequence[int]:
    """The marks in order without one lowest and one highest; empty for fewer than three."""
    return sorted(marks)[1:-1]


def ballot_points(parts: Parts) -> Fraction:
    """Rule 1."""
    if parts.electorate <= 0:
        return Fraction(0)
    return min(Fraction(100), Fraction(100 * parts.ballots, parts.electorate))


def opinion_points(parts: Parts, weights: Weights) -> Fraction | None:
    """Rule 2."""
    if parts.answers < max(1, weights.opinion_least):
        return None
    return Fraction(25 * (parts.steps - parts.answers), parts.answers)


def panel_points(parts: Parts) -> Fraction:
    """Rule 3."""
    kept = kept_marks(parts.marks)
    return Fraction(sum(kept), len(kept)) if kept else Fraction(0)


def score_of(parts: Parts, weights: Weights) -> Score:
    """Rules 1 to 5 for one candidate. Pure."""
    ballot, opinion, panel = ballot_points(parts), opinion_points(parts, weights), panel_points(parts)
    counted = [(weights.panel, panel), (weights.ballot, ballot)]
    if opinion is not None:
        counted.append((weights.opinion, opinion))
    whole = sum(weight for weight, _points in counted)
    total = sum((weight * points for weight, points in counted), Fraction(0)) / whole if whole else Fraction(0)
    return Score(
        ballot=rounded(ballot),
        opinion=None if opinion is None else rounded(opinion),
        panel=rounded(panel),
        total=rounded(total),
        marks_counted=len(kept_marks(parts.marks)),
    )


def lot_of(root: str, number: int) -> bytes:
    """Rule 6, the lot: anybody can draw it again once the root of the box is known (hex; empty for no box)."""
    return hashlib.sha256(bytes.fromhex(root) + number.to_bytes(4, "big")).digest()


def chosen(scores: Iterable[tuple[UUID, int, Score]], places: int, root: str) -> set[UUID]:
    """Rule 6 for one street, of uid, number on the ballot and score: who is chosen, as a set. In which order they came
    is known to nobody outside.
    """

    def before(one: tuple[UUID, int, Score]) -> tuple[int, int, int, int, bytes]:
        _uid, number, score = one
        opinion = -1 if score.opinion is None else score.opinion
        return (-score.total, -score.panel, -opinion, -score.ballot, lot_of(root, number))

    return {uid for uid, _number, _score in sorted(scores, key=before)[: max(0, places)]}
