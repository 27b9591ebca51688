"""Sixteen at once: exactly one gets through (threat T9). Real threads, so PostgreSQL only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from django.db import connection
from django.test import Client

from foundation import clock, failpoints
from foundation.errors import Conflict
from foundation.jobs import relay_once
from foundation.models import AuditEntry
from ops.fakes.sms import FakeSms
from ops.fakes.wechat import FakeWeChat
from tests.accounts.conftest import solved
from tests.accounts.test_phone import phone_of
from tests.accounts.test_registration import at_a_sign, told
from tests.accounts.test_wechat import bound, go
from tests.cast import Cast, person_of
from volunteers.accounts import limits, numbers, passkeys, second_factor, staff
from volunteers.accounts.models import LimitHit, LoginCode, Passkey, User
from volunteers.people.models import Consent, Person

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
    assert set(answers) <= {200, 302, 503}, "whoever waits for too long is asked to come again"
    assert {200, 302} & set(answers)
    assert len([call for call in wechat.calls if call["path"] == "/sns/oauth2/access_token"]) == 1


def test_two_hand_ins_of_one_number_at_once_make_one_person(committed_cast: Cast, sms: FakeSms) -> None:
    """Two phones in one hand, two sessions, two right codes in the same moment."""
    number, clients = "15499970777", [at_a_sign("7栋"), at_a_sign("8栋")]
    codes = []
    for client in clients:
        LimitHit.objects.all().delete()
        assert client.post("/login/register/", told(number)).status_code == 302
        relay_once()
        codes.append(sms.messages[-1]["params"]["code"])
    waiting = list(zip(clients, codes, strict=True))
    door = threading.Barrier(2)

    def hand_in() -> int:
        client, code = waiting.pop()
        return client.post("/login/register/code/", {"code": code}).status_code

    def meet() -> None:
        door.wait(10)

    with failpoints.armed("register.before_insert", meet):
        answers = all_at_once(hand_in, 2)
    assert answers == [302, 302]
    person = Person.objects.by_phone(number).get()
    assert User.objects.filter(person=person).count() == 1
    assert Consent.objects.filter(person=person, document="residents").count() == 1
    assert AuditEntry.objects.filter(act="resident.register").count() == 1


def test_of_sixteen_who_use_one_invitation_one_sets_the_password(committed_cast: Cast) -> None:
    person = person_of(committed_cast.worker)
    token = staff.invite(person=person, acting_user=committed_cast.street_clerk)
    numbers = iter(range(AT_ONCE))

    def accept() -> int:
        words = f"four plain words {next(numbers)}"
        return Client().post(f"/login/staff/invitation/{token}/", {"password": words, "again": words}).status_code

    answers = all_at_once(accept)
    assert sorted(answers) == [302] + [404] * (AT_ONCE - 1)
    assert AuditEntry.objects.filter(act="staff.accept").count() == 1


def test_two_who_decide_a_reset_at_once_decide_it_once(committed_cast: Cast) -> None:
    worker = committed_cast.worker
    second_factor.new_recovery_codes(worker)
    Passkey.objects.create(user=worker, name="电脑", credential_digest="x", credential="", created_at=clock.now())
    reset = staff.ask_for_reset(person=person_of(worker), reason="手机丢了", acting_user=committed_cast.street_clerk)

    def decide() -> bool:
        clerk = User.objects.get(pk=committed_cast.district_clerk.pk)
        try:
            staff.decide_reset(reset=reset, agree=True, acting_user=clerk)
        except Conflict:
            return False
        return True

    assert sum(all_at_once(decide, 4)) == 1
    assert AuditEntry.objects.filter(act="second_factor.forget").count() == 1


def test_two_who_take_one_number_at_once_leave_it_to_one(committed_cast: Cast) -> None:
    people = [committed_cast.leader, committed_cast.leader2]

    def take() -> bool:
        user = User.objects.select_related("person").get(pk=people.pop().pk)
        try:
            numbers.change_own_number(phone="15499970888", acting_user=user)
        except Conflict:
            return False
        return True

    assert sorted(all_at_once(take, 2)) == [False, True]
    assert Person.objects.by_phone("15499970888").count() == 1


def test_one_challenge_answered_sixteen_times_at_once_counts_once(committed_cast: Cast) -> None:
    words = solved()
    phones = iter([f"154999780{n:02}" for n in range(AT_ONCE)])
    answers = all_at_once(lambda: Client().post("/login/", {"phone": next(phones), **words}).status_code)
    assert sorted(answers) == [302] + [422] * (AT_ONCE - 1)


def test_the_budget_holds_exactly_when_many_relays_count_at_once(transactional_db: None, settings: Any) -> None:
    settings.SMS_MOST_IN_TEN_MINUTES = 8
    held = all_at_once(lambda: limits.take_all(("sms.all", ""), ("sms.strange", ""), ("sms.new", ""))[0])
    assert held.count("") == 2, "a fifth of eight, rounded up"
    assert limits.count("sms.all", "", 600) == 2


def test_the_last_two_passkeys_cannot_both_go_at_once(committed_cast: Cast) -> None:
    worker = committed_cast.worker
    made = [
        Passkey.objects.create(
            user=worker, name=f"{n}", credential_digest=f"{n}", credential="", created_at=clock.now()
        )
        for n in range(2)
    ]

    def remove() -> bool:
        try:
            passkeys.remove_passkey(uid=made.pop().uid, acting_user=User.objects.get(pk=worker.pk))
        except Conflict:
            return False
        return True

    assert sorted(all_at_once(remove, 2)) == [False, True]
    assert Passkey.objects.filter(user=worker).count() == 1
