"""Neighbours with doors, and nominees at every point of their way, made through the services."""

from __future__ import annotations

import uuid
from itertools import count

from django.utils import timezone

from events.campaigns.models import Campaign, Nomination
from events.campaigns.nominees import nominations, vetting
from tests.cast import SINCE, Cast, person_of
from volunteers.accounts.models import User
from volunteers.homes.models import Building, Estate, Household, HouseholdLink, Resident
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Level, Unit

STORY = "做邻长六年，最记得的是那个停电的晚上。"
_number = count(1)


def household(neighbourhood: Unit) -> Household:
    """A door linked to a neighbourhood."""
    community = Unit.objects.get(path=neighbourhood.path_at(Level.COMMUNITY))
    estate, _new = Estate.objects.get_or_create(community=community, name=f"{community.name}苑")
    building, _new = Building.objects.get_or_create(estate=estate, name="7栋")
    door = Household(building=building, entrance="2单元", position=next(_number))
    door.set_door(building, f"{door.position + 100}")
    door.save()
    HouseholdLink.objects.create(household=door, neighbourhood=neighbourhood, starts_on=SINCE)
    return door


def neighbour(neighbourhood: Unit, *, door: Household | None = None, name: str = "", proxy: bool = False) -> User:
    """A confirmed resident with an account, behind a door of their own unless one is given."""
    person = Person.objects.create(name=name or f"邻居{next(_number)}")
    said = {"how": "proxy", "consent_by": "resident", "consent_how": "spoken"} if proxy else {}
    Resident.objects.create(
        person=person, neighbourhood=neighbourhood, household=door or household(neighbourhood), state="confirmed",
        confirmed_at=timezone.now(), **said,
    )  # fmt: skip
    return User.objects.create_user(f"neighbour-{next(_number)}", person=person)


def post_of(user: User) -> Appointment:
    """What a leader of the cast holds."""
    return Appointment.objects.get(person=person_of(user), role="neighbour_leader")


def put_forward(campaign: Campaign, leader: User, by: User) -> Nomination:
    """Named by somebody, not answered yet."""
    made = nominations.nominate(
        uid=uuid.uuid4(), campaign=campaign, appointment=post_of(leader), why="谁家有事她都在", acting_user=by
    )
    return made.nomination


def agreed(campaign: Campaign, leader: User, by: User) -> Nomination:
    """Named, and willing."""
    row = put_forward(campaign, leader, by)
    return nominations.answer_nomination(nomination=row, agrees=True, story=STORY, acting_user=leader)


def seconded(row: Nomination, times: int = 3) -> Nomination:
    """So many households of the same neighbourhood stand behind it."""
    for _time in range(times):
        nominations.second(uid=uuid.uuid4(), nomination=row, acting_user=neighbour(row.neighbourhood))
    row.refresh_from_db()
    return row


def passed(row: Nomination, cast: Cast, levels: int = 4) -> Nomination:
    """Passed by so many levels, from below."""
    for due, user in enumerate((cast.area_leader, cast.worker, cast.street_clerk, cast.district_clerk)[:levels]):
        vetting.vet(uid=uuid.uuid4(), nomination=row, due=due, is_passed=True, reason="情况属实", acting_user=user)
    row.refresh_from_db()
    return row
