"""Sign-in by phone: number, code, in (rule R28; threats T7 to T10)."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from foundation import secrets
from foundation.models import AuditEntry, OutboxMessage
from ops.fakes.sms import FakeSms
from tests.accounts.conftest import Relay, solved, wrong
from tests.cast import Cast
from volunteers.accounts.models import LimitHit, LoginCode, User
from volunteers.accounts.phones import normal_phone
from volunteers.people.models import Person

AskCode = Callable[[Client, str], str]
NOBODY = "15499990999"


def phone_of(user: User) -> str:
    assert user.person
    return user.person.phone


def signed_in_as(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize(
    "typed",
    [
        "13812341234",
        "138 1234 1234",
        "+86 138-1234-1234",
        "008613812341234",
        "１３８１２３４１２３４",
        " (138)12341234 ",
    ],
)
def test_numbers_are_taken_as_people_type_them(typed: str) -> None:
    assert normal_phone(typed) == "13812341234"


@pytest.mark.parametrize(
    "typed", ["", "1381234123", "138123412345", "12812341234", "+1 13812341234", "张三", "1" * 400]
)
def test_what_is_no_mobile_number_is_none(typed: str) -> None:
    assert normal_phone(typed) == ""


@pytest.mark.everywhere
def test_a_leader_of_the_roster_is_recognised_by_the_number(cast: Cast, client: Client, ask_code: AskCode) -> None:
    code = ask_code(client, phone_of(cast.leader))
    answer = client.post("/login/code/", {"code": code})
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert signed_in_as(client) == str(cast.leader.pk)
    assert AuditEntry.objects.filter(act="sign_in.phone", actor_id=cast.leader.pk).count() == 1


def test_an_account_is_made_at_the_first_sign_in_and_only_then(cast: Cast, client: Client, ask_code: AskCode) -> None:
    person = Person(name="新邻长")
    person.set_phone("15499990500")
    person.save()
    code = ask_code(client, "154 9999 0500")
    assert not User.objects.filter(person=person).exists()
    client.post("/login/code/", {"code": code})
    made = User.objects.get(person=person)
    assert signed_in_as(client) == str(made.pk)
    assert not made.has_usable_password()


def test_after_sign_in_one_goes_where_one_wanted_but_not_elsewhere(cast: Cast, ask_code: AskCode) -> None:
    for wanted, reached in (("/me/", "/me/"), ("https://elsewhere.example/", "/"), ("//elsewhere.example", "/")):
        LimitHit.objects.all().delete()
        client = Client()
        client.post("/login/", {"phone": phone_of(cast.leader), "next": wanted, **solved()})
        session = client.session
        assert session["next"] == reached


def test_the_key_of_the_session_changes_at_sign_in(cast: Cast, client: Client, ask_code: AskCode) -> None:
    code = ask_code(client, phone_of(cast.leader))
    before = client.session.session_key
    client.post("/login/code/", {"code": code})
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_an_unknown_number_gets_the_same_answers_and_no_message(
    cast: Cast, sms: FakeSms, relay: Relay, ask_code: AskCode
) -> None:
    pages = []
    for phone in (phone_of(cast.leader), NOBODY):
        client = Client()
        sent = client.post("/login/", {"phone": phone, **solved()})
        relay()
        page = client.get("/login/code/")
        tried = client.post("/login/code/", {"code": "000000"})
        again = client.post("/login/again/")
        texts = [_without_the_own(answer.content.decode(), phone) for answer in (sent, page, tried, again)]
        headers = [sorted(h for h in answer.headers if h != "Content-Length") for answer in (sent, page, tried, again)]
        pages.append(([sent.status_code, page.status_code, tried.status_code, again.status_code], headers, texts))
    assert pages[0] == pages[1]
    assert len(sms.messages) == 1


def _without_the_own(text: str, phone: str) -> str:
    text = text.replace(f"{phone[:3]}****{phone[-4:]}", "MASKED")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|[a-zA-Z0-9]{64}', "TOKEN", text)


def test_known_and_unknown_numbers_cost_the_same_queries(cast: Cast) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for phone in (phone_of(cast.leader), NOBODY):
        client = Client()
        with CaptureQueriesContext(connection) as asked:
            client.post("/login/", {"phone": phone, **solved()})
            client.post("/login/code/", {"code": "000000"})
        counts.append([re.sub(r"'[^']*'|\d+|\\x\w+", "?", query["sql"]) for query in asked])
    assert len(counts[0]) == len(counts[1])
    assert counts[0] == counts[1]


def test_a_code_of_a_number_that_left_no_longer_opens_anything(cast: Cast, client: Client, ask_code: AskCode) -> None:
    code = ask_code(client, phone_of(cast.leader))
    User.objects.filter(pk=cast.leader.pk).update(is_active=False)
    assert client.post("/login/code/", {"code": code}).status_code == 422
    assert signed_in_as(client) is None


def test_no_message_goes_to_an_account_out_of_use(cast: Cast, client: Client, ask_code: AskCode) -> None:
    User.objects.filter(pk=cast.leader.pk).update(is_active=False)
    assert ask_code(client, phone_of(cast.leader)) == ""


def test_a_wrong_code_can_be_corrected_five_times_in_all(cast: Cast, client: Client, ask_code: AskCode) -> None:
    code = ask_code(client, phone_of(cast.leader))
    for _ in range(4):
        answer = client.post("/login/code/", {"code": wrong(code)})
        assert answer.status_code == 422
        assert "验证码不对" in answer.content.decode()
    assert client.post("/login/code/", {"code": code}).status_code == 302


def test_the_sixth_try_is_refused_even_when_it_is_right(cast: Cast, client: Client, ask_code: AskCode) -> None:
    code = ask_code(client, phone_of(cast.leader))
    for _ in range(5):
        client.post("/login/code/", {"code": wrong(code)})
    answer = client.post("/login/code/", {"code": code})
    assert answer.status_code == 422
    assert "重新要一条" in answer.content.decode()
    assert LoginCode.objects.get().tries == 5
    assert signed_in_as(client) is None


def test_a_code_is_good_for_five_minutes(cast: Cast, client: Client, ask_code: AskCode) -> None:
    code = ask_code(client, phone_of(cast.leader))
    row = LoginCode.objects.get()
    assert row.expires_at - row.created_at == dt.timedelta(minutes=5)
    LoginCode.objects.update(expires_at=row.created_at)
    assert client.post("/login/code/", {"code": code}).status_code == 422
    assert signed_in_as(client) is None


def test_a_code_is_good_once(cast: Cast, client: Client, ask_code: AskCode) -> None:
    code = ask_code(client, phone_of(cast.leader))
    kept = dict(client.session)
    client.post("/login/code/", {"code": code})
    other = Client()
    session = other.session
    session.update({"login_code": kept["login_code"]})
    session.save()
    other.cookies["sid"] = str(session.session_key)
    assert other.post("/login/code/", {"code": code}).status_code == 422
    assert signed_in_as(other) is None


def test_a_code_of_another_session_is_worth_nothing(cast: Cast, ask_code: AskCode) -> None:
    victim, thief = Client(), Client()
    code = ask_code(victim, phone_of(cast.leader))
    assert thief.post("/login/code/", {"code": code})["Location"] == "/login/"
    LimitHit.objects.all().delete()
    ask_code(thief, phone_of(cast.leader))
    assert thief.post("/login/code/", {"code": code}).status_code == 422
    assert signed_in_as(thief) is None


def test_a_code_of_another_number_or_purpose_is_worth_nothing(cast: Cast, client: Client, ask_code: AskCode) -> None:
    code = ask_code(client, phone_of(cast.leader))
    row = LoginCode.objects.get()
    pk = uuid.uuid4()
    other = LoginCode.objects.create(
        pk=pk,
        purpose="bind",
        phone_index=row.phone_index,
        phone_encrypted=secrets.encrypt(row.phone, aad=LoginCode.aad(pk, "phone")),
        code_digest=row.code_digest,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
    session = client.session
    session["login_code"] = session["login_code"] | {"id": str(other.pk)}
    session.save()
    assert client.post("/login/code/", {"code": code})["Location"] == "/login/"
    LoginCode.objects.filter(pk=other.pk).update(purpose="login")
    assert client.post("/login/code/", {"code": code}).status_code == 422


def test_codes_may_be_typed_in_full_width_and_with_gaps(cast: Cast, client: Client, ask_code: AskCode) -> None:
    code = ask_code(client, phone_of(cast.leader))
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    assert client.post("/login/code/", {"code": f"{wide[:3]} {wide[3:]}"}).status_code == 302


def test_neither_number_nor_code_lies_about_in_clear(
    cast: Cast, client: Client, ask_code: AskCode, sms: FakeSms
) -> None:
    phone = phone_of(cast.leader)
    client.post("/login/", {"phone": phone, **solved()})
    waiting = OutboxMessage.objects.get(topic="sms")
    row = LoginCode.objects.get()
    session = Session.objects.get().get_decoded()
    told = f"{waiting.payload} {row.__dict__} {session}"
    assert phone not in told
    assert session["login_code"]["shown"] == ""
    assert row.phone == phone


def test_someone_signed_in_is_not_asked_again(cast: Cast, client_for: Callable[[User], Client]) -> None:
    assert client_for(cast.leader).get("/login/?next=/me/")["Location"] == "/me/"


def test_signing_out_needs_a_press_of_a_button(cast: Cast, client_for: Callable[[User], Client]) -> None:
    client = client_for(cast.leader)
    assert client.get("/logout/").status_code == 200
    assert signed_in_as(client) == str(cast.leader.pk)
    assert client.post("/logout/")["Location"] == "/login/"
    assert signed_in_as(client) is None
    assert client.post("/logout/").status_code == 302


def test_ending_sessions_ends_them_at_the_next_request(cast: Cast, client_for: Callable[[User], Client]) -> None:
    from foundation.actors import SYSTEM
    from volunteers.accounts.services import end_sessions

    phone, tablet, other = client_for(cast.leader), client_for(cast.leader), client_for(cast.leader2)
    for client in (phone, tablet, other):
        assert client.get("/me/").status_code == 200
    end_sessions(cast.leader, acting_user=SYSTEM, reason="lost phone")
    assert phone.get("/me/").status_code == 302
    assert tablet.get("/me/").status_code == 302
    assert other.get("/me/").status_code == 200


@pytest.mark.parametrize("address", ["/login/", "/login/code/", "/login/staff/"])
def test_every_field_has_its_label_and_the_pages_are_not_kept(
    cast: Cast, client: Client, ask_code: AskCode, address: str
) -> None:
    ask_code(client, phone_of(cast.leader))
    answer = client.get(address)
    text = answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    for field in re.findall(r'<input(?![^>]*type="hidden")[^>]*>', text):
        found = re.search(r'id="([^"]+)"', field)
        assert found, field
        assert f'for="{found[1]}"' in text
    assert len(re.findall(r"<h1[ >]", text)) == 1
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_the_code_field_helps_the_phone_to_fill_it(cast: Cast, client: Client, ask_code: AskCode) -> None:
    ask_code(client, phone_of(cast.leader))
    field = re.search(r'<input[^>]*name="code"[^>]*>', client.get("/login/code/").content.decode())
    assert field
    assert 'autocomplete="one-time-code"' in field[0]
    assert 'inputmode="numeric"' in field[0]


def test_the_demo_shows_the_code_in_a_box_that_says_so(cast: Cast, client: Client, settings: object) -> None:
    settings.SMS_GATEWAY_URL = ""  # type: ignore[attr-defined]
    client.post("/login/", {"phone": phone_of(cast.leader), **solved()})
    text = client.get("/login/code/").content.decode()
    found = re.search(r"data-demo-code>(\d{6})<", text)
    assert found
    assert "演示" in text
    assert client.post("/login/code/", {"code": found[1]}).status_code == 302


def test_outside_the_demo_the_page_never_shows_the_code(cast: Cast, client: Client, settings: object) -> None:
    settings.SMS_GATEWAY_URL, settings.DEMO = "", False  # type: ignore[attr-defined]
    client.post("/login/", {"phone": phone_of(cast.leader), **solved()})
    assert "data-demo-code" not in client.get("/login/code/").content.decode()
    assert client.session["login_code"]["shown"] == ""
