"""Points run out: the oldest first, told in good time, as a line from the person to the account of what ran out.

One set-based query finds who may be concerned, some hundred accounts at a time; what is over is then counted under the
lock of these accounts, so nobody loses what came in or was spent meanwhile.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from django.db import connection, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import audit, clock, streams
from foundation.actors import SYSTEM
from rewards.points import posting
from rewards.points.accounts import system_account_id
from rewards.points.ages import (
    AFTER_ROLE_DAYS,
    DAY,
    Lot,
    begins,
    ended_roles,
    first_over,
    first_valid,
    lots_of,
    over_by,
)
from rewards.points.models import AccountKind, Hold, NoticeKind, PointsAccount, PointsNotice, Transfer
from rewards.points.rules import Version, version_in_force

RULE: Final = "expired"
LAST_CALL_DAYS: Final = 30
TOLD_AHEAD_DAYS: Final = 30
"""A warning speaks of so many days more than it must, so that nobody gets more than one a month."""
BATCH: Final = 500

_CONCERNED = """
    SELECT a.id FROM points_pointsaccount a WHERE a.kind = 'person' AND a.balance > a.held AND a.id > %(after)s
    AND ((a.balance - a.held > (
        SELECT COALESCE(SUM(t.points), 0) FROM points_transfer t WHERE t.to_account_id = a.id AND t.at >= %(since)s
        AND (t.reverses_id IS NULL OR t.at >= %(grace)s)
        AND NOT EXISTS (SELECT 1 FROM points_transfer r WHERE r.reverses_id = t.id))
      AND NOT EXISTS (SELECT 1 FROM points_pointsnotice n WHERE n.account_id = a.id AND n.kind = 'age'
        AND n.through >= %(told)s))
    OR (SELECT MAX(COALESCE(p.ends_on, '9999-12-31')) FROM units_appointment p WHERE p.person_id = a.person_id)
        < %(ended)s)
    ORDER BY a.id LIMIT %(batch)s"""


def _concerned(version: Version, day: dt.date, *, ended: dt.date, told: dt.date = dt.date.max) -> Iterator[list[int]]:
    """Accounts in which something may be over on a day and was not told, or whose owner's last role ended before."""
    instant = connection.ops.adapt_datetimefield_value
    values: dict[str, Any] = {
        "since": instant(begins(first_valid(day, version.valid_months))),
        "grace": instant(begins(day - dt.timedelta(days=version.warn_days))),
        "ended": ended.isoformat(),
        "told": told.isoformat(),
        "batch": BATCH,
        "after": 0,
    }
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_CONCERNED, values)
            ids = [row[0] for row in cursor.fetchall()]
        if ids:
            yield ids
        if len(ids) < BATCH:
            return
        values["after"] = ids[-1]


class Owned(NamedTuple):
    """An account with what is free in it, and its lots; `ended` is the last day in the last role."""

    id: int
    person_id: int
    free: int
    lots: list[Lot]
    ended: dt.date | None


def _owned(rows: Any, version: Version, day: dt.date) -> list[Owned]:
    accounts = [(a.pk, a.person_id, a.balance - a.held) for a in rows]
    persons = {pk: person_id for pk, person_id, _free in accounts}
    ended = ended_roles(persons.values(), day)
    lots = lots_of(persons, ended, version, day)
    return [Owned(pk, person, free, lots.get(pk, []), ended.get(person)) for pk, person, free in accounts if free > 0]


def expire(day: dt.date | None = None) -> int:
    """Let what is over on a day (today) run out; returns how many points. Running again changes nothing."""
    today = day or clock.today()
    version = version_in_force(today)
    ended = today - dt.timedelta(days=AFTER_ROLE_DAYS)
    return sum(_expire(ids, version, today) for ids in _concerned(version, today, ended=ended))


def expire_before(hold: Hold) -> int:
    """Let what is over on an account run out before more of it is set aside; how many points. In the caller's block."""
    today = clock.today()
    return _expire([hold.account_id], version_in_force(today), today, before=f":{hold.pk}")


@transaction.atomic
def _expire(ids: list[int], version: Version, today: dt.date, before: str = "") -> int:
    locked = PointsAccount.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    over = [(one, over_by(one.free, one.lots, today)) for one in _owned(locked, version, today)]
    lines = [_line(one, points, f"{today:%Y-%m-%d}{before}") for one, points in over if points]
    booked = set(
        Transfer.objects.filter(source_key__in=[line.source_key for line in lines]).values_list("source_key", flat=True)
    )
    lines = [line for line in lines if line.source_key not in booked]
    Transfer.objects.bulk_create(lines)
    for line in lines:
        posting.move({line.from_account_id: -line.points})
    total = sum(line.points for line in lines)
    if lines:
        data = {"accounts": len(lines), "points": total}
        audit.record(actor=SYSTEM, act="points.expire", obj=("points.pointsaccount", ""), data=data)
    return total


