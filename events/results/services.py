"""The result comes about, changes when somebody may not be chosen any more, and is honoured."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from events.campaigns.models import Campaign, CampaignState, Nomination
from events.campaigns.panel.selectors import candidates_of
from events.campaigns.phases import entering
from events.campaigns.standing import on_standing_change
from events.results.models import Outcome
from events.results.publishing import ask
from events.results.scoring import compute
from foundation import audit, outbox, streams
from foundation.actors import SYSTEM, Actor
from foundation.errors import Conflict
from rewards.honours import certificates
from rewards.honours.models import Certificate, CertificateKind

KIND = "最美邻长"
STORY = "results.story"
"""Topic of the outbox: that a story about a winner may be drafted for the editors."""
NOTICE = Q(state="winners_notice") | Q(state="suspended", suspended_from="winners_notice")
"""While the result may still change; a suspended notice is one."""


def _chosen(campaign: Campaign) -> set[UUID]:
    return set(Outcome.objects.filter(campaign=campaign, is_winner=True).values_list("nomination_id", flat=True))


@entering(CampaignState.WINNERS_NOTICE)
def first_result(campaign: Campaign) -> None:
    """Compute, and tell everybody who is chosen; others read theirs when they like.

    The candidates are held meanwhile: whoever leaves at this very moment has left before, or makes it be computed anew.
    """
    list(candidates_of(campaign).select_for_update().order_by("pk").values_list("pk"))
    compute(campaign)
    now = _chosen(campaign)
    audit.record(actor=SYSTEM, act="result.compute", obj=campaign, unit_id=campaign.unit_id, data={"winners": len(now)})
    _tell_chosen(campaign, now)


@transaction.atomic
def recompute(*, campaign: Campaign, reason: str, acting_user: Actor) -> set[UUID]:
    """Somebody left, was struck or was cleared during the winners' notice: the next of the street moves up.

    Nothing before the notice and nothing after the award. Written down with the reason; returns who is chosen.
    """
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("rules").filter(NOTICE, pk=campaign.pk)
    locked = rows.first()
    if locked is None:
        return _chosen(campaign)
    before = _chosen(locked)
    compute(locked)
    after = _chosen(locked)
    if before != after:
        told = {"in": sorted(map(str, after - before)), "out": sorted(map(str, before - after))}
        audit.record(
            actor=acting_user, act="result.recompute", obj=locked, unit_id=locked.unit_id, reason=reason, data=told
        )
        _tell_chosen(locked, after - before)
        _tell_moved(locked, before - after)
        ask(locked)
    return after


@on_standing_change
def next_moves_up(nomination: Nomination, reason: str, acting_user: Actor) -> None:
    """Whoever left or was struck leaves the place to the next; who was cleared has it back.

    Asked without the lock first: earlier, the clock may hold the campaign and wait for this very nomination.
    """
    asked = Campaign.objects.filter(NOTICE, pk=nomination.campaign_id)
    if not asked.exists():
        return
    recompute(campaign=nomination.campaign, reason=reason, acting_user=acting_user)
    if not asked.exists():  # the award came in between: the list stands, and so does whoever is on it
        raise Conflict(_("这一次评选刚刚表彰了，请刷新看看。"))


@streams.in_district_language
def _tell_chosen(campaign: Campaign, chosen: set[UUID]) -> None:
    people = Nomination.objects.filter(pk__in=chosen).values_list("person_id", flat=True)
    payload = {
        "title": _("您入选最美邻长了"),
        "body": _("结果正在公示，满了就表彰。谢谢您一直照应邻里。"),
        "url": f"/best/{campaign.uid}/result/",
        "icon": "ribbon",
    }
    streams.publish_to_persons(people, kind="campaign", payload=payload, ref=f"winners:{campaign.uid}")


@streams.in_district_language
def _tell_moved(campaign: Campaign, moved: set[UUID]) -> None:
    """Whoever makes room for somebody who was cleared hears it; who left or was struck knows it already."""
    people = Nomination.objects.filter(pk__in=moved).candidates().values_list("person_id", flat=True)
    payload = {
        "title": _("名单有变化，这次您没有入选"),
        "body": _("有一位核实清楚了，名额照规则重新算过。谢谢您一直照应邻里，您的结果还在这里。"),
        "url": f"/best/{campaign.uid}/result/mine/",
        "icon": "ribbon",
    }
    streams.publish_to_persons(people, kind="campaign", payload=payload, ref=f"winners:{campaign.uid}")


# -- the award ---------------------------------------------------------------------------------------------------------


def _kind() -> CertificateKind:
    found = CertificateKind.objects.filter(name=KIND, years=None).order_by("pk").first()
    return found or CertificateKind.objects.create(name=KIND, words=_("您照应邻里，被大家评选为最美邻长，特此表彰。"))


def certificate_id(nomination: Nomination) -> UUID:
    """The id of a winner's certificate: always the same, so that there is one."""
    return uuid5(nomination.pk, KIND)


@entering(CampaignState.AWARDED)
@streams.in_district_language
def honour_winners(campaign: Campaign) -> None:
    """A certificate of the district for every winner, and a note that a story may be drafted of each.

    Two people stand behind it: who approved the campaign, and who awards it now.
    """
    kind, words = _kind(), _("您在“%(title)s”中入选最美邻长，特此表彰。") % {"title": campaign.title}
    rows = Nomination.objects.filter(outcome__campaign=campaign, outcome__is_winner=True).select_related("person")
    for one in rows.order_by("pk"):
        certificates.give(id=certificate_id(one), kind=kind, person=one.person, unit=campaign.unit, words=words)
        outbox.put(STORY, {"nomination": str(one.pk)})


def certificate_of(nomination: Nomination) -> Certificate | None:
    """The certificate of a winner, once awarded."""
    return Certificate.objects.filter(pk=certificate_id(nomination)).first()
