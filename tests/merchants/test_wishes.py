"""A shop proposes and asks on the phone; staff make a draft of it, do it, or send it back with a reason."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from foundation.errors import Conflict, Denied, Missing
from foundation.idempotency import DifferentBody
from foundation.models import Notification
from rewards.benefits.clerks import remove_clerk
from rewards.benefits.models import Benefit, BenefitPackage, MerchantState
from rewards.merchants.joining import let_contact_in
from rewards.merchants.keeping import set_merchant_state
from rewards.merchants.models import MerchantWish, Want
from rewards.merchants.wishes import Terms, ask, grant, propose, send_back, take_back
from tests.benefits.making import at_once, have_agreed, make_benefit, use_once
from tests.cast import Cast, make_cast, person_of
from volunteers.accounts.models import User

ClientFor = Callable[[User], Client]
PERM = Terms("烫发", "7 折", uses_each=2)


def offer(cast: Cast, terms: Terms = PERM, uid: uuid.UUID | None = None) -> MerchantWish:
    """What the barber proposes."""
    return propose(id=uid or uuid.uuid4(), merchant=cast.merchant, terms=terms, acting_user=cast.merchant_person)


def package_of(cast: Cast) -> BenefitPackage:
    """One that runs, of the community."""
    today = timezone.localdate()
    dates = {"starts_on": today, "ends_on": today + dt.timedelta(days=60)}
    return BenefitPackage.objects.create(name="社区优惠包", unit=cast.community, **dates)


def test_from_the_shops_phone_to_what_leaders_have(cast: Cast, client_for: ClientFor) -> None:
    phone, desk, package = client_for(cast.merchant_person), client_for(cast.worker), package_of(cast)
    have_agreed(cast.merchant)
    body = {"id": str(uuid.uuid4()), "offer": "烫发", "value_text": "7 折", "uses_each": "2"}
    assert phone.post("/merchant/benefits/new/", body).status_code == 422
    body["roles"] = "neighbour_leader"
    assert phone.post("/merchant/benefits/new/", body).status_code == 302
    assert "等社区看" in phone.get("/merchant/benefits/").content.decode()
    told = Notification.objects.get(kind="merchant")
    assert "青禾理发铺 想加一项：烫发 7 折" in told.payload["title"]
    assert "烫发" in desk.get(told.payload["url"]).content.decode()
    taken = {"package": str(package.uid), "kind": "life", "offer": "烫发", "value_text": "7 折", "uses_each": "2"}
    taken |= {"roles": "neighbour_leader", "starts_on": timezone.localdate().isoformat()}
    assert desk.post(told.payload["url"], taken | {"places": "99999999999"}).status_code == 422
    assert desk.post(told.payload["url"], taken).status_code == 302
    made = Benefit.objects.get()
    assert (made.state, made.drafted_by, list(made.merchants.all())) == ("draft", cast.worker, [cast.merchant])
    state = f"/console/rewards/benefit/{made.uid}/state/"
    desk.post(state, {"state": "reviewed"})
    made.refresh_from_db()
    assert made.state == "draft", "nobody reviews their own draft"
    for step in ("reviewed", "live"):
        client_for(cast.street_clerk).post(state, {"state": step})
    assert "上线了" in phone.get("/merchant/benefits/").content.decode()
    assert "烫发" in client_for(cast.leader).get("/benefits/").content.decode()


def test_what_comes_back_says_why_and_is_asked_anew_from_the_same_words(cast: Cast, client_for: ClientFor) -> None:
    wish, phone = offer(cast), client_for(cast.merchant_person)
    path = f"/console/rewards/wish/{wish.pk}/back/"
    assert client_for(cast.worker).post(path, {"reason": ""}).status_code == 422
    assert client_for(cast.other_worker).post(path, {"reason": "不合适"}).status_code == 404
    assert client_for(cast.worker).post(path, {"reason": "写明一年几次"}).status_code == 302
    page = phone.get("/merchant/benefits/").content.decode()
    assert "写明一年几次" in page
    assert f"?again={wish.pk}" in page
    assert 'value="烫发"' in phone.get(f"/merchant/benefits/new/?again={wish.pk}").content.decode()
    other = client_for(cast.other_merchant_person).get(f"/merchant/benefits/new/?again={wish.pk}").content.decode()
    assert "烫发" not in other
    with pytest.raises(Conflict):
        send_back(wish=wish, reason="再退一次", acting_user=cast.worker)


def test_a_proposal_is_one_however_often_it_is_sent(cast: Cast) -> None:
    uid = uuid.uuid4()
    assert offer(cast, uid=uid) == offer(cast, uid=uid)
    with pytest.raises(DifferentBody):
        offer(cast, Terms("烫发", "6 折"), uid=uid)
    with pytest.raises(Denied):
        propose(id=uuid.uuid4(), merchant=cast.other_merchant, terms=PERM, acting_user=cast.merchant_person)


def test_a_shop_asks_to_pause_and_staff_confirm(cast: Cast, client_for: ClientFor) -> None:
    benefit, phone = make_benefit(cast), client_for(cast.merchant_person)
    body = {"id": str(uuid.uuid4()), "words": "装修，下月十号再来"}
    assert phone.post(f"/merchant/benefits/{benefit.uid}/pause/", body).status_code == 302
    benefit.refresh_from_db()
    assert benefit.state == "live", "only staff do it"
    again = {"id": str(uuid.uuid4()), "words": ""}
    assert phone.post(f"/merchant/benefits/{benefit.uid}/end/", again).status_code == 409, "one at a time"
    path = f"/console/rewards/wish/{body['id']}/"
    early = client_for(cast.worker).post(path, {"reason": "店里装修"})
    assert early.status_code == 403, "the package is the district's"
    assert client_for(cast.district_clerk).post(path, {"reason": "店里装修"}).status_code == 302
    benefit.refresh_from_db()
    assert (benefit.state, benefit.pause_note) == ("paused", "店里装修")
    assert "店里装修" in phone.get("/merchant/benefits/").content.decode()
    with pytest.raises(Conflict):
        ask(
            id=uuid.uuid4(), merchant=cast.merchant, want=Want.PAUSE, benefit=benefit, acting_user=cast.merchant_person
        )  # fmt: skip
    with pytest.raises(Missing):
        ask(
            id=uuid.uuid4(), merchant=cast.other_merchant, want=Want.RESUME, benefit=benefit,
            acting_user=cast.other_merchant_person,
        )  # fmt: skip


def asked(cast: Cast, benefit: Benefit, want: Want) -> MerchantWish:
    """What the barber asks for about an offer."""
    return ask(
        id=uuid.uuid4(), merchant=cast.merchant, want=want, benefit=benefit, acting_user=cast.merchant_person
    )  # fmt: skip


def test_one_shop_of_two_leaves_an_offer_and_the_other_goes_on(cast: Cast, client_for: ClientFor) -> None:
    benefit, desk = make_benefit(cast), client_for(cast.district_clerk)
    benefit.merchants.add(cast.other_merchant)
    use_once(benefit, cast.leader, cast.merchant_person)
    asking = client_for(cast.merchant_person).get(f"/merchant/benefits/{benefit.uid}/end/").content.decode()
    assert "只停您这一家" in asking
    path = f"/console/rewards/wish/{asked(cast, benefit, Want.END).pk}/"
    assert "禾边药房 也给这一项" in desk.get(path).content.decode()
    assert desk.post(path, {"reason": "谢谢您"}).status_code == 302
    benefit.refresh_from_db()
    assert (benefit.state, list(benefit.merchants.all())) == ("live", [cast.other_merchant])
    assert "剩 1 次" in client_for(cast.leader).get("/benefits/").content.decode()
    assert use_once(benefit, cast.leader, cast.other_merchant_person).number == 2
    assert str(benefit.uid) not in client_for(cast.merchant_person).get("/merchant/benefits/").content.decode()
    last = ask(
        id=uuid.uuid4(), merchant=cast.other_merchant, want=Want.END, benefit=benefit,
        acting_user=cast.other_merchant_person,
    )  # fmt: skip
    assert "不能再恢复" in desk.get(f"/console/rewards/wish/{last.pk}/").content.decode()
    grant(wish=last, acting_user=cast.district_clerk)
    benefit.refresh_from_db()
    assert benefit.state == "ended"


def test_one_shop_of_two_pauses_its_part_and_comes_back(cast: Cast, client_for: ClientFor) -> None:
    benefit, phone = make_benefit(cast), client_for(cast.merchant_person)
    benefit.merchants.add(cast.other_merchant)
    grant(wish=asked(cast, benefit, Want.PAUSE), reason="店里装修", acting_user=cast.district_clerk)
    benefit.refresh_from_db()
    assert (benefit.state, list(benefit.merchants.all())) == ("live", [cast.other_merchant])
    page = phone.get("/merchant/benefits/").content.decode()
    assert "您家停着" in page
    assert f"/merchant/benefits/{benefit.uid}/pause/" not in page
    with pytest.raises(Conflict):
        asked(cast, benefit, Want.END)
    again = {"id": str(uuid.uuid4()), "words": "装修好了"}
    assert phone.post(f"/merchant/benefits/{benefit.uid}/resume/", again).status_code == 302
    desk = client_for(cast.district_clerk)
    assert desk.post(f"/console/rewards/wish/{again['id']}/", {"reason": ""}).status_code == 302
    assert set(benefit.merchants.all()) == {cast.merchant, cast.other_merchant}
    assert "您家停着" not in phone.get("/merchant/benefits/").content.decode()


def test_the_last_open_shop_leaves_and_the_paused_one_brings_the_offer_back(cast: Cast) -> None:
    benefit = make_benefit(cast)
    benefit.merchants.add(cast.other_merchant)
    set_merchant_state(
        merchant=cast.other_merchant, state=MerchantState.PAUSED, reason="店主生病", acting_user=cast.worker
    )
    grant(wish=asked(cast, benefit, Want.END), acting_user=cast.district_clerk)
    benefit.refresh_from_db()
    assert (benefit.state, benefit.pause_note) == ("paused", "店主生病")
    set_merchant_state(merchant=cast.other_merchant, state=MerchantState.ACTIVE, acting_user=cast.worker)
    benefit.refresh_from_db()
    assert benefit.state == "live"


def test_what_waits_comes_before_what_was_withdrawn_or_answered(cast: Cast, client_for: ClientFor) -> None:
    offer(cast, Terms("还没人看", "7 折"))
    take_back(wish=offer(cast, Terms("店里收回了", "6 折")), acting_user=cast.merchant_person)
    send_back(wish=offer(cast, Terms("社区退回了", "5 折")), reason="不合适", acting_user=cast.worker)
    page = client_for(cast.worker).get("/console/rewards/wish/").content.decode()
    assert page.index("还没人看") < page.index("社区退回了") < page.index("店里收回了")
    found = client_for(cast.worker).get("/console/rewards/wish/", {"q": "青禾"}).content.decode()
    assert found.index("还没人看") < found.index("店里收回了")


def heard_by(user: User) -> str:
    """Titles in somebody's own stream."""
    rows = Notification.objects.filter(stream_key=f"p:{person_of(user).pk}")
    return " ".join(row.payload["title"] for row in rows)