def _line(one: Owned, points: int, on: str) -> Transfer:
    return Transfer(
        id=uuid.uuid4(),
        from_account_id=one.id,
        to_account_id=system_account_id(AccountKind.EXPIRY),
        points=points,
        rule=RULE,
        quantity=1,
        reason=_reason(),
        source_key=f"{RULE}:{one.person_id}:{on}",
        at=clock.now(),
    )


@streams.in_district_language
def _reason() -> str:
    return _("积分到期")


def warn(day: dt.date | None = None) -> int:
    """Tell those whose points run out, once: so many days before, and after the last role. Returns how many."""
    today = day or clock.today()
    version = version_in_force(today)
    soon = today + dt.timedelta(days=version.warn_days)
    told = 0
    for ids in _concerned(version, soon + DAY, ended=today, told=soon):
        told += _warn(ids, version, today)
    return told


@transaction.atomic
def _warn(ids: list[int], version: Version, today: dt.date) -> int:
    told = PointsNotice.objects.filter(account_id__in=ids, kind=NoticeKind.AGE).values("account_id")
    covered = dict(told.annotate(last=Max("through")).values_list("account_id", "last"))
    messages: dict[tuple[NoticeKind, int, dt.date], list[int]] = defaultdict(list)
    for one in _owned(PointsAccount.objects.filter(pk__in=ids).order_by("pk"), version, today):
        found = _after_role(one, today) or _of_age(one, version, today, covered.get(one.id))
        if found is None:
            continue
        kind, through, points, on = found
        if posting.insert(PointsNotice(account_id=one.id, kind=kind, through=through, told_at=clock.now())):
            messages[kind, points, on].append(one.person_id)
    for (kind, points, on), person_ids in messages.items():
        _tell(kind, points, on, person_ids)
    return sum(map(len, messages.values()))


Notice = tuple[NoticeKind, dt.date, int, dt.date]
"""Its kind, the last day it speaks of, points, and the last day of the first of them."""


def _after_role(one: Owned, today: dt.date) -> Notice | None:
    """What the owner hears as the last role ended, and again when that is nearly over."""
    if one.ended is None or one.ended + dt.timedelta(days=AFTER_ROLE_DAYS) < today:
        return None
    last_on = one.ended + dt.timedelta(days=AFTER_ROLE_DAYS)
    is_last = last_on - today <= dt.timedelta(days=LAST_CALL_DAYS)
    points = over_by(one.free, one.lots, last_on + DAY)
    return (NoticeKind.LAST_CALL if is_last else NoticeKind.ROLE_ENDED, last_on, points, last_on) if points else None


def _of_age(one: Owned, version: Version, today: dt.date, covered: dt.date | None) -> Notice | None:
    """What runs out within the days of the warning and was not told yet; what is over already goes tonight."""
    soon = today + dt.timedelta(days=version.warn_days)
    free = one.free - over_by(one.free, one.lots, today)
    known = over_by(free, one.lots, covered + DAY) if covered else 0
    if over_by(free, one.lots, soon + DAY) <= known:
        return None
    through = soon + dt.timedelta(days=TOLD_AHEAD_DAYS)
    return NoticeKind.AGE, through, over_by(free, one.lots, through + DAY), first_over(free, one.lots, today)


@streams.in_district_language
def _tell(kind: NoticeKind, points: int, on: dt.date, person_ids: list[int]) -> None:
    words = {"points": points, "month": on.month, "day": on.day}
    if kind == NoticeKind.AGE:
        title = _("您有 %(points)d 分，最早的一批到 %(month)d月%(day)d日到期") % words
        body = _("在那以前可以到积分超市换东西。新得的积分不受影响。")
    else:
        title = _("您的 %(points)d 分可以用到 %(month)d月%(day)d日") % words
        body = _("谢谢您这些日子的付出。卸任以后积分还能用 90 天，可以到积分超市换东西。")
    payload = {"title": title, "body": body, "url": reverse("points"), "icon": "star"}
    streams.publish_to_persons(person_ids, kind="points", payload=payload)
