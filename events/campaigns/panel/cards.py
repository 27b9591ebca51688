"""What a campaign offers to a member of its panel."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from events.campaigns.cards import Card, card
from events.campaigns.models import Campaign, CampaignState, PanelMember
from events.campaigns.panel.selectors import left_to_mark
from foundation.actors import Actor
from volunteers.units.rights import person_id_of


@card(40)
def seat_card(user: Actor, campaign: Campaign) -> Card | None:
    """The seat, as long as there is something to say or to mark; the main thing while the panel marks."""
    if campaign.has_passed(CampaignState.PANEL):
        return None
    rows = PanelMember.objects.visible_to(user).filter(campaign=campaign, person_id=person_id_of(user))
    seat = rows.sitting().first()
    if seat is None:
        return None
    url = reverse("panel_member", args=[seat.uid])
    if seat.accepted_at is None:
        return Card(_("想请您当评委"), _("看候选人的故事，一位一位打分。"), url, _("看一看"))
    if not campaign.is_in(CampaignState.PANEL):
        return Card(_("您是评委"), _("有要回避的候选人，请先说一声。"), url, _("打开"))
    left = left_to_mark([seat])[seat.pk]
    words = _("还有 %(n)d 位等您看。") % {"n": left} if left else _("都打好了，谢谢您。想改还能改。")
    return Card(_("评审"), words, url, _("去打分") if left else _("看一眼"), is_main=bool(left))
