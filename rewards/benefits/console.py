"""The package at a desk: benefits from draft to end, their places and line, packages; each in one's own units."""

from __future__ import annotations

import uuid
from typing import Any

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

from foundation.errors import Invalid, Refused
from rewards.benefits import entitlements, offers
from rewards.benefits.console_forms import RIGHT, BenefitForm, PackageForm, PlacesForm, edit
from rewards.benefits.models import Benefit, BenefitPackage, BenefitState, Merchant
from rewards.benefits.overview import overview_of
from volunteers.units.console import (
    BENEFITS_MENU,
    DayColumn,
    ExportColumn,
    ScopedListView,
    ScopedMenuItem,
    page,
    requires,
    routes,
)
from volunteers.units.selectors import named_like

_TRAIL = (("console_benefit_list", gettext_lazy("优惠项")),)


class BenefitFilterSet(WagtailFilterSet):
    """By kind and state."""

    class Meta:
        model = Benefit
        fields = ("kind", "state")


class BenefitListView(ScopedListView):
    """Promises, by name."""

    right = RIGHT
    model = Benefit
    page_title = gettext_lazy("优惠项")
    header_icon = "pick"
    search_hint = gettext_lazy("优惠项、优惠包或商家的名称")
    search_fields = ("name", "package__name")
    filterset_class = BenefitFilterSet
    default_ordering = "name"
    columns = (
        TitleColumn(
            "name", label=gettext_lazy("名称"), get_url=lambda b: reverse("console_benefit_detail", args=[b.uid])
        ),
        Column("value_text", label=gettext_lazy("大字")),
        Column("get_kind_display", label=gettext_lazy("类别")),
        Column("package", label=gettext_lazy("优惠包")),
        Column("get_state_display", label=gettext_lazy("状态")),
        DayColumn("ends_on", label=gettext_lazy("到")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("名称"), "name"),
        ExportColumn(gettext_lazy("大字"), "value_text"),
        ExportColumn(gettext_lazy("类别"), "get_kind_display"),
        ExportColumn(gettext_lazy("优惠包"), "package.name"),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
        ExportColumn(gettext_lazy("每人次数"), "uses_each"),
        ExportColumn(gettext_lazy("次数多久更新"), "get_renews_display"),
        ExportColumn(gettext_lazy("名额"), "places"),
        ExportColumn(gettext_lazy("依据"), "agreement"),
        ExportColumn(gettext_lazy("从"), "starts_on"),
        ExportColumn(gettext_lazy("到"), "ends_on"),
    )

    def get_base_queryset(self) -> QuerySet[Benefit]:
        """With their packages."""
        rows: QuerySet[Benefit] = super().get_base_queryset().select_related("package")
        return rows

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name, or by the name of a merchant who gives it."""
        given = Merchant.objects.filter(named_like(words)).values("benefits")
        return super().search(rows, words) | rows.filter(pk__in=given)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on."""
        return [HeaderButton(_("添一项"), url=reverse("console_benefit_create"), icon_name="plus")]


