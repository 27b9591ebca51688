"""The numbers on the console's first page: five counts, however large the district."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from cms.models import NoticePage
from events.gatherings.models import Event
from events.tasks.models import Task
from events.tasks.selectors import waiting_for
from volunteers.units.models import Appointment, Level, Role, Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, what it counts, and where it leads; no address, no link."""

    number: int
    label: str
    url: str = ""


def vacancies_of(user: Any) -> int:
    """Neighbourhoods without a leader today, in units whose people the user sees."""
    led = Appointment.objects.active().filter(role=Role.NEIGHBOUR_LEADER, unit_id=OuterRef("pk"))
    scope = under(paths_where(user, Right.SEE_PEOPLE))
    places = Unit.objects.current().filter(scope, level=Level.NEIGHBOURHOOD)
    return int(places.filter(~Exists(led)).count())


def figures_for(user: Any) -> list[Figure]:
    """Open tasks, check-ins that wait, vacancies, current notices, coming events: in the user's units and below."""
    posted = under(paths_where(user, Right.POST_TASK), "unit__path")
    events = Event.objects.filter(under(paths_where(user, Right.RUN_EVENT), "unit__path"))
    return [
        Figure(Task.objects.open().filter(posted).count(), _("件任务进行中"), reverse("console_task_list")),
        Figure(waiting_for(user).count(), _("条打卡等确认"), reverse("check_in_list")),
        Figure(vacancies_of(user), _("处邻长空缺")),
        Figure(NoticePage.objects.managed_by(user).current().count(), _("条公告在看"), reverse("console_notice_list")),
        Figure(events.planned().upcoming().count(), _("场活动快到了"), reverse("console_event_list")),
    ]
