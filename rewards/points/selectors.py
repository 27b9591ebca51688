"""A person's own points: balance and lines. There is no way to ask for anybody else's, or for many people at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from foundation import clock
from rewards.points import posting, rules
from rewards.points.ages import AFTER_ROLE_DAYS, DAY, ended_roles, first_over, lots_of, over_by
from rewards.points.models import Hold, HoldState, MonthEarned, PointsAccount, Transfer


@dataclass(frozen=True, slots=True)
class Line:
    """One line as its owner reads it; points are negative when they were taken back, spent or ran out.

    `label` says the rule in words, `after` is the balance the line left behind, `actor_id` the account that booked it.
    """

    at: dt.datetime
    reason: str
    points: int
    is_reversal: bool
    is_reversed: bool = False
    by_staff: bool = False
    rule: str = ""
    label: str = ""
    quantity: int = 1
    after: int = 0
    id: uuid.UUID | None = None
    reverses_id: uuid.UUID | None = None
    actor_id: int | None = None

    @property
    def words(self) -> list[str]:
        """What is to be said beside the reason, shortest first."""
        said = [self.label] if self.label not in {self.reason, self.rule} else []
        if self.is_reversal:
            said.append(_("冲正"))
        elif self.is_reversed:
            said.append(_("已冲正"))
        if self.by_staff and not self.is_reversal:
            said.append(_("工作人员录入"))
        return said


@dataclass(frozen=True, slots=True)
class Month:
    """The lines of one month, newest first; `earned` and `gone` are both counted upwards."""

    first: dt.date
    lines: list[Line]

    @property
    def earned(self) -> int:
        """What came in."""
        return sum(line.points for line in self.lines if line.points > 0)

    @property
    def gone(self) -> int:
        """What went out."""
        return -sum(line.points for line in self.lines if line.points < 0)


@dataclass(frozen=True, slots=True)
class Held:
    """Points set aside: for what, and until when."""

    points: int
    reason: str
    until: dt.datetime


class RunningOut(NamedTuple):
    """Points that run out within the days of the warning, and the last day of the first of them."""

    points: int
    on: dt.date


@dataclass(frozen=True, slots=True)
class ThisMonth:
    """What was earned this month so far, and the most that one can."""

    earned: int
    ceiling: int

    @property
    def left(self) -> int:
        """What can still be earned."""
        return max(0, self.ceiling - self.earned)


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything one person reads of the own points. `usable_until` is set when the last role has ended.

    `lines` are some of them, the newest first; `has_older` says that there are more behind.
    """

    balance: int
    lines: list[Line]
    this_month: ThisMonth
    held: int = 0
    holds: list[Held] = field(default_factory=list)
    running_out: RunningOut | None = None
    usable_until: dt.date | None = None
    has_older: bool = False

    @property
    def spendable(self) -> int:
        """What is not set aside."""
        return self.balance - self.held

    @property
    def months(self) -> list[Month]:
        """The lines by month, the newest month first."""
        return [
            Month(first, list(lines)) for first, lines in groupby(self.lines, lambda line: posting.month_of(line.at))
        ]


def _account(person_id: int | None) -> PointsAccount | None:
    return PointsAccount.objects.filter(person_id=person_id or 0).first()


def balance_of(person_id: int | None) -> int:
    """Points of one person; 0 without an account."""
    account = _account(person_id)
    return account.balance if account else 0


def spendable_of(person_id: int | None) -> int:
    """Points of one person that are not set aside."""
    account = _account(person_id)
    return account.balance - account.held if account else 0


def given_for(person_id: int | None, source_key: str) -> int:
    """Points that one source brought a person; 0 when the month was full or they were taken back."""
    rows = Transfer.objects.filter(source_key=source_key, to_account__person_id=person_id or 0)
    return rows.filter(reversed_by__isnull=True).values_list("points", flat=True).first() or 0


def running_out(person_id: int | None) -> RunningOut | None:
    """What of a person's points runs out soon, and when. At most four queries."""
    account = _account(person_id)
    return _fate(account)[0] if account else None


def _fate(account: PointsAccount) -> tuple[RunningOut | None, dt.date | None]:
    """What runs out soon, and the day on which all of it does as the last role has ended."""
    free, today, version = account.balance - account.held, clock.today(), rules.version_in_force()
    assert account.person_id is not None
    if free <= 0:
        return None, None
    ended = ended_roles([account.person_id], today)
    last_on = ended[account.person_id] + dt.timedelta(days=AFTER_ROLE_DAYS) if ended else None
    lots = lots_of({account.pk: account.person_id}, ended, version, today).get(account.pk, [])
    soon = today + dt.timedelta(days=version.warn_days)
    points = over_by(free, lots, soon + DAY)
    soonest = RunningOut(points, first_over(free, lots, today)) if points else None
    return soonest, last_on if last_on and last_on >= today else None


def _lines(account: PointsAccount, until: int) -> Iterable[Line]:
    rows = Transfer.objects.filter(Q(to_account=account) | Q(from_account=account)).select_related("reversed_by")
    after = account.balance
    for row in rows.order_by("-at", "-pk")[:until]:
        points = row.points if row.to_account_id == account.pk else -row.points
        yield Line(
            row.at, row.reason, points, bool(row.reverses_id), hasattr(row, "reversed_by"), row.by_staff, row.rule,
            rules.label_of(row.rule, row.version_number), row.quantity, after, row.pk, row.reverses_id, row.actor_id,
        )  # fmt: skip
        after -= points


def _this_month(person_id: int) -> ThisMonth:
    month = posting.month_of(clock.now())
    earned = MonthEarned.objects.filter(person_id=person_id, month=month).values_list("points", flat=True).first()
    return ThisMonth(earned or 0, rules.version_in_force().ceiling)


def statement(person_id: int | None, limit: int = 100, skip: int = 0) -> Statement:
    """What one person reads of the own account, newest first, without the first so many lines.

    A handful of queries whatever its size.
    """
    account = _account(person_id)
    this_month = _this_month(person_id or 0)
    if account is None:
        return Statement(0, [], this_month)
    open_holds = Hold.objects.filter(account=account, state=HoldState.HELD).order_by("until") if account.held else []
    soonest, usable_until = _fate(account)
    lines = list(islice(_lines(account, skip + limit + 1), skip, None))
    return Statement(
        balance=account.balance,
        lines=lines[:limit],
        has_older=len(lines) > limit,
        this_month=this_month,
        held=account.held,
        holds=[Held(hold.points, hold.reason, hold.until) for hold in open_holds],
        running_out=soonest,
        usable_until=usable_until,
    )
