"""Numbers of the map: true, scoped, and as many queries for a district as for a corner of it."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.tasks.checkins import decline
from events.tasks.services import post_task
from foundation.actors import SYSTEM
from tests.atlas.shapes import collection, put_outlines, square
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.atlas.layers import Layer, Share, layers, register
from volunteers.atlas.scale import scale_for
from volunteers.homes.models import Building, Estate, Household, HouseholdLink
from volunteers.orgs.selectors import coverage_gaps
from volunteers.units.models import Appointment, Level, Role, Unit

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


def figures(client: Client, query: str = "") -> dict[str, dict[str, Any]]:
    """What the map is told, by name of the place."""
    answer = client.get(f"/console/map/figures.json{query}")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return {place["name"]: place["figures"] for place in answer.json()["places"]}


def test_every_unit_without_a_holder_is_a_vacancy(cast: Cast, client_for: ClientFor) -> None:
    # 桂花: area, group and both neighbourhoods are led. 月桂: the area has nobody.
    found = figures(client_for(cast.street_clerk))
    assert {name: one["vacancies"][0] for name, one in found.items()} == {"桂花社区": "0", "月桂社区": "1"}
    Appointment.objects.filter(person=person_of(cast.leader)).update(ends_on=timezone.localdate())
    assert figures(client_for(cast.street_clerk))["桂花社区"]["vacancies"][0] == "0"  # until midnight
    Appointment.objects.filter(person=person_of(cast.leader)).update(ends_on=timezone.localdate() - dt.timedelta(1))
    assert figures(client_for(cast.street_clerk))["桂花社区"]["vacancies"] == ["1", 1, "1 个岗位"]


def test_a_stand_in_covers_households_but_does_not_fill_the_post(cast: Cast, client_for: ClientFor) -> None:
    today = timezone.localdate()
    ended = Appointment.objects.get(person=person_of(cast.leader))
    ended.ends_on = today - dt.timedelta(days=1)
    ended.save()
    client = client_for(cast.street_clerk)
    assert figures(client)["桂花社区"]["coverage"] == ["50%", 0, "20 户里的 10 户"]
    Appointment.objects.create(
        person=person_of(cast.leader2), role=Role.NEIGHBOUR_LEADER, unit=cast.neighbourhood, starts_on=today,
        stands_in_for=ended,
    )  # fmt: skip
    found = figures(client)["桂花社区"]
    assert found["coverage"] == ["100%", 4, "20 户里的 20 户"]
    assert found["vacancies"][0] == "1"


def test_a_place_without_households_has_no_share(cast: Cast, client_for: ClientFor) -> None:
    found = figures(client_for(cast.district_clerk))
    assert found["石桥社区"]["coverage"] == ["没有数据", None, "没有数据"]
    assert found["石桥社区"]["vacancies"][0] == "0"


def _post(cast: Cast) -> Any:
    return post_task(
        id=uuid.uuid4(), unit=cast.street, title="看楼道", targets=[cast.street], roles=["neighbour_leader"],
        due_at=timezone.now() + dt.timedelta(days=3), acting_user=SYSTEM,
    )  # fmt: skip


def test_open_work_is_the_same_from_above_and_from_below(cast: Cast, client_for: ClientFor) -> None:
    task = _post(cast)
    client = client_for(cast.street_clerk)
    assert {name: one["work"][0] for name, one in figures(client).items()} == {"桂花社区": "2", "月桂社区": "1"}
    decline(id=uuid.uuid4(), task=task, acting_user=cast.leader)
    assert figures(client)["桂花社区"]["work"][0] == "1"
    for unit in (cast.area, cast.group, cast.neighbourhood2):
        panel = client.get(f"/console/map/{unit.uid}/?panel=1").content.decode()
        assert "1 位" in panel, unit
    lines = client.get(f"/console/map/{cast.group.uid}/lines/?layer=work").content.decode()
    assert "看楼道" in lines
    assert f"/tasks/{task.pk}/rollup/?unit={cast.group.uid}" in lines


def test_doors_that_nobody_looks_after_count_where_they_lie(cast: Cast, client_for: ClientFor) -> None:
    estate = Estate.objects.create(community=cast.community, name="荷香苑")
    building = Building.objects.create(estate=estate, name="7栋")
    homes = []
    for position in range(4):
        home = Household(building=building, position=position)
        home.set_door(building, f"{position + 1}01")
        home.save()
        homes.append(home)
    since = timezone.localdate() - dt.timedelta(days=30)
    for home, unit in zip(homes, (cast.neighbourhood, cast.neighbourhood, cast.neighbourhood2), strict=False):
        HouseholdLink.objects.create(household=home, neighbourhood=unit, starts_on=since)
    Appointment.objects.filter(person=person_of(cast.leader)).delete()
    client = client_for(cast.street_clerk)
    assert {name: one["doors"][0] for name, one in figures(client).items()} == {"桂花社区": "3", "月桂社区": "0"}
    for unit, number in ((cast.area, "2 户"), (cast.neighbourhood, "2 户"), (cast.community, "3 户")):
        lines = client.get(f"/console/map/{unit.uid}/lines/?layer=doors").content.decode()
        assert "荷香苑 7栋" in lines
        assert number in lines
    nothing = client.get(f"/console/map/{cast.neighbourhood2.uid}/lines/?layer=doors").content.decode()
    assert "荷香苑 7栋" not in nothing


def test_places_without_a_party_organisation_count_there_and_above(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.district_clerk)
    gaps = coverage_gaps([cast.district.path])
    found = figures(client)
    for unit in (cast.community, cast.other_community, cast.far_community):
        assert found[unit.name]["party"][0] == str(gaps[unit.pk])
    assert gaps[cast.community.pk] > 0
    lines = client.get(f"/console/map/{cast.community.uid}/lines/?layer=party").content.decode()
    assert lines.count('<th scope="row"><a href="/console/map/') == gaps[cast.community.pk]


def test_every_figure_opens_to_its_lines(cast: Cast, client_for: ClientFor) -> None:
    Appointment.objects.filter(person=person_of(cast.leader)).delete()
    client = client_for(cast.worker)
    page = client.get("/console/map/").content.decode()
    for layer in layers():
        assert f"/console/map/{cast.area.uid}/lines/?layer={layer.name}" in page
        assert client.get(f"/console/map/{cast.area.uid}/lines/?layer={layer.name}").status_code == 200
    vacant = client.get(f"/console/map/{cast.area.uid}/lines/?layer=vacancies").content.decode()
    assert "1-1-1邻 · 邻长" in vacant
    assert "1-1-2邻" not in vacant
    assert "1 个岗位暂时没有人" in page


def test_the_map_of_a_community_shows_its_houses_in_order(cast: Cast, client_for: ClientFor) -> None:
    Appointment.objects.filter(person=person_of(cast.leader)).delete()
    page = client_for(cast.worker).get("/console/map/").content.decode()
    assert page.index("1-1-1邻") < page.index("1-1-2邻")
    assert page.count('class="pane pane--lit"') == 1
    assert page.count('class="pane"') == 1
    assert "缺邻长" in page


def test_without_outlines_squares_stand_in_and_the_table_says_all(cast: Cast, client_for: ClientFor) -> None:
    page = client_for(cast.district_clerk).get("/console/map/?layer=coverage").content.decode()
    assert 'id="atlas-map"' not in page
    assert 'class="tile step--4"' in page
    for name in ("桂花社区", "月桂社区", "石桥社区"):
        assert name in page


def test_an_unknown_layer_is_the_first(cast: Cast, client_for: ClientFor) -> None:
    assert client_for(cast.worker).get("/console/map/?layer=nothing&at=nobody").status_code == 200


def test_nobody_is_told_of_places_that_are_not_theirs(cast: Cast, client_for: ClientFor) -> None:
    put_outlines(cast.community, cast.other_community, cast.far_community)
    worker = client_for(cast.worker)
    assert list(figures(worker, f"?unit={cast.community.uid}")) == ["桂花社区"]
    outlines = worker.get("/console/map/outlines.json").json()["features"]
    assert [one["properties"]["uid"] for one in outlines] == [str(cast.community.uid)]
    for path in (f"{cast.street.uid}/", f"{cast.other_community.uid}/", f"{cast.other_area.uid}/lines/"):
        assert worker.get(f"/console/map/{path}").status_code == 404
    for name in ("figures", "outlines"):
        assert worker.get(f"/console/map/{name}.json?unit={cast.street.uid}").status_code == 404
    assert worker.get(f"/console/map/?at={cast.other_community.uid}").status_code == 404
    clerk = client_for(cast.street_clerk)
    assert set(figures(clerk)) == {"桂花社区", "月桂社区"}
    assert len(clerk.get("/console/map/outlines.json").json()["features"]) == 2
    assert "石桥社区" not in clerk.get("/console/map/").content.decode()


def test_the_figures_of_a_layer_do_not_leak_through_a_wider_layer(cast: Cast, client_for: ClientFor) -> None:
    _post(cast)
    lines = client_for(cast.worker).get(f"/console/map/{cast.community.uid}/lines/?layer=work").content.decode()
    assert "2 位" in lines
    assert "月桂" not in lines


def test_outlines_that_are_the_same_are_not_sent_again(cast: Cast, client_for: ClientFor) -> None:
    put_outlines(cast.community)
    client = client_for(cast.worker)
    first = client.get("/console/map/outlines.json")
    assert first["Cache-Control"] == "private, no-cache"
    again = client.get("/console/map/outlines.json", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    put_outlines(cast.community, at=3)
    assert client.get("/console/map/outlines.json", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_outlines_are_moved_onto_a_map_in_gcj02(cast: Cast, client_for: ClientFor, settings: Any) -> None:
    put_outlines(cast.community)
    client = client_for(cast.worker)
    plain = client.get("/console/map/outlines.json")
    settings.MAP_TILES_URL, settings.MAP_TILES_CRS = "https://tiles.example/{z}/{x}/{y}.png", "gcj02"
    moved = client.get("/console/map/outlines.json", headers={"If-None-Match": plain["ETag"]})
    assert moved.status_code == 200
    before = plain.json()["features"][0]["geometry"]["coordinates"][0][0]
    after = moved.json()["features"][0]["geometry"]["coordinates"][0][0]
    assert 0.001 < abs(after[0] - before[0]) < 0.01


def _grow(cast: Cast, communities: int) -> None:
    street = Unit.objects.get(pk=cast.other_street.pk)
    for number in range(communities):
        street.refresh_from_db()
        community = street.add_child(level=Level.COMMUNITY, name=f"新{number}社区")
        area = community.add_child(level=Level.AREA, name="第1片区")
        group = area.add_child(level=Level.GROUP, name="第1组")
        group.add_child(level=Level.NEIGHBOURHOOD, name="第1邻", households_declared=9)
        put_outlines(community, at=10 + number)


@pytest.mark.parametrize("address", ["/console/map/", "/console/map/figures.json", "/console/map/outlines.json"])
def test_a_larger_district_costs_no_more_queries(cast: Cast, client_for: ClientFor, address: str) -> None:
    _post(cast)
    put_outlines(cast.community)
    client = client_for(cast.district_clerk)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    _grow(cast, 7)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) <= len(few)
    assert len(many) < 60


def test_houses_of_a_large_community_cost_no_more_queries(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.worker)
    client.get("/console/map/")
    with CaptureQueriesContext(connection) as few:
        client.get("/console/map/?layer=work")
    for number in range(6):
        area = Unit.objects.get(pk=cast.community.pk).add_child(level=Level.AREA, name=f"第{number + 2}片区")
        group = area.add_child(level=Level.GROUP, name="第1组")
        group.add_child(level=Level.NEIGHBOURHOOD, name="第1邻", households_declared=9)
    with CaptureQueriesContext(connection) as many:
        client.get("/console/map/?layer=work")
    assert len(many) <= len(few)


def _layer(*, is_share: bool = False) -> Layer:
    return Layer("test", "t", "t", "t", "%(n)s", lambda _p: {}, lambda _u, _a: [], is_share=is_share)


@pytest.mark.parametrize(
    ("numbers", "labels"),
    [
        ([0, 0], ["0", "1", "2", "3", "4"]),
        ([0, 4], ["0", "1", "2", "3", "4"]),
        ([5], ["0", "1–2", "3–4", "5–6", "7–8"]),
        ([81, 3], ["0", "1–50", "51–100", "101–150", "151–200"]),
    ],
)
def test_steps_are_numbers_one_can_keep_in_mind(numbers: list[int], labels: list[str]) -> None:
    scale = scale_for(_layer(), numbers)
    assert scale.labels == labels
    assert [scale.step(0), scale.step(max(numbers)) is not None] == [0, True]
    assert all((scale.step(n) or 0) <= 4 for n in numbers)


def test_a_share_is_all_only_when_it_is_all() -> None:
    scale = scale_for(_layer(is_share=True), [])
    assert Share(1999, 2000).percent == 99.9
    steps = [scale.step(Share(part, 2000)) for part in (0, 1599, 1600, 1800, 1999, 2000)]
    assert steps == [0, 0, 1, 2, 3, 4]
    assert scale.step(None) is None


def test_two_layers_of_one_name_are_a_mistake() -> None:
    first = layers()[0]
    assert register(first) is first
    with pytest.raises(RuntimeError):
        register(Layer(first.name, "t", "t", "t", "%(n)s", lambda _p: {}, lambda _u, _a: []))


def test_figures_are_plain_json(cast: Cast, client_for: ClientFor) -> None:
    body = json.loads(client_for(cast.worker).get("/console/map/figures.json").content)
    assert set(body["layers"]) == {layer.name for layer in layers()}
    assert all(len(one["steps"]) == 5 for one in body["layers"].values())
    assert collection(("桂花社区", square(1)))["features"]
