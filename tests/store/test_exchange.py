"""Reserving on the phone, collecting at the desk, taking back: points and pieces always move together."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from foundation import privacy
from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import DifferentBody
from foundation.models import Notification
from rewards.points.accounts import provider_account_id
from rewards.points.books import verify
from rewards.points.holds import let_run_out
from rewards.points.models import Hold, PointsAccount, Transfer
from rewards.points.selectors import balance_of
from rewards.store import collectors, days, desk, passbooks, services, stock
from rewards.store.models import ExchangeDay, Movement, Passbook, Redemption
from rewards.store.selectors import costs, stores_of
from tests.cast import person_of
from tests.store.conftest import Shop, books_agree, give, put_goods, reserve
from volunteers.accounts.models import User
from volunteers.people.erasure import erase_person
from volunteers.units.models import Appointment

pytestmark = pytest.mark.django_db


def held_of(user: User) -> int:
    return PointsAccount.objects.get(person=person_of(user)).held


@pytest.mark.everywhere
def test_reserved_holds_points_and_pieces_and_collected_spends_them(shop: Shop) -> None:
    leader, worker = shop.cast.leader, shop.cast.worker
    made = reserve(leader, shop.soap, 2)
    shop.soap.refresh_from_db()
    assert (shop.soap.left, held_of(leader), balance_of(leader.person_id)) == (3, 18, 38)
    assert made.day == shop.day
    assert timezone.localdate(made.until) == shop.day.on + dt.timedelta(days=8)
    desk.collect(redemption=made, acting_user=worker)
    desk.collect(redemption=made, acting_user=worker)
    pool = PointsAccount.objects.get(pk=provider_account_id(shop.store.uid))
    assert (balance_of(leader.person_id), held_of(leader), pool.balance) == (20, 0, 18)
    assert books_agree(shop.soap)
    assert shop.soap.stock == 3
    assert verify().faults == []
    today = timezone.localdate()
    cost = costs([shop.cast.community.pk], today.replace(day=1), today + dt.timedelta(days=1))
    assert [(one.pieces, one.fen) for one in cost] == [(2, 700)]


def test_the_same_id_twice_is_one_reservation_and_another_body_is_refused(shop: Shop) -> None:
    key = uuid.uuid4()
    for _again in range(2):
        services.reserve(id=key, goods=shop.soap, acting_user=shop.cast.leader)
    assert Redemption.objects.count() == 1
    with pytest.raises(DifferentBody):
        services.reserve(id=key, goods=shop.soap, quantity=2, acting_user=shop.cast.leader)
    assert books_agree(shop.soap)


def test_what_is_not_there_not_enough_or_too_often_is_refused_and_moves_nothing(shop: Shop) -> None:
    leader = shop.cast.leader
    with pytest.raises(Conflict, match="再攒一攒"):
        reserve(leader, shop.soap, 5)
    give(leader, 200)
    with pytest.raises(Conflict, match="约完"):
        reserve(leader, shop.soap, 6)
    reserve(leader, shop.rice)
    with pytest.raises(Conflict, match="每人"):
        reserve(leader, shop.rice)
    with pytest.raises(Missing):
        reserve(shop.cast.other_leader, shop.soap)
    assert held_of(leader) == 20
    assert books_agree(shop.soap)
    assert books_agree(shop.rice)


def test_cancelled_gives_back_and_cannot_be_collected(shop: Shop) -> None:
    leader = shop.cast.leader
    made = reserve(leader, shop.soap, 2)
    services.cancel(redemption=made, acting_user=leader)
    services.cancel(redemption=made, acting_user=leader)
    assert (held_of(leader), balance_of(leader.person_id)) == (0, 38)
    assert books_agree(shop.soap)
    with pytest.raises(Conflict, match="取消"):
        desk.collect(redemption=made, acting_user=shop.cast.worker)
    other = reserve(leader, shop.soap)
    with pytest.raises(Denied):
        services.cancel(redemption=other, reason="没货", acting_user=shop.cast.leader2)
    with pytest.raises(Invalid):
        services.cancel(redemption=other, acting_user=shop.cast.worker)
    services.cancel(redemption=other, reason="这批包装坏了", acting_user=shop.cast.worker)
    told = Notification.objects.filter(stream_key=f"p:{leader.person_id}").latest("pk")
    assert told.payload["body"] == "这批包装坏了"


@pytest.mark.everywhere
def test_what_nobody_collects_comes_back_by_itself(shop: Shop) -> None:
    leader = shop.cast.leader
    made = reserve(leader, shop.soap, 2)
    Hold.objects.filter(pk=made.pk).update(until=timezone.now() - dt.timedelta(minutes=1))
    assert let_run_out() == 1
    assert let_run_out() == 0
    made.refresh_from_db()
    assert (made.state, held_of(leader)) == ("expired", 0)
    assert books_agree(shop.soap)
    told = Notification.objects.filter(stream_key=f"p:{leader.person_id}").latest("pk")
    assert "积分退回来了" in told.payload["title"]


def test_a_price_holds_for_what_was_reserved_under_it(shop: Shop) -> None:
    made = reserve(shop.cast.leader, shop.soap)
    stock.set_price(goods=shop.soap, points=12, starts_on=timezone.localdate(), acting_user=shop.cast.worker)
    later = reserve(shop.cast.leader, shop.soap)
    desk.collect(redemption=made, acting_user=shop.cast.worker)
    assert (made.points, later.points, balance_of(shop.cast.leader.person_id)) == (9, 12, 29)
    with pytest.raises(Invalid):
        stock.set_price(
            goods=shop.soap, points=1, starts_on=timezone.localdate() - dt.timedelta(days=1),
            acting_user=shop.cast.worker,
        )  # fmt: skip


def test_taken_back_both_lines_stay_and_the_damaged_piece_is_written_off(shop: Shop) -> None:
    leader, worker = shop.cast.leader, shop.cast.worker
    made = reserve(leader, shop.soap)
    with pytest.raises(Conflict, match="还没有领走"):
        desk.take_back(redemption=made, reason="漏了", on_shelf=False, acting_user=worker)
    desk.collect(redemption=made, acting_user=worker)
    with pytest.raises(Invalid):
        desk.take_back(redemption=made, reason=" ", on_shelf=False, acting_user=worker)
    for _again in range(2):
        desk.take_back(redemption=made, reason="瓶子漏了", on_shelf=False, acting_user=worker)
    lines = Transfer.objects.filter(source_key__contains=str(made.pk)) | Transfer.objects.filter(
        reverses__source_key__contains=str(made.pk)
    )
    assert [line.points for line in lines] == [9, 9]
    assert balance_of(leader.person_id) == 38
    moved = Movement.objects.filter(redemption=made).order_by("at", "why").values_list("why", "quantity")
    assert set(moved) == {("collected", -1), ("returned", 1), ("spoiled", -1)}
    assert books_agree(shop.soap)
    assert shop.soap.stock == 4
    assert verify().faults == []


def test_somebody_named_collects_and_who_it_was_is_kept(shop: Shop) -> None:
    leader, worker = shop.cast.leader, shop.cast.worker
    person = person_of(leader)
    niece = collectors.name_collector(
        uid=uuid.uuid4(), person=person, name="周小燕", relation="侄女", acting_user=leader
    )
    made = reserve(leader, shop.soap)
    stranger = collectors.name_collector(
        uid=uuid.uuid4(), person=person_of(shop.cast.leader2), name="别家的", acting_user=shop.cast.leader2
    )
    with pytest.raises(Invalid):
        desk.collect(redemption=made, collector=stranger, acting_user=worker)
    desk.collect(redemption=made, collector=niece, acting_user=worker)
    made.refresh_from_db()
    assert made.collector
    assert made.collector.shown_name == "周小燕"
    with pytest.raises(Denied):
        collectors.name_collector(uid=uuid.uuid4(), person=person, name="我自己", acting_user=shop.cast.leader2)
    collectors.end_collector(collector=niece, acting_user=leader)
    again = reserve(leader, shop.soap)
    niece.refresh_from_db()
    with pytest.raises(Invalid):
        desk.collect(redemption=again, collector=niece, acting_user=worker)


def test_at_the_counter_somebody_is_served_there_and_then(shop: Shop) -> None:
    worker, leader = shop.cast.worker, shop.cast.leader
    person = person_of(leader)
    asked: dict[str, Any] = {"store": shop.store, "person": person, "goods": shop.soap, "acting_user": worker}
    with pytest.raises(Invalid):
        desk.serve(id=uuid.uuid4(), confirmed="card", **asked)
    with pytest.raises(Invalid):
        desk.serve(id=uuid.uuid4(), confirmed="code", code="000000", **asked)
    key = uuid.uuid4()
    code = desk.counter_code(person)
    made, again = (desk.serve(id=key, confirmed="code", code=code, **asked) for _tap in range(2))
    assert made.pk == again.pk
    assert (made.state, made.is_proxy, balance_of(leader.person_id)) == ("collected", True, 29)
    card = passbooks.issue(person=person, store=shop.store, acting_user=worker)
    met = desk.meet(store=shop.store, number=card.number, acting_user=worker)
    assert met.person == person
    desk.serve(id=uuid.uuid4(), confirmed="card", card=met.card, **asked)
    with pytest.raises(Missing):
        desk.serve(id=uuid.uuid4(), confirmed="paper", **{**asked, "person": person_of(shop.cast.other_leader)})
    with pytest.raises(Denied):
        desk.serve(id=uuid.uuid4(), confirmed="paper", **{**asked, "acting_user": shop.cast.group_leader})
    assert books_agree(shop.soap)


def test_numbers_find_who_they_belong_to_and_a_lost_card_finds_nobody(shop: Shop) -> None:
    worker = shop.cast.worker
    made = reserve(shop.cast.leader, shop.soap)
    assert desk.meet(store=shop.store, number=made.code, acting_user=worker).redemption == made
    card = passbooks.issue(person=person_of(shop.cast.leader), store=shop.store, acting_user=worker)
    wrong = card.number[:-1] + str((int(card.number[-1]) + 1) % 10)
    with pytest.raises(Invalid):
        desk.meet(store=shop.store, number=wrong, acting_user=worker)
    new = passbooks.replace(passbook=card, why="lost", acting_user=worker)
    with pytest.raises(Missing):
        desk.meet(store=shop.store, number=card.number, acting_user=worker)
    assert desk.meet(store=shop.store, number=new.number, acting_user=worker).person == card.person
    assert Passbook.objects.filter(ended_at__isnull=True).count() == 1


def test_whoever_left_shops_for_ninety_days_more(shop: Shop) -> None:
    leader = shop.cast.leader
    today = timezone.localdate()
    role = Appointment.objects.filter(person=person_of(leader))
    role.update(ends_on=today - dt.timedelta(days=90))
    assert stores_of(leader.person_id) == [shop.store]
    role.update(ends_on=today - dt.timedelta(days=91))
    assert stores_of(leader.person_id) == []
    assert stores_of(shop.cast.resident.person_id) == []
    give(shop.cast.resident, 3)
    assert stores_of(shop.cast.resident.person_id) == [shop.store]
    assert stores_of(shop.cast.other_leader.person_id) == []


def test_whoever_is_erased_gives_up_what_they_had_reserved(shop: Shop) -> None:
    leader = shop.cast.leader
    made = reserve(leader, shop.soap, 2)
    Appointment.objects.filter(person=person_of(leader)).update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    assert any("预约" in str(text) for text in privacy.warnings(person_of(leader).pk))
    erase_person(person=person_of(leader), acting_user=SYSTEM)
    made.refresh_from_db()
    assert (made.state, held_of(leader)) == ("cancelled", 0)
    assert books_agree(shop.soap)


@pytest.mark.everywhere
def test_movements_never_change_and_the_shelf_never_falls_below_zero(shop: Shop) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Movement.objects.update(quantity=1)
    reserve(shop.cast.leader, shop.soap, 4)
    with pytest.raises(Conflict):
        stock.spoil(id=uuid.uuid4(), goods=shop.soap, quantity=2, reason="漏了", acting_user=shop.cast.worker)
    stock.spoil(id=uuid.uuid4(), goods=shop.soap, quantity=1, reason="漏了", acting_user=shop.cast.worker)
    assert books_agree(shop.soap)


def test_goods_are_bought_out_of_the_years_budget(shop: Shop) -> None:
    worker = shop.cast.worker
    umbrella = put_goods(shop.store, "雨伞", 15, 0)
    with pytest.raises(Conflict, match="预算还剩"):
        stock.take_in(id=uuid.uuid4(), goods=umbrella, quantity=100, cost_fen=1000, acting_user=worker)
    key = uuid.uuid4()
    for _again in range(2):
        stock.take_in(id=key, goods=umbrella, quantity=10, cost_fen=1000, acting_user=worker)
    shop.budget.refresh_from_db()
    assert shop.budget.spent_fen == 8 * 350 + 10_000
    assert umbrella.movements.count() == 1
    shop.budget.delete()
    with pytest.raises(Conflict, match="预算还没有定"):
        stock.take_in(id=uuid.uuid4(), goods=umbrella, quantity=1, cost_fen=1, acting_user=worker)


@pytest.mark.everywhere
def test_a_day_called_off_keeps_what_was_reserved_for_the_next_one(shop: Shop) -> None:
    leader, worker = shop.cast.leader, shop.cast.worker
    made = reserve(leader, shop.soap, 1)
    later = ExchangeDay(store=shop.store, on=shop.day.on + dt.timedelta(days=14))
    days.keep_day(day=later, acting_user=worker)
    with pytest.raises(Denied):
        days.call_off_day(day=shop.day, reason="下大雨", acting_user=leader)
    with pytest.raises(Invalid):
        days.call_off_day(day=shop.day, reason=" ", acting_user=worker)
    for _twice in range(2):
        days.call_off_day(day=shop.day, reason="下大雨", acting_user=worker)
    made.refresh_from_db()
    assert (made.day, timezone.localdate(made.until)) == (later, later.on + dt.timedelta(days=8))
    assert Hold.objects.get(pk=made.pk).until == made.until
    assert held_of(leader) == 9, "the points wait as before"
    told = [entry.payload for entry in Notification.objects.filter(ref=f"exchange:{shop.day.uid}:off")]
    assert [one["body"] for one in told] == ["下大雨"]
    with pytest.raises(Conflict):
        days.keep_day(day=shop.day, acting_user=worker)
    days.keep_day(day=ExchangeDay(store=shop.store, on=shop.day.on), acting_user=worker)
    desk.collect(redemption=made, acting_user=worker)
