"""The table of an opening: which step has begun, how far it is, which is done, and whose turn it is to work on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from events.ballots.models import BallotBox, Custodian, OpeningStep
from foundation import clock

Name = OpeningStep.Name
_LOCK = 7_301_005
_alone = threading.Lock()


class Halted(Exception):
    """The opening cannot go on, for a reason that people have to look into; nothing was written."""


def steps_of(box: BallotBox) -> dict[str, OpeningStep]:
    """All steps by name, in their order; one that has not begun is not stored yet. One query."""
    stored = {one.name: one for one in box.steps.select_related("approved_by__person", "seconded_by__person")}
    return {name.value: stored.get(name.value, OpeningStep(box=box, name=name.value)) for name in Name}


def is_done(box: BallotBox, name: Name) -> bool:
    """Whether a step lies behind."""
    return box.steps.filter(name=name, done_at__isnull=False).exists()


def begin(box: BallotBox, name: Name, total: int = 0) -> OpeningStep:
    """The row of a step; a step that was interrupted begins at nothing again, and keeps when it first began."""
    step, made = OpeningStep.objects.get_or_create(
        box=box, name=name, defaults={"begun_at": clock.now(), "total_count": total}
    )
    if not made:
        OpeningStep.objects.filter(pk=step.pk, done_at__isnull=True).update(
            begun_at=step.begun_at or clock.now(), total_count=total, done_count=0, fault=""
        )
        step.refresh_from_db()
    return step


def advance(step: OpeningStep, count: int) -> None:
    """How far a step is; outside the transaction of its work, so that everybody can watch."""
    OpeningStep.objects.filter(pk=step.pk, done_at__isnull=True).update(done_count=count)


def finish(step: OpeningStep, count: int) -> None:
    """Done; in the transaction of its work."""
    OpeningStep.objects.filter(pk=step.pk).update(done_at=clock.now(), done_count=count, total_count=count, fault="")


def halt(box: BallotBox, name: Name, why: str) -> None:
    """Write down why a step cannot go on, for the people at the console."""
    OpeningStep.objects.filter(box=box, name=name, done_at__isnull=True).update(fault=why[:200])


@contextmanager
def turn(box: BallotBox) -> Iterator[bool]:
    """Whether this process may work on the box now: one at a time, by a lock that ends with the database session."""
    if connection.vendor != "postgresql":
        won = _alone.acquire(blocking=False)
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, box.pk])
            won = bool(cursor.fetchone()[0])
    try:
        yield won
    finally:
        if won and connection.vendor != "postgresql":
            _alone.release()
        elif won:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, box.pk])


@dataclass(frozen=True, slots=True)
class Line:
    """One step as people see it."""

    step: OpeningStep
    is_next: bool
    brought_count: int = 0
    needed_count: int = 0

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return 100 * self.step.done_count // self.step.total_count if self.step.total_count else 0


def lines_of(box: BallotBox) -> list[Line]:
    """The table as people see it, with how many custodians have come. Two queries."""
    brought = Custodian.objects.filter(box=box, brought_at__isnull=False).count()
    lines, waiting = [], True
    for step in steps_of(box).values():
        is_next = waiting and step.done_at is None
        waiting = waiting and not is_next
        shown = (brought, box.threshold) if step.name == Name.KEY else (0, 0)
        lines.append(Line(step, is_next, *shown))
    return lines


def table_of(box: BallotBox) -> dict[str, Any]:
    """What a page needs to show the table; `works` while the worker is at it, so that the page asks again."""
    lines = lines_of(box)
    current = next((line for line in lines if line.is_next), None)
    works = current is not None and box.closed_at is not None and current.step.name != Name.KEY
    works = works and current is not None and not current.step.fault
    return {"box": box, "campaign": box.campaign, "lines": lines, "works": works}
