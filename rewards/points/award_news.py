"""Who hears of an award made by hand: those who may approve it, whoever gets it, whoever asked. Words are stored."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import streams
from rewards.points.models import BudgetFill, ManualAward, RuleVersion
from rewards.points.rules import label_of
from volunteers.units.models import Level, Unit
from volunteers.units.selectors import nearest_staff

KIND = "points"


def _tell(person_id: int | None, title: str, body: str, url: str, ref: str) -> None:
    if person_id:
        payload = {"title": title, "body": body, "url": url, "icon": "star"}
        streams.publish(streams.person_key(person_id), kind=KIND, payload=payload, ref=ref)


def deciders(award: ManualAward) -> list[int]:
    """Who could approve: staff of the community but whoever asked; where there is none, those of the unit above."""
    asker = award.asked_by.person_id if award.asked_by else None
    return nearest_staff(award.unit, without=[asker or 0, award.person_id])


@streams.in_district_language
def asked(awards: Sequence[ManualAward]) -> None:
    """Somebody else is asked to look, once for all that was asked for in a community."""
    by_place: dict[str, list[ManualAward]] = {}
    for award in awards:
        by_place.setdefault(award.unit.path_at(Level.COMMUNITY), []).append(award)
    for rows in by_place.values():
        title = _("有 %(count)d 条积分申请等您批准") % {"count": len(rows)}
        body = _("%(rule)s：%(reason)s") % {"rule": label_of(rows[0].rule), "reason": rows[0].reason}
        payload = {"title": title, "body": body, "url": reverse("console_award_list"), "icon": "star"}
        streams.publish_to_persons(deciders(rows[0]), kind=KIND, payload=payload, ref=f"award:{rows[0].pk}")


@streams.in_district_language
def approved(award: ManualAward, points: int) -> None:
    """Whoever gets the points."""
    title = _("%(rule)s，得到 %(points)d 分") % {"rule": label_of(award.rule), "points": points}
    _tell(award.person_id, title, award.reason, reverse("points"), f"award:{award.pk}")


@streams.in_district_language
def refused(award: ManualAward) -> None:
    """Whoever asked reads the reason; the person it was for hears nothing."""
    by = award.asked_by
    title = _("积分申请没有批准：%(rule)s") % {"rule": label_of(award.rule)}
    url = reverse("console_award", args=[award.pk])
    _tell(by.person_id if by else None, title, award.answer, url, f"award:{award.pk}")


@streams.in_district_language
def fill_decided(fill: BudgetFill) -> None:
    """Whoever asked for a budget."""
    by = fill.asked_by
    title = _("%(unit)s的积分预算：%(state)s") % {"unit": fill.unit.name, "state": fill.get_state_display()}
    body = fill.answer or _("%(points)d 分") % {"points": fill.points}
    _tell(by.person_id if by else None, title, body, reverse("console_budget_list"), f"fill:{fill.pk}")


@streams.in_district_language
def rules_change(version: RuleVersion) -> None:
    """Everybody hears of new rules before they begin, and where to read them."""
    _tell_everybody(version, _("积分规则从 %(day)s 起有变化") % {"day": _begins(version)}, version.why)


@streams.in_district_language
def rules_stay(version: RuleVersion) -> None:
    """Everybody who heard of new rules hears that they do not come."""
    body = _("原来说从 %(day)s 起的那次变化取消了，其他照旧。已经得的分不变。") % {"day": _begins(version)}
    _tell_everybody(version, _("积分规则这次不改了"), body)


def _begins(version: RuleVersion) -> str:
    return f"{version.starts_on.month}月{version.starts_on.day}日"


def _tell_everybody(version: RuleVersion, title: str, body: str) -> None:
    """One entry for the whole district."""
    payload = {"title": title, "body": body, "url": reverse("points_rules"), "icon": "star"}
    for root in Unit.objects.filter(level=Level.DISTRICT):
        streams.publish(streams.unit_key(root.pk), kind=KIND, payload=payload, ref=f"rules:{version.uid}")
