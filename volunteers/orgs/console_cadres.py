"""机关党员干部任职 (A2): counts by place and by office, and the names behind them, from what the roster stored.

A name opens role and period, nothing else: no number, no date of birth, no column for either in an export.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from foundation.secrets import mask_name
from volunteers.orgs.cadres import (
    CadreFigures,
    cadre_posts_visible_to,
    cadres_visible_to,
    employers_visible_to,
    figures_by_place,
    with_cadre_counts,
)
from volunteers.orgs.persons import matching
from volunteers.units.console import (
    PEOPLE_MENU,
    DayColumn,
    ExportColumn,
    NumberColumn,
    ScopedListView,
    ScopedMenuItem,
    requires,
    routes,
)
from volunteers.units.models import LEVELS, THREE_HEADS, Appointment, Level, Unit
from volunteers.units.querysets import AppointmentQuerySet, top_paths, under
from volunteers.units.rights import Right, paths_where, units_where
from volunteers.units.selectors import breadcrumbs, named_like

RIGHT = Right.SEE_CADRES


def _places(request: HttpRequest | None, level: Level) -> QuerySet[Unit]:
    return units_where(request.user, RIGHT).current().at(level) if request else Unit.objects.none()


class CadreFilterSet(WagtailFilterSet):
    """By street, by office, by what they serve as."""

    street = django_filters.ModelChoiceFilter(
        label=gettext_lazy("镇街"),
        queryset=lambda request: _places(request, Level.STREET),
        to_field_name="uid",
        method="filter_street",
    )
    employer = django_filters.ChoiceFilter(label=gettext_lazy("工作单位"), choices=(), method="filter_employer")
    role = django_filters.ChoiceFilter(
        label=gettext_lazy("任什么"), choices=[(role.value, role.label) for role in THREE_HEADS], method="filter_role"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["employer"].extra["choices"] = [(name, name) for name in employers_visible_to(self.request.user)]

    class Meta:
        model = Appointment
        fields = ("street", "employer", "role")

    def filter_street(self, rows: QuerySet[Any], _name: str, street: Unit) -> QuerySet[Any]:
        """In and below it."""
        return rows.filter(unit__path__startswith=street.path)

    def filter_employer(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Of one office."""
        return rows.filter(employer=value)

    def filter_role(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Serving as this."""
        return rows.filter(role=value)


class PlaceFilterSet(CadreFilterSet):
    """The same for the list of places: the office and the role narrow what is counted, not the places."""

    class Meta:
        model = Unit
        fields = ("street", "employer", "role")

    def filter_street(self, rows: QuerySet[Any], _name: str, street: Unit) -> QuerySet[Any]:
        """Drill down: the communities of the street instead of the streets."""
        return Unit.objects.current().filter(path__startswith=street.path, level=Level.COMMUNITY)

    def filter_employer(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Left to the counting."""
        return rows

    filter_role = filter_employer


class NameFilterSet(CadreFilterSet):
    """By community too."""

    community = django_filters.ModelChoiceFilter(
        label=gettext_lazy("社区"),
        queryset=lambda request: _places(request, Level.COMMUNITY),
        to_field_name="uid",
        method="filter_street",
    )

    class Meta:
        model = Appointment
        fields = ("street", "community", "employer", "role")


def _other_views(current: str) -> list[HeaderButton]:
    views = (
        (_("按地方"), "console_cadre_list", "site"),
        (_("按工作单位"), "console_cadre_employer_list", "clipboard-list"),
        (_("按姓名"), "console_cadre_name_list", "user"),
    )
    return [HeaderButton(label, url=reverse(name), icon_name=icon) for label, name, icon in views if name != current]


_COUNTS = (
    ("people", gettext_lazy("几位干部")),
    ("area_leaders", gettext_lazy("任片长")),
    ("group_leaders", gettext_lazy("任组长")),
    ("neighbour_leaders", gettext_lazy("任邻长")),
    ("households", gettext_lazy("联系户数")),
)


class CadrePlaceListView(ScopedListView):
    """How many cadres serve where, beside the vacancies of the same places: streets, then the communities of one."""

    right = RIGHT
    model = Unit
    page_title = gettext_lazy("机关党员干部任职")
    header_icon = "group"
    search_hint = gettext_lazy("镇街或社区")
    filterset_class = PlaceFilterSet
    default_ordering = "path"
    columns = (
        TitleColumn("name", label=gettext_lazy("哪里"), get_url=lambda unit: unit.leads_to),
        *(NumberColumn(name, label=label, accessor=f"figures.{name}") for name, label in _COUNTS),
        NumberColumn("vacancies", label=gettext_lazy("空缺"), accessor="figures.vacancies"),
    )
    export_columns = (
        ExportColumn(gettext_lazy("哪里"), "name"),
        *(ExportColumn(label, f"figures.{name}") for name, label in _COUNTS),
        ExportColumn(gettext_lazy("空缺"), "figures.vacancies"),
    )

    def get_base_queryset(self) -> QuerySet[Unit]:
        """The streets in which the user may see cadres; the communities of those who see less than a street."""
        chosen = Q(pk__in=[])
        for path_ in top_paths(paths_where(self.request.user, RIGHT)):
            level = Level.STREET if len(path_) <= len(LEVELS[:2]) * Unit.steplen else Level.COMMUNITY
            chosen |= Q(path__startswith=path_, level=level)
        return Unit.objects.current().filter(chosen)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name and by how it sounds."""
        return rows.filter(named_like(words))

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With the figures of each place."""
        return super().get_table(self._counted(list(object_list)))

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """The same for all."""
        return self._counted(list(rows))

    def _posts(self) -> AppointmentQuerySet:
        """The posts that count: those of the chosen office and role."""
        posts, chosen = cadres_visible_to(self.request.user), self.filters.form.cleaned_data
        wanted = {name: chosen[name] for name in ("employer", "role") if chosen.get(name)}
        return posts.filter(**wanted)

    def _counted(self, units: list[Any]) -> list[Any]:
        """Two queries for each level on the page, and there is one, or two for somebody with two posts."""
        posts = self._posts()
        for level in sorted({Level(unit.level) for unit in units}):
            paths = [unit.path for unit in units if unit.level == level]
            found = figures_by_place(posts.filter(under(paths, "unit__path")), paths, level)
            for unit in units:
                if unit.level == level:
                    unit.figures = found.get(unit.path, CadreFigures())
                    unit.leads_to = self._next(unit)
        return units

    def _next(self, unit: Unit) -> str:
        """From a street to its communities, from a community to the names; the other conditions go along."""
        name, key = ("list", "street") if unit.level == Level.STREET else ("name_list", "community")
        query = {one: self.request.GET[one] for one in ("employer", "role") if self.request.GET.get(one)}
        return f"{reverse(f'console_cadre_{name}')}?{urlencode(query | {key: str(unit.uid)})}"

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """The same by office and by name."""
        return _other_views("console_cadre_list")


class CadreEmployerListView(ScopedListView):
    """How many cadres each office has serving, by the office's name."""

    right = RIGHT
    model = Appointment
    page_title = gettext_lazy("机关党员干部任职（按工作单位）")
    header_icon = "group"
    search_hint = gettext_lazy("工作单位")
    search_fields = ("employer",)
    filterset_class = CadreFilterSet
    default_ordering = "employer"
    columns = (
        TitleColumn(
            "employer",
            label=gettext_lazy("工作单位"),
            accessor=lambda row: row["employer"] or _("没有写单位"),
            get_url=lambda row: f"{reverse('console_cadre_name_list')}?{urlencode({'employer': row['employer']})}",
        ),
        *(NumberColumn(name, label=label) for name, label in _COUNTS),
    )
    export_columns = (
        ExportColumn(gettext_lazy("工作单位"), lambda row: row["employer"]),
        *(ExportColumn(label, itemgetter(name)) for name, label in _COUNTS),
    )

    def get_base_queryset(self) -> QuerySet[Any, Any]:
        """Grouped by office."""
        return with_cadre_counts(cadres_visible_to(self.request.user).values("employer"))

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """The same by place and by name."""
        return _other_views("console_cadre_employer_list")


class CadreNameListView(ScopedListView):
    """Who serves as what and where, in the order of the tree."""

    right = RIGHT
    model = Appointment
    page_title = gettext_lazy("机关党员干部任职（按姓名）")
    header_icon = "group"
    search_hint = gettext_lazy("姓名、拼音或首字母")
    filterset_class = NameFilterSet
    default_ordering = ("unit__path", "pk")
    columns = (
        TitleColumn(
            "person.name", label=gettext_lazy("姓名"), get_url=lambda a: reverse("console_cadre_detail", args=[a.uid])
        ),
        Column("get_role_display", label=gettext_lazy("职务")),
        Column("unit.name", label=gettext_lazy("哪里")),
        Column("lies_in", label=gettext_lazy("在")),
        Column("employer", label=gettext_lazy("工作单位")),
        DayColumn("starts_on", label=gettext_lazy("从")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("姓名"), "person.name", mask_name),
        ExportColumn(gettext_lazy("职务"), "get_role_display"),
        ExportColumn(gettext_lazy("哪里"), "unit.name"),
        ExportColumn(gettext_lazy("在"), "lies_in"),
        ExportColumn(gettext_lazy("工作单位"), "employer"),
        ExportColumn(gettext_lazy("从"), "starts_on"),
    )

    def get_base_queryset(self) -> QuerySet[Appointment]:
        """With person and unit."""
        return cadres_visible_to(self.request.user).select_related("person", "unit")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """As people are found everywhere."""
        found: QuerySet[Any] = matching(rows, words)
        return found

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With where each unit lies."""
        return super().get_table(_placed(list(object_list)))

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """The same for all."""
        return _placed(list(rows))

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """The same by place and by office."""
        return _other_views("console_cadre_name_list")


def _placed(posts: list[Any]) -> list[Any]:
    places = breadcrumbs([post.unit for post in posts], top=1)
    for post in posts:
        post.lies_in = places[post.unit_id]
    return posts


@requires(RIGHT)
def cadre_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One cadre: roles and periods, where the user may see cadres; nothing else about the person."""
    post = get_object_or_404(cadres_visible_to(request.user).select_related("person"), uid=uid)
    posts = cadre_posts_visible_to(request.user).filter(person_id=post.person_id).select_related("unit")
    listed = _placed(list(posts.order_by("-starts_on", "pk")))
    context = {"post": post, "posts": listed, "page_title": post.person.name}
    return render(request, "orgs/console_cadre.html", context)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(CadreEmployerListView, "cadres/employers", "console_cadre_employer"),
        *routes(CadreNameListView, "cadres/names", "console_cadre_name"),
        *routes(CadrePlaceListView, "cadres", "console_cadre"),
        path("cadres/<uuid:uid>/", cadre_detail, name="console_cadre_detail"),
    ]


@hooks.register(PEOPLE_MENU)
def menu_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_cadre_list")
    label = gettext_lazy("机关党员干部任职")
    return ScopedMenuItem(label, url, name="cadres", icon_name="group", order=50, right=RIGHT)
