"""The store on the phone: what I can get, reserving with a code, somebody who collects for me."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from rewards.store import stock
from rewards.store.models import Collector, Redemption
from tests.cast import person_of
from tests.store.conftest import Shop, books_agree, reserve
from volunteers.accounts.models import User

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


def test_a_leader_sees_the_day_the_goods_by_name_and_reserves(shop: Shop, client_for: ClientFor) -> None:
    client = client_for(shop.cast.leader)
    home = client.get("/store/").content.decode()
    assert "社区一楼" in home
    assert "能用 38 分" in home
    assert home.index("大米") < home.index("洗衣液"), "shelf by shelf, then by name"
    path = f"/store/goods/{shop.soap.uid}/"
    key = re.search(r'name="id" value="([0-9a-f-]{36})"', client.get(path).content.decode())
    assert key
    answer, again = (client.post(path, {"id": key[1], "quantity": 2}) for _tap in range(2))
    assert answer.status_code == again.status_code == 302
    made = Redemption.objects.get()
    page = client.get(answer["Location"]).content.decode()
    assert made.code[:4] in page
    assert made.code[4:] in page
    assert client_for(shop.cast.leader2).get(answer["Location"]).status_code == 404
    refused = client.post(path, {"id": uuid.uuid4(), "quantity": 3})
    assert refused.status_code == 409
    assert "再攒一攒" in refused.content.decode()
    client.post(f"{answer['Location']}cancel/")
    assert books_agree(shop.soap)
    assert shop.soap.reserved == 0


def test_without_points_there_is_the_price_list_and_without_a_store_a_kind_word(
    shop: Shop, client_for: ClientFor
) -> None:
    assert "先看看有什么" in client_for(shop.cast.leader2).get("/store/").content.decode()
    assert "还没有积分超市" in client_for(shop.cast.other_leader).get("/store/").content.decode()
    prices = Client().get(f"/store/{shop.store.uid}/prices/").content.decode()
    assert "洗衣液" in prices
    assert "9 分" in prices
    shop.store.is_open = False
    stock.keep_store(store=shop.store, acting_user=shop.cast.worker)
    assert "这几天不开" in client_for(shop.cast.leader).get("/store/").content.decode()


def test_somebody_may_collect_for_me_until_i_say_no(shop: Shop, client_for: ClientFor) -> None:
    client = client_for(shop.cast.leader)
    body = {"id": uuid.uuid4(), "name": "周小燕", "relation": "侄女"}
    for _tap in range(2):
        assert client.post("/store/collectors/", body).status_code == 302
    named = Collector.objects.get()
    assert "周小燕" in client.get("/store/collectors/").content.decode()
    assert client_for(shop.cast.leader2).post(f"/store/collectors/{named.uid}/end/").status_code == 404
    client.post(f"/store/collectors/{named.uid}/end/")
    assert not Collector.objects.of_person(person_of(shop.cast.leader).pk).exists()
    assert client.post("/store/collectors/", {"id": uuid.uuid4(), "name": ""}).status_code == 422


def test_the_api_does_the_same(shop: Shop, client_for: ClientFor) -> None:
    client = client_for(shop.cast.leader)
    told = client.get("/api/store/goods").json()
    assert [(one["name"], one["price"], one["left"]) for one in told] == [("大米", 20, 3), ("洗衣液", 9, 5)]
    body = json.dumps({"id": str(uuid.uuid4()), "goods": str(shop.soap.uid), "quantity": 1})
    first, again = (client.post("/api/store/reserve", body, "application/json") for _tap in range(2))
    assert first.json() == again.json()
    key = first.json()["id"]
    assert client.post(f"/api/store/redemptions/{key}/cancel").json()["state"] == "cancelled"
    assert [one["state"] for one in client.get("/api/store/redemptions").json()] == ["cancelled"]
    other = reserve(shop.cast.leader, shop.soap)
    client2 = client_for(shop.cast.leader2)
    assert client2.post(f"/api/store/redemptions/{other.pk}/cancel").status_code == 404
    assert client2.get("/api/store/redemptions").json() == []
