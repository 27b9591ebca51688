"""What is told about benefits, and to whom. Called by services inside their transaction; words are stored."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import streams
from rewards.benefits.models import Benefit, Entitlement, RefusalReport, VoucherUse
from rewards.benefits.periods import uses_left
from volunteers.units.selectors import nearest_staff

KIND = "benefit"


def _person(person_id: int, title: str, body: str, url: str, ref: str) -> None:
    payload = {"title": title, "body": body, "url": url, "icon": "gift"}
    streams.publish(streams.person_key(person_id), kind=KIND, payload=payload, ref=ref)


def _everybody(benefit: Benefit, title: str, body: str) -> None:
    """Everybody whom the benefit is for: one row, by role."""
    payload = {"title": title, "body": body, "url": reverse("benefit_detail", args=[benefit.uid]), "icon": "gift"}
    key = streams.unit_key(benefit.package.unit_id)
    streams.publish(key, kind=KIND, payload=payload, roles=benefit.roles, ref=f"benefit:{benefit.pk}")


@streams.in_district_language
def got_a_place(row: Entitlement, benefit: Benefit) -> None:
    """The next in line hears that it is their turn."""
    until = f"{benefit.ends_on.month}月{benefit.ends_on.day}日"
    body = _("有人让出了名额，归您了。到 %s 前都能用；用不上也可以退回，让给下一位。") % until
    url = reverse("benefit_detail", args=[benefit.uid])
    _person(row.person_id, _("排到您了：%s") % benefit.name, body, url, f"place:{row.pk}")


@streams.in_district_language
def role_ended(person_id: int) -> None:
    """Somebody whose role has ended: what it gave ends too, what was earned does not."""
    body = _("专属优惠包随任期收起来了。您攒下的积分照旧能用，期限在积分页上看。")
    _person(person_id, _("谢谢您这一程"), body, reverse("benefit_list"), f"role-end:{person_id}")


@streams.in_district_language
def used(use: VoucherUse, entitlement: Entitlement, benefit: Benefit) -> None:
    """The owner hears at once that a code was used, and where."""
    left = uses_left(benefit, entitlement)
    words = "" if left is None else _("，还剩 %d 次") % left
    title = _("%(benefit)s用掉了一次%(left)s") % {"benefit": benefit.name, "left": words}
    _person(entitlement.person_id, title, use.merchant.name, reverse("benefit_history"), f"use:{use.pk}")


@streams.in_district_language
def voided(use: VoucherUse, entitlement: Entitlement, benefit: Benefit) -> None:
    """The owner hears that a use was taken back."""
    body = _("%s 说这一次弄错了，次数已经还给您。") % use.merchant.name
    _person(entitlement.person_id, _("%s还您一次") % benefit.name, body, reverse("benefit_history"), f"void:{use.pk}")


@streams.in_district_language
def opened(benefit: Benefit) -> None:
    """A new offer."""
    _everybody(benefit, _("新来的福利：%s") % f"{benefit.name} {benefit.value_text}", benefit.detail)


@streams.in_district_language
def resumed(benefit: Benefit) -> None:
    """A paused offer goes on, as was promised to be told."""
    _everybody(benefit, _("%s恢复了") % benefit.name, _("又可以用了，之前领的照旧算数。"))


@streams.in_district_language
def refused(report: RefusalReport) -> None:
    """Staff who may look into it hear that a shop did not honour it; not from whom. Nobody below reads the words."""
    payload = {
        "title": _("有人说“%s”没兑现") % report.benefit.name,
        "body": report.words or _("没有写原因"),
        "url": reverse("console_refusal_list"),
        "icon": "alert",
    }
    staff = nearest_staff(report.benefit.package.unit)
    streams.publish_to_persons(staff, kind="refusal", payload=payload, ref=f"refusal:{report.pk}")
