"""What the two campaigns of the sample stand on: a timetable in the past, its charter, candidates of every street."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from config.demo import names
from config.demo.people import BATCH, Ground, accounts_for, make_person
from config.demo.personas import LEADER
from config.demo.when import Calendar
from events.campaigns.calendar import Slot, timetable
from events.campaigns.charter import charter_of, fingerprint_of
from events.campaigns.models import (
    Campaign,
    CampaignRules,
    CampaignState,
    Nomination,
    NominationKind,
    Phase,
    StreetQuota,
    Transition,
    Vetting,
    VettingLevel,
)
from events.campaigns.nominees.eligibility import reasons_against
from events.campaigns.quota import quotas_of
from events.campaigns.rules import current_rules, numbers_of
from volunteers.accounts.models import User
from volunteers.homes.models import HouseholdLink, Resident, ResidentState
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Level, Role, Unit

FIRST_NUMBER, STEP = 70_000, 61_803_399
"""Numbers of residents: further along the walk on which leaders have theirs, so that none is given twice."""
PASSED = {
    VettingLevel.AREA: "平时都看得见，实在。",
    VettingLevel.COMMUNITY: "情况属实，群众反映好。",
    VettingLevel.STREET: "材料齐全，同意。",
    VettingLevel.DISTRICT: "同意列为候选人。",
}
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What tells one campaign from the other."""

    title: str
    about: str
    reference: str
    a_street: int  # candidates
    places: int  # of a street, on average
    stories: tuple[str, ...]
    why: str  # of the version of the rules


def streets_of(ground: Ground) -> list[Unit]:
    """By number."""
    return list(Unit.objects.at(Level.STREET).under(ground.district).order_by("path"))


def rules_for(plan: Plan, streets: Sequence[Unit], clerk: User) -> CampaignRules:
    """A version of its own, since a sample has fewer winners than a district."""
    newest = current_rules()
    numbers = numbers_of(newest) | {"winners_count": plan.places * len(streets)}
    return CampaignRules.objects.create(**numbers, number=newest.number + 1, why=plan.why, made_by=clerk)


def slots_around(rules: CampaignRules, phase: CampaignState, starts_at: dt.datetime) -> list[Slot]:
    """A timetable in which that phase began just then."""
    slots = timetable(rules, starts_at - 40 * DAY)
    by = starts_at - next(one.starts_at for one in slots if one.kind == phase)
    return [replace(one, starts_at=one.starts_at + by, ends_at=one.ends_at + by) for one in slots]


def found_campaign(ground: Ground, plan: Plan, rules: CampaignRules, slots: Sequence[Slot]) -> Campaign:
    """Approved a week before it began; it stands in the candidates' notice."""
    approver = accounts_for(_second_clerks(ground))
    made = Campaign.objects.create(
        unit=ground.district, title=plan.title, about=plan.about, rules=rules, made_by=ground.users["district"],
        made_at=slots[0].starts_at - 9 * DAY,
    )  # fmt: skip
    quotas = quotas_of(made)
    made.charter = charter_of(made, slots, quotas, plan.reference)
    made.fingerprint, made.approval_reference = fingerprint_of(made.charter), plan.reference
    made.approved_by, made.approved_at = next(iter(approver.values())), slots[0].starts_at - 7 * DAY
    made.state = CampaignState.NOTICE
    made.save()
    StreetQuota.objects.bulk_create(quotas)
    Phase.objects.bulk_create(
        Phase(campaign=made, kind=one.kind, starts_at=one.starts_at, ends_at=one.ends_at) for one in slots
    )
    return made


def _second_clerks(ground: Ground) -> list[int]:
    held = Appointment.objects.active().filter(unit=ground.district, role=Role.DISTRICT_CLERK)
    others = held.exclude(person=ground.users["district"].person).order_by("pk")
    return list(others.values_list("person_id", flat=True)[:1])


def write_history(campaign: Campaign, until: CampaignState) -> None:
    """What the clock did, as it did it."""
    rows = [
        Transition(
            campaign=campaign, from_state=CampaignState.DRAFT, to_state=CampaignState.APPROVED,
            by=campaign.approved_by, reason=campaign.approval_reference, at=campaign.approved_at or campaign.made_at,
        )
    ]  # fmt: skip
    before = CampaignState.APPROVED
    for phase in campaign.phases.order_by("starts_at"):
        after = CampaignState(phase.kind)
        rows.append(Transition(campaign=campaign, from_state=before, to_state=after, at=phase.starts_at))
        before = after
        if after == until:
            break
    Transition.objects.bulk_create(rows)


# -- who is put forward ------------------------------------------------------------------------------------------------


