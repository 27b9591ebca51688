"""One's own statement as a page: month by month, a reversal beside what it takes back, and who confirmed, as a role."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _

from rewards.points import posting
from rewards.points.selectors import Line
from volunteers.accounts.models import User
from volunteers.units.models import Appointment, Role


@dataclass(frozen=True, slots=True)
class Told:
    """One line, its reversal when there is one, and who confirmed it (组长确认), empty where that says nothing."""

    line: Line
    back: Line | None
    confirmed: str

    @property
    def day(self) -> dt.date:
        """Where the district is."""
        return timezone.localtime(self.line.at).date()


@dataclass(frozen=True, slots=True)
class TalkedMonth:
    """A month's lines, the newest first."""

    first: dt.date
    told: list[Told]


def months_of(lines: Iterable[Line], person_id: int) -> list[TalkedMonth]:
    """The lines by month; a reversal stands with its original, in the original's month. Two queries."""
    known = list(lines)
    backs: dict[uuid.UUID | None, Line] = {line.reverses_id: line for line in known if line.reverses_id}
    originals = {line.id for line in known}
    shown = [line for line in known if line.reverses_id not in originals]
    confirmed: dict[uuid.UUID | None, str] = dict(_confirmations(shown, person_id))
    told = [Told(line, backs.get(line.id), confirmed.get(line.id, "")) for line in shown]
    by_month = groupby(told, lambda one: posting.month_of(one.line.at))
    return [TalkedMonth(first, list(rows)) for first, rows in by_month]


def _confirmations(lines: Iterable[Line], person_id: int) -> Iterator[tuple[uuid.UUID | None, str]]:
    """Who booked what somebody earned, as the role held on that day; nothing of oneself, of the system, of staff."""
    asked = [line for line in lines if line.actor_id and line.points > 0 and not (line.by_staff or line.is_reversal)]
    accounts = User.objects.filter(pk__in={line.actor_id for line in asked}).exclude(person_id=person_id)
    people = dict(accounts.exclude(person__isnull=True).values_list("pk", "person_id"))
    held: dict[int, list[Appointment]] = {}
    for one in Appointment.objects.filter(person_id__in=set(people.values())).order_by("unit__depth", "pk"):
        held.setdefault(one.person_id, []).append(one)
    for line in asked:
        day = timezone.localtime(line.at).date()
        mine = held.get(people.get(line.actor_id or 0, 0), [])
        if role := next((one.role for one in mine if one.is_active(day)), ""):
            yield line.id, _("%(role)s确认") % {"role": Role(role).label}
