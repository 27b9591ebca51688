"""最美邻长 at a desk: who was chosen, where, what to print. No score stands here, and no list of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from events.campaigns.models import Campaign
from events.results.models import Outcome
from events.results.selectors import communities_of
from foundation.secrets import mask_name
from volunteers.people.search import matching
from volunteers.units.console import (
    CAMPAIGNS_MENU,
    ExportColumn,
    PlaceFilter,
    ScopedListView,
    ScopedMenuItem,
    routes,
)
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where


def winners_below(user: Any) -> QuerySet[Outcome]:
    """Winners of the units for which somebody vets."""
    mine = under(paths_where(user, Right.VET_NOMINEE), "nomination__neighbourhood__path")
    return Outcome.objects.visible_to(user).winners().filter(mine)


def _campaigns(request: HttpRequest | None) -> QuerySet[Campaign]:
    if request is None:
        return Campaign.objects.none()
    return Campaign.objects.filter(pk__in=winners_below(request.user).order_by().values("campaign")).order_by("-pk")


class WinnerFilterSet(WagtailFilterSet):
    """By campaign and place."""

    campaign = django_filters.ModelChoiceFilter(
        label=gettext_lazy("评选"), empty_label=gettext_lazy("全部"), queryset=_campaigns, to_field_name="uid"
    )
    place = PlaceFilter(field_name="nomination__neighbourhood__path")

    class Meta:
        model = Outcome
        fields = ("campaign", "place")


class WinnerListView(ScopedListView):
    """Winners by street and name, from the winners' notice on."""

    right = Right.VET_NOMINEE
    model = Outcome
    page_title = gettext_lazy("最美邻长")
    header_icon = "success"
    search_hint = gettext_lazy("姓名、拼音、首字母、手机后四位")
    empty_text = gettext_lazy("结果公示以后，名单在这里。")
    filterset_class = WinnerFilterSet
    default_ordering = ("nomination__street__path", "nomination__person__pinyin", "pk")
    columns = (
        TitleColumn(
            "person", label=gettext_lazy("姓名"), accessor="nomination.person.name",
            get_url=lambda one: reverse("result_winner", args=[one.pk]),
        ),
        Column("street", label=gettext_lazy("镇街"), accessor="nomination.street.name"),
        Column("community", label=gettext_lazy("社区")),
        Column("campaign", label=gettext_lazy("评选"), accessor="campaign.title"),
        TitleColumn(
            "poster", label=gettext_lazy("海报"), accessor=lambda _one: gettext_lazy("打印"),
            get_url=lambda one: reverse("result_winner_poster", args=[one.pk]),
        ),
    )  # fmt: skip
    export_columns = (
        ExportColumn(gettext_lazy("姓名"), "nomination.person.name", mask_name),
        ExportColumn(gettext_lazy("镇街"), "nomination.street.name"),
        ExportColumn(gettext_lazy("社区"), "community"),
        ExportColumn(gettext_lazy("评选"), "campaign.title"),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """In the reader's units."""
        return winners_below(self.request.user).select_related("campaign")

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With the communities; one query for the page."""
        return super().get_table(_placed(object_list))

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """With the communities; winners are few."""
        return _placed(rows)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the person."""
        return matching(rows, words, "nomination__person__")


def _placed(rows: Iterable[Any]) -> list[Any]:
    """Winners, each with the name of the community."""
    listed = list(rows)
    names = communities_of(listed)
    for one in listed:
        one.community = names[one.pk]
    return listed


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return routes(WinnerListView, "results", "console_winner")


@hooks.register(CAMPAIGNS_MENU)
def winners_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_winner_list")
    return ScopedMenuItem(
        gettext_lazy("最美邻长"),
        url,
        name="console_winner_list",
        icon_name="success",
        order=90,
        right=Right.VET_NOMINEE,
    )
