"""What pages show of who is put forward: whom one can name, who asks for a household, who waits, the candidates."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from events.campaigns.models import Campaign, Nomination, NominationState, Seconding, VettingLevel
from events.campaigns.nominees.eligibility import counted_on, full_months, in_role_since, leaders, reasons_against
from events.campaigns.nominees.facts import long_in_role
from events.campaigns.nominees.nominations import STANDING, WAITING
from events.campaigns.nominees.permissions import ENTERS_FOR, can_second_for, wrote_down
from foundation.actors import Actor
from volunteers.homes.finding import leader_title
from volunteers.homes.models import How, Resident
from volunteers.homes.querysets import COMMUNITY_WIDTH
from volunteers.homes.selectors import home_path, paths_around
from volunteers.units.models import STAFF, Appointment, Level, Role, Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, grants, person_id_of
from volunteers.units.selectors import named_like

MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """A neighbour leader whom somebody could name: how they are called here, where, and why not."""

    held: Appointment
    label: str
    place: str
    why_not: str
    is_own: bool


def _reach(user: Actor) -> tuple[list[str], str]:
    """Paths of the groups that the user leads, and of the community where the user lives (empty without one)."""
    groups = [one.path for one in grants(user) if one.role == Role.GROUP_LEADER]
    home = home_path(user)
    return groups, home[:COMMUNITY_WIDTH]


def nominable(user: Actor, campaign: Campaign) -> list[Appointment]:
    """Every neighbour leader whom the user may name, by place; one query."""
    groups, community = _reach(user)
    within = under(groups, "unit__path") | Q(person_id=person_id_of(user))
    if community:
        within |= Q(unit__path__startswith=community)
    return list(leaders().filter(within, unit__path__startswith=campaign.unit.path).order_by("unit__path", "pk"))


def choices_for(user: Actor, campaign: Campaign, words: str = "") -> list[Choice]:
    """Whom to choose from: oneself and one's own leader first, then the same group, then the community, by place.

    Residents read a surname and a title, as everywhere before somebody agreed to more.
    """
    groups, _community = _reach(user)
    home, me = home_path(user), person_id_of(user)
    found = nominable(user, campaign)
    if words:
        named = set(
            Unit.objects.filter(named_like(words), pk__in=[one.unit_id for one in found]).values_list("pk", flat=True)
        )
        found = [
            one for one in found if one.unit_id in named or words in one.unit.place or one.person.name.startswith(words)
        ]
    near = home[: -Unit.steplen]

    def distance(one: Appointment) -> tuple[bool, bool, bool, str]:
        path = one.unit.path
        return one.person_id != me, path != home, not (near and path.startswith(near)), path

    shown = sorted(found, key=distance)[:MOST_SHOWN]
    against = reasons_against(campaign, shown)
    return [
        Choice(
            held=one,
            label=_called(one, me, full=any(one.unit.path.startswith(path) for path in groups)),
            place=one.unit.place or one.unit.name,
            why_not=against.get(one.pk, ""),
            is_own=one.unit.path == home,
        )
        for one in shown
    ]


def _called(one: Appointment, me: int, *, full: bool) -> str:
    if one.person_id == me:
        return _("我自己（自荐）")
    return one.person.name if full else leader_title(one.person.surname)


def choice_of(user: Actor, campaign: Campaign, uid: uuid.UUID) -> Choice | None:
    """The one that was chosen, None when it is out of reach."""
    held = next((one for one in nominable(user, campaign) if one.uid == uid), None)
    if held is None:
        return None
    me, full = person_id_of(user), any(held.unit.path.startswith(path) for path in _reach(user)[0])
    against = reasons_against(campaign, [held]).get(held.pk, "")
    place = held.unit.place or held.unit.name
    return Choice(held, _called(held, me, full=full), place, against, held.unit.path == home_path(user))


# -- one's own, one's neighbours', those that wait -----------------------------------------------------------------


def own_nomination(user: Actor, campaign: Campaign) -> Nomination | None:
    """The nomination of the user, whatever became of it."""
    rows = Nomination.objects.filter(campaign=campaign, person_id=person_id_of(user))
    return rows.select_related("person", "neighbourhood", "street", "campaign__rules").first()


def asking_for_households(user: Actor, campaign: Campaign) -> list[Nomination]:
    """Those of one's own community that still want households and whom the user's household has not seconded, by place.

    Nobody's count decides the order; whoever has enough is left out. Three queries.
    """
    home = home_path(user)
    if not home:
        return []
    me = person_id_of(user)
    mine = Resident.objects.living().filter(person_id=me).exclude(household=None).values("household_id")
    seen = Nomination.objects.visible_to(user).filter(campaign=campaign, state__in=WAITING)
    near = seen.filter(neighbourhood__path__startswith=home[:COMMUNITY_WIDTH])
    open_rows = near.filter(seconded_count__lt=campaign.rules.seconders_count).exclude(person_id=me)
    open_rows = open_rows.exclude(nominated_by_id=me).exclude(secondings__household__in=mine)
    return list(open_rows.select_related("person", "neighbourhood", "campaign__rules").by_place())


def called(user: Actor, nomination: Nomination) -> str:
    """The name once somebody agreed to be named, or for themselves and those who vet; before, surname and title."""
    if nomination.state != NominationState.ASKED or nomination.person_id == person_id_of(user):
        return nomination.person.name
    if Nomination.objects.vetted_below(user).filter(pk=nomination.pk).exists():
        return nomination.person.name
    return leader_title(nomination.person.surname)


def has_seconded(user: Actor, nomination: Nomination) -> bool:
    """Whether the user, or somebody of the same household, stands behind it."""
    me = person_id_of(user)
    homes = Resident.objects.living().filter(person_id=me).exclude(household=None).values("household_id")
    return Seconding.objects.filter(Q(person_id=me) | Q(household__in=homes), nomination=nomination).exists()


def _counters(user: Actor) -> list[str]:
    """Paths of the units at whose counters the user serves."""
    return [one.path for one in grants(user) if one.role in STAFF and one.allows(Right.CONFIRM_RESIDENT)]


def residents_at_counter(user: Actor) -> QuerySet[Resident]:
    """Residents for whom a member of staff may write something down who came to them."""
    rows = Resident.objects.living().filter(under(_counters(user), "neighbourhood__path"))
    return rows.select_related("person", "neighbourhood").order_by("neighbourhood__path", "pk")


def nominable_at_counter(user: Actor, campaign: Campaign) -> QuerySet[Appointment]:
    """Neighbour leaders whom a resident may name who came to a member of staff, by place."""
    rows = leaders().filter(under(_counters(user), "unit__path"), unit__path__startswith=campaign.unit.path)
    return rows.order_by("unit__path", "pk")


def proxies_for(user: Actor, nomination: Nomination) -> list[Resident]:
    """Residents without a phone for whom the user may second: behind a known door, in the nominee's community."""
    paths = [one.path for one in grants(user) if one.role in ENTERS_FOR]
    if not paths or nomination.state not in WAITING:
        return []
    if wrote_down(user, nomination):
        return []
    community = nomination.neighbourhood.path_at(Level.COMMUNITY)
    rows = Resident.objects.living().filter(under(paths, "neighbourhood__path"), how=How.PROXY, household__isnull=False)
    rows = rows.filter(neighbourhood__path__startswith=community).exclude(person_id=nomination.person_id)
    taken = Seconding.objects.filter(nomination=nomination).values("household_id")
    rows = (
        rows.exclude(household__in=taken)
        .select_related("person", "neighbourhood")
        .order_by("neighbourhood__path", "pk")
    )
    return [one for one in rows[:100] if can_second_for(user, one)]


