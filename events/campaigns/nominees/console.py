"""提名与审核 at a desk: who is put forward, by place; one with what is stored; many decided at once, looked at before.

No figure of a person stands in the list: how long, how much and how many is read on the page of one, never side by
side.
"""

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
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from events.campaigns.models import Campaign, CampaignState, Nomination, NominationState, NomineeObjection, VettingLevel
from events.campaigns.nominees import counter_console as counter
from events.campaigns.nominees import objection_console as objecting
from events.campaigns.nominees import selectors, vetting
from events.campaigns.nominees.facts import facts_of
from events.campaigns.nominees.forms import PASS, REFUSE, VetForm, VetManyForm
from events.campaigns.nominees.nominations import WAITING, takes_households
from events.campaigns.nominees.permissions import can_answer_for, can_vet, wrote_down
from events.campaigns.phases import is_open
from foundation.errors import Conflict, Invalid
from foundation.secrets import mask_name
from volunteers.orgs.console_forms import take_refusal
from volunteers.people.search import matching
from volunteers.units.console import (
    CAMPAIGNS_MENU,
    BulkAction,
    DayColumn,
    ExportColumn,
    PlaceFilter,
    ScopedListView,
    ScopedMenuItem,
    back_to,
    page,
    picked,
    requires,
    routes,
)
from volunteers.units.querysets import around
from volunteers.units.rights import Right, paths_where
from volunteers.units.selectors import breadcrumbs

LIST = ("console_nomination_list", gettext_lazy("提名与审核"))
MINE = "mine"
N = NominationState
may_vet = requires(Right.VET_NOMINEE)


def campaigns(request: HttpRequest | None) -> QuerySet[Campaign]:
    """Those in which somebody was named where the reader vets, the newest first."""
    rows = Nomination.objects.vetted_below(request.user if request else None).order_by()
    return Campaign.objects.filter(pk__in=rows.values("campaign")).order_by("-approved_at", "-pk")