def pick_leaders(
    campaign: Campaign, streets: Iterable[Unit], count: int, skip: int, first: int = 0
) -> list[Appointment]:
    """So many of each street who may be put forward, spread over it; the demo's own leader where `skip` is nought."""
    found: list[Appointment] = []
    for street in streets:
        held = Appointment.objects.active().filter(role=Role.NEIGHBOUR_LEADER, unit__path__startswith=street.path)
        rows = held.select_related("person", "unit").order_by("unit__path")
        keys = list(rows.values_list("pk", flat=True))
        step = max(1, len(keys) // (count + 2))
        listed = list(rows.filter(pk__in=keys[skip % step :: step]))
        against = reasons_against(campaign, listed)
        able = [one for one in listed if one.pk not in against]
        if skip == 0:
            able.sort(key=lambda one: one.person.phone != LEADER.phone)
            own = rows.filter(person__in=Person.objects.by_phone(LEADER.phone)).first()
            able = [own, *(one for one in able if one.pk != own.pk)] if own else able
        found += able[first : first + count]
    return found


def nominate_all(
    campaign: Campaign, held: Sequence[Appointment], stories: Sequence[str], whys: Sequence[str], rng: random.Random
) -> list[Nomination]:
    """Rows of candidates in the order given; who named them is set when there are residents."""
    streets = {one.path: one for one in Unit.objects.at(Level.STREET)}
    began = campaign.phases.get(kind=CampaignState.NOMINATING).starts_at
    kinds = [NominationKind.RESIDENT] * 5 + [NominationKind.GROUP_LEADER] * 2 + [NominationKind.SELF]
    rows = []
    for number, one in enumerate(held):
        at = began + dt.timedelta(hours=rng.uniform(1, 200))
        rows.append(
            Nomination(
                uid=_uid(rng), campaign=campaign, person=one.person, appointment=one, neighbourhood=one.unit,
                street=streets[one.unit.path_at(Level.STREET)], kind=kinds[number % len(kinds)],
                why=whys[number % len(whys)], story=stories[number % len(stories)], state="candidate",
                seconded_count=rng.randint(3, 8), nominated_at=at, answered_at=at + dt.timedelta(hours=20),
            )
        )  # fmt: skip
    return Nomination.objects.bulk_create(rows, batch_size=BATCH)


def vet_all(campaign: Campaign, nominations: Sequence[Nomination], rng: random.Random) -> None:
    """Passed at each of the four levels by somebody of the place."""
    began = campaign.phases.get(kind=CampaignState.VETTING).starts_at
    roles = {
        VettingLevel.AREA: (Role.AREA_LEADER, Level.AREA),
        VettingLevel.COMMUNITY: (Role.COMMUNITY_WORKER, Level.COMMUNITY),
        VettingLevel.STREET: (Role.STREET_CLERK, Level.STREET),
        VettingLevel.DISTRICT: (Role.DISTRICT_CLERK, Level.DISTRICT),
    }
    staff = _staff([role for role, _level in roles.values()], [one.neighbourhood for one in nominations])
    users = accounts_for(staff.values())
    rows = []
    for number, (level, (role, at)) in enumerate(roles.items()):
        for one in nominations:
            user = users.get(staff.get((role, one.neighbourhood.path_at(at)), 0))
            if user is not None:
                when = began + dt.timedelta(days=number * 2, hours=rng.uniform(1, 30))
                rows.append(
                    Vetting(
                        uid=_uid(rng),
                        nomination=one,
                        level=level,
                        is_passed=True,
                        reason=PASSED[level],
                        by=user,
                        at=when,
                    )
                )
    Vetting.objects.bulk_create(rows, batch_size=BATCH)


def _staff(roles: Sequence[Role], neighbourhoods: Sequence[Unit]) -> dict[tuple[str, str], int]:
    """Who holds a role in a unit above these neighbourhoods, by role and path."""
    paths = {path for one in neighbourhoods for path in one.ancestor_paths()[:-1]}
    held = Appointment.objects.active().filter(role__in=roles, unit__path__in=paths).order_by("-pk")
    return {(role, path): person for role, path, person in held.values_list("role", "unit__path", "person_id")}


def _uid(rng: random.Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


# -- residents ---------------------------------------------------------------------------------------------------------


def settle_residents(near: Sequence[Unit], each: int, calendar: Calendar, rng: random.Random) -> list[Resident]:
    """So many grown-ups behind the doors of each of these neighbourhoods, on the roll since last year."""
    doors: dict[int, list[int]] = {one.pk: [] for one in near}
    links = HouseholdLink.objects.active().filter(neighbourhood__in=doors).order_by("household__position")
    for neighbourhood_id, household_id in links.values_list("neighbourhood_id", "household_id"):
        doors[neighbourhood_id].append(household_id)
    people = [_resident(number, calendar, rng) for number in range(len(near) * each)]
    Person.objects.bulk_create(people, batch_size=BATCH)
    rows = []
    for number, person in enumerate(people):
        unit, behind = near[number // each], doors[near[number // each].pk]
        since = calendar.now - dt.timedelta(days=rng.randint(380, 600))
        rows.append(
            Resident(
                person=person, neighbourhood=unit, state=ResidentState.CONFIRMED, asked_at=since,
                confirmed_at=since + DAY, household_id=behind[number % each % len(behind)] if behind else None,
            )
        )  # fmt: skip
    return Resident.objects.bulk_create(rows, batch_size=BATCH)


def _resident(number: int, calendar: Calendar, rng: random.Random) -> Person:
    gender, age = rng.choice("女男"), rng.randint(20, 82)
    words = names.GIVEN_OLDER if age > 54 else names.GIVEN_MIDDLE if age > 33 else names.GIVEN_YOUNGER
    phone = f"154{(FIRST_NUMBER + number) * STEP % 100_000_000:08d}"
    born = dt.date(calendar.today.year - age, rng.randint(1, 12), 1)
    return make_person(rng.choice(names.SURNAMES) + rng.choice(words[gender]), phone, gender, born)
