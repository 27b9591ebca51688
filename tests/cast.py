"""The cast: a small district with one person for every part, made once a test."""

from __future__ import annotations

import contextlib
import datetime as dt
import pickle
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from rewards.benefits.models import Merchant, MerchantClerk
from rewards.points import rules
from tests.restoring import Rows, filled_tables, put_rows, rows_of
from volunteers.accounts.models import User
from volunteers.accounts.services import mark_second_factor
from volunteers.homes.models import Resident
from volunteers.orgs.models import Department, DepartmentOfficer
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Level, Role, Unit

SINCE = dt.date(2024, 1, 1)


@dataclass
class Cast:
    """Units and people by their part. `other_…` live in the sibling community of the same street."""

    district: Unit
    street: Unit
    other_street: Unit
    community: Unit
    other_community: Unit
    far_community: Unit
    area: Unit
    other_area: Unit
    group: Unit
    other_group: Unit
    neighbourhood: Unit
    neighbourhood2: Unit
    other_neighbourhood: Unit
    district_clerk: User
    street_clerk: User
    worker: User
    other_worker: User
    area_leader: User
    group_leader: User
    other_group_leader: User
    leader: User
    leader2: User
    other_leader: User
    resident: User
    merchant: Merchant
    merchant_person: User
    other_merchant: Merchant
    other_merchant_person: User
    department: Department
    officer: User
    stranger: User


def person_of(user: User) -> Person:
    """The person behind an account of the cast."""
    assert user.person
    return user.person


class _Maker:
    """Hands out numbers of an unissued prefix and makes people with accounts."""

    def __init__(self) -> None:
        self.issued = 0

    def person(self, name: str) -> User:
        self.issued += 1
        person = Person(name=name, born_on=dt.date(1960, 5, 1))
        person.set_phone(f"1549999{self.issued:04d}")
        person.save()
        return User.objects.create_user(f"user-{self.issued}", person=person)

    def leader(self, name: str, role: Role, unit: Unit) -> User:
        user = self.person(name)
        Appointment.objects.create(person=person_of(user), role=role, unit=unit, starts_on=SINCE)
        return user


def _below(parent: Unit, level: Level, name: str, **fields: object) -> Unit:
    parent.refresh_from_db()
    child: Unit = parent.add_child(level=level, name=name, starts_on=SINCE, **fields)
    return child


def make_units() -> dict[str, Unit]:
    """The tree of the cast: 1 district, 2 streets, 3 communities, 2 areas, 2 groups, 3 neighbourhoods."""
    units: dict[str, Unit] = {}
    units["district"] = Unit.add_root(level=Level.DISTRICT, name="云溪区", starts_on=SINCE)
    units["street"] = _below(units["district"], Level.STREET, "青禾街道")
    units["other_street"] = _below(units["district"], Level.STREET, "临溪街道")
    units["community"] = _below(units["street"], Level.COMMUNITY, "桂花社区")
    units["other_community"] = _below(units["street"], Level.COMMUNITY, "月桂社区")
    units["far_community"] = _below(units["other_street"], Level.COMMUNITY, "石桥社区")
    units["area"] = _below(units["community"], Level.AREA, "第1片区")
    units["other_area"] = _below(units["other_community"], Level.AREA, "第1片区")
    units["group"] = _below(units["area"], Level.GROUP, "第1组")
    units["other_group"] = _below(units["other_area"], Level.GROUP, "第1组")
    homes = {"households_declared": 10, "place": "7栋2单元"}
    units["neighbourhood"] = _below(units["group"], Level.NEIGHBOURHOOD, "1-1-1邻", **homes)
    units["neighbourhood2"] = _below(units["group"], Level.NEIGHBOURHOOD, "1-1-2邻", **homes)
    units["other_neighbourhood"] = _below(units["other_group"], Level.NEIGHBOURHOOD, "1-1-1邻", **homes)
    for unit in units.values():
        unit.refresh_from_db()
    return units


@dataclass(frozen=True)
class _Kept:
    """A cast that was made before: its rows by table, and itself, pickled."""

    rows: dict[str, Rows]
    cast: bytes


