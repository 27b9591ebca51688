""" "That was not me": the voter's page on the phone, and the list and page of staff who talk to them."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters
from django.contrib import messages as phone_messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from events.ballots.models import BallotBox, Dispute, DisputeState
from events.ballots.suspicion import disputes
from events.ballots.suspicion.forms import DisputeDecisionForm, DisputeForm
from events.campaigns.models import Campaign, CampaignState
from events.campaigns.phases import is_open
from foundation.errors import Conflict, Invalid
from foundation.secrets import mask_name
from volunteers.orgs.console_forms import take_refusal
from volunteers.people.search import matching
from volunteers.units.console import (
    CAMPAIGNS_MENU,
    DayColumn,
    ExportColumn,
    PlaceFilter,
    ScopedListView,
    ScopedMenuItem,
    page,
    requires,
    routes,
)
from volunteers.units.rights import Right, person_id_of

may_keep = requires(Right.KEEP_BOX)
LIST = ("console_dispute_list", gettext_lazy("“不是我投的”"))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def dispute(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The envelope cast in the reader's name, and one button to say that it was not them."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user).prefetch_related("phases"), uid=uid)
    form = DisputeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        disputes.raise_dispute(uid=data["uid"], campaign=campaign, words=data["words"], acting_user=request.user)
        phone_messages.success(request, _("收到了，那张票先放到一边，社区会尽快和您核实。"))
        return redirect("ballot_dispute", uid)
    box, person_id = BallotBox.objects.filter(campaign=campaign).first(), person_id_of(request.user)
    is_on_roll = box is not None and box.roll_frozen_at is not None and bool(person_id)
    context = {
        "campaign": campaign,
        "form": form,
        "envelope": disputes.disputable(box, person_id) if box and is_on_roll else None,
        "latest": disputes.latest_dispute(box, person_id) if box and is_on_roll else None,
        "may_dispute": box is not None and box.closed_at is None,
        "is_voting": is_open(campaign, CampaignState.VOTING),
    }
    return render(request, "ballots/dispute.html", context, status=422 if form.is_bound else 200)


# -- staff ---------------------------------------------------------------------------------------------------------


class DisputeFilterSet(WagtailFilterSet):
    """By state and place."""

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("状态"), empty_label=gettext_lazy("全部"), choices=DisputeState.choices
    )
    place = PlaceFilter("entry__community__path")

    class Meta:
        model = Dispute
        fields = ("state", "place")


class DisputeListView(ScopedListView):
    """Disputes of the reader's units, the latest first, with whom to talk to."""

    right = Right.KEEP_BOX
    model = Dispute
    page_title = LIST[1]
    header_icon = "help"
    search_hint = gettext_lazy("姓名、拼音、首字母，或者手机后四位")
    empty_text = gettext_lazy("没有人说那张票不是自己投的。")
    filterset_class = DisputeFilterSet
    default_ordering = ("-raised_at", "pk")
    columns = (
        TitleColumn(
            "person", label=gettext_lazy("谁说的"), accessor="person.name",
            get_url=lambda one: reverse("console_dispute", args=[one.pk]),
        ),
        Column("community", label=gettext_lazy("社区"), accessor="entry.community.name"),
        DayColumn("raised_at", label=gettext_lazy("什么时候说的")),
        Column("state", label=gettext_lazy("状态"), accessor="get_state_display"),
    )  # fmt: skip
    export_columns = (
        ExportColumn(gettext_lazy("谁说的"), "person.name", mask_name),
        ExportColumn(gettext_lazy("社区"), "entry.community.name"),
        ExportColumn(gettext_lazy("什么时候说的"), "raised_at"),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
        ExportColumn(gettext_lazy("怎么核实的"), "reason"),
        ExportColumn(gettext_lazy("处理时间"), "decided_at"),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """With the person and the community."""
        return super().get_base_queryset().select_related("person", "entry__community")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """As people are found everywhere."""
        return matching(rows, words)


@may_keep
@require_http_methods(["GET", "POST"])
def dispute_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One dispute: what was said, and after talking to the voter what came of it."""
    rows = Dispute.objects.visible_to(request.user)
    found = get_object_or_404(
        rows.select_related("person", "entry__community", "entry__envelope__batch", "decided_by__person"), pk=uid
    )
    form = DisputeDecisionForm(request.POST or None)
    if form.is_bound and form.is_valid() and _decided(request, found, form):
        return redirect("console_dispute", uid)
    context = page(
        found.person.name, icon="help", trail=[LIST], dispute=found, form=form,
        envelope=getattr(found.entry, "envelope", None), is_open=found.state == DisputeState.OPEN,
        is_own=found.person_id == person_id_of(request.user),
    )  # fmt: skip
    return render(request, "ballots/dispute_console.html", context, status=422 if form.is_bound else 200)


def _decided(request: HttpRequest, found: Dispute, form: DisputeDecisionForm) -> bool:
    try:
        disputes.decide_dispute(dispute=found, **form.cleaned_data, acting_user=request.user)
    except (Conflict, Invalid) as refusal:
        take_refusal(form, refusal)
        return False
    messages.success(request, _("记下了，本人已经收到消息。"))
    return True


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(DisputeListView, "ballots/disputes", "console_dispute"),
        path("ballots/disputes/<uuid:uid>/", dispute_detail, name="console_dispute"),
    ]


@hooks.register(CAMPAIGNS_MENU)
def disputes_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_dispute_list")
    return ScopedMenuItem(LIST[1], url, name="disputes", icon_name="help", order=62, right=Right.KEEP_BOX)
