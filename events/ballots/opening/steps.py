"""The table of an opening: which step has begun, how far it is, which is done, and whose turn it is to work on it."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from events.ballots.models import BallotBox, BroughtShare, OpeningStep
from events.campaigns.models import Campaign, CampaignState
from foundation import clock

Name = OpeningStep.Name
_LOCK = 7_301_005
_HELD = "SELECT 1 FROM campaigns_campaign WHERE id = %(campaign)s AND state = 'counting' FOR SHARE"
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
            begun_at=step.begun_at or clock.now(), total_count=total, done_count=0, fault="", retry_at=None
        )
        step.refresh_from_db()
    return step


def advance(step: OpeningStep, count: int) -> None:
    """How far a step is; outside the transaction of its work, so that everybody can watch."""
    OpeningStep.objects.filter(pk=step.pk, done_at__isnull=True).update(done_count=count)


def finish(step: OpeningStep, count: int) -> None:
    """Done; in the transaction of its work."""
    OpeningStep.objects.filter(pk=step.pk).update(
        done_at=clock.now(), done_count=count, total_count=count, fault="", retry_at=None
    )


def halt(box: BallotBox, name: Name, why: str, *, retry_at: dt.datetime | None = None) -> None:
    """Write down why a step cannot go on, for the people at the console; and when it is tried again without them."""
    OpeningStep.objects.get_or_create(box=box, name=name, defaults={"begun_at": clock.now()})
    rows = OpeningStep.objects.filter(box=box, name=name, done_at__isnull=True)
    rows.update(fault=why[:200], retry_at=retry_at)


def hold_counting(box: BallotBox) -> bool:
    """Whether the campaign stands in counting; then nobody moves it until the transaction ends.

    Before any lock of the box: who suspends or ends a campaign holds the campaign first, too.
    """
    rows = Campaign.objects.filter(pk=box.pk, state=CampaignState.COUNTING)
    if connection.vendor != "postgresql":
        return rows.exists()
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"campaign": box.pk})
        return cursor.fetchone() is not None


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
    brought = BroughtShare.objects.filter(custodian__box=box).count()
    lines, waiting = [], True
    for step in steps_of(box).values():
        is_next = waiting and step.done_at is None
        waiting = waiting and not is_next
        shown = (brought, box.threshold) if step.name == Name.KEY else (0, 0)
        lines.append(Line(step, is_next, *shown))
    return lines


def table_of(box: BallotBox) -> dict[str, Any]:
    """What a page needs to show the table.

    `pace` says how soon the page asks again: `fast` while the worker is at it, `slow` while custodians are awaited or
    something is tried again later, not at all when nothing moves without people; `still` says why.
    """
    lines = lines_of(box)
    current = next((line for line in lines if line.is_next), None)
    return {
        "box": box, "campaign": box.campaign, "lines": lines, "pace": _pace(box, current),
        "still": _still(box, current), "is_under_way": current is not None and box.closed_at is not None,
    }  # fmt: skip


def _pace(box: BallotBox, current: Line | None) -> str:
    if current is None or box.closed_at is None or box.campaign.state != CampaignState.COUNTING:
        return ""
    if current.step.fault:
        return "slow" if current.step.retry_at else ""
    return "slow" if current.step.name == Name.KEY else "fast"


def _still(box: BallotBox, current: Line | None) -> str:
    if current is None:
        return ""
    if box.campaign.state == CampaignState.SUSPENDED:
        return _("评选暂停了，票箱也先停着。恢复以后接着走。")
    if box.campaign.state == CampaignState.TERMINATED:
        return _("评选终止了，钥匙已经销毁，票箱不再打开。")
    return _("这一步停了一下，工作人员正在看。票都好好地封着。") if current.step.fault else ""
