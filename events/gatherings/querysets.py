"""Sets of events and sign-ups, scoped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from foundation import clock
from foundation.actors import Actor, is_system
from volunteers.homes.selectors import paths_around
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where, person_id_of

if TYPE_CHECKING:
    from events.gatherings.models import Attendance, Event, SignUp  # noqa: F401


class EventQuerySet(models.QuerySet["Event"]):
    """Sets of events."""

    def planned(self) -> Self:
        """Not called off."""
        return self.filter(state="planned")

    def upcoming(self) -> Self:
        """Not over yet, the next one first."""
        return self.filter(ends_at__gt=clock.now()).order_by("starts_at", "pk")

    def past(self) -> Self:
        """Over, the latest first."""
        return self.filter(ends_at__lte=clock.now()).order_by("-starts_at", "-pk")

    def taking_hours(self) -> Self:
        """Over for thirty days at most, the latest first: their hours may be confirmed."""
        from events.gatherings.models import CONFIRM_WITHIN

        return self.planned().past().filter(ends_at__gte=clock.now() - CONFIRM_WITHIN)

    def visible_to(self, user: Actor) -> Self:
        """Events of the units one lives or serves in, of the units above them, of one's staff; and public ones."""
        if is_system(user):
            return self
        mine = Q(unit__path__in=paths_around(user)) | under(paths_where(user, Right.RUN_EVENT), "unit__path")
        return self.filter(Q(is_public=True) | mine)


class SignUpQuerySet(models.QuerySet["SignUp"]):
    """Sets of sign-ups."""

    def current(self) -> Self:
        """Not taken back."""
        return self.filter(state="signed")

    def visible_to(self, user: Actor) -> Self:
        """One's own, and those for events that the user runs."""
        if is_system(user):
            return self
        person_id = getattr(user, "person_id", None)
        mine = Q(person_id=person_id) if person_id else Q(pk__in=[])
        return self.filter(mine | under(paths_where(user, Right.RUN_EVENT), "event__unit__path"))


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    """Sets of attendances."""

    def standing(self) -> Self:
        """Not taken back."""
        return self.exclude(state="withdrawn")

    def confirmed(self) -> Self:
        """Somebody vouched for them, and nobody took that back."""
        return self.filter(state="confirmed")

    def of(self, user: Actor) -> Self:
        """One's own."""
        return self.filter(person_id=person_id_of(user))

    def visible_to(self, user: Actor) -> Self:
        """One's own, and those whose hours the user may confirm: of people below, or at events of the user's units."""
        if is_system(user):
            return self
        paths = paths_where(user, Right.CONFIRM_HOURS)
        below = under(paths, "unit__path") | under(paths, "event__unit__path")
        return self.filter(Q(person_id=person_id_of(user)) | below)
