"""Sets of persons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from foundation.secrets import blind_index
from volunteers.units.models import Appointment

if TYPE_CHECKING:
    from foundation.actors import Actor
    from volunteers.people.models import Person  # noqa: F401


class PersonQuerySet(models.QuerySet["Person"]):
    """Sets of persons; scoped by where they are appointed."""

    def by_phone(self, phone: str) -> Self:
        """The person with this number (11 digits), found by its blind index; at most one."""
        return self.filter(phone_index=blind_index(phone))

    def visible_to(self, user: Actor) -> Self:
        """Persons appointed where the user may see people, and oneself."""
        appointed = Appointment.objects.visible_to(user).active().values("person_id")
        return self.filter(models.Q(pk__in=appointed) | models.Q(pk=user.person_id))
