"""Points in bulk: the same lines and balances that `award_points` would have written one by one."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import Counter
from typing import Any

from django.db.models import F
from django.utils import timezone

from config.demo.people import BATCH
from config.demo.when import Calendar
from rewards.points.accounts import system_account_id
from rewards.points.duty import quarter_before, reason_of, source_of
from rewards.points.models import AccountKind, MonthEarned, PointsAccount, Transfer
from rewards.points.posting import month_of
from rewards.points.rules import ON_DUTY, version_in_force, worth
from volunteers.roster.writer import writer
from volunteers.units.models import THREE_HEADS, Appointment

LINE = ("points", "rule", "reason", "source_key", "unit_id", "actor_id", "at", "version_number", "quantity", "by_staff")


class Ledger:
    """Collects awards, then writes them all: accounts with their balance, and one transfer each."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.lines: list[tuple[int, dict[str, Any]]] = []

    def award(
        self,
        *,
        person_id: int,
        rule: str,
        points: int,
        source_key: str,
        reason: str,
        unit_id: int | None,
        at: dt.datetime,
        actor_id: int | None = None,
        quantity: int = 1,
    ) -> None:
        """Points for a person, dated; nothing for none."""
        if points:
            line = {"rule": rule, "points": points, "source_key": source_key, "reason": reason, "unit_id": unit_id}
            version = version_in_force(timezone.localdate(at)).number
            line |= {"actor_id": actor_id, "at": at, "version_number": version, "quantity": quantity, "by_staff": False}
            self.lines.append((person_id, line))

    def pay_quarter(self, calendar: Calendar) -> None:
        """Ten points for having been on duty in the last quarter, whether or not the app was opened."""
        last = quarter_before(calendar.today)
        paid_at = calendar.at((calendar.today - last).days - 1, 9)
        rows = Appointment.objects.active().of_roles(THREE_HEADS).filter(starts_on__lte=last).order_by("pk")
        paid: set[int] = set()
        for person_id, unit_id in rows.values_list("person_id", "unit_id"):
            if person_id not in paid:
                self.award(
                    person_id=person_id,
                    rule=ON_DUTY,
                    points=worth(ON_DUTY, on=last),
                    source_key=source_of(last, person_id),
                    reason=reason_of(last),
                    unit_id=unit_id,
                    at=paid_at,
                )
            paid.add(person_id)

    def write(self) -> int:
        """Write what was collected, oldest first, and forget it; returns how many lines."""
        lines, self.lines = sorted(self.lines, key=lambda line: line[1]["at"]), []
        issuing_id = system_account_id(AccountKind.ISSUING)
        sums: Counter[int] = Counter()
        for person_id, line in lines:
            sums[person_id] += line["points"]
        self._move_balances(sums)
        self._fill_months(lines)
        accounts = dict(PointsAccount.objects.filter(kind=AccountKind.PERSON).values_list("person_id", "pk"))
        rows = [
            (
                uuid.UUID(int=self.rng.getrandbits(128), version=4),
                issuing_id,
                accounts[person_id],
                *(line[name] for name in LINE),
            )
            for person_id, line in lines
        ]
        writer().insert(Transfer, ("id", "from_account_id", "to_account_id", *LINE), rows)
        return len(lines)

    def _move_balances(self, sums: Counter[int]) -> None:
        persons = PointsAccount.objects.filter(kind=AccountKind.PERSON)
        known = set(persons.values_list("person_id", flat=True))
        for person_id in known & sums.keys():
            persons.filter(person_id=person_id).update(balance=F("balance") + sums[person_id])
        PointsAccount.objects.bulk_create(
            [
                PointsAccount(kind=AccountKind.PERSON, person_id=person_id, balance=balance)
                for person_id, balance in sums.items()
                if person_id not in known
            ],
            batch_size=BATCH,
        )

    def _fill_months(self, lines: list[tuple[int, dict[str, Any]]]) -> None:
        """What each person earned in each month, as the ceiling looks at it."""
        sums: Counter[tuple[int, dt.date]] = Counter()
        for person_id, line in lines:
            sums[person_id, month_of(line["at"])] += line["points"]
        for row in MonthEarned.objects.filter(month__in={month for _person, month in sums}):
            row.points += sums.pop((row.person_id, row.month), 0)
            row.save(update_fields=["points"])
        rows = [(person_id, month, points, points) for (person_id, month), points in sums.items()]
        writer().insert(MonthEarned, ("person_id", "month", "points", "last_given"), rows)
