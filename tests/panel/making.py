"""A campaign whose panel sits: candidates in both streets, members with accounts."""

from __future__ import annotations

import datetime as dt
import uuid

from events.campaigns import phases
from events.campaigns.models import Campaign, CampaignState, Mark, Nomination, PanelMember
from events.campaigns.panel import services as panel
from foundation import clock
from tests.campaigns.making import make_campaign, stand_in_phase
from tests.cast import SINCE, Cast, person_of
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role, Unit


def somebody(name: str) -> User:
    """A person with an account and nothing else."""
    person = Person.objects.create(name=name, born_on=dt.date(1966, 3, 3))
    return User.objects.create_user(f"panel-{uuid.uuid4()}", person=person)


def make_candidate(campaign: Campaign, name: str, neighbourhood: Unit, street: Unit, **values: object) -> Nomination:
    """Somebody on the ballot, who leads a neighbourhood."""
    user = somebody(name)
    held = Appointment.objects.create(
        person=person_of(user), role=Role.NEIGHBOUR_LEADER, unit=neighbourhood, starts_on=SINCE,
        ends_on=SINCE + dt.timedelta(days=20),
    )  # fmt: skip
    return Nomination.objects.create(
        uid=uuid.uuid4(), campaign=campaign, person=held.person, appointment=held, neighbourhood=neighbourhood,
        street=street, kind="resident", why="热心", story="半夜帮邻居关总阀。", state="candidate", **values,
    )  # fmt: skip


def make_notice(cast: Cast, names: tuple[str, ...] = ("梁一", "梁二"), **numbers: int) -> Campaign:
    """A campaign in the candidates' notice, with candidates in the street of the cast."""
    campaign = make_campaign(cast, "notice", **({"winners_count": 2} | numbers))
    for name in names:
        make_candidate(campaign, name, cast.neighbourhood, cast.street)
    return campaign


def make_panel(cast: Cast, members: int = 5) -> Campaign:
    """The panel sits: everybody accepted and declared nothing; nobody has marked."""
    campaign = make_notice(cast)
    for number in range(members):
        make_member(campaign, cast, f"评委{number}")
    return to_panel(campaign)


def to_panel(campaign: Campaign) -> Campaign:
    """Straight to the panel: how a box is filled and opened is not what these tests are about."""
    stand_in_phase(campaign, CampaignState.PANEL)
    phases.enter(campaign, CampaignState.PANEL)
    return Campaign.objects.select_related("unit", "rules").get(pk=campaign.pk)


def make_member(campaign: Campaign, cast: Cast, name: str = "秦评", *, declared: bool = True) -> PanelMember:
    """A member who was asked and said yes, and has nobody to keep away from."""
    user = somebody(name)
    seat = panel.appoint_member(
        uid=uuid.uuid4(), campaign=campaign, person=person_of(user), title="居民代表", acting_user=cast.district_clerk
    )
    panel.accept(member=seat, acting_user=user)
    if declared:
        panel.declare(member=seat, near={}, acting_user=user)
    return PanelMember.objects.select_related("campaign__rules", "campaign__unit").get(pk=seat.pk)


def user_of(seat: PanelMember) -> User:
    """The account of a member."""
    return User.objects.get(person=seat.person_id)


def mark(seat: PanelMember, nomination: Nomination, points: int, replaces: uuid.UUID | None = None) -> Mark:
    """A mark, through the service."""
    return panel.give_mark(
        uid=uuid.uuid4(),
        member=seat,
        nomination=nomination,
        points=points,
        replaces=replaces,
        acting_user=user_of(seat),
    )


def write_marks(nomination: Nomination, points: list[int]) -> None:
    """Marks as they would stand there at the end, written past the calendar; as many members as marks are needed."""
    seats = list(PanelMember.objects.filter(campaign=nomination.campaign_id).order_by("pk"))
    Mark.objects.bulk_create(
        Mark(uid=uuid.uuid4(), member=seat, nomination=nomination, points=one, at=clock.now())
        for seat, one in zip(seats, points, strict=False)
    )
