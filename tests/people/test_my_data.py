"""A12 through the pages: she steps down, takes a copy, and is deleted; what stands in the way is said kindly."""

from __future__ import annotations

import csv
import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from events.tasks.models import CheckIn
from foundation.models import AuditEntry, Notification
from tests.cast import Cast, person_of
from tests.people.conftest import CANARIES, NAME, PHONE, WORDS, Trace, end_roles, jpeg, relay
from tests.tasks.conftest import make_task
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.copies import safe_cell
from volunteers.people.documents import document
from volunteers.people.models import Consent, Person, PersonalRequest

ClientFor = Callable[[User], Client]


def new_id() -> str:
    return str(uuid.uuid4())


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def test_the_page_says_what_is_stored_why_and_how_long(trace: Trace, client_for: ClientFor) -> None:
    page = client_for(trace.user).get("/me/data/").content.decode()
    for words in (NAME, "154****0001", "1958-03-01", WORDS, "积分流水", "居民名册", "为什么", "存多久", "24 个月"):
        assert words in page, words
    assert PHONE not in page, "covered here too; the copy has it in clear"
    assert "身份证" not in page


def test_nobody_reads_what_is_stored_about_others(trace: Trace, cast: Cast, client_for: ClientFor) -> None:
    for user in (cast.leader, cast.district_clerk, cast.stranger):
        page = client_for(user).get("/me/data/").content.decode()
        assert not [canary for canary in CANARIES if canary in page]
    assert Client().get("/me/data/").status_code == 302


