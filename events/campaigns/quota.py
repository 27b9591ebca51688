"""How many winners each street has: by largest remainder over its neighbour leaders, in whole numbers throughout."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

from django.db.models import Count
from django.db.models.functions import Substr

from events.campaigns.models import Campaign, StreetQuota
from volunteers.units.models import Appointment, Level, Role, Unit

K = TypeVar("K", bound=Hashable)


def largest_remainder(counts: dict[K, int], seats: int) -> dict[K, int]:
    """Seats by share (Hamilton): whole parts first, then one each by remainder, then by size, then by order given.

    Where nobody is counted nobody gets a seat.
    """
    total = sum(counts.values())
    if total == 0 or seats <= 0:
        return dict.fromkeys(counts, 0)
    shares = {key: divmod(count * seats, total) for key, count in counts.items()}
    given = {key: whole for key, (whole, _rest) in shares.items()}
    in_turn = sorted(counts, key=lambda key: (-shares[key][1], -counts[key]))
    for key in in_turn[: seats - sum(given.values())]:
        given[key] += 1
    return given


def leaders_by_street(district: Unit) -> dict[Unit, int]:
    """Current neighbour leaders of every street, by number of the street; who only stands in is not counted twice."""
    streets = list(Unit.objects.under(district).at(Level.STREET).current())
    width = len(district.path) + Unit.steplen
    held = Appointment.objects.active().of_roles([Role.NEIGHBOUR_LEADER]).filter(stands_in_for__isnull=True)
    rows = held.filter(unit__path__startswith=district.path).order_by()
    counted = rows.annotate(street=Substr("unit__path", 1, width)).values("street").annotate(n=Count("pk"))
    found = dict(counted.values_list("street", "n"))
    return {street: found.get(street.path, 0) for street in streets}


def quotas_of(campaign: Campaign) -> list[StreetQuota]:
    """Rows still to be stored, one a street."""
    leaders = leaders_by_street(campaign.unit)
    seats = largest_remainder({street.pk: count for street, count in leaders.items()}, campaign.rules.winners_count)
    return [
        StreetQuota(campaign=campaign, street=street, leaders_count=count, winners_count=seats[street.pk])
        for street, count in leaders.items()
    ]
