"""Campaigns at a desk: the list, one with its history, drafts, and decisions with a reason and a name."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from events.campaigns import console_rules, console_ways, selectors, services
from events.campaigns.calendar import first_start, timetable
from events.campaigns.console_ways import WAYS, Way
from events.campaigns.forms import ApproveForm, DraftForm, ReasonForm
from events.campaigns.models import Campaign, CampaignState
from events.campaigns.permissions import can_approve_campaign, can_award_campaign, can_run_campaign
from events.campaigns.phases import following, held_by, phase_of
from events.campaigns.rules import current_rules
from foundation import clock
from foundation.errors import Conflict, Invalid
from volunteers.orgs.console_forms import form_page, fresh, take_refusal
from volunteers.units.console import (
    CAMPAIGNS_MENU,
    DayColumn,
    ScopedListView,
    ScopedMenuItem,
    View,
    page,
    requires,
    routes,
)
from volunteers.units.models import Level, Unit
from volunteers.units.querysets import around
from volunteers.units.rights import Right, paths_where, units_where

LIST = ("console_campaign_list", gettext_lazy("评选"))
may_see, may_run = requires(Right.SEE_TURNOUT), requires(Right.RUN_CAMPAIGN)


class CampaignListView(ScopedListView):
    """Campaigns of the district, the newest first; drafts for those who run them."""

    right = Right.SEE_TURNOUT
    model = Campaign
    page_title = gettext_lazy("评选")
    header_icon = "thumbtack"
    search_fields = ("title", "approval_reference")
    search_hint = gettext_lazy("名称或批文号")
    empty_text = gettext_lazy("还没有评选。")
    default_ordering = ("-made_at", "-pk")
    columns = (
        TitleColumn(
            "title", label=gettext_lazy("名称"), get_url=lambda row: reverse("console_campaign", args=[row.uid])
        ),
        Column("state", label=gettext_lazy("状态"), accessor="get_state_display"),
        Column("approval_reference", label=gettext_lazy("批文号")),
        DayColumn("approved_at", label=gettext_lazy("批准时间")),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """Those that reach the reader's units, of those one may see."""
        here = around(paths_where(self.request.user, self.right), "unit__path")
        return Campaign.objects.visible_to(self.request.user).filter(here)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on, for those who run campaigns."""
        if not paths_where(self.request.user, Right.RUN_CAMPAIGN):
            return []
        return [HeaderButton(_("起草一场评选"), url=reverse("console_campaign_draft"), icon_name="plus")]


def _campaign(request: HttpRequest, uid: uuid.UUID) -> Campaign:
    rows = Campaign.objects.visible_to(request.user).whole().select_related("made_by__person", "approved_by__person")
    campaign: Campaign = get_object_or_404(rows, uid=uid)
    return campaign


def _waiting(campaign: Campaign) -> list[str]:
    """What still has to be done before the next state, whether its time has come or not."""
    to = following(campaign.state)
    return held_by(campaign, to) if to else []


@may_see
@require_GET
def campaign_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Where it stands, what is to be done before it goes on, who decided what and why."""
    campaign = _campaign(request, uid)
    return _detail_page(request, campaign, ApproveForm(initial=_seen(campaign)))


def _seen(campaign: Campaign) -> dict[str, str]:
    """What is looked at, for whoever approves it."""
    return {"seen": services.draft_of(campaign).print} if campaign.is_draft else {}


def _detail_page(request: HttpRequest, campaign: Campaign, approve: ApproveForm, status: int = 200) -> HttpResponse:
    may = can_run_campaign(request.user, campaign.unit)
    following_phase = following(campaign.state)
    slot = phase_of(campaign, following_phase) if following_phase else None
    context = page(
        campaign.title, icon="thumbtack", trail=[LIST], campaign=campaign, way=selectors.way_of(campaign),
        stands_at=selectors.stands_at(campaign), waiting=_waiting(campaign), next=slot,
        history=selectors.history_of(campaign), places=selectors.places_of(campaign),
        may_edit=may and campaign.is_draft, may_approve=can_approve_campaign(request.user, campaign), approve=approve,
        ways=console_ways.open_ways(request.user, campaign),
        award_by_other=may and campaign.is_in(CampaignState.WINNERS_NOTICE)
        and not can_award_campaign(request.user, campaign),
    )  # fmt: skip
    return render(request, "campaigns/console_campaign.html", context, status=status)


# -- drafts ------------------------------------------------------------------------------------------------------------


def _district(request: HttpRequest) -> Unit:
    return units_where(request.user, Right.RUN_CAMPAIGN).at(Level.DISTRICT)[0]


