"""Points in bulk: the same lines and balances that `award_points` would have written one by one."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import Counter
from typing import Any

from django.db.models import F

from config.demo.people import BATCH
from rewards.points.models import AccountKind, PointsAccount, Transfer


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

    def write(self) -> int:
        """Write what was collected, oldest first, and forget it; returns how many lines."""
        lines, self.lines = sorted(self.lines, key=lambda line: line[1]["at"]), []
        issuing, _ = PointsAccount.objects.get_or_create(kind=AccountKind.ISSUING)
        sums: Counter[int] = Counter()
        for person_id, line in lines:
            sums[person_id] += line["points"]
        self._move_balances(sums)
        accounts = dict(PointsAccount.objects.filter(kind=AccountKind.PERSON).values_list("person_id", "pk"))
        Transfer.objects.bulk_create(
            (
                Transfer(
                    id=uuid.UUID(int=self.rng.getrandbits(128), version=4),
                    from_account_id=issuing.pk,
                    to_account_id=accounts[person_id],
                    **line,
                )
                for person_id, line in lines
            ),
            batch_size=BATCH,
        )
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
