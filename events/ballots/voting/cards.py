"""What voting offers on the page of a campaign and on the personal home: the vote, the receipt, the household's
word.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from events.ballots.suspicion.signals import BeingTalkedOver
from events.ballots.voting.opinion import question_for
from events.ballots.voting.selectors import booth_of
from events.campaigns.cards import Card, card
from events.campaigns.models import Campaign, CampaignState
from foundation.actors import Actor
from volunteers.units.rights import person_id_of


@card(10)
def to_vote(user: Actor, campaign: Campaign) -> Card | None:
    """Pick up to five; or the receipt of what is in the box, or why it is there no more, until the box is opened."""
    if not campaign.is_in(CampaignState.VOTING, CampaignState.COUNTING):
        return None
    booth = booth_of(campaign, person_id_of(user))
    if booth is None:
        return None
    url = reverse("ballot_receipt", args=[campaign.uid])
    if booth.standing is not None:
        if isinstance(booth.refusal, BeingTalkedOver):
            return Card(_("您问的那张票正在核实"), _("核实好了会告诉您。"), url, _("看一看"), "envelope")
        text = _("在箱里。截止前还能改。") if booth.is_open else _("在箱里，等开箱。")
        return Card(_("您的票投好了"), text, url, _("看回执"), "envelope")
    if booth.envelope is not None and not booth.may_vote and not booth.entry.channel:
        return Card(_("您的那张票作废了"), _("点开看为什么，还能怎么办。"), url, _("看一看"), "envelope")
    if not booth.may_vote:
        return None
    text = _("最多选 %(n)d 位，约 2 分钟。投完还能改。") % {"n": campaign.rules.max_choices}
    return Card(
        _("请您选最美邻长"), text, reverse("ballot_vote", args=[campaign.uid]), _("去投票"), "envelope", is_main=True
    )


@card(20)
def to_answer(user: Actor, campaign: Campaign) -> Card | None:
    """The household's question, until somebody of it answers."""
    if not campaign.is_in(CampaignState.VOTING):
        return None
    booth = booth_of(campaign, person_id_of(user))
    if booth is None or not booth.is_open:
        return None
    question = question_for(booth.box, person_id_of(user))
    if question is None or question.envelope is not None:
        return None
    title = _("下次还愿意选%(name)s当邻长吗？") % {"name": question.nomination.person.name}
    url = reverse("ballot_opinion", args=[campaign.uid])
    return Card(title, _("一户答一次，谁也看不到。不答也行。"), url, _("说一说"), "home")


@card(90)
def to_check(user: Actor, campaign: Campaign) -> Card | None:
    """Anybody with a receipt may look it up once the box is closed."""
    late = campaign.is_in(CampaignState.COUNTING, CampaignState.PANEL, CampaignState.WINNERS_NOTICE)
    if not late:
        return None
    url = reverse("ballot_check", args=[campaign.uid])
    return Card(_("查我的票在不在"), _("凭回执号对公布的票箱指纹，不用登录。"), url, _("查一查"), "search")
