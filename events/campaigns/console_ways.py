"""The decisions that a person can take about a campaign at a desk, each with a reason, and when it is offered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.campaigns import services
from events.campaigns.models import PHASES, Campaign
from events.campaigns.models import CampaignState as S
from events.campaigns.permissions import can_award_campaign, can_run_campaign
from foundation.actors import Actor


@dataclass(frozen=True, slots=True)
class Way:
    """One decision: the service behind it, what it is called, what it means, and in which states it is offered."""

    name: str
    service: Callable[..., Campaign]
    label: str | Promise
    intro: str | Promise
    done: str | Promise
    states: tuple[S, ...]

    @property
    def url_name(self) -> str:
        """Of its page."""
        return f"console_campaign_{self.name}"


WAYS: Final = (
    Way(
        "award", services.award_campaign, _("表彰"),
        _("结果公示满了、异议都办完了，名单上的就是最美邻长。"), _("表彰了。"), (S.WINNERS_NOTICE,),
    ),
    Way(
        "archive", services.archive_campaign, _("归档"),
        _("材料齐了，这场评选就收好。选票按规定的时间删除。"), _("归档了。"), (S.AWARDED,),
    ),
    Way(
        "resume", services.resume_campaign, _("继续"),
        _("从停下的地方接着走，后面的日子按停了多久顺延。"), _("继续了，后面的日子顺延。"), (S.SUSPENDED,),
    ),
    Way(
        "suspend", services.suspend_campaign, _("暂停"),
        _("时钟停下来，谁也不能提名、投票、评分。被提名的邻长会收到通知。"), _("暂停了。"), (S.APPROVED, *PHASES),
    ),
    Way(
        "terminate", services.terminate_campaign, _("终止"),
        _("这场评选到此为止，不能再恢复，也不会有结果。被提名的邻长会收到通知。"), _("终止了。"),
        (S.DRAFT, S.APPROVED, *PHASES, S.SUSPENDED),
    ),
)  # fmt: skip


def open_ways(user: Actor, campaign: Campaign) -> list[Way]:
    """What a user can decide where it stands."""
    if not can_run_campaign(user, campaign.unit):
        return []
    found = [way for way in WAYS if campaign.state in way.states]
    return [way for way in found if way.service is not services.award_campaign or can_award_campaign(user, campaign)]
