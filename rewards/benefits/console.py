"""The package at a desk: benefits, merchants, packages, and what was not honoured; each in one's own units."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.db.models import Count, Q, QuerySet
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
from wagtail.admin.widgets import AdminDateInput, HeaderButton

from foundation import audit, clock
from foundation.actors import Actor
from rewards.benefits import offers
from rewards.benefits.models import Benefit, BenefitPackage, BenefitState, Merchant, RefusalReport
from volunteers.units.console import (
    BENEFITS_MENU,
    DayColumn,
    ExportColumn,
    NumberColumn,
    ScopedListView,
    ScopedMenuItem,
    requires,
    routes,
)
from volunteers.units.models import THREE_HEADS, Level
from volunteers.units.rights import Right, units_where
from volunteers.units.selectors import named_like

RIGHT = Right.MANAGE_BENEFITS
_STAFFED = [level.value for level in (Level.DISTRICT, Level.STREET, Level.COMMUNITY)]


class ScopedModelForm(forms.ModelForm):
    """A form whose choices never leave the user's units."""

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "unit" in self.fields:
            own = units_where(user, RIGHT).filter(level__in=_STAFFED).order_by("path")
            self.fields["unit"].queryset = own  # type: ignore[attr-defined]
        for name, model in (("package", BenefitPackage), ("merchants", Merchant)):
            if name in self.fields:
                self.fields[name].queryset = model.objects.visible_to(user)  # type: ignore[attr-defined]


class MerchantForm(ScopedModelForm):
    """A shop or office."""

    class Meta:
        model = Merchant
        fields = ("name", "address", "about", "unit")


class PackageForm(ScopedModelForm):
    """A package for the leaders of a unit and below."""

    class Meta:
        model = BenefitPackage
        fields = ("name", "unit", "starts_on", "ends_on")
        widgets: ClassVar = {"starts_on": AdminDateInput, "ends_on": AdminDateInput}


class BenefitForm(ScopedModelForm):
    """One promise."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("给谁"),
        choices=[(role.value, role.label) for role in THREE_HEADS],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Benefit
        fields = (
            "package", "kind", "name", "value_text", "detail", "how_to_use", "roles", "uses_each", "places",
            "needs_code", "merchants", "starts_on", "ends_on",
        )  # fmt: skip
        widgets: ClassVar = {
            "starts_on": AdminDateInput,
            "ends_on": AdminDateInput,
            "merchants": forms.CheckboxSelectMultiple,
        }


class BenefitFilterSet(WagtailFilterSet):
    """By kind and state."""

    class Meta:
        model = Benefit
        fields = ("kind", "state")


class MerchantFilterSet(WagtailFilterSet):
    """In use or not."""

    class Meta:
        model = Merchant
        fields = ("state",)


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
            "name", label=gettext_lazy("名称"), get_url=lambda b: reverse("console_benefit_edit", args=[b.uid])
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
        ExportColumn(gettext_lazy("名额"), "places"),
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


class MerchantListView(ScopedListView):
    """Merchants, by name."""

    right = RIGHT
    model = Merchant
    page_title = gettext_lazy("爱心商家")
    header_icon = "group"
    search_hint = gettext_lazy("商家名称、拼音或首字母")
    filterset_class = MerchantFilterSet
    default_ordering = ("pinyin", "pk")
    columns = (
        TitleColumn(
            "name", label=gettext_lazy("名称"), get_url=lambda m: reverse("console_merchant_edit", args=[m.uid])
        ),
        Column("address", label=gettext_lazy("地址")),
        Column("unit", label=gettext_lazy("所在单位")),
        NumberColumn("clerk_count", label=gettext_lazy("几位店员")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("名称"), "name"),
        ExportColumn(gettext_lazy("地址"), "address"),
        ExportColumn(gettext_lazy("所在单位"), "unit.name"),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
        ExportColumn(gettext_lazy("几位店员"), "clerk_count"),
    )

    def get_base_queryset(self) -> QuerySet[Merchant]:
        """With their units, and how many verify there today."""
        today = clock.today()
        now = Q(clerks__ends_on__isnull=True) | Q(clerks__ends_on__gte=today)
        rows: Any = super().get_base_queryset().select_related("unit")
        found: QuerySet[Merchant] = rows.annotate(
            clerk_count=Count("clerks", filter=now & Q(clerks__starts_on__lte=today))
        )
        return found

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name and by how it sounds."""
        return rows.filter(named_like(words))

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """On to a new one, and to everybody who verifies."""
        return [
            HeaderButton(_("添一家"), url=reverse("console_merchant_create"), icon_name="plus"),
            HeaderButton(_("商家账号"), url=reverse("console_clerk_list"), icon_name="user"),
        ]


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


