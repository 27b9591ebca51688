"""Lists at a desk: proposals, vacant posts, neighbourhoods outside their size. In the tree's order, never by merit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from foundation.secrets import mask_name
from volunteers.posts.models import Proposal, State
from volunteers.posts.selectors import POST_LEVELS, Vacancy, about_vacancies, vacant
from volunteers.posts.sizes import advice_for, outside
from volunteers.units.console import DayColumn, ExportColumn, NumberColumn, ScopedListView
from volunteers.units.models import LEVELS, Level, Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where
from volunteers.units.selectors import breadcrumbs, named_like

CHUNK = 1000
ABOVE = [level for level in LEVELS if level != Level.NEIGHBOURHOOD]
MOST_ABOVE = 60


def chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Some thousand at a time."""
    flow = iter(rows)
    while part := list(islice(flow, CHUNK)):
        yield part


def lying_in(rows: QuerySet[Any], words: str, prefix: str = "") -> QuerySet[Any]:
    """Rows whose unit is called so, or lies in a unit that is called so: 桂花 finds the vacancies of 桂花社区."""
    places = Unit.objects.filter(named_like(words), level__in=[level.value for level in ABOVE])
    paths = list(places.order_by("path").values_list("path", flat=True)[:MOST_ABOVE])
    return rows.filter(named_like(words, prefix) | under(paths, f"{prefix}path"))


class ProposalFilterSet(WagtailFilterSet):
    """By state, by how, by role."""

    class Meta:
        model = Proposal
        fields = ("state", "how", "role")