def _write(request: HttpRequest, campaign: Campaign | None) -> HttpResponse:
    """The form; `look` computes the timetable anew, `save` keeps it."""
    begins = phase_of(campaign, CampaignState.NOMINATING) if campaign else None
    starts_at = begins.starts_at if begins else first_start(clock.today())
    form = DraftForm(request.POST or None, campaign=campaign, starts_at=starts_at)
    status, slots = 200, timetable(campaign.rules if campaign else current_rules(), starts_at)
    if form.is_bound:
        status = 422
        if form.is_valid():
            draft = form.draft()
            slots, status = timetable(draft.rules, draft.starts_at), 200
            if "save" in request.POST:
                try:
                    return redirect("console_campaign", _keep(request, form, campaign).uid)
                except (Conflict, Invalid) as refusal:
                    take_refusal(form, refusal)
                    status = refusal.status
    title = campaign.title if campaign else _("起草一场评选")
    context = page(title, icon="thumbtack", trail=[LIST], form=form, slots=slots)
    return render(request, "campaigns/console_draft.html", context, status=status)


def _keep(request: HttpRequest, form: DraftForm, campaign: Campaign | None) -> Campaign:
    if campaign is None:
        made = services.draft_campaign(
            uid=form.cleaned_data["uid"], unit=_district(request), draft=form.draft(), acting_user=request.user
        )
    else:
        made = services.change_draft(campaign=campaign, draft=form.draft(), acting_user=request.user)
    messages.success(request, _("草稿存好了。请另一位同事带批文号来批准。"))
    return made


@may_run
@require_http_methods(["GET", "POST"])
def campaign_draft(request: HttpRequest) -> HttpResponse:
    """A new draft."""
    return _write(request, None)


@may_run
@require_http_methods(["GET", "POST"])
def campaign_edit(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Change a draft; what was approved is never changed."""
    campaign = _campaign(request, uid)
    if not campaign.is_draft:
        raise Conflict(_("批准以后规则和日程就定了，不能再改。"))
    return _write(request, campaign)


@may_run
@require_http_methods(["POST"])
def campaign_approve(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The second person, with the reference: from here on it goes by the clock."""
    campaign, sent = _campaign(request, uid), request.POST.copy()
    form = ApproveForm(sent)
    if form.is_valid():
        try:
            services.approve_campaign(campaign=campaign, **form.cleaned_data, acting_user=request.user)
        except (Conflict, Invalid) as refusal:
            take_refusal(form, refusal)
            sent.update(_seen(campaign))
            return _detail_page(request, campaign, form, refusal.status)
        messages.success(request, _("批准了。规则、日程、名额从现在起定下来，到时间自动开始。"))
        return redirect("console_campaign", uid)
    return _detail_page(request, campaign, form, 422)


# -- decisions on the way ----------------------------------------------------------------------------------------------


def _decision(way: Way) -> View:
    @may_run
    @require_http_methods(["GET", "POST"])
    def decide(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
        """One decision, with a reason."""
        campaign = _campaign(request, uid)
        act: Callable[[dict[str, Any]], object] = lambda data: way.service(  # noqa: E731
            campaign=campaign, reason=data["reason"], acting_user=request.user
        )
        return form_page(
            request, ReasonForm(fresh(request.POST)), act, title=f"{way.label}：{campaign.title}", intro=way.intro,
            back=reverse("console_campaign", args=[uid]), done=way.done, button=way.label,
        )  # fmt: skip

    return decide


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    one = "campaigns/<uuid:uid>/"
    return [
        path("campaigns/new/", campaign_draft, name="console_campaign_draft"),
        *routes(CampaignListView, "campaigns", "console_campaign"),
        path(one, campaign_detail, name="console_campaign"),
        path(f"{one}edit/", campaign_edit, name="console_campaign_edit"),
        path(f"{one}approve/", campaign_approve, name="console_campaign_approve"),
        *(path(f"{one}{way.name}/", _decision(way), name=way.url_name) for way in WAYS),
        *routes(console_rules.CampaignRulesListView, "campaigns/rules", "console_campaign_rules"),
        path("campaigns/rules/new/", console_rules.rules_new, name="console_campaign_rules_new"),
        path("campaigns/rules/<int:number>/", console_rules.rules_detail, name="console_campaign_rules"),
    ]


def _item(label: Promise, url_name: str, icon: str, order: int, right: Right) -> ScopedMenuItem:
    return ScopedMenuItem(label, reverse(url_name), name=url_name, icon_name=icon, order=order, right=right)


@hooks.register(CAMPAIGNS_MENU)
def campaigns_item() -> ScopedMenuItem:
    """In the side menu."""
    return _item(gettext_lazy("评选"), "console_campaign_list", "thumbtack", 10, Right.SEE_TURNOUT)


@hooks.register(CAMPAIGNS_MENU)
def rules_item() -> ScopedMenuItem:
    """In the side menu."""
    return _item(gettext_lazy("评选规则"), "console_campaign_rules_list", "list-ul", 90, Right.SET_RULES)
