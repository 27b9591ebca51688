"""单位 in the console: the tree as a list, one unit with what belongs to it, and what may be corrected of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from foundation.actors import Actor
from foundation.errors import Denied, Invalid
from foundation.secrets import mask_name
from volunteers.units import services
from volunteers.units.console.choose import unit_choose
from volunteers.units.console.columns import ExportColumn
from volunteers.units.console.doors import ORDER_MENU, ScopedMenuItem, requires
from volunteers.units.console.filters import PlaceFilter, TimeFilter
from volunteers.units.console.find import Found, find, finder
from volunteers.units.console.listing import NumberColumn, ScopedListView, routes
from volunteers.units.console.pages import page
from volunteers.units.forms import UnitForm
from volunteers.units.models import THREE_HEADS, Appointment, Level, Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, has_right, paths_where
from volunteers.units.selectors import breadcrumbs, children_counts, leaders_in, named_like

LIST = ("console_unit_list", gettext_lazy("单位"))
CHUNK = 1000


class UnitFilterSet(WagtailFilterSet):
    """By level, place and time."""

    level = django_filters.ChoiceFilter(
        label=gettext_lazy("层级"), empty_label=gettext_lazy("全部"), choices=Level.choices
    )
    place = PlaceFilter("path")
    when = TimeFilter()

    class Meta:
        model = Unit
        fields = ("level",)


def with_around(units: Iterable[Unit], user: Actor) -> list[Any]:
    """Units with what a list says of them besides: where they lie, who leads them, how many lie below."""
    listed: list[Any] = list(units)
    where, leaders, children = breadcrumbs(listed, top=1), leaders_in(listed, user), children_counts(listed)
    for unit in listed:
        unit.where, unit.leaders, unit.children_count = where[unit.pk], leaders.get(unit.pk, []), children[unit.pk]
    return listed


def _leader_names(unit: Any) -> str:
    return "、".join(one.person.name for one in unit.leaders)


def _household_count(unit: Unit) -> int | None:
    return unit.households_declared


class UnitListView(ScopedListView):
    """Units of the reader, in the order of the tree."""

    right = Right.SEE_UNIT
    model = Unit
    page_title = gettext_lazy("单位")
    header_icon = "site"
    search_hint = gettext_lazy("名称、拼音或首字母")
    filterset_class = UnitFilterSet
    default_ordering = "path"
    columns = (
        TitleColumn("name", label=gettext_lazy("名称"), get_url=lambda unit: reverse("console_unit", args=[unit.uid])),
        Column("get_level_display", label=gettext_lazy("层级")),
        Column("where", label=gettext_lazy("在哪里")),
        Column("place", label=gettext_lazy("小区楼栋")),
        Column("leaders", label=gettext_lazy("三长"), accessor=_leader_names),
        NumberColumn("households_declared", label=gettext_lazy("登记户数")),
        NumberColumn("children_count", label=gettext_lazy("下一级"), accessor=lambda unit: unit.children_count or ""),
    )
    export_columns = (
        ExportColumn(gettext_lazy("名称"), "name"),
        ExportColumn(gettext_lazy("层级"), "get_level_display"),
        ExportColumn(gettext_lazy("在哪里"), "where"),
        ExportColumn(gettext_lazy("小区楼栋"), "place"),
        ExportColumn(gettext_lazy("三长"), _leader_names, lambda names: "、".join(map(mask_name, names.split("、")))),
        ExportColumn(gettext_lazy("登记户数"), _household_count),
        ExportColumn(gettext_lazy("下一级"), "children_count"),
        ExportColumn(gettext_lazy("设立日期"), "starts_on"),
        ExportColumn(gettext_lazy("撤销日期"), "ends_on"),
    )

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name and by how it sounds."""
        return rows.filter(named_like(words))

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With what is read once for the page."""
        return super().get_table(with_around(object_list, self.request.user))

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterator[Any]:
        """A thousand at a time."""
        chunk: list[Unit] = []
        for unit in rows.iterator(chunk_size=CHUNK):
            chunk.append(unit)
            if len(chunk) == CHUNK:
                yield from with_around(chunk, self.request.user)
                chunk = []
        yield from with_around(chunk, self.request.user)


Panel = Callable[[HttpRequest, Unit], SafeString | str]
PANELS: list[tuple[int, Panel]] = []


def unit_panel(order: int) -> Callable[[Panel], Panel]:
    """Register a part of a unit's page: given the request and the unit (in scope), its HTML, or nothing."""

    def register(panel: Panel) -> Panel:
        PANELS.append((order, panel))
        PANELS.sort(key=lambda pair: pair[0])
        return panel

    return register


