"""The network and the people of the demo as rows: leaders, staff, officers, residents."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password

from config.demo import names
from config.demo.district import FIRST_APPOINTMENT
from config.demo.offers import DEPARTMENTS
from config.demo.personas import (
    DISTRICT_CLERK,
    HOME_COMMUNITY,
    HOME_STREET,
    OFFICER,
    PERSONAS,
    RESIDENT,
    STREET_CLERK,
    Persona,
)
from config.demo.personas import WORKER as WORKER_PERSONA
from foundation import clock
from volunteers.accounts.models import User
from volunteers.homes.models import Resident, ResidentState
from volunteers.orgs.models import Department, DepartmentOfficer
from volunteers.people.models import Gender, Person
from volunteers.units.models import LEVEL_OF_ROLE, Appointment, Level, Role, Unit

BATCH = 1_000
WORKERS_FROM, CLERKS_FROM, OFFICERS_FROM, RESIDENTS_FROM = 100, 200, 400, 600  # last three digits of their numbers
GENDERS = {"男": Gender.MALE, "女": Gender.FEMALE}


@dataclass(slots=True)
class Ground:
    """What later steps stand on: the units by level and the demo's people by key."""

    district: Unit
    home_street: Unit
    home_community: Unit
    communities: list[Unit]
    users: dict[str, User] = field(default_factory=dict)
    residents: list[Person] = field(default_factory=list)


def unissued(number: int) -> str:
    """A reserved number of the demo's own people: 154 0000 0xxx."""
    return f"154{number:08d}"


def make_person(name: str, phone: str, gender: str = "", born_on: dt.date | None = None, status: str = "") -> Person:
    """An unsaved person with a sealed number."""
    person = Person(name=name, gender=GENDERS.get(gender, ""), born_on=born_on, political_status=status)
    person.set_phone(phone)
    person.fill_sounds()
    return person


def invent(rng: random.Random, number: int, *, youngest: int = 25, oldest: int = 55) -> Person:
    """An unsaved person who is in no roster."""
    gender, age = rng.choice("女男"), rng.randint(youngest, oldest)
    words = names.GIVEN_OLDER if age > 54 else names.GIVEN_MIDDLE if age > 33 else names.GIVEN_YOUNGER
    born = dt.date(clock.today().year - age, rng.randint(1, 12), 1)
    return make_person(rng.choice(names.SURNAMES) + rng.choice(words[gender]), unissued(number), gender, born)


def load_people(rng: random.Random, say: Callable[[str], None]) -> Ground:
    """Staff of every level, departments, residents of the home area, and an account for each persona."""
    ground = _find_ground()
    _date_back()
    _appoint_staff(ground, rng)
    _load_departments(rng)
    _load_residents(ground, rng)
    for one in PERSONAS:
        person = Person.objects.by_phone(one.phone).first()
        if person:
            ground.users[one.key] = account_of(person)
    say(f"工作人员、部门、居民，{len(ground.users)} 个演示账号")
    return ground


def _date_back() -> None:
    """A roster dates neighbour leaders only; the others have been in post, and the units there, just as long."""
    since = FIRST_APPOINTMENT + dt.timedelta(days=45)
    undated = Appointment.objects.filter(role__in=[Role.AREA_LEADER, Role.GROUP_LEADER], starts_on__gt=since)
    undated.update(starts_on=since)
    Unit.objects.update(starts_on=FIRST_APPOINTMENT)


def account_of(person: Person) -> User:
    """The person's account; made without a password when there is none."""
    user = User.objects.filter(person=person).first()
    return user or User.objects.create_user(person=person)


def _find_ground() -> Ground:
    community = Unit.objects.at(Level.COMMUNITY).get(name=HOME_COMMUNITY)
    return Ground(
        district=Unit.objects.at(Level.DISTRICT).get(),
        home_street=Unit.objects.at(Level.STREET).get(name=HOME_STREET),
        home_community=community,
        communities=list(Unit.objects.at(Level.COMMUNITY).order_by("path")),
    )


def _of_persona(who: Persona, status: str = "") -> Person:
    return make_person(who.name, who.phone, who.gender, who.born_on(clock.today()), status)


