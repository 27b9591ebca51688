"""Who may read a notice: those it is addressed to, those who publish there, and nobody else, at every address."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from cms.models import NoticePage, NoticeRead
from tests.cast import Cast
from volunteers.accounts.models import User
from volunteers.units.models import Appointment

ClientFor = Callable[[User], Client]
NewNotice = Callable[..., NoticePage]


def sees(client: Client, notice: NoticePage) -> bool:
    """Whether page, list and 知道了 agree that the notice is there, or that it is not."""
    page = client.get(notice.get_absolute_url())
    listed = notice.title in client.get("/notices/").content.decode()
    assert page.status_code == (200 if listed else 404)
    return listed


@pytest.mark.everywhere
def test_a_notice_reaches_everybody_below_its_unit_and_nobody_beside(
    cast: Cast, notice: NoticePage, client_for: ClientFor
) -> None:
    for user in (cast.worker, cast.area_leader, cast.group_leader, cast.leader, cast.resident, cast.street_clerk):
        assert sees(client_for(user), notice), user
    for user in (cast.other_worker, cast.other_leader, cast.merchant_person, cast.officer, cast.stranger):
        assert not sees(client_for(user), notice), user
    assert not sees(Client(), notice)


@pytest.mark.everywhere
def test_a_notice_to_a_role_reaches_that_role_only(cast: Cast, new_notice: NewNotice, client_for: ClientFor) -> None:
    notice = new_notice(roles=["group_leader"])
    assert sees(client_for(cast.group_leader), notice)
    assert sees(client_for(cast.street_clerk), notice)
    for user in (cast.leader, cast.resident, cast.area_leader, cast.other_group_leader):
        assert not sees(client_for(user), notice), user


def test_a_notice_to_one_area_does_not_reach_the_next(cast: Cast, new_notice: NewNotice, client_for: ClientFor) -> None:
    notice = new_notice(unit=cast.street, targets=[cast.other_community], acting_user=cast.street_clerk)
    assert sees(client_for(cast.other_leader), notice)
    assert sees(client_for(cast.street_clerk), notice)
    assert not sees(client_for(cast.leader), notice)
    assert not sees(client_for(cast.worker), notice)


def test_a_public_notice_is_read_without_signing_in(cast: Cast, new_notice: NewNotice) -> None:
    notice = new_notice(is_public=True)
    assert sees(Client(), notice)
    assert "知道了" not in Client().get(notice.get_absolute_url()).content.decode()


@pytest.mark.everywhere
def test_an_expired_withdrawn_or_draft_notice_is_gone(cast: Cast, new_notice: NewNotice, client_for: ClientFor) -> None:
    client = client_for(cast.leader)
    assert not sees(client, new_notice(title="过期的", expire_at=timezone.now() - dt.timedelta(minutes=1)))
    withdrawn = new_notice(title="撤回的")
    assert sees(client, withdrawn)
    withdrawn.unpublish()
    assert not sees(client, withdrawn)


def test_who_left_the_role_yesterday_no_longer_reads(cast: Cast, notice: NoticePage, client_for: ClientFor) -> None:
    assert sees(client_for(cast.leader), notice)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Appointment.objects.filter(person=cast.leader.person).update(ends_on=yesterday)
    assert not sees(client_for(User.objects.get(pk=cast.leader.pk)), notice)


def test_wagtails_own_address_leads_to_the_checked_one(cast: Cast, notice: NoticePage, client_for: ClientFor) -> None:
    section = notice.get_parent()
    address = f"/{section.slug}/{notice.slug}/"
    answer = client_for(cast.stranger).get(address, follow=True)
    assert answer.status_code == 404
    assert client_for(cast.leader).get(address, follow=True).status_code == 200
    assert client_for(cast.leader).get(f"/{section.slug}/").status_code == 404


def test_acknowledging_is_told_once_however_often_it_is_sent(
    cast: Cast, new_notice: NewNotice, client_for: ClientFor
) -> None:
    notice, other = new_notice(must_read=True), new_notice(title="另一条", must_read=True)
    client, address = client_for(cast.leader), notice.get_absolute_url()
    assert client.get("/notices/").content.decode().count("请看一下") == 2
    body = {"id": str(uuid.uuid4())}
    assert client.post(address + "read/", body).status_code == 302
    assert client.post(address + "read/", body, headers={"X-Outbox": "1"}).json() == {"ok": True, "url": address}
    assert client.post(address + "read/", {"id": str(uuid.uuid4())}).status_code == 302
    assert client.post(other.get_absolute_url() + "read/", body).status_code == 422
    assert client_for(cast.leader2).post(address + "read/", body).status_code == 404
    assert NoticeRead.objects.count() == 1
    assert client.get("/notices/").content.decode().count("请看一下") == 1
    assert "知道了" in client.get(address).content.decode()


def test_only_readers_acknowledge(cast: Cast, notice: NoticePage, client_for: ClientFor) -> None:
    address = notice.get_absolute_url() + "read/"
    assert client_for(cast.other_leader).post(address, {"id": str(uuid.uuid4())}).status_code == 404
    assert client_for(cast.leader).post(address, {"id": "nonsense"}).status_code == 422
    assert Client().post(address, {"id": str(uuid.uuid4())})["Location"].startswith("/login/")
    assert not NoticeRead.objects.exists()


def test_a_list_costs_the_same_however_long(
    cast: Cast, new_notice: NewNotice, client_for: ClientFor, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(12):
        new_notice(title=f"第{number}条", must_read=True)
    client = client_for(cast.leader)
    client.get("/notices/")
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        assert client.get("/notices/").content.decode().count("请看一下") == 12


def test_the_command_syncs_and_changes_nothing_the_second_time(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sync_staff")
    call_command("sync_staff")
    assert capsys.readouterr().out.splitlines() == ["4 个单位，4 位工作人员"] * 2
