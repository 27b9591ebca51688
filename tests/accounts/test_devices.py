"""Where I am signed in: seen, ended one by one or all others, told of a new one (rule R26)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from foundation.models import AuditEntry, Notification, OutboxMessage
from tests.accounts.test_limits import let_pass
from tests.accounts.test_phone import AskCode, phone_of
from tests.cast import Cast
from volunteers.accounts.devices import devices_of, forget_unused, kind_of, session_mark
from volunteers.accounts.models import Device, User

ClientFor = Callable[[User], Client]
WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605 Mobile MicroMessenger/8.0.60"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0"


def signed_in(cast: Cast, ask_code: AskCode, agent: str = WECHAT) -> Client:
    client = Client(headers={"user-agent": agent})
    code = ask_code(client, phone_of(cast.leader))
    assert client.post("/login/code/", {"code": code}).status_code == 302
    let_pass(3 * 3600)
    return client


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (WECHAT, ("iphone", "wechat")),
        (WINDOWS, ("windows", "edge")),
        ("Mozilla/5.0 (Linux; Android 15; V2309A) Chrome/130.0 Mobile Safari/537.36", ("android", "chrome")),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit ArkWeb/4 Mobile HuaweiBrowser/5.0", ("harmony", "huawei")),
        ("curl/8.5", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_device_is_told_by_system_and_browser_and_nothing_finer(agent: str, kind: tuple[str, str]) -> None:
    assert kind_of(agent) == kind


@pytest.mark.everywhere
def test_the_list_shows_where_i_am_signed_in_and_marks_this_one(cast: Cast, ask_code: AskCode) -> None:
    phone, desk = signed_in(cast, ask_code), signed_in(cast, ask_code, WINDOWS)
    page = phone.get("/me/devices/").content.decode()
    assert "微信 · 苹果手机" in page
    assert "Edge · Windows 电脑" in page
    assert page.count("这一台</span>") == 1
    assert page.index("微信 · 苹果手机") < page.index("Edge · Windows 电脑")
    assert page.count("/end/") == 1, "this one ends by signing out"
    assert "最近使用：今天" in page
    assert desk.get("/me/devices/").status_code == 200


def test_ending_one_ends_it_at_once_and_closes_its_sockets(cast: Cast, ask_code: AskCode) -> None:
    phone, desk = signed_in(cast, ask_code), signed_in(cast, ask_code, WINDOWS)
    mark = session_mark(str(desk.session.session_key))
    device = Device.objects.get(mark=mark)
    assert phone.post(f"/me/devices/{device.uid}/end/")["Location"] == "/me/devices/"
    assert desk.get("/me/")["Location"].startswith("/login/")
    assert phone.get("/me/").status_code == 200
    assert not Session.objects.filter(session_key=desk.cookies["sid"].value).exists()
    revoked = [row.payload for row in OutboxMessage.objects.filter(topic="revoke")]
    assert {"sessions": [mark]} in revoked
    assert AuditEntry.objects.filter(act="device.end", actor_id=cast.leader.pk).count() == 1
    assert phone.post(f"/me/devices/{device.uid}/end/").status_code == 404, "it is gone"


def test_all_others_end_together(cast: Cast, ask_code: AskCode) -> None:
    others = [signed_in(cast, ask_code, WINDOWS) for _ in range(2)]
    phone = signed_in(cast, ask_code)
    assert phone.post("/me/devices/end-others/").status_code == 302
    assert [client.get("/me/").status_code for client in others] == [302, 302]
    assert phone.get("/me/").status_code == 200
    entry = AuditEntry.objects.get(act="device.end_others")
    assert entry.data == {"count": 2}


def test_somebody_elses_session_is_not_there(cast: Cast, ask_code: AskCode, client_for: ClientFor) -> None:
    phone = signed_in(cast, ask_code)
    device = devices_of(cast.leader).get()
    other = client_for(cast.leader2)
    assert other.post(f"/me/devices/{device.uid}/end/").status_code == 404
    assert "苹果手机" not in other.get("/me/devices/").content.decode()
    assert phone.get("/me/").status_code == 200


def test_the_session_key_lies_sealed(cast: Cast, ask_code: AskCode) -> None:
    phone = signed_in(cast, ask_code)
    row = devices_of(cast.leader).get()
    assert str(phone.session.session_key) not in str(row.__dict__)


def test_signing_out_takes_the_device_away(cast: Cast, ask_code: AskCode) -> None:
    phone = signed_in(cast, ask_code)
    phone.post("/logout/")
    assert not devices_of(cast.leader).exists()


def test_signing_in_again_in_the_same_browser_is_the_same_device(cast: Cast, ask_code: AskCode) -> None:
    phone = signed_in(cast, ask_code)
    phone.get("/me/")
    code = ask_code(phone, phone_of(cast.leader))
    phone.post("/login/code/", {"code": code})
    assert devices_of(cast.leader).count() == 1


def test_a_lost_phone_ends_all_and_the_list_is_empty(cast: Cast, ask_code: AskCode) -> None:
    from foundation.actors import SYSTEM
    from volunteers.accounts.services import end_sessions

    phone = signed_in(cast, ask_code)
    end_sessions(cast.leader, acting_user=SYSTEM, reason="lost phone")
    assert not devices_of(cast.leader).exists()
    assert phone.get("/me/").status_code == 302


def test_a_new_device_is_told_of_and_the_first_and_the_known_are_not(cast: Cast, ask_code: AskCode) -> None:
    phone = signed_in(cast, ask_code)
    stream = f"p:{cast.leader.person_id}"
    assert not Notification.objects.filter(stream_key=stream, kind="device").exists(), "the first one ever"
    phone.post("/logout/")
    phone.post("/login/code/", {"code": ask_code(phone, phone_of(cast.leader))})
    assert not Notification.objects.filter(stream_key=stream, kind="device").exists(), "known browser"
    let_pass(3600)
    User.objects.update(joined_at=timezone.now() - dt.timedelta(days=1))
    signed_in(cast, ask_code, WINDOWS)
    entry = Notification.objects.get(stream_key=stream, kind="device")
    assert "Edge · Windows 电脑" in entry.payload["body"]
    assert entry.payload["url"] == "/me/devices/"
    assert "有新设备登录" in phone.get("/inbox/").content.decode()


def test_use_is_noted_once_a_day_and_only_of_pages(
    cast: Cast, ask_code: AskCode, django_assert_num_queries: Callable[..., object]
) -> None:
    phone = signed_in(cast, ask_code)
    long_ago = dt.date(2026, 1, 2)
    Device.objects.update(seen_on=long_ago)
    session = phone.session
    session["seen_on"] = long_ago.isoformat()
    session.save()
    phone.get("/sync", headers={"accept": "application/json"})
    assert devices_of(cast.leader).get().seen_on == long_ago
    phone.get("/me/", headers={"accept": "text/html"})
    assert devices_of(cast.leader).get().seen_on > long_ago
    Device.objects.update(seen_on=long_ago)
    phone.get("/me/", headers={"accept": "text/html"})
    assert devices_of(cast.leader).get().seen_on == long_ago, "noted today already"
    assert "1月2日" in signed_in(cast, ask_code, WINDOWS).get("/me/devices/").content.decode()


def test_rows_of_sessions_that_ran_out_go(cast: Cast, ask_code: AskCode) -> None:
    signed_in(cast, ask_code)
    Device.objects.update(seen_on=dt.date(2026, 1, 2))
    assert forget_unused(31) == 1


def test_a_session_lasts_thirty_days_and_no_longer(cast: Cast, ask_code: AskCode) -> None:
    phone = signed_in(cast, ask_code)
    session = Session.objects.get(session_key=phone.session.session_key)
    first = session.expire_date
    phone.get("/me/", headers={"accept": "text/html"})
    phone.post("/login/", {"phone": "x"})
    assert Session.objects.get(session_key=session.session_key).expire_date == first


def test_ending_wants_a_sign_in_of_the_last_ten_minutes(cast: Cast, ask_code: AskCode) -> None:
    phone, _desk = signed_in(cast, ask_code), signed_in(cast, ask_code, WINDOWS)
    session = phone.session
    session["signed_in_at"] -= 601
    session.save()
    assert phone.post("/me/devices/end-others/")["Location"] == "/me/confirm/?next=%2Fme%2Fdevices%2F"
    assert devices_of(cast.leader).count() == 2
    assert phone.get("/me/devices/").status_code == 200, "looking needs nothing"


def test_staff_see_their_devices_and_passkeys(cast: Cast, client_for: ClientFor) -> None:
    page = client_for(cast.worker).get("/me/devices/").content.decode()
    assert "/me/passkeys/" in page
    assert "/me/passkeys/" not in client_for(cast.leader).get("/me/devices/").content.decode()


def test_the_list_costs_the_same_whatever_its_length(cast: Cast, ask_code: AskCode) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    phone = signed_in(cast, ask_code)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            phone.get("/me/devices/")
        counts.append(len(asked))
        signed_in(cast, ask_code, WINDOWS)
    assert counts[0] == counts[1]
    assert len(re.findall("让它退出<span", phone.get("/me/devices/").content.decode())) == 2
