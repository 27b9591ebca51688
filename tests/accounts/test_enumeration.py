"""Whether a number is somebody's cannot be told: by no text, status, header, query or time (threat T10, goal G9)."""

from __future__ import annotations

import random
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ops.fakes.sms import FakeSms
from tests.accounts.conftest import solved
from tests.accounts.test_phone import phone_of
from tests.accounts.test_registration import at_a_sign, told
from tests.cast import Cast
from volunteers.accounts.models import User
from volunteers.people.models import Person

PASSWORD = "correct horse battery"
Question = Callable[[Client, str], Any]
Clock = Callable[[], float]
Numbers = tuple[list[str], list[str]]


def by_phone(client: Client, phone: str) -> Any:
    """Ask for a code."""
    return client.post("/login/", {"phone": phone, **solved()})


def by_wrong_code(client: Client, phone: str) -> Any:
    """Ask for a code and hand in a wrong one."""
    by_phone(client, phone)
    return client.post("/login/code/", {"code": "000000"})


def by_registering(_client: Client, phone: str) -> Any:
    """Register with the number at a sign."""
    return at_a_sign().post("/login/register/", told(phone))


def by_password(client: Client, phone: str) -> Any:
    """Sign in as staff with the number and a wrong password."""
    return client.post("/login/staff/", {"identifier": phone, "password": "wrong"})


QUESTIONS: dict[str, Question] = {
    "phone": by_phone, "wrong code": by_wrong_code, "register": by_registering, "password": by_password
}  # fmt: skip


def _told(response: Any, phone: str) -> tuple[Any, ...]:
    """Everything an answer tells, without what is drawn anew each time and the number itself."""
    text = response.content.decode().replace(phone, "PHONE").replace(f"{phone[:3]}****{phone[-4:]}", "MASKED")
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|[a-zA-Z0-9]{64}', "TOKEN", text)
    text = re.sub(r'(data-challenge|name="challenge" value)="[^"]+"', "CHALLENGE", text)
    text = re.sub(r"[一二三四五六七八九]加[一二三四五六七八九]等于几", "QUESTION", text)
    cookies = {name: (one["path"], one["httponly"], one["samesite"]) for name, one in response.cookies.items()}
    headers = {name: value for name, value in response.headers.items() if name not in {"Content-Length", "Expires"}}
    return response.status_code, headers, cookies, text


def _pair(cast: Cast) -> tuple[str, str]:
    """A number of a staff member with a password, and one that nobody has, alike in length."""
    cast.worker.set_password(PASSWORD)
    cast.worker.save()
    return phone_of(cast.worker), "15499990999"


@pytest.fixture(autouse=True)
def _a_gateway(sms: FakeSms) -> None:
    """As in service: nothing shows a code but the phone."""


@pytest.mark.everywhere
@pytest.mark.parametrize("name", QUESTIONS)
def test_known_and_unknown_numbers_are_answered_byte_for_byte_alike(cast: Cast, name: str) -> None:
    told_of = [_told(QUESTIONS[name](Client(), phone), phone) for phone in _pair(cast)]
    assert told_of[0] == told_of[1]


@pytest.mark.parametrize("name", ["phone", "wrong code", "register"])
def test_known_and_unknown_numbers_cost_the_same_statements(cast: Cast, name: str) -> None:
    asked_of = []
    for phone in _pair(cast):
        with CaptureQueriesContext(connection) as asked:
            QUESTIONS[name](Client(), phone)
        asked_of.append([re.sub(r"'[^']*'|\d+|\\x\w+", "?", query["sql"]) for query in asked])
    assert asked_of[0] == asked_of[1]


def _numbers(count: int = 24) -> Numbers:
    """So many numbers of people with an account and a password, and so many that nobody has, in between."""
    known, unknown = ([f"1888{2 * n + which:07}" for n in range(count)] for which in (0, 1))
    for phone in known:
        person = Person(name="邻居")
        person.set_phone(phone)
        person.save()
        User.objects.create_user(f"known-{phone}", password=PASSWORD, person=person)
    return known, unknown


def _differences(question: Question, numbers: Numbers, count: int, *, seed: int, clock: Clock) -> list[float]:
    """Known minus unknown, so many pairs of any of them, each in a random order; every question is taken back."""
    dice, found = random.Random(seed), []
    for _ in range(count + 1):
        order = dice.sample([0, 1], 2)
        taken = [0.0, 0.0]
        for which in order:
            client, phone = Client(), dice.choice(numbers[which])
            with transaction.atomic():
                began = clock()
                question(client, phone)
                taken[which] = clock() - began
                transaction.set_rollback(True)
        found.append(taken[0] - taken[1])
    return found[1:]  # the first warms up


def _middle(values: list[float]) -> float:
    """The mean of the middle half: what a busy machine throws in at the ends does not count."""
    quarter = len(values) // 4
    return statistics.fmean(sorted(values)[quarter : len(values) - quarter])


def significance(differences: list[float], *, draws: int = 499, seed: int = 1) -> float:
    """How often chance alone sets the two so far apart: a permutation test of pairs, by turning signs round."""
    dice, seen = random.Random(seed), abs(_middle(differences))
    further = sum(abs(_middle([one * dice.choice((-1, 1)) for one in differences])) >= seen for _ in range(draws))
    return (further + 1) / (draws + 1)


def _signs_of_a_leak(question: Question, numbers: Numbers, count: int, clock: Clock = time.thread_time) -> list[float]:
    """The significances of up to three measurements: one that is not significant is enough, three that are, are a leak.

    Chance alone makes one of twenty significant, and three in a row one of eight thousand.
    """
    found: list[float] = []
    while len(found) < 3 and (not found or found[-1] <= 0.05):
        differences = _differences(question, numbers, count, seed=len(found), clock=clock)
        found.append(significance(differences, seed=len(found)))
    return found


@pytest.mark.parametrize("name", ["phone", "password"])
def test_time_does_not_tell_whether_a_number_is_somebodys(cast: Cast, name: str) -> None:
    """By the time of the processor, which other programs on the machine do not lengthen."""
    found = _signs_of_a_leak(QUESTIONS[name], _numbers(), 80)
    assert found[-1] > 0.05, f"{name}: {found}"


def test_the_measurement_would_notice_a_leak(cast: Cast) -> None:
    """The same measurement, with a leak put in: it must be found, or the tests above prove nothing."""
    numbers = _numbers()

    def leaking(client: Client, phone: str) -> Any:
        until = time.thread_time() + (0.002 if phone in numbers[0] else 0)
        while time.thread_time() < until:
            pass
        return by_phone(client, phone)

    found = _signs_of_a_leak(leaking, numbers, 40)
    assert found[-1] <= 0.05


@pytest.mark.soak
@pytest.mark.parametrize("name", QUESTIONS)
def test_ten_thousand_samples_do_not_tell_whether_a_number_is_somebodys(cast: Cast, name: str) -> None:
    """As somebody outside sees it, by the clock on the wall."""
    found = _signs_of_a_leak(QUESTIONS[name], _numbers(), 5000, time.perf_counter)
    assert found[-1] > 0.05, f"{name}: {found}"


def test_an_account_without_a_password_hashes_as_long_as_one_with(cast: Cast) -> None:
    """Whoever has never set one is answered like everybody else."""
    texts = set()
    for user in (cast.worker, cast.leader):
        assert not User.objects.get(pk=user.pk).has_usable_password()
        phone = phone_of(user)
        texts.add(str(_told(by_password(Client(), phone), phone)))
    assert len(texts) == 1