@dataclass(frozen=True, slots=True)
class Step:
    """One level of the vetting: who, what was decided; empty while it waits."""

    label: str
    is_passed: bool | None
    reason: str
    by: str
    at: object


def steps_of(nomination: Nomination) -> list[Step]:
    """The four levels with what each decided; one query."""
    done = {one.level: one for one in nomination.vettings.select_related("by__person")}
    found = []
    for level in VettingLevel:
        one = done.get(level)
        if one is None:
            found.append(Step(str(level.label), None, "", "", None))
        else:
            found.append(Step(str(level.label), one.is_passed, one.reason, one.by.get_full_name(), one.at))
    return found


# -- candidates ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody on the list: where, and how long in the role, in words."""

    nomination: Nomination
    community: str
    years: str


@dataclass(slots=True)
class Place:
    """A street with its candidates."""

    street: Unit
    candidates: list[Candidate] = field(default_factory=list)


def described(campaign: Campaign, rows: Iterable[Nomination]) -> list[Candidate]:
    """With community and years; two queries for all."""
    listed = list(rows)
    paths = {one.neighbourhood.path_at(Level.COMMUNITY) for one in listed}
    names = dict(Unit.objects.filter(path__in=paths).values_list("path", "name"))
    since, day = in_role_since({one.person_id for one in listed}), counted_on(campaign)
    return [
        Candidate(
            one,
            names.get(one.neighbourhood.path_at(Level.COMMUNITY), ""),
            long_in_role(full_months(since.get(one.person_id, day), day)),
        )
        for one in listed
    ]


def streets_with_candidates(campaign: Campaign) -> list[Unit]:
    """Streets that have candidates, by number."""
    rows = Nomination.objects.filter(campaign=campaign).candidates().order_by().values("street_id")
    return list(Unit.objects.filter(pk__in=rows).order_by("path"))


def own_street(user: Actor, streets: list[Unit]) -> Unit | None:
    """The one of the streets that the user lives or serves in, else the first."""
    around = paths_around(user)
    return next((one for one in streets if one.path in around), streets[0] if streets else None)


def candidates_in(campaign: Campaign, street: Unit) -> list[Candidate]:
    """Of one street, community by community as they are numbered."""
    rows = Nomination.objects.filter(campaign=campaign, street=street).candidates()
    return described(campaign, rows.select_related("person", "neighbourhood", "street").by_place())


def still_stands(nomination: Nomination) -> bool:
    """Whether somebody can still leave."""
    return nomination.state in STANDING
