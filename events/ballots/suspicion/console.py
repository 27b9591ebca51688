"""Quarantine at a desk: what lies aside, by device and network; batches that two people decide."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from events.ballots.models import Envelope, QuarantineBatch
from events.ballots.suspicion import quarantine
from events.ballots.suspicion.forms import YES, DecideForm, ProposeForm
from events.ballots.suspicion.matters import groups_of, in_groups, waiting, words_of
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from volunteers.orgs.console_forms import take_refusal
from volunteers.units.console import (
    CAMPAIGNS_MENU,
    BulkAction,
    DayColumn,
    ExportColumn,
    NumberColumn,
    PlaceFilter,
    ScopedListView,
    ScopedMenuItem,
    back_to,
    page,
    picked,
    requires,
    routes,
)
from volunteers.units.rights import Right

may_keep = requires(Right.KEEP_BOX)
GROUPS = ("console_quarantine", gettext_lazy("待核的选票"))
BATCHES = ("console_batch_list", gettext_lazy("两个人决定的批次"))


# -- groups --------------------------------------------------------------------------------------------------------


@may_keep
@require_http_methods(["GET", "POST"])
def quarantine_groups(request: HttpRequest) -> HttpResponse:
    """What lies aside by device and network; tick groups, say what is to become of them and why."""
    ticked = tuple(request.POST.getlist("groups"))
    form = ProposeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        batch = _proposed(request, form, quarantine.Ticked(groups=ticked))
        if batch is not None:
            return redirect("console_batch", batch.pk)
    groups = groups_of(request.user)
    context = page(
        _("待核的选票"), icon="warning", form=form, groups=groups, ticked=ticked,
        count=sum(group.count for group in groups),
        proposed=QuarantineBatch.objects.visible_to(request.user).proposed().count(),
    )  # fmt: skip
    return render(request, "ballots/console_quarantine.html", context, status=422 if form.is_bound else 200)


def _proposed(request: HttpRequest, form: ProposeForm, ticked: quarantine.Ticked) -> QuarantineBatch | None:
    """The batch; None when it was not taken, and the form says why."""
    try:
        batch = quarantine.propose_batch(**form.cleaned_data, ticked=ticked, acting_user=request.user)
    except (Conflict, Invalid) as refusal:
        take_refusal(form, refusal)
        return None
    messages.success(request, _("提出了 %(n)d 张，等另一位同事决定。") % {"n": batch.envelope_count})
    return batch


# -- single envelopes ----------------------------------------------------------------------------------------------


class EnvelopeFilterSet(WagtailFilterSet):
    """By device or network, and by place."""

    group = django_filters.ChoiceFilter(
        label=gettext_lazy("设备或网络"), empty_label=gettext_lazy("全部"), method="of_group"
    )
    place = PlaceFilter("community__path")

    class Meta:
        model = Envelope
        fields = ("group", "place")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:
            named = _("%(label)s · %(n)d 张")
            groups = groups_of(self.request.user)
            choices = [(group.key, named % {"label": group.label, "n": group.count}) for group in groups]
            self.filters["group"].extra["choices"] = choices

    def of_group(self, rows: QuerySet[Envelope], _name: str, key: str) -> QuerySet[Envelope]:
        """The envelopes of one group."""
        return rows.filter(in_groups([key]))


class EnvelopeListView(ScopedListView):
    """Envelopes that lie aside, the oldest first: when, where, what was noticed. Never whose."""

    right = Right.KEEP_BOX
    model = Envelope
    page_title = gettext_lazy("待核的选票，一张一张看")
    header_icon = "warning"
    search_hint = gettext_lazy("社区名称")
    search_fields = ("community__name",)
    empty_text = gettext_lazy("没有待核的选票。")
    filterset_class = EnvelopeFilterSet
    default_ordering = ("cast_at", "pk")
    columns = (
        DayColumn("cast_at", label=gettext_lazy("什么时候投的")),
        Column("community", label=gettext_lazy("社区"), accessor="community.name"),
        Column("signals", label=gettext_lazy("可疑之处"), accessor=lambda one: words_of(one.signals)),
        Column("sealed_on", label=gettext_lazy("在哪里封的"), accessor="get_sealed_on_display"),
        NumberColumn("replaced_count", label=gettext_lazy("改过几次")),
    )
    bulk_actions = (BulkAction("propose", gettext_lazy("提出处理"), "console_envelope_propose"),)

    def get_base_queryset(self) -> QuerySet[Any]:
        """What waits, without what was sealed."""
        return waiting(self.request.user).select_related("community").defer("ciphertext")


@may_keep
@require_POST
def envelope_propose(request: HttpRequest) -> HttpResponse:
    """What was ticked, looked at once more, with what is to become of it and why."""
    back = back_to(request, "console_envelope_list")
    rows = waiting(request.user).select_related("community").defer("ciphertext").order_by("cast_at", "pk")
    ticked = list(picked(request, rows))
    form = ProposeForm(request.POST) if "verdict" in request.POST or "reason" in request.POST else ProposeForm()
    if form.is_bound and form.is_valid():
        wanted = quarantine.Ticked(envelopes=tuple(one.uid for one in ticked))
        batch = _proposed(request, form, wanted)
        if batch is not None:
            return redirect("console_batch", batch.pk)
    for one in ticked:
        one.words = words_of(one.signals)
    context = page(_("提出处理"), icon="warning", trail=[GROUPS], ticked=ticked, form=form, back=back)
    return render(request, "ballots/console_quarantine_ticked.html", context, status=422 if form.is_bound else 200)


# -- batches -------------------------------------------------------------------------------------------------------


class BatchFilterSet(WagtailFilterSet):
    """By state and place."""

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("状态"), empty_label=gettext_lazy("全部"), choices=QuarantineBatch.State.choices
    )
    place = PlaceFilter()

    class Meta:
        model = QuarantineBatch
        fields = ("state", "place")


class BatchListView(ScopedListView):
    """Batches of the reader's units, the latest first: who proposed what and why, who decided."""

    right = Right.KEEP_BOX
    model = QuarantineBatch
    page_title = gettext_lazy("待核批次")
    header_icon = "list-ul"
    search_hint = gettext_lazy("理由")
    search_fields = ("reason", "answer")
    empty_text = gettext_lazy("还没有提出过。")
    filterset_class = BatchFilterSet
    default_ordering = ("-proposed_at", "pk")
    columns = (
        TitleColumn(
            "verdict", label=gettext_lazy("怎么办"), accessor="get_verdict_display",
            get_url=lambda one: reverse("console_batch", args=[one.pk]),
        ),
        NumberColumn("envelope_count", label=gettext_lazy("几张")),
        Column("unit", label=gettext_lazy("单位"), accessor="unit.name"),
        Column("reason", label=gettext_lazy("理由")),
        Column("proposed_by", label=gettext_lazy("谁提出的"), accessor="proposed_by.get_full_name"),
        DayColumn("proposed_at", label=gettext_lazy("提出时间")),
        Column("state", label=gettext_lazy("状态"), accessor="get_state_display"),
    )  # fmt: skip
    export_columns = (
        ExportColumn(gettext_lazy("怎么办"), "get_verdict_display"),
        ExportColumn(gettext_lazy("几张"), "envelope_count"),
        ExportColumn(gettext_lazy("单位"), "unit.name"),
        ExportColumn(gettext_lazy("理由"), "reason"),
        ExportColumn(gettext_lazy("谁提出的"), "proposed_by.get_full_name"),
        ExportColumn(gettext_lazy("提出时间"), "proposed_at"),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
        ExportColumn(gettext_lazy("谁决定的"), lambda one: one.decided_by and one.decided_by.get_full_name()),
        ExportColumn(gettext_lazy("决定的理由"), "answer"),
        ExportColumn(gettext_lazy("决定时间"), "decided_at"),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """With who and where."""
        return super().get_base_queryset().select_related("unit", "proposed_by__person", "decided_by__person")

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """To what lies aside."""
        return [HeaderButton(_("待核的选票"), url=reverse("console_quarantine"), icon_name="warning")]


@may_keep
@require_http_methods(["GET", "POST"])
def batch_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One batch: what was proposed and why, and for a second person the decision."""
    rows = QuarantineBatch.objects.visible_to(request.user)
    batch = get_object_or_404(rows.select_related("unit", "proposed_by__person", "decided_by__person"), pk=uid)
    form = DecideForm(request.POST or None)
    if form.is_bound and form.is_valid() and _decided(request, batch, form):
        return redirect("console_batch", uid)
    context = page(
        f"{batch.get_verdict_display()} · {batch.unit.name}", icon="warning", trail=[GROUPS, BATCHES],
        batch=batch, form=form, kinds=_kinds(batch),
        may_decide=_may_decide(request.user, batch), is_open=batch.state == QuarantineBatch.State.PROPOSED,
    )  # fmt: skip
    return render(request, "ballots/console_quarantine_batch.html", context, status=422 if form.is_bound else 200)


def _may_decide(user: Actor, batch: QuarantineBatch) -> bool:
    return batch.state == QuarantineBatch.State.PROPOSED and batch.proposed_by_id != user.pk


def _kinds(batch: QuarantineBatch) -> list[tuple[str, int]]:
    """What was noticed in the envelopes of a batch, with how many; they stand there until the box is opened."""
    found: dict[str, int] = {}
    for codes in batch.envelopes.values_list("signals", flat=True):
        found[codes] = found.get(codes, 0) + 1
    return [(words_of(codes), count) for codes, count in sorted(found.items())]


def _decided(request: HttpRequest, batch: QuarantineBatch, form: DecideForm) -> bool:
    agrees, answer = form.cleaned_data["agrees"] == YES, form.cleaned_data["answer"]
    try:
        done = quarantine.decide_batch(batch=batch, agrees=agrees, answer=answer, acting_user=request.user)
    except (Conflict, Invalid) as refusal:
        take_refusal(form, refusal)
        return False
    said = _("%(n)d 张办好了。") if agrees else _("没有同意，%(n)d 张放回待核。")
    messages.success(request, said % {"n": done.envelope_count})
    return True


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        path("ballots/quarantine/", quarantine_groups, name="console_quarantine"),
        *routes(EnvelopeListView, "ballots/quarantine/envelopes", "console_envelope"),
        path("ballots/quarantine/envelopes/propose/", envelope_propose, name="console_envelope_propose"),
        *routes(BatchListView, "ballots/quarantine/batches", "console_batch"),
        path("ballots/quarantine/batches/<uuid:uid>/", batch_detail, name="console_batch"),
    ]


@hooks.register(CAMPAIGNS_MENU)
def quarantine_item() -> ScopedMenuItem:
    """In the side menu."""
    label, url = gettext_lazy("待核的选票"), reverse("console_quarantine")
    return ScopedMenuItem(label, url, name="quarantine", icon_name="warning", order=60, right=Right.KEEP_BOX)
