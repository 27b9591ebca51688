"""Reads of roles held: who may be proposed for what, histories, what is vacant, what is too large or too small."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from foundation import clock
from foundation.actors import Actor
from volunteers.people.models import Person
from volunteers.posts.models import OPEN_STATES, HandOver, Leave, Proposal, State, role_at
from volunteers.posts.permissions import home_of
from volunteers.units.models import THREE_HEADS, Appointment, Level, Role, Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, grants, paths_where, person_id_of
from volunteers.units.selectors import breadcrumbs

POST_LEVELS = (Level.AREA, Level.GROUP, Level.NEIGHBOURHOOD)
ENDING = dt.timedelta(days=90)
LEADING: tuple[Any, ...] = tuple(role.value for role in THREE_HEADS)


def holders(on: dt.date | None = None) -> QuerySet[Appointment]:
    """Appointments of the three heads on a day, without those who stand in."""
    return Appointment.objects.active(on).filter(role__in=LEADING, stands_in_for__isnull=True)


def vacant(units: QuerySet[Any], on: dt.date | None = None) -> QuerySet[Any]:
    """Those of the units that have a post of the three heads and nobody in it on a day."""
    found: Any = units.filter(level__in=POST_LEVELS)
    return found.current(on).filter(~Exists(holders(on).filter(unit_id=OuterRef("pk")).values("pk")))


def vacancies_of(user: Actor) -> QuerySet[Any]:
    """Vacant posts where the user proposes or decides by office, in the order of the tree."""
    return vacant(Unit.objects.filter(under(paths_where(user, Right.PROPOSE))))


@dataclass(frozen=True, slots=True)
class Vacancy:
    """What is known of a vacant post, and what could be done."""

    where: str
    role: str
    since: dt.date | None
    reason: str
    above: str
    stand_in: str
    proposals: list[Proposal]

    @property
    def foremost(self) -> Proposal | None:
        """The proposal that has got furthest."""
        order = {State.NOTICED: 0, State.VETTED: 1, State.PROPOSED: 2}
        return min(self.proposals, key=lambda one: order[State(one.state)], default=None)


def about_vacancies(units: Iterable[Unit]) -> dict[int, Vacancy]:
    """Who was there last, who is above, who is proposed; five queries however many units."""
    listed = list(units)
    where, keys = breadcrumbs(listed), [unit.pk for unit in listed]
    last: dict[int, Appointment] = {}
    today = clock.today()
    past = Appointment.objects.filter(unit_id__in=keys, role__in=LEADING, stands_in_for__isnull=True)
    for one in past.filter(ends_on__lt=today).order_by("ends_on", "pk"):
        last[one.unit_id] = one
    standing = Appointment.objects.active().filter(unit_id__in=keys, stands_in_for__isnull=False)
    stand_ins = {one.unit_id: one.person.name for one in standing.select_related("person")}
    proposals: dict[int, list[Proposal]] = defaultdict(list)
    for proposal in Proposal.objects.filter(unit_id__in=keys, state__in=OPEN_STATES).order_by("proposed_at"):
        proposals[proposal.unit_id].append(proposal)
    above = names_above(listed)
    return {
        unit.pk: Vacancy(
            where=where[unit.pk],
            role=str(role_at(unit).label),
            since=last[unit.pk].ends_on if unit.pk in last else None,
            reason=last[unit.pk].ended_reason if unit.pk in last else "",
            above=above.get(unit.path[: -Unit.steplen], ""),
            stand_in=stand_ins.get(unit.pk, ""),
            proposals=proposals[unit.pk],
        )
        for unit in listed
    }


def names_above(units: Iterable[Unit]) -> dict[str, str]:
    """Path of the unit right above → the leader there, with the role; one query."""
    paths = {unit.path[: -Unit.steplen] for unit in units}
    rows = holders().filter(unit__path__in=paths).select_related("person", "unit")
    return {one.unit.path: f"{one.person.name}（{Role(one.role).label}）" for one in rows}


# -- on the phone --------------------------------------------------------------------------------------------------


def proposable(user: Actor) -> QuerySet[Any]:
    """Posts for which the user may propose on the phone: vacant, or soon to be; one's own, for a successor.

    In the order of the tree. What may be proposed at all is decided by `can_propose`.
    """
    today = clock.today()
    own = [grant for grant in grants(user) if grant.role in THREE_HEADS]
    scope = under(paths_where(user, Right.PROPOSE)) | Q(path__in=[grant.path for grant in own])
    scope |= Q(path__in=[grant.path[: -Unit.steplen] for grant in own])
    if home := home_of(user):
        scope |= Q(pk=home.pk)
    ending = Q(ends_on__isnull=False) | Q(term_ends_on__lte=today + ENDING) | Q(person_id=person_id_of(user))
    staying = holders().exclude(ending).filter(unit_id=OuterRef("pk"))
    units: Any = Unit.objects.filter(scope, level__in=POST_LEVELS)
    return units.current().filter(~Exists(staying.values("pk")))


def may_propose_somewhere(user: Actor) -> bool:
    """Whether the page for proposing is for this user at all."""
    return (
        bool(paths_where(user, Right.PROPOSE))
        or any(g.role in THREE_HEADS for g in grants(user))
        or bool(home_of(user))
    )


@dataclass(slots=True)
class Mine:
    """A role somebody holds today, as their own page shows it."""

    appointment: Appointment
    where: str
    leave: Leave | None = None
    hand_over: HandOver | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.appointment.post_title or str(Role(self.appointment.role).label)

    @property
    def is_head(self) -> bool:
        """Whether leave and hand-over make sense: one of the three heads, not as a stand-in."""
        return self.appointment.role in THREE_HEADS and self.appointment.stands_in_for_id is None


def mine(user: Actor) -> list[Mine]:
    """What the user holds today or will from a day on; five queries however many roles."""
    rows = Appointment.objects.filter(person_id=person_id_of(user)).exclude(ends_on__lt=clock.today())
    held = list(rows.select_related("unit", "stands_in_for__person").order_by("unit__path", "pk"))
    where = breadcrumbs(one.unit for one in held)
    keys = [one.pk for one in held]
    leaves = {
        leave.appointment_id: leave
        for leave in Leave.objects.open().filter(appointment_id__in=keys).select_related("stand_in__person")
    }
    packs = {
        one.successor_id: one
        for one in HandOver.objects.filter(successor_id__in=keys).select_related("appointment__person")
    }
    return [Mine(one, where[one.unit_id], leaves.get(one.pk), packs.get(one.pk)) for one in held]


def proposed_by(user: Actor) -> QuerySet[Proposal]:
    """What the user has proposed, newest first, and what is proposed about them."""
    me = person_id_of(user)
    rows = Proposal.objects.visible_to(user).filter(Q(proposed_by_id=user.pk) | Q(person_id=me))
    found: QuerySet[Proposal] = rows.select_related("unit").order_by("-proposed_at")
    return found


# -- histories -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """One line of a history."""

    appointment: Appointment
    where: str
    leaves: list[Leave] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The role, or what people call it."""
        return self.appointment.post_title or str(Role(self.appointment.role).label)


def _terms(rows: QuerySet[Appointment]) -> list[Term]:
    held = list(rows.select_related("person", "unit", "stands_in_for__person").order_by(F("starts_on").desc(), "-pk"))
    where = breadcrumbs((one.unit for one in held), top=1)
    leaves: dict[int, list[Leave]] = defaultdict(list)
    for leave in Leave.objects.filter(appointment__in=[one.pk for one in held]).order_by("starts_on"):
        leaves[leave.appointment_id].append(leave)
    return [Term(one, where[one.unit_id], leaves[one.pk]) for one in held]


def history_of_post(unit: Unit, user: Actor) -> list[Term]:
    """Everybody who has served in a unit, the newest first; three queries."""
    return _terms(Appointment.objects.visible_to(user).filter(unit=unit))


def history_of_person(person: Person, user: Actor) -> list[Term]:
    """What somebody has held in units that the user may look into, the newest first; three queries."""
    return _terms(Appointment.objects.visible_to(user).filter(person=person))
