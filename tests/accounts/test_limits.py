"""How often is too often (rule R27, threats T8, T9 and T32). The table is docs/limits.md."""

from __future__ import annotations

import datetime as dt
import re
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models import F
from django.test import Client, RequestFactory

from foundation.secrets import blind_index
from ops.fakes.sms import FakeSms
from tests.accounts.conftest import Relay, solved, solved_on, wrong
from tests.accounts.test_phone import AskCode, phone_of
from tests.cast import Cast
from volunteers.accounts import challenge, limits
from volunteers.accounts.models import LimitHit, LoginCode

DOCS = Path(__file__).resolve().parents[2] / "docs"


def let_pass(seconds: float) -> None:
    """Everything counted so far happened so much earlier; works on whichever clock the database has."""
    LimitHit.objects.update(at=F("at") - dt.timedelta(seconds=seconds))


def ask(phone: str, client: Client | None = None) -> int:
    return (client or Client()).post("/login/", {"phone": phone, **solved()}).status_code


@pytest.mark.everywhere
@pytest.mark.django_db
def test_a_sliding_window_is_exact() -> None:
    """5 an hour: the sixth waits for the first to be an hour old, not for a new hour to begin."""
    for _ in range(5):
        assert limits.take("code.number", "x") == 0
        let_pass(600)
    assert 0 < limits.take("code.number", "x") <= 600
    let_pass(599)
    assert limits.take("code.number", "x") == 1
    let_pass(1)
    assert limits.take("code.number", "x") == 0


@pytest.mark.django_db
def test_subjects_and_kinds_do_not_count_for_each_other() -> None:
    assert limits.take("code.number", "a") == 0
    assert limits.take("code.number", "b") == 0
    assert limits.take("code.session", "a") == 0
    assert limits.take("code.number", "a") > 0


@pytest.mark.django_db
def test_what_is_refused_does_not_count() -> None:
    limits.take("code.number", "a")
    for _ in range(50):
        limits.take("code.number", "a")
    assert LimitHit.objects.count() == 1


@pytest.mark.django_db
def test_an_unknown_kind_of_limit_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        limits.take("nonsense", "a")


@pytest.mark.parametrize("known", [True, False])
def test_a_number_gets_five_a_day_from_browsers_that_never_signed_in_with_it(cast: Cast, known: bool) -> None:
    phone = phone_of(cast.leader) if known else "15499990999"
    assert ask(phone) == 302
    assert ask(phone) == 429, "one a minute"
    for _ in range(3):
        let_pass(61)
        assert ask(phone) == 302
    let_pass(61)
    assert ask(phone) == 429, "the fifth within an hour"
    let_pass(3600)
    assert ask(phone) == 302
    let_pass(3600)
    assert ask(phone) == 429, "the sixth within a day"
    let_pass(24 * 3600)
    assert ask(phone) == 302


def test_a_number_gets_one_a_minute_five_an_hour_eight_a_day(cast: Cast, ask_code: AskCode) -> None:
    own, phone = Client(), phone_of(cast.leader)
    own.post("/login/code/", {"code": ask_code(own, phone)})
    own.post("/logout/")
    for _ in range(4):
        let_pass(61)
        assert ask(phone, own) == 302
    let_pass(61)
    assert ask(phone, own) == 429, "the sixth within an hour"
    for _ in range(3):
        let_pass(3600)
        assert ask(phone, own) == 302
    let_pass(3600)
    assert ask(phone, own) == 429, "the ninth within a day"


def test_what_strangers_use_up_leaves_the_owner_three_messages_a_day(
    cast: Cast, ask_code: AskCode, relay: Relay
) -> None:
    own, phone = Client(), phone_of(cast.leader)
    own.post("/login/code/", {"code": ask_code(own, phone)})
    own.post("/logout/")
    let_pass(25 * 3600)
    for _ in range(30):
        ask(phone)
        let_pass(30 * 60)
    assert limits.count("code.number", blind_index(phone), limits.DAY) == 5
    relay()
    code = ask_code(own, phone)
    assert own.post("/login/code/", {"code": code}).status_code == 302
    assert own.get("/me/").status_code == 200


def test_a_cookie_made_up_elsewhere_is_no_own_browser(cast: Cast) -> None:
    liar = Client()
    liar.cookies["browser"] = "a" * 32 + "." + "b" * 32
    assert liar.post("/login/", {"phone": phone_of(cast.leader)}).status_code == 422


def test_the_answer_says_how_long_to_wait(cast: Cast, client: Client) -> None:
    ask(phone_of(cast.leader))
    answer = client.post("/login/", {"phone": phone_of(cast.leader), **solved()})
    assert re.search(r"太频繁了，请\d+ 秒后再试", answer.content.decode())


