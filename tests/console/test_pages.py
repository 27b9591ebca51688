"""One unit, one person, the quick search, and the boxes that forms pick by."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django import forms
from django.test import Client
from django.utils import timezone

from foundation.models import AuditEntry, Notification
from tests.cast import SINCE, Cast, person_of
from volunteers.accounts.models import User
from volunteers.people.choosing import PersonField
from volunteers.people.models import Person
from volunteers.units.forms import UnitField
from volunteers.units.models import Appointment, Level, Role, Unit
from volunteers.units.rights import Right

REASON = "本人来窗口说写错了"


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_a_unit_tells_where_it_lies_who_leads_it_and_what_lies_below(cast: Cast, worker: Client) -> None:
    shown = page(worker, f"/console/units/{cast.group.uid}/")
    for words in ("桂花社区", "第1片区", "许敏", "1-1-1邻", "周桂兰", "1-1-2邻"):
        assert words in shown
    assert f'href="/console/units/{cast.community.uid}/"' in shown
    assert f"/console/units/{cast.street.uid}/" not in shown, "what lies above one's own is named, not opened"
    assert worker.get(f"/console/units/{cast.other_group.uid}/").status_code == 404
    assert worker.get(f"/console/units/{uuid.uuid4()}/").status_code == 404


def test_place_and_households_are_corrected_and_the_name_is_not(cast: Cast, worker: Client) -> None:
    path = f"/console/units/{cast.neighbourhood.uid}/edit/"
    assert "走结构调整" in page(worker, path)
    worker.post(path, {"place": "8栋1单元", "households_declared": "12", "name": "别的", "path": "0001"})
    unit = Unit.objects.get(pk=cast.neighbourhood.pk)
    assert (unit.place, unit.households_declared, unit.name) == ("8栋1单元", 12, "1-1-1邻")
    assert unit.path == cast.neighbourhood.path
    entry = AuditEntry.objects.get(act="unit.correct")
    assert entry.data == {"fields": ["households_declared", "place"]}
    worker.post(path, {"place": "8栋1单元", "households_declared": "12"})
    assert AuditEntry.objects.filter(act="unit.correct").count() == 1, "the same again is nothing new"
    assert worker.post(path, {"place": "", "households_declared": "-1"}).status_code == 422
    assert worker.post(path, {"place": "", "households_declared": "1000000"}).status_code == 422
    assert worker.post(f"/console/units/{cast.other_neighbourhood.uid}/edit/", {"place": "x"}).status_code == 404


def test_a_person_has_a_history_as_far_as_one_may_see_it(cast: Cast, worker: Client, clerk: Client) -> None:
    person = person_of(cast.leader)
    ended = timezone.localdate() - dt.timedelta(days=400)
    Appointment.objects.create(
        person=person,
        role=Role.GROUP_LEADER,
        unit=cast.other_group,
        starts_on=SINCE,
        ends_on=ended,
        ended_reason="调走",
    )
    path = f"/console/people/{person.uid}/"
    assert "调走" in page(clerk, path)
    seen = page(worker, path)
    assert "1-1-1邻" in seen
    assert "调走" not in seen
    assert person.masked_phone in seen
    assert person.phone not in seen
    assert worker.get(f"/console/people/{person_of(cast.other_leader).uid}/").status_code == 404
    assert worker.get(f"/console/people/{person_of(cast.street_clerk).uid}/").status_code == 404


def test_what_is_stored_is_put_right_with_a_reason_and_the_person_is_told(cast: Cast, worker: Client) -> None:
    person = person_of(cast.leader)
    body = {"name": "周桂蓝", "gender": "f", "born_on": "1961-02-01", "political_status": "", "reason": REASON}
    assert worker.post(f"/console/people/{person.uid}/correct/", body).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.pinyin, person.born_on) == ("周桂蓝", "zhouguilan", dt.date(1961, 2, 1))
    entry = AuditEntry.objects.get(act="person.correct")
    assert entry.data == {"fields": ["born_on", "gender", "name"]}
    assert entry.reason == REASON
    assert Notification.objects.filter(stream_key=f"p:{person.pk}", kind="person").count() == 1


def test_a_number_is_not_corrected_with_the_rest_but_at_the_counter(cast: Cast, worker: Client) -> None:
    person = person_of(cast.leader)
    before, page = person.phone, worker.get(f"/console/people/{person.uid}/").content.decode()
    assert f"/console/people/{person.uid}/phone/" in page
    body = {"name": person.name, "reason": REASON, "phone": "15488880001"}
    worker.post(f"/console/people/{person.uid}/correct/", body)
    person.refresh_from_db()
    assert person.phone == before


@pytest.mark.parametrize("reason", ["", "改"])
def test_a_correction_needs_a_reason(cast: Cast, worker: Client, reason: str) -> None:
    body = {"name": "周一", "reason": reason}
    assert worker.post(f"/console/people/{person_of(cast.leader).uid}/correct/", body).status_code == 422


def test_nobody_changes_the_number_of_somebody_who_serves_elsewhere_too(cast: Cast, worker: Client) -> None:
    """A number is what one signs in with: a worker must not get hold of a street clerk's account."""
    Appointment.objects.create(
        person=person_of(cast.street_clerk), role=Role.NEIGHBOUR_LEADER, unit=cast.neighbourhood2, starts_on=SINCE,
        stands_in_for=Appointment.objects.get(unit=cast.neighbourhood2),
    )  # fmt: skip
    path = f"/console/people/{person_of(cast.street_clerk).uid}/"
    assert "更正信息" not in page(worker, path)
    assert worker.post(f"{path}correct/", {"name": "罗晴", "phone": "15488880001", "reason": REASON}).status_code == 403


