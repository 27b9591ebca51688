"""Campaigns for tests, through the services; the calendar is moved instead of the clock.

`make_campaign(cast, "voting", winners_count=2)` is a campaign that stands in a state, an hour after it began; `move_to`
takes one further. What a gate asks for on the way is prepared by functions registered with `prepares`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from django.db.models import F

from events.ballots.models import BallotBox
from events.ballots.roll.entries import freeze_roll
from events.campaigns import rules, services
from events.campaigns.models import (
    ORDER,
    PHASES,
    Campaign,
    CampaignState,
    Mark,
    Nomination,
    PanelMember,
    Phase,
)
from foundation import clock
from tests.ballots.custodians import make_keys, open_whole
from tests.cast import SINCE, Cast
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role, Unit

BEGUN = dt.timedelta(hours=1)
REFERENCE = "云民发〔2026〕17号"
Prepare = Callable[[Campaign, Cast], object]
_prepare: dict[CampaignState, list[Prepare]] = {}


def prepares(state: CampaignState) -> Callable[[Prepare], Prepare]:
    """Register what makes the gates of a state open: the roll confirmed, the key made."""

    def register(function: Prepare) -> Prepare:
        _prepare.setdefault(state, []).append(function)
        return function

    return register


def clerk_of(unit: Unit, role: Role, name: str) -> User:
    """A member of staff besides those of the cast; the same one for the same name."""
    username = f"clerk-{name}"
    if found := User.objects.filter(username=username).first():
        return found
    person = Person.objects.create(name=name, born_on=dt.date(1970, 1, 1))
    Appointment.objects.create(person=person, role=role, unit=unit, starts_on=SINCE)
    return User.objects.create_user(username, person=person)


def second_clerk(cast: Cast) -> User:
    """The other district clerk: who approves what `cast.district_clerk` wrote."""
    return clerk_of(cast.district, Role.DISTRICT_CLERK, "程立")


def draft(cast: Cast, **numbers: int) -> Campaign:
    """A draft by the district clerk; numbers of the rules that differ from the samples make a version of their own."""
    version = rules.current_rules()
    if numbers:
        version = rules.add_rules(why=f"试用 {uuid.uuid4()}", acting_user=cast.district_clerk, **numbers)
    body = services.Draft("最美邻长", "夸夸身边的邻长", version, clock.now() + dt.timedelta(days=3))
    return services.draft_campaign(uid=uuid.uuid4(), unit=cast.district, draft=body, acting_user=cast.district_clerk)


def make_campaign(cast: Cast, state: str = "nominating", **numbers: int) -> Campaign:
    """A campaign that stands in a state. `numbers` are those of the rules: winners_count=2, seconders_count=1 …"""
    campaign = draft(cast, **numbers)
    if state == CampaignState.DRAFT:
        return campaign
    campaign = services.approve_campaign(campaign=campaign, reference=REFERENCE, acting_user=second_clerk(cast))
    return campaign if state == CampaignState.APPROVED else move_to(campaign, state, cast)


def shift(campaign: Campaign, by: dt.timedelta) -> None:
    """Move the whole timetable."""
    Phase.objects.filter(campaign=campaign).update(starts_at=F("starts_at") + by, ends_at=F("ends_at") + by)
    vars(campaign).pop("_prefetched_objects_cache", None)


def stand_in_phase(campaign: Campaign, state: str, since: dt.timedelta = BEGUN) -> None:
    """Move the timetable so that a phase began so long ago; nothing is entered yet."""
    shift(campaign, clock.now() - since - campaign.phases.get(kind=state).starts_at)


def end_phase(campaign: Campaign, state: str) -> None:
    """Move the timetable so that a phase ended a minute ago; nothing is entered yet."""
    shift(campaign, clock.now() - dt.timedelta(minutes=1) - campaign.phases.get(kind=state).ends_at)


def move_to(campaign: Campaign, state: str, cast: Cast) -> Campaign:
    """On to a later state by the clock, one phase after the other, with what the gates ask for; the fresh row."""
    goal = CampaignState(state)
    if goal in (CampaignState.AWARDED, CampaignState.ARCHIVED):
        return _close(campaign, goal, cast)
    first = ORDER.index(CampaignState(campaign.state)) + 1
    for step in ORDER[first : ORDER.index(goal) + 1]:
        for function in _prepare.get(step, []):
            function(campaign, cast)
        stand_in_phase(campaign, step)
        campaign = services.advance(campaign, at=campaign.phases.get(kind=step).starts_at)
        assert campaign.state == step, (campaign.state, step, campaign.held_since)
    return campaign


def _close(campaign: Campaign, goal: CampaignState, cast: Cast) -> Campaign:
    if campaign.state in PHASES or campaign.state == CampaignState.APPROVED:
        campaign = move_to(campaign, CampaignState.WINNERS_NOTICE, cast)
        end_phase(campaign, CampaignState.WINNERS_NOTICE)
        campaign = services.award_campaign(campaign=campaign, reason="名单已公布", acting_user=cast.district_clerk)
    if goal == CampaignState.ARCHIVED:
        campaign = services.archive_campaign(campaign=campaign, reason="材料齐了", acting_user=cast.district_clerk)
    return campaign


# -- what the gates ask for --------------------------------------------------------------------------------------------


@prepares(CampaignState.VOTING)
def box_is_ready(campaign: Campaign, cast: Cast) -> None:
    """A roll that two people agreed on, and a key kept by the community worker, unless the test made one."""
    for clerk in (cast.district_clerk, second_clerk(cast)):
        freeze_roll(campaign=campaign, acting_user=clerk)
    if not BallotBox.objects.filter(campaign=campaign, public_key__isnull=False).exists():
        make_keys(BallotBox.objects.get(campaign=campaign), [cast.worker])


@prepares(CampaignState.PANEL)
def box_is_open(campaign: Campaign, cast: Cast) -> None:
    """Closed, opened by its custodians and checked, unless the test did so."""
    box = BallotBox.objects.select_related("campaign__unit", "campaign__rules").get(campaign=campaign)
    if box.opened_at is None:
        open_whole(box)


@prepares(CampaignState.WINNERS_NOTICE)
def panel_has_marked(campaign: Campaign, cast: Cast) -> None:
    """As many members as the rules ask for, eighty points from each, unless the test made a panel."""
    if PanelMember.objects.filter(campaign=campaign).exists():
        return
    now = clock.now()
    for number in range(campaign.rules.panel_least | 1):
        person = Person.objects.create(name=f"评委{number}", born_on=dt.date(1965, 1, 1))
        member = PanelMember.objects.create(
            campaign=campaign, person=person, title="居民代表", accepted_at=now, declared_at=now
        )
        for nomination in Nomination.objects.candidates().filter(campaign=campaign):
            Mark.objects.create(uid=uuid.uuid4(), member=member, nomination=nomination, points=80)
