"""小区 and 楼栋 in the console: keeping them, numbering their doors, linking entrances, printing signs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from foundation import clock
from foundation.errors import Conflict, Invalid, Refused
from volunteers.homes import links, services, signs
from volunteers.homes.finding import entrances_of
from volunteers.homes.forms import BuildingForm, DoorsForm, EstateForm, EstateNameForm, LinkForm
from volunteers.homes.models import Building, Estate, Household, number_in
from volunteers.homes.search import buildings_named
from volunteers.homes.signs import Sheet
from volunteers.homes.views import take_errors
from volunteers.units.console import (
    PEOPLE_MENU,
    BulkAction,
    ExportColumn,
    NumberColumn,
    PlaceFilter,
    ScopedListView,
    ScopedMenuItem,
    page,
    picked,
    requires,
    routes,
)  # fmt: skip
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, units_where

may_keep = requires(Right.KEEP_HOMES)
ESTATES = ("console_estate_list", gettext_lazy("小区"))
BUILDINGS = ("console_building_list", gettext_lazy("楼栋"))


class WithinFilter(PlaceFilter):
    """By street, community, or what lies below it."""

    def filter(self, qs: QuerySet[Any], value: Unit | None) -> QuerySet[Any]:
        """Homes are looked for in their own way: buildings lie in communities, doors in neighbourhoods."""
        return qs.within(value) if value else qs  # type: ignore[attr-defined]


class EstateFilterSet(WagtailFilterSet):
    """By place."""

    place = WithinFilter()

    class Meta:
        model = Estate
        fields = ("place",)


class EstateListView(ScopedListView):
    """Estates of the reader's communities."""

    right = Right.KEEP_HOMES
    model = Estate
    page_title = gettext_lazy("小区")
    header_icon = "home"
    search_hint = gettext_lazy("小区名、拼音或首字母")
    empty_text = gettext_lazy("还没有登记小区。先加一个小区，再加楼栋。")
    filterset_class = EstateFilterSet
    default_ordering = ("community__path", "pinyin", "pk")
    columns = (
        TitleColumn("name", label=gettext_lazy("名称"), get_url=lambda one: reverse("console_estate", args=[one.uid])),
        Column("community", label=gettext_lazy("社区"), accessor="community.name"),
        NumberColumn("building_count", label=gettext_lazy("楼栋")),
        NumberColumn("household_count", label=gettext_lazy("住户")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("名称"), "name"),
        ExportColumn(gettext_lazy("社区"), "community.name"),
        ExportColumn(gettext_lazy("楼栋"), "building_count"),
        ExportColumn(gettext_lazy("住户"), "household_count"),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """Those that the reader keeps."""
        return Estate.objects.visible_to(self.request.user).kept_by(self.request.user).select_related("community")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name and by how it sounds."""
        for word in words.split():
            rows = rows.named(word)  # type: ignore[attr-defined]
        return rows

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With what is counted once for the page."""
        return super().get_table(_estates_counted(object_list))

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """All of them: there are some hundred in a district."""
        return _estates_counted(rows)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on."""
        return [HeaderButton(_("加小区"), url=reverse("console_estate_create"), icon_name="plus")]


def _estates_counted(estates: Iterable[Any]) -> list[Any]:
    listed = list(estates)
    rows = Building.objects.filter(estate__in=[one.pk for one in listed]).order_by().values("estate_id")
    buildings = dict(rows.annotate(n=Count("pk")).values_list("estate_id", "n"))
    homes = Household.objects.filter(building__estate__in=[one.pk for one in listed]).order_by()
    households = dict(
        homes.values("building__estate_id").annotate(n=Count("pk")).values_list("building__estate_id", "n")
    )
    for one in listed:
        one.building_count, one.household_count = buildings.get(one.pk, 0), households.get(one.pk, 0)
    return listed


class BuildingFilterSet(WagtailFilterSet):
    """By place."""

    place = WithinFilter()

    class Meta:
        model = Building
        fields = ("place",)


class BuildingListView(ScopedListView):
    """Buildings of the reader's communities, as one walks."""

    right = Right.KEEP_HOMES
    model = Building
    page_title = gettext_lazy("楼栋")
    header_icon = "list-ul"
    search_hint = gettext_lazy("小区名、拼音、首字母，楼栋，或者楼栋标识")
    empty_text = gettext_lazy("还没有登记楼栋。在小区里添加。")
    filterset_class = BuildingFilterSet
    default_ordering = ("estate_id", "number", "pk")
    columns = (
        TitleColumn(
            "name", label=gettext_lazy("楼栋"), get_url=lambda one: reverse("console_building", args=[one.uid])
        ),
        Column("estate", label=gettext_lazy("小区"), accessor="estate.name"),
        Column("community", label=gettext_lazy("社区"), accessor="estate.community.name"),
        Column("sign_code", label=gettext_lazy("楼栋标识")),
        NumberColumn("entrances", label=gettext_lazy("单元数")),
        NumberColumn("household_count", label=gettext_lazy("住户")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("社区"), "estate.community.name"),
        ExportColumn(gettext_lazy("小区"), "estate.name"),
        ExportColumn(gettext_lazy("楼栋"), "name"),
        ExportColumn(gettext_lazy("楼栋标识"), "sign_code"),
        ExportColumn(gettext_lazy("单元数"), "entrances"),
        ExportColumn(gettext_lazy("经度"), "longitude"),
        ExportColumn(gettext_lazy("纬度"), "latitude"),
    )
    bulk_actions = (
        BulkAction("a4", gettext_lazy("打印 A4 标识"), "console_signs_a4"),
        BulkAction("a6", gettext_lazy("打印 A6 标识"), "console_signs_a6"),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """Those that the reader keeps."""
        seen = Building.objects.visible_to(self.request.user).kept_by(self.request.user)
        return seen.select_related("estate__community")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By place and by code."""
        return buildings_named(rows, words)

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With what is counted once for the page."""
        return super().get_table(_buildings_counted(object_list))


def _buildings_counted(buildings: Iterable[Any]) -> list[Any]:
    listed = list(buildings)
    rows = Household.objects.filter(building__in=[one.pk for one in listed]).order_by().values("building_id")
    counts = dict(rows.annotate(n=Count("pk")).values_list("building_id", "n"))
    for one in listed:
        one.household_count = counts.get(one.pk, 0)
    return listed


# -- one estate, one building --------------------------------------------------------------------------------------


def _estate(request: HttpRequest, uid: UUID) -> Estate:
    rows = Estate.objects.visible_to(request.user).kept_by(request.user).select_related("community")
    estate: Estate = get_object_or_404(rows, uid=uid)
    return estate


def _building(request: HttpRequest, uid: UUID) -> Building:
    rows = Building.objects.visible_to(request.user).kept_by(request.user).select_related("estate__community")
    building: Building = get_object_or_404(rows, uid=uid)
    return building


def _say(form: Any, refusal: Refused) -> None:
    if isinstance(refusal, Invalid):
        take_errors(form, refusal)
    else:
        form.add_error(None, str(refusal.message))


@may_keep
@require_http_methods(["GET", "POST"])
def estate_create(request: HttpRequest) -> HttpResponse:
    """A new estate."""
    form = EstateForm(request.POST or None, units=units_where(request.user, Right.KEEP_HOMES))
    if request.method == "POST" and form.is_valid():
        try:
            estate = services.add_estate(**form.cleaned_data, acting_user=request.user)
        except (Invalid, Conflict) as refusal:
            _say(form, refusal)
        else:
            return redirect("console_estate", estate.uid)
    context = page(_("加小区"), icon="home", trail=[ESTATES], form=form, action=_("保存"))
    return render(request, "homes/console_form.html", context, status=422 if form.is_bound else 200)


@may_keep
@require_http_methods(["GET", "POST"])
def estate_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One estate: its name, its buildings, its signs."""
    estate = _estate(request, uid)
    form = EstateNameForm(request.POST or None, initial={"name": estate.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_estate(estate=estate, name=form.cleaned_data["name"], acting_user=request.user)
        except Conflict as refusal:
            _say(form, refusal)
        else:
            messages.success(request, _("改好了：%(name)s") % {"name": estate.name})
            return redirect("console_estate", estate.uid)
    buildings = _buildings_counted(estate.buildings.in_order())
    context = page(estate.name, icon="home", trail=[ESTATES], form=form, estate=estate, buildings=buildings)
    return render(request, "homes/console_estate.html", context, status=422 if form.is_bound else 200)


@may_keep
@require_http_methods(["GET", "POST"])
def building_create(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A new building of an estate."""
    estate = _estate(request, uid)
    form = BuildingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = services.add_building(
                uid=data["uid"], estate=estate, name=data["name"], entrances=data["entrances"], place=form.place(),
                acting_user=request.user,
            )  # fmt: skip
        except Conflict as refusal:
            _say(form, refusal)
        else:
            return redirect("console_building", made.uid)
    context = page(_("加楼栋"), icon="list-ul", trail=[ESTATES], form=form, action=_("保存"))
    return render(request, "homes/console_form.html", context, status=422 if form.is_bound else 200)


@may_keep
@require_http_methods(["GET", "POST"])
def building_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One building: name and place, its entrances and who looks after them, its doors, its sign."""
    building = _building(request, uid)
    values = ("uid", "name", "entrances", "longitude", "latitude")
    form = BuildingForm(request.POST or None, initial={name: getattr(building, name) for name in values})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.change_building(
                building=building, name=data["name"], entrances=data["entrances"], place=form.place(),
                acting_user=request.user,
            )  # fmt: skip
        except Conflict as refusal:
            _say(form, refusal)
        else:
            messages.success(request, _("改好了：%(name)s") % {"name": building.name})
            return redirect("console_building", building.uid)
    return _building_page(request, building, form=form, status=422 if form.is_bound else 200)


def _building_page(request: HttpRequest, building: Building, *, status: int = 200, **forms: Any) -> HttpResponse:
    rows = building.households.order_by().values("entrance").annotate(n=Count("pk")).values_list("entrance", "n")
    title = f"{building.estate.name} {building.name}"
    context = page(
        title,
        icon="list-ul",
        trail=[BUILDINGS],
        building=building,
        entrances=sorted(rows, key=lambda row: (number_in(row[0]), row[0])),
        looked_after=entrances_of(building),
        form=forms.get("form") or BuildingForm(initial=vars(building)),
        doors=forms.get("doors") or DoorsForm(initial={"entrances": building.entrances, "floors": 6, "doors": 2}),
        link=forms.get("link") or _link_form(building),
    )
    return render(request, "homes/console_building.html", context, status=status)


def _link_form(building: Building, data: Any = None) -> LinkForm:
    units = Unit.objects.current().at(Level.NEIGHBOURHOOD).under(building.estate.community)
    return LinkForm(data, units=units, initial={"starts_on": clock.today()})


@may_keep
@require_POST
def building_doors(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Number all doors of a building at once."""
    building = _building(request, uid)
    form = DoorsForm(request.POST)
    if not form.is_valid():
        return _building_page(request, building, doors=form, status=422)
    count = services.generate_households(building=building, doors=form.plan(), acting_user=request.user)
    messages.success(request, _("新添了 %(n)d 户，原有的没有动。") % {"n": count})
    return redirect("console_building", building.uid)


@may_keep
@require_POST
def building_link(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Let a neighbourhood look after an entrance, or after the whole building."""
    building = _building(request, uid)
    form = _link_form(building, request.POST)
    wanted = request.POST.getlist("entrances")
    rows = list(building.households.filter(entrance__in=wanted))
    if form.is_valid():
        try:
            count = links.link_households(households=rows, **form.cleaned_data, acting_user=request.user)
        except (Invalid, Conflict) as refusal:
            _say(form, refusal)
        else:
            messages.success(request, _("%(n)d 户联好了。") % {"n": count})
            return redirect("console_building", building.uid)
    return _building_page(request, building, link=form, status=422)


# -- signs ---------------------------------------------------------------------------------------------------------


def _wanted(request: HttpRequest) -> QuerySet[Building]:
    """The buildings that were ticked, or those of one building, estate or community in the address."""
    rows = Building.objects.visible_to(request.user).kept_by(request.user)
    if request.method == "POST":
        return picked(request, rows)
    for name, field in (("building", "uid"), ("estate", "estate__uid"), ("community", "estate__community__uid")):
        if text := request.GET.get(name):
            try:
                return rows.filter(**{field: UUID(text)})
            except ValueError as wrong:
                raise Http404 from wrong
    raise Http404


def _print(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    rows: Any = _wanted(request).select_related("estate__community")
    made = signs.signs_of(rows.in_order()[: signs.MOST_SIGNS], base=signs.base_of(request), sheet=sheet)
    if not made:
        raise Http404
    context = {"pages": signs.pages_of(made, sheet), "sheet": sheet, "count": len(made)}
    return render(request, "homes/signs.html", context)


@may_keep
@require_http_methods(["GET", "POST"])
def signs_a4(request: HttpRequest) -> HttpResponse:
    """Signs to be printed, one to a sheet of A4."""
    return _print(request, Sheet.A4)


@may_keep
@require_http_methods(["GET", "POST"])
def signs_a6(request: HttpRequest) -> HttpResponse:
    """Signs to be printed, four to a sheet of A4."""
    return _print(request, Sheet.A6)


@may_keep
@require_GET
def signs_choose(request: HttpRequest) -> HttpResponse:
    """All signs of a community at once."""
    units = units_where(request.user, Right.KEEP_HOMES).at(Level.COMMUNITY).current().order_by("path")
    rows = Building.objects.visible_to(request.user).kept_by(request.user).order_by().values("estate__community_id")
    counts = dict(rows.annotate(n=Count("pk")).values_list("estate__community_id", "n"))
    communities = [(unit, counts[unit.pk]) for unit in units if unit.pk in counts]
    context = page(_("楼栋标识"), icon="download", trail=[BUILDINGS], communities=communities, most=signs.MOST_SIGNS)
    return render(request, "homes/console_signs.html", context)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(EstateListView, "estates", "console_estate"),
        path("estates/new/", estate_create, name="console_estate_create"),
        path("estates/<uuid:uid>/", estate_edit, name="console_estate"),
        path("estates/<uuid:uid>/buildings/new/", building_create, name="console_building_create"),
        *routes(BuildingListView, "buildings", "console_building"),
        path("buildings/<uuid:uid>/", building_edit, name="console_building"),
        path("buildings/<uuid:uid>/doors/", building_doors, name="console_building_doors"),
        path("buildings/<uuid:uid>/link/", building_link, name="console_building_link"),
        path("signs/", signs_choose, name="console_signs"),
        path("signs/a4/", signs_a4, name="console_signs_a4"),
        path("signs/a6/", signs_a6, name="console_signs_a6"),
    ]


def _entry(label: Any, url_name: str, icon: str, order: int) -> ScopedMenuItem:
    url = reverse(url_name)
    return ScopedMenuItem(label, url, name=url_name, icon_name=icon, order=order, right=Right.KEEP_HOMES)


@hooks.register(PEOPLE_MENU)
def estates_entry() -> ScopedMenuItem:
    """In the side menu."""
    return _entry(gettext_lazy("小区"), "console_estate_list", "home", 70)


@hooks.register(PEOPLE_MENU)
def buildings_entry() -> ScopedMenuItem:
    """In the side menu."""
    return _entry(gettext_lazy("楼栋"), "console_building_list", "list-ul", 71)


@hooks.register(PEOPLE_MENU)
def signs_entry() -> ScopedMenuItem:
    """In the side menu."""
    return _entry(gettext_lazy("楼栋标识"), "console_signs", "download", 72)
