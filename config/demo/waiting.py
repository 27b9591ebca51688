"""What waits for each persona, for the cards of the demo page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.demo.personas import LEADER, PERSONAS, Persona
from events.campaigns.models import CampaignState
from events.campaigns.phases import is_open
from events.campaigns.selectors import running_campaign
from events.gatherings.models import Event
from events.tasks.models import CheckIn, CheckInState, Task
from foundation import clock
from foundation.secrets import blind_index
from rewards.benefits.models import VoucherUse
from volunteers.accounts.models import User
from volunteers.units.models import Level, Role
from volunteers.units.rights import Right, units_where

TURNED_IN = (CheckInState.SUBMITTED, CheckInState.CONFIRMED, CheckInState.DECLINED)


@dataclass(frozen=True, slots=True)
class Card:
    """One person to be: who it is, and what waits; not ready where the sample district was never loaded."""

    key: str
    name: str
    line: str
    hint: str | Promise
    waiting: str
    is_ready: bool
    portrait: str


def cards() -> list[Card]:
    """A card for each persona, in order."""
    indexes = {blind_index(one.phone): one.key for one in PERSONAS}
    users = {
        indexes[user.person.phone_index]: user
        for user in User.objects.select_related("person").filter(person__phone_index__in=indexes)
        if user.person and user.person.phone_index
    }
    return [_card(one, users.get(one.key)) for one in PERSONAS]


def _card(one: Persona, user: User | None) -> Card:
    line = _("{name}，{title}").format(name=one.name, title=one.title)
    if one is LEADER:
        line = _("{name}，{age} 岁，{title}").format(name=one.name, age=one.age, title=one.title)
    hint = _("{hint}（适合电脑）").format(hint=one.hint) if one.at_a_desk else one.hint
    waiting = WAITING[one.key](user) if user else ""
    return Card(one.key, one.name, line, hint, waiting, user is not None, one.portrait)


def _open_tasks(user: User) -> str:
    mine = Task.objects.open().asked_of(user)
    done = CheckIn.objects.filter(person=user.person, state__in=TURNED_IN).values("task_id")
    count = mine.exclude(pk__in=done).count()
    return ngettext("{n} 件事", "{n} 件事", count).format(n=count) if count else ""


def _to_confirm(user: User) -> str:
    scope = units_where(user, Right.CONFIRM_CHECK_IN).values("pk")
    count = CheckIn.objects.waiting().filter(unit_id__in=scope, role=Role.NEIGHBOUR_LEADER).count()
    return ngettext("{n} 条等确认", "{n} 条等确认", count).format(n=count) if count else _open_tasks(user)


def _vacancies(user: User) -> str:
    led = Count("appointments", filter=Q(appointments__ends_on__isnull=True))
    homes = units_where(user, Right.SEE_ROLLUP).at(Level.NEIGHBOURHOOD)
    count = homes.annotate(led=led).filter(led=0).count()
    return ngettext("{n} 处空缺", "{n} 处空缺", count).format(n=count) if count else _open_tasks(user)


def _running(user: User) -> str:
    count = Task.objects.open().filter(unit_id__in=units_where(user, Right.POST_TASK).values("pk")).count()
    return ngettext("{n} 件进行中", "{n} 件进行中", count).format(n=count) if count else ""


def _coming(user: User) -> str:
    count = Event.objects.filter(starts_at__gte=clock.now()).count()
    return ngettext("{n} 个活动", "{n} 个活动", count).format(n=count) if count else ""


def _ballot(user: User) -> str:
    """That there is a vote, to whoever lives here; else what a resident is told on other days."""
    campaign = running_campaign()
    open_now = campaign is not None and is_open(campaign, CampaignState.VOTING)
    return _("可以投票") if open_now else _coming(user)


def _used(user: User) -> str:
    count = VoucherUse.objects.filter(merchant__clerks__person=user.person).count()
    return ngettext("核过 {n} 张", "核过 {n} 张", count).format(n=count) if count else ""


WAITING: dict[str, Callable[[User], str]] = {
    "leader": _open_tasks,
    "group": _to_confirm,
    "area": _vacancies,
    "worker": _running,
    "street": _running,
    "district": _running,
    "department": _coming,
    "resident": _ballot,
    "merchant": _used,
}
