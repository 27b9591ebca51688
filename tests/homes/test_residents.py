"""Joining the roll: one person, one entry; the leader answers; 代录 with consent; leaving; what one would rather not."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry, Notification
from foundation.streams import person_key, unit_key
from tests.cast import Cast, make_cast, person_of
from tests.homes.conftest import Homes, make_homes, wish_at
from volunteers.accounts.models import User
from volunteers.homes import joined, residents
from volunteers.homes.joined import Channel
from volunteers.homes.models import HouseholdLink, Resident, is_old_enough
from volunteers.homes.selectors import coverage, doors_without_leader, home_path, house_of, units_below
from volunteers.people.models import Person
from volunteers.units.models import Appointment


def ask(cast: Cast, homes: Homes, user: User, **fields: Any) -> Resident:
    given = fields.pop("id", None) or uuid.uuid4()
    return residents.ask_to_join(id=given, wish=wish_at(cast, homes, **fields), acting_user=user)


def enter(cast: Cast, homes: Homes, user: User, **fields: Any) -> Resident:
    words: dict[str, Any] = {
        "name": "王秀英",
        "consent_by": "resident",
        "consent_how": "spoken",
        "household": homes.first[2],
    }
    words |= {"id": uuid.uuid4(), "neighbourhood": cast.neighbourhood} | fields
    return residents.enter_for(**words, acting_user=user)


def test_who_asks_waits_and_the_leader_hears_of_it(homes: Homes, cast: Cast) -> None:
    made = ask(cast, homes, cast.stranger, door="301室")
    assert (made.state, made.household, made.neighbourhood) == ("asked", homes.door("301"), cast.neighbourhood)
    assert home_path(cast.stranger) == ""
    told = Notification.objects.get(ref=f"resident:{made.pk}")
    assert (told.stream_key, told.roles) == (unit_key(cast.neighbourhood.pk), ["neighbour_leader"])
    assert "路人" not in str(told.payload)
    assert "301" not in str(told.payload)


def test_where_the_post_is_vacant_the_group_leader_hears_of_it(homes: Homes, cast: Cast) -> None:
    Appointment.objects.filter(unit=cast.neighbourhood).delete()
    made = ask(cast, homes, cast.stranger)
    assert Notification.objects.get(ref=f"resident:{made.pk}").stream_key == unit_key(cast.group.pk)


def test_asking_twice_is_one_entry(homes: Homes, cast: Cast) -> None:
    given = uuid.uuid4()
    made = ask(cast, homes, cast.stranger, id=given)
    assert ask(cast, homes, cast.stranger, id=given) == made
    assert ask(cast, homes, cast.stranger) == made
    assert Notification.objects.filter(kind="resident").count() == 1
    with pytest.raises(DifferentBody):
        ask(cast, homes, cast.stranger, id=given, door="502")
    with pytest.raises(DifferentBody):
        ask(cast, homes, cast.merchant_person, id=given)


def test_a_wish_can_be_put_right_while_it_waits(homes: Homes, cast: Cast) -> None:
    ask(cast, homes, cast.stranger)
    again = ask(cast, homes, cast.stranger, door="402")
    assert again.household == homes.door("402")
    assert Resident.objects.filter(person=person_of(cast.stranger)).count() == 1


def test_refusals_of_a_wish_name_the_field(homes: Homes, cast: Cast) -> None:
    Person.objects.filter(pk=person_of(cast.stranger).pk).update(name="")
    for fields, field in (
        ({"old_enough": False}, "old_enough"),
        ({"door": "909"}, "door"),
        ({"door": "301", "entrance": "2单元"}, "door"),
        ({"door": "301", "entrance": ""}, "door"),
        ({"neighbourhood": cast.neighbourhood2}, "neighbourhood"),
        ({"name": "   "}, "name"),
    ):
        with pytest.raises(Invalid) as refused:
            ask(cast, homes, cast.stranger, **({"name": "李想"} | fields))
        assert set(refused.value.errors) == {field}, fields
    ask(cast, homes, cast.stranger, name=" 李  想 ")
    assert Person.objects.get(pk=person_of(cast.stranger).pk).pinyin == "lixiang"


def test_a_child_cannot_join(homes: Homes, cast: Cast) -> None:
    today = timezone.localdate()
    Person.objects.filter(pk=person_of(cast.stranger).pk).update(born_on=today.replace(year=today.year - 12, day=1))
    with pytest.raises(Invalid) as refused:
        ask(cast, homes, cast.stranger)
    assert "old_enough" in refused.value.errors
    assert is_old_enough(dt.date(2012, 3, 1), dt.date(2026, 3, 1))
    assert not is_old_enough(dt.date(2012, 3, 2), dt.date(2026, 3, 1))
    assert not Resident.objects.filter(person=person_of(cast.stranger)).exists()


def test_an_operator_without_a_person_cannot_join(homes: Homes, cast: Cast) -> None:
    with pytest.raises(Denied):
        ask(cast, homes, User.objects.create_user("nobody"))


def test_the_leader_says_yes(homes: Homes, cast: Cast) -> None:
    made = ask(cast, homes, cast.stranger)
    done = residents.confirm_resident(resident=made, household=homes.first[4], acting_user=cast.leader)
    assert (done.state, done.confirmed_by, done.household) == ("confirmed", cast.leader, homes.first[4])
    assert residents.confirm_resident(resident=made, acting_user=cast.leader).confirmed_at == done.confirmed_at
    assert AuditEntry.objects.filter(act="resident.confirm").count() == 1
    assert Notification.objects.filter(stream_key=person_key(done.person_id), kind="resident").count() == 1
    assert home_path(User.objects.get(pk=cast.stranger.pk)) == cast.neighbourhood.path
    other = homes.door("101", "2单元")
    HouseholdLink.objects.create(household=other, neighbourhood=cast.neighbourhood2, starts_on=timezone.localdate())
    with pytest.raises(Conflict, match="我搬走了"):
        ask(cast, homes, cast.stranger, neighbourhood=cast.neighbourhood2, entrance="2单元", door="101")


def test_only_those_who_look_after_it_answer_and_nobody_answers_themselves(homes: Homes, cast: Cast) -> None:
    made = ask(cast, homes, cast.stranger)
    for user in (cast.leader2, cast.other_leader, cast.other_worker, cast.resident, cast.stranger, cast.officer):
        with pytest.raises(Denied):
            residents.confirm_resident(resident=made, acting_user=user)
        with pytest.raises(Denied):
            residents.decline_resident(resident=made, reason="不是", acting_user=user)
    own = ask(cast, homes, cast.leader)
    with pytest.raises(Denied, match="上一级"):
        residents.confirm_resident(resident=own, acting_user=cast.leader)
    assert residents.confirm_resident(resident=own, acting_user=cast.worker).state == "confirmed"
    with pytest.raises(Invalid):
        residents.confirm_resident(resident=made, household=homes.second[0], acting_user=cast.leader)


def test_a_door_that_stayed_open_is_set_once_and_noted(homes: Homes, cast: Cast) -> None:
    made = residents.confirm_resident(resident=ask(cast, homes, cast.stranger), acting_user=cast.leader)
    with pytest.raises(Invalid):
        residents.set_door(resident=made, household=homes.second[0], acting_user=cast.leader)
    for _twice in range(2):
        assert residents.set_door(resident=made, household=homes.first[4], acting_user=cast.leader).household
    with pytest.raises(Conflict, match="已经补上"):
        residents.set_door(resident=made, household=homes.first[5], acting_user=cast.leader)
    made.refresh_from_db()
    assert made.household == homes.first[4]
    noted = AuditEntry.objects.get(act="resident.set_door")
    assert (noted.unit_id, homes.first[4].door in str(noted.data)) == (cast.neighbourhood.pk, False)


def test_a_door_is_set_by_whoever_confirms_and_only_for_the_confirmed(homes: Homes, cast: Cast) -> None:
    made = ask(cast, homes, cast.stranger)
    with pytest.raises(Conflict):
        residents.set_door(resident=made, household=homes.first[4], acting_user=cast.leader)
    residents.confirm_resident(resident=made, acting_user=cast.leader)
    own = residents.confirm_resident(resident=ask(cast, homes, cast.leader), acting_user=cast.worker)
    for row, user in ((made, cast.leader2), (made, cast.other_worker), (made, cast.stranger), (own, cast.leader)):
        with pytest.raises(Denied):
            residents.set_door(resident=row, household=homes.first[4], acting_user=user)
    assert residents.set_door(resident=own, household=homes.first[4], acting_user=cast.group_leader).household


def test_a_no_has_a_reason_and_can_be_asked_again_the_next_day(homes: Homes, cast: Cast) -> None:
    made = ask(cast, homes, cast.stranger, door="301")
    with pytest.raises(Invalid):
        residents.decline_resident(resident=made, reason=" ", acting_user=cast.group_leader)
    said = residents.decline_resident(resident=made, reason="301 早搬空了", acting_user=cast.group_leader)
    assert (said.state, said.declined_reason, said.household) == ("declined", "301 早搬空了", None)
    with pytest.raises(Conflict):
        residents.confirm_resident(resident=made, acting_user=cast.leader)
    with pytest.raises(Conflict, match="明天再试"):
        ask(cast, homes, cast.stranger)
    Resident.objects.filter(pk=made.pk).update(declined_at=timezone.now() - dt.timedelta(days=1))
    assert ask(cast, homes, cast.stranger).state == "asked"


def test_a_proxy_entry_says_who_agreed_and_is_counted_as_such(homes: Homes, cast: Cast) -> None:
    before = coverage([cast.community.path])[cast.community.pk]
    told: list[tuple[int, Channel]] = []
    joined._listeners.append(listener := lambda row, channel, _user: told.append((row.pk, channel)))
    try:
        made = enter(cast, homes, cast.leader)
    finally:
        joined._listeners.remove(listener)
    assert (made.state, made.how, made.consent_by, made.consent_how) == ("confirmed", "proxy", "resident", "spoken")
    assert (made.entered_by, made.person.name, made.person.phone_index) == (cast.leader, "王秀英", None)
    assert told == [(made.pk, Channel.PROXY)]
    after = coverage([cast.community.path])[cast.community.pk]
    assert (after.residents - before.residents, after.proxies - before.proxies) == (1, 1)
    door = next(door for door in house_of(cast.neighbourhood).doors if door.household == homes.first[2])
    assert (door.is_lit, door.proxies) == (True, 1)


def test_a_proxy_entry_is_refused_without_consent_or_twice(homes: Homes, cast: Cast) -> None:
    given = uuid.uuid4()
    made = enter(cast, homes, cast.leader, id=given)
    assert enter(cast, homes, cast.leader, id=given) == made
    with pytest.raises(DifferentBody):
        enter(cast, homes, cast.leader, id=given, name="王秀兰")
    with pytest.raises(Conflict, match="同名"):
        enter(cast, homes, cast.group_leader)
    for fields in ({"consent_by": ""}, {"consent_how": "guessed"}, {"name": " "}, {"household": homes.second[0]}):
        with pytest.raises(Invalid):
            enter(cast, homes, cast.leader, **({"name": "赵大爷"} | fields))
    for user in (cast.leader2, cast.other_worker, cast.resident, cast.officer):
        with pytest.raises(Denied):
            enter(cast, homes, user, name="钱大妈")
    assert Person.objects.filter(name="王秀英").count() == 1


def test_moving_away_forgets_the_door_and_frees_for_the_next_place(homes: Homes, cast: Cast) -> None:
    made = ask(cast, homes, cast.stranger, door="301")
    residents.confirm_resident(resident=made, acting_user=cast.leader)
    with pytest.raises(Denied):
        residents.move_away(resident=made, acting_user=cast.resident)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(Invalid):
        residents.move_away(resident=made, left_on=tomorrow, acting_user=cast.stranger)
    left = residents.move_away(resident=made, acting_user=cast.stranger)
    assert (left.state, left.household, left.left_on) == ("left", None, timezone.localdate())
    assert residents.move_away(resident=made, acting_user=cast.stranger).pk == left.pk
    assert ask(cast, homes, cast.stranger, door="302").state == "asked"


def test_visits_and_lists_can_be_declined(homes: Homes, cast: Cast) -> None:
    resident = Resident.objects.get(person=person_of(cast.resident))
    Resident.objects.filter(pk=resident.pk).update(household=homes.first[0])
    door = homes.first[0]
    assert residents.set_visits(household=door, welcome=False, acting_user=cast.resident).opted_out_at
    assert residents.set_visits(household=door, welcome=True, acting_user=cast.leader).opted_out_at is None
    assert residents.set_visits(household=homes.second[0], welcome=False, acting_user=cast.worker).opted_out_at
    for user in (cast.leader2, cast.stranger, cast.other_worker):
        with pytest.raises(Denied):
            residents.set_visits(household=door, welcome=False, acting_user=user)
        with pytest.raises(Denied):
            residents.set_listed(resident=resident, listed=False, acting_user=user)
    residents.set_listed(resident=resident, listed=False, acting_user=cast.resident)
    resident.refresh_from_db()
    assert resident.shown_name == "一位邻居"
    residents.set_listed(resident=resident, listed=True, acting_user=cast.leader)
    resident.refresh_from_db()
    assert resident.shown_name == "方*"


def test_doors_without_a_leader_count_where_they_lie(homes: Homes, cast: Cast) -> None:
    found = doors_without_leader([cast.district.path])
    assert found[cast.community.pk] == found[cast.district.pk] == 10
    assert found[cast.neighbourhood.pk] == found[cast.area.pk] == found[cast.other_community.pk] == 0
    Appointment.objects.filter(unit=cast.neighbourhood).delete()
    found = doors_without_leader([cast.community.path])
    assert found[cast.neighbourhood.pk] == found[cast.group.pk] == found[cast.area.pk] == 10
    assert found[cast.community.pk] == 20
    assert cast.district.pk not in found
    covered = coverage([""])
    assert tuple(covered[cast.district.pk]) == (10, 20, 1, 0)
    assert tuple(covered[cast.group.pk]) == (10, 10, 1, 0)
    assert [one.unit for one in units_below(cast.group)] == [cast.neighbourhood, cast.neighbourhood2]


def test_the_figures_cost_the_same_whatever_there_is(homes: Homes, cast: Cast, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        doors_without_leader([cast.district.path])
    with django_assert_num_queries(4):
        coverage([cast.district.path])
    with django_assert_num_queries(2):
        house_of(cast.neighbourhood)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_id", [True, False])
def test_of_many_who_ask_at_once_for_one_person_one_entry_is_made(same_id: bool) -> None:
    cast = make_cast()
    homes = make_homes(cast)
    given, barrier = uuid.uuid4(), threading.Barrier(8)

    def join(_number: int) -> int:
        try:
            barrier.wait(10)
            return ask(cast, homes, cast.stranger, id=given if same_id else uuid.uuid4(), door="301").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(join, range(8)))) == 1
    assert Notification.objects.filter(kind="resident").count() == 1
    assert AuditEntry.objects.filter(act="resident.ask").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_leaders_who_enter_one_neighbour_at_once_one_is_told() -> None:
    cast = make_cast()
    homes = make_homes(cast)
    barrier = threading.Barrier(2)

    def one(user: User) -> str:
        try:
            barrier.wait(10)
            return enter(cast, homes, user).state
        except Conflict:
            return "conflict"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, [cast.leader, cast.group_leader])) == ["confirmed", "conflict"]
    assert Person.objects.filter(name="王秀英").count() == 1
