"""How old points are. The oldest are spent first, so what is left is always what came last.

Points are counted in lots with a last day. An award lasts so many months; what a former leader earned in the role lasts
90 days after the last role ended; what came back by a reversal, or was held and let go, lasts as long as a warning.
What was let go has this grace once: held and let go again it gains nothing, and it never outlasts the 90 days.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import DateTimeField, ExpressionWrapper, Max, OuterRef, Q, Subquery, Sum, Value

from rewards.points.models import Hold, Transfer
from rewards.points.posting import zone
from rewards.points.rules import Version
from volunteers.units.models import Appointment

AFTER_ROLE_DAYS: Final = 90
DAY: Final = dt.timedelta(days=1)


def _months_after(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def begins(day: dt.date) -> dt.datetime:
    """The instant at which a day begins where the district is."""
    return dt.datetime.combine(day, dt.time(), zone())


def last_valid(earned: dt.date, months: int) -> dt.date:
    """The last day on which what was earned on a day can be spent: the same day of the month, or its last one."""
    return _months_after(earned, months)


def first_valid(day: dt.date, months: int) -> dt.date:
    """What was earned before this day is over on `day`."""
    earned = _months_after(day, -months)
    return earned if last_valid(earned, months) >= day else earned + DAY


@dataclass(frozen=True, slots=True)
class Lot:
    """Points that can be spent until a day, that day included."""

    last_on: dt.date
    points: int


def ended_roles(person_ids: Collection[int], day: dt.date) -> dict[int, dt.date]:
    """The last day in any role of those who hold none on a day and none later. One query."""
    rows = Appointment.objects.filter(person_id__in=person_ids).values("person_id")
    going_on = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    held = set(rows.filter(going_on).values_list("person_id", flat=True))
    last = rows.annotate(last=Max("ends_on")).values_list("person_id", "last")
    return {person_id: ended for person_id, ended in last if person_id not in held and ended}


def lots_of(
    accounts: dict[int, int], ended: dict[int, dt.date], version: Version, day: dt.date
) -> dict[int, list[Lot]]:
    """What came into accounts (id: person) and still lasts on a day, by account, longest lasting first; two queries.

    Neither what was taken back nor the taking back counts: both are gone.
    """
    since = begins(first_valid(day, version.valid_months))
    rows = Transfer.objects.filter(to_account_id__in=accounts, at__gte=since, reversed_by__isnull=True)
    found: dict[int, list[Lot]] = defaultdict(list)
    for row in rows.values_list("to_account_id", "at", "points", "reverses_id").iterator():
        lot = _lot(*row[1:], ended.get(accounts[row[0]]), version)
        if lot.last_on >= day:
            found[row[0]].append(lot)
    for account_id, lot in _let_go(accounts, ended, dt.timedelta(days=version.warn_days), day):
        found[account_id].append(lot)
    for lots in found.values():
        lots.sort(key=lambda lot: lot.last_on, reverse=True)
    return found


def _let_go(
    accounts: dict[int, int], ended: dict[int, dt.date], grace: dt.timedelta, day: dt.date
) -> Iterator[tuple[int, Lot]]:
    """What was held and let go lately; without what had come free in as many days before it was held."""
    begun: Any = ExpressionWrapper(OuterRef("at") - Value(grace), output_field=DateTimeField())
    earlier: Any = Hold.objects.filter(account=OuterRef("account"), let_go_at__lte=OuterRef("at")).order_by()
    earlier = earlier.filter(let_go_at__gte=begun).exclude(pk=OuterRef("pk"))
    had = earlier.values("account").annotate(sum=Sum("points")).values("sum")
    freed = Hold.objects.filter(account_id__in=accounts, let_go_at__gte=begins(day - grace)).annotate(had=Subquery(had))
    for account_id, at, points, before in freed.values_list("account_id", "let_go_at", "points", "had"):
        assert at is not None
        last_on = at.astimezone(zone()).date() + grace
        if over := ended.get(accounts[account_id]):
            last_on = min(last_on, over + dt.timedelta(days=AFTER_ROLE_DAYS))
        if last_on >= day and points > (before or 0):
            yield account_id, Lot(last_on, points - (before or 0))


def _lot(at: dt.datetime, points: int, reverses: Any, ended: dt.date | None, version: Version) -> Lot:
    earned = at.astimezone(zone()).date()
    if reverses is not None:
        last_on = earned + dt.timedelta(days=version.warn_days)
    else:
        last_on = last_valid(earned, version.valid_months)
    if ended is not None and earned <= ended:
        last_on = min(last_on, ended + dt.timedelta(days=AFTER_ROLE_DAYS))
    return Lot(last_on, points)


def over_by(free: int, lots: Iterable[Lot], day: dt.date) -> int:
    """How many of the free points are over on a day: whatever the lots that last until then do not make up."""
    return max(0, free - sum(lot.points for lot in lots if lot.last_on >= day))


def first_over(free: int, lots: Iterable[Lot], day: dt.date) -> dt.date:
    """The last day of those that run out first. What no lot makes up is over already: the day itself."""
    last_on = day
    for lot in lots:
        if free <= 0:
            return last_on
        last_on, free = lot.last_on, free - lot.points
    return last_on if free <= 0 else day
