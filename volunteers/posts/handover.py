"""The pack that a successor finds: what the one before looked after. A registry; apps above contribute their sections.

A contributor gets the appointment whose post is handed over and returns sections; it reads what lies in the unit now,
so that nothing is out of date. Who may read a pack is decided by `can_see_handover`, never here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from foundation import clock
from volunteers.homes.models import Household, HouseholdLink, Resident
from volunteers.posts.models import HandOver, Leave
from volunteers.posts.selectors import holders
from volunteers.units.models import THREE_HEADS, Appointment, Level, Role, Unit
from volunteers.units.selectors import breadcrumbs

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what, and what there is to know of it."""

    label: str
    value: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the pack."""

    key: str
    title: Text
    rows: list[Row] = field(default_factory=list)
    hint: Text = ""


Contributor = Callable[[Appointment], Iterable[Section]]
_contributors: list[tuple[int, Contributor]] = []


def contributor(order: int) -> Callable[[Contributor], Contributor]:
    """Register who adds sections; the lower the order, the earlier in the pack (10 post, 20 homes, 30 cases, …)."""

    def register(function: Contributor) -> Contributor:
        if function not in [known for _order, known in _contributors]:
            _contributors.append((order, function))
            _contributors.sort(key=lambda pair: pair[0])
        return function

    return register


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything for the one who takes over."""

    appointment: Appointment
    where: str
    hand_over: HandOver | None
    sections: list[Section]


def pack_of(appointment: Appointment) -> Pack:
    """The pack of a post, as it is today."""
    sections = [section for _order, function in _contributors for section in function(appointment)]
    found = HandOver.objects.filter(successor=appointment).select_related("appointment__person").first()
    where = breadcrumbs([appointment.unit], top=1)[appointment.unit_id]
    return Pack(appointment, where, found, [section for section in sections if section.rows])


def _dates(one: Appointment) -> str:
    return f"{one.starts_on:%Y-%m-%d} – {one.ends_on:%Y-%m-%d}" if one.ends_on else f"{one.starts_on:%Y-%m-%d} –"


@contributor(10)
def the_post(appointment: Appointment) -> Iterable[Section]:
    """The post itself: since when, until when, who was there before."""
    rows = [Row(_("单位"), appointment.unit.name, appointment.unit.place)]
    if appointment.unit.households_declared:
        rows.append(Row(_("登记户数"), str(appointment.unit.households_declared)))
    rows.append(Row(_("任职"), _dates(appointment)))
    if appointment.term_ends_on:
        rows.append(Row(_("任期到"), appointment.term_ends_on.isoformat()))
    before = Appointment.objects.filter(
        unit=appointment.unit, role=appointment.role, starts_on__lt=appointment.starts_on
    )
    for one in before.select_related("person").order_by("-starts_on")[:3]:
        label = _("代理") if one.stands_in_for_id else _("前任")
        rows.append(Row(label, one.person.name, _dates(one)))
    leave = Leave.objects.running().filter(appointment=appointment).select_related("stand_in__person").first()
    if leave:
        who = leave.stand_in.person.name if leave.stand_in else ""
        rows.append(Row(_("休假到"), leave.ends_on.isoformat(), who))
    yield Section("post", _("这个岗位"), rows)


@contributor(15)
def people_around(appointment: Appointment) -> Iterable[Section]:
    """Whom to ask: the leader above, the workers of the community, those beside; and who is below."""
    if appointment.role not in THREE_HEADS:
        return
    unit = appointment.unit
    above = list(
        Appointment.objects.active()
        .filter(unit__path__in=unit.ancestor_paths()[2:-1], stands_in_for__isnull=True)
        .select_related("person", "unit")
        .order_by("-unit__path", "pk")
    )
    rows = [Row(f"{one.unit.name} {Role(one.role).label}", one.person.name) for one in above]
    beside = holders().filter(unit__path__startswith=unit.path[: -Unit.steplen], unit__depth=unit.depth)
    beside = beside.exclude(unit=unit).select_related("person", "unit").order_by("unit__path")
    rows += [Row(f"{one.unit.name} {Role(one.role).label}", one.person.name) for one in beside]
    yield Section("around", _("可以找谁"), rows)
    below = Unit.objects.under(unit).current().filter(depth=unit.depth + 1).order_by("path")
    held = {one.unit_id: one.person.name for one in holders().filter(unit__in=below).select_related("person")}
    names = [Row(one.name, held.get(one.pk) or _("空缺"), one.place) for one in below]
    yield Section("below", _("下面的岗位"), names)


@contributor(20)
def homes(appointment: Appointment) -> Iterable[Section]:
    """The households: door by door for a neighbour leader, counted by neighbourhood for those above."""
    if appointment.role == Role.NEIGHBOUR_LEADER:
        yield Section("homes", _("联系的住户"), _doors(appointment.unit))
    elif appointment.role in THREE_HEADS:
        yield Section("homes", _("联系的住户"), _counted(appointment.unit))


def _doors(unit: Unit) -> list[Row]:
    households = list(Household.objects.linked_to(unit).select_related("building__estate").in_order())
    lives: dict[int, list[str]] = {}
    residents = Resident.objects.living().filter(household__in=households, unlisted_at__isnull=True)
    for resident in residents.select_related("person").order_by("pk"):
        lives.setdefault(resident.household_id or 0, []).append(resident.person.name)
    rows = []
    for one in households:
        place = " ".join(filter(None, [one.building.estate.name, one.building.name, one.entrance]))
        note = _("不希望上门") if one.opted_out_at else "、".join(lives.get(one.pk, []))
        rows.append(Row(place, one.door, note))
    return rows


def _counted(unit: Unit) -> list[Row]:
    units = Unit.objects.under(unit).current().at(Level.NEIGHBOURHOOD).order_by("path")
    linked: dict[int, int] = {}
    for key in (
        HouseholdLink.objects.active().filter(neighbourhood__in=units).values_list("neighbourhood_id", flat=True)
    ):
        linked[key] = linked.get(key, 0) + 1
    return [
        Row(one.name, _("%(count)d 户") % {"count": linked.get(one.pk) or one.households_declared or 0}, one.place)
        for one in units
    ]


def is_held(appointment: Appointment) -> bool:
    """Whether it gives rights today."""
    return appointment.is_active(clock.today())