class PackageListView(ScopedListView):
    """Packages, newest first."""

    right = RIGHT
    model = BenefitPackage
    page_title = gettext_lazy("专属优惠包")
    header_icon = "folder-open-inverse"
    search_fields = ("name", "unit__name")
    columns = (
        TitleColumn(
            "name", label=gettext_lazy("名称"), get_url=lambda p: reverse("console_package_edit", args=[p.uid])
        ),
        Column("unit", label=gettext_lazy("单位")),
        DayColumn("starts_on", label=gettext_lazy("从")),
        DayColumn("ends_on", label=gettext_lazy("到")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("名称"), "name"),
        ExportColumn(gettext_lazy("单位"), "unit.name"),
        ExportColumn(gettext_lazy("从"), "starts_on"),
        ExportColumn(gettext_lazy("到"), "ends_on"),
    )

    def get_base_queryset(self) -> QuerySet[BenefitPackage]:
        """With their units."""
        rows: QuerySet[BenefitPackage] = super().get_base_queryset().select_related("unit")
        return rows

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on."""
        return [HeaderButton(_("添一个"), url=reverse("console_package_create"), icon_name="plus")]


@requires(RIGHT)
def package_edit(request: HttpRequest, uid: uuid.UUID | None = None) -> HttpResponse:
    """A package."""
    return edit(request, PackageForm, uid, "console_package_list")


@requires(RIGHT)
def benefit_edit(request: HttpRequest, uid: uuid.UUID | None = None) -> HttpResponse:
    """A benefit; what is written after a review is a draft again."""
    return edit(request, BenefitForm, uid, "console_benefit_detail")


def _benefit(request: HttpRequest, uid: uuid.UUID) -> Benefit:
    rows = Benefit.objects.visible_to(request.user).select_related("package__unit", "drafted_by", "reviewed_by")
    return get_object_or_404(rows, uid=uid)


def _steps(benefit: Benefit, user: Any) -> list[tuple[str, str]]:
    """What may be done next; nobody reviews what they drafted."""
    if benefit.state == BenefitState.DRAFT:
        return [] if benefit.drafted_by_id == user.pk else [("reviewed", _("审核通过"))]
    return {
        BenefitState.REVIEWED: [("live", _("上线")), ("draft", _("退回草稿"))],
        BenefitState.LIVE: [("paused", _("暂停")), ("ended", _("结束"))],
        BenefitState.PAUSED: [("live", _("恢复")), ("ended", _("结束"))],
    }.get(BenefitState(benefit.state), [])


def _detail(request: HttpRequest, benefit: Benefit, form: PlacesForm, status: int = 200) -> HttpResponse:
    context = page(
        benefit.name,
        icon="pick",
        trail=_TRAIL,
        benefit=benefit,
        shops=list(benefit.merchants.order_by("pinyin", "pk")),
        wanting="" if benefit.state == BenefitState.ENDED else offers.without_agreement(benefit.merchants.all()),
        steps=_steps(benefit, request.user),
        overview=overview_of(benefit),
        form=form,
    )
    return render(request, "benefits/console_benefit.html", context, status=status)


@requires(RIGHT)
@require_GET
def benefit_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One benefit: its promise and state, its places and the line, what was used by month."""
    benefit = _benefit(request, uid)
    return _detail(request, benefit, PlacesForm(initial={"places": benefit.places}))


@requires(RIGHT)
@require_POST
def benefit_state(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Review, open, pause, resume or end an offer."""
    benefit = _benefit(request, uid)
    state = BenefitState(request.POST["state"]) if request.POST.get("state") in BenefitState.values else None
    if state is not None:
        reason = request.POST.get("reason", "")
        try:
            offers.set_benefit_state(benefit=benefit, state=state, reason=reason, acting_user=request.user)
            messages.success(request, f"{benefit.name}：{state.label}")
        except Refused as refusal:
            messages.error(request, str(refusal.message))
    return redirect("console_benefit_detail", uid)


@requires(RIGHT)
@require_POST
def benefit_places(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Set the number of places; those next in line get the new ones at once."""
    benefit, form = _benefit(request, uid), PlacesForm(request.POST)
    if not form.is_valid():
        return _detail(request, benefit, form, status=422)
    data = form.cleaned_data
    try:
        given = entitlements.set_places(
            benefit=benefit, places=data["places"], reason=data["reason"], acting_user=request.user
        )
    except Invalid as refusal:
        for name, error in refusal.errors.items():
            form.add_error(name, str(error))
        return _detail(request, benefit, form, status=422)
    words = _("名额改成 %d 个。") % data["places"]
    messages.success(request, words + (_("候补的 %d 位已经轮到，也通知了。") % given if given else ""))
    return redirect("console_benefit_detail", uid)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    one = "rewards/benefit/<uuid:uid>/"
    return [
        *routes(BenefitListView, "rewards/benefit", "console_benefit"),
        *routes(PackageListView, "rewards/package", "console_package"),
        path("rewards/benefit/new/", benefit_edit, name="console_benefit_create"),
        path(one, benefit_detail, name="console_benefit_detail"),
        path(f"{one}edit/", benefit_edit, name="console_benefit_edit"),
        path(f"{one}state/", benefit_state, name="console_benefit_state"),
        path(f"{one}places/", benefit_places, name="console_benefit_places"),
        path("rewards/package/new/", package_edit, name="console_package_create"),
        path("rewards/package/<uuid:uid>/", package_edit, name="console_package_edit"),
    ]


def _entry(label: Any, name: str, icon: str, order: int) -> None:
    @hooks.register(BENEFITS_MENU)
    def item() -> ScopedMenuItem:
        url = reverse(f"console_{name}_list")
        return ScopedMenuItem(label, url, name=f"rewards-{name}", icon_name=icon, order=order, right=RIGHT)


_entry(gettext_lazy("优惠项"), "benefit", "pick", 10)
_entry(gettext_lazy("优惠包"), "package", "folder-open-inverse", 20)
_entry(gettext_lazy("谁领了什么"), "entitlement", "clipboard-list", 25)
