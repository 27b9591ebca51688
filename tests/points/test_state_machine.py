"""The ledger beside a naive one: whatever is done in whatever order at whatever time, both agree after every step.

Some hundred steps with `make test`; a million with `make soak` (goal G7), in parts that run beside each other.
LEDGER_SEED=… repeats a part, LEDGER_STEPS=… says how many steps all parts make together.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import time
import uuid
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from foundation.actors import SYSTEM
from foundation.errors import Conflict
from rewards.points.accounts import account_id_of, budget_account_id, provider_account_id, system_account_id
from rewards.points.expiry import expire
from rewards.points.holds import hold_points, let_run_out, post_hold, void_hold
from rewards.points.models import AccountKind, Hold, MonthEarned, PointsAccount, Transfer
from rewards.points.services import award_points, move_points, reverse_transfer
from tests.points.naive import HERE, RULES, Entry, Naive
from volunteers.people.models import Person
from volunteers.units.models import Level, Unit

STEPS_EACH, FEW = 60, {"sqlite": 8, "postgresql": 3}
MANY, PARTS = int(os.environ.get("LEDGER_STEPS", "1000000")), 4
BEGIN = dt.datetime(2025, 1, 30, 22, tzinfo=dt.UTC)
PEOPLE = ("anna", "bao")
ACCOUNTS, LINES, MONTHS = (model._meta.db_table for model in (PointsAccount, Transfer, MonthEarned))
index = st.integers(0, 10**6)


def stored(sql: str) -> list[Any]:
    """What the database holds; asked after every one of a million steps, so without a queryset."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


