"""What a campaign offers once its result is told."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from events.campaigns.cards import Card, card
from events.campaigns.models import Campaign
from events.results.models import Outcome
from events.results.querysets import PUBLIC
from foundation.actors import Actor
from volunteers.units.rights import person_id_of


def _is_told(campaign: Campaign) -> bool:
    return campaign.state in PUBLIC or (campaign.state == "suspended" and campaign.suspended_from in PUBLIC)


@card(60)
def result_card(_user: Actor, campaign: Campaign) -> Card | None:
    """Who was chosen."""
    if not _is_told(campaign):
        return None
    words = _("按镇街看。每一位都能打开看是怎么算出来的。")
    return Card(_("最美邻长名单"), words, reverse("result", args=[campaign.uid]), _("看名单"), is_main=True)


@card(61)
def mine_card(user: Actor, campaign: Campaign) -> Card | None:
    """One's own result, for a candidate."""
    if not _is_told(campaign):
        return None
    rows = Outcome.objects.visible_to(user).filter(campaign=campaign, nomination__person_id=person_id_of(user))
    if not rows.exists():
        return None
    return Card(_("我的结果"), _("这一页只给您自己看。"), reverse("result_mine", args=[campaign.uid]), _("打开"))