def _unit(request: HttpRequest, uid: UUID) -> Unit:
    unit: Unit = get_object_or_404(Unit.objects.visible_to(request.user), uid=uid)
    return unit


def _above(unit: Unit, user: Any) -> list[Unit]:
    """The units above, those that the reader may open first being marked."""
    found = list(Unit.objects.filter(path__in=unit.ancestor_paths()[:-1]))
    open_ones = paths_where(user, Right.SEE_UNIT)
    for one in found:
        one.is_open = any(one.path.startswith(root) for root in open_ones)
    return found


@requires(Right.SEE_UNIT)
@require_GET
def unit_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One unit: where it lies, who leads it and led it, what lies below, and where its changes are made."""
    unit = _unit(request, uid)
    held = Appointment.objects.visible_to(request.user).filter(unit=unit, role__in=THREE_HEADS)
    below = Unit.objects.filter(under([unit.path]), depth=unit.depth + 1).current().order_by("path")
    context = page(
        unit.name,
        icon="site",
        trail=[LIST],
        unit=unit,
        above=_above(unit, request.user),
        held=held.active().select_related("person").order_by("starts_on"),
        former_count=held.exclude(pk__in=held.active()).count(),
        below=with_around(below, request.user),
        may_correct=has_right(request.user, Right.KEEP_HOMES, unit),
        panels=[html for _order, panel in PANELS if (html := panel(request, unit))],
    )
    return render(request, "units/console_unit_detail.html", context)


@requires(Right.SEE_UNIT)
@require_http_methods(["GET", "POST"])
def unit_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Correct where it is and how many households the roster says; the name is changed by a dated change."""
    unit = _unit(request, uid)
    if not has_right(request.user, Right.KEEP_HOMES, unit):
        raise Denied
    form = UnitForm(request.POST or None, instance=unit)
    if request.method == "POST" and form.is_valid():
        try:
            services.correct_unit(unit=unit, **form.cleaned_data, acting_user=request.user)
        except Invalid as refusal:
            for name, words in refusal.errors.items():
                form.add_error(name, str(words))
        else:
            messages.success(request, _("改好了：%(name)s") % {"name": unit.name})
            return redirect("console_unit", unit.uid)
    context = page(_("更正"), icon="edit", trail=[LIST], unit=unit, form=form)
    return render(request, "units/console_unit_form.html", context, status=422 if form.is_bound else 200)


@finder("units", gettext_lazy("单位"), right=Right.SEE_UNIT, order=20, list_url="console_unit_list")
def find_units(user: Actor, words: str, limit: int) -> Sequence[Found]:
    """By name and sound; the highest first."""
    found = list(Unit.objects.visible_to(user).current().filter(named_like(words)).order_by("depth", "path")[:limit])
    where = breadcrumbs(found, top=1)
    return [
        Found(
            one.name,
            " · ".join(part for part in (where[one.pk], one.place) if part),
            reverse("console_unit", args=[one.uid]),
        )
        for one in found
    ]


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        path("find/", find, name="console_find"),
        path("units/choose/", unit_choose, name="console_unit_choose"),
        *routes(UnitListView, "units", "console_unit"),
        path("units/<uuid:uid>/", unit_detail, name="console_unit"),
        path("units/<uuid:uid>/edit/", unit_edit, name="console_unit_edit"),
    ]


@hooks.register(ORDER_MENU)
def menu_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_unit_list")
    return ScopedMenuItem(gettext_lazy("单位"), url, name="units", icon_name="site", order=10, right=Right.SEE_UNIT)
