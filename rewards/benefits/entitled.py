"""Who has a benefit: whoever holds a role that it names, in or below the unit of its package. Nothing else counts.

A right that was claimed stays while its holder keeps the role in the same unit, though that unit comes to lie
elsewhere in the tree: it lasts till the benefit ends.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from foundation import clock
from foundation.actors import Actor
from rewards.benefits.models import Benefit, BenefitState, Entitlement, Merchant
from volunteers.units.models import Appointment, Unit
from volunteers.units.querysets import AppointmentQuerySet
from volunteers.units.rights import Grant, grants, person_id_of


def _ancestors(path: str) -> list[str]:
    return [path[:end] for end in range(Unit.steplen, len(path) + 1, Unit.steplen)]


def given_to(held: Iterable[tuple[str, str]]) -> Q:
    """Condition on benefits: given to one of these roles, each with the path of its unit."""
    named = Q(pk__in=[])
    for role, path in sorted(set(held)):
        named |= Q(roles__icontains=f'"{role}"', package__unit__path__in=_ancestors(path))
    return named


def kept_by(person_id: int, held: Iterable[tuple[str, int]]) -> Q:
    """Condition on benefits: claimed by a person who holds one of these roles still, each with the id of its unit."""
    named = Q(pk__in=[])
    for role, unit_id in sorted(set(held)):
        rows = Entitlement.objects.kept().filter(person_id=person_id, unit_id=unit_id)
        named |= Q(roles__icontains=f'"{role}"', pk__in=rows.values("benefit_id"))
    return named


def current() -> QuerySet[Benefit]:
    """Offers that run today, open or paused."""
    today = clock.today()
    shown = [BenefitState.LIVE, BenefitState.PAUSED]
    rows = Benefit.objects.filter(state__in=shown, starts_on__lte=today, ends_on__gte=today)
    shops = Prefetch("merchants", queryset=Merchant.objects.select_related("unit"))
    return rows.select_related("package__unit").prefetch_related(shops)


def benefits_of(user: Actor) -> QuerySet[Benefit]:
    """Benefits that the user's current roles give or have given to keep; each once, however many roles give it."""
    held = grants(user)
    given = given_to((grant.role.value, grant.path) for grant in held)
    kept = kept_by(person_id_of(user), ((grant.role.value, grant.unit_id) for grant in held))
    return current().filter(given | kept)


def grant_for(user: Actor, benefit: Benefit) -> Grant | None:
    """The role by which the user has the benefit, if any."""
    named = [grant for grant in grants(user) if grant.role.value in benefit.roles]
    reach = benefit.package.unit.path
    found = next((grant for grant in named if grant.path.startswith(reach)), None)
    if found or not named:
        return found
    mine = Entitlement.objects.kept().filter(benefit=benefit, person_id=person_id_of(user))
    units = set(mine.values_list("unit_id", flat=True))
    return next((grant for grant in named if grant.unit_id in units), None)


def entitling(benefit: Benefit) -> AppointmentQuerySet:
    """The appointments of today that give the benefit, or by which somebody keeps it."""
    held: AppointmentQuerySet = Appointment.objects.active().of_roles(benefit.roles)
    claimed = Entitlement.objects.kept().filter(benefit=benefit)
    kept = Exists(claimed.filter(person_id=OuterRef("person_id"), unit_id=OuterRef("unit_id")))
    return held.filter(Q(unit__path__startswith=benefit.package.unit.path) | kept)


def post_of(benefit: Benefit, person_id: int) -> Appointment | None:
    """The appointment by which a person has the benefit today, if any."""
    held = entitling(benefit).filter(person_id=person_id).select_related("unit")
    return held.order_by("unit__path", "pk").first()
