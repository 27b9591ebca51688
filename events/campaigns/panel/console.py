"""评委 at a desk: who is asked, who said yes, and who still has candidates before them. No mark is shown here, ever."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from events.campaigns.models import Campaign, CampaignState, Conflict, PanelMember
from events.campaigns.panel import selectors
from events.campaigns.panel import services as panel
from events.campaigns.panel.forms import LeaveForm, MemberForm
from foundation.errors import Conflict as Refusal
from foundation.errors import Invalid
from volunteers.orgs.console_forms import take_refusal
from volunteers.people.search import matching
from volunteers.units.console import (
    CAMPAIGNS_MENU,
    BulkAction,
    DayColumn,
    NumberColumn,
    ScopedListView,
    ScopedMenuItem,
    back_to,
    page,
    picked,
    requires,
    routes,
)
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

may_run = requires(Right.RUN_CAMPAIGN)
LIST = ("console_panel_list", gettext_lazy("评委"))


def _campaigns(request: HttpRequest | None) -> QuerySet[Campaign]:
    paths = paths_where(request.user, Right.RUN_CAMPAIGN) if request else []
    return Campaign.objects.filter(under(paths, "unit__path")).order_by("-pk")


def members_of(user: Any) -> QuerySet[PanelMember]:
    """The members of the panels that somebody runs; one's own seat is on the phone."""
    rows = PanelMember.objects.filter(under(paths_where(user, Right.RUN_CAMPAIGN), "campaign__unit__path"))
    return rows.select_related("person", "campaign__unit", "campaign__rules")


class PanelFilterSet(WagtailFilterSet):
    """By campaign."""

    campaign = django_filters.ModelChoiceFilter(
        label=gettext_lazy("评选"), empty_label=gettext_lazy("全部"), queryset=_campaigns, to_field_name="uid"
    )

    class Meta:
        model = PanelMember
        fields = ("campaign",)


def answer_of(member: PanelMember) -> str:
    """Where somebody stands, in a word."""
    if member.left_at:
        return _("退出了")
    if member.accepted_at is None:
        return _("等答复")
    return _("愿意") if member.declared_at is None else _("愿意，回避申报过了")


def _left(member: Any) -> int | str:
    return member.left_count if member.left_at is None and member.campaign.is_in(CampaignState.PANEL) else ""


class PanelListView(ScopedListView):
    """Members of panels by name; how many candidates somebody still has before them, nothing else of their marks."""

    right = Right.RUN_CAMPAIGN
    model = PanelMember
    page_title = gettext_lazy("评委")
    header_icon = "group"
    search_hint = gettext_lazy("姓名、拼音、首字母、手机后四位")
    empty_text = gettext_lazy("还没有请评委。要单数，评委的规则在评选规则里。")
    filterset_class = PanelFilterSet
    default_ordering = ("person__pinyin", "pk")
    columns = (
        TitleColumn(
            "person", label=gettext_lazy("姓名"), accessor="person.name",
            get_url=lambda one: reverse("console_panel", args=[one.uid]),
        ),
        Column("title", label=gettext_lazy("身份")),
        Column("campaign", label=gettext_lazy("评选"), accessor="campaign.title"),
        Column("answer", label=gettext_lazy("答复"), accessor=answer_of),
        DayColumn("declared_at", label=gettext_lazy("申报回避")),
        NumberColumn("left_count", label=gettext_lazy("还有几位要看"), accessor=_left),
    )  # fmt: skip
    bulk_actions = (BulkAction("remind", gettext_lazy("提醒一下"), "console_panel_remind"),)

    def get_base_queryset(self) -> QuerySet[Any]:
        """Of the campaigns that the reader runs."""
        return members_of(self.request.user)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the person."""
        return matching(rows, words)

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With what is left, counted once for the page."""
        listed: list[Any] = list(object_list)
        left = selectors.left_to_mark(listed)
        for one in listed:
            one.left_count = left[one.pk]
        return super().get_table(listed)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One more."""
        return [HeaderButton(_("请一位评委"), url=reverse("console_panel_create"), icon_name="plus")]


@may_run
@require_http_methods(["GET", "POST"])
def member_create(request: HttpRequest) -> HttpResponse:
    """Ask somebody."""
    form = MemberForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = panel.appoint_member(**form.cleaned_data, acting_user=request.user)
        except (Invalid, Refusal) as refusal:
            take_refusal(form, refusal)
        else:
            messages.success(request, _("请了。本人在手机上答复。"))
            return redirect("console_panel", made.uid)
    context = page(_("请一位评委"), icon="group", trail=[LIST], form=form, action=_("请"))
    return render(request, "campaigns/panel_console_form.html", context, status=422 if form.is_bound else 200)


def _member(request: HttpRequest, uid: uuid.UUID) -> PanelMember:
    found: PanelMember = get_object_or_404(members_of(request.user), uid=uid)
    return found


@may_run
@require_http_methods(["GET", "POST"])
def member_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One member: what they said, to whom they are too near, how many are left; let them go with a reason."""
    member = _member(request, uid)
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            panel.leave(member=member, reason=form.cleaned_data["reason"], acting_user=request.user)
        except Refusal as refusal:
            take_refusal(form, refusal)
        else:
            messages.success(request, _("记下了。"))
            return redirect("console_panel", uid)
    near = Conflict.objects.filter(member=member).select_related("nomination__person", "nomination__neighbourhood")
    context = page(
        member.person.name, icon="group", trail=[LIST], member=member, answer=answer_of(member), form=form,
        near=near.order_by("nomination__person__pinyin", "pk"), left_count=selectors.left_to_mark([member])[member.pk],
        held=panel.panel_is_done(member.campaign),
    )  # fmt: skip
    return render(request, "campaigns/panel_console_member.html", context, status=422 if form.is_bound else 200)


@may_run
@require_POST
def remind(request: HttpRequest) -> HttpResponse:
    """Those ticked who have something left hear of it, once a day at most; nothing else happens."""
    back = back_to(request, "console_panel_list")
    try:
        ticked = list(picked(request, members_of(request.user)))
    except Invalid as refusal:
        messages.error(request, refusal.message)
        return redirect(back)
    reached = 0
    for campaign in {one.campaign for one in ticked if one.campaign.is_in(CampaignState.PANEL)}:
        reached += panel.remind(campaign=campaign, members=ticked, acting_user=request.user)
    words = ngettext(
        "提醒了 %(n)d 位。看完了的、今天提醒过的，不再打扰。",
        "提醒了 %(n)d 位。看完了的、今天提醒过的，不再打扰。",
        reached,
    )
    messages.success(request, words % {"n": reached})
    return redirect(back)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(PanelListView, "campaigns/panel", "console_panel"),
        path("campaigns/panel/add/", member_create, name="console_panel_create"),
        path("campaigns/panel/remind/", remind, name="console_panel_remind"),
        path("campaigns/panel/<uuid:uid>/", member_detail, name="console_panel"),
    ]


@hooks.register(CAMPAIGNS_MENU)
def panel_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_panel_list")
    return ScopedMenuItem(
        gettext_lazy("评委"), url, name="console_panel_list", icon_name="group", order=40, right=Right.RUN_CAMPAIGN
    )
