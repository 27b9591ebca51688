"""Merchants and what was not honoured, at a desk."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from foundation import clock
from rewards.benefits.console_forms import RIGHT, ScopedModelForm, edit
from rewards.benefits.models import Merchant, RefusalReport
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
from volunteers.units.selectors import named_like


class MerchantForm(ScopedModelForm):
    """A shop or office."""

    class Meta:
        model = Merchant
        fields = ("name", "address", "about", "unit")


class MerchantFilterSet(WagtailFilterSet):
    """In use or not."""

    class Meta:
        model = Merchant
        fields = ("state",)


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


@requires(RIGHT)
def merchant_edit(request: HttpRequest, uid: uuid.UUID | None = None) -> HttpResponse:
    """A merchant."""
    clerks_url = reverse("console_merchant_clerks", args=[uid]) if uid else ""
    return edit(request, MerchantForm, uid, "console_merchant_list", clerks_url=clerks_url)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(MerchantListView, "rewards/merchant", "console_merchant"),
        *routes(RefusalListView, "rewards/refusal", "console_refusal"),
        path("rewards/merchant/new/", merchant_edit, name="console_merchant_create"),
        path("rewards/merchant/<uuid:uid>/", merchant_edit, name="console_merchant_edit"),
    ]


def _entry(label: Any, name: str, icon: str, order: int) -> None:
    @hooks.register(BENEFITS_MENU)
    def item() -> ScopedMenuItem:
        url = reverse(f"console_{name}_list")
        return ScopedMenuItem(label, url, name=f"rewards-{name}", icon_name=icon, order=order, right=RIGHT)


_entry(gettext_lazy("爱心商家"), "merchant", "group", 30)
_entry(gettext_lazy("商家账号"), "clerk", "user", 40)
_entry(gettext_lazy("未兑现反映"), "refusal", "warning", 50)