def _appoint_staff(ground: Ground, rng: random.Random) -> None:
    """A worker for each community, two clerks for each street, three for the district."""
    posts: list[tuple[Person, Role, Unit, str]] = []
    for number, community in enumerate(ground.communities, start=WORKERS_FROM):
        hers = community == ground.home_community
        person = _of_persona(WORKER_PERSONA, names.PARTY) if hers else invent(rng, number)
        posts.append((person, Role.COMMUNITY_WORKER, community, "社区工作者"))
    number = CLERKS_FROM
    for street in Unit.objects.at(Level.STREET).order_by("path"):
        for seat in range(2):
            hers = street == ground.home_street and seat == 0
            person = _of_persona(STREET_CLERK, names.PARTY) if hers else invent(rng, number)
            posts.append((person, Role.STREET_CLERK, street, "基层治理干事"))
            number += 1
    for seat in range(3):
        person = invent(rng, number + seat) if seat else _of_persona(DISTRICT_CLERK, names.PARTY)
        posts.append((person, Role.DISTRICT_CLERK, ground.district, "三长工作专班"))
    _save_posts(posts)


def _save_posts(posts: Iterable[tuple[Person, Role, Unit, str]]) -> None:
    posts = list(posts)
    assert all(LEVEL_OF_ROLE[role] == unit.level for _, role, unit, _ in posts)
    people = _saved([person for person, *_ in posts])
    Appointment.objects.bulk_create(
        [
            Appointment(person=people[index], role=role, unit=unit, starts_on=FIRST_APPOINTMENT, post_title=title)
            for index, (_, role, unit, title) in enumerate(posts)
        ]
    )


def _saved(persons: list[Person]) -> list[Person]:
    """The same persons with their keys."""
    Person.objects.bulk_create(persons, batch_size=BATCH)
    by_index = Person.objects.in_bulk([p.phone_index for p in persons], field_name="phone_index")
    return [by_index[p.phone_index] for p in persons]


def _load_departments(rng: random.Random) -> None:
    departments = [Department(name=name) for name in DEPARTMENTS]
    Department.objects.bulk_create(departments)
    officers = [_of_persona(OFFICER, names.PARTY)]
    officers += [invent(rng, OFFICERS_FROM + n) for n in range(len(departments) - 1)]
    by_name = {one.name: one for one in Department.objects.all()}
    DepartmentOfficer.objects.bulk_create(
        DepartmentOfficer(department=by_name[name], person=person, starts_on=FIRST_APPOINTMENT)
        for name, person in zip(DEPARTMENTS, _saved(officers), strict=True)
    )


def _load_residents(ground: Ground, rng: random.Random) -> None:
    """小方 beside his neighbour leader, and some neighbours of his who come to events."""
    leader = Person.objects.by_phone(PERSONAS[0].phone).first()
    home = Appointment.objects.active().get(person=leader, role=Role.NEIGHBOUR_LEADER).unit if leader else None
    near = list(
        Unit.objects.at(Level.NEIGHBOURHOOD)
        .under(ground.home_community)
        .order_by("path")[:40]
        .values_list("id", flat=True)
    )
    persons = [_of_persona(RESIDENT)]
    persons += [invent(rng, RESIDENTS_FROM + n, youngest=22, oldest=80) for n in range(60)]
    ground.residents = _saved(persons)
    since = clock.now() - dt.timedelta(days=90)
    Resident.objects.bulk_create(
        Resident(
            person=person,
            neighbourhood_id=home.id if home and index < 4 else rng.choice(near),
            state=ResidentState.CONFIRMED,
            confirmed_at=since + dt.timedelta(days=rng.random() * 80),
        )
        for index, person in enumerate(ground.residents)
    )


def accounts_for(person_ids: Iterable[int]) -> dict[int, User]:
    """Accounts for these persons, made without a password where there are none."""
    wanted = set(person_ids)
    have = {user.person_id for user in User.objects.filter(person_id__in=wanted)}
    User.objects.bulk_create(
        [
            User(username=f"u{uuid.uuid4().hex[:16]}", person_id=person_id, password=make_password(None))
            for person_id in sorted(wanted - have)
        ],
        batch_size=BATCH,
    )
    return {user.person_id: user for user in User.objects.filter(person_id__in=wanted) if user.person_id}
