"""Keeping estates, buildings and doors: codes that notice a slip, doors that are sealed, names that are there once."""

from __future__ import annotations

import random
import uuid

import pytest
from django.db import connection

from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry
from tests.cast import Cast
from tests.homes.conftest import Homes
from volunteers.homes import services
from volunteers.homes.codes import ALPHABET, new_code, normal_code
from volunteers.homes.models import Building, Estate, Household, plain_door
from volunteers.homes.services import Doors, Place


def test_a_code_has_no_sign_that_looks_like_another() -> None:
    assert not set("01OIL") & set(ALPHABET)
    assert all(normal_code(new_code(random.Random(n))) for n in range(200))


def test_a_code_is_read_as_people_type_it() -> None:
    code = new_code(random.Random(1))
    plain = code.replace("-", "")
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in plain)
    assert {normal_code(text) for text in (code, plain.lower(), f" {plain} ", full_width)} == {code}


def test_every_wrong_sign_and_every_swap_is_noticed() -> None:
    plain = new_code(random.Random(2)).replace("-", "")
    for at, sign in enumerate(plain):
        wrong = [plain[:at] + other + plain[at + 1 :] for other in ALPHABET if other != sign]
        assert not any(normal_code(text) for text in wrong)
    for at in range(len(plain) - 1):
        swapped = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
        assert swapped == plain or not normal_code(swapped)


@pytest.mark.parametrize(("typed", "plain"), [(" 301 室", "301"), ("12b号", "12B"), ("3-2", "32"), ("３０１", "301")])
def test_a_door_is_compared_without_its_trimmings(typed: str, plain: str) -> None:
    assert plain_door(typed) == plain


def test_doors_are_sealed_and_numbered_as_everywhere(homes: Homes) -> None:
    assert [one.door for one in homes.first] == [f"{floor}0{door}" for floor in range(1, 6) for door in (1, 2)]
    assert homes.first[0].masked_door == "1**"
    with connection.cursor() as cursor:
        cursor.execute("SELECT door_sealed, door_index FROM homes_household")
        assert not any("101" in sealed or index == "101" for sealed, index in cursor.fetchall())


def test_generating_again_adds_only_what_is_missing(homes: Homes, cast: Cast) -> None:
    again = Doors(2, 6, 2)
    assert services.generate_households(building=homes.building, doors=again, acting_user=cast.worker) == 4
    assert services.generate_households(building=homes.building, doors=again, acting_user=cast.worker) == 0


def test_a_building_larger_than_any_is_refused(homes: Homes, cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        services.generate_households(building=homes.building, doors=Doors(0, 99, 2), acting_user=cast.worker)
    assert set(refused.value.errors) == {"entrances", "floors"}


def test_a_name_is_there_once_and_an_id_means_one_thing(homes: Homes, cast: Cast) -> None:
    uid = uuid.uuid4()
    made = services.add_estate(uid=uid, community=cast.community, name="榴园", acting_user=cast.worker)
    assert services.add_estate(uid=uid, community=cast.community, name="榴园", acting_user=cast.worker) == made
    with pytest.raises(DifferentBody):
        services.add_estate(uid=uid, community=cast.community, name="桂园", acting_user=cast.worker)
    with pytest.raises(Conflict, match="同名的小区"):
        services.add_estate(uid=uuid.uuid4(), community=cast.community, name="榴园", acting_user=cast.worker)
    with pytest.raises(Conflict, match="同名的楼栋"):
        services.add_building(uid=uuid.uuid4(), estate=homes.estate, name="7栋", acting_user=cast.worker)
    with pytest.raises(Conflict, match="门牌"):
        services.add_household(
            uid=uuid.uuid4(), building=homes.building, entrance="1单元", door="301室", acting_user=cast.worker
        )


def test_only_staff_of_the_community_keep_its_homes(homes: Homes, cast: Cast) -> None:
    for user in (cast.leader, cast.area_leader, cast.other_worker, cast.resident, cast.stranger):
        with pytest.raises(Denied):
            services.add_estate(uid=uuid.uuid4(), community=cast.community, name="榴园", acting_user=user)
        with pytest.raises(Denied):
            services.generate_households(building=homes.building, doors=Doors(1, 1, 1), acting_user=user)
    with pytest.raises(Invalid, match="改"):
        services.add_estate(uid=uuid.uuid4(), community=cast.street, name="榴园", acting_user=cast.street_clerk)


def test_the_code_on_the_wall_stays_when_a_building_is_renamed(homes: Homes, cast: Cast) -> None:
    code = homes.building.sign_code
    place = Place(longitude=112.5, latitude=30.1)
    services.change_building(building=homes.building, name="17栋", entrances=3, place=place, acting_user=cast.worker)
    kept = Building.objects.get(pk=homes.building.pk)
    assert (kept.sign_code, kept.number, kept.entrances, kept.latitude) == (code, 17, 3, 30.1)
    renamed = services.rename_estate(estate=homes.estate, name="藕香苑", acting_user=cast.worker)
    assert Estate.objects.get(pk=renamed.pk).initials == "oxy"


def test_the_audit_trail_holds_no_door(homes: Homes) -> None:
    entry = AuditEntry.objects.get(act="household.generate")
    assert entry.data == {"doors": 20}


def test_a_door_more_comes_last(homes: Homes, cast: Cast) -> None:
    made = services.add_household(
        uid=uuid.uuid4(), building=homes.building, entrance="1单元", door="商铺1", acting_user=SYSTEM
    )
    assert list(homes.building.households.filter(entrance="1单元").in_order())[-1] == made
    assert Household.objects.count() == 21