class StateFilter(django_filters.ChoiceFilter):
    """By state, or those that wait for the reader."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [(MINE, gettext_lazy("等我审的")), *NominationState.choices]
        super().__init__(label=gettext_lazy("状态"), empty_label=gettext_lazy("全部"), choices=choices, **kwargs)

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        """Those whose turn it is are asked for by their keys."""
        if value == MINE:
            request = self.parent.request
            return qs.filter(pk__in=Nomination.objects.to_vet_by(request.user).order_by().values("pk"))
        return qs.filter(state=value) if value else qs


class NominationFilterSet(WagtailFilterSet):
    """By campaign, state and place."""

    campaign = django_filters.ModelChoiceFilter(
        label=gettext_lazy("评选"), empty_label=gettext_lazy("全部"), queryset=campaigns, to_field_name="uid"
    )
    state = StateFilter()
    place = PlaceFilter("neighbourhood__path")

    class Meta:
        model = Nomination
        fields = ("campaign", "state", "place")


def turn_of(nomination: Any) -> str:
    """Which level is to look next, in a word; empty where nobody is."""
    if nomination.state != N.AGREED:
        return ""
    levels = tuple(VettingLevel)
    return str(levels[nomination.due].label) if nomination.due < len(levels) else _("都审过了")


def households_of(nomination: Nomination) -> str:
    """Whether enough households stand behind it; no number, nobody is beside anybody here."""
    return _("够了") if nomination.seconded_count >= nomination.campaign.rules.seconders_count else _("还在等")


class NominationListView(ScopedListView):
    """Who is put forward in the reader's units, by place."""

    right = Right.VET_NOMINEE
    model = Nomination
    page_title = gettext_lazy("提名与审核")
    header_icon = "user"
    search_hint = gettext_lazy("姓名、拼音、首字母，或者手机后四位")
    empty_text = gettext_lazy("这里还没有提名。")
    filterset_class = NominationFilterSet
    default_ordering = ("neighbourhood__path", "pk")
    columns = (
        TitleColumn(
            "person", label=gettext_lazy("姓名"), accessor="person.name",
            get_url=lambda row: reverse("console_nomination", args=[row.pk]),
        ),
        Column("where", label=gettext_lazy("在哪里")),
        Column("kind", label=gettext_lazy("方式"), accessor="get_kind_display"),
        Column("state", label=gettext_lazy("状态"), accessor="get_state_display"),
        Column("turn", label=gettext_lazy("轮到"), accessor=turn_of),
        Column("households", label=gettext_lazy("附议"), accessor=households_of),
        DayColumn("nominated_at", label=gettext_lazy("提名时间")),
    )  # fmt: skip
    export_columns = (
        ExportColumn(gettext_lazy("姓名"), "person.name", mask_name),
        ExportColumn(gettext_lazy("镇街"), "street.name"),
        ExportColumn(gettext_lazy("邻"), "neighbourhood.name"),
        ExportColumn(gettext_lazy("方式"), "get_kind_display"),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
        ExportColumn(gettext_lazy("轮到"), turn_of),
        ExportColumn(gettext_lazy("附议"), households_of),
        ExportColumn(gettext_lazy("提名时间"), "nominated_at"),
    )
    bulk_actions = (
        BulkAction("pass", gettext_lazy("通过"), "console_nomination_pass_many"),
        BulkAction("refuse", gettext_lazy("不通过"), "console_nomination_refuse_many"),
    )

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """While one can name somebody: for whoever came to the counter."""
        here = around(paths_where(self.request.user, Right.VET_NOMINEE), "unit__path")
        rows = Campaign.objects.visible_to(self.request.user).filter(here, state=CampaignState.NOMINATING)
        return [
            HeaderButton(_("代录提名"), url=reverse("console_nomination_make", args=[one.uid]), icon_name="plus")
            for one in rows
        ]

    def get_base_queryset(self) -> QuerySet[Any]:
        """Where the reader vets."""
        rows = Nomination.objects.vetted_below(self.request.user)
        return rows.select_related("person", "neighbourhood", "street", "campaign__rules")

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """With the level whose turn it is."""
        return super().rows_to_export(rows.with_level())  # type: ignore[attr-defined]

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """As people are found everywhere."""
        return matching(rows, words)

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With the places and the level whose turn it is; a query each, for the page and not for all that were
        sorted.
        """
        listed: list[Any] = list(object_list)
        where = breadcrumbs((row.neighbourhood for row in listed), top=1)
        shown: Iterable[Any] = Nomination.objects.filter(pk__in=[row.pk for row in listed]).with_level()
        due = {row.pk: row.due for row in shown}
        for row in listed:
            row.due = due[row.pk]
            row.where = f"{where[row.neighbourhood_id]} · {row.neighbourhood.name}"
        return super().get_table(listed)


# -- one -----------------------------------------------------------------------------------------------------------


def _nomination(request: HttpRequest, uid: uuid.UUID) -> Nomination:
    rows = Nomination.objects.vetted_below(request.user).with_level()
    named = ("person", "neighbourhood", "street", "campaign__rules", "nominated_by", "entered_by__person")
    found: Nomination = get_object_or_404(rows.select_related(*named), pk=uid)
    return found


def _show(request: HttpRequest, row: Nomination, form: VetForm | None = None) -> HttpResponse:
    turn = can_vet(request.user, row) and row.state == N.AGREED and is_open(row.campaign, CampaignState.VETTING)
    said = NomineeObjection.objects.visible_to(request.user).filter(nomination=row).order_by("-raised_at")
    is_waiting = takes_households(row.campaign)
    fresh = VetForm(initial={"due": row.due})  # type: ignore[attr-defined]
    context = page(
        row.person.name, icon="user", trail=[LIST], row=row, facts=facts_of(row), steps=selectors.steps_of(row),
        where=breadcrumbs([row.neighbourhood], top=1)[row.neighbourhood_id], turn=turn_of(row),
        households=households_of(row), form=(form or fresh) if turn else None, objections=said,
        may_answer=row.state == N.ASKED and is_waiting and can_answer_for(request.user, row),
        may_second=row.state in WAITING and is_waiting and not wrote_down(request.user, row),
    )  # fmt: skip
    return render(request, "campaigns/console_nominee.html", context, status=422 if form else 200)


@may_vet
@require_GET
def nomination_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What is stored of one, what was decided, and whether it is the reader's turn."""
    return _show(request, _nomination(request, uid))


