"""What is told to whom about nominations. Called by services inside their transaction; the words are stored."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from events.campaigns.models import Campaign, Nomination, NominationState, NomineeObjection
from foundation import streams
from volunteers.units.models import Appointment, Level, Role, Unit

KIND = "campaign"


def _person(person_id: int | None, title: str, body: str, url: str, ref: str) -> None:
    if person_id:
        payload = {"title": title, "body": body, "url": url, "icon": "ribbon"}
        streams.publish(streams.person_key(person_id), kind=KIND, payload=payload, ref=ref)


def _nominee(row: Nomination, title: str, body: str) -> None:
    _person(row.person_id, title, body, reverse("nomination_answer", args=[row.pk]), f"nomination:{row.pk}")


@streams.in_district_language
def asked(row: Nomination) -> None:
    """The nominee is asked."""
    _nominee(row, _("邻居推荐您当最美邻长"), _("愿不愿意都由您，看一眼再说。"))


@streams.in_district_language
def answered(row: Nomination) -> None:
    """Whoever put somebody else forward hears how it goes on; why somebody declines is nobody's business."""
    if row.nominated_by_id == row.person_id:
        return
    agrees = row.state == NominationState.AGREED
    title = _("您推荐的邻长答应了") if agrees else _("您推荐的邻长这次先不参加")
    body = _("等邻居们附议，再一级一级审核。") if agrees else _("谢谢您的推荐，心意已经带到。")
    _person(row.nominated_by_id, title, body, reverse("campaign", args=[row.campaign.uid]), f"nomination:{row.pk}")


@streams.in_district_language
def enough_households(row: Nomination) -> None:
    """The last household that was needed stands behind it; once the nominee has agreed or not."""
    _nominee(row, _("附议的户数够了"), _("邻居们支持您，谢谢您平日的照应。"))


@streams.in_district_language
def refused(row: Nomination) -> None:
    """The reason, warmly."""
    _nominee(row, _("这一次没有通过审核"), _("%(reason)s 谢谢您一直照应邻里。") % {"reason": row.answer})


@streams.in_district_language
def vetting_begins(campaign: Campaign, rows: Iterable[Nomination]) -> None:
    """The area leaders in whose areas somebody waits hear of it, each once."""
    paths = {row.neighbourhood.path_at(Level.AREA) for row in rows}
    held = Appointment.objects.active().filter(role=Role.AREA_LEADER, unit__in=Unit.objects.filter(path__in=paths))
    url = reverse("vet_list", args=[campaign.uid])
    payload = {"title": _("最美邻长，请您看一眼"), "body": _("您片里有邻长等着审核。"), "url": url, "icon": "ribbon"}
    people = held.values_list("person_id", flat=True)
    streams.publish_to_persons(people, kind=KIND, payload=payload, ref=f"vetting:{campaign.uid}")


@streams.in_district_language
def settled(campaign: Campaign, rows: Iterable[Nomination], stands: set[uuid.UUID]) -> None:
    """Candidates are congratulated, everybody else is thanked; their page says what it was."""
    url = reverse("nomination_mine", args=[campaign.uid])
    new: list[int] = []
    others: list[int] = []
    for row in rows:
        (new if row.pk in stands else others).append(row.person_id)
    ref = f"candidates:{campaign.uid}"
    payload = {
        "title": _("您是最美邻长候选人了"),
        "body": _("公示开始了，大家能看到您的故事。"),
        "url": url,
        "icon": "ribbon",
    }
    streams.publish_to_persons(new, kind=KIND, payload=payload, ref=ref)
    payload = {
        "title": _("谢谢您参加最美邻长评选"),
        "body": _("这一次没有走到公示，邻居的心意您收好。"),
        "url": url,
        "icon": "ribbon",
    }
    streams.publish_to_persons(others, kind=KIND, payload=payload, ref=ref)


@streams.in_district_language
def objection_raised(row: Nomination, *, is_first: bool) -> None:
    """Clerks of the street hear of it; the candidate, once, that somebody asked something, not what or who."""
    url = reverse("console_nominee_objection_list")
    payload = {"title": _("候选人有一条异议"), "body": _("请核实，写明理由再定。"), "url": url, "icon": "info"}
    roles = (Role.STREET_CLERK.value,)
    streams.publish(
        streams.unit_key(row.street_id), kind=KIND, payload=payload, roles=roles, ref=f"nomination:{row.pk}"
    )
    if is_first:
        _nominee(row, _("有人问了一件事"), _("工作人员在核实，您不用做什么，有结果会告诉您。"))


@streams.in_district_language
def objection_answered(objection: NomineeObjection) -> None:
    """Whoever asked reads the answer; who wrote it down for them passes it on."""
    title = _("您提的异议有结果了：%(result)s") % {"result": objection.get_state_display()}
    url = reverse("candidate", args=[objection.nomination_id])
    ref = f"nominee_objection:{objection.pk}"
    _person(objection.by_id, title, objection.reason, url, ref)
    if objection.entered_by is not None:  # who came to a counter hears it there
        relay = _("您代录的异议有结果了：%(result)s") % {"result": objection.get_state_display()}
        words = _("%(reason)s 请转告本人。") % {"reason": objection.reason}
        _person(objection.entered_by.person_id, relay, words, url, ref)


@streams.in_district_language
def objection_over(row: Nomination) -> None:
    """The candidate hears how it ended."""
    if row.state == NominationState.STRUCK:
        words = _("%(reason)s 谢谢您一直照应邻里。") % {"reason": row.answer}
        _nominee(row, _("核实以后，这次的候选取消了"), words)
    else:
        _nominee(row, _("核实好了，没有问题"), _("您继续是候选人。"))