class Books(RuleBasedStateMachine):
    """Both ledgers, and a clock that only goes forward."""

    ids: ClassVar[dict[str, int]] = {}
    persons: ClassVar[dict[str, int]] = {}
    now: ClassVar[dt.datetime] = BEGIN
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.naive, self.sources = Naive(), 0
        Books.now = BEGIN
        self.block = transaction.atomic()
        self.block.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def note(self, line: Transfer, giver: str, taker: str, **more: Any) -> None:
        """Both agree that this happened now."""
        assert (line.from_account_id, line.to_account_id) == (self.ids[giver], self.ids[taker])
        self.sources += 1
        self.naive.lines.append(Entry(line.pk, self.sources, giver, taker, line.points, Books.now, line.rule, **more))

    @rule(hours=st.sampled_from([5, 30, 24 * 20, 24 * 75, 24 * 330, 24 * 731]))
    def time_goes_by(self, hours: int) -> None:
        Books.now += dt.timedelta(hours=hours)

    @rule(who=st.sampled_from(PEOPLE), code=st.sampled_from(sorted(RULES)), quantity=st.integers(1, 6))
    def award(self, who: str, code: str, quantity: int) -> None:
        self.give("issuing", who, code, quantity)

    @rule(who=st.sampled_from(PEOPLE), code=st.sampled_from(sorted(RULES)))
    def award_from_the_budget(self, who: str, code: str) -> None:
        points, _pieces = self.naive.worth(who, code, 1, Books.now)
        if points > self.naive.balance("budget"):
            with pytest.raises(Conflict):
                self.give("budget", who, code, 1)
        else:
            self.give("budget", who, code, 1)

    def give(self, giver: str, who: str, code: str, quantity: int) -> None:
        expected, pieces = self.naive.worth(who, code, quantity, Books.now)
        line = award_points(
            person_id=self.persons[who], rule=code, quantity=quantity, source_key=f"s:{self.sources}", reason="一件事",
            unit_id=None, acting_user=SYSTEM, from_account_id=None if giver == "issuing" else self.ids[giver],
        )  # fmt: skip
        assert (line.points if line else 0) == expected
        if line:
            assert line.quantity == pieces
            self.note(line, giver, who, quantity=pieces, is_award=True)

    @precondition(lambda self: self.naive.lines)
    @rule(at=index, quantity=st.integers(1, 6))
    def the_same_source_again(self, at: int, quantity: int) -> None:
        entry = self.naive.lines[at % len(self.naive.lines)]
        stored = Transfer.objects.get(pk=entry.id)
        line = award_points(
            person_id=self.persons["bao"], rule="task_done", quantity=quantity, source_key=stored.source_key,
            reason="", unit_id=None, acting_user=SYSTEM,
        )  # fmt: skip
        assert line == stored

    @precondition(lambda self: self.naive.lines)
    @rule(at=index)
    def reverse(self, at: int) -> None:
        entry = self.naive.lines[at % len(self.naive.lines)]
        line = Transfer.objects.get(pk=entry.id)
        owned = entry.taker in {*PEOPLE, "budget", "store"}
        if entry.is_reversal or (not entry.is_reversed and owned and self.naive.free(entry.taker) < entry.points):
            with pytest.raises(Conflict):
                reverse_transfer(transfer=line, reason="录错了", acting_user=SYSTEM)
            return
        back = reverse_transfer(transfer=line, reason="录错了", acting_user=SYSTEM)
        if not entry.is_reversed:
            entry.is_reversed = True
            self.note(back, entry.taker, entry.giver, is_reversal=True)

    @rule(who=st.sampled_from(PEOPLE), points=st.integers(1, 30), hours=st.integers(1, 24 * 60))
    def hold(self, who: str, points: int, hours: int) -> None:
        id_, until = uuid.uuid4(), Books.now + dt.timedelta(hours=hours)
        asked: dict[str, Any] = {
            "id": id_, "person_id": self.persons[who], "points": points, "reason": "一袋米", "until": until,
            "unit_id": None, "acting_user": SYSTEM,
        }  # fmt: skip
        today = Books.now.astimezone(HERE).date()
        over = self.naive.over(who, today)
        if points > self.naive.free(who) - over:
            with pytest.raises(Conflict):
                hold_points(**asked)
            return
        assert hold_points(**asked) == hold_points(**asked)
        if over:
            line = Transfer.objects.get(source_key=f"expired:{self.persons[who]}:{today.isoformat()}:{id_}")
            assert line.points == over
            self.note(line, who, "expiry", is_before_hold=True)
        self.naive.holds[id_] = (who, points, until)
        self.naive.held_at[id_] = Books.now

    @precondition(lambda self: self.naive.holds)
    @rule(at=index)
    def post(self, at: int) -> None:
        id_, (who, _points, until) = list(self.naive.holds.items())[at % len(self.naive.holds)]
        hold = Hold.objects.get(pk=id_)
        if until <= Books.now:
            with pytest.raises(Conflict):
                post_hold(hold=hold, to_account_id=self.ids["store"], rule="redeem", acting_user=SYSTEM)
            return
        del self.naive.holds[id_]
        line = post_hold(hold=hold, to_account_id=self.ids["store"], rule="redeem", acting_user=SYSTEM)
        self.note(line, who, "store")
        with pytest.raises(Conflict):
            void_hold(hold=hold, reason="不要了", acting_user=SYSTEM)

    @precondition(lambda self: self.naive.holds)
    @rule(at=index)
    def void(self, at: int) -> None:
        id_ = list(self.naive.holds)[at % len(self.naive.holds)]
        self.naive.free_again(id_, Books.now)
        for _twice in range(2):
            void_hold(hold=Hold.objects.get(pk=id_), reason="不要了", acting_user=SYSTEM)

    @rule()
    def holds_run_out(self) -> None:
        over = [id_ for id_, (_who, _points, until) in self.naive.holds.items() if until <= Books.now]
        assert let_run_out() == len(over)
        for id_ in over:
            self.naive.free_again(id_, Books.now)

    @rule()
    def points_run_out(self) -> None:
        today = Books.now.astimezone(HERE).date()
        # Once a day and person: what becomes free later on the same day goes the next day.
        done = {e.giver for e in self.naive.lines if e.taker == "expiry" and e.day == today and not e.is_before_hold}
        over = {who: self.naive.over(who, today) for who in PEOPLE if who not in done}
        assert expire() == sum(over.values())
        for who, points in over.items():
            if points:
                line = Transfer.objects.get(source_key=f"expired:{self.persons[who]}:{today.isoformat()}")
                self.note(line, who, "expiry")

    @rule(points=st.integers(1, 60), kind=st.sampled_from([("issuing", "budget"), ("store", "settled")]))
    def move(self, points: int, kind: tuple[str, str]) -> None:
        giver, taker = kind
        asked: dict[str, Any] = {
            "from_account_id": self.ids[giver], "to_account_id": self.ids[taker], "points": points, "rule": "move",
            "source_key": f"s:{self.sources}", "reason": "", "unit_id": None, "acting_user": SYSTEM,
        }  # fmt: skip
        if giver == "store" and points > self.naive.balance("store"):
            with pytest.raises(Conflict):
                move_points(**asked)
            return
        line = move_points(**asked)
        assert move_points(**asked) == line
        self.note(line, giver, taker)

    @invariant()
    def both_agree(self) -> None:
        Books.steps += 1
        kept = {pk: (balance, held) for pk, balance, held in stored(f"SELECT id, balance, held FROM {ACCOUNTS}")}
        for name in (*PEOPLE, "budget", "store"):
            assert kept[self.ids[name]] == (self.naive.balance(name), self.naive.held(name)), name
            assert 0 <= self.naive.held(name) <= self.naive.balance(name)
        assert sum(self.naive.balance(name) for name in self.ids) == 0
        names = {pk: name for name, pk in self.ids.items()}
        lines = stored(f"SELECT id, from_account_id, to_account_id, points FROM {LINES}")
        assert sorted(
            (uuid.UUID(str(pk)), names[giver], names[taker], points) for pk, giver, taker, points in lines
        ) == sorted((e.id, e.giver, e.taker, e.points) for e in self.naive.lines)
        people = {pk: name for name, pk in self.persons.items()}
        months = stored(f"SELECT person_id, month, points FROM {MONTHS} WHERE points > 0")
        earned = {(people[person], dt.date.fromisoformat(str(month))): points for person, month, points in months}
        assert earned == self.naive.months()
        assert all(points <= 40 for points in earned.values())


