"""任职 in the console: every role held, by whom and where, now, before and from a day on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from foundation.secrets import mask_name, mask_phone
from volunteers.people.search import matching
from volunteers.units.console import (
    PEOPLE_MENU,
    BulkAction,
    DayColumn,
    ExportColumn,
    PlaceFilter,
    ScopedListView,
    ScopedMenuItem,
    TimeFilter,
    routes,
)  # fmt: skip
from volunteers.units.models import Appointment, Role
from volunteers.units.rights import Right
from volunteers.units.selectors import breadcrumbs

CHUNK = 1000
YES, NO = "yes", "no"


class AppointmentFilterSet(WagtailFilterSet):
    """By role, place, time, and whether a cadre holds it."""

    role = django_filters.ChoiceFilter(
        label=gettext_lazy("职务"), empty_label=gettext_lazy("全部"), choices=Role.choices
    )
    place = PlaceFilter()
    when = TimeFilter()
    cadre = django_filters.ChoiceFilter(
        label=gettext_lazy("机关党员干部"),
        empty_label=gettext_lazy("全部"),
        choices=[(YES, gettext_lazy("是")), (NO, gettext_lazy("不是"))],
        method="by_cadre",
    )

    unit = django_filters.UUIDFilter(field_name="unit__uid", label=gettext_lazy("单位"), widget=forms.HiddenInput())

    class Meta:
        model = Appointment
        fields = ("role",)

    def by_cadre(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Held by a cadre, or not."""
        return rows.filter(is_cadre=value == YES)


def with_where(held: Iterable[Appointment]) -> list[Any]:
    """Appointments with the names of the units above theirs."""
    listed: list[Any] = list(held)
    where = breadcrumbs((one.unit for one in listed), top=1)
    for one in listed:
        one.where = where[one.unit_id]
    return listed


def _title(one: Appointment) -> str:
    return one.post_title or one.get_role_display()


def _mark(one: Appointment) -> str:
    marks = [_("代理")] if one.stands_in_for_id else []
    return "、".join([*marks, _("机关党员干部")] if one.is_cadre else marks)


class AppointmentListView(ScopedListView):
    """Roles held in the reader's units, in the order of the tree."""

    right = Right.SEE_PEOPLE
    model = Appointment
    page_title = gettext_lazy("任职")
    header_icon = "clipboard-list"
    search_hint = gettext_lazy("姓名、拼音、首字母、手机后四位")
    empty_text = gettext_lazy("还没有任职。导入名册，或者在推荐与公示里添一位。")
    filterset_class = AppointmentFilterSet
    default_ordering = ("unit__path", "role", "starts_on", "pk")
    columns = (
        TitleColumn(
            "person", label=gettext_lazy("姓名"), accessor="person.name",
            get_url=lambda one: reverse("console_appointment_detail", args=[one.uid]),
        ),
        Column("title", label=gettext_lazy("职务"), accessor=_title),
        Column("unit", label=gettext_lazy("单位"), accessor="unit.name"),
        Column("where", label=gettext_lazy("在哪里")),
        Column("mark", label="", accessor=_mark),
        DayColumn("starts_on", label=gettext_lazy("从"), sort_key="starts_on"),
        DayColumn("ends_on", label=gettext_lazy("到"), sort_key="ends_on"),
    )  # fmt: skip
    export_columns = (
        ExportColumn(gettext_lazy("姓名"), "person.name", mask_name),
        ExportColumn(gettext_lazy("职务"), _title),
        ExportColumn(gettext_lazy("单位"), "unit.name"),
        ExportColumn(gettext_lazy("在哪里"), "where"),
        ExportColumn(gettext_lazy("手机号"), "person.phone", mask_phone),
        ExportColumn(gettext_lazy("机关党员干部"), "is_cadre"),
        ExportColumn(gettext_lazy("代理"), lambda one: one.stands_in_for_id is not None),
        ExportColumn(gettext_lazy("从"), "starts_on"),
        ExportColumn(gettext_lazy("到"), "ends_on"),
        ExportColumn(gettext_lazy("任期到"), "term_ends_on"),
        ExportColumn(gettext_lazy("结束原因"), "ended_reason"),
    )
    bulk_actions = (BulkAction("end", gettext_lazy("结束任职"), "console_appointment_end_many"),)

    def get_base_queryset(self) -> QuerySet[Any]:
        """With whom and where."""
        return super().get_base_queryset().select_related("person", "unit")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the person."""
        return matching(rows, words)

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With what is read once for the page."""
        return super().get_table(with_where(object_list))

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterator[Any]:
        """A thousand at a time."""
        chunk: list[Appointment] = []
        for one in rows.iterator(chunk_size=CHUNK):
            chunk.append(one)
            if len(chunk) == CHUNK:
                yield from with_where(chunk)
                chunk = []
        yield from with_where(chunk)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/; one appointment, and ending it, are the business of those who keep posts."""
    return routes(AppointmentListView, "appointments", "console_appointment")


@hooks.register(PEOPLE_MENU)
def menu_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_appointment_list")
    label = gettext_lazy("任职")
    return ScopedMenuItem(label, url, name="posts", icon_name="clipboard-list", order=20, right=Right.SEE_PEOPLE)
