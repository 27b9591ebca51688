"""What was not honoured, at a desk: talk to the shop, pause the offer at once, close with what was done."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from foundation.errors import Conflict, Invalid
from rewards.benefits.models import BenefitState, Merchant, RefusalReport, RefusalState
from rewards.merchants import refusals
from rewards.merchants.selectors import fulfilment_of
from volunteers.orgs.console_forms import take_refusal
from volunteers.units.console import DayColumn, ExportColumn, ScopedListView, page, requires, routes
from volunteers.units.rights import Right

RIGHT = Right.MANAGE_BENEFITS
LIST = ("console_refusal_list", gettext_lazy("未兑现反映"))


class RefusalFilterSet(WagtailFilterSet):
    """By state."""

    class Meta:
        model = RefusalReport
        fields = ("state",)


class RefusalListView(ScopedListView):
    """What leaders say was not honoured, what is open first; without the leader's name."""

    right = RIGHT
    model = RefusalReport
    page_title = gettext_lazy("未兑现反映")
    header_icon = "warning"
    search_hint = gettext_lazy("优惠项、商家，或者反映的话")
    empty_text = gettext_lazy("没有人反映，说好的都兑现了。")
    search_fields = ("words", "benefit__name", "benefit__merchants__name")
    filterset_class = RefusalFilterSet
    default_ordering = ("-state", "-at", "-pk")
    columns = (
        TitleColumn(
            "benefit", label=gettext_lazy("优惠项"), get_url=lambda one: reverse("console_refusal", args=[one.pk])
        ),
        Column("words", label=gettext_lazy("怎么回事")),
        Column("get_state_display", label=gettext_lazy("状态")),
        DayColumn("at", label=gettext_lazy("时间")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("优惠项"), "benefit.name"),
        ExportColumn(gettext_lazy("商家"), "merchant.name"),
        ExportColumn(gettext_lazy("怎么回事"), "words"),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
        ExportColumn(gettext_lazy("怎么处理的"), "outcome"),
        ExportColumn(gettext_lazy("时间"), "at"),
    )

    def get_base_queryset(self) -> QuerySet[RefusalReport]:
        """With what was not honoured, and where."""
        rows: QuerySet[RefusalReport] = super().get_base_queryset().select_related("benefit", "merchant")
        return rows

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """Each report once, however many shops give the benefit."""
        return super().search(rows, words).distinct()


class PauseForm(forms.Form):
    """What leaders and the shop read while it is paused."""

    why = forms.CharField(
        label=gettext_lazy("暂停的原因"), max_length=60, help_text=gettext_lazy("邻长们和店家看得到。")
    )


class CloseForm(forms.Form):
    """What was found out and done."""

    state = forms.ChoiceField(
        label=gettext_lazy("核实的结果"),
        choices=[(one.value, one.label) for one in (RefusalState.CONFIRMED, RefusalState.CLEARED)],
        widget=forms.RadioSelect,
    )
    merchant: Any = forms.ModelChoiceField(
        label=gettext_lazy("哪一家"), queryset=None, to_field_name="uid", required=False
    )
    outcome = forms.CharField(
        label=gettext_lazy("怎么处理的"), max_length=200, help_text=gettext_lazy("反映的人会收到这句话。")
    )

    def __init__(self, *args: Any, shops: QuerySet[Merchant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["merchant"].queryset = shops  # type: ignore[attr-defined]
        only = list(shops[:2])
        if len(only) == 1:
            self.initial["merchant"] = str(only[0].uid)


def _report(request: HttpRequest, uid: uuid.UUID) -> RefusalReport:
    rows = RefusalReport.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("benefit__package__unit", "merchant"), pk=uid)


def _show(request: HttpRequest, report: RefusalReport, *, status: int = 200, **given: Any) -> HttpResponse:
    shops = list(report.benefit.merchants.select_related("contact").order_by("pinyin", "pk"))
    kept = fulfilment_of(shop.pk for shop in shops)
    waits = report.state == RefusalState.OPEN
    context = page(
        report.benefit.name,
        icon="warning",
        trail=[LIST],
        report=report,
        shops=[(shop, kept[shop.pk]) for shop in shops],
        others=RefusalReport.objects.filter(benefit=report.benefit, state=RefusalState.OPEN)
        .exclude(pk=report.pk)
        .count(),
        pause=given.get("pause") or (PauseForm() if report.benefit.state == BenefitState.LIVE else None),
        close=given.get("close") or (CloseForm(shops=_shops(report)) if waits else None),
    )
    return render(request, "merchants/console_refusal.html", context, status=status)


def _shops(report: RefusalReport) -> QuerySet[Merchant]:
    return report.benefit.merchants.order_by("pinyin", "pk")


@requires(RIGHT)
def refusal_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One report; closing it tells whoever reported."""
    report = _report(request, uid)
    if request.method != "POST":
        return _show(request, report)
    form, status = CloseForm(request.POST, shops=_shops(report)), 422
    if form.is_valid():
        told = {**form.cleaned_data, "state": RefusalState(form.cleaned_data["state"])}
        try:
            refusals.close_report(report=report, **told, acting_user=request.user)
        except (Conflict, Invalid) as refusal:
            take_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("办结了，反映的人会收到结果。"))
            return redirect("console_refusal_list")
    return _show(request, report, close=form, status=status)


@requires(RIGHT)
@require_POST
def refusal_pause(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Pause the offer at once."""
    report = _report(request, uid)
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _show(request, report, pause=form, status=422)
    try:
        refusals.pause_reported(report=report, why=form.cleaned_data["why"], acting_user=request.user)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("暂停了，邻长们和店家看得到原因，看不到是谁反映的。"))
    return redirect("console_refusal", uid)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(RefusalListView, "rewards/refusal", "console_refusal"),
        path("rewards/refusal/<uuid:uid>/", refusal_detail, name="console_refusal"),
        path("rewards/refusal/<uuid:uid>/pause/", refusal_pause, name="console_refusal_pause"),
    ]
