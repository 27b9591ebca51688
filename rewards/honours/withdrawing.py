"""Taking a record of service back at a desk: whoever wrote more than the hours (the points and the attendance of an
event) registers how it is taken back, so that nothing is left over.

    @withdraws("event")
    def take_back_by_record(record: ServiceRecord, reason: str, acting_user: Actor) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from foundation.actors import Actor
from rewards.honours.models import ServiceRecord, ServiceWithdrawal
from rewards.honours.services import withdraw_hours
from volunteers.units.rights import Right, require

Withdraw = Callable[[ServiceRecord, str, Actor], object]
_takers: dict[str, Withdraw] = {}


def withdraws(sort: str) -> Callable[[Withdraw], Withdraw]:
    """Register who takes back records whose source begins with `sort:`."""

    def register(function: Withdraw) -> Withdraw:
        _takers[sort] = function
        return function

    return register


@transaction.atomic
def withdraw_record(*, record: ServiceRecord, reason: str, acting_user: Actor) -> ServiceWithdrawal:
    """Take one record back with all that came of the same service. Again changes nothing.

    Who may: HONOUR in the record's unit, and whoever may take back what else came of it. Raises `Denied`, `Missing`,
    `Invalid` without a reason, `Conflict` when the points are spent.
    """
    require(acting_user, Right.HONOUR, record.unit)
    taker = _takers.get(record.source_key.partition(":")[0])
    if taker is not None:
        taker(record, reason, acting_user)
    return withdraw_hours(source_key=record.source_key, reason=reason, acting_user=acting_user)