_kept: list[_Kept] = []


def make_cast() -> Cast:
    """The whole cast: about sixty inserts. On SQLite only the first time; then the same rows again, keys and all."""
    if connection.vendor != "sqlite":
        return _make_cast()
    if _kept:
        with contextlib.suppress(IntegrityError), transaction.atomic():  # a test may have made other things before
            for table, rows in _kept[0].rows.items():
                put_rows(table, rows)
            for model, field in ((Resident, "confirmed_at"), (Person, "created_at"), (User, "joined_at")):
                model._default_manager.update(**{field: timezone.now()})
            again: Cast = pickle.loads(_kept[0].cast)  # noqa: S301 - our own
            return again
        return _make_cast()
    before = {table: rows_of(table) for table in filled_tables()}
    cast = _make_cast()
    made = {table: [row for row in rows_of(table) if row not in before.get(table, [])] for table in filled_tables()}
    _kept.append(_Kept(made, pickle.dumps(cast)))
    return cast


def _make_cast() -> Cast:
    units, make = make_units(), _Maker()
    resident = make.person("方晓")
    lives = {"neighbourhood": units["neighbourhood"], "state": "confirmed", "confirmed_at": timezone.now()}
    Resident.objects.create(person=person_of(resident), **lives)
    merchant = Merchant.objects.create(name="青禾理发铺", unit=units["community"])
    other_merchant = Merchant.objects.create(name="禾边药房", unit=units["community"])
    merchant_person, other_merchant_person = make.person("赵小青"), make.person("钱多多")
    MerchantClerk.objects.create(merchant=merchant, person=person_of(merchant_person), starts_on=SINCE)
    MerchantClerk.objects.create(merchant=other_merchant, person=person_of(other_merchant_person), starts_on=SINCE)
    department = Department.objects.create(name="住房部门")
    officer = make.person("孟德海")
    DepartmentOfficer.objects.create(department=department, person=person_of(officer), starts_on=SINCE)
    return Cast(
        **units,
        district_clerk=make.leader("沈岚", Role.DISTRICT_CLERK, units["district"]),
        street_clerk=make.leader("罗晴", Role.STREET_CLERK, units["street"]),
        worker=make.leader("何静", Role.COMMUNITY_WORKER, units["community"]),
        other_worker=make.leader("陶然", Role.COMMUNITY_WORKER, units["other_community"]),
        area_leader=make.leader("高远", Role.AREA_LEADER, units["area"]),
        group_leader=make.leader("许敏", Role.GROUP_LEADER, units["group"]),
        other_group_leader=make.leader("丁宁", Role.GROUP_LEADER, units["other_group"]),
        leader=make.leader("周桂兰", Role.NEIGHBOUR_LEADER, units["neighbourhood"]),
        leader2=make.leader("马建国", Role.NEIGHBOUR_LEADER, units["neighbourhood2"]),
        other_leader=make.leader("顾芳", Role.NEIGHBOUR_LEADER, units["other_neighbourhood"]),
        resident=resident,
        merchant=merchant,
        merchant_person=merchant_person,
        other_merchant=other_merchant,
        other_merchant_person=other_merchant_person,
        department=department,
        officer=officer,
        stranger=make.person("路人"),
    )


@pytest.fixture
def cast(db: None) -> Cast:
    """The small district with everybody in it."""
    return make_cast()


@pytest.fixture(autouse=True)
def unknown_rules() -> None:
    """What the process remembers of the rules was read from a database that the test before has taken back."""
    rules.forget()


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """A signed-in test client for a user; staff as after their second factor."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="volunteers.accounts.backends.AccountBackend")
        session = client.session
        mark_second_factor(session)
        session.save()
        return client

    return make


@pytest.fixture
def committed_cast(transactional_db: None) -> Cast:
    """The cast in a database that others can see (mark the test `postgres` for real races), with keys of its own: a
    server that lives longer than a test remembers things by their keys.
    """
    return _make_cast()