@pytest.fixture
def books(db: None, monkeypatch: pytest.MonkeyPatch) -> type[Books]:
    """Two people, a budget and a store; and the clock of the machine."""
    monkeypatch.setattr("foundation.clock.now", lambda: Books.now)
    monkeypatch.setattr("foundation.clock.today", lambda: Books.now.astimezone(HERE).date())
    unit = Unit.add_root(level=Level.DISTRICT, name="云溪区")
    Books.persons = {name: Person.objects.create(name=name, born_on=dt.date(1960, 1, 1)).pk for name in PEOPLE}
    Books.ids = {name: account_id_of(pk) for name, pk in Books.persons.items()}
    Books.ids |= {"budget": budget_account_id(unit.pk), "store": provider_account_id(uuid.uuid4())}
    Books.ids |= {
        kind.value: system_account_id(kind) for kind in AccountKind if kind.value in {"issuing", "expiry", "settled"}
    }
    return Books


def walk(books: type[Books], examples: int, start: int) -> None:
    """So many walks of so many steps each, from a seed that is told."""
    print(f"LEDGER_SEED={start}")
    books.steps, began = 0, time.monotonic()
    quiet = settings(
        max_examples=examples, stateful_step_count=STEPS_EACH, deadline=None, database=None, print_blob=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(seed(start)(books), settings=quiet)
    print(f"{books.steps} steps on {connection.vendor}, {books.steps / (time.monotonic() - began):.0f} a second")


@pytest.mark.everywhere
def test_both_ledgers_agree_after_every_step(books: type[Books]) -> None:
    walk(books, FEW[connection.vendor], int(os.environ.get("LEDGER_SEED", random.SystemRandom().getrandbits(32))))


@pytest.mark.soak
@pytest.mark.divided
@pytest.mark.parametrize("part", range(PARTS))
def test_a_million_steps(books: type[Books], part: int) -> None:
    asked = MANY // PARTS
    made = 0
    while made < asked:
        walk(books, 200, int(os.environ.get("LEDGER_SEED", random.SystemRandom().getrandbits(32))))
        made += books.steps
        print(f"part {part}: {made} of {asked}")


@pytest.mark.soak(minutes=2)
def test_a_fortieth_of_them_on_the_other_database(books: type[Books]) -> None:
    made = 0
    while made < MANY // 40:
        walk(books, 100, int(os.environ.get("LEDGER_SEED", random.SystemRandom().getrandbits(32))))
        made += books.steps
