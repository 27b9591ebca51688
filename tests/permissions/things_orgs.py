"""What departments, party organisations, cadres and merchants' accounts add to the world of the matrix."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from rewards.benefits.models import Merchant, MerchantClerk
from tests.cast import SINCE
from tests.permissions.world import World
from volunteers.orgs.models import Department, DepartmentOfficer, PartyLevel, PartyLink, PartyOrg
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role, Unit


def committees(world: World) -> list[PartyOrg]:
    """Two of the district, so that what hangs below one can be moved below the other."""
    for key in ("first", "second"):
        if ("committee", key) not in world.things:
            world.things["committee", key] = PartyOrg.add_root(
                level=PartyLevel.COMMITTEE, name=f"{key} 党委", unit=world.cast.district, starts_on=SINCE
            )
    return [world.things["committee", key] for key in ("first", "second")]


def add(world: World, name: str, unit: Unit) -> None:
    """A department with an officer, a branch that covers the unit, a serving cadre, a shop with a clerk."""
    department = Department.objects.create(name=f"部门 {name}")
    people = [Person.objects.create(name=f"{word}{name}") for word in ("负责", "干部", "店员")]
    world.things["department", name] = department
    world.things["officer", name] = DepartmentOfficer.objects.create(
        department=department, person=people[0], starts_on=SINCE
    )
    parent = committees(world)[0]
    org = parent.add_child(level=PartyLevel.BRANCH, name=f"支部 {name}", unit=unit, starts_on=SINCE)
    PartyLink.objects.create(org=org, unit=unit, starts_on=SINCE)
    world.things["party", name] = org
    world.things["cadre", name] = Appointment.objects.create(
        person=people[1], role=Role.AREA_LEADER, unit=unit, starts_on=SINCE, is_cadre=True, employer="区图书馆",
        ends_on=timezone.localdate() + dt.timedelta(days=300),
    )  # fmt: skip
    shop = Merchant.objects.create(name=f"店 {name}", unit=unit)
    world.things["clerk", name] = MerchantClerk.objects.create(merchant=shop, person=people[2], starts_on=SINCE)
