"""A budget that a stranger cannot spend (goal G9, threat T8): a robot with many networks, numbers and sessions."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client

from foundation.jobs import relay_once
from foundation.models import Notification, OutboxMessage
from ops.fakes.sms import FakeSms
from ops.fakes.tencent import FakeTencent
from tests.accounts.conftest import Relay, solved
from tests.accounts.test_limits import let_pass
from tests.accounts.test_phone import AskCode, phone_of
from tests.accounts.test_registration import at_a_sign, told
from tests.cast import Cast
from volunteers.accounts import budget, limits
from volunteers.accounts.models import LimitHit, LoginCode, User
from volunteers.people.models import Person

ClientFor = Callable[[User], Client]


class Robot:
    """Asks for codes from many addresses, for known and unknown numbers, at the sign-in and at stolen signs.

    It answers every small question, throws its cookies away, and waits as little as the limits make it wait.
    """

    def __init__(self, known: list[str], *, networks: int, numbers: int, seed: int = 7) -> None:
        self.dice = random.Random(seed)
        self.known = known
        self.unknown = [f"1888{n:07}" for n in range(numbers - len(known))]
        self.networks = [f"10.{n // 250}.{n % 250}.9" for n in range(networks)]
        self.answers: Counter[int] = Counter()

    def ask(self) -> None:
        """One hostile request."""
        number = self.dice.choice(self.known if self.dice.random() < 0.5 else self.unknown)
        address: dict[str, Any] = {"REMOTE_ADDR": self.dice.choice(self.networks)}
        if self.dice.random() < 0.2:
            client = at_a_sign(f"sign {self.dice.randrange(5)}")
            answer = client.post("/login/register/", told(number), **address)
        else:
            answer = Client().post("/login/", {"phone": number, **solved()}, **address)
        self.answers[answer.status_code] += 1


def crowd(count: int) -> list[str]:
    """People of the roll with numbers that the robot has found out."""
    people = [Person(name="邻居") for _ in range(count)]
    for n, person in enumerate(people):
        person.set_phone(f"1777{n:07}")
        person.fill_sounds()
    Person.objects.bulk_create(people)
    return [f"1777{n:07}" for n in range(count)]


def attack(robot: Robot, requests: int, relay: Callable[[], None], *, rounds: int = 8) -> None:
    """So many requests spread over a day, the relay working in between."""
    for _round in range(rounds):
        for _ in range(requests // rounds):
            robot.ask()
        while OutboxMessage.objects.filter(topic="sms").exists():
            relay()
        let_pass(24 * 3600 / rounds - 1)


def judge(robot: Robot, sms: FakeSms, requests: int) -> dict[str, Any]:
    """What the robot reached; every promise is checked here."""
    sent = Counter(message["to"] for message in sms.messages)
    unknown = sum(count for to, count in sent.items() if to[3:] in set(robot.unknown))
    most_unknown = min(limits.rates("sms.new")[-1].most, 5 * limits.rates("sms.place")[0].most)
    assert robot.answers.total() == requests
    assert max(sent.values()) <= 5, "a stranger gets five of a number's eight"
    assert sent.total() <= limits.rates("sms.strange")[-1].most
    assert sent.total() < limits.rates("sms.all")[-1].most
    assert unknown <= most_unknown
    return {
        "requests": requests, "answers": dict(robot.answers), "messages": sent.total(), "to unknown numbers": unknown,
        "most to one number": max(sent.values()), "budget": limits.rates("sms.all")[-1].most,
    }  # fmt: skip


def test_a_hundred_and_fifty_hostile_requests_leave_the_budget_and_its_people_alone(
    cast: Cast, sms: FakeSms, relay: Relay, ask_code: AskCode, settings: Any
) -> None:
    settings.SMS_MOST_IN_TEN_MINUTES, settings.SMS_MOST_IN_A_DAY, settings.SMS_MOST_A_BUILDING = 40, 160, 6
    own, victim = Client(), phone_of(cast.leader)
    own.post("/login/code/", {"code": ask_code(own, victim)})
    own.post("/logout/")
    let_pass(25 * 3600)
    sms.reset()
    robot = Robot([victim, phone_of(cast.worker), *crowd(40)], networks=100, numbers=400)
    attack(robot, 150, relay, rounds=3)
    judge(robot, sms, 150)
    code = ask_code(own, victim)
    assert own.post("/login/code/", {"code": code}).status_code == 302, "the victim still signs in, in the own browser"
    assert own.get("/me/").status_code == 200


@pytest.mark.soak(minutes=8)
@pytest.mark.django_db(transaction=True)  # each request its own: the locks of a hundred thousand do not fit into one
def test_a_hundred_thousand_hostile_requests_leave_the_budget_and_its_people_alone(
    cast: Cast, sms: FakeSms, relay: Relay, ask_code: AskCode
) -> None:
    own, victim = Client(), phone_of(cast.leader)
    own.post("/login/code/", {"code": ask_code(own, victim)})
    own.post("/logout/")
    let_pass(25 * 3600)
    sms.reset()
    robot = Robot([victim, *crowd(4000)], networks=1000, numbers=10_000)
    attack(robot, 100_000, relay, rounds=48)
    evidence = judge(robot, sms, 100_000)
    assert own.post("/login/code/", {"code": ask_code(own, victim)}).status_code == 302
    folder = Path(site.VAR_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sms-attack.json").write_text(json.dumps(evidence, ensure_ascii=False, indent=1))


def ask(phone: str) -> None:
    assert Client().post("/login/", {"phone": phone, **solved()}).status_code == 302


def test_the_district_hears_once_a_day_when_most_of_the_budget_is_used(
    cast: Cast, sms: FakeSms, relay: Relay, settings: Any
) -> None:
    settings.SMS_MOST_IN_A_DAY = 2
    assert budget.tell_of_alarms() == 0
    ask(phone_of(cast.leader))
    ask(phone_of(cast.leader2))
    relay()
    assert "all" in budget.alarms()
    assert budget.tell_of_alarms() >= 1
    assert budget.tell_of_alarms() == 0, "told today already"
    entry = Notification.objects.filter(kind="sms").latest("pk")
    assert entry.stream_key == f"u:{cast.district.pk}"
    assert entry.roles == ["district_clerk"]


def test_the_console_says_so_to_the_district_and_to_nobody_else(
    cast: Cast, sms: FakeSms, relay: Relay, client_for: ClientFor, settings: Any
) -> None:
    district, street = client_for(cast.district_clerk), client_for(cast.street_clerk)
    assert "短信需要看一看" not in district.get("/console/").content.decode()
    settings.SMS_MOST_IN_A_DAY = 1
    ask(phone_of(cast.leader))
    relay()
    page = district.get("/console/").content.decode()
    assert "短信需要看一看" in page
    assert "上限 1 条" in page
    assert "短信需要看一看" not in street.get("/console/").content.decode()


def test_a_key_that_is_refused_raises_the_alarm_until_a_message_leaves_again(
    cast: Cast, relay: Relay, tencent: FakeTencent
) -> None:
    tencent.tell(error="AuthFailure.SignatureFailure")
    ask(phone_of(cast.leader))
    relay()
    assert budget.alarms() == ["setup"]
    tencent.tell(error="")
    ask(phone_of(cast.leader2))
    relay()
    assert budget.alarms() == []


def test_figures_of_the_budget_are_scraped(cast: Cast, client: Client, sms: FakeSms, relay: Relay) -> None:
    ask(phone_of(cast.leader))
    relay()
    text = client.get("/metrics").content.decode()
    assert 'sms_budget_used{purse="all"} 1.0' in text
    assert 'sms_budget_used{purse="strange"} 1.0' in text
    assert 'sms_budget_used{purse="new"} 0.0' in text
    assert 'sms_alarm{alarm="setup"} 0.0' in text
    assert 'sms_results{result="sent"} 1.0' in text


def test_what_was_counted_is_forgotten_after_a_day(cast: Cast, sms: FakeSms, relay: Relay) -> None:
    ask(phone_of(cast.leader))
    relay()
    let_pass(25 * 3600)
    limits.forget_old()
    assert not LimitHit.objects.exists()
    assert budget.purse("all").used == 0
    assert LoginCode.objects.count() == 1


def test_the_relay_never_sends_more_than_the_budget_whatever_waits(cast: Cast, sms: FakeSms, settings: Any) -> None:
    settings.SMS_MOST_IN_TEN_MINUTES = 3
    for phone in crowd(8):
        ask(phone)
    relay_once()
    assert set(LoginCode.objects.values_list("delivery", flat=True)) == {"sending", "held"}
    assert LoginCode.objects.filter(delivery="sending").count() == 3
