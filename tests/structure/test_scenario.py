"""A11 as written: split from the 1st; on the 30th all looks old; histories, open tasks and points stay."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from events.tasks.checkins import Word, check_in
from events.tasks.models import CheckIn, Task, TaskTally
from events.tasks.services import post_task
from foundation.actors import SYSTEM
from rewards.points.selectors import balance_of
from rewards.points.services import award_points
from tests.cast import person_of
from tests.structure.conftest import THE_1ST, THE_30TH, Travel, Village, appoint, approved
from volunteers.accounts.models import User
from volunteers.structure import services, touches
from volunteers.structure.models import StructureChange
from volunteers.structure.months import Month
from volunteers.structure.reports import month_of
from volunteers.units.models import Appointment, Level, Role, Unit

pytestmark = pytest.mark.everywhere
ClientFor = Callable[[User], Client]
NOVEMBER = Month(dt.date(2026, 11, 1))


def fields_of(page: str) -> dict[str, str]:
    """What the form of a draft would send as it stands."""
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and ('type="radio"' not in tag or "checked" in tag) and 'type="checkbox"' not in tag:
            sent[name[1]] = value[1] if value else ""
    return sent


def test_a_community_worker_drafts_and_the_street_approves(
    village: Village, travel: Travel, client_for: ClientFor
) -> None:
    cast = village.cast
    worker, street = client_for(cast.worker), client_for(cast.street_clerk)
    address = f"/console/structure/new/?kind=split&unit={cast.area.uid}"
    page = worker.get(address).content.decode()
    assert page.count('value="0"') >= 24
    sent = fields_of(page) | {"name-1": "第2片区", "in_force_on": "2026-12-01", "why": "户数太多"}
    sent |= {f"side-{home.uid}": "1" for home in village.homes[14:]}
    sent |= {"leader-1": str(person_of(cast.leader).uid)}
    done = worker.post(address, sent)
    assert done.status_code == 302, done.content.decode()[-3000:]
    change = StructureChange.objects.get()
    shown = worker.get(done["Location"]).content.decode()
    assert "调整之前" in shown
    assert "2026-12-01 起" in shown
    assert "10 个邻" in shown
    assert "14 个邻" in shown
    assert worker.post(f"{done['Location']}consult/", {"note": "开了会，大家同意"}).status_code == 302
    assert worker.post(f"{done['Location']}approve/").status_code == 403
    assert street.post(f"{done['Location']}approve/").status_code == 302
    travel(THE_30TH)
    services.enter_due()
    assert client_for(cast.worker).get(f"{done['Location']}").status_code == 200
    assert Unit.objects.visible_to(cast.area_leader).at(Level.NEIGHBOURHOOD).count() == 24
    travel(THE_1ST)
    services.enter_due()
    change.refresh_from_db()
    assert change.state == "in_force"
    leader = User.objects.get(pk=cast.leader.pk)
    assert Unit.objects.visible_to(leader).at(Level.NEIGHBOURHOOD).count() == 11  # the new area's ten, and her own
    old = User.objects.get(pk=cast.area_leader.pk)
    assert Unit.objects.visible_to(old).at(Level.NEIGHBOURHOOD).count() == 14


def test_open_tasks_histories_and_points_stay(village: Village, travel: Travel) -> None:
    cast = village.cast
    moved = Appointment.objects.get(unit=village.homes[-1])
    user = User.objects.create_user("moved", person=moved.person)
    both = [
        post_task(
            id=uuid.uuid4(), unit=cast.community, title="看看楼道", targets=[cast.area], roles=["neighbour_leader"],
            due_at=timezone.now() + dt.timedelta(days=30), acting_user=SYSTEM,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = check_in(id=uuid.uuid4(), task=both[0], word=Word("done"), acting_user=user)
    award_points(
        person_id=moved.person_id, rule="event_hour", points=4, source_key="x", reason="活动", unit_id=moved.unit_id,
        acting_user=SYSTEM,
    )  # fmt: skip
    approved("split", cast.area, village.split_plan(), cast)
    travel(THE_1ST)
    services.enter_due()
    user = User.objects.get(pk=user.pk)
    assert {task.pk for task in Task.objects.open().asked_of(user)} == {task.pk for task in both}
    again = check_in(id=uuid.uuid4(), task=Task.objects.get(pk=both[1].pk), word=Word("done"), acting_user=user)
    said.refresh_from_db()
    assert (said.unit_id, again.unit_id) == (moved.unit_id, moved.unit_id)
    assert balance_of(moved.person_id) == 4


def test_a_moved_neighbourhood_takes_its_tasks_and_counters_to_the_other_community(
    village: Village, travel: Travel
) -> None:
    cast = village.cast
    task = post_task(
        id=uuid.uuid4(), unit=cast.community, title="看看楼道", targets=[cast.community], roles=["neighbour_leader"],
        due_at=timezone.now() + dt.timedelta(days=30), acting_user=SYSTEM,
    )  # fmt: skip
    check_in(id=uuid.uuid4(), task=task, word=Word("done"), acting_user=cast.leader)
    moving = Unit.objects.get(pk=cast.neighbourhood.pk)
    approved("move", moving, {"units": [str(moving.uid)], "to": str(cast.other_group.uid)}, cast)
    travel(THE_1ST)
    services.enter_due()
    tallies = dict(TaskTally.objects.filter(task=task).values_list("community_id", "done"))
    assert tallies == {cast.community.pk: 0, cast.other_community.pk: 1}
    asked = dict(TaskTally.objects.filter(task=task).values_list("community_id", "asked"))
    assert asked == {cast.community.pk: 23, cast.other_community.pk: 1}


def numbers(unit: Unit) -> list[tuple[str, list[int], dict[str, int]]]:
    report = month_of(unit, NOVEMBER)
    rows = [*report.rows, report.total]
    return [(row.name, row.values(()), row.facts) for row in rows]


@pytest.fixture
def november(village: Village, travel: Travel) -> dict[str, Any]:
    """Something happened in November; its report as it was read on the 30th."""
    cast = village.cast
    task = post_task(
        id=uuid.uuid4(), unit=cast.community, title="看看楼道", targets=[cast.area], roles=["neighbour_leader"],
        due_at=timezone.now() + dt.timedelta(days=30), acting_user=SYSTEM,
    )  # fmt: skip
    Task.objects.update(published_at=timezone.now())
    for number, home in enumerate((village.homes[1], village.homes[20])):
        held = Appointment.objects.get(unit=home)
        CheckIn.objects.create(
            id=uuid.uuid4(), task=task, person_id=held.person_id, unit=home, role=held.role, state="submitted",
            answer="done", fingerprint=str(number), submitted_at=timezone.now(),
        )  # fmt: skip
    travel(THE_30TH)
    return {"area": numbers(cast.area), "community": numbers(cast.community), "street": numbers(cast.street)}


def test_the_report_of_november_is_the_same_after_the_split(
    village: Village, travel: Travel, november: dict[str, Any]
) -> None:
    cast = village.cast
    name, posts, facts = november["community"][-1]
    assert (name, posts, facts["tasks"], facts["check_ins"]) == ("桂花社区", [24, 26, 2, 240], 1, 2)
    leader = Appointment.objects.get(person=cast.leader.person)
    approved("split", cast.area, village.split_plan(leaders={"1": str(leader.person.uid)}), cast)
    travel(dt.date(2026, 12, 5))
    services.enter_due()
    for place in ("area", "community", "street"):
        assert numbers(getattr(cast, place)) == november[place]
    report = month_of(cast.community, Month(THE_1ST))
    assert [(row.name, values[0]) for row, values in report.table] == [("第1片区", 14), ("第2片区", 10)]


def test_the_report_of_november_is_the_same_after_a_merge_and_a_rename(
    village: Village, travel: Travel, november: dict[str, Any]
) -> None:
    cast = village.cast
    one, two = cast.community, cast.other_community
    approved("merge", one, {"units": [str(one.uid), str(two.uid)], "into": str(two.uid)}, cast)
    approved("rename", cast.street, {"name": "青禾镇"}, cast)
    travel(dt.date(2026, 12, 5))
    assert len(services.enter_due()) == 2
    for place in ("area", "community", "street"):
        assert numbers(getattr(cast, place)) == november[place]


def test_the_month_of_a_merge_keeps_what_happened_before_it(
    village: Village, travel: Travel, november: dict[str, Any]
) -> None:
    cast = village.cast
    one, two = village.homes[1], village.homes[0]
    change = approved("merge", one, {"units": [str(one.uid), str(two.uid)], "into": str(two.uid)}, cast)
    StructureChange.objects.filter(pk=change.pk).update(in_force_on=dt.date(2026, 11, 25))
    services.enter_due()
    rows = {name: (posts, facts) for name, posts, facts in numbers(village.groups[0])}
    posts, facts = rows["1-1-2邻"]
    assert (posts, facts["check_ins"]) == ([0, 0, 0, 0], 1)
    assert (rows["第1组"][0][0], rows["第1组"][1]["check_ins"]) == (7, 1)


def test_the_page_and_the_file_of_a_month(
    village: Village, travel: Travel, november: dict[str, Any], client_for: ClientFor
) -> None:
    cast = village.cast
    client = client_for(cast.street_clerk)
    address = f"/console/reports/month/?unit={cast.street.uid}&month=2026-11"
    page = client.get(address).content.decode()
    assert "桂花社区" in page
    assert not re.search("周桂兰|马建国", page)
    made = client.post(address.replace("month/?", "month/export/?"), {"format": "xlsx"})
    assert made.status_code == 200
    book = load_workbook(io.BytesIO(made.getvalue()))
    cells = {str(cell.value) for sheet in book for row in sheet for cell in row}
    assert {"桂花社区", "合计", "240"} <= cells
    assert any("罗晴" in cell for cell in cells)
    assert client.get(f"/console/reports/month/?unit={cast.other_street.uid}&month=2026-11").status_code == 404
    for month in ("2027-01", "0001-01", "x"):
        assert client.get(f"/console/reports/month/?month={month}").status_code == 404
    assert client_for(cast.worker).get(address).status_code in {403, 404}


def test_two_buildings_without_a_side_hold_up_the_approval(
    village: Village, travel: Travel, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, towers = village.cast, {uuid.uuid4().hex: "7栋", uuid.uuid4().hex: "8栋"}
    seen: list[dict[str, int]] = []

    def says(change: StructureChange) -> list[touches.Touch]:
        left = towers.keys() - change.sides_of("towers").keys()
        text = f"{len(left)} 栋楼还没有分到哪一边"
        return [touches.Touch("towers", text, len(left), blocks=True)] if left else []

    def asks(change: StructureChange) -> list[touches.Sided]:
        return [touches.Sided(uid, name) for uid, name in towers.items()]

    def applies(change: StructureChange, moved: touches.Moved) -> None:
        seen.append({uid: moved.units[side] for uid, side in change.sides_of("towers").items()})

    made = touches.Contributor("towers", says, "楼栋", asks, applies)
    monkeypatch.setitem(touches._contributors, "towers", made)
    change = services.draft_change(
        uid=uuid.uuid4(), kind="split", unit=cast.area, in_force_on=THE_1ST, why="户数太多", plan=village.split_plan(),
        acting_user=cast.worker,
    )  # fmt: skip
    services.record_consultation(change=change, note="问过", acting_user=cast.worker)
    street, worker = client_for(cast.street_clerk), client_for(cast.worker)
    address = f"/console/structure/{change.uid}/"
    assert "2 栋楼还没有分到哪一边" in street.get(address).content.decode()
    told = street.post(f"{address}approve/", follow=True).content.decode()
    assert "2 栋楼还没有分到哪一边" in told
    change.refresh_from_db()
    assert change.state == "consulted"
    page = worker.get(f"{address}edit/").content.decode()
    sent = fields_of(page) | {f"in-towers-{uid}": str(n) for n, uid in enumerate(towers)}
    sent |= {f"side-{home.uid}": "1" for home in village.homes[14:]} | {"name-1": "第2片区"}
    assert worker.post(f"{address}edit/", sent).status_code == 302
    worker.post(f"{address}consult/", {"note": "又问过"})
    street.post(f"{address}approve/")
    travel(THE_1ST)
    services.enter_due()
    new = Unit.objects.get(name="第2片区", path__startswith=cast.community.path)
    assert [set(one.values()) for one in seen] == [{cast.area.pk, new.pk}]


def test_the_history_of_a_unit_names_what_it_was(village: Village, travel: Travel, client_for: ClientFor) -> None:
    cast = village.cast
    approved("rename", cast.area, {"name": "桂花园片区"}, cast)
    travel(THE_1ST)
    services.enter_due()
    page = client_for(cast.worker).get(f"/console/structure/unit/{cast.area.uid}/").content.decode()
    assert "到 2026-11-30：第1片区" in page
    assert client_for(cast.other_worker).get(f"/console/structure/unit/{cast.area.uid}/").status_code == 404


def test_nobody_out_of_scope_sees_or_decides_a_change(village: Village, client_for: ClientFor) -> None:
    cast = village.cast
    change = services.draft_change(
        uid=uuid.uuid4(), kind="rename", unit=cast.area, in_force_on=THE_1ST, why="好记", plan={"name": "桂花园"},
        acting_user=cast.worker,
    )  # fmt: skip
    other = client_for(cast.other_worker)
    address = f"/console/structure/{change.uid}/"
    assert other.get(address).status_code == 404
    assert other.post(f"{address}withdraw/", {"reason": "不"}).status_code == 404
    assert "第1片区" not in other.get("/console/structure/").content.decode()
    street = client_for(cast.street_clerk)
    assert str(change.uid) in street.get("/console/structure/?q=第1片区").content.decode()
    assert str(change.uid) not in street.get("/console/structure/?q=石桥").content.decode()


def test_a_leader_in_post_is_counted_and_a_vacancy_is_one(village: Village, travel: Travel) -> None:
    cast = village.cast
    appoint("组长二", Role.GROUP_LEADER, village.groups[1])
    Appointment.objects.filter(unit=village.homes[3]).update(ends_on=dt.date(2026, 11, 10))
    travel(dt.date(2026, 12, 5))
    total = month_of(cast.area, NOVEMBER).total
    assert (total.leaders, total.vacancies) == (26, 2)
