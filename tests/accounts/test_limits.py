"""How often is too often (rule R27, threats T8, T9 and T32). The table is docs/limits.md."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db.models import F
from django.test import Client, RequestFactory

from ops.fakes.sms import FakeSms
from tests.accounts.conftest import Relay, wrong
from tests.accounts.test_phone import AskCode, phone_of
from tests.cast import Cast
from volunteers.accounts import limits
from volunteers.accounts.models import LimitHit, LoginCode

DOCS = Path(__file__).resolve().parents[2] / "docs"


def let_pass(seconds: float) -> None:
    """Everything counted so far happened so much earlier; works on whichever clock the database has."""
    LimitHit.objects.update(at=F("at") - dt.timedelta(seconds=seconds))


def ask(phone: str, client: Client | None = None) -> int:
    return (client or Client()).post("/login/", {"phone": phone}).status_code


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
def test_a_number_gets_one_a_minute_five_an_hour_eight_a_day(cast: Cast, known: bool) -> None:
    phone = phone_of(cast.leader) if known else "15499990999"
    assert ask(phone) == 302
    assert ask(phone) == 429
    for _ in range(4):
        let_pass(61)
        assert ask(phone) == 302
    let_pass(61)
    assert ask(phone) == 429, "the sixth within an hour"
    for _ in range(3):
        let_pass(3600)
        assert ask(phone) == 302
    let_pass(3600)
    assert ask(phone) == 429, "the ninth within a day"
    let_pass(24 * 3600)
    assert ask(phone) == 302


def test_the_answer_says_how_long_to_wait(cast: Cast, client: Client) -> None:
    ask(phone_of(cast.leader))
    answer = client.post("/login/", {"phone": phone_of(cast.leader)})
    assert re.search(r"太频繁了，请\d+ 秒后再试", answer.content.decode())


def test_one_session_asks_for_ten_numbers_an_hour(cast: Cast, client: Client) -> None:
    answers = [ask(f"154999911{n:02}", client) for n in range(11)]
    assert answers == [302] * 10 + [429]


def test_limits_do_not_forget_when_the_cache_does(cast: Cast) -> None:
    assert ask(phone_of(cast.leader)) == 302
    cache.clear()
    assert ask(phone_of(cast.leader)) == 429


def test_ten_guesses_an_hour_for_a_number_whatever_the_session(cast: Cast, ask_code: AskCode) -> None:
    tried = 0
    for _ in range(4):
        client = Client()
        code = ask_code(client, phone_of(cast.leader))
        for _ in range(5):
            tried += client.post("/login/code/", {"code": wrong(code)}).status_code == 422
        let_pass(61)
    assert tried == 10


def test_a_busy_network_is_asked_a_question_and_never_shut_out(cast: Cast, client: Client) -> None:
    """A whole town may share the address of its carrier."""
    for n in range(30):
        assert ask(f"154999920{n:02}") == 302
    phone = phone_of(cast.leader)
    page = client.post("/login/", {"phone": phone})
    assert page.status_code == 422
    found = re.search(r"([一二三四五六七八九])加([一二三四五六七八九])等于几", page.content.decode())
    assert found
    total = sum("零一二三四五六七八九".index(sign) for sign in found.groups())
    assert client.post("/login/", {"phone": phone, "answer": str(total)}).status_code == 302


def test_a_wrong_answer_brings_another_question(cast: Cast, client: Client) -> None:
    for n in range(30):
        ask(f"154999920{n:02}")
    for _ in range(3):
        assert client.post("/login/", {"phone": phone_of(cast.leader), "answer": "99"}).status_code == 422


def test_the_breaker_holds_messages_and_tells_everybody_the_same(
    cast: Cast, sms: FakeSms, relay: Relay, settings: object
) -> None:
    settings.SMS_MOST_IN_TEN_MINUTES = 2  # type: ignore[attr-defined]
    for user in (cast.leader, cast.leader2, cast.group_leader):
        assert ask(phone_of(user)) == 302
    relay()
    assert len(sms.messages) == 2
    assert set(LoginCode.objects.values_list("delivery", flat=True)) == {"sent", "held"}
    assert "短信这会儿发得慢" in Client().get("/login/").content.decode()
    let_pass(601)
    LoginCode.objects.all().delete()
    assert "短信这会儿发得慢" not in Client().get("/login/").content.decode()


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


def test_the_table_of_limits_names_every_kind_and_tests_that_exist() -> None:
    table = (DOCS / "limits.md").read_text(encoding="utf-8")
    for kind in [*limits._RATES, "sms.all"]:
        assert f"`{kind}`" in table
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    for name in re.findall(r"`(test_\w+)`", table):
        assert f"def {name}(" in tests, name