class RefusalListView(ScopedListView):
    """What leaders say was not honoured, newest first; without the leader's name."""

    right = RIGHT
    model = RefusalReport
    page_title = gettext_lazy("未兑现反映")
    header_icon = "warning"
    search_fields = ("words", "benefit__name")
    default_ordering = ("-at", "-pk")
    export_columns = (
        ExportColumn(gettext_lazy("优惠项"), "benefit.name"),
        ExportColumn(gettext_lazy("怎么回事"), "words"),
        ExportColumn(gettext_lazy("时间"), "at"),
    )
    columns = (
        Column("benefit", label=gettext_lazy("优惠项")),
        Column("words", label=gettext_lazy("怎么回事")),
        DayColumn("at", label=gettext_lazy("时间")),
    )

    def get_base_queryset(self) -> QuerySet[RefusalReport]:
        """With what was not honoured."""
        rows: QuerySet[RefusalReport] = super().get_base_queryset().select_related("benefit")
        return rows


def _edit(request: HttpRequest, form_class: type[ScopedModelForm], uid: uuid.UUID | None, back: str) -> HttpResponse:
    """Add or change one row of the user's scope; audited in the same transaction."""
    model = form_class._meta.model
    row = get_object_or_404(model.objects.visible_to(request.user), uid=uid) if uid else None
    form = form_class(request.POST or None, instance=row, user=request.user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save()
            unit_id = saved.package.unit_id if isinstance(saved, Benefit) else saved.unit_id
            act = f"{model._meta.model_name}.{'change' if uid else 'add'}"
            audit.record(actor=request.user, act=act, obj=saved, unit_id=unit_id, data={"fields": form.changed_data})
        messages.success(request, _("存好了：%s") % saved)
        return redirect(back)
    steps = _steps(row) if isinstance(row, Benefit) else []
    context = {"form": form, "row": row, "steps": steps, "page_title": row or model._meta.verbose_name, "back": back}
    if isinstance(row, Merchant):
        context["clerks_url"] = reverse("console_merchant_clerks", args=[row.uid])
    return render(request, "benefits/console_form.html", context, status=422 if form.is_bound else 200)


def _steps(benefit: Benefit) -> list[tuple[str, str]]:
    return {
        BenefitState.DRAFT: [("live", _("上线"))],
        BenefitState.LIVE: [("paused", _("暂停")), ("ended", _("结束"))],
        BenefitState.PAUSED: [("live", _("恢复")), ("ended", _("结束"))],
    }.get(BenefitState(benefit.state), [])


@requires(RIGHT)
def merchant_edit(request: HttpRequest, uid: uuid.UUID | None = None) -> HttpResponse:
    """A merchant."""
    return _edit(request, MerchantForm, uid, "console_merchant_list")


@requires(RIGHT)
def package_edit(request: HttpRequest, uid: uuid.UUID | None = None) -> HttpResponse:
    """A package."""
    return _edit(request, PackageForm, uid, "console_package_list")


@requires(RIGHT)
def benefit_edit(request: HttpRequest, uid: uuid.UUID | None = None) -> HttpResponse:
    """A benefit."""
    return _edit(request, BenefitForm, uid, "console_benefit_list")


@requires(RIGHT)
@require_POST
def benefit_state(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Open, pause, resume or end an offer."""
    benefits = Benefit.objects.visible_to(request.user).select_related("package__unit")
    benefit = get_object_or_404(benefits, uid=uid)
    state = BenefitState(request.POST["state"]) if request.POST.get("state") in BenefitState.values else None
    if state is not None:
        offers.set_benefit_state(benefit=benefit, state=state, acting_user=request.user)
        messages.success(request, f"{benefit.name}：{state.label}")
    return redirect("console_benefit_edit", uid)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    lists: tuple[tuple[str, type[ScopedListView]], ...] = (
        ("benefit", BenefitListView),
        ("merchant", MerchantListView),
        ("package", PackageListView),
        ("refusal", RefusalListView),
    )
    edits = (("benefit", benefit_edit), ("merchant", merchant_edit), ("package", package_edit))
    return [
        *(one for n, view in lists for one in routes(view, f"rewards/{n}", f"console_{n}")),
        *(path(f"rewards/{n}/new/", view, name=f"console_{n}_create") for n, view in edits),
        *(path(f"rewards/{n}/<uuid:uid>/", view, name=f"console_{n}_edit") for n, view in edits),
        path("rewards/benefit/<uuid:uid>/state/", benefit_state, name="console_benefit_state"),
    ]


def _entry(label: Any, name: str, icon: str, order: int) -> None:
    @hooks.register(BENEFITS_MENU)
    def item() -> ScopedMenuItem:
        url = reverse(f"console_{name}_list")
        return ScopedMenuItem(label, url, name=f"rewards-{name}", icon_name=icon, order=order, right=RIGHT)


_entry(gettext_lazy("优惠项"), "benefit", "pick", 10)
_entry(gettext_lazy("优惠包"), "package", "folder-open-inverse", 20)
_entry(gettext_lazy("爱心商家"), "merchant", "group", 30)
_entry(gettext_lazy("商家账号"), "clerk", "user", 40)
_entry(gettext_lazy("未兑现反映"), "refusal", "warning", 50)
