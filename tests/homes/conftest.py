"""An estate of the cast's community: 7栋 with two entrances, the first looked after by the cast's neighbourhood."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import pytest

from foundation.actors import SYSTEM
from tests.cast import Cast
from volunteers.homes.links import link_households
from volunteers.homes.models import Building, Estate, Household
from volunteers.homes.residents import Wish
from volunteers.homes.services import Doors, add_building, add_estate, generate_households


@dataclass
class Homes:
    """Places of the cast."""

    estate: Estate
    building: Building
    first: list[Household]
    second: list[Household]

    def door(self, number: str, entrance: str = "1单元") -> Household:
        return next(one for one in [*self.first, *self.second] if one.entrance == entrance and one.door == number)


def make_homes(cast: Cast) -> Homes:
    """荷香苑 7栋: 1单元 is looked after by the cast's neighbourhood, 2单元 by nobody."""
    estate = add_estate(uid=uuid.uuid4(), community=cast.community, name="荷香苑", acting_user=SYSTEM)
    building = add_building(uid=uuid.uuid4(), estate=estate, name="7栋", entrances=2, acting_user=SYSTEM)
    generate_households(building=building, doors=Doors(2, 5, 2), acting_user=SYSTEM)
    first = list(building.households.filter(entrance="1单元").in_order())
    second = list(building.households.filter(entrance="2单元").in_order())
    link_households(households=first, neighbourhood=cast.neighbourhood, acting_user=SYSTEM)
    return Homes(estate, building, first, second)


@pytest.fixture
def homes(cast: Cast) -> Homes:
    return make_homes(cast)


def wish_at(cast: Cast, homes: Homes, **fields: object) -> Wish:
    """A wish to join at the cast's neighbourhood."""
    words = {"building": homes.building, "neighbourhood": cast.neighbourhood, "entrance": "1单元", "old_enough": True}
    return Wish(**(words | fields))  # type: ignore[arg-type]
