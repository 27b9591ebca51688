"""At the till: what the clerk sees, in which shop, how often somebody guesses, what is taken back."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from rewards.benefits.models import Benefit, BenefitState, MerchantClerk, VoucherUse
from rewards.benefits.offers import set_benefit_state
from rewards.benefits.verifying import Answer, check_code
from tests.benefits.making import make_benefit, show, use_once
from tests.cast import Cast, person_of
from volunteers.accounts.models import User

ClientFor = Callable[[User], Client]


@pytest.fixture
def barber(cast: Cast) -> Benefit:
    return make_benefit(cast, roles=["neighbour_leader", "group_leader"])


def test_the_clerk_sees_surname_role_and_the_number_that_the_leader_sees_too(
    cast: Cast, barber: Benefit, client_for: ClientFor
) -> None:
    shown = show(barber, cast.group_leader)
    page = client_for(cast.merchant_person).post("/merchant/", {"scanned": shown.qr}).content.decode()
    assert "有效" in page
    assert "许组长" in page
    assert shown.match in page
    assert person_of(cast.group_leader).name not in page
    code = show(barber, cast.leader).code
    elsewhere = client_for(cast.other_merchant_person).post("/merchant/", {"code": code}).content.decode()
    assert "不是本店的" in elsewhere
    assert "理发" not in elsewhere
    assert "周" not in elsewhere


@pytest.mark.parametrize("typed", ["", "1234", "abc"])
def test_what_is_no_code_is_said_beside_the_field(cast: Cast, client_for: ClientFor, typed: str) -> None:
    response = client_for(cast.merchant_person).post("/merchant/", {"code": typed})
    assert response.status_code == 422
    assert "数字" in response.content.decode()


def test_somebody_in_several_shops_says_in_which_one_they_stand(
    cast: Cast, barber: Benefit, client_for: ClientFor
) -> None:
    MerchantClerk.objects.create(merchant=cast.other_merchant, person=person_of(cast.merchant_person))
    till = client_for(cast.merchant_person)
    assert "换到这家" in till.get("/merchant/").content.decode()
    till.post("/merchant/shop/", {"shop": str(cast.other_merchant.uid)})
    assert "禾边药房 ·" in till.get("/merchant/").content.decode()
    code = show(barber, cast.leader).code
    assert "不是本店的" in till.post("/merchant/", {"code": code}).content.decode()
    till.post("/merchant/shop/", {"shop": str(cast.merchant.uid)})
    page = till.post("/merchant/", {"code": code}).content.decode()
    fields = dict(re.findall(r'name="(id|voucher)" value="([^"]+)"', page))
    assert "用好了" in till.post("/merchant/confirm/", fields).content.decode()
    assert VoucherUse.objects.get().merchant == cast.merchant


def test_a_shop_that_guesses_waits_a_minute_then_half_an_hour_and_nobody_else_does(
    cast: Cast, barber: Benefit, client_for: ClientFor
) -> None:
    till = client_for(cast.merchant_person)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for burst in range(3):
            for guess in range(20):
                assert "没认出来" in till.post("/merchant/", {"code": f"{guess:08d}"}).content.decode()
            code = show(barber, cast.leader).code  # a right one says nothing either, so that guessing on is in vain
            answer = till.post("/merchant/", {"code": code})
            assert answer.status_code == 429
            assert ("60 秒后" if burst < 2 else "分钟后") in answer.content.decode()
            clock.shift(60)
        code = show(barber, cast.leader).code
        assert till.post("/merchant/", {"code": code}).status_code == 429
        assert check_code(code=code, acting_user=cast.other_merchant_person).answer == Answer.ELSEWHERE
        clock.shift(30 * 60)
        code = show(barber, cast.leader).code
        assert check_code(code=code, acting_user=cast.merchant_person).answer == Answer.VALID


def test_a_code_on_a_screen_is_honoured_after_its_offer_paused(cast: Cast, barber: Benefit) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = show(barber, cast.leader).code
        set_benefit_state(benefit=barber, state=BenefitState.PAUSED, reason="店里装修", acting_user=cast.district_clerk)
        assert check_code(code=code, acting_user=cast.merchant_person).answer == Answer.VALID
        clock.shift(80)
        assert check_code(code=code, acting_user=cast.merchant_person).answer == Answer.EXPIRED


def test_a_use_is_taken_back_on_its_day_with_a_reason(cast: Cast, barber: Benefit, client_for: ClientFor) -> None:
    till = client_for(cast.merchant_person)
    use = use_once(barber, cast.leader, cast.merchant_person)
    path = f"/merchant/uses/{use.pk}/void/"
    assert path in till.get("/merchant/history/").content.decode()
    assert client_for(cast.other_merchant_person).get(path).status_code == 404
    assert till.post(path, {"reason": " "}).status_code == 422
    assert till.post(path, {"reason": "点错了"}).status_code == 302
    page = till.get("/merchant/history/").content.decode()
    assert "作废了" in page
    assert path not in page
    assert "剩 2 次" in client_for(cast.leader).get("/benefits/").content.decode()
    late = use_once(barber, cast.leader, cast.merchant_person)
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        response = till.post(f"/merchant/uses/{late.pk}/void/", {"reason": "点错了"})
        assert response.status_code == 409
        assert "当天" in response.content.decode()


def test_the_same_by_api(cast: Cast, barber: Benefit, client_for: ClientFor) -> None:
    till = client_for(cast.merchant_person)

    def post(path: str, body: dict[str, str]) -> dict[str, object]:
        answer = till.post(f"/api{path}", json.dumps(body), "application/json")
        assert answer.status_code == 200, answer.content
        told: dict[str, object] = answer.json()
        return told

    shop = till.get("/api/merchants/").json()[0]
    assert shop["name"] == "青禾理发铺"
    shown = show(barber, cast.leader)
    check = post("/benefits/verify", {"code": shown.code, "shop": shop["uid"]})
    assert (check["answer"], check["holder"], check["match"]) == ("valid", "周邻长", shown.match)
    id_ = "00000000-0000-4000-8000-000000000001"
    use = post("/benefits/confirm", {"id": id_, "voucher_id": str(check["voucher_id"])})
    assert use == post("/benefits/confirm", {"id": id_, "voucher_id": str(check["voucher_id"])})
    post(f"/merchants/uses/{id_}/void", {"reason": "点错了"})
    month = till.get(f"/api/merchants/{shop['uid']}/statement").json()
    assert (month["total"], month["voided"], month["days"]) == (0, 1, [])
    assert till.get(f"/api/merchants/{cast.other_merchant.uid}/statement").status_code == 404
    for odd in ("9999-12", "0001-01", "2026", "x"):
        assert till.get(f"/api/merchants/{shop['uid']}/statement?month={odd}").status_code == 422
        assert till.get(f"/merchant/history/?month={odd}").status_code == 200
