"""A resident registers at a building's sign: who may, what it makes, and what nobody learns (rule R28, A12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from foundation.models import AuditEntry
from ops.fakes.sms import FakeSms
from tests.accounts.conftest import Relay, solved, wrong
from tests.accounts.test_limits import let_pass
from tests.accounts.test_phone import NOBODY, phone_of, signed_in_as
from tests.cast import Cast
from volunteers.accounts.models import LoginCode, User
from volunteers.people.models import Consent, Person

SIGN = "2b0f7c1e-0000-4000-8000-000000000007"
Told = dict[str, str]


def at_a_sign(place: str = SIGN) -> Client:
    """A browser that scanned a building's sign and said it wants to join there."""
    client = Client()
    session = client.session
    session["joining"] = place
    session.save()
    client.cookies["sid"] = str(session.session_key)
    return client


def told(phone: str = NOBODY, **more: str) -> Told:
    return {"name": "林小满", "phone": phone, "of_age": "on", "consent": "on", **solved(), **more}


@pytest.fixture
def register(sms: FakeSms, relay: Relay) -> Callable[..., str]:
    """Send the form; returns the code that arrived, empty when none did."""

    def send(client: Client, words: Told) -> str:
        before = len(sms.messages)
        answer = client.post("/login/register/", words)
        assert answer.status_code == 302, answer.content.decode()
        assert answer["Location"] == "/login/register/code/"
        relay()
        came = sms.messages[before:]
        return str(came[0]["params"]["code"]) if came else ""

    return send


Register = Callable[[Client, Told], str]


@pytest.mark.everywhere
def test_a_resident_registers_and_is_on_the_roll_with_consent(cast: Cast, register: Register) -> None:
    client = at_a_sign()
    code = register(client, told(next="/join/abc/", born="1956"))
    assert not Person.objects.filter(name="林小满").exists()
    answer = client.post("/login/register/code/", {"code": code})
    assert answer["Location"] == "/join/abc/"
    person = Person.objects.get(name="林小满")
    assert person.phone == NOBODY
    assert person.born_on is None, "the year is only looked at"
    assert signed_in_as(client) == str(person.user.pk)
    assert not person.user.has_usable_password()
    assert Consent.objects.filter(person=person, document="residents", channel="self").count() == 1
    assert AuditEntry.objects.filter(act="resident.register", object_id=str(person.pk)).count() == 1
    assert client.session["joining"] == SIGN, "the next page still knows the building"


def test_the_sign_in_leads_there_and_back(cast: Cast) -> None:
    client = at_a_sign()
    assert client.get("/login/?next=/join/abc/")["Location"] == "/login/register/?next=%2Fjoin%2Fabc%2F"
    page = client.get("/login/register/?next=/join/abc/").content.decode()
    assert "/login/?known=1&amp;next=/join/abc/" in page
    assert client.get("/login/?known=1").status_code == 200


def test_without_a_sign_nobody_registers(cast: Cast, sms: FakeSms, relay: Relay) -> None:
    client = Client()
    assert client.get("/login/register/")["Location"] == "/login/"
    assert client.post("/login/register/", told())["Location"] == "/login/"
    assert client.get("/login/register/code/")["Location"] == "/login/register/"
    relay()
    assert sms.calls == []
    assert LoginCode.objects.count() == 0


def test_an_unknown_number_still_hears_nothing_at_the_sign_in(cast: Cast, sms: FakeSms, relay: Relay) -> None:
    assert at_a_sign().post("/login/", {"phone": NOBODY, **solved()}).status_code == 302
    relay()
    assert sms.calls == []


def test_a_known_number_signs_in_and_keeps_its_name(cast: Cast, register: Register) -> None:
    client = at_a_sign()
    code = register(client, told(phone_of(cast.leader), name="冒名的"))
    client.post("/login/register/code/", {"code": code})
    assert signed_in_as(client) == str(cast.leader.pk)
    assert cast.leader.person
    cast.leader.person.refresh_from_db()
    assert cast.leader.person.name == "周桂兰"
    assert Person.objects.by_phone(phone_of(cast.leader)).count() == 1


def test_known_and_unknown_numbers_are_answered_alike(cast: Cast, register: Register) -> None:
    from tests.accounts.test_phone import _without_the_own

    pages = []
    for phone in (phone_of(cast.leader), NOBODY):
        client = at_a_sign()
        assert register(client, told(phone))
        page = client.get("/login/register/code/")
        tried = client.post("/login/register/code/", {"code": "000000"})
        pages.append([_without_the_own(one.content.decode(), phone) for one in (page, tried)])
    assert pages[0] == pages[1]


def test_an_account_out_of_use_hears_nothing_and_gets_nowhere(cast: Cast, register: Register) -> None:
    User.objects.filter(pk=cast.leader.pk).update(is_active=False)
    client = at_a_sign()
    assert register(client, told(phone_of(cast.leader))) == ""


def test_a_wrong_code_makes_nobody(cast: Cast, register: Register) -> None:
    client = at_a_sign()
    code = register(client, told())
    assert client.post("/login/register/code/", {"code": wrong(code)}).status_code == 422
    assert not Person.objects.filter(name="林小满").exists()
    assert signed_in_as(client) is None


