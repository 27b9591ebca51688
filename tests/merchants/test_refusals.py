"""What was not honoured: reported, looked into, paused from there, closed with words; the rate of promises kept."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from foundation.errors import Conflict, Denied
from foundation.models import Notification
from rewards.benefits.models import Benefit, Merchant, RefusalReport, RefusalState
from rewards.benefits.offers import report_refusal
from rewards.merchants.refusals import close_report
from rewards.merchants.selectors import fulfilment_of, need_a_hand
from tests.benefits.making import at_once, make_benefit, make_leaders, use_once
from tests.cast import Cast, make_cast, person_of
from volunteers.accounts.models import User

ClientFor = Callable[[User], Client]


@pytest.fixture
def noodles(cast: Cast) -> Benefit:
    return make_benefit(cast, name="一碗热面", value_text="1 碗", uses_each=None)


def report(cast: Cast, benefit: Benefit, words: str = "店员说没听过") -> RefusalReport:
    """What the leader of the cast says."""
    return report_refusal(id=uuid.uuid4(), benefit=benefit, words=words, acting_user=cast.leader)


def heard_by(user: User) -> str:
    """Titles and bodies in somebody's stream."""
    rows = Notification.objects.filter(stream_key=f"p:{person_of(user).pk}").order_by("seq")
    return " ".join(f"{row.payload['title']} {row.payload['body']}" for row in rows)


def test_from_the_report_to_its_end(cast: Cast, noodles: Benefit, client_for: ClientFor) -> None:
    told, desk = report(cast, noodles), client_for(cast.district_clerk)
    path = f"/console/rewards/refusal/{told.pk}/"
    assert path in desk.get("/console/rewards/refusal/").content.decode()
    page = desk.get(path).content.decode()
    assert "青禾理发铺" in page
    assert "周桂兰" not in page
    assert desk.post(f"{path}pause/", {"why": ""}).status_code == 422
    assert desk.post(f"{path}pause/", {"why": "在和店里核实"}).status_code == 302
    assert "暂停" in client_for(cast.leader).get("/benefits/").content.decode()
    assert "在和店里核实" in client_for(cast.merchant_person).get("/merchant/benefits/").content.decode()
    assert "“一碗热面”先停一停 在和店里核实" in heard_by(cast.merchant_person)
    body = {"state": "confirmed", "merchant": "", "outcome": "新店员不知道，店里教会了"}
    assert desk.post(path, body).status_code == 422, "which shop"
    assert desk.post(path, body | {"merchant": str(cast.merchant.uid)}).status_code == 302
    assert "新店员不知道，店里教会了" in heard_by(cast.leader)
    for words in ("周", "店员说没听过"):
        assert words not in heard_by(cast.merchant_person), "the shop never learns who"
    assert desk.post(path, body | {"merchant": str(cast.merchant.uid)}).status_code == 409
    assert client_for(cast.worker).get(path).status_code == 404, "the package is the district's"


def test_only_a_shop_that_gives_it_can_be_named(cast: Cast, noodles: Benefit, client_for: ClientFor) -> None:
    path = f"/console/rewards/refusal/{report(cast, noodles).pk}/"
    body = {"state": "confirmed", "merchant": str(cast.other_merchant.uid), "outcome": "问过了"}
    assert client_for(cast.district_clerk).post(path, body).status_code == 422
    assert RefusalReport.objects.get().state == "open"


def test_the_rate_counts_uses_and_confirmed_refusals_and_says_nothing_below_ten(
    cast: Cast, noodles: Benefit, client_for: ClientFor
) -> None:
    for leader in make_leaders(cast, 8):
        use_once(noodles, leader, cast.merchant_person)
    for state in (RefusalState.CONFIRMED, RefusalState.CLEARED):
        close_report(
            report=report(cast, noodles, state.value), state=state, merchant=cast.merchant, outcome="问过了",
            acting_user=cast.district_clerk,
        )  # fmt: skip
    kept = fulfilment_of([cast.merchant.pk])[cast.merchant.pk]
    assert (kept.used, kept.refused, kept.percent) == (8, 1, None)
    assert "兑现率" not in client_for(cast.merchant_person).get("/merchant/benefits/").content.decode()
    use_once(noodles, cast.leader2, cast.merchant_person)
    assert fulfilment_of([cast.merchant.pk])[cast.merchant.pk].percent == 90
    assert "90%" in client_for(cast.merchant_person).get("/merchant/benefits/").content.decode()
    assert "90%（10 次）" in client_for(cast.worker).get("/console/rewards/merchant/").content.decode()


@pytest.mark.parametrize("key", ["kept", "-kept", "clerk_count", "state", "-pk"])
def test_shops_are_never_ordered_by_how_well_they_do(cast: Cast, client_for: ClientFor, key: str) -> None:
    desk, path = client_for(cast.worker), "/console/rewards/merchant/"
    page = desk.get(path, {"ordering": key}).content.decode()
    assert page.index("禾边药房") < page.index("青禾理发铺")


def test_who_needs_a_hand_is_found(cast: Cast, noodles: Benefit, client_for: ClientFor) -> None:
    everybody = Merchant.objects.all()
    assert set(need_a_hand(everybody)) == {cast.merchant, cast.other_merchant}, "no agreement is on file"
    for user in (cast.merchant_person, cast.other_merchant_person):
        client_for(user).post("/merchant/agreement/")
    assert not need_a_hand(everybody).exists()
    report(cast, noodles)
    page = client_for(cast.worker).get("/console/rewards/merchant/", {"needs": "yes"}).content.decode()
    assert "青禾理发铺" in page
    assert "禾边药房" not in page
    cast.other_merchant.clerks.update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    assert set(need_a_hand(everybody)) == {cast.merchant, cast.other_merchant}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_desks_close_a_report_once() -> None:
    cast = make_cast()
    told = report(cast, make_benefit(cast))

    def close() -> object:
        return close_report(
            report=told, state=RefusalState.CLEARED, merchant=None, outcome="问过了", acting_user=cast.district_clerk
        )

    outcomes = at_once(*[close] * 8)
    assert sum(isinstance(one, Conflict) for one in outcomes) == 7
    assert Notification.objects.filter(ref=f"refusal:{told.pk}", kind="benefit").count() == 1


def test_who_may_not_close_is_told_so(cast: Cast, noodles: Benefit) -> None:
    told = report(cast, noodles)
    for user in (cast.worker, cast.leader, cast.merchant_person):
        with pytest.raises(Denied):
            close_report(report=told, state=RefusalState.CLEARED, merchant=None, outcome="问过了", acting_user=user)
