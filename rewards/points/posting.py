"""How a line enters the books: whether it is new is decided by its source, whether it fits by the balance (rule R8).

Everything that writes lines takes its locks in one order: the month, then the accounts by id.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping

from django.db import connection, models
from django.db.models import F
from django.db.models.expressions import DatabaseDefault
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.errors import Conflict
from rewards.points.accounts import is_system_account
from rewards.points.models import AccountKind, MonthEarned, PointsAccount, Transfer

_SHORT = {
    AccountKind.PERSON: _("积分不够了。"),
    AccountKind.BUDGET: _("这个单位的积分预算不够了，请先补充预算。"),
    AccountKind.PROVIDER: _("提供方账上的积分不够了，可能已经结算。"),
}


class NotEnough(Conflict):
    """An account that belongs to somebody does not hold so much that is free."""


def zone() -> zoneinfo.ZoneInfo:
    """Where the district is."""
    return zoneinfo.ZoneInfo(timezone.get_default_timezone_name())


def month_of(at: dt.datetime) -> dt.date:
    """The first day of the local month of an instant."""
    return at.astimezone(zone()).date().replace(day=1)


def month_begins(month: dt.date) -> dt.datetime:
    """The instant at which a local month begins."""
    return dt.datetime.combine(month, dt.time(), zone())


def next_month(month: dt.date) -> dt.date:
    """The month after."""
    return (month + dt.timedelta(days=32)).replace(day=1)


def insert(row: models.Model) -> bool:
    """Insert a row unless something unique of it is there (a source, an original, an id); True when it is new."""
    given = {f: f.pre_save(row, True) for f in row._meta.concrete_fields if not f.primary_key or row.pk is not None}
    given = {f: value for f, value in given.items() if not isinstance(value, DatabaseDefault)}
    columns = ", ".join(f'"{field.column}"' for field in given)
    marks = ", ".join(["%s"] * len(given))
    values = [field.get_db_prep_save(value, connection) for field, value in given.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {row._meta.db_table} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
            values,
        )
        return bool(cursor.rowcount == 1)


def move(changes: Mapping[int, int]) -> None:
    """Move balances by points, in the order of the ids; raises `NotEnough` where one would fall below what is held."""
    for account_id in sorted(changes):
        by = changes[account_id]
        if is_system_account(account_id):
            continue
        rows = PointsAccount.objects.filter(pk=account_id)
        if by < 0:
            rows = rows.filter(balance__gte=F("held") - by)
        if not rows.update(balance=F("balance") + by):
            kind = PointsAccount.objects.values_list("kind", flat=True).get(pk=account_id)
            raise NotEnough(_SHORT[AccountKind(kind)])


def book(line: Transfer) -> bool:
    """Insert the line and move both balances; False, and nothing moved, when its source was booked before."""
    is_new = insert(line)
    if is_new:
        move({line.from_account_id: -line.points, line.to_account_id: line.points})
    return is_new


_TAKE = """
    INSERT INTO points_monthearned (person_id, month, points, last_given) VALUES {rows}
    ON CONFLICT (person_id, month) DO UPDATE SET
    last_given = CASE WHEN points_monthearned.points + %s <= %s THEN %s
        WHEN points_monthearned.points < %s THEN %s - points_monthearned.points ELSE 0 END,
    points = CASE WHEN points_monthearned.points + %s <= %s THEN points_monthearned.points + %s
        WHEN points_monthearned.points < %s THEN %s ELSE points_monthearned.points END
    RETURNING person_id, last_given"""


def take_rooms(person_ids: Iterable[int], month: dt.date, points: int, ceiling: int) -> dict[int, int]:
    """Take so much of what each person may still earn in a month; returns what there was. One statement.

    The months' rows are locked until the transaction ends, so two callers never take the same room.
    """
    first = min(points, ceiling)
    rows = [value for person_id in sorted(person_ids) for value in (person_id, month.isoformat(), first, first)]
    fits = (points, ceiling, points, ceiling, ceiling)
    with connection.cursor() as cursor:
        marks = ", ".join(["(%s, %s, %s, %s)"] * (len(rows) // 4))
        cursor.execute(_TAKE.format(rows=marks), [*rows, *fits, *fits])
        return dict(cursor.fetchall())


def take_room(person_id: int, month: dt.date, points: int, ceiling: int) -> int:
    """The same for one person."""
    return take_rooms([person_id], month, points, ceiling)[person_id]


def give_room_back(person_id: int, month: dt.date, points: int) -> None:
    """What was taken back may be earned again in the month it was earned in."""
    MonthEarned.objects.filter(person_id=person_id, month=month, points__gte=points).update(points=F("points") - points)
