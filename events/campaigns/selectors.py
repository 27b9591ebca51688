"""What pages show of a campaign: which one runs, where it stands, what it says about one's own street."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from events.campaigns import phases
from events.campaigns.cards import Card, cards_of
from events.campaigns.models import ORDER, PHASES, Campaign, CampaignState, StreetQuota, Transition
from events.campaigns.querysets import CampaignQuerySet
from foundation import clock
from foundation.actors import Actor
from foundation.errors import Missing
from volunteers.homes.selectors import paths_around

S = CampaignState


def _newest(rows: CampaignQuerySet) -> Campaign | None:
    return rows.whole().order_by("-approved_at", "-pk").first()


def campaign_of(user: Actor, uid: uuid.UUID) -> Campaign:
    """A campaign that somebody may see, with unit, rules and phases at hand. Raises `Missing`."""
    found = Campaign.objects.visible_to(user).whole().filter(uid=uid).order_by().first()
    if found is None:
        raise Missing
    return found


def running_campaign() -> Campaign | None:
    """The newest that was approved, with its phases at hand; also one that stands still or has ended."""
    return _newest(Campaign.objects.filter(approved_at__isnull=False))


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the way: what it is called, from when to when, and whether it lies behind, here or ahead."""

    label: str
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    place: str

    @property
    def is_here(self) -> bool:
        """Where it stands."""
        return self.place == "here"


def way_of(campaign: Campaign) -> list[Stop]:
    """The phases and the award, in order."""
    known = [str(one) for one in ORDER]
    here = campaign.suspended_from or campaign.state
    at = known.index(here) if here in known else -1
    slots = {one.kind: one for one in campaign.phases.all()}
    stops = []
    for state in (*PHASES, S.AWARDED):
        index, slot = known.index(state), slots.get(state)
        place = "here" if index == at else "behind" if index < at else "ahead"
        begins, ends = (slot.starts_at, slot.ends_at) if slot else (None, None)
        stops.append(Stop(str(state.label), begins, ends, place))
    return stops


def stands_at(campaign: Campaign) -> str:
    """One short line: 投票，到 11月28日 18:00."""
    phase = phases.phase_of(campaign, S(campaign.state))
    if phase is None:
        return str(S(campaign.state).label)
    ends_at = timezone.localtime(phase.ends_at)
    until = _("%(month)d月%(day)d日 %(time)s") % {
        "month": ends_at.month, "day": ends_at.day, "time": f"{ends_at:%H:%M}",
    }  # fmt: skip
    words = _("%(phase)s，到 %(until)s") if clock.now() < phase.ends_at else _("%(phase)s，%(until)s 已截止")
    return words % {"phase": phase.get_kind_display(), "until": until}


def places_of(campaign: Campaign) -> QuerySet[StreetQuota]:
    """The places of every street, by number of the street."""
    return campaign.quotas.select_related("street").order_by("street__path")


def quota_around(user: Actor, campaign: Campaign) -> StreetQuota | None:
    """Of the street that a user lives or serves in; none for who belongs to the whole district or to nothing."""
    around = paths_around(user)
    return places_of(campaign).filter(street__path__in=around).first()


def history_of(campaign: Campaign) -> QuerySet[Transition]:
    """How it got where it is, with who decided and why, the newest first."""
    return campaign.transitions.select_related("by__person").order_by("-at", "-pk")


def latest_reason(campaign: Campaign) -> str:
    """Why it stands still or ended."""
    newest = campaign.transitions.filter(to_state=campaign.state).order_by("-at").first()
    return newest.reason if newest else ""


@dataclass(frozen=True, slots=True)
class HomeCard:
    """What the personal home says of a campaign that runs."""

    campaign: Campaign
    stands_at: str
    card: Card | None


def home_card(user: Actor) -> HomeCard | None:
    """For the personal home: one query while nothing runs."""
    campaign = _newest(Campaign.objects.filter(state__in=PHASES))
    if campaign is None:
        return None
    offered = cards_of(user, campaign)
    return HomeCard(campaign, stands_at(campaign), offered[0] if offered else None)
