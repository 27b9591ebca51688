"""Sets of persons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from foundation.secrets import blind_index
from volunteers.units.models import Appointment
from volunteers.units.querysets import under

if TYPE_CHECKING:
    from foundation.actors import Actor
    from volunteers.people.models import Person, PersonalRequest  # noqa: F401


class PersonQuerySet(models.QuerySet["Person"]):
    """Sets of persons; scoped by where they are appointed."""

    def by_phone(self, phone: str) -> Self:
        """The person with this number (11 digits), found by its blind index; at most one."""
        return self.filter(phone_index=blind_index(phone))

    def visible_to(self, user: Actor) -> Self:
        """Persons appointed where the user may see people, and oneself."""
        appointed = Appointment.objects.visible_to(user).active().values("person_id")
        return self.filter(models.Q(pk__in=appointed) | models.Q(pk=user.person_id))

    def living(self) -> Self:
        """Without those who had themselves erased."""
        return self.filter(erased_at__isnull=True)


class PersonalRequestQuerySet(models.QuerySet["PersonalRequest"]):
    """Sets of requests about personal data."""

    def open(self) -> Self:
        """Not answered yet."""
        return self.filter(state="asked")

    def visible_to(self, user: Actor) -> Self:
        """Those that the user's unit, or one below, has to answer. One's own are read through the person."""
        from volunteers.units.rights import Right, paths_where

        return self.filter(under(paths_where(user, Right.HANDLE_REQUESTS), "unit__path"))
