"""Who has a benefit: whoever holds a role that it names, in or below the unit of its package. Nothing else counts."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch, Q, QuerySet

from foundation import clock
from foundation.actors import Actor
from rewards.benefits.models import Benefit, BenefitState, Merchant
from volunteers.units.models import Appointment, Unit
from volunteers.units.querysets import AppointmentQuerySet
from volunteers.units.rights import Grant, grants


def _ancestors(path: str) -> list[str]:
    return [path[:end] for end in range(Unit.steplen, len(path) + 1, Unit.steplen)]


def given_to(held: Iterable[tuple[str, str]]) -> Q:
    """Condition on benefits: given to one of these roles, each with the path of its unit."""
    named = Q(pk__in=[])
    for role, path in sorted(set(held)):
        named |= Q(roles__icontains=f'"{role}"', package__unit__path__in=_ancestors(path))
    return named


def current() -> QuerySet[Benefit]:
    """Offers that run today, open or paused."""
    today = clock.today()
    shown = [BenefitState.LIVE, BenefitState.PAUSED]
    rows = Benefit.objects.filter(state__in=shown, starts_on__lte=today, ends_on__gte=today)
    shops = Prefetch("merchants", queryset=Merchant.objects.select_related("unit"))
    return rows.select_related("package__unit").prefetch_related(shops)


def benefits_of(user: Actor) -> QuerySet[Benefit]:
    """Benefits that the user's current roles give, today; each once, however many roles give it."""
    return current().filter(given_to((grant.role.value, grant.path) for grant in grants(user)))


def grant_for(user: Actor, benefit: Benefit) -> Grant | None:
    """The role by which the user has the benefit, if any."""
    reach = benefit.package.unit.path
    return next((g for g in grants(user) if g.role.value in benefit.roles and g.path.startswith(reach)), None)


def entitling(benefit: Benefit) -> AppointmentQuerySet:
    """The appointments of today that give the benefit."""
    held: AppointmentQuerySet = Appointment.objects.active().of_roles(benefit.roles)
    return held.filter(unit__path__startswith=benefit.package.unit.path)


def post_of(benefit: Benefit, person_id: int) -> Appointment | None:
    """The appointment by which a person has the benefit today, if any."""
    held = entitling(benefit).filter(person_id=person_id).select_related("unit")
    return held.order_by("unit__path", "pk").first()