def test_a_code_to_sign_in_does_not_register(cast: Cast, register: Register, settings: Any) -> None:
    client = at_a_sign()
    code = register(client, told())
    LoginCode.objects.update(purpose="login")
    assert client.post("/login/register/code/", {"code": code})["Location"] == "/login/register/"
    assert not Person.objects.filter(name="林小满").exists()


@pytest.mark.parametrize(
    "words",
    [
        {"name": ""},
        {"name": "林"},
        {"name": "Lin Xiao"},
        {"name": "林" * 31},
        {"name": "<script>"},
        {"phone": "12345"},
        {"of_age": ""},
        {"consent": ""},
        {"born": "3000"},
        {"born": "十岁"},
    ],
)
def test_what_is_missing_or_odd_is_said_beside_the_field(cast: Cast, words: Told) -> None:
    answer = at_a_sign().post("/login/register/", told(**{"phone": NOBODY} | words))
    assert answer.status_code == 422
    assert "field__msg" in answer.content.decode()
    assert LoginCode.objects.count() == 0


@pytest.mark.parametrize("name", ["买买提·艾力", "欧阳晓晨", "㐂子"])
def test_names_of_every_kind_are_taken(cast: Cast, register: Register, name: str) -> None:
    client = at_a_sign()
    client.post("/login/register/code/", {"code": register(client, told(name=name))})
    assert Person.objects.filter(name=name).count() == 1


def test_a_twelve_year_old_cannot_open_an_account(cast: Cast, sms: FakeSms, relay: Relay) -> None:
    client = at_a_sign()
    year = timezone.localdate().year
    answer = client.post("/login/register/", told(born=str(year - 12)))
    assert answer.status_code == 422
    assert "满 14 周岁才能自己登记" in answer.content.decode()
    again = client.post("/login/register/", told(born=str(year - 40)))
    assert again.status_code == 422, "another year does not help in this session"
    assert client.post("/login/register/", told()).status_code == 422
    relay()
    assert sms.calls == []
    assert not Person.objects.filter(name="林小满").exists()


def test_the_year_somebody_turns_fourteen_their_word_counts(cast: Cast, register: Register) -> None:
    assert register(at_a_sign(), told(born=str(timezone.localdate().year - 14)))


def test_name_and_number_wait_sealed_in_the_session(cast: Cast, register: Register) -> None:
    register(at_a_sign(), told())
    kept = str([row.get_decoded() for row in Session.objects.all()])
    assert "林小满" not in kept
    assert NOBODY not in kept


def test_one_sign_lets_forty_unknown_numbers_hear_a_day(cast: Cast, sms: FakeSms, relay: Relay, settings: Any) -> None:
    settings.SMS_MOST_A_BUILDING = 3
    for n in range(6):
        assert at_a_sign().post("/login/register/", told(f"1549997000{n}")).status_code == 302
    assert at_a_sign("another").post("/login/register/", told("15499970009")).status_code == 302
    relay()
    assert len(sms.messages) == 4
    assert "短信这会儿发得慢" not in Client().get("/login/").content.decode(), "one sign's trouble, not everybody's"


def test_registrations_use_a_fifth_of_the_budget_and_no_more(
    cast: Cast, sms: FakeSms, relay: Relay, settings: Any
) -> None:
    settings.SMS_MOST_IN_TEN_MINUTES = settings.SMS_MOST_IN_A_DAY = 20
    for n in range(12):
        assert at_a_sign(f"sign {n}").post("/login/register/", told(f"154999710{n:02}")).status_code == 302
    relay()
    assert len(sms.messages) == 4
    assert Client().post("/login/", {"phone": phone_of(cast.leader), **solved()}).status_code == 302
    relay()
    assert sms.messages[-1]["to"].endswith(phone_of(cast.leader))


def test_a_wechat_that_waits_is_bound_with_the_registration(cast: Cast, register: Register) -> None:
    from volunteers.accounts.wechat.client import Identity
    from volunteers.accounts.wechat.services import account_of, let_wait

    identity = Identity("wx-test", "openid-of-xiaoman")
    client = at_a_sign()
    session = client.session
    let_wait(session, identity)
    session.save()
    client.post("/login/register/code/", {"code": register(client, told())})
    assert account_of(identity) == Person.objects.get(name="林小满").user


def test_who_is_signed_in_is_sent_on(cast: Cast, client_for: Callable[[User], Client]) -> None:
    assert client_for(cast.leader).get("/login/register/?next=/me/")["Location"] == "/me/"


def test_the_page_says_the_wording_that_is_agreed_to(cast: Cast) -> None:
    from volunteers.people.documents import RESIDENTS, document

    page = at_a_sign().get("/login/register/").content.decode()
    assert document(RESIDENTS).title in page


def test_a_number_may_register_again_after_a_day(cast: Cast, register: Register) -> None:
    assert register(at_a_sign(), told())
    let_pass(25 * 3600)
    assert register(at_a_sign(), told())
