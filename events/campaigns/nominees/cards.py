"""What a campaign offers to those who name, second, answer and vet."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from events.campaigns.cards import Card, card
from events.campaigns.models import Campaign, CampaignState, Nomination, NominationState
from events.campaigns.nominees.selectors import asking_for_households, own_nomination
from events.campaigns.phases import is_open
from foundation.actors import Actor
from volunteers.homes.selectors import home_path
from volunteers.units.models import Role
from volunteers.units.rights import Right, grants, paths_where, person_id_of

S, N = CampaignState, NominationState
SHOWS = (S.NOTICE, S.VOTING, S.COUNTING, S.PANEL, S.WINNERS_NOTICE)


@card(10)
def nominee_card(user: Actor, campaign: Campaign) -> Card | None:
    """You were put forward; later, that you stand."""
    if not person_id_of(user) or campaign.is_in(S.AWARDED, S.ARCHIVED, S.TERMINATED):
        return None
    row = own_nomination(user, campaign)
    if row is None:
        return None
    url = reverse("nomination_answer", args=[row.pk])
    if row.state == N.ASKED:
        return Card(_("邻居推荐您当最美邻长"), _("愿不愿意都由您。"), url, _("看一看"), "heart", is_main=True)
    if row.state == N.AGREED:
        words = _("附议 %(count)d 户，要 %(least)d 户。") % {
            "count": row.seconded_count, "least": row.campaign.rules.seconders_count,
        }  # fmt: skip
        return Card(_("您参加了评选"), words, url, _("打开"))
    if row.state == N.CANDIDATE:
        return Card(_("您是候选人"), _("大家能看到您的故事。"), url, _("打开"))
    return None


@card(20)
def nominate_card(user: Actor, campaign: Campaign) -> Card | None:
    """Name somebody, for whoever may."""
    if not is_open(campaign, S.NOMINATING):
        return None
    leads = any(one.role in {Role.GROUP_LEADER, Role.NEIGHBOUR_LEADER} for one in grants(user))
    if not home_path(user) and not leads:
        return None
    words = _("选一位，写一句为什么，就好了。约 1 分钟。")
    return Card(_("推荐身边的好邻长"), words, reverse("nominate", args=[campaign.uid]), _("推荐一位"), is_main=True)


@card(25)
def second_card(user: Actor, campaign: Campaign) -> Card | None:
    """A neighbour asks for a household."""
    if not campaign.is_in(S.NOMINATING, S.VETTING) or not home_path(user):
        return None
    if not asking_for_households(user, campaign):
        return None
    url, words = reverse("second_list", args=[campaign.uid]), _("有邻长等着邻居附议，一户算一次。")
    return Card(_("附议"), words, url, _("看一看"), "hand", is_main=campaign.is_in(S.VETTING))


@card(30)
def vet_card(user: Actor, campaign: Campaign) -> Card | None:
    """Somebody waits to be vetted by the user."""
    if not campaign.is_in(S.VETTING) or not paths_where(user, Right.VET_NOMINEE):
        return None
    if not Nomination.objects.to_vet_by(user).filter(campaign=campaign).exists():
        return None
    url = reverse("vet_list", args=[campaign.uid])
    return Card(_("审核提名"), _("有邻长等您看一眼。"), url, _("去看看"), "check-circle", is_main=True)


@card(35)
def candidates_card(user: Actor, campaign: Campaign) -> Card | None:
    """The public list."""
    if not campaign.is_in(*SHOWS):
        return None
    words = _("看看各个镇街推荐了谁，有话也可以说。") if campaign.is_in(S.NOTICE) else _("每一位都有一段故事。")
    url = reverse("candidate_list", args=[campaign.uid])
    return Card(_("候选人"), words, url, _("看候选人"), "people", is_main=campaign.is_in(S.NOTICE))
