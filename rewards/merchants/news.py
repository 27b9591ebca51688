"""What merchants and staff hear of each other, and what becomes of a report. Nobody is named to a shop."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import streams
from rewards.benefits.models import Benefit, Merchant, MerchantClerk, MerchantState, RefusalReport, RefusalState
from rewards.merchants.models import MerchantWish, Want, WishState
from volunteers.units.models import STAFF

KIND = "merchant"
_STAFF = [role.value for role in STAFF]


def _payload(title: str, body: str, url: str, icon: str = "store") -> dict[str, str]:
    return {"title": title, "body": body, "url": url, "icon": icon}


def _staff(unit_id: int, title: str, body: str, url: str, ref: str) -> None:
    streams.publish(streams.unit_key(unit_id), kind=KIND, payload=_payload(title, body, url), roles=_STAFF, ref=ref)


def _shop(merchant: Merchant, title: str, body: str, url: str, ref: str) -> None:
    """Everybody who works for the shop today; its contact while it is not in, or where nobody else would read it."""
    people = set(MerchantClerk.objects.active().filter(merchant=merchant).values_list("person_id", flat=True))
    is_out = merchant.state in {MerchantState.APPLIED, MerchantState.REFUSED}
    if merchant.contact_id and (is_out or not people):
        people.add(merchant.contact_id)
    streams.publish_to_persons(people, kind=KIND, payload=_payload(title, body, url), ref=ref)


@streams.in_district_language
def applied(merchant: Merchant) -> None:
    """Staff of the unit hear that a shop would like to join."""
    url = reverse("console_merchant", args=[merchant.uid])
    _staff(merchant.unit_id, _("%s 想当爱心商家") % merchant.name, merchant.about, url, f"merchant:{merchant.uid}")


@streams.in_district_language
def joined(merchant: Merchant) -> None:
    """The shop hears that it is in."""
    body = _("谢谢您。用登记的手机号登录，就能验券、提优惠、看记录。")
    _shop(merchant, _("%s 成为爱心商家了") % merchant.name, body, reverse("merchant_verify"), f"in:{merchant.uid}")


@streams.in_district_language
def turned_down(merchant: Merchant) -> None:
    """The shop hears why not."""
    title = _("%s 的申请这次没有通过") % merchant.name
    _shop(merchant, title, merchant.reason, reverse("merchant_join"), f"out:{merchant.uid}")


@streams.in_district_language
def state_changed(merchant: Merchant) -> None:
    """The shop hears that it was paused, goes on, or has ended."""
    words = {
        "active": _("%s 恢复合作了"),
        "paused": _("%s 的合作先停一停"),
        "ended": _("%s 的合作结束了，谢谢您"),
    }[merchant.state]
    url = reverse("merchant_join" if merchant.state == "ended" else "merchant_benefits")
    _shop(merchant, words % merchant.name, merchant.reason, url, f"state:{merchant.uid}")


@streams.in_district_language
def wished(wish: MerchantWish) -> None:
    """Staff hear what a shop would like."""
    what = {
        Want.OFFER: _("%(shop)s 想加一项：%(what)s"),
        Want.PAUSE: _("%(shop)s 想把“%(what)s”停一停"),
        Want.RESUME: _("%(shop)s 想恢复“%(what)s”"),
        Want.END: _("%(shop)s 想结束“%(what)s”"),
    }[Want(wish.want)]
    title = what % {"shop": wish.merchant.name, "what": wish.what}
    _staff(wish.merchant.unit_id, title, wish.words, reverse("console_wish", args=[wish.pk]), f"wish:{wish.pk}")


@streams.in_district_language
def answered(wish: MerchantWish) -> None:
    """The shop hears what became of what it asked for."""
    if wish.state == WishState.RETURNED:
        title, body = _("“%s”退回来了，看看原因") % wish.what, wish.reason
    elif wish.want == Want.OFFER:
        title, body = _("“%s”采纳了") % wish.what, _("再由一位同事看过就上线，上线时邻长们会知道。")
    else:
        title, body = _("“%s”照您说的办了") % wish.what, wish.reason
    _shop(wish.merchant, title, body, reverse("merchant_benefits"), f"wish:{wish.pk}")


@streams.in_district_language
def offer_paused(benefit: Benefit, merchants: list[Merchant], why: str) -> None:
    """The shops that give it hear that it was paused and why; not who said so."""
    for merchant in merchants:
        title = _("“%s”先停一停") % benefit.name
        _shop(merchant, title, why, reverse("merchant_benefits"), f"paused:{benefit.uid}")


@streams.in_district_language
def report_closed(report: RefusalReport) -> None:
    """Whoever reported hears what came of it."""
    title = {
        RefusalState.CONFIRMED: _("您反映的“%s”核实了"),
        RefusalState.CLEARED: _("您反映的“%s”问清楚了"),
    }[RefusalState(report.state)]
    payload = _payload(title % report.benefit.name, report.outcome, reverse("benefit_list"), "gift")
    streams.publish(streams.person_key(report.person_id), kind="benefit", payload=payload, ref=f"refusal:{report.pk}")
