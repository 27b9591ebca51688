"""A shop applies or is invited, agrees to a wording, and is let in, turned down, paused and ended."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from foundation.errors import Conflict, Denied, Invalid, TooMany
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry, Notification
from rewards.benefits.models import Benefit, BenefitState, Merchant, MerchantState
from rewards.benefits.offers import set_benefit_state
from rewards.merchants import joining
from rewards.merchants.agreeing import agree, agreement_of
from rewards.merchants.joining import Shop, accept, apply, invite, refuse, take_invitation
from rewards.merchants.keeping import set_merchant_state
from rewards.merchants.models import Agreement, MerchantInvitation, Want
from rewards.merchants.wishes import ask as ask_about
from rewards.merchants.wishes import grant
from rewards.merchants.wording import wording
from tests.benefits.making import at_once, make_benefit, use_once
from tests.cast import Cast, make_cast, person_of
from volunteers.accounts.models import User

ClientFor = Callable[[User], Client]
NOODLES = Shop("一碗热面", "榴园巷口", "面馆")
NUMBER = "15488880007"


def ask(cast: Cast, user: User | None = None, uid: uuid.UUID | None = None, shop: Shop = NOODLES) -> Merchant:
    """An application at the community of the cast."""
    return apply(
        uid=uid or uuid.uuid4(), unit=cast.community, shop=shop, agreed=True, acting_user=user or cast.stranger
    )


def test_from_the_public_page_to_the_till(cast: Cast, client_for: ClientFor) -> None:
    assert wording().points[0] in Client().get("/merchant/join/").content.decode()
    phone, uid = client_for(cast.stranger), uuid.uuid4()
    body = {
        "uid": str(uid),
        "name": " 一碗热面 ",
        "unit": str(cast.community.uid),
        "address": "榴园巷口",
        "about": "面馆",
    }
    assert phone.post("/merchant/join/", body).status_code == 422, "without the agreement"
    assert phone.post("/merchant/join/", body | {"agreed": "on"}).status_code == 302
    assert phone.post("/merchant/join/", body | {"agreed": "on"}).status_code == 302, "the same once more"
    shop = Merchant.objects.get(uid=uid)
    assert (shop.name, shop.state, shop.contact) == ("一碗热面", "applied", cast.stranger.person)
    assert Agreement.objects.get(merchant=shop).wording_sha256 == wording().sha256
    assert "社区在看" in phone.get("/merchant/join/").content.decode()
    assert phone.get("/merchant/").status_code == 403
    told = Notification.objects.get(kind="merchant")
    assert (told.stream_key, told.payload["body"]) == (f"u:{cast.community.pk}", "面馆")
    desk = client_for(cast.worker)
    page = desk.get(told.payload["url"]).content.decode()
    assert "榴园巷口" in page
    assert person_of(cast.stranger).phone not in page
    assert desk.post(f"/console/rewards/merchant/{uid}/accept/").status_code == 302
    assert phone.get("/merchant/").status_code == 200
    shop.refresh_from_db()
    assert (shop.state, shop.starts_on) == ("active", timezone.localdate())


def test_somebody_is_turned_down_with_a_reason_and_may_ask_again(cast: Cast, client_for: ClientFor) -> None:
    shop = ask(cast)
    with pytest.raises(Conflict, match="还在看"):
        ask(cast)
    with pytest.raises(Invalid):
        refuse(merchant=shop, reason=" ", acting_user=cast.worker)
    refuse(merchant=shop, reason="先把执照办好", acting_user=cast.worker)
    with pytest.raises(Conflict):
        accept(merchant=shop, acting_user=cast.worker)
    assert "先把执照办好" in client_for(cast.stranger).get("/merchant/join/").content.decode()
    refuse(merchant=ask(cast), reason="还没办好", acting_user=cast.worker)
    refuse(merchant=ask(cast), reason="还没办好", acting_user=cast.worker)
    with pytest.raises(TooMany):
        ask(cast)


def test_an_application_is_one_however_often_it_is_sent(cast: Cast) -> None:
    uid = uuid.uuid4()
    assert ask(cast, uid=uid) == ask(cast, uid=uid)
    with pytest.raises(DifferentBody):
        ask(cast, uid=uid, shop=Shop("另一家", "", ""))
    assert AuditEntry.objects.filter(act="merchant.apply").count() == 1


def test_only_staff_of_its_place_decide(cast: Cast, client_for: ClientFor) -> None:
    shop = ask(cast)
    for user in (cast.other_worker, cast.area_leader, cast.leader, cast.stranger):
        with pytest.raises(Denied):
            accept(merchant=shop, acting_user=user)
    assert client_for(cast.other_worker).get(f"/console/rewards/merchant/{shop.uid}/").status_code == 404
    accept(merchant=shop, acting_user=cast.street_clerk)


def test_an_invitation_is_for_one_number_and_works_once(cast: Cast, client_for: ClientFor) -> None:
    body = {
        "shop": "一碗热面",
        "unit": str(cast.community.uid),
        "name": "路人",
        "phone": person_of(cast.stranger).phone,
    }
    page = client_for(cast.worker).post("/console/rewards/merchant/invite/", body).content.decode()
    link = page.split('value="http://testserver')[1].split('"')[0]
    assert "merchant/join/" in link
    assert MerchantInvitation.objects.get().token_digest not in link
    assert "欢迎您" in Client().get(link).content.decode()
    told = {"name": "一碗热面", "address": "榴园巷口", "about": "面馆", "agreed": "on"}
    assert client_for(cast.resident).post(link, told).status_code == 403
    phone = client_for(cast.stranger)
    assert phone.post(link, told | {"agreed": ""}).status_code == 422
    assert phone.post(link, told)["Location"] == "/merchant/"
    assert phone.get("/merchant/").status_code == 200
    assert phone.get(link).status_code == 404
    assert Merchant.objects.get(name="一碗热面").state == "active"


def test_a_newer_invitation_ends_the_one_before_and_all_end_after_two_weeks(cast: Cast) -> None:
    told: dict[str, Any] = {
        "unit": cast.community,
        "shop": "一碗热面",
        "address": "",
        "name": "汤建军",
        "phone": NUMBER,
    }
    _first, old = invite(**told, acting_user=cast.worker)
    made, new = invite(**told, acting_user=cast.worker)
    assert joining.open_invitation(old) is None
    assert joining.open_invitation(new) == made
    MerchantInvitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert joining.open_invitation(new) is None
    with pytest.raises(Denied):
        invite(**told, acting_user=cast.other_worker)


def test_the_wording_is_never_edited() -> None:
    """Agreements name this hash. A change of the text is a new file with the next number."""
    assert wording(1).sha256 == "30ff5e28d58b472ba1119e9174f63a4b64cedef7b83d8f1e9965397d08f73868"


def test_a_shop_that_staff_added_agrees_later_on_the_phone_or_on_paper(
    cast: Cast, client_for: ClientFor, settings: object, tmp_path: object
) -> None:
    shop, phone, desk = cast.merchant, client_for(cast.merchant_person), client_for(cast.worker)
    assert "请读一读" in phone.get("/merchant/benefits/").content.decode()
    assert phone.post("/merchant/agreement/").status_code == 302
    assert agree(merchant=shop, acting_user=cast.merchant_person) == agreement_of(shop)
    assert Agreement.objects.count() == 1
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "#fff").save(out, "PNG")
    scan = SimpleUploadedFile("page.png", out.getvalue(), "image/png")
    path = f"/console/rewards/merchant/{shop.uid}/agreement/"
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    assert desk.post(path, {"signed_on": tomorrow.isoformat()}).status_code == 422
    assert desk.post(path, {"signed_on": timezone.localdate().isoformat(), "scan": scan}).status_code == 302
    filed = Agreement.objects.get(way="paper")
    picture = f"/console/rewards/agreement/{filed.uid}/scan/"
    assert desk.get(picture)["Content-Type"] == "image/jpeg"
    assert client_for(cast.other_worker).get(picture).status_code == 404
    with pytest.raises(Denied):
        agree(merchant=shop, acting_user=cast.other_merchant_person)


def test_a_pause_takes_along_what_only_this_shop_gives(cast: Cast, client_for: ClientFor) -> None:
    alone, shared = make_benefit(cast), make_benefit(cast, name="买药")
    shared.merchants.add(cast.other_merchant)
    with pytest.raises(Invalid):
        set_merchant_state(merchant=cast.merchant, state=MerchantState.PAUSED, acting_user=cast.worker)
    set_merchant_state(merchant=cast.merchant, state=MerchantState.PAUSED, reason="店里装修", acting_user=cast.worker)
    assert [Benefit.objects.get(pk=one.pk).state for one in (alone, shared)] == ["paused", "live"]
    assert Benefit.objects.get(pk=alone.pk).pause_note == "店里装修"
    till = client_for(cast.merchant_person)
    page = till.get("/merchant/").content.decode()
    assert "店里装修" in page
    assert "id_code" not in page
    assert till.post("/merchant/", {"code": "12345678"}).status_code == 403
    set_merchant_state(merchant=cast.merchant, state=MerchantState.ACTIVE, acting_user=cast.worker)
    assert Benefit.objects.get(pk=alone.pk).state == "live"
    set_merchant_state(merchant=cast.merchant, state=MerchantState.ENDED, reason="搬走了", acting_user=cast.worker)
    assert [Benefit.objects.get(pk=one.pk).state for one in (alone, shared)] == ["ended", "live"]
    assert till.get("/merchant/").status_code == 403
    assert till.get("/").status_code == 200, "a home of their own"
    with pytest.raises(Conflict):
        set_merchant_state(merchant=cast.merchant, state=MerchantState.ACTIVE, acting_user=cast.worker)


def set_shop(shop: Merchant, state: MerchantState, cast: Cast, reason: str = "") -> None:
    """As the worker does in the console."""
    set_merchant_state(merchant=Merchant.objects.get(pk=shop.pk), state=state, reason=reason, acting_user=cast.worker)


def how_it_is(benefit: Benefit) -> tuple[str, str]:
    """Its state, and what leaders read about a pause."""
    benefit.refresh_from_db()
    return benefit.state, benefit.pause_note


def test_what_a_paused_shop_gives_too_waits_for_it_when_the_open_one_ends(cast: Cast, client_for: ClientFor) -> None:
    benefit, (barber, chemist) = make_benefit(cast), (cast.merchant, cast.other_merchant)
    benefit.merchants.add(chemist)
    use_once(benefit, cast.leader, cast.merchant_person)
    set_shop(chemist, MerchantState.PAUSED, cast, "店主生病")
    set_shop(barber, MerchantState.ENDED, cast, "搬走了")
    assert how_it_is(benefit) == ("paused", "店主生病")
    set_shop(chemist, MerchantState.ACTIVE, cast)
    assert how_it_is(benefit) == ("live", "")
    assert "剩 1 次" in client_for(cast.leader).get("/benefits/").content.decode()
    set_shop(chemist, MerchantState.ENDED, cast, "不做了")
    assert how_it_is(benefit) == ("ended", "")


def test_an_offer_comes_back_with_whichever_of_its_paused_shops_comes_first(cast: Cast) -> None:
    benefit, (barber, chemist) = make_benefit(cast), (cast.merchant, cast.other_merchant)
    benefit.merchants.add(chemist)
    set_shop(chemist, MerchantState.PAUSED, cast, "店主生病")
    set_shop(barber, MerchantState.PAUSED, cast, "店里装修")
    assert how_it_is(benefit) == ("paused", "店里装修")
    set_shop(chemist, MerchantState.ACTIVE, cast)
    assert how_it_is(benefit) == ("live", "")
    set_shop(chemist, MerchantState.PAUSED, cast, "进货")
    set_shop(barber, MerchantState.ACTIVE, cast)
    assert how_it_is(benefit) == ("live", "")


@pytest.mark.parametrize("by_wish", [False, True])
def test_a_paused_shop_that_ends_leaves_the_offer_to_the_other_paused_one(cast: Cast, *, by_wish: bool) -> None:
    benefit, (barber, chemist) = make_benefit(cast), (cast.merchant, cast.other_merchant)
    benefit.merchants.add(chemist)
    set_shop(chemist, MerchantState.PAUSED, cast, "店主生病")
    set_shop(barber, MerchantState.PAUSED, cast, "店里装修")
    if by_wish:
        asked: dict[str, Any] = {"merchant": barber, "want": Want.END, "benefit": benefit}
        wish = ask_about(id=uuid.uuid4(), **asked, acting_user=cast.merchant_person)
        grant(wish=wish, acting_user=cast.district_clerk)
    else:
        set_shop(barber, MerchantState.ENDED, cast, "搬走了")
    assert how_it_is(benefit) == ("paused", "店主生病")
    set_shop(chemist, MerchantState.ACTIVE, cast)
    assert how_it_is(benefit) == ("live", "")


def test_what_staff_paused_for_a_reason_of_its_own_stays_paused(cast: Cast) -> None:
    benefit = make_benefit(cast)
    set_benefit_state(
        benefit=benefit, state=BenefitState.PAUSED, reason="在和店里核实", acting_user=cast.district_clerk
    )
    set_shop(cast.merchant, MerchantState.PAUSED, cast, "店里装修")
    set_shop(cast.merchant, MerchantState.ACTIVE, cast)
    assert how_it_is(benefit) == ("paused", "在和店里核实")


def test_the_public_list_is_by_place_and_name(cast: Cast) -> None:
    make_benefit(cast)
    make_benefit(cast, name="别的", state="draft")
    Merchant.objects.create(name="停着的店", unit=cast.community, state="paused")
    page = Client().get("/shops/").content.decode()
    assert page.index("禾边药房") < page.index("青禾理发铺")
    assert "停着的店" not in page
    shop = Client().get(f"/shops/{cast.merchant.uid}/").content.decode()
    assert "8 折" in shop
    assert "别的" not in shop
    for hidden in (cast.merchant_person, cast.leader):
        assert person_of(hidden).name not in page + shop


def test_a_window_sign_names_the_shop_its_offers_and_its_page(cast: Cast, client_for: ClientFor) -> None:
    make_benefit(cast)
    for client, path in (
        (client_for(cast.merchant_person), "/merchant/sign/?size=a5"),
        (client_for(cast.worker), f"/console/rewards/merchant/{cast.merchant.uid}/sign/"),
    ):
        page = client.get(path).content.decode()
        assert page.count("青禾理发铺") >= 2
        assert "8 折" in page
        assert "<svg" in page


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_phones_with_one_link_open_one_shop() -> None:
    cast = make_cast()
    told: dict[str, Any] = {"unit": cast.community, "shop": "一碗热面", "address": "", "name": "路人"}
    _made, token = invite(**told, phone=person_of(cast.stranger).phone, acting_user=cast.worker)

    def take() -> object:
        return take_invitation(token=token, shop=NOODLES, agreed=True, acting_user=cast.stranger)

    outcomes = at_once(*[take] * 8)
    assert sum(isinstance(one, Merchant) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 7
    assert Merchant.objects.filter(name="一碗热面").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_application_sent_eight_times_at_once_is_one() -> None:
    cast, uid = make_cast(), uuid.uuid4()
    outcomes = at_once(*[lambda: ask(cast, uid=uid)] * 4, *[lambda: ask(cast)] * 4)
    assert len({one.pk for one in outcomes if isinstance(one, Merchant)}) == 1
    assert Merchant.objects.filter(state="applied").count() == 1
