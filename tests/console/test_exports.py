"""What leaves a list as a file: in scope, masked, with its reason, so many a day, never without a trace."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from foundation.models import AuditEntry
from tests.cast import SINCE, Cast, person_of
from tests.console.conftest import body_of, lines_of
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role

PEOPLE = "/console/people/export/"
FULL = {"format": "csv", "full": "on", "reason": "发放慰问品登记"}


def test_a_masked_export_shows_no_name_and_no_number(cast: Cast, worker: Client) -> None:
    text = body_of(worker.post(PEOPLE, {"format": "csv"})).decode()
    assert "周*兰" in text
    assert "周桂兰" not in text
    assert person_of(cast.leader).phone not in text
    assert person_of(cast.leader).masked_phone in text
    assert "顾*" not in text  # the other community's


def test_the_file_and_the_trail_say_who_when_why_what_and_how_many(cast: Cast, worker: Client) -> None:
    response = worker.post(f"{PEOPLE}?q=桂兰&role=neighbour_leader", FULL)
    lines = lines_of(response)
    said = {line[0]: line[1] for line in lines[: lines.index([])]}
    assert said["内容"] == "人员"
    assert said["谁导出的"] == "何静"
    assert said["完整还是脱敏"] == "完整"
    assert said["用途"] == "发放慰问品登记"
    assert said["条件"] == "查找：桂兰；职务：邻长"
    assert said["行数"] == "1"
    assert lines[-1][0] == "周桂兰"
    assert lines[-1][3] == person_of(cast.leader).phone
    assert "no-store" in response["Cache-Control"]
    entry = AuditEntry.objects.get(act="console.export")
    assert entry.actor_id == cast.worker.pk
    assert entry.unit_id == cast.community.pk
    assert entry.reason == "发放慰问品登记"
    assert entry.data == {
        "list": "console_person_export", "format": "csv", "full": True, "rows": 1, "filters": [["职务", "邻长"]],
        "searched": True,
    }  # fmt: skip


@pytest.mark.everywhere
def test_a_workbook_is_what_one_gets_when_nothing_is_said(cast: Cast, clerk: Client) -> None:
    response = clerk.post(PEOPLE)
    book = openpyxl.load_workbook(io.BytesIO(body_of(response)))
    assert "attachment" in response["Content-Disposition"]
    assert book["数据"].max_row - 1 == Person.objects.filter(appointments__isnull=False).distinct().count()


@pytest.mark.parametrize("reason", ["", "  ", "登记", " 要 用 "])
def test_in_full_only_with_a_purpose(cast: Cast, worker: Client, reason: str) -> None:
    response = worker.post(f"{PEOPLE}?q=周", FULL | {"reason": reason}, follow=True)
    assert response.redirect_chain[-1][0].startswith("/console/people/?q=")
    assert "要完整的，请写明用途" in response.content.decode()
    assert not AuditEntry.objects.filter(act="console.export").exists()


@pytest.mark.everywhere
def test_in_full_so_many_rows_a_day_and_no_more(cast: Cast, worker: Client, settings: Any) -> None:
    settings.EXPORT_FULL_ROWS = 6
    assert worker.post(PEOPLE, FULL).status_code == 200  # the community's five
    refused = worker.post(PEOPLE, FULL, follow=True)
    assert "今天还能导出 1 行" in refused.content.decode()
    assert "另一位工作人员" in refused.content.decode()
    assert worker.post(f"{PEOPLE}?q=周桂兰", FULL).status_code == 200
    assert worker.post(f"{PEOPLE}?q=周桂兰", FULL).status_code == 302
    assert worker.post(PEOPLE, {"format": "csv"}).status_code == 200, "masked is not counted"
    assert AuditEntry.objects.filter(act="console.export").count() == 3


def test_more_than_a_file_may_hold_is_refused_with_advice(cast: Cast, worker: Client, settings: Any) -> None:
    settings.EXPORT_ROWS = 2
    assert "请先筛选再导出" in worker.post(PEOPLE, follow=True).content.decode()


def test_an_export_is_a_write_and_never_a_link(cast: Cast, worker: Client) -> None:
    assert worker.get(PEOPLE).status_code == 405
    assert worker.post("/console/people/").status_code == 405


def test_only_where_a_role_carries_the_right_to_export(cast: Cast, worker: Client) -> None:
    """The worker also leads an area of another community: its people are seen, and stay."""
    Appointment.objects.create(
        person=person_of(cast.worker), role=Role.AREA_LEADER, unit=cast.other_area, starts_on=SINCE
    )
    assert "顾芳" in worker.get("/console/people/").content.decode()
    text = body_of(worker.post(PEOPLE, FULL)).decode()
    assert "周桂兰" in text
    assert "顾芳" not in text


def test_the_search_is_part_of_what_is_exported(cast: Cast, clerk: Client) -> None:
    text = body_of(clerk.post("/console/appointments/export/?q=gf", FULL)).decode()
    assert "顾芳" in text
    assert "周桂兰" not in text


def test_the_list_offers_the_export_to_those_who_may(cast: Cast, worker: Client) -> None:
    page = worker.get(reverse("console_person_list"), {"q": "周", "p": "1"}).content.decode()
    assert 'action="/console/people/export/?q=%E5%91%A8"' in page
    assert "只要脱敏的" in page
