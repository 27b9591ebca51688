"""Which of the product's faces a person sees first, and its tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rewards.benefits.models import Merchant
from volunteers.homes.models import Resident
from volunteers.orgs.models import DepartmentOfficer
from volunteers.units.models import Role
from volunteers.units.rights import grants

_BY_ROLE = (
    (Role.NEIGHBOUR_LEADER, "leader"),
    (Role.GROUP_LEADER, "group"),
    (Role.AREA_LEADER, "area"),
    (Role.COMMUNITY_WORKER, "staff"),
    (Role.STREET_CLERK, "staff"),
    (Role.DISTRICT_CLERK, "staff"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of the bar at the bottom."""

    url: str
    icon: str
    label: str | Promise
    current: bool


def persona_of(user: Any) -> str:
    """leader, group, area, staff, department, merchant, resident or visitor; staff and higher roles come first."""
    if user is None or not user.is_authenticated:
        return "visitor"
    held = {grant.role for grant in grants(user)}
    for role, persona in reversed(_BY_ROLE):
        if role in held:
            return persona
    person_id = user.person_id
    if Merchant.objects.served_by(user).exists():
        return "merchant"
    if DepartmentOfficer.objects.active().filter(person_id=person_id).exists():
        return "department"
    if Resident.objects.living().filter(person_id=person_id).exists():
        return "resident"
    return "visitor"


_HOME = ("/", "home", _("首页"))
_TASKS = ("/tasks/", "task", _("任务"))
_EVENTS = ("/events/", "calendar", _("活动"))
_NOTICES = ("/notices/", "bell", _("公告"))
_BENEFITS = ("/benefits/", "gift", _("福利"))
_ME = ("/me/", "me", _("我的"))
_TABS: dict[str, tuple[tuple[str, str, str | Promise], ...]] = {
    "leader": (_HOME, _TASKS, _NOTICES, _BENEFITS, _ME),
    "group": (_HOME, _TASKS, _NOTICES, _BENEFITS, _ME),
    "area": (_HOME, _TASKS, _NOTICES, _BENEFITS, _ME),
    "staff": (_HOME, _TASKS, _NOTICES, _EVENTS, _ME),
    "department": (_HOME, _NOTICES, _ME),
    "resident": (_HOME, _NOTICES, _EVENTS, _ME),
    "merchant": (
        ("/merchant/", "scan", _("验券")),
        ("/merchant/history/", "clock", _("记录")),
        ("/merchant/benefits/", "gift", _("我的优惠")),
        _ME,
    ),
    "visitor": (_HOME, _NOTICES, _EVENTS),
}


def tabs_of(persona: str, path: str) -> list[Tab]:
    """The tabs of a persona; the one whose address the path begins with is current."""
    tabs = _TABS[persona]
    matching = [url for url, _icon, _label in tabs if (path == url if url == "/" else path.startswith(url))]
    current = max(matching, key=len, default="")
    return [Tab(url, icon, label, url == current) for url, icon, label in tabs]
