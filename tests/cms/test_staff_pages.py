"""The console: each unit's staff work in their own section, and nobody else gets near it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, streamfield

from cms.models import EventPage, NoticePage
from cms.sections import section_of
from events.gatherings.models import Event
from foundation.models import AuditEntry, Notification
from tests.cast import Cast
from volunteers.accounts.models import User
from volunteers.units.models import Appointment

ClientFor = Callable[[User], Client]
NewNotice = Callable[..., NoticePage]


def page_urls(page: Page) -> list[str]:
    """Everywhere the console would show or change a page."""
    names = ("edit", "delete", "unpublish", "copy", "preview_on_edit", "history", "view_draft", "move", "usage")
    return [reverse(f"wagtailadmin_pages:{name}", args=[page.pk]) for name in names]


def form_of(**fields: object) -> dict[str, object]:
    """The notice form as the console sends it."""
    return nested_form_data({"body": streamfield([])}) | fields


def test_a_worker_writes_and_publishes_a_notice(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.worker)
    section = section_of(cast.community)
    add = reverse("wagtailadmin_pages:add", args=["cms", "noticepage", section.pk])
    form = client.get(add).content.decode()
    assert "发给哪里" in form
    assert "月桂社区" not in form
    fields = {"title": "明天停水", "summary": "接两桶水", "targets": [cast.community.pk], "must_read": "on"}
    client.post(add, form_of(**fields))
    notice = NoticePage.objects.get()
    assert not notice.live
    assert not Notification.objects.exists()
    client.post(reverse("wagtailadmin_pages:edit", args=[notice.pk]), form_of(**fields, **{"action-publish": "1"}))
    notice.refresh_from_db()
    assert (notice.live, notice.unit, list(notice.targets.all())) == (True, cast.community, [cast.community])
    assert Notification.objects.filter(kind="notice").count() == 1
    assert AuditEntry.objects.get(act="notice.announce").actor_id == cast.worker.pk


def test_a_worker_cannot_address_another_unit(cast: Cast, client_for: ClientFor) -> None:
    add = reverse("wagtailadmin_pages:add", args=["cms", "noticepage", section_of(cast.community).pk])
    for stray in (cast.other_community, cast.street, cast.district, cast.neighbourhood):
        fields = {"title": "越界", "summary": "x", "targets": [stray.pk], "action-publish": "1"}
        client_for(cast.worker).post(add, form_of(**fields))
    assert not NoticePage.objects.exists()


def test_the_next_communitys_staff_do_not_see_change_or_preview_it(
    cast: Cast, notice: NoticePage, client_for: ClientFor
) -> None:
    for user in (cast.other_worker, cast.street_clerk):
        client = client_for(user)
        for url in page_urls(notice):
            answer = client.get(url)
            assert answer.status_code in (302, 403, 404), url
            assert notice.title not in answer.content.decode()
            client.post(url, {"title": "改掉"})
        listing = client.get(reverse("wagtailadmin_explore", args=[section_of(cast.community).pk]))
        assert notice.title not in listing.content.decode()
        assert notice.title not in client.get(reverse("wagtailadmin_pages:search"), {"q": "停水"}).content.decode()
        chooser = client.get(reverse("wagtailadmin_choose_page_search"), {"q": "停水"})
        assert notice.title not in chooser.content.decode()
        add = reverse("wagtailadmin_pages:add", args=["cms", "noticepage", section_of(cast.community).pk])
        client.post(add, form_of(title="冒名", summary="x", targets=[cast.community.pk]))
    notice.refresh_from_db()
    assert (notice.title, notice.live, NoticePage.objects.count()) == ("明天上午停水", True, 1)
    assert notice.title not in client_for(cast.other_worker).get(reverse("console_notice_list")).content.decode()
    assert notice.title in client_for(cast.street_clerk).get(reverse("console_notice_list")).content.decode()


def test_who_moved_to_another_unit_today_has_lost_the_old_pages(
    cast: Cast, notice: NoticePage, client_for: ClientFor
) -> None:
    client = client_for(cast.worker)
    edit = reverse("wagtailadmin_pages:edit", args=[notice.pk])
    assert client.get(edit).status_code == 200
    Appointment.objects.filter(person=cast.worker.person).update(unit=cast.other_community)
    assert client.get(edit).status_code == 302
    client_for(User.objects.get(pk=cast.worker.pk))
    assert list(section_of(cast.other_community).staff_group.user_set.all()) == [cast.worker]
    assert not section_of(cast.community).staff_group.user_set.exists()


def test_nobody_but_staff_gets_into_the_console(cast: Cast, notice: NoticePage, client_for: ClientFor) -> None:
    for user in (cast.leader, cast.group_leader, cast.area_leader, cast.resident, cast.merchant_person, cast.officer):
        client = client_for(user)
        for url in (*page_urls(notice), reverse("console_notice_list"), reverse("console_event_list"), "/console/"):
            assert client.get(url).status_code == 403, url
    for url in page_urls(notice):
        assert Client().get(url).status_code == 302


@pytest.mark.everywhere
def test_two_signs_inside_a_title_find_it(cast: Cast, new_notice: NewNotice, client_for: ClientFor) -> None:
    new_notice(title="本周六上午停水检修")
    new_notice(title="社区食堂换菜单", summary="周一到周六")
    client = client_for(cast.worker)
    addresses = (reverse("console_notice_list"), reverse("wagtailadmin_pages:search"))
    for url in addresses:
        found = client.get(url, {"q": "停水"}).content.decode()
        assert "本周六上午停水检修" in found, url
        assert "社区食堂换菜单" not in found, url


def test_the_menu_and_the_first_page_hold_what_staff_need(
    cast: Cast, notice: NoticePage, client_for: ClientFor
) -> None:
    page = client_for(cast.worker).get("/console/").content.decode()
    for name in ("notices", "events", "tasks", "images"):
        assert f'"name": "{name}"' in page, name
    for name in ("reports", "settings", "help", "explorer", "snippets", "documents", "users"):
        assert f'"name": "{name}"' not in page, name
    assert "条公告在看" in page
    assert "console.css" in page
    assert "何静" in page
    assert "<title>首页 - 三长</title>" in page


def test_an_event_is_edited_in_one_form(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.worker)
    section = section_of(cast.community)
    add = reverse("wagtailadmin_pages:add", args=["cms", "eventpage", section.pk])
    fields = {
        "title": "邻里包饺子", "summary": "人来就行", "place": "食堂", "starts_at": "2030-01-05 09:00",
        "ends_at": "2030-01-05 08:00", "capacity": "2", "needs_sign_up": "on", "action-publish": "1",
    }  # fmt: skip
    assert "结束要在开始之后" in client.post(add, form_of(**fields)).content.decode()
    assert not Event.objects.exists()
    client.post(add, form_of(**(fields | {"ends_at": "2030-01-05 12:00"})))
    event = Event.objects.get()
    assert (event.title, event.place, event.capacity) == ("邻里包饺子", "食堂", 2)
    Event.objects.update(signed_count=2)
    edit = reverse("wagtailadmin_pages:edit", args=[EventPage.objects.get().pk])
    fewer = form_of(**(fields | {"ends_at": "2030-01-05 12:00", "capacity": "1"}))
    assert "名额不能比这少" in client.post(edit, fewer).content.decode()
    assert Event.objects.get().capacity == 2
    assert "邻里包饺子" in client.get(reverse("console_event_list")).content.decode()


def test_a_preview_is_a_page_like_the_real_one(cast: Cast, notice: NoticePage, client_for: ClientFor) -> None:
    client = client_for(cast.worker)
    url = reverse("wagtailadmin_pages:preview_on_edit", args=[notice.pk])
    body = form_of(title="还没发的题目", summary="试试看", targets=[cast.community.pk])
    assert client.post(url, body).json()["is_valid"]
    assert "还没发的题目" in client.get(url, {"mode": ""}).content.decode()
    assert client_for(cast.other_worker).get(url, {"mode": ""}).status_code in (302, 403, 404)