@may_vet
@require_POST
def nomination_vet(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Pass or refuse, with a reason."""
    row, form, said = _nomination(request, uid), VetForm(request.POST), request.POST.get("decision", "")
    if said not in {PASS, REFUSE}:
        raise Invalid
    if form.is_valid():
        try:
            vetting.vet(nomination=row, is_passed=said == PASS, acting_user=request.user, **form.cleaned_data)
        except Invalid as refusal:
            take_refusal(form, refusal)
        except Conflict as refusal:
            messages.warning(request, str(refusal.message))
            return redirect("console_nomination", uid)
        else:
            messages.success(request, _("记下了。"))
            return redirect("console_nomination", uid)
    return _show(request, row, form)


# -- many at once --------------------------------------------------------------------------------------------------


def _ticked(request: HttpRequest) -> tuple[list[Any], list[Any]]:
    """Those that are the reader's to decide now, each with where and the story; and the others."""
    rows = picked(request, Nomination.objects.vetted_below(request.user).with_level().by_place(), "pk")
    found: list[Any] = list(rows.select_related("person", "neighbourhood", "campaign"))
    where = breadcrumbs((one.neighbourhood for one in found), top=1)
    for one in found:
        one.where = f"{where[one.neighbourhood_id]} · {one.neighbourhood.name}"
        one.what = turn_of(one) or one.get_state_display()
    shown = {one.pk: request.POST.get(f"due-{one.pk}", str(one.due)) for one in found}
    mine = [
        one for one in found if one.state == N.AGREED and can_vet(request.user, one) and shown[one.pk] == str(one.due)
    ]
    return mine, [one for one in found if one not in mine]


def _many(request: HttpRequest, *, is_passed: bool) -> HttpResponse:
    """First the list of what it concerns; then, with one reason, each by itself."""
    back = back_to(request, "console_nomination_list")
    try:
        mine, others = _ticked(request)
    except Invalid as refusal:
        messages.error(request, refusal.message)
        return redirect(back)
    form = VetManyForm(request.POST if "confirm" in request.POST else None)
    if form.is_bound and form.is_valid():
        outcome = vetting.vet_many(nominations=mine, is_passed=is_passed, acting_user=request.user, **form.cleaned_data)
        messages.success(request, _("%(count)d 位审好了。") % {"count": len(outcome.done)})
        for one, why in outcome.left:
            messages.warning(request, _("%(name)s：%(why)s") % {"name": one.person.name, "why": why})
        return redirect(back)
    title = _("通过这些提名") if is_passed else _("这些提名不通过")
    context = page(
        title, icon="user", trail=[LIST], ticked=mine, others=others, form=form, back=back, is_passed=is_passed
    )
    return render(request, "campaigns/console_nominee_many.html", context, status=422 if form.is_bound else 200)


@may_vet
@require_POST
def nomination_pass_many(request: HttpRequest) -> HttpResponse:
    """Several at once."""
    return _many(request, is_passed=True)


@may_vet
@require_POST
def nomination_refuse_many(request: HttpRequest) -> HttpResponse:
    """Several at once; each nominee reads the reason."""
    return _many(request, is_passed=False)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    one, said = "campaigns/nominations/<uuid:uid>/", "campaigns/objections/<uuid:uid>/"
    return [
        path("campaigns/nominations/pass/", nomination_pass_many, name="console_nomination_pass_many"),
        path("campaigns/nominations/refuse/", nomination_refuse_many, name="console_nomination_refuse_many"),
        *routes(NominationListView, "campaigns/nominations", "console_nomination"),
        path(one, nomination_detail, name="console_nomination"),
        path(f"{one}vet/", nomination_vet, name="console_nomination_vet"),
        path(f"{one}answer/", counter.nomination_answer, name="console_nomination_answer"),
        path(f"{one}second/", counter.nomination_second, name="console_nomination_second"),
        path("campaigns/<uuid:uid>/name/", counter.nomination_make, name="console_nomination_make"),
        path("campaigns/candidates/<uuid:uid>/objection/", counter.objection_raise, name="console_candidate_objection"),
        *routes(objecting.ObjectionListView, "campaigns/objections", "console_nominee_objection"),
        path(said, objecting.objection_detail, name="console_nominee_objection"),
        path(f"{said}decide/", objecting.objection_decide, name="console_nominee_objection_decide"),
    ]


@hooks.register(CAMPAIGNS_MENU)
def nominations_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_nomination_list")
    return ScopedMenuItem(LIST[1], url, name="nominations", icon_name="user", order=20, right=Right.VET_NOMINEE)


@hooks.register(CAMPAIGNS_MENU)
def objections_item() -> ScopedMenuItem:
    """In the side menu."""
    url, label = reverse("console_nominee_objection_list"), objecting.LIST[1]
    return ScopedMenuItem(label, url, name="nominee-objections", icon_name="comment", order=25, right=Right.KEEP_BOX)
