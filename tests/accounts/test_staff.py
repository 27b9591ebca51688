"""Sign-in of staff: password, second factor, and nothing else opens the console (rule R29, threat T12)."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from unittest import mock

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from foundation.models import AuditEntry
from tests.accounts.conftest import solved_on
from tests.accounts.test_limits import let_pass
from tests.accounts.test_phone import AskCode, phone_of, signed_in_as
from tests.cast import Cast
from volunteers.accounts.models import User

PASSWORD = "correct horse battery"
NOON = "2026-11-03 12:00:00+08:00"
Traveller = time_machine.Traveller


@pytest.fixture
def clerk(cast: Cast) -> User:
    cast.street_clerk.set_password(PASSWORD)
    cast.street_clerk.save()
    return cast.street_clerk


@pytest.fixture
def at_noon() -> object:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def give_password(client: Client, user: User, **more: str) -> str:
    answer = client.post("/login/staff/", {"identifier": user.username, "password": PASSWORD, **more})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def code_at(secret: str, seconds: float) -> str:
    return format_hotp_value(hotp_value(secret, int(seconds) // 30))


def enrol(client: Client, user: User, now: float) -> tuple[str, list[str]]:
    """Password, QR page, first code; returns the secret and the recovery codes."""
    assert give_password(client, user) == "/login/staff/setup/"
    page = client.get("/login/staff/setup/").content.decode()
    found = re.search(r'class="receipt" translate="no">([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    done = client.post("/login/staff/setup/", {"code": code_at(secret, now)})
    assert done.status_code == 200, done.content.decode()
    return secret, re.findall(r'class="receipt">(\d{8})<', done.content.decode())


def is_in_console(client: Client) -> bool:
    return client.get("/console/").status_code == 200


def test_the_way_of_a_first_sign_in(clerk: User, at_noon: Traveller, client: Client) -> None:
    _secret, recovery = enrol(client, clerk, time.time())
    assert signed_in_as(client) == str(clerk.pk)
    assert len(set(recovery)) == 10
    assert is_in_console(client)


def test_staff_without_a_second_factor_only_see_its_setting_up(clerk: User, client: Client) -> None:
    give_password(client, clerk)
    assert signed_in_as(client) is None
    for address in ("/console/", "/console/pages/", "/me/"):
        assert client.get(address)["Location"].startswith("/login/")
    assert "<svg" in client.get("/login/staff/setup/").content.decode()
    assert client.get("/login/staff/code/")["Location"].startswith("/login/staff/")


def test_the_second_sign_in_asks_for_a_code(clerk: User, at_noon: Traveller) -> None:
    secret, _recovery = enrol(Client(), clerk, time.time())
    at_noon.shift(300)
    client = Client()
    assert give_password(client, clerk, next="/console/reports/") == "/login/staff/code/"
    assert not is_in_console(client)
    assert client.post("/login/staff/code/", {"code": "000000"}).status_code == 422
    answer = client.post("/login/staff/code/", {"code": code_at(secret, time.time())})
    assert answer["Location"] == "/console/reports/"
    assert is_in_console(client)


def test_a_phone_number_will_do_as_the_name(clerk: User, client: Client) -> None:
    answer = client.post("/login/staff/", {"identifier": f"+86 {phone_of(clerk)}", "password": PASSWORD})
    assert answer.status_code == 302


def test_a_code_counts_once_even_when_the_cache_forgets(clerk: User, at_noon: Traveller) -> None:
    secret, _recovery = enrol(Client(), clerk, time.time())
    at_noon.shift(300)
    code = code_at(secret, time.time())
    for expected in (302, 422):
        client = Client()
        give_password(client, clerk)
        assert client.post("/login/staff/code/", {"code": code}).status_code == expected
        cache.clear()


def test_the_code_of_the_enrolment_does_not_sign_in_again(clerk: User, at_noon: Traveller) -> None:
    secret, _recovery = enrol(Client(), clerk, time.time())
    client = Client()
    give_password(client, clerk)
    assert client.post("/login/staff/code/", {"code": code_at(secret, time.time())}).status_code == 422


def test_a_recovery_code_works_once(clerk: User, at_noon: Traveller) -> None:
    _secret, recovery = enrol(Client(), clerk, time.time())
    for expected in (302, 422):
        client = Client()
        give_password(client, clerk)
        assert client.post("/login/staff/code/", {"code": recovery[0]}).status_code == expected
    assert AuditEntry.objects.filter(act="second_factor.recovery_used").count() == 1


def test_secrets_of_second_factors_are_sealed(clerk: User, at_noon: Traveller, client: Client) -> None:
    secret, recovery = enrol(client, clerk, time.time())
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in recovery)
    assert "k1:" in kept


def test_an_enrolled_account_cannot_be_enrolled_again(clerk: User, at_noon: Traveller) -> None:
    enrol(Client(), clerk, time.time())
    client = Client()
    give_password(client, clerk)
    assert client.get("/login/staff/setup/")["Location"] == "/login/staff/code/"
    assert client.post("/login/staff/setup/", {"code": "123456"})["Location"] == "/login/staff/code/"


def test_the_password_alone_is_good_for_ten_minutes(clerk: User, at_noon: Traveller, client: Client) -> None:
    give_password(client, clerk)
    at_noon.shift(601)
    assert client.get("/login/staff/setup/")["Location"].startswith("/login/staff/")


def test_wrong_password_unknown_name_and_no_staff_role_answer_alike(cast: Cast, clerk: User, client: Client) -> None:
    cast.leader.set_password(PASSWORD)
    cast.leader.save()
    tries = [(clerk.username, "wrong"), ("nobody", "wrong"), (cast.leader.username, PASSWORD), ("15499990999", "wrong")]
    texts = set()
    for identifier, password in tries:
        answer = client.post("/login/staff/", {"identifier": identifier, "password": password})
        assert answer.status_code == 422
        text = answer.content.decode().replace(identifier, "NAME")
        texts.add(re.sub(r'csrfmiddlewaretoken" value="[^"]+"|[a-zA-Z0-9]{64}', "TOKEN", text))
    assert len(texts) == 1


def test_one_hash_is_made_whoever_is_asked_for(clerk: User) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    for identifier in (clerk.username, "nobody", phone_of(clerk), "15499990999"):
        with mock.patch.object(
            MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode
        ) as made:
            Client().post("/login/staff/", {"identifier": identifier, "password": "wrong"})
        assert made.call_count == 1


def test_ten_passwords_a_quarter_of_an_hour_for_an_account_known_or_not(clerk: User) -> None:
    for identifier in (clerk.username, "nobody"):
        answers = []
        for _ in range(11):
            answer = Client().post("/login/staff/", {"identifier": identifier, "password": "wrong"})
            answers.append(answer.status_code)
        assert answers == [422] * 10 + [429]
        let_pass(16 * 60)
    give_password(Client(), clerk)


def test_twenty_passwords_a_quarter_of_an_hour_from_one_session(cast: Cast, client: Client) -> None:
    answers = [client.post("/login/staff/", {"identifier": f"n{n}", "password": "x"}).status_code for n in range(21)]
    assert answers == [422] * 20 + [429]


def test_a_network_that_tries_many_passwords_is_asked_a_question(clerk: User) -> None:
    for n in range(30):
        Client().post("/login/staff/", {"identifier": f"n{n}", "password": "x"})
    page = Client().get("/login/staff/").content.decode()
    right = {"identifier": clerk.username, "password": PASSWORD}
    assert Client().post("/login/staff/", right).status_code == 422
    assert Client().post("/login/staff/", right | solved_on(page)).status_code == 302


def test_five_codes_in_five_minutes_for_an_account(clerk: User, at_noon: Traveller) -> None:
    secret, _recovery = enrol(Client(), clerk, time.time())
    let_pass(301)
    at_noon.shift(301)
    client = Client()
    give_password(client, clerk)
    answers = [client.post("/login/staff/code/", {"code": "000000"}).status_code for _ in range(5)]
    assert answers == [422] * 5
    assert client.post("/login/staff/code/", {"code": code_at(secret, time.time())}).status_code == 429


def test_a_sign_in_by_phone_does_not_open_the_console(clerk: User, client: Client, ask_code: AskCode) -> None:
    client.post("/login/code/", {"code": ask_code(client, phone_of(clerk))})
    assert client.get("/me/").status_code == 200
    assert client.get("/console/")["Location"] == "/login/staff/?next=/console/"
    assert client.get("/login/staff/setup/")["Location"] == "/login/staff/", "enrolment wants the password"


def test_on_top_of_a_sign_in_by_phone_the_second_factor_opens_the_console(
    clerk: User, at_noon: Traveller, ask_code: AskCode
) -> None:
    secret, _recovery = enrol(Client(), clerk, time.time())
    at_noon.shift(300)
    client = Client()
    client.force_login(clerk, backend="volunteers.accounts.backends.AccountBackend")
    assert client.get("/console/")["Location"] == "/login/staff/code/?next=/console/"
    before = client.session.session_key
    answer = client.post("/login/staff/code/", {"code": code_at(secret, time.time()), "next": "/console/"})
    assert answer["Location"] == "/console/"
    assert client.session.session_key != before
    assert is_in_console(client)


@pytest.mark.parametrize(
    "who", ["leader", "group_leader", "area_leader", "resident", "merchant_person", "officer", "stranger"]
)
def test_without_a_staff_role_the_console_is_closed(cast: Cast, client_for: Callable[[User], Client], who: str) -> None:
    assert client_for(getattr(cast, who)).get("/console/").status_code == 403


def test_flags_of_the_account_open_nothing(cast: Cast, client_for: Callable[[User], Client]) -> None:
    root = User.objects.create_superuser("root", PASSWORD)
    assert client_for(root).get("/console/").status_code == 403
    assert Client().post("/login/staff/", {"identifier": "root", "password": PASSWORD}).status_code == 422


def test_the_console_closes_when_the_role_ends(cast: Cast, client_for: Callable[[User], Client]) -> None:
    client = client_for(cast.worker)
    assert is_in_console(client)
    assert cast.worker.person
    cast.worker.person.appointments.update(starts_on="2020-01-01", ends_on="2020-02-01")
    assert client.get("/console/").status_code == 403


def test_a_console_session_ends_unused_after_half_an_hour(clerk: User, at_noon: Traveller, client: Client) -> None:
    enrol(client, clerk, time.time())
    for _ in range(3):
        at_noon.shift(29 * 60)
        assert is_in_console(client)
    at_noon.shift(31 * 60)
    assert client.get("/console/")["Location"].startswith("/login/staff/code/")
    assert client.get("/me/").status_code == 200, "the phone pages stay open"


def test_a_console_session_ends_after_twelve_hours_however_busy(
    clerk: User, at_noon: Traveller, client: Client
) -> None:
    enrol(client, clerk, time.time())
    for _ in range(26):
        at_noon.shift(27 * 60)
        assert is_in_console(client)
    at_noon.shift(17 * 60)
    assert is_in_console(client)
    at_noon.shift(2 * 60)
    assert not is_in_console(client)


OTHER_DOORS = {
    "/console/login/": "/login/staff/",
    "/_util/login/": "/login/staff/",
    "/console/password_reset/": 404,
    "/console/password_reset/confirm/x/y/": 404,
    "/console/password_reset/done/": 404,
    "/accounts/login/": 404,
    "/accounts/signup/": 404,
    "/accounts/password/reset/": 404,
    "/accounts/2fa/": 404,
    "/accounts/3rdparty/": 404,
    "/admin/": 404,
    "/admin/login/": 404,
    "/api/login/": 404,
}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", OTHER_DOORS)
def test_there_is_one_way_in_for_staff(clerk: User, client: Client, address: str, method: str) -> None:
    answer = getattr(client, method)(address, {"username": clerk.username, "password": PASSWORD})
    expected = OTHER_DOORS[address]
    if isinstance(expected, str):
        assert answer["Location"] == expected
    else:
        assert answer.status_code == expected
    assert signed_in_as(client) is None


def test_every_address_that_sounds_like_a_way_in_is_listed_here() -> None:
    """A package that brings a new one fails this test."""
    ours = {f"/login/{rest}" for rest in ("", "code/", "again/", "wechat/", "wechat/callback/")}
    ours |= {"/login/staff/", "/login/staff/code/", "/login/staff/setup/", "/login/staff/recovery/"}
    ours |= {f"/login/staff/passkey/{rest}" for rest in ("", "options/", "add/", "add/options/")}
    ours |= {"/login/staff/invitation/<str:token>/", "/login/register/", "/login/register/code/"}
    found = {
        address
        for address in _addresses(get_resolver())
        if re.search(r"log.?in|sign.?(in|up)|password|passkey|regist|invit|2fa|mfa|webauthn|authenticat", address)
    }
    # Signing up for an event opens no door.
    events = {"/events/<uuid:uid>/sign-up/", "/api/gatherings/<uuidstr:uid>/sign-up"}
    # One's own passkeys, for whoever is signed in.
    own = {"/me/passkeys/", "/me/passkeys/<uuid:uid>/rename/", "/me/passkeys/<uuid:uid>/remove/"}
    # A list of colleagues' accounts; what is handed over there leads to the invitation.
    handed = {"/console/accounts/<uuid:uid>/invite/"}
    # A link for a shop to apply by; whoever follows it signs in by phone like everybody.
    handed |= {"/console/rewards/merchant/invite/"}
    known = ours | events | own | handed | set(OTHER_DOORS)
    # Wagtail's own, behind ours or behind a guard: shadowed resets, and the password of a single page.
    passing = re.compile(
        r"^/console/(password_reset|login)|^/_util/authenticate_with_password|^/console/account/|^/csrf/"
    )
    assert {address for address in found if address not in known and not passing.match(address)} == set()


def _addresses(resolver: URLResolver, prefix: str = "/") -> list[str]:
    found: list[str] = []
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern).lstrip("^").rstrip("$")
        found += _addresses(entry, address) if isinstance(entry, URLResolver) else []
        if isinstance(entry, URLPattern):
            found.append(address)
    return found


def test_signing_out_of_the_console_signs_out(cast: Cast, client_for: Callable[[User], Client]) -> None:
    client = client_for(cast.worker)
    assert client.post("/console/logout/")["Location"] == "/login/"
    assert signed_in_as(client) is None


def test_the_first_password_is_set_on_the_command_line(cast: Cast, at_noon: Traveller) -> None:
    out = io.StringIO()
    client = Client()
    with mock.patch("sys.stdin", io.StringIO(f"{PASSWORD}\n")):
        call_command("set_staff_password", phone_of(cast.worker), "--stdin", stdout=out)
    assert PASSWORD not in out.getvalue()
    assert phone_of(cast.worker) not in out.getvalue()
    cast.worker.refresh_from_db()
    enrol(client, cast.worker, time.time())
    with mock.patch("sys.stdin", io.StringIO("another long password\n")):
        call_command("set_staff_password", cast.worker.username, "--stdin", stdout=out)
    assert client.get("/me/").status_code == 302, "sessions ended"
    other = Client()
    answer = other.post("/login/staff/", {"identifier": cast.worker.username, "password": "another long password"})
    assert answer["Location"] == "/login/staff/code/", "a new password does not pass by the second factor"


def test_a_lost_authenticator_is_forgotten_on_the_command_line(clerk: User, at_noon: Traveller) -> None:
    enrol(Client(), clerk, time.time())
    with mock.patch("sys.stdin", io.StringIO(f"{PASSWORD}\n")):
        call_command("set_staff_password", clerk.username, "--stdin", "--forget-second-factor", stdout=io.StringIO())
    clerk.refresh_from_db()
    assert give_password(Client(), clerk) == "/login/staff/setup/"
    assert AuditEntry.objects.filter(act="second_factor.forget").count() == 1


@pytest.mark.parametrize(("who", "password"), [("leader", PASSWORD), ("worker", "short"), ("worker", "password1234")])
def test_only_staff_get_a_password_and_only_a_decent_one(cast: Cast, who: str, password: str) -> None:
    with mock.patch("sys.stdin", io.StringIO(f"{password}\n")), pytest.raises(CommandError):
        call_command("set_staff_password", getattr(cast, who).username, "--stdin", stdout=io.StringIO())
    assert not User.objects.get(pk=getattr(cast, who).pk).has_usable_password()