def test_the_pages_cost_a_fixed_number_of_queries(
    trace: Trace, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    client = client_for(trace.user)
    client.get("/me/data/")
    with django_assert_max_num_queries(75):
        client.get("/me/data/")


def test_a_copy_holds_everything_and_is_made_at_once(trace: Trace, client_for: ClientFor) -> None:
    began = time.monotonic()
    response = client_for(trace.user).post("/me/data/copy/")
    assert time.monotonic() - began < 60
    assert response["Content-Type"] == "application/zip"
    files = unpacked(response.content)
    told = json.loads(files["data.json"])
    text = json.dumps(told, ensure_ascii=False)
    for words in (NAME, PHONE, WORDS, "1-1-1邻", "第9片区", "磨刀", "理发"):
        assert words in text, words
    assert {"title", "purpose", "basis", "keep", "rows"} <= set(told["sections"][0])
    assert NAME in files["index.html"].decode()
    first = list(csv.reader(io.StringIO(files["01.csv"].decode("utf-8-sig"))))
    assert first[0]
    assert AuditEntry.objects.filter(act="person.copy", object_id=str(trace.person.pk)).count() == 1
    assert not any(canary in str(row.data) for row in AuditEntry.objects.all() for canary in CANARIES)


@pytest.mark.parametrize("text", ["=1+1", "+86", "-3", "@cmd", "＝1", "\tx"])
def test_no_cell_of_a_copy_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell("三楼") == "三楼"


def test_the_birth_month_is_mended_at_once_but_never_below_the_age(trace: Trace, client_for: ClientFor) -> None:
    client = client_for(trace.user)
    assert client.post("/me/data/correct/", {"born_on": "1959-07"}).status_code == 302
    assert Person.objects.get(pk=trace.person.pk).born_on.isoformat() == "1959-07-01"  # type: ignore[union-attr]
    for month, status in (("2015-01", 422), ("2010-05", 422), ("abc", 422), ("2999-01", 422)):
        assert client.post("/me/data/correct/", {"born_on": month}).status_code == status, month
    end_roles(trace.person)
    assert client.post("/me/data/correct/", {"born_on": "2010-05"}).status_code == 302, "16 years, and no role any more"
    assert client.post("/me/data/correct/", {"born_on": "2015-01"}).status_code == 422


def test_a_name_is_mended_by_staff_within_fifteen_working_days(trace: Trace, cast: Cast, client_for: ClientFor) -> None:
    mine = client_for(trace.user)
    body = {"id": new_id(), "wanted_name": "金思雀", "words": ""}
    assert mine.post("/me/data/correct/", body).status_code == 302
    assert mine.post("/me/data/correct/", body).status_code == 302, "the same twice is once"
    row = PersonalRequest.objects.get(kind="correct")
    assert (row.due_on - row.asked_at.date()).days >= 19
    assert mine.post("/me/data/correct/", {**body, "id": new_id(), "words": "再来"}).status_code == 409
    assert Person.objects.get(pk=trace.person.pk).name == NAME
    url = reverse("console_request", args=[row.uid])
    assert client_for(cast.other_worker).get(url).status_code == 404
    desk = client_for(cast.worker)
    assert "金思雀" in desk.get(url).content.decode()
    assert desk.post(url, {"decision": "done", "name": "金思雀"}).status_code == 302
    person = Person.objects.get(pk=trace.person.pk)
    assert (person.name, person.pinyin) == ("金思雀", "jinsique")
    assert Notification.objects.filter(stream_key=f"p:{trace.person.pk}", kind="personal").count() == 1
    assert desk.post(url, {"decision": "refused", "reason": "又不办"}).status_code == 422


def test_a_refusal_needs_a_reason_that_the_person_reads(trace: Trace, cast: Cast, client_for: ClientFor) -> None:
    mine, desk = client_for(trace.user), client_for(cast.worker)
    mine.post("/me/data/object/", {"id": new_id(), "words": "不要登我的名字"})
    url = reverse("console_request", args=[PersonalRequest.objects.get().uid])
    assert desk.post(url, {"decision": "refused", "reason": ""}).status_code == 422
    assert desk.post(url, {"decision": "refused", "reason": "公示是法定的"}).status_code == 302
    assert "公示是法定的" in mine.get("/me/data/").content.decode()


def test_one_may_take_ones_request_back(trace: Trace, cast: Cast, client_for: ClientFor) -> None:
    mine = client_for(trace.user)
    mine.post("/me/data/object/", {"id": new_id(), "words": "不要登我的名字"})
    url = reverse("my_request_withdraw", args=[PersonalRequest.objects.get().uid])
    assert client_for(cast.leader).post(url).status_code == 404
    assert mine.post(url).status_code == 302
    assert PersonalRequest.objects.get().state == "withdrawn"


def test_staff_do_not_answer_their_own_requests(cast: Cast, client_for: ClientFor) -> None:
    desk = client_for(cast.worker)
    desk.post("/me/data/correct/", {"id": new_id(), "wanted_name": "何静静"})
    row = PersonalRequest.objects.get()
    url = reverse("console_request", args=[row.uid])
    assert desk.get(url).status_code == 200
    assert desk.post(url, {"decision": "done"}).status_code == 403
    assert person_of(cast.worker).name == "何静"


def test_somebody_without_a_phone_asks_at_the_counter(cast: Cast, client_for: ClientFor) -> None:
    person = Person.objects.create(name="石老太")
    Resident.objects.create(person=person, neighbourhood=cast.neighbourhood)
    desk = client_for(cast.worker)
    url = reverse("console_request_create")
    body = {"name": "石老太", "phone": "", "kind": "copy", "channel": "paper", "id": new_id()}
    other = client_for(cast.other_worker).post(url, body)
    assert other.status_code == 422, "of another unit: not found"
    assert desk.post(url, {**body, "name": "石老"}).status_code == 422
    assert desk.post(url, body).status_code == 302
    row = PersonalRequest.objects.get()
    assert (row.person, row.channel, row.entered_by) == (person, "paper", cast.worker)
    copy = reverse("console_request_copy", args=[row.uid])
    assert client_for(cast.other_worker).post(copy).status_code == 404
    assert "石老太" in unpacked(desk.post(copy).content)["data.json"].decode()
    assert desk.post(reverse("console_request", args=[row.uid]), {"decision": "done"}).status_code == 302
    assert desk.post(copy).status_code == 409, "the copy goes with the open request only"


def test_two_of_one_name_are_not_mixed_up(cast: Cast, client_for: ClientFor) -> None:
    for number in ("15488880011", "15488880012"):
        person = Person(name="王英")
        person.set_phone(number)
        person.save()
        Resident.objects.create(person=person, neighbourhood=cast.neighbourhood)
    body = {"name": "王英", "phone": "", "kind": "delete", "channel": "counter", "id": new_id()}
    desk, url = client_for(cast.worker), reverse("console_request_create")
    assert "同名的不止一位" in desk.post(url, body).content.decode()
    assert desk.post(url, {**body, "phone": "15488880012"}).status_code == 302
    assert PersonalRequest.objects.get().person.phone == "15488880012"


def test_a12_she_steps_down_takes_a_copy_and_is_deleted(trace: Trace, client_for: ClientFor) -> None:
    client = client_for(trace.user)
    page = client.get("/me/data/delete/").content.decode()
    assert "现在还不能删" in page
    assert "第9片区" in page
    assert client.post("/me/data/delete/", {"id": new_id(), "sure": "on"}).status_code == 409
    end_roles(trace.person)
    page = client.get("/me/data/delete/").content.decode()
    assert "您还有 5 分没有用" in page
    assert "90 天" in page
    assert NAME in unpacked(client.post("/me/data/copy/").content)["data.json"].decode()
    assert client.post("/me/data/delete/", {"id": new_id()}).status_code == 422, "a tick is needed"
    assert Person.objects.get(pk=trace.person.pk).name == NAME
    gone = client.post("/me/data/delete/", {"id": new_id(), "sure": "on"}, follow=True)
    assert "已经删掉了" in gone.content.decode()
    relay()
    assert Person.objects.get(pk=trace.person.pk).phone == ""
    assert client.get("/me/data/").status_code == 302
    row = PersonalRequest.objects.get(kind="delete")
    assert (row.state, row.channel) == ("done", "self")
    assert AuditEntry.objects.filter(act="person.erase").count() == 1


def test_a_deletion_at_the_counter_waits_for_the_role_to_end(trace: Trace, cast: Cast, client_for: ClientFor) -> None:
    desk = client_for(cast.worker)
    body = {"name": NAME, "phone": PHONE, "kind": "delete", "channel": "counter", "id": new_id()}
    assert desk.post(reverse("console_request_create"), body).status_code == 302
    url = reverse("console_request", args=[PersonalRequest.objects.get().uid])
    assert "卸任" in desk.get(url).content.decode()
    assert desk.post(url, {"decision": "done"}).status_code == 422
    assert PersonalRequest.objects.get().state == "asked", "nothing was written"
    end_roles(trace.person)
    assert desk.post(url, {"decision": "done"}).status_code == 302
    assert Person.objects.get(pk=trace.person.pk).erased_at


def test_consents_are_given_and_taken_back_on_the_page(trace: Trace, client_for: ClientFor) -> None:
    client = client_for(trace.user)
    page = client.get("/me/data/").content.decode()
    assert document("photo").points[0] in page
    url = reverse("my_consent", args=["photo"])
    assert client.post(url, {"give": "yes"}).status_code == 302
    assert client.post(url, {"give": "no"}).status_code == 302
    rows = Consent.objects.filter(person=trace.person, document="photo").order_by("at")
    assert [(row.is_given, row.channel) for row in rows] == [(True, "self"), (False, "self")]
    assert client.post(reverse("my_consent", args=["minors"]), {"give": "yes"}).status_code == 404
    assert client.post(reverse("my_consent", args=["nothing"]), {"give": "yes"}).status_code == 404


def test_a_copy_and_a_deletion_want_somebody_who_is_there_now(trace: Trace) -> None:
    client = Client()
    client.force_login(trace.user, backend="volunteers.accounts.backends.AccountBackend")
    end_roles(trace.person)
    for url in ("/me/data/copy/", "/me/data/delete/"):
        response = client.post(url, {"id": new_id(), "sure": "on"})
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("confirm"))
    assert Person.objects.get(pk=trace.person.pk).name == NAME
    assert client.get("/me/data/").status_code == 200


def test_whoever_took_photos_back_is_offered_none_and_goes_on(cast: Cast, client_for: ClientFor) -> None:
    task = make_task(cast, evidence="photo")
    client, url = client_for(cast.leader), f"/tasks/{task.pk}/"
    assert 'name="photo"' in client.get(url).content.decode()
    client.post(reverse("my_consent", args=["photo"]), {"give": "no"})
    assert 'name="photo"' not in client.get(url).content.decode()
    sent = {"id": new_id(), "answer": "done", "photo": SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")}
    assert client.post(url, sent).status_code == 302
    assert not CheckIn.objects.get(task=task).photo