def test_a_contact_who_has_left_the_shop_gets_no_more_of_its_mail(cast: Cast) -> None:
    shop, gone, left = cast.merchant, cast.stranger, cast.merchant_person
    shop.contact = person_of(gone)
    shop.save()
    let_contact_in(shop, cast.worker)
    send_back(wish=offer(cast, Terms("烫发", "7 折")), reason="不合适", acting_user=cast.worker)
    assert "烫发" in heard_by(gone)
    remove_clerk(clerk=shop.clerks.get(person=shop.contact), reason="不在店里了", acting_user=cast.worker)
    send_back(wish=offer(cast, Terms("染发", "6 折")), reason="不合适", acting_user=cast.worker)
    assert "染发" not in heard_by(gone)
    assert "染发" in heard_by(left)
    remove_clerk(clerk=shop.clerks.get(), reason="不在店里了", acting_user=cast.worker)
    set_merchant_state(merchant=shop, state=MerchantState.PAUSED, reason="没有人了", acting_user=cast.worker)
    assert "先停一停" in heard_by(gone), "nobody else is there to read it"


def test_who_thinks_better_of_it_takes_it_back(cast: Cast, client_for: ClientFor) -> None:
    wish = offer(cast)
    assert client_for(cast.other_merchant_person).post(f"/merchant/wishes/{wish.pk}/back/").status_code == 404
    assert client_for(cast.merchant_person).post(f"/merchant/wishes/{wish.pk}/back/").status_code == 302
    wish.refresh_from_db()
    assert wish.state == "withdrawn"
    with pytest.raises(Conflict):
        send_back(wish=wish, reason="晚了", acting_user=cast.worker)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_taking_back_and_sending_back_at_once_is_one_of_both() -> None:
    cast = make_cast()
    wish = offer(cast)
    outcomes = at_once(
        *[lambda: take_back(wish=MerchantWish.objects.get(pk=wish.pk), acting_user=cast.merchant_person)] * 4,
        *[lambda: send_back(wish=wish, reason="不合适", acting_user=cast.worker)] * 4,
    )
    assert sum(isinstance(one, MerchantWish) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 7
