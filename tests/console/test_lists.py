"""The lists of the console: found by name, sound, initials, last four digits; the same cost however long."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import SINCE, Cast, person_of
from tests.console.conftest import told
from volunteers.people.models import Person
from volunteers.people.search import matching
from volunteers.units.models import Appointment, Level, Role, Unit

DAY = dt.timedelta(days=1)


def names(client: Client, path: str, **query: str) -> list[str]:
    """The titles of a list's rows."""
    rows = told(client.get(path, query))["object_list"]
    return [getattr(row, "person", row).name for row in rows]


@pytest.mark.everywhere
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("周", ["周桂兰"]),
        ("桂兰", ["周桂兰"]),
        ("兰", []),  # one sign alone is a surname
        ("zhougui", ["周桂兰"]),
        ("ZGL", ["周桂兰"]),
        ("zg", ["周桂兰"]),
        ("周 zgl", ["周桂兰"]),
        ("周 mjg", []),
        ("mjg", ["马建国"]),
        ("顾芳", []),  # of the other community
        ("=1", []),
        ("%", []),
        ("12", []),
        ("'; --", []),
    ],
)
def test_people_are_found_as_staff_look_for_them(cast: Cast, worker: Client, words: str, found: list[str]) -> None:
    assert names(worker, "/console/people/", q=words) == found
    assert names(worker, "/console/appointments/", q=words) == found


def test_people_are_found_by_the_last_four_digits_and_by_the_whole_number(cast: Cast, worker: Client) -> None:
    phone = person_of(cast.leader).phone
    assert names(worker, "/console/people/", q=phone[-4:]) == ["周桂兰"]
    assert names(worker, "/console/people/", q=phone) == ["周桂兰"]
    for part in (phone[:4], phone[-5:], phone[-3:], phone[:10]):
        assert names(worker, "/console/people/", q=part) == []
    assert names(worker, "/console/people/", q=person_of(cast.other_leader).phone) == []


def test_an_umlaut_is_typed_as_one_likes(cast: Cast) -> None:
    Person.objects.create(name="吕小布")
    for words in ("lv", "lü", "lvxiao", "LXB"):
        assert [one.name for one in matching(Person.objects.order_by("pk"), words, "")] == ["吕小布"]


def test_units_are_found_by_name_and_sound_and_told_with_their_leaders(cast: Cast, worker: Client) -> None:
    page = worker.get("/console/units/", {"q": "1-1-1"}).content.decode()
    assert "周桂兰" in page
    assert "顾芳" not in page
    assert names(worker, "/console/units/", q="ghsq") == ["桂花社区"]
    assert names(worker, "/console/units/", q="月桂") == []
    assert names(worker, "/console/units/", level="area") == ["第1片区"]


def test_places_to_filter_by_are_those_one_sees(cast: Cast, worker: Client, clerk: Client) -> None:
    assert "临溪街道" in clerk.get("/console/people/").content.decode()
    seen = worker.get("/console/people/").content.decode()
    assert "月桂社区" not in seen
    outside = worker.get("/console/people/", {"place": str(cast.other_community.uid)})
    assert "月桂社区" not in outside.content.decode()
    assert names(clerk, "/console/people/", place=str(cast.other_street.uid)) == []
    assert len(names(clerk, "/console/people/", place=str(cast.street.uid))) == 9


def test_role_and_place_are_asked_of_the_same_appointment(cast: Cast, clerk: Client) -> None:
    Appointment.objects.create(
        person=person_of(cast.leader), role=Role.COMMUNITY_WORKER, unit=cast.far_community, starts_on=SINCE
    )
    there = {"place": str(cast.other_street.uid)}
    assert names(clerk, "/console/people/", **there) == ["周桂兰"]
    assert names(clerk, "/console/people/", role="neighbour_leader", **there) == []


@pytest.mark.everywhere
def test_what_is_over_is_shown_when_asked_for(cast: Cast, worker: Client) -> None:
    over = timezone.localdate() - DAY
    Appointment.objects.filter(person=person_of(cast.leader)).update(ends_on=over, ended_reason="搬家")
    assert "周桂兰" not in names(worker, "/console/appointments/")
    assert names(worker, "/console/appointments/", when="over") == ["周桂兰"]
    Unit.objects.filter(pk=cast.neighbourhood2.pk).update(ends_on=over)
    assert "1-1-2邻" not in names(worker, "/console/units/")
    assert names(worker, "/console/units/", when="over") == ["1-1-2邻"]


@pytest.mark.parametrize("key", ["person__phone_index", "phone_index", "born_on", "-person__born_on", "tail_index"])
def test_nothing_hidden_can_be_sorted_by(cast: Cast, clerk: Client, key: str) -> None:
    for path in ("/console/people/", "/console/appointments/"):
        assert names(clerk, path, ordering=key) == names(clerk, path)
        assert names(clerk, path, phone_index="x") == names(clerk, path)


def _fill(cast: Cast, count: int) -> None:
    cast.group.refresh_from_db()
    for number in range(count):
        unit = cast.group.add_child(level=Level.NEIGHBOURHOOD, name=f"新{number}邻", starts_on=SINCE)
        person = Person(name=f"王新{number}")
        person.set_phone(f"1548888{number:04d}")
        person.save()
        Appointment.objects.create(person=person, role=Role.NEIGHBOUR_LEADER, unit=unit, starts_on=SINCE)
        cast.group.refresh_from_db()


@pytest.mark.parametrize("path", ["/console/units/", "/console/people/", "/console/appointments/", "/console/find/"])
@pytest.mark.parametrize("query", ["", "?q=新", "?q=w"])
def test_a_longer_list_asks_no_more_questions(
    cast: Cast, clerk: Client, django_assert_max_num_queries: Any, path: str, query: str
) -> None:
    _fill(cast, 3)
    with django_assert_max_num_queries(40) as before:
        clerk.get(path + query)
    cast.group.refresh_from_db()
    for number in range(10, 30):
        unit = cast.group.add_child(level=Level.NEIGHBOURHOOD, name=f"新{number}邻", starts_on=SINCE)
        cast.group.refresh_from_db()
        Appointment.objects.create(
            person=Person.objects.create(name=f"王新{number}"), role=Role.NEIGHBOUR_LEADER, unit=unit, starts_on=SINCE
        )
    with django_assert_max_num_queries(len(before.captured_queries) + 1):
        clerk.get(path + query)


def test_a_list_works_without_a_script(cast: Cast, worker: Client) -> None:
    page = worker.get(reverse("console_person_list"), {"q": "周"}).content.decode()
    form = page[page.index('class="console-filters') - 200 :]
    form = form[: form.index("</form>")]
    assert 'method="get"' in form
    assert 'action="/console/people/"' in form
    assert 'type="submit"' in form
    assert 'value="周"' in form


def test_an_empty_list_has_one_way_on(cast: Cast, worker: Client) -> None:
    page = worker.get(reverse("console_person_list"), {"q": "没有这个人"}).content.decode()
    assert "没有符合条件的" in page
    assert 'class="button button-secondary" href="/console/people/"' in page.replace("\n", " ")
