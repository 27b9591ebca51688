"""A change enters into force at midnight of its day: once, whole, or not at all."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from foundation import failpoints
from foundation.errors import Conflict, Denied, Invalid
from foundation.models import AuditEntry, Notification, OutboxMessage
from tests.structure.conftest import THE_1ST, THE_30TH, Travel, Village, appoint, approved, below, draft
from volunteers.structure import services
from volunteers.structure.models import FormerPlace, StructureChange
from volunteers.structure.months import Month
from volunteers.structure.planning import Misfit
from volunteers.structure.reports import month_of
from volunteers.structure.selectors import name_on, path_on, unit_ids_under
from volunteers.units.models import Appointment, Level, Role, Unit
from volunteers.units.services import correct_unit

pytestmark = pytest.mark.everywhere


def current(unit: Unit, level: Level = Level.NEIGHBOURHOOD) -> set[int]:
    fresh = Unit.objects.get(pk=unit.pk)
    return set(Unit.objects.under(fresh).at(level).current().values_list("pk", flat=True))


def test_an_area_is_split_at_midnight_and_looks_old_the_evening_before(village: Village, travel: Travel) -> None:
    cast = village.cast
    leader = Appointment.objects.get(person=cast.leader.person)
    plan = village.split_plan(leaders={"1": str(leader.person.uid)})
    change = approved("split", cast.area, plan, cast)
    travel(THE_30TH)
    assert services.enter_due() == []
    assert len(current(cast.area)) == 24
    travel(THE_1ST)
    assert services.enter_due() == [change.uid]
    assert services.enter_due() == []
    new = Unit.objects.get(name="第2片区", level=Level.AREA, path__startswith=cast.community.path)
    assert new.starts_on == THE_1ST
    assert len(current(cast.area)) == 14
    assert current(new) == {home.pk for home in village.homes[14:]}
    post = Appointment.objects.get(unit=new)
    assert (post.person_id, post.role, post.starts_on) == (leader.person_id, "area_leader", THE_1ST)
    assert Appointment.objects.active().filter(unit=cast.neighbourhood).exists()


def test_a_divided_group_gets_a_counterpart_and_a_whole_one_moves(village: Village, travel: Travel) -> None:
    cast = village.cast
    approved("split", cast.area, village.split_plan(10), cast)
    travel(THE_1ST)
    services.enter_due()
    new = Unit.objects.get(name="第2片区", path__startswith=cast.community.path)
    groups = {unit.name: unit for unit in new.get_children()}
    assert set(groups) == {"第2组", "第3组"}
    assert groups["第3组"].pk == village.groups[2].pk
    assert groups["第2组"].pk != village.groups[1].pk
    assert len(current(groups["第2组"])) == 2
    assert len(current(village.groups[1])) == 6


def test_a_past_day_keeps_its_units_names_and_places(village: Village, travel: Travel) -> None:
    cast = village.cast
    before = set(unit_ids_under(cast.area, on=THE_30TH))
    old_path = village.homes[-1].path
    approved("split", cast.area, village.split_plan(), cast)
    approved("rename", cast.other_area, {"name": "河畔片区"}, cast)
    travel(THE_1ST)
    services.enter_due()
    assert set(unit_ids_under(cast.area, on=THE_30TH)) == before
    assert path_on(village.homes[-1], THE_30TH) == old_path
    assert path_on(village.homes[-1], THE_1ST) != old_path
    assert (name_on(cast.other_area, THE_30TH), name_on(cast.other_area, THE_1ST)) == ("第1片区", "河畔片区")
    cast.other_area.refresh_from_db()
    assert cast.other_area.initials.startswith("hp")


def test_moved_neighbourhoods_keep_their_ids_and_take_a_free_name(village: Village, travel: Travel) -> None:
    cast = village.cast
    clash = below(cast.other_group, Level.NEIGHBOURHOOD, "1-1-2邻")
    moving = Unit.objects.get(pk=cast.neighbourhood.pk)
    plan = {"units": [str(moving.uid)], "to": str(cast.other_group.uid)}
    change = approved("move", moving, plan, cast)
    assert change.scope == cast.street
    travel(THE_1ST)
    services.enter_due()
    moving.refresh_from_db()
    cast.other_group.refresh_from_db()
    assert moving.path.startswith(cast.other_group.path)
    assert moving.name == "1-1-3邻"
    assert clash.name == "1-1-2邻"
    assert cast.other_group.numchild == 3
    cast.leader.refresh_from_db()
    assert list(Unit.objects.visible_to(cast.leader)) == [moving]


def test_merged_units_end_the_day_before_and_their_people_go_on(village: Village, travel: Travel) -> None:
    cast = village.cast
    one, two = cast.community, cast.other_community
    plan = {"units": [str(one.uid), str(two.uid)], "into": str(one.uid)}
    approved("merge", one, plan, cast)
    travel(THE_1ST)
    services.enter_due()
    two.refresh_from_db()
    assert two.ends_on == THE_30TH
    assert not Unit.objects.current().filter(pk=two.pk).exists()
    names = set(Unit.objects.under(Unit.objects.get(pk=one.pk)).at(Level.AREA).values_list("name", flat=True))
    assert names == {"第1片区", "第2片区"}
    staff = Appointment.objects.active().filter(person=cast.other_worker.person).get()
    assert (staff.unit_id, staff.starts_on) == (one.pk, THE_1ST)
    assert Appointment.objects.active().filter(person=cast.other_leader.person).exists()


def test_merged_neighbourhoods_add_up_and_one_leader_stays(village: Village, travel: Travel) -> None:
    cast = village.cast
    one, two = cast.neighbourhood, cast.neighbourhood2
    approved("merge", one, {"units": [str(one.uid), str(two.uid)], "into": str(one.uid)}, cast)
    travel(THE_1ST)
    services.enter_due()
    one.refresh_from_db()
    assert one.households_declared == 20
    ended = Appointment.objects.get(person=cast.leader2.person)
    assert (ended.ends_on, ended.ended_reason) == (THE_30TH, "结构调整")
    told = Notification.objects.filter(stream_key=f"p:{cast.leader2.person_id}", kind="structure")
    assert told.count() == 1
    assert FormerPlace.objects.get(unit=one).households_declared == 10


def test_two_become_a_new_one(village: Village, travel: Travel) -> None:
    cast = village.cast
    one, two = village.groups[1:]
    approved("merge", one, {"units": [str(one.uid), str(two.uid)], "name": "新组"}, cast)
    travel(THE_1ST)
    services.enter_due()
    new = Unit.objects.get(name="新组")
    assert len(current(new)) == 16
    assert not Unit.objects.current().filter(pk__in=[one.pk, two.pk]).exists()


def test_a_neighbourhood_is_split_by_households(village: Village, travel: Travel) -> None:
    cast = village.cast
    approved("split", cast.neighbourhood, {"sides": [{"name": "1-1-9邻", "households": 4}]}, cast)
    travel(THE_1ST)
    services.enter_due()
    cast.neighbourhood.refresh_from_db()
    new = Unit.objects.get(name="1-1-9邻")
    assert (cast.neighbourhood.households_declared, new.households_declared, new.place) == (6, 4, "7栋2单元")


def test_the_drafter_never_approves_and_a_worker_has_no_right_to(village: Village) -> None:
    cast = village.cast
    change = draft("split", cast.area, village.split_plan(), cast.street_clerk)
    services.record_consultation(change=change, note="问过大家", acting_user=cast.street_clerk)
    with pytest.raises(Denied, match="自己"):
        services.approve_change(change=change, acting_user=cast.street_clerk)
    with pytest.raises(Denied):
        services.approve_change(change=change, acting_user=cast.worker)
    done = services.approve_change(change=change, acting_user=cast.district_clerk)
    assert done.state == "approved"
    assert AuditEntry.objects.filter(act="structure.approve", actor_id=cast.district_clerk.pk).count() == 1


def test_a_worker_drafts_inside_their_community_only(village: Village) -> None:
    cast = village.cast
    assert draft("split", cast.area, village.split_plan(), cast.worker).scope == cast.community
    with pytest.raises(Denied):
        draft("split", cast.area, village.split_plan(), cast.other_worker)
    with pytest.raises(Denied):
        draft(
            "move",
            cast.neighbourhood,
            {"units": [str(cast.neighbourhood.uid)], "to": str(cast.other_group.uid)},
            cast.worker,
        )
    with pytest.raises(Denied):
        draft("split", cast.area, village.split_plan(), cast.area_leader)


def test_nothing_begins_today(village: Village) -> None:
    with pytest.raises(Invalid) as refusal:
        draft("split", village.cast.area, village.split_plan(), village.cast.worker, dt.date(2026, 11, 20))
    assert "in_force_on" in refusal.value.errors


def test_a_forgotten_neighbourhood_holds_up_the_consultation(village: Village) -> None:
    cast = village.cast
    plan = village.split_plan()
    del plan["members"][str(village.homes[3].uid)]
    change = draft("split", cast.area, plan, cast.worker)
    with pytest.raises(Misfit, match="1-1-4邻"):
        services.record_consultation(change=change, note="问过大家", acting_user=cast.worker)


def test_a_change_after_the_consultation_makes_it_a_draft_again(village: Village) -> None:
    cast = village.cast
    change = draft("split", cast.area, village.split_plan(), cast.worker)
    services.record_consultation(change=change, note="问过大家", acting_user=cast.worker)
    again = services.redraft_change(
        change=change, in_force_on=THE_1ST, why="重新分", plan=village.split_plan(9), acting_user=cast.worker
    )
    assert again.state == "draft"
    with pytest.raises(Conflict):
        services.approve_change(change=change, acting_user=cast.street_clerk)


def test_the_same_draft_twice_is_one(village: Village) -> None:
    cast, uid = village.cast, uuid.uuid4()
    body: dict[str, Any] = {
        "kind": "rename",
        "unit": cast.area,
        "in_force_on": THE_1ST,
        "why": "好记",
        "plan": {"name": "桂花园"},
    }
    one = services.draft_change(uid=uid, acting_user=cast.worker, **body)
    assert services.draft_change(uid=uid, acting_user=cast.worker, **body) == one
    with pytest.raises(Invalid):
        services.draft_change(uid=uid, acting_user=cast.worker, **body | {"why": "别的"})


def test_what_overlaps_an_approved_change_is_not_approved(village: Village, travel: Travel) -> None:
    cast = village.cast
    first = approved("split", cast.area, village.split_plan(), cast)
    with pytest.raises(Conflict, match="碰在一起"):
        approved("rename", village.groups[0], {"name": "大榕树组"}, cast)
    approved("rename", cast.other_area, {"name": "河畔片区"}, cast)
    services.withdraw_change(change=first, reason="先不拆", acting_user=cast.street_clerk)
    approved("rename", village.groups[0], {"name": "大榕树组"}, cast)
    travel(THE_1ST)
    assert len(services.enter_due()) == 2
    assert len(current(cast.area)) == 24


def test_what_no_longer_fits_stays_approved_with_its_reason_and_enters_once_it_does(
    village: Village, travel: Travel
) -> None:
    cast = village.cast
    change = approved("split", cast.area, village.split_plan(), cast)
    extra = below(village.groups[0], Level.NEIGHBOURHOOD, "1-1-9邻")
    travel(THE_1ST)
    assert services.enter_due() == services.enter_due() == []
    change.refresh_from_db()
    assert (change.state, "1-1-9邻" in change.problem) == ("approved", True)
    assert not FormerPlace.objects.exists()
    assert AuditEntry.objects.filter(act="structure.enter", result="refused").count() == 1
    Unit.objects.filter(pk=extra.pk).update(ends_on=THE_30TH)
    travel(dt.date(2026, 12, 3))
    assert services.enter_due() == [change.uid]
    change.refresh_from_db()
    assert (change.in_force_on, change.problem) == (dt.date(2026, 12, 3), "")


@pytest.mark.parametrize("place", ["structure.after_found", "structure.after_move", "structure.before_commit"])
def test_a_run_that_breaks_off_leaves_nothing_and_the_next_does_it_all(
    village: Village, travel: Travel, place: str
) -> None:
    change = approved("split", village.cast.area, village.split_plan(), village.cast)
    paths = dict(Unit.objects.values_list("pk", "path"))
    travel(THE_1ST)

    def killed() -> None:
        raise KeyboardInterrupt

    with failpoints.armed(place, killed), pytest.raises(KeyboardInterrupt):
        services.enter_due()
    assert dict(Unit.objects.values_list("pk", "path")) == paths
    assert not FormerPlace.objects.exists()
    assert services.enter_due() == [change.uid]


def test_a_change_in_force_is_not_withdrawn(village: Village, travel: Travel) -> None:
    cast = village.cast
    change = approved("rename", cast.area, {"name": "桂花园"}, cast)
    travel(THE_1ST)
    services.enter_due()
    with pytest.raises(Conflict, match="已经生效"):
        services.withdraw_change(change=change, reason="", acting_user=cast.district_clerk)


def test_sockets_are_asked_again_and_staff_are_told(village: Village, travel: Travel) -> None:
    approved("split", village.cast.area, village.split_plan(), village.cast)
    travel(THE_1ST)
    services.enter_due()
    assert OutboxMessage.objects.filter(topic="revoke", payload__everyone=True).exists()
    titles = set(Notification.objects.filter(kind="structure").values_list("payload__title", flat=True))
    assert "一项结构调整今天生效" in titles


def test_a_successor_who_begins_later_in_a_unit_to_be_ended_is_not_lost(village: Village, travel: Travel) -> None:
    cast = village.cast
    one, two = cast.neighbourhood, cast.neighbourhood2
    change = approved("merge", one, {"units": [str(one.uid), str(two.uid)], "into": str(one.uid)}, cast)
    Appointment.objects.filter(unit=two).update(ends_on=THE_30TH)
    later = appoint("后来人", Role.NEIGHBOUR_LEADER, two)
    Appointment.objects.filter(pk=later.pk).update(starts_on=dt.date(2026, 12, 5))
    travel(THE_1ST)
    services.enter_due()
    assert StructureChange.objects.get(pk=change.pk).problem


def test_a_community_is_split_and_its_area_gets_a_counterpart_with_its_own_leader(
    village: Village, travel: Travel
) -> None:
    cast = village.cast
    leader = Appointment.objects.get(person=cast.leader.person)
    plan = village.split_plan(leaders={f"1:{cast.area.uid}": str(leader.person.uid)}) | {
        "sides": [{"name": "金桂社区"}]
    }
    approved("split", cast.community, plan, cast)
    travel(THE_1ST)
    services.enter_due()
    community = Unit.objects.get(name="金桂社区")
    area = community.get_children().get()
    assert (area.name, area.level) == ("第1片区", Level.AREA)
    assert len(current(area)) == 10
    cast.leader.refresh_from_db()
    assert set(Unit.objects.visible_to(cast.leader).at(Level.AREA)) == {area}
    assert Appointment.objects.get(unit=area).starts_on == THE_1ST


def test_households_corrected_by_hand_hold_from_today_and_not_before(village: Village, travel: Travel) -> None:
    cast, home = village.cast, village.homes[0]
    november, december = Month(dt.date(2026, 11, 1)), Month(THE_1ST)
    before = month_of(cast.area, november).total.households
    travel(THE_1ST)
    for number in (17, 18):  # the first word about yesterday stands
        correct_unit(unit=home, place="1栋", households_declared=number, acting_user=cast.worker)
    assert month_of(cast.area, november).total.households == before == 240
    assert month_of(cast.area, december).total.households == 248
    travel(dt.date(2026, 12, 9))
    correct_unit(unit=home, place="1栋2单元", households_declared=18, acting_user=cast.worker)
    assert FormerPlace.objects.get().until == THE_30TH
