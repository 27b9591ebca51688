"""Many hands at once, on PostgreSQL: the last pieces, one id from two phones, the desk against a second thought."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from foundation.errors import Refused
from rewards.points.books import verify
from rewards.points.models import PointsAccount
from rewards.store import desk, passbooks, services
from rewards.store.models import PassbookLine, Redemption
from tests.cast import SINCE, Cast, person_of
from tests.store.conftest import Shop, books_agree, give, open_shop, put_goods, reserve
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role

pytestmark = pytest.mark.postgres
BUYERS = 20


@pytest.fixture
def shop(committed_cast: Cast) -> Shop:
    return open_shop(committed_cast)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Every act in a thread of its own, all let go together; what each gave, or how it was refused."""
    gate, results = threading.Barrier(len(acts)), list[Any]([None] * len(acts))

    def run(number: int, act: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            results[number] = act()
        except Refused as refusal:
            results[number] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    return results


def leaders(shop: Shop, count: int) -> list[User]:
    found = []
    for number in range(count):
        user = User.objects.create_user(f"buyer-{number}", person=Person.objects.create(name=f"邻长{number}"))
        Appointment.objects.create(
            person=person_of(user), role=Role.NEIGHBOUR_LEADER, unit=shop.cast.neighbourhood, starts_on=SINCE,
            ends_on=shop.day.on,
        )  # fmt: skip
        give(user, 30)
        found.append(user)
    return found


def test_twenty_people_for_the_last_five_pieces_are_five(shop: Shop) -> None:
    users = leaders(shop, BUYERS)
    results = at_once(*(lambda user=user: reserve(user, shop.soap) for user in users))
    got = [one for one in results if isinstance(one, Redemption)]
    assert len(got) == 5
    assert sum(isinstance(one, Refused) for one in results) == BUYERS - 5
    assert books_agree(shop.soap)
    assert shop.soap.left == 0
    held = PointsAccount.objects.filter(held__gt=0)
    assert sorted(one.held for one in held) == [9] * 5
    assert len({one.code for one in got}) == 5


def test_one_id_from_two_phones_is_one_reservation(shop: Shop) -> None:
    key = uuid.uuid4()
    first, second = at_once(*[lambda: services.reserve(id=key, goods=shop.soap, acting_user=shop.cast.leader)] * 2)
    assert first.pk == second.pk == key
    assert Redemption.objects.count() == 1
    assert books_agree(shop.soap)
    assert PointsAccount.objects.get(person=shop.cast.leader.person).held == 9


@pytest.mark.parametrize("round_", range(2))
def test_collected_against_cancelled_is_one_of_the_two(shop: Shop, round_: int) -> None:
    made = reserve(shop.cast.leader, shop.soap, 2)
    mine, theirs = Redemption.objects.get(pk=made.pk), Redemption.objects.get(pk=made.pk)
    acts = [
        lambda: desk.collect(redemption=mine, acting_user=shop.cast.worker),
        lambda: services.cancel(redemption=theirs, acting_user=shop.cast.leader),
    ]
    results = at_once(*(acts if round_ % 2 else reversed(acts)))
    assert sum(isinstance(one, Refused) for one in results) == 1
    made.refresh_from_db()
    account = PointsAccount.objects.get(person=shop.cast.leader.person)
    assert (made.state, account.balance) in {("collected", 20), ("cancelled", 38)}
    assert account.held == 0
    assert books_agree(shop.soap)
    assert verify().faults == []


def test_the_months_share_holds_for_two_phones(shop: Shop) -> None:
    give(shop.cast.leader, 100)
    tea = put_goods(shop.store, "茶叶", 10, 9, most_a_month=1)
    results = at_once(*[lambda: reserve(shop.cast.leader, tea)] * 3)
    assert sum(isinstance(one, Redemption) for one in results) == 1
    assert books_agree(tea)


def test_a_page_printed_while_points_arrive_misses_and_repeats_no_line(shop: Shop) -> None:
    leader, worker = shop.cast.leader, shop.cast.worker
    book = passbooks.issue(person=person_of(leader), store=shop.store, acting_user=worker)

    def print_now() -> Any:
        return passbooks.print_pages(id=uuid.uuid4(), passbook=book, acting_user=worker)

    at_once(*[lambda: give(leader, 1)] * 4, *[print_now] * 3)
    give(leader, 1)
    print_now()
    book.refresh_from_db()
    balance = PointsAccount.objects.get(person=leader.person).balance
    lines = PassbookLine.objects.filter(passbook=book)
    assert book.printed == balance == 43
    assert sum(lines.values_list("points", flat=True)) == balance
    assert lines.count() == lines.values("transfer_id").distinct().count() == 6