def test_one_box_finds_people_and_units(cast: Cast, worker: Client) -> None:
    assert "周桂兰" in page(worker, "/console/find/?q=zgl")
    assert f"/console/units/{cast.community.uid}/" in page(worker, "/console/find/?q=guihua")
    for words in ("gufang", "月桂", "罗晴", person_of(cast.other_leader).phone[-4:]):
        assert "没有找到" in page(worker, f"/console/find/?q={words}")
    assert "没有找到" not in page(worker, "/console/find/?q=")


def test_more_than_eight_lead_to_the_list(cast: Cast, clerk: Client) -> None:
    for number in range(9):
        person = Person.objects.create(name=f"欧阳{number}")
        Appointment.objects.create(person=person, role=Role.STREET_CLERK, unit=cast.street, starts_on=SINCE)
    shown = page(clerk, "/console/find/?q=oy")
    assert shown.count("欧阳") == 8
    assert "/console/people/?q=oy" in shown


def test_the_first_page_and_the_side_menu_search_here(cast: Cast, worker: Client) -> None:
    shown = page(worker, "/console/")
    assert 'action="/console/find/"' in shown
    assert '"/console/find/"' in shown.replace("\\u002D", "-").replace("&quot;", '"')


def test_the_box_of_a_form_offers_what_one_may_see(cast: Cast, worker: Client) -> None:
    asked = "/console/units/choose/?name=unit&right=appoint&level=neighbourhood"
    told = worker.post(asked, {"unit-q": "1-1", "csrfmiddlewaretoken": "x"}).content.decode()
    assert str(cast.neighbourhood.uid) in told
    assert str(cast.other_neighbourhood.uid) not in told
    assert "没有找到" in worker.post(asked, {"unit-q": "桂花"}).content.decode(), "not of that level"
    assert worker.get("/console/units/choose/?right=nothing").status_code == 400
    people = worker.post("/console/people/choose/?name=person", {"person-q": "zgl"}).content.decode()
    assert str(person_of(cast.leader).uid) in people
    assert "没有找到" in worker.post("/console/people/choose/?name=person", {"person-q": "gf"}).content.decode()


class Form(forms.Form):
    """As any form of the console."""

    def __init__(self, data: dict[str, str], *, user: User) -> None:
        super().__init__(data)
        self.fields["unit"] = UnitField(user=user, right=Right.APPOINT, levels=[Level.NEIGHBOURHOOD])
        self.fields["person"] = PersonField(user=user, required=False)


def test_a_form_takes_a_unit_by_uid_or_by_a_name_that_fits_one(cast: Cast) -> None:
    def form(**data: str) -> Form:
        return Form(data, user=cast.worker)

    assert form(unit=str(cast.neighbourhood.uid)).is_valid()
    typed = form(**{"unit-q": "1-1-1"})
    assert typed.is_valid()
    assert typed.cleaned_data == {"unit": cast.neighbourhood, "person": None}
    several = form(**{"unit-q": "1-1"})
    assert several.errors["unit"] == ["有几个都符合，请选一个。"]
    assert str(cast.neighbourhood2.uid) in str(several)
    for wrong in (str(cast.other_neighbourhood.uid), str(cast.group.uid), "x", str(uuid.uuid4())):
        assert not form(unit=wrong).is_valid()
    assert not form().is_valid()
    both = form(**{"unit-q": "1-1-1", "person-q": "zgl"})
    assert both.is_valid()
    assert both.cleaned_data["person"] == person_of(cast.leader)
    assert not form(unit=str(cast.neighbourhood.uid), person=str(person_of(cast.other_leader).uid)).is_valid()
