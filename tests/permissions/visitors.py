"""Who visits, and which units their four relations mean. Those who came with homes, posts and data are like somebody
else of the table (`LIKE`): a stand-in is answered like a leader, who left office yesterday like a stranger, an erased
person like nobody. Where one of them differs, its row names them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.test import Client
from django.utils import timezone

from cms.sections import sync_staff_groups
from foundation.actors import SYSTEM
from rewards.benefits.models import MerchantClerk
from tests.cast import SINCE, Cast, person_of
from volunteers.accounts.models import User
from volunteers.accounts.services import mark_second_factor
from volunteers.homes.models import Resident
from volunteers.orgs.models import DepartmentOfficer
from volunteers.people.erasure import erase_person
from volunteers.people.models import Person
from volunteers.posts.models import Leave
from volunteers.units.models import Appointment, Role, Unit

OWN, BELOW, SIBLING, ABOVE = "own", "below", "sibling", "above"
RELATIONS = (OWN, BELOW, SIBLING, ABOVE)
ANONYMOUS = "anonymous"
DAY = dt.timedelta(days=1)

# The units that a visitor's four relations mean, in the tree down to the neighbourhoods, and among units with staff.
Places = tuple[str, str, str, str]
_STAFFED: Places = ("community", "", "other_community", "street")
_HERE: tuple[Places, Places] = (("neighbourhood", "", "neighbourhood2", "group"), _STAFFED)
_BESIDE: tuple[Places, Places] = (("neighbourhood2", "", "neighbourhood", "group"), _STAFFED)
_WORKER: tuple[Places, Places] = (("community", "area", "other_community", "street"), _STAFFED)
_DISTRICT: Places = ("district", "street", "", "")
_STREET: Places = ("street", "community", "other_street", "district")
PLACES: dict[str, tuple[Places, Places]] = {
    ANONYMOUS: _HERE,
    "stranger": _HERE,
    "resident": _HERE,
    "leader": _HERE,
    "former_leader": _HERE,
    "group_leader": (("group", "neighbourhood", "other_group", "area"), _STAFFED),
    "area_leader": (("area", "group", "other_area", "community"), _STAFFED),
    "worker": _WORKER,
    "worker_without_factor": _WORKER,
    "other_worker": (
        ("other_community", "other_area", "community", "street"),
        ("other_community", "", "community", "street"),
    ),
    "street_clerk": (_STREET, _STREET),
    "district_clerk": (_DISTRICT, _DISTRICT),
    "officer": _HERE,
    "merchant_person": _HERE,
    "operator": _HERE,
    "operating_clerk": (_DISTRICT, _DISTRICT),
    "leader_on_leave": _BESIDE,
    "stand_in": _BESIDE,
    "former_stand_in": _BESIDE,
    "future_leader": _HERE,
    "former_worker": _WORKER,
    "asking_resident": _HERE,
    "declined_resident": _HERE,
    "left_resident": _HERE,
    "young_resident": _HERE,
    "former_officer": _HERE,
    "former_clerk": _HERE,
    "erased_person": _HERE,
}
LIKE: dict[str, str] = {
    "leader_on_leave": "leader",
    "stand_in": "leader",
    "former_stand_in": "stranger",
    "future_leader": "stranger",
    "former_worker": "stranger",
    "asking_resident": "stranger",
    "declined_resident": "stranger",
    "left_resident": "stranger",
    "young_resident": "resident",
    "former_officer": "stranger",
    "former_clerk": "stranger",
    "erased_person": ANONYMOUS,
}
"""Whose answers somebody is given who is not named by a row."""
VISITORS = tuple(PLACES)
SERVES: dict[str, str] = {
    "resident": "neighbourhood",
    "young_resident": "neighbourhood",
    "leader": "neighbourhood",
    "leader_on_leave": "neighbourhood2",
    "stand_in": "neighbourhood2",
    "group_leader": "group",
    "area_leader": "area",
    "worker": "community",
    "worker_without_factor": "community",
    "other_worker": "other_community",
    "street_clerk": "street",
    "district_clerk": "district",
    "operating_clerk": "district",
}
"""Where somebody serves or lives today: they hear what is said there and above. Everybody else hears no place."""
PLAIN = tuple(name for name in VISITORS if name not in LIKE)
"""Those whom the table names."""


def make_visitors(cast: Cast) -> dict[str, User]:
    """An account for everybody but the anonymous."""
    made: dict[str, User | None] = {name: getattr(cast, name, None) for name in PLAIN}
    for name, role, unit in (
        ("worker_without_factor", Role.COMMUNITY_WORKER, cast.community),
        ("operating_clerk", Role.DISTRICT_CLERK, cast.district),
    ):
        made[name] = _user(name, is_superuser=name == "operating_clerk")
        _appoint(made[name], role, unit)
    made["operator"] = User.objects.create_superuser("operator")
    made.update(_who_held_a_role(cast))
    made.update(_who_lives_here(cast))
    made.update(_who_left_an_office(cast))
    made["erased_person"] = _user("erased_person")  # erased once the session is there
    sync_staff_groups()
    return {name: user for name, user in made.items() if user}


def _user(name: str, *, born_on: dt.date | None = None, is_superuser: bool = False) -> User:
    person = Person.objects.create(name=name, born_on=born_on)
    user: User = User.objects.create_user(name, person=person, is_superuser=is_superuser)
    return user


def _appoint(
    user: User | None, role: Role, unit: Unit, *, of: Appointment | None = None, first: int = 0, last: int | None = None
) -> Appointment:
    """From a day to a day, counted from today; without a first day since long ago."""
    assert user
    today = timezone.localdate()
    return Appointment.objects.create(
        person=person_of(user), role=role, unit=unit, stands_in_for=of,
        starts_on=today + first * DAY if first else SINCE, ends_on=None if last is None else today + last * DAY,
    )  # fmt: skip


def _who_held_a_role(cast: Cast) -> Iterator[tuple[str, User]]:
    """Yesterday, from tomorrow, for somebody else, or not just now."""
    leader, today = Role.NEIGHBOUR_LEADER, timezone.localdate()
    for name, unit, first, last in (
        ("former_leader", cast.neighbourhood, 0, -1),
        ("future_leader", cast.neighbourhood, 1, 90),
    ):
        user = _user(name)
        _appoint(user, leader, unit, first=first, last=last)
        yield name, user
    former_worker = _user("former_worker")
    _appoint(former_worker, Role.COMMUNITY_WORKER, cast.community, last=-1)
    yield "former_worker", former_worker
    away = Appointment.objects.get(person=person_of(cast.leader2))
    stand_in, before = _user("stand_in"), _user("former_stand_in")
    standing = _appoint(stand_in, leader, cast.neighbourhood2, of=away, first=-2, last=5)
    _appoint(before, leader, cast.neighbourhood2, of=away, first=-9, last=-3)
    days = {"starts_on": today - 2 * DAY, "ends_on": today + 5 * DAY}
    Leave.objects.create(appointment=away, stand_in=standing, taken_at=timezone.now(), **days)
    yield "leader_on_leave", cast.leader2
    yield "stand_in", stand_in
    yield "former_stand_in", before


def _who_lives_here(cast: Cast) -> Iterator[tuple[str, User]]:
    """Not confirmed yet, turned down, moved away, or fifteen years old."""
    today, now = timezone.localdate(), timezone.now()
    for name, state in (
        ("asking_resident", "asked"),
        ("declined_resident", "declined"),
        ("left_resident", "left"),
        ("young_resident", "confirmed"),
    ):
        user = _user(name, born_on=today - 15 * 365 * DAY - 5 * DAY if name == "young_resident" else None)
        confirmed = now if state in {"confirmed", "left"} else None
        Resident.objects.create(
            person=person_of(user), neighbourhood=cast.neighbourhood, state=state, confirmed_at=confirmed,
            left_on=today - DAY if state == "left" else None,
        )  # fmt: skip
        yield name, user


def _who_left_an_office(cast: Cast) -> Iterator[tuple[str, User]]:
    yesterday = timezone.localdate() - DAY
    officer, clerk = _user("former_officer"), _user("former_clerk")
    dates = {"starts_on": SINCE, "ends_on": yesterday}
    DepartmentOfficer.objects.create(department=cast.department, person=person_of(officer), **dates)
    MerchantClerk.objects.create(merchant=cast.merchant, person=person_of(clerk), **dates)
    yield "former_officer", officer
    yield "former_clerk", clerk


def sign_in(users: dict[str, User]) -> dict[str, str]:
    """A session of each, as after their second factor; then the erased person is erased. Returns cookies by visitor."""
    cookies = {}
    for name, user in users.items():
        client = Client()
        client.force_login(user, backend="volunteers.accounts.backends.AccountBackend")
        if name != "worker_without_factor":
            session = client.session
            mark_second_factor(session)
            session.save()
        cookies[name] = client.cookies["sid"].value
    erase(users["erased_person"])
    return cookies


def erase(user: User) -> None:
    """What happens to somebody who asked for it, with a session still in their phone."""
    erase_person(person=person_of(user), acting_user=SYSTEM)
