"""The personal home: one screen a persona, its one question answered, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cms.models import NoticePage, StoryPage
from events.campaigns.selectors import home_card
from events.gatherings.models import Event
from events.gatherings.selectors import waiting_for as hours_waiting_for
from events.tasks import selectors as tasks
from foundation import clock
from foundation.actors import Actor
from rewards.benefits.models import Merchant
from rewards.benefits.selectors import Ticket, tickets_of
from rewards.honours.selectors import newest_card
from rewards.points.selectors import balance_of
from volunteers.homes.models import Resident
from volunteers.homes.selectors import home_path
from volunteers.orgs.models import DepartmentOfficer
from volunteers.units.models import STAFF, Appointment, Level, Role, Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Grant, Right, grants, paths_where, person_id_of
from volunteers.units.selectors import breadcrumbs

SHOWN_NOTICES = 3
SHOWN_THANKS = dt.timedelta(days=14)
MOST_WINDOWS = 15


@dataclass(frozen=True, slots=True)
class Windows:
    """The house of a leader: as many windows as households, lit by what was done this quarter."""

    lit: int
    dark: int

    @property
    def each(self) -> list[bool]:
        """One entry a window, the lit ones first."""
        return [True] * self.lit + [False] * self.dark


def quarter_start(today: dt.date) -> dt.date:
    """First day of the quarter."""
    return today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)


def windows_of(user: Actor, households: int | None) -> Windows:
    """Lit windows for things done since the quarter began; one query. Nothing here is counted against anybody."""
    since = dt.datetime.combine(quarter_start(clock.today()), dt.time.min, tzinfo=clock.now().tzinfo)
    total = min(households or 10, MOST_WINDOWS)
    lit = min(tasks.helped_count(user, since), total)
    return Windows(lit, total - lit)


def neighbours_asking(user: Actor) -> int:
    """How many residents wait for this leader's word that they live here; one query."""
    return Resident.objects.waiting().answered_by(user).count()


def _going_on(user: Any) -> dict[str, Any]:
    """What every home shows: notices, the newest story, the campaign that runs."""
    seen = NoticePage.objects.visible_to(user).current().newest_first()
    unread = set(seen.unread_by(user).values_list("pk", flat=True)) if user.is_authenticated else set()
    shown = list(seen.select_related("unit")[:SHOWN_NOTICES])
    return {"notices": shown, "unread": unread, "story": _newest_story(user), "best": home_card(user)}


def _newest_story(user: Any) -> StoryPage | None:
    rows = StoryPage.objects.visible_to(user).select_related("unit").order_by("-first_published_at", "-pk")
    newest: StoryPage | None = rows.first()
    return newest


def _events(user: Any) -> list[Event]:
    return list(Event.objects.visible_to(user).upcoming().order_by("starts_at")[:2])


def _ticket(user: Actor) -> Ticket | None:
    return next((ticket for ticket in tickets_of(user) if ticket.state == "ready"), None)


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A neighbourhood without a leader, and where it lies."""

    unit: Unit
    where: str


def vacancies_below(paths: list[str]) -> list[Vacancy]:
    """Neighbourhoods without a leader below these units, by number; at most twenty. Two queries."""
    held = Appointment.objects.active().of_roles([Role.NEIGHBOUR_LEADER]).values("unit_id")
    scope = Unit.objects.at(Level.NEIGHBOURHOOD).current().filter(under(paths))
    places = list(scope.exclude(pk__in=held)[:20])
    where = breadcrumbs(places)
    return [Vacancy(place, where[place.pk]) for place in places]


def leader_home(request: HttpRequest, grant: Grant) -> HttpResponse:
    """A neighbour leader: what is there for me today?"""
    user = request.user
    unit = Unit.objects.get(pk=grant.unit_id)
    cards = tasks.open_tasks_for(user)
    context = {
        "unit": unit,
        "windows": windows_of(user, unit.households_declared),
        "asking": neighbours_asking(user),
        "cards": cards,
        "minutes": sum(card.minutes for card in cards),
        "outcomes": list(tasks.outcomes_for(user, limit=2)),
        "ticket": _ticket(user),
        "thanks": newest_card(person_id_of(user), clock.now() - SHOWN_THANKS),
        "points": balance_of(person_id_of(user)),
        "events": _events(user),
        **_going_on(user),
    }
    return render(request, "home/leader.html", context)


def above_home(request: HttpRequest, grant: Grant) -> HttpResponse:
    """A group or area leader: who may need a hand, what waits for me?"""
    user = request.user
    paths = paths_where(user, Right.SEE_ROLLUP)
    context = {
        "unit": Unit.objects.get(pk=grant.unit_id),
        "waiting": tasks.waiting_for(user).count(),
        "asking": neighbours_asking(user),
        "vacant": vacancies_below(paths),
        "hours_waiting": hours_waiting_for(user),
        "posted": tasks.posted_tasks(user, only_open=True, limit=4),
        "cards": tasks.open_tasks_for(user)[:3],
        "outcomes": list(tasks.outcomes_for(user, limit=2)),
        "ticket": _ticket(user),
        "thanks": newest_card(person_id_of(user), clock.now() - SHOWN_THANKS),
        "points": balance_of(person_id_of(user)),
        **_going_on(user),
    }
    return render(request, "home/above.html", context)


def staff_home(request: HttpRequest, grant: Grant) -> HttpResponse:
    """Staff on the road: how far has it got, who needs a hand?"""
    user = request.user
    paths = paths_where(user, Right.SEE_ROLLUP)
    context = {
        "unit": Unit.objects.get(pk=grant.unit_id),
        "posted": tasks.posted_tasks(user, only_open=True, limit=6),
        "vacant": vacancies_below(paths),
        "hours_waiting": hours_waiting_for(user),
        "events": _events(user),
        **_going_on(user),
    }
    return render(request, "home/staff.html", context)


def resident_home(request: HttpRequest, path: str) -> HttpResponse:
    """A resident: who is my neighbour leader, what is going on?"""
    neighbourhood = Unit.objects.get(path=path)
    held = Appointment.objects.active().filter(unit=neighbourhood, role=Role.NEIGHBOUR_LEADER)
    context = {
        "unit": neighbourhood,
        "leader": held.select_related("person").first(),
        "events": _events(request.user),
        **_going_on(request.user),
    }
    return render(request, "home/resident.html", context)


def visitor_home(request: HttpRequest) -> HttpResponse:
    """Everybody else: what this is, and what concerns the whole district."""
    offices = DepartmentOfficer.objects.active().filter(person_id=person_id_of(request.user))
    context = {
        "office": offices.select_related("department").first(),
        "events": _events(request.user),
        **_going_on(request.user),
    }
    return render(request, "home/visitor.html", context)


def personal_home(request: HttpRequest) -> HttpResponse:
    """The home of whoever asks; the highest current role decides, since it sees the rest too."""
    held = grants(request.user)
    by_role = {grant.role: grant for grant in reversed(held)}
    for roles, home in (
        (STAFF[::-1], staff_home),
        ((Role.AREA_LEADER, Role.GROUP_LEADER), above_home),
        ((Role.NEIGHBOUR_LEADER,), leader_home),
    ):
        for role in roles:
            if role in by_role:
                return home(request, by_role[role])
    if request.user.is_authenticated and Merchant.objects.served_by(request.user).exists():
        return redirect("merchant_verify")
    if request.user.is_authenticated and (path := home_path(request.user)):
        return resident_home(request, path)
    return visitor_home(request)
