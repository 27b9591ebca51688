"""Who has what, at a desk: by name, never by how much anybody used."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from foundation.secrets import mask_name
from rewards.benefits.models import Benefit, Entitlement
from volunteers.people.search import matching
from volunteers.units.console import DayColumn, ExportColumn, PlaceFilter, ScopedListView, routes
from volunteers.units.rights import Right

_ = gettext_lazy


def _benefits(request: HttpRequest | None) -> QuerySet[Benefit]:
    """Benefits that somebody in the reader's units has a right to."""
    if request is None:
        return Benefit.objects.none()
    seen = Entitlement.objects.visible_to(request.user)
    return Benefit.objects.filter(pk__in=seen.values("benefit_id")).order_by("name", "pk")


class EntitlementFilterSet(WagtailFilterSet):
    """By benefit, state and place."""

    benefit = django_filters.ModelChoiceFilter(
        label=_("优惠项"), empty_label=_("全部"), queryset=_benefits, to_field_name="uid"
    )
    place = PlaceFilter()

    class Meta:
        model = Entitlement
        fields = ("benefit", "state", "place")


class EntitlementListView(ScopedListView):
    """Rights to benefits, in the order of the people's names."""

    right = Right.MANAGE_BENEFITS
    model = Entitlement
    page_title = _("谁领了什么")
    header_icon = "clipboard-list"
    search_hint = _("姓名、拼音、手机号后四位")
    filterset_class = EntitlementFilterSet
    default_ordering = ("person__pinyin", "pk")
    columns = (
        Column("person", label=_("姓名")),
        Column("unit", label=_("单位")),
        Column("benefit", label=_("优惠项")),
        Column("get_state_display", label=_("状态")),
        DayColumn("created_at", label=_("领取时间")),
    )
    export_columns = (
        ExportColumn(_("姓名"), "person.name", mask_name),
        ExportColumn(_("单位"), "unit.name"),
        ExportColumn(_("优惠项"), "benefit.name"),
        ExportColumn(_("状态"), "get_state_display"),
        ExportColumn(_("领取时间"), "created_at"),
    )

    def get_base_queryset(self) -> QuerySet[Entitlement]:
        """With the person, the unit and the benefit."""
        rows: QuerySet[Entitlement] = super().get_base_queryset().select_related("person", "unit", "benefit")
        return rows

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the person."""
        return matching(rows, words)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return routes(EntitlementListView, "rewards/entitlement", "console_entitlement")
