"""花名册导入 in the console, as a person uses it; and who may not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.roster.books import dirty, simple
from volunteers.accounts.models import User
from volunteers.roster.models import ImportBatch
from volunteers.units.models import Unit

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


def upload(client: Client, content: bytes, name: str = "名册.xlsx") -> ImportBatch:
    answer = client.post(reverse("console_roster"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return ImportBatch.objects.latest("id")


def page(client: Client, batch: ImportBatch, query: str = "") -> str:
    return client.get(reverse("console_roster_detail", args=[batch.uid]) + query).content.decode()


def act(client: Client, batch: ImportBatch, verb: str, **data: str) -> str:
    return client.post(reverse(f"console_roster_{verb}", args=[batch.uid]), data, follow=True).content.decode()


def test_upload_look_confirm_undo(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.district_clerk)
    assert "花名册导入" in client.get(reverse("console_roster")).content.decode()
    batch = upload(client, simple())
    shown = page(client, batch)
    assert "确认导入" in shown
    assert "王丽英" in shown
    assert not Unit.objects.filter(name="明月镇").exists()
    assert "导入完成" in act(client, batch, "confirm")
    assert Unit.objects.filter(name="明月镇").exists()
    assert "撤销这次导入" in page(client, batch)
    assert "已撤销" in act(client, batch, "undo")
    assert not Unit.objects.filter(name="明月镇").exists()


def test_faulty_rows_are_shown_filtered_downloaded_and_left_out(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.district_clerk)
    batch = upload(client, dirty())
    shown = page(client, batch)
    assert "手机号有 10 位数字" in shown
    assert "确认导入" not in shown
    assert "手机号有 10 位数字" not in page(client, batch, "?column=户数")
    assert "没有导入" in act(client, batch, "confirm")
    remarks = client.get(reverse("console_roster_remarks", args=[batch.uid]))
    assert remarks.content.startswith(b"PK")
    assert "导入完成" in act(client, batch, "confirm", take="good")
    assert client.get(reverse("console_roster_remarks", args=[batch.uid])).status_code == 200


def test_a_hostile_file_is_refused_on_the_page(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.district_clerk)
    answer = client.post(reverse("console_roster"), {"file": SimpleUploadedFile("x.xlsx", b"PK nonsense")})
    assert answer.status_code == 422
    assert "损坏" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_a_preview_can_be_given_up(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.district_clerk)
    batch = upload(client, simple())
    assert "已放弃" in act(client, batch, "drop")
    assert "已经处理过" in act(client, batch, "confirm")


def test_a_worker_elsewhere_does_not_find_the_import(cast: Cast, client_for: ClientFor) -> None:
    batch = upload(client_for(cast.district_clerk), simple())
    for verb in ("confirm", "drop", "undo"):
        url = reverse(f"console_roster_{verb}", args=[batch.uid])
        assert client_for(cast.other_worker).post(url).status_code == 404
    for view in ("detail", "remarks"):
        assert client_for(cast.other_worker).get(reverse(f"console_roster_{view}", args=[batch.uid])).status_code == 404


@pytest.mark.parametrize("who", ["leader", "group_leader", "area_leader", "resident", "officer", "merchant_person"])
def test_those_without_a_staff_role_never_get_in(cast: Cast, client_for: ClientFor, who: str) -> None:
    answer = client_for(getattr(cast, who)).get(reverse("console_roster"))
    assert answer.status_code in {302, 403}
    assert Client().get(reverse("console_roster")).status_code == 302