def test_one_session_asks_for_ten_numbers_an_hour(cast: Cast, client: Client) -> None:
    answers = [ask(f"154999911{n:02}", client) for n in range(11)]
    assert answers == [302] * 10 + [429]


def test_limits_do_not_forget_when_the_cache_does(cast: Cast) -> None:
    assert ask(phone_of(cast.leader)) == 302
    cache.clear()
    assert ask(phone_of(cast.leader)) == 429


def test_eight_guesses_an_hour_for_a_number_from_strange_browsers(cast: Cast, ask_code: AskCode) -> None:
    tried = 0
    for _ in range(4):
        client = Client()
        code = ask_code(client, phone_of(cast.leader))
        for _ in range(5):
            tried += client.post("/login/code/", {"code": wrong(code)}).status_code == 422
        let_pass(61)
    assert tried == 8, "two an hour are kept for the owner's own browser"


def test_the_first_message_wants_a_small_question_answered_or_the_browsers_work(cast: Cast, client: Client) -> None:
    phone = phone_of(cast.leader)
    assert client.post("/login/", {"phone": phone}).status_code == 422
    page = client.get("/login/").content.decode()
    assert solved_on(page)
    assert client.post("/login/", {"phone": phone, **solved_on(page)}).status_code == 302
    made = challenge.make(busy=False)
    proof = next(str(n) for n in count() if challenge.has_worked(made.token, str(n), made.bits))
    worked = {"challenge": made.token, "proof": proof}
    assert Client().post("/login/", {"phone": phone_of(cast.leader2), **worked}).status_code == 302
    assert Client().post("/login/", {"phone": phone_of(cast.group_leader), **worked}).status_code == 422, "used up"


@pytest.mark.parametrize("token", ["", "3.4.x", "3.4.nonce:1abc:signature"])
def test_a_challenge_that_is_not_ours_counts_for_nothing(cast: Cast, token: str) -> None:
    answer = Client().post("/login/", {"phone": phone_of(cast.leader), "challenge": token, "answer": "7"})
    assert answer.status_code == 422


def test_a_browser_known_to_the_number_is_asked_nothing(cast: Cast, ask_code: AskCode) -> None:
    own = Client()
    own.post("/login/code/", {"code": ask_code(own, phone_of(cast.leader))})
    own.post("/logout/")
    let_pass(61)
    assert "等于几" not in own.get("/login/").content.decode()
    assert own.post("/login/", {"phone": phone_of(cast.leader)}).status_code == 302
    other = own.post("/login/", {"phone": phone_of(cast.leader2)})
    assert other.status_code == 422, "another number is a stranger's"
    told = {"phone": phone_of(cast.leader2), **solved_on(other.content.decode())}
    assert own.post("/login/", told).status_code == 302


def test_a_busy_network_is_asked_a_question_and_never_shut_out(cast: Cast, client: Client) -> None:
    """A whole town may share the address of its carrier. The browser's work alone is then not enough."""
    for n in range(30):
        assert ask(f"154999920{n:02}") == 302
    phone = phone_of(cast.leader)
    made = challenge.make(busy=False)
    proof = next(str(n) for n in count() if challenge.has_worked(made.token, str(n), made.bits))
    page = client.post("/login/", {"phone": phone, "challenge": made.token, "proof": proof})
    assert page.status_code == 422
    assert 'data-bits="0"' in page.content.decode()
    assert client.post("/login/", {"phone": phone, **solved_on(page.content.decode())}).status_code == 302


def test_a_wrong_answer_brings_another_question(cast: Cast, client: Client) -> None:
    text = client.get("/login/").content.decode()
    for _ in range(3):
        told = solved_on(text)
        answer = client.post("/login/", {"phone": phone_of(cast.leader), **told, "answer": "99"})
        assert answer.status_code == 422
        assert client.post("/login/", {"phone": phone_of(cast.leader), **told}).status_code == 422, "used up"
        text = answer.content.decode()
        assert solved_on(text)["challenge"] != told["challenge"]


def test_the_breaker_holds_messages_and_tells_everybody_the_same(
    cast: Cast, sms: FakeSms, relay: Relay, settings: Any
) -> None:
    settings.SMS_MOST_IN_TEN_MINUTES = 2
    for user in (cast.leader, cast.leader2, cast.group_leader):
        assert ask(phone_of(user)) == 302
    relay()
    assert len(sms.messages) == 2
    assert set(LoginCode.objects.values_list("delivery", flat=True)) == {"sent", "held"}
    assert "短信这会儿发得慢" in Client().get("/login/").content.decode()
    let_pass(601)
    LoginCode.objects.all().delete()
    assert "短信这会儿发得慢" not in Client().get("/login/").content.decode()


