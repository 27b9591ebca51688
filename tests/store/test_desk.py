"""The desk: the list of an exchange day, the counter, stock-taking by two, the month's settlement."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid, Missing
from rewards.points import posting
from rewards.points.accounts import account_id_of, provider_account_id
from rewards.points.books import verify
from rewards.points.models import PointsAccount, Transfer
from rewards.points.selectors import balance_of
from rewards.points.services import award_points
from rewards.store import collectors, counting, desk, passbooks, settling, stock
from rewards.store.models import Passbook, PassbookPrint, Redemption, Settlement, StockCount, Store
from rewards.store.selectors import costs
from tests.cast import person_of
from tests.store.conftest import Shop, books_agree, give, reserve
from volunteers.accounts.models import User
from volunteers.homes.models import Resident

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


def test_the_list_of_a_day_names_who_collects_what_and_nobodys_points(shop: Shop, client_for: ClientFor) -> None:
    leader = shop.cast.leader
    give(shop.cast.leader2, 77773)
    mine, other = reserve(leader, shop.soap, 2), reserve(shop.cast.leader2, shop.rice)
    niece = collectors.name_collector(
        uid=uuid.uuid4(), person=person_of(leader), name="周小燕", relation="侄女", acting_user=leader
    )
    client = client_for(shop.cast.worker)
    path = f"/console/store/days/{shop.day.uid}/"
    for page in (client.get(path), client.get(f"{path}sheet/")):
        text = page.content.decode()
        assert text.index("马建国") < text.index("周桂兰"), "by the sound of the name"
        assert "周小燕" in text
        assert f"{mine.code[:4]} {mine.code[4:]}" in text
        assert "77773" not in text
        assert "77753" not in text
    body = {"uids": [mine.pk, other.pk], "next": path, f"collector-{mine.person.uid}": niece.uid}
    said = client.post(f"/console/store/stores/{shop.store.uid}/collect/", body, follow=True).content.decode()
    assert "领走了 2 样" in said
    mine.refresh_from_db()
    assert (mine.state, mine.collector) == ("collected", niece)
    assert "没有等着领的" in client.get(path).content.decode()
    assert client_for(shop.cast.other_worker).get(path).status_code == 404


def test_at_the_counter_a_card_finds_its_person_and_two_taps_serve_them(shop: Shop, client_for: ClientFor) -> None:
    worker, person = shop.cast.worker, person_of(shop.cast.leader)
    card = passbooks.issue(person=person, store=shop.store, acting_user=worker)
    client, path = client_for(worker), f"/console/store/stores/{shop.store.uid}/counter/"
    found = client.post(path, {"number": f"{card.number[:4]} {card.number[4:]}"})
    assert found.status_code == 302
    page = client.get(found["Location"]).content.decode()
    assert "周桂兰" in page
    assert 'value="card" selected' in page
    body = {"id": uuid.uuid4(), "person": person.uid, "card": card.uid, "goods": shop.soap.uid, "quantity": 1}
    for _again in range(2):
        said = client.post(f"{path}serve/", {**body, "confirmed": "card"}, follow=True).content.decode()
        assert "记作代录" in said
    made = Redemption.objects.get()
    assert (made.is_proxy, made.confirmed, made.handed_by) == (True, "card", worker)
    assert "没有找到" in client.post(path, {"q": "没这人"}).content.decode()
    assert "周桂兰" in client.post(path, {"q": "zgl"}).content.decode()
    assert client.post(path, {"number": "1234567890"}).status_code == 422


def test_whoever_spends_the_last_point_stays_at_the_counter_with_card_and_passbook(
    shop: Shop, client_for: ClientFor
) -> None:
    worker, person = shop.cast.worker, person_of(shop.cast.resident)
    give(shop.cast.resident, 9)
    card = passbooks.issue(person=person, store=shop.store, acting_user=worker)
    client, path = client_for(worker), f"/console/store/stores/{shop.store.uid}/counter/"
    key = uuid.uuid4()
    body = {"id": key, "person": person.uid, "card": card.uid, "goods": shop.soap.uid, "quantity": 1}
    for _again in range(2):
        said = client.post(f"{path}serve/", {**body, "confirmed": "card"}, follow=True)
        assert said.status_code == 200
        assert "记作代录" in said.content.decode()
    assert (Redemption.objects.count(), balance_of(person.pk)) == (1, 0)
    again = desk.serve(id=key, store=shop.store, person=person, goods=shop.soap, confirmed="card", acting_user=worker)
    assert again == Redemption.objects.get()
    assert desk.meet(store=shop.store, number=card.number, acting_user=worker).person == person
    printed = client.post(f"/console/store/passbooks/{card.uid}/print/", {"id": uuid.uuid4()})
    assert "余额 0 分" in printed.content.decode()
    assert client_for(shop.cast.other_worker).get(f"/console/store/passbooks/{card.uid}/").status_code == 404


def test_a_repeat_at_the_counter_is_the_same_answer_after_the_person_has_left(shop: Shop) -> None:
    person = person_of(shop.cast.resident)
    give(shop.cast.resident, 9)
    asked: dict[str, Any] = {
        "store": shop.store, "person": person, "goods": shop.soap, "acting_user": shop.cast.worker,
    }  # fmt: skip
    key = uuid.uuid4()
    made = desk.serve(id=key, confirmed="paper", **asked)
    Resident.objects.filter(person=person).delete()
    assert desk.serve(id=key, confirmed="paper", **asked) == made
    with pytest.raises(Missing):
        desk.serve(id=uuid.uuid4(), confirmed="paper", **asked)


def count(shop: Shop, soap: int, rice: int, reason: str = "") -> StockCount:
    return counting.enter_count(
        id=uuid.uuid4(), store=shop.store, counted={shop.soap.pk: soap, shop.rice.pk: rice}, reason=reason,
        acting_user=shop.cast.worker,
    )  # fmt: skip


def test_small_differences_are_booked_at_once_with_a_reason(shop: Shop) -> None:
    assert count(shop, 5, 3).state == "done"
    assert shop.soap.movements.count() == 1
    with pytest.raises(Invalid):
        count(shop, 4, 3)
    made = count(shop, 4, 4, "一瓶漏了，一袋记漏了")
    assert made.state == "done"
    assert books_agree(shop.soap)
    assert books_agree(shop.rice)
    assert (shop.soap.stock, shop.rice.stock) == (4, 4)
    assert {one.reason for one in made.movements.all()} == {"一瓶漏了，一袋记漏了"}


def test_large_differences_need_a_second_person(shop: Shop, settings: Any) -> None:
    settings.STORE_COUNT_ALONE_FEN = 300
    made = count(shop, 3, 3, "少了两瓶")
    assert made.state == "waiting"
    with pytest.raises(Conflict):
        count(shop, 5, 3)
    with pytest.raises(Denied):
        counting.decide_count(count=made, approve=True, acting_user=shop.cast.worker)
    taken = reserve(shop.cast.leader, shop.soap)
    desk.collect(redemption=taken, acting_user=shop.cast.worker)
    for _again in range(2):
        counting.decide_count(count=made, approve=True, acting_user=shop.cast.street_clerk)
    assert books_agree(shop.soap)
    assert shop.soap.stock == 2, "what was collected meanwhile is not taken off twice"


def test_one_person_writes_off_little_alone_and_the_rest_is_for_two(
    shop: Shop, settings: Any, client_for: ClientFor
) -> None:
    settings.STORE_COUNT_ALONE_FEN = 700
    address = f"/console/store/goods/{shop.soap.uid}/spoil/"

    def write_off(pieces: int) -> str:
        body = {"id": uuid.uuid4(), "quantity": pieces, "reason": "漏了"}
        return client_for(shop.cast.worker).post(address, body, follow=True).content.decode()

    assert "7.00 元" in write_off(3)
    write_off(1)
    assert count(shop, 3, 3, "又少了一瓶").state == "done"
    assert "另一位同事核对" in write_off(1)
    assert books_agree(shop.soap)
    assert shop.soap.stock == 3
    assert count(shop, 2, 3, "又漏了一瓶").state == "waiting"


def test_a_gift_taken_in_lets_nobody_write_off_alone_what_was_dear(
    shop: Shop, settings: Any, client_for: ClientFor
) -> None:
    settings.STORE_COUNT_ALONE_FEN = 700
    reserve(shop.cast.leader, shop.soap)
    client, address = client_for(shop.cast.worker), f"/console/store/goods/{shop.soap.uid}"

    def post(act: str, **body: object) -> str:
        said = client.post(f"{address}/{act}/", {"id": uuid.uuid4(), **body}, follow=True).content.decode()
        shop.soap.refresh_from_db()
        return said

    post("intake", quantity=1, cost="0.00", reason="居民捐的")
    assert (shop.soap.stock, shop.soap.cost_fen) == (6, 292), "5 at 3.50 and a gift; the reserved one counts too"
    assert "平均进价" in post("intake", quantity=1, cost="2.92")
    assert "7.00 元" in post("spoil", quantity=3, reason="漏了")
    assert "单价" in client.get(f"{address}/intake/").content.decode()
    assert count(shop, 4, 3, "少了三瓶").state == "waiting"
    for _gift in range(30):
        post("intake", quantity=1, cost="0")
        assert shop.soap.stock * shop.soap.cost_fen >= 5 * 350 + 292, "nothing of what lay there gets lost"


def test_what_is_brought_back_counts_as_much_as_when_it_went(shop: Shop) -> None:
    worker = shop.cast.worker
    made = reserve(shop.cast.leader, shop.soap)
    desk.collect(redemption=made, acting_user=worker)
    stock.take_in(id=uuid.uuid4(), goods=shop.soap, quantity=4, cost_fen=1050, acting_user=worker)
    desk.take_back(redemption=made, reason="味道太浓", on_shelf=True, acting_user=worker)
    shop.soap.refresh_from_db()
    back = shop.soap.movements.get(why="returned")
    assert (back.cost_fen, shop.soap.stock, shop.soap.cost_fen) == (350, 9, 662)
    today = timezone.localdate()
    cost = costs([shop.cast.community.pk], today.replace(day=1), today + dt.timedelta(days=1))
    assert [(one.pieces, one.fen) for one in cost] == [(0, 0)]


def test_what_is_reserved_cannot_be_counted_away(shop: Shop) -> None:
    reserve(shop.cast.leader, shop.soap, 4)
    with pytest.raises(Conflict):
        count(shop, 3, 3, "少了")
    assert books_agree(shop.soap)


def test_a_month_is_settled_by_two_people_and_once(shop: Shop, client_for: ClientFor) -> None:
    worker, clerk = shop.cast.worker, shop.cast.street_clerk
    made = reserve(shop.cast.leader, shop.soap, 2)
    desk.collect(redemption=made, acting_user=worker)
    this_month = settling.first_of(timezone.localdate())
    last_month = settling.month_before(this_month)
    with pytest.raises(Invalid):
        settling.ask_settlement(store=shop.store, month=this_month, acting_user=worker)
    with pytest.raises(Conflict):
        settling.ask_settlement(store=shop.store, month=last_month, acting_user=worker)
    assert settling.month_of(shop.store, this_month).taken == 18
    page = client_for(worker).get(f"/console/store/stores/{shop.store.uid}/settlement/?month={this_month:%Y-%m}")
    assert "7.00" in page.content.decode(), "what the two pieces did cost"
    asked = Settlement.objects.create(store=shop.store, month=last_month, points=18, asked_by=worker)
    with pytest.raises(Denied):
        settling.decide_settlement(settlement=asked, approve=True, acting_user=worker)
    for _again in range(2):
        settling.decide_settlement(settlement=asked, approve=True, acting_user=clerk)
    assert PointsAccount.objects.get(pk=provider_account_id(shop.store.uid)).balance == 0
    assert Transfer.objects.filter(rule=settling.RULE).count() == 1
    assert verify().faults == []
    with pytest.raises(Conflict, match="结算"):
        desk.take_back(redemption=made, reason="漏了", on_shelf=False, acting_user=worker)


def test_a_month_waits_until_the_one_before_is_settled(shop: Shop, client_for: ClientFor) -> None:
    worker, clerk, pool = shop.cast.worker, shop.cast.street_clerk, provider_account_id(shop.store.uid)
    last = settling.month_before(settling.first_of(timezone.localdate()))
    before = settling.month_before(last)
    for month, points in ((before, 100), (last, 150)):
        at = dt.datetime.combine(month, dt.time(12), timezone.get_default_timezone())
        line = Transfer(
            id=uuid.uuid4(), from_account_id=account_id_of(person_of(shop.cast.leader).pk), to_account_id=pool,
            points=points, rule="store", reason="一袋米", source_key=f"taken:{month}", at=at,
        )  # fmt: skip
        give(shop.cast.leader, points)
        assert posting.book(line)
    first = settling.ask_settlement(store=shop.store, month=before, acting_user=worker)
    client, address = client_for(worker), f"/console/store/stores/{shop.store.uid}/settlement/"
    said = client.post(f"{address}ask/", {"month": f"{last:%Y-%m}"}, follow=True).content.decode()
    assert f"{before:%Y-%m} 的结算还在等另一位同事核对" in said
    settling.decide_settlement(settlement=first, approve=True, acting_user=clerk)
    second = settling.ask_settlement(store=shop.store, month=last, acting_user=worker)
    settling.decide_settlement(settlement=second, approve=True, acting_user=clerk)
    assert (first.points, second.points) == (100, 150)
    assert PointsAccount.objects.get(pk=pool).balance == 0


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "2026-13", "x"])
def test_a_month_that_no_store_has_shows_the_last_one(shop: Shop, client_for: ClientFor, month: str) -> None:
    address = f"/console/store/stores/{shop.store.uid}/settlement/?month={month}"
    last = settling.month_before(settling.first_of(timezone.localdate()))
    assert f"<b>{last:%Y-%m}</b>" in client_for(shop.cast.worker).get(address).content.decode()


def test_what_is_printed_adds_up_to_the_ledger_over_several_prints(shop: Shop) -> None:
    worker, leader = shop.cast.worker, shop.cast.leader
    person = person_of(leader)
    long_ago = timezone.now() - dt.timedelta(days=100)
    old = Transfer.objects.get(to_account__person=person)
    moved = Transfer(
        id=uuid.uuid4(), from_account=old.from_account, to_account=old.to_account, points=4, rule="task_done",
        reason="很久以前", source_key="old", at=long_ago,
    )  # fmt: skip
    moved.save(force_insert=True)
    PointsAccount.objects.filter(person=person).update(balance=42)
    book = passbooks.issue(person=person, store=shop.store, acting_user=worker)
    assert (book.opening, passbooks.issue(person=person, store=shop.store, acting_user=worker)) == (4, book)
    prints = [print_now(book, worker)]
    made = reserve(leader, shop.soap)
    desk.collect(redemption=made, acting_user=worker)
    prints.append(print_now(book, worker))
    desk.take_back(redemption=made, reason="漏了", on_shelf=True, acting_user=worker)
    for _piece in range(passbooks.LINES_A_PAGE + 1):
        give(leader, 1)
    prints.append(print_now(book, worker))
    with pytest.raises(Conflict, match="没有新的"):
        print_now(book, worker)
    assert [(one.first_page, one.last_page) for one in prints] == [(1, 1), (2, 2), (3, 4)]
    assert [one.after for one in prints] == [42, 33, balance_of(person.pk)]
    on_paper = [line.points for one in prints for line in one.lines.order_by("pk")]
    assert book.opening + sum(on_paper) == balance_of(person.pk)
    new = passbooks.replace(passbook=book, why="lost", acting_user=worker)
    assert new.opening == balance_of(person.pk)
    give(leader, 5)
    again = print_now(new, worker)
    assert (again.before + 5, again.after, again.first_page) == (again.after, balance_of(person.pk), 1)


def print_now(book: Passbook, worker: User) -> PassbookPrint:
    book.refresh_from_db()
    return passbooks.print_pages(id=uuid.uuid4(), passbook=book, acting_user=worker)


def test_a_passbook_says_what_staff_wrote_down(shop: Shop, client_for: ClientFor) -> None:
    person = person_of(shop.cast.leader)
    award_points(
        person_id=person.pk, rule="dispute_settled", source_key="by:staff", reason="楼上漏水说和了",
        unit_id=shop.cast.community.pk, acting_user=shop.cast.worker, by_staff=True,
    )  # fmt: skip
    book = passbooks.issue(person=person, store=shop.store, acting_user=shop.cast.worker)
    page = client_for(shop.cast.worker).post(f"/console/store/passbooks/{book.uid}/print/", {"id": uuid.uuid4()})
    text = page.content.decode()
    assert "楼上漏水说和了（工作人员录入）" in text
    assert "帮忙（工作人员录入）" not in text


def test_a_passbook_follows_its_person_to_another_community(shop: Shop, client_for: ClientFor) -> None:
    worker, other_worker, person = shop.cast.worker, shop.cast.other_worker, person_of(shop.cast.resident)
    store = Store(unit=shop.cast.other_community, name="月桂积分超市", place="一楼")
    stock.keep_store(store=store, acting_user=SYSTEM)
    give(shop.cast.resident, 5)
    book = passbooks.issue(person=person, store=shop.store, acting_user=worker)
    print_now(book, worker)
    Resident.objects.filter(person=person).update(neighbourhood=shop.cast.other_neighbourhood)
    old, new = client_for(worker), client_for(other_worker)
    page = new.get(f"/console/store/stores/{store.uid}/counter/?person={person.uid}").content.decode()
    here = f"/console/store/passbooks/{book.uid}/"
    assert here in page
    assert new.get(here).status_code == 200
    assert passbooks.issue(person=person, store=store, acting_user=other_worker) == book
    assert "月桂社区" in new.post(f"{here}card/").content.decode()
    assert "承前" in new.post(f"{here}again/", {"page": 1, "reason": "没带来"}).content.decode()
    for act, body in (("print", {"id": uuid.uuid4()}), ("again", {"page": 1, "reason": "卡纸"}), ("card", {})):
        assert old.post(f"{here}{act}/", body).status_code == 404
    with pytest.raises(Denied):
        passbooks.replace(passbook=book, why="lost", acting_user=worker)
    assert person.name not in old.get("/console/store/passbooks/").content.decode()
    made = passbooks.replace(passbook=book, why="lost", acting_user=other_worker)
    assert (made.unit, made.opening) == (shop.cast.other_community, 5)


def test_pages_and_card_on_paper_and_printed_again(shop: Shop, client_for: ClientFor) -> None:
    client = client_for(shop.cast.worker)
    person = person_of(shop.cast.leader)
    path = f"/console/store/stores/{shop.store.uid}/counter/passbook/"
    assert client.post(path, {"person": person.uid}).status_code == 302
    book = Passbook.objects.get()
    key = {"id": uuid.uuid4()}
    first = client.post(f"/console/store/passbooks/{book.uid}/print/", key).content.decode()
    assert "余额 38 分" in first
    assert "下次从第 2 页接着印" in first
    assert client.post(f"/console/store/passbooks/{book.uid}/print/", key).content.decode() == first
    again = f"/console/store/passbooks/{book.uid}/again/"
    assert client.post(again, {"page": 1, "reason": "卡纸"}).content.decode() == first
    assert client.post(again, {"page": 1, "reason": ""}).status_code == 302
    card = client.post(f"/console/store/passbooks/{book.uid}/card/").content.decode()
    assert f"{book.number[:4]} {book.number[4:8]} {book.number[8:]}" in card
    assert "38" not in card.split("<article")[1].split("</svg>")[1].replace(book.number, "").replace(
        f"{book.number[:4]} {book.number[4:8]} {book.number[8:]}", ""
    )
