"""Sixteen at once: exactly one gets through (threat T9). Real threads, so PostgreSQL only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection
from django.test import Client

from foundation.jobs import relay_once
from ops.fakes.sms import FakeSms
from ops.fakes.wechat import FakeWeChat
from tests.accounts.conftest import solved
from tests.accounts.test_phone import phone_of
from tests.accounts.test_wechat import bound, go
from tests.cast import Cast
from volunteers.accounts import limits
from volunteers.accounts.models import LimitHit, LoginCode, User

pytestmark = pytest.mark.postgres
T = TypeVar("T")
AT_ONCE = 16


def all_at_once(action: Callable[[], T], count: int = AT_ONCE) -> list[T]:
    barrier = threading.Barrier(count)

    def run() -> T:
        try:
            barrier.wait(10)
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(count)]]


def clone(client: Client) -> Client:
    twin = Client()
    for name, morsel in client.cookies.items():
        twin.cookies[name] = morsel.value
    return twin


def test_of_sixteen_right_codes_one_gets_in(committed_cast: Cast, sms: FakeSms, client: Client) -> None:
    client.post("/login/", {"phone": phone_of(committed_cast.leader), **solved()})
    relay_once()
    code = sms.messages[0]["params"]["code"]

    def submit() -> bool:
        answer = clone(client).post("/login/code/", {"code": code})
        return answer.status_code == 302 and answer["Location"] == "/"

    assert sum(all_at_once(submit)) == 1
    assert LoginCode.objects.get().tries <= 5


def test_sixteen_wrong_guesses_at_once_count_as_five(committed_cast: Cast, sms: FakeSms, client: Client) -> None:
    client.post("/login/", {"phone": phone_of(committed_cast.leader), **solved()})
    relay_once()
    code = f"{(int(sms.messages[0]['params']['code']) + 1) % 10**6:06}"
    all_at_once(lambda: clone(client).post("/login/code/", {"code": code}).status_code)
    assert LoginCode.objects.get().tries == 5


def test_sixteen_requests_for_one_number_at_once_are_one(committed_cast: Cast, sms: FakeSms) -> None:
    phone = phone_of(committed_cast.leader)
    answers = all_at_once(lambda: Client().post("/login/", {"phone": phone, **solved()}).status_code)
    assert sorted(answers) == [302] + [429] * (AT_ONCE - 1)
    assert LoginCode.objects.count() == 1


def test_a_limit_holds_exactly_under_threads(transactional_db: None) -> None:
    taken = all_at_once(lambda: limits.take("code.session", "one"))
    assert taken.count(0) == 10
    assert LimitHit.objects.count() == 10


def test_two_first_sign_ins_make_one_account(committed_cast: Cast) -> None:
    from volunteers.accounts.services import user_of_phone
    from volunteers.people.models import Person

    person = Person(name="新邻长")
    person.set_phone("15499990500")
    person.save()
    users = all_at_once(lambda: user_of_phone("15499990500"))
    assert len({user.pk for user in users if user}) == 1
    assert User.objects.filter(person=person).count() == 1


def test_a_callback_that_comes_sixteen_times_at_once_asks_wechat_once(
    committed_cast: Cast, wechat: FakeWeChat, client: Client
) -> None:
    bound(committed_cast.leader)
    wechat.tell(slow_seconds=0.1)
    address = go(client)
    answers = all_at_once(lambda: clone(client).get(address).status_code)
    assert set(answers) <= {200, 302}
    assert len([call for call in wechat.calls if call["path"] == "/sns/oauth2/access_token"]) == 1