def test_a_quarter_of_the_budget_is_kept_for_browsers_known_to_their_number(
    cast: Cast, ask_code: AskCode, sms: FakeSms, relay: Relay, settings: Any
) -> None:
    own = Client()
    own.post("/login/code/", {"code": ask_code(own, phone_of(cast.leader))})
    own.post("/logout/")
    let_pass(25 * 3600)
    settings.SMS_MOST_IN_A_DAY = settings.SMS_MOST_IN_TEN_MINUTES = 8
    victims = [
        cast.leader2,
        cast.group_leader,
        cast.area_leader,
        cast.worker,
        cast.resident,
        cast.officer,
        cast.stranger,
    ]
    sms.reset()
    for user in [*victims, cast.other_leader]:
        ask(phone_of(user))
    relay()
    assert len(sms.messages) == 6
    assert own.post("/login/code/", {"code": ask_code(own, phone_of(cast.leader))}).status_code == 302
    assert len(sms.messages) == 7


def test_a_robot_with_many_numbers_does_not_use_up_the_budget_of_messages(
    cast: Cast, sms: FakeSms, relay: Relay, settings: object
) -> None:
    settings.SMS_MOST_IN_TEN_MINUTES = 5  # type: ignore[attr-defined]
    for n in range(20):
        ask(f"154999930{n:02}")
    ask(phone_of(cast.leader))
    relay()
    assert [message["to"][-11:] for message in sms.messages] == [phone_of(cast.leader)]


def test_a_forged_header_does_not_change_the_network(rf: RequestFactory, settings: object) -> None:
    forged = rf.get("/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR="1.2.3.4")
    assert limits.subnet_of(forged) == "10.0.0.0/24"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # type: ignore[attr-defined]
    through_one = rf.get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="1.2.3.4, 203.0.113.77")
    assert limits.subnet_of(through_one) == "203.0.113.0/24"


def test_one_phone_with_many_ipv6_addresses_is_one_network(rf: RequestFactory) -> None:
    networks = {limits.subnet_of(rf.get("/", REMOTE_ADDR=f"2001:db8:1:2::{n:x}")) for n in range(1, 50)}
    assert networks == {"2001:db8:1:2::/64"}


@pytest.mark.django_db
def test_what_no_limit_looks_at_any_more_is_deleted() -> None:
    limits.take("code.number", "a")
    let_pass(24 * 3600 + 1)
    limits.take("code.number", "b")
    assert limits.forget_old() == 1
    assert LimitHit.objects.count() == 1


TABLE = (DOCS / "limits.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLE.splitlines() if line.startswith("| ")]
SECONDS = {"min": 60, "h": 3600, "d": 24 * 3600}


def test_the_table_of_limits_says_the_rates_of_the_code() -> None:
    """Kind by kind, rate by rate: what the table promises is what is counted."""
    said = {}
    for row in ROWS:
        if kind := re.fullmatch(r"`([\w.]+)`", row[1]):
            found = re.findall(r"(\d+) in (\d+) (min|h|d)", row[3])
            said[kind[1]] = tuple(limits.Rate(int(most), int(many) * SECONDS[unit]) for most, many, unit in found)
    assert said == {kind: limits.rates(kind) for kind in limits.KINDS}


def test_the_table_of_limits_names_tests_that_exist() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.parent.glob("*/test_*.py"))
    named = re.findall(r"`(test_\w+)`", TABLE)
    assert len(named) > 20
    assert not [name for name in named if f"def {name}(" not in tests]
    limited = [row for row in ROWS if len(row) == 6 and row[0] != "endpoint"]
    assert all("`test_" in row[5] or row[5] == "as above" for row in limited)


def test_the_table_of_limits_names_every_address_of_sign_in() -> None:
    """Whatever takes a word from somebody who is not signed in is limited, or the table says why it need not be."""
    from volunteers.accounts import urls

    quiet = re.compile(r"^(console/(?!accounts)|_util/|logout/|me/devices/|me/passkeys/)")
    served = {f"/{one.pattern}" for one in urls.urlpatterns if not quiet.match(str(one.pattern))}
    assert served - set(re.findall(r"`(/[^`]+)`", TABLE)) == set()


def test_the_code_counts_nothing_under_a_kind_that_is_not_in_the_table() -> None:
    sources = Path(limits.__file__).parent.rglob("*.py")
    used = {kind for path in sources for kind in re.findall(r"\(\"([a-z]+\.[a-z.]+)\", ", path.read_text())}
    assert {kind for kind in used if kind.split(".")[0] in {"code", "guess", "password", "factor", "sms"}} <= set(
        limits.KINDS
    )
