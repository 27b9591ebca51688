"""Points in bulk: the same lines and balances that `award_points` would have written one by one."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import Counter
from typing import Any

from django.db.models import F

from config.demo.people import BATCH
from config.demo.when import Calendar
from rewards.points.models import AccountKind, PointsAccount, Transfer
from rewards.points.accounts import system_account_id
from volunteers.roster.writer import writer
from volunteers.units.models import THREE_HEADS, Appointment

LINE = ("points", "rule", "reason", "source_key", "unit_id", "actor_id", "at")
ON_DUTY, ON_DUTY_POINTS = "on_duty", 10


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
    ) -> None:
        """Points for a person, dated; nothing for none."""
        if points:
            line = {"rule": rule, "points": points, "source_key": source_key, "reason": reason, "unit_id": unit_id}
            self.lines.append((person_id, line | {"actor_id": actor_id, "at": at}))

    def pay_quarter(self, calendar: Calendar) -> None:
        """Ten points for having been on duty in the last quarter, whether or not the app was opened."""
        day = calendar.today
        first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        last = first - dt.timedelta(days=1)
        paid_at = calendar.at((day - first).days, 9)
        name, label = f"{last.year}Q{(last.month + 2) // 3}", f"{'一二三四'[(last.month - 1) // 3]}季度在岗"
        rows = Appointment.objects.active().of_roles(THREE_HEADS).filter(starts_on__lte=last).order_by("pk")
        for person_id, unit_id in rows.values_list("person_id", "unit_id"):
            self.award(
                person_id=person_id,
                rule=ON_DUTY,
                points=ON_DUTY_POINTS,
                source_key=f"{ON_DUTY}:{name}:{person_id}",
                reason=label,
                unit_id=unit_id,
                at=paid_at,
            )

    def write(self) -> int:
        """Write what was collected, oldest first, and forget it; returns how many lines."""
        lines, self.lines = sorted(self.lines, key=lambda line: line[1]["at"]), []
        issuing_id = system_account_id(AccountKind.ISSUING)
        sums: Counter[int] = Counter()
        for person_id, line in lines:
            sums[person_id] += line["points"]
        self._move_balances(sums)
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
