"""Points for having been on duty in a quarter, whether or not the app was opened (domain, section 5; A6).

Whoever holds a role of the three on the quarter's last day gets them once, in the first days of the next quarter, some
thousand people at a time.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from typing import Final

from django.db import transaction
from django.db.models import F, Min

from foundation import audit, clock
from foundation.actors import SYSTEM
from rewards.points import posting
from rewards.points.accounts import account_ids_of, system_account_id
from rewards.points.models import AccountKind, PointsAccount, Transfer
from rewards.points.rules import ON_DUTY, version_in_force, worth
from volunteers.units.models import THREE_HEADS, Appointment

FIRST_DAYS: Final = 15
BATCH: Final = 1000
Person = tuple[int, int]
"""A person, and the unit of the oldest of the roles held."""


def quarter_before(day: dt.date) -> dt.date:
    """The last day of the quarter before the one of a day."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1) - dt.timedelta(days=1)


def source_of(last: dt.date, person_id: int) -> str:
    """The source key of a person's line for the quarter that ends on a day."""
    return f"{ON_DUTY}:{last.year}Q{last.month // 3}:{person_id}"


def reason_of(last: dt.date) -> str:
    """As the statement says it; stored, so in the district's language."""
    return f"{'一二三四'[last.month // 3 - 1]}季度在岗"


def pay_duty(day: dt.date | None = None) -> int:
    """Pay the last quarter if a day (today) is among the first of a new one; returns how many people were paid.

    Running again pays nobody twice, also beside a second worker.
    """
    today = day or clock.today()
    last = quarter_before(today)
    if (today - last).days > FIRST_DAYS:
        return 0
    points = worth(ON_DUTY, on=last)
    people = _on_duty(last) if points else []
    return sum(_pay(people[at : at + BATCH], points, last) for at in range(0, len(people), BATCH))


def _on_duty(last: dt.date) -> list[Person]:
    """Everybody in a role on the day, each once."""
    rows = Appointment.objects.active(last).of_roles(THREE_HEADS).order_by()
    first = rows.values("person_id").annotate(first=Min("pk")).values("first")
    return list(Appointment.objects.filter(pk__in=first).order_by("person_id").values_list("person_id", "unit_id"))


@transaction.atomic
def _pay(people: list[Person], points: int, last: dt.date) -> int:
    """Pay those of a batch who are not paid yet. One at a time: the row of the account they come from is the lock."""
    PointsAccount.objects.select_for_update(no_key=True).get(pk=system_account_id(AccountKind.ISSUING))
    paid = Transfer.objects.filter(source_key__in=[source_of(last, person_id) for person_id, _unit in people])
    done = set(paid.values_list("to_account__person_id", flat=True))
    units = {person_id: unit_id for person_id, unit_id in people if person_id not in done}
    if not units:
        return 0
    now = clock.now()
    rooms = posting.take_rooms(units, posting.month_of(now), points, version_in_force().ceiling)
    given = {person_id: room for person_id, room in rooms.items() if room}
    accounts = account_ids_of(given)
    Transfer.objects.bulk_create(
        _line((person_id, units[person_id]), accounts[person_id], room, last, now) for person_id, room in given.items()
    )
    _credit({accounts[person_id]: room for person_id, room in given.items()})
    data = {"quarter": f"{last:%Y-%m}", "people": len(given), "points": sum(given.values())}
    audit.record(actor=SYSTEM, act="points.pay_duty", obj=("points.pointsaccount", ""), data=data)
    return len(given)


def _line(person: Person, account_id: int, points: int, last: dt.date, now: dt.datetime) -> Transfer:
    person_id, unit_id = person
    return Transfer(
        id=uuid.uuid4(),
        from_account_id=system_account_id(AccountKind.ISSUING),
        to_account_id=account_id,
        points=points,
        rule=ON_DUTY,
        quantity=1,
        version_number=version_in_force(last).number,
        reason=reason_of(last),
        source_key=source_of(last, person_id),
        unit_id=unit_id,
        at=now,
    )


def _credit(amounts: dict[int, int]) -> None:
    """Many balances at once: nearly everybody gets the same."""
    by_points: dict[int, list[int]] = defaultdict(list)
    for row in PointsAccount.objects.select_for_update().filter(pk__in=amounts).order_by("pk").only("pk"):
        by_points[amounts[row.pk]].append(row.pk)
    for points, ids in by_points.items():
        PointsAccount.objects.filter(pk__in=ids).update(balance=F("balance") + points)
