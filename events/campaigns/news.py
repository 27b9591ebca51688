"""What is told of a campaign: to the whole district when it begins, when voting opens and when the result is there; to
whoever is put forward when it stops, goes on or ends. Words are stored, in the district's language.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from events.campaigns.models import Campaign, CampaignState, Nomination, NominationState
from events.campaigns.phases import entering, phase_of
from foundation import streams

KIND = "campaign"
CONCERNED = (NominationState.ASKED, NominationState.AGREED, NominationState.CANDIDATE)


def _payload(campaign: Campaign, title: str, body: str) -> dict[str, str]:
    return {"title": title, "body": body, "url": reverse("campaign", args=[campaign.uid]), "icon": "ribbon"}


def _tell_district(campaign: Campaign, title: str, body: str) -> None:
    streams.publish(
        streams.unit_key(campaign.unit_id), kind=KIND, payload=_payload(campaign, title, body),
        ref=f"campaign:{campaign.uid}",
    )  # fmt: skip


def _last_day(campaign: Campaign, state: CampaignState) -> str:
    phase = phase_of(campaign, state)
    if phase is None:
        return ""
    ends_at = timezone.localtime(phase.ends_at)
    return f"{ends_at.month}月{ends_at.day}日 {ends_at:%H:%M}"


@entering(CampaignState.NOMINATING)
@streams.in_district_language
def begun(campaign: Campaign) -> None:
    """Nominating is open."""
    body = _("您身边哪位邻长值得夸一夸？%(until)s 前都可以提名。") % {
        "until": _last_day(campaign, CampaignState.NOMINATING)
    }
    _tell_district(campaign, _("%(title)s开始提名了") % {"title": campaign.title}, body)


@entering(CampaignState.VOTING)
@streams.in_district_language
def voting(campaign: Campaign) -> None:
    """Voting is open."""
    body = _("到 %(until)s。投不投都由您，投了也可以改。") % {"until": _last_day(campaign, CampaignState.VOTING)}
    _tell_district(campaign, _("%(title)s可以投票了") % {"title": campaign.title}, body)


@entering(CampaignState.WINNERS_NOTICE)
@streams.in_district_language
def announced(campaign: Campaign) -> None:
    """The result is there, and open to objections."""
    body = _("公示到 %(until)s，有不同意见可以提。") % {"until": _last_day(campaign, CampaignState.WINNERS_NOTICE)}
    _tell_district(campaign, _("%(title)s结果公示") % {"title": campaign.title}, body)


def _tell_nominees(campaign: Campaign, title: str, body: str) -> None:
    people = Nomination.objects.filter(campaign=campaign, state__in=CONCERNED).values_list("person_id", flat=True)
    ref = f"campaign:{campaign.uid}"
    streams.publish_to_persons(people, kind=KIND, payload=_payload(campaign, title, body), ref=ref)


@streams.in_district_language
def suspended(campaign: Campaign, reason: str) -> None:
    """It stands still."""
    _tell_nominees(campaign, _("%(title)s暂停了") % {"title": campaign.title}, reason)


@streams.in_district_language
def resumed(campaign: Campaign, reason: str) -> None:
    """It goes on."""
    _tell_nominees(campaign, _("%(title)s继续了") % {"title": campaign.title}, reason)


@streams.in_district_language
def terminated(campaign: Campaign, reason: str) -> None:
    """It ends without an award."""
    _tell_nominees(campaign, _("%(title)s终止了") % {"title": campaign.title}, reason)
