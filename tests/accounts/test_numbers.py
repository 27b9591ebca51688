"""Another phone number: by oneself with a code, at the counter with a reason; and being asked again before it (R26)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from foundation.models import AuditEntry, Notification
from ops.fakes.sms import FakeSms
from tests.accounts.conftest import Relay, wrong
from tests.accounts.test_limits import let_pass
from tests.accounts.test_phone import NOBODY, AskCode, phone_of
from tests.cast import Cast, person_of
from volunteers.accounts.models import LoginCode, User
from volunteers.people.models import Person

ClientFor = Callable[[User], Client]
NEW = "15499970111"


@pytest.fixture
def change(sms: FakeSms, relay: Relay) -> Callable[[Client, str], str]:
    """Ask for a number to become mine; returns the code that arrived there, empty when none did."""

    def ask(client: Client, phone: str) -> str:
        before = len(sms.messages)
        answer = client.post("/me/phone/", {"phone": phone})
        assert answer.status_code == 302, answer.content.decode()
        relay()
        came = sms.messages[before:]
        return str(came[0]["params"]["code"]) if came else ""

    return ask


Change = Callable[[Client, str], str]


@pytest.mark.everywhere
def test_a_code_to_the_new_number_makes_it_mine(
    cast: Cast, client_for: ClientFor, change: Change, ask_code: AskCode
) -> None:
    client, old = client_for(cast.leader), phone_of(cast.leader)
    code = change(client, NEW)
    assert phone_of(User.objects.get(pk=cast.leader.pk)) == old, "not before the code"
    assert client.post("/me/phone/code/", {"code": code})["Location"] == "/me/devices/"
    person = Person.objects.get(pk=person_of(cast.leader).pk)
    assert person.phone == NEW
    assert AuditEntry.objects.filter(act="phone.change", object_id=str(person.pk)).count() == 1
    assert Notification.objects.filter(stream_key=f"p:{person.pk}", kind="phone").count() == 1
    assert client.get("/me/").status_code == 200, "this session goes on"
    let_pass(3600)
    fresh = Client()
    assert ask_code(fresh, old) == "", "the old number is nobody's"
    let_pass(3600)
    fresh.post("/login/code/", {"code": ask_code(fresh, NEW)})
    assert fresh.get("/me/").status_code == 200


def test_the_wechat_binding_stays(cast: Cast, client_for: ClientFor, change: Change) -> None:
    from tests.accounts.test_wechat import bound
    from volunteers.accounts.wechat.client import Identity
    from volunteers.accounts.wechat.services import account_of

    bound(cast.leader)
    client = client_for(cast.leader)
    client.post("/me/phone/code/", {"code": change(client, NEW)})
    from allauth.socialaccount.models import SocialAccount

    kept = SocialAccount.objects.get(user=cast.leader)
    openid = kept.openids.get()
    assert account_of(Identity(openid.app_id, openid.openid)) == cast.leader


def test_a_number_of_somebody_else_hears_nothing_and_the_answer_is_the_same(
    cast: Cast, client_for: ClientFor, change: Change
) -> None:
    from tests.accounts.test_phone import _without_the_own

    pages = []
    for user, phone in ((cast.leader, phone_of(cast.leader2)), (cast.group_leader, NOBODY)):
        client = client_for(user)
        came = change(client, phone)
        assert bool(came) is (phone == NOBODY)
        page = client.get("/me/phone/code/")
        tried = client.post("/me/phone/code/", {"code": "000000"})
        texts = [_without_the_own(one.content.decode(), phone) for one in (page, tried)]
        pages.append([re.sub(r'data-user="\d+"', "", text) for text in texts])
    assert pages[0] == pages[1]


def test_a_number_that_was_taken_meanwhile_stays_with_who_has_it(
    cast: Cast, client_for: ClientFor, change: Change
) -> None:
    client = client_for(cast.leader)
    code = change(client, NEW)
    other = person_of(cast.leader2)
    other.set_phone(NEW)
    other.save()
    answer = client.post("/me/phone/code/", {"code": code})
    assert answer.status_code == 409
    assert "另一个人名下" in answer.content.decode()


def test_wrong_codes_and_the_same_number_change_nothing(cast: Cast, client_for: ClientFor, change: Change) -> None:
    client = client_for(cast.leader)
    assert client.post("/me/phone/", {"phone": phone_of(cast.leader)}).status_code == 422
    assert client.post("/me/phone/", {"phone": "123"}).status_code == 422
    assert client.post("/me/phone/", {}).status_code == 422
    assert client.get("/me/phone/code/")["Location"] == "/me/phone/"
    code = change(client, NEW)
    assert client.post("/me/phone/code/", {"code": wrong(code)}).status_code == 422
    assert person_of(User.objects.get(pk=cast.leader.pk)).phone == phone_of(cast.leader)


def test_five_numbers_a_day_for_an_account(cast: Cast, client_for: ClientFor, relay: Relay) -> None:
    client = client_for(cast.leader)
    answers = [client.post("/me/phone/", {"phone": f"1549997{n:04}"}).status_code for n in range(6)]
    assert answers == [302] * 5 + [429]


def stale(client: Client) -> Client:
    """The session was signed in a quarter of an hour ago."""
    session = client.session
    session["second_factor"] = session["second_factor"] | {"at": session["second_factor"]["at"] - 900}
    session.save()
    return client


def test_an_older_sign_in_is_asked_again_with_a_code_to_the_own_number(
    cast: Cast, client_for: ClientFor, sms: FakeSms, relay: Relay
) -> None:
    client = stale(client_for(cast.leader))
    assert client.get("/me/phone/")["Location"] == "/me/confirm/?next=%2Fme%2Fphone%2F"
    page = client.get("/me/confirm/?next=/me/phone/").content.decode()
    assert phone_of(cast.leader) not in page
    assert client.post("/me/confirm/", {"send": "1", "next": "/me/phone/"}).status_code == 200
    relay()
    code = sms.messages[-1]["params"]["code"]
    assert sms.messages[-1]["to"].endswith(phone_of(cast.leader))
    assert client.post("/me/confirm/", {"code": wrong(code), "next": "/me/phone/"}).status_code == 422
    assert client.post("/me/confirm/", {"code": code, "next": "/me/phone/"})["Location"] == "/me/phone/"
    assert client.get("/me/phone/").status_code == 200
    assert AuditEntry.objects.filter(act="sign_in.confirm", actor_id=cast.leader.pk).count() == 1


def test_a_code_to_sign_in_is_none_to_confirm(cast: Cast, client_for: ClientFor, ask_code: AskCode) -> None:
    client = stale(client_for(cast.leader))
    session = client.session
    code = ask_code(Client(), phone_of(cast.leader))
    row = LoginCode.objects.get()
    session["login_code"] = {"id": str(row.pk), "nonce": "x", "shown": ""}
    session.save()
    assert client.post("/me/confirm/", {"code": code, "next": "/me/phone/"}).status_code == 422
    assert client.get("/me/phone/").status_code == 302


def test_staff_confirm_with_their_authenticator(cast: Cast, settings: Any) -> None:
    import time

    import time_machine

    from tests.accounts.test_staff import NOON, PASSWORD, code_at, enrol

    cast.street_clerk.set_password(PASSWORD)
    cast.street_clerk.save()
    with time_machine.travel(NOON, tick=False) as clock:
        client = Client()
        secret, _codes = enrol(client, cast.street_clerk, time.time())
        clock.shift(15 * 60)
        assert client.get("/me/phone/")["Location"].startswith("/me/confirm/")
        answer = client.post("/me/confirm/", {"code": code_at(secret, time.time()), "next": "/me/phone/"})
        assert answer["Location"] == "/me/phone/"
        assert client.get("/me/phone/").status_code == 200


def test_a_program_is_told_in_words(cast: Cast, client_for: ClientFor) -> None:
    answer = stale(client_for(cast.leader)).post("/me/devices/end-others/", headers={"accept": "application/json"})
    assert answer.status_code == 403
    assert "再确认一次" in answer.json()["message"]


def words(**more: str) -> dict[str, str]:
    return {"phone": NEW, "reason": "本人持身份证到窗口办理", "seen": "on", **more}


def at_counter(person: Person) -> str:
    return f"/console/people/{person.uid}/phone/"


@pytest.mark.everywhere
def test_at_the_counter_a_number_is_changed_with_a_reason(cast: Cast, client_for: ClientFor) -> None:
    leader, clerk = client_for(cast.leader), client_for(cast.worker)
    person = person_of(cast.leader)
    assert leader.get("/me/").status_code == 200
    assert clerk.get(at_counter(person)).status_code == 200
    assert clerk.post(at_counter(person), words()).status_code == 302
    assert Person.objects.get(pk=person.pk).phone == NEW
    entry = AuditEntry.objects.get(act="phone.change_at_counter")
    assert entry.reason == "本人持身份证到窗口办理"
    assert NEW not in str(entry.data)
    assert leader.get("/me/").status_code == 302, "whoever has the old phone is out"
    assert Notification.objects.filter(stream_key=f"p:{person.pk}", kind="phone").count() == 1


def test_residents_numbers_too(cast: Cast, client_for: ClientFor) -> None:
    assert client_for(cast.worker).post(at_counter(person_of(cast.resident)), words()).status_code == 302
    assert client_for(cast.other_worker).get(at_counter(person_of(cast.resident))).status_code == 404


@pytest.mark.parametrize("missing", ["phone", "reason", "seen"])
def test_at_the_counter_nothing_may_be_left_out(cast: Cast, client_for: ClientFor, missing: str) -> None:
    told = words()
    del told[missing]
    assert client_for(cast.worker).post(at_counter(person_of(cast.leader)), told).status_code == 422
    assert person_of(cast.leader).phone == phone_of(cast.leader)


def test_the_numbers_of_equals_superiors_and_oneself_are_not_theirs_to_change(
    cast: Cast, client_for: ClientFor
) -> None:
    worker = client_for(cast.worker)
    assert worker.get(at_counter(person_of(cast.worker))).status_code == 403
    assert worker.get(at_counter(person_of(cast.street_clerk))).status_code == 404
    assert worker.post(at_counter(person_of(cast.street_clerk)), words()).status_code == 404
    assert client_for(cast.leader).get(at_counter(person_of(cast.resident))).status_code == 403
    assert client_for(cast.street_clerk).post(at_counter(person_of(cast.worker)), words()).status_code == 302


def test_somebody_elses_number_is_refused_at_the_counter(cast: Cast, client_for: ClientFor) -> None:
    told = words(phone=phone_of(cast.other_leader))
    answer = client_for(cast.worker).post(at_counter(person_of(cast.leader)), told)
    assert answer.status_code == 422
    assert "另一个人名下" in answer.content.decode()