class ProposalListView(ScopedListView):
    """Who is proposed for what, and how far it has got."""

    right = Right.APPOINT
    model = Proposal
    page_title = gettext_lazy("推荐与公示")
    header_icon = "user"
    filterset_class = ProposalFilterSet
    default_ordering = ("unit__path", "-proposed_at")
    search_hint = gettext_lazy("姓名、单位")
    empty_text = gettext_lazy("还没有推荐。可以请组长在手机上推荐，也可以在这里代为推荐。")
    columns = (
        TitleColumn(
            "name",
            label=gettext_lazy("谁"),
            accessor=lambda row: row.name or _("（已删除）"),
            get_url=lambda row: reverse("console_proposal_detail", args=[row.pk]),
        ),
        Column("post", label=gettext_lazy("岗位"), accessor=lambda row: f"{row.unit.name} {row.get_role_display()}"),
        Column("where", label=gettext_lazy("在哪里")),
        Column("get_how_display", label=gettext_lazy("怎么推荐的")),
        Column("get_state_display", label=gettext_lazy("状态")),
        DayColumn("proposed_at", label=gettext_lazy("推荐时间")),
        DayColumn("notice_until", label=gettext_lazy("公示到")),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """With the unit."""
        return super().get_base_queryset().select_related("unit")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the name of the proposed one, or by the unit."""
        return rows.filter(Q(name__icontains=words)) | lying_in(rows, words, "unit__")

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With the places; one query."""
        where = breadcrumbs(row.unit for row in object_list)
        for row in object_list:
            row.where = where[row.unit_id]
        return super().get_table(object_list)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Propose; staff are appointed without a proposal."""
        return [
            HeaderButton(_("推荐一位"), url=reverse("console_proposal_create"), icon_name="plus"),
            HeaderButton(_("任命工作人员"), url=reverse("console_staff_appoint"), icon_name="user"),
        ]


class UnitFilterSet(WagtailFilterSet):
    """By level."""

    level = django_filters.ChoiceFilter(
        label=gettext_lazy("层级"), choices=[(level.value, level.label) for level in POST_LEVELS]
    )

    class Meta:
        model = Unit
        fields = ("level",)


def _next_step(row: Any) -> Any:
    """What could be done about a vacancy, with the way there."""
    about: Vacancy = row.about
    if first := about.foremost:
        texts = {
            State.PROPOSED: _("有 %(count)d 位人选，去审核"),
            State.VETTED: _("审核好了，去公示"),
            State.NOTICED: _("正在公示，去看看"),
        }
        url = reverse("console_proposal_detail", args=[first.pk])
        return format_html('<a href="{}">{}</a>', url, texts[State(first.state)] % {"count": len(about.proposals)})
    url = f"{reverse('console_proposal_create')}?unit={row.uid}"
    words = _("请 %(name)s 推荐") % {"name": about.above} if about.above else _("上面也空着，请先补上面的岗位")
    return format_html('{}<br><a href="{}">{}</a>', words, url, _("代为推荐"))


class VacancyListView(ScopedListView):
    """Posts of the three heads without anybody, and what could be done."""

    right = Right.APPOINT
    model = Unit
    page_title = gettext_lazy("岗位空缺")
    header_icon = "warning"
    filterset_class = UnitFilterSet
    default_ordering = "path"
    search_hint = gettext_lazy("单位名称、拼音")
    empty_text = gettext_lazy("没有空缺，每个岗位都有人。")
    columns = (
        Column("name", label=gettext_lazy("单位")),
        Column("where", label=gettext_lazy("在哪里"), accessor="about.where"),
        Column("role", label=gettext_lazy("岗位"), accessor="about.role"),
        DayColumn("since", label=gettext_lazy("空了多久：最后一天"), accessor="about.since"),
        Column("reason", label=gettext_lazy("原因"), accessor="about.reason"),
        Column("stand_in", label=gettext_lazy("谁在代"), accessor="about.stand_in"),
        NumberColumn("households_declared", label=gettext_lazy("户数")),
        Column("next", label=gettext_lazy("可以怎么办"), accessor=_next_step),
    )
    export_columns = (
        ExportColumn(gettext_lazy("在哪里"), "about.where"),
        ExportColumn(gettext_lazy("单位"), "name"),
        ExportColumn(gettext_lazy("岗位"), "about.role"),
        ExportColumn(gettext_lazy("最后一天"), "about.since"),
        ExportColumn(gettext_lazy("原因"), "about.reason"),
        ExportColumn(gettext_lazy("户数"), "households_declared"),
        ExportColumn(gettext_lazy("谁在代"), "about.stand_in", mask_name),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """Where the user appoints."""
        return vacant(Unit.objects.filter(under(paths_where(self.request.user, Right.APPOINT))))

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the unit, or by what it lies in."""
        return lying_in(rows, words)

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With what is known of each vacancy; five queries."""
        _tell(list(object_list))
        return super().get_table(object_list)

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """The same, some thousand at a time."""
        for part in chunks(rows.iterator(chunk_size=CHUNK)):
            yield from _tell(part)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on."""
        return [HeaderButton(_("推荐一位"), url=reverse("console_proposal_create"), icon_name="plus")]


def _tell(rows: list[Any]) -> list[Any]:
    about = about_vacancies(rows)
    for row in rows:
        row.about = about[row.pk]
    return rows


class OverloadListView(ScopedListView):
    """Neighbourhoods with more or fewer households than one leader should have, and who has room nearby."""

    right = Right.APPOINT
    model = Unit
    page_title = gettext_lazy("户数偏多偏少")
    header_icon = "order"
    default_ordering = "path"
    search_hint = gettext_lazy("单位名称、拼音")
    empty_text = gettext_lazy("每个邻的户数都合适。")
    columns = (
        Column("name", label=gettext_lazy("邻")),
        Column("where", label=gettext_lazy("在哪里")),
        Column("place", label=gettext_lazy("小区楼栋")),
        NumberColumn("homes", label=gettext_lazy("户数")),
        Column("advice", label=gettext_lazy("可以怎么办")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("在哪里"), "where"),
        ExportColumn(gettext_lazy("邻"), "name"),
        ExportColumn(gettext_lazy("户数"), "homes"),
        ExportColumn(gettext_lazy("可以怎么办"), "advice"),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """Where the user appoints."""
        return outside(Unit.objects.filter(under(paths_where(self.request.user, Right.APPOINT))))

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the unit, or by what it lies in."""
        return lying_in(rows, words)

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With where it lies and what could be done; two queries."""
        _advise(list(object_list))
        return super().get_table(object_list)

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """The same, some thousand at a time."""
        for part in chunks(rows.iterator(chunk_size=CHUNK)):
            yield from _advise(part)


def _advise(rows: list[Any]) -> list[Any]:
    where, advice = breadcrumbs(rows), advice_for(rows)
    for row in rows:
        row.where, row.advice = where[row.pk], advice[row.pk].text
    return rows
