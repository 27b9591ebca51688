"""住户, 居民 and 没有邻长的门 in the console: lists, linking many doors, confirming many residents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django.core.paginator import Page
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column, TitleColumn

from foundation import clock
from foundation.errors import Conflict, Invalid
from foundation.secrets import mask_name, mask_phone
from volunteers.homes import links, residents
from volunteers.homes.console import WithinFilter, _say
from volunteers.homes.forms import LinkForm
from volunteers.homes.models import Building, Household, How, Resident, ResidentState
from volunteers.homes.search import buildings_named, households_named, residents_named
from volunteers.homes.selectors import doors_by_building
from volunteers.units.console import (
    PEOPLE_MENU,
    BulkAction,
    DayColumn,
    ExportColumn,
    NumberColumn,
    ScopedListView,
    ScopedMenuItem,
    back_to,
    page,
    picked,
    requires,
    routes,
)  # fmt: skip
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, paths_where
from volunteers.units.selectors import breadcrumbs

CHUNK = 1000
LINKED, UNLINKED, NO_LEADER, NO_VISITS = "linked", "unlinked", "no_leader", "no_visits"
HOUSEHOLDS = ("console_household_list", gettext_lazy("住户"))


class HouseholdFilterSet(WagtailFilterSet):
    """By place, and by how they are looked after."""

    place = WithinFilter()
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("联系"),
        empty_label=gettext_lazy("全部"),
        choices=[
            (NO_LEADER, gettext_lazy("没有邻长的")),
            (UNLINKED, gettext_lazy("还没联到邻的")),
            (LINKED, gettext_lazy("联到邻的")),
            (NO_VISITS, gettext_lazy("不希望上门的")),
        ],
        method="by_state",
    )

    class Meta:
        model = Household
        fields = ("place",)

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """One of the choices above."""
        homes: Any = rows
        found = {
            NO_VISITS: lambda: homes.filter(opted_out_at__isnull=False),
            LINKED: homes.linked,
            UNLINKED: homes.unlinked,
            NO_LEADER: homes.without_leader,
        }
        return found[value]()


class PageOfKeys(WagtailPaginator):
    """Finds the keys of a page first, which an index answers, and reads only their rows: the last page is as quick."""

    def page(self, number: int) -> Page[Any]:
        """As Django's, in two queries."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        plain = self.object_list.select_related(None).prefetch_related(None)
        keys = list(plain.values_list("pk", flat=True)[start : start + self.per_page])
        return self._get_page(self.object_list.filter(pk__in=keys), number, self)


def _joined(household: Any) -> str:
    """How many live there on the roll: 3 人（代录 1）."""
    people = household.people
    proxies = sum(one.how == How.PROXY for one in people)
    if not people:
        return ""
    return (
        _("%(n)d 人（代录 %(m)d）") % {"n": len(people), "m": proxies}
        if proxies
        else _("%(n)d 人") % {"n": len(people)}
    )


def _neighbourhood(household: Household) -> str:
    unit = household.neighbourhood
    return f"{unit.name} {unit.place}".strip() if unit else _("没有")


class HouseholdListView(ScopedListView):
    """Doors of the reader's units, building by building."""

    right = Right.KEEP_HOMES
    model = Household
    page_title = gettext_lazy("住户")
    header_icon = "group"
    search_hint = gettext_lazy("小区、楼栋、单元、门牌，或者住户的姓名、拼音")
    empty_text = gettext_lazy("还没有登记住户。在楼栋里一次生成。")
    filterset_class = HouseholdFilterSet
    paginator_class = PageOfKeys
    default_ordering = ("building_id", "entrance", "position", "pk")
    columns = (
        TitleColumn(
            "door", label=gettext_lazy("门牌"), get_url=lambda one: reverse("household_detail", args=[one.uid])
        ),
        Column("entrance", label=gettext_lazy("单元")),
        Column("building", label=gettext_lazy("楼栋"), accessor="building.name"),
        Column("estate", label=gettext_lazy("小区"), accessor="building.estate.name"),
        Column("neighbourhood", label=gettext_lazy("联系的邻"), accessor=_neighbourhood),
        Column("people", label=gettext_lazy("登记"), accessor=_joined),
        DayColumn("opted_out_at", label=gettext_lazy("不希望上门，自")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("社区"), "building.estate.community.name"),
        ExportColumn(gettext_lazy("小区"), "building.estate.name"),
        ExportColumn(gettext_lazy("楼栋"), "building.name"),
        ExportColumn(gettext_lazy("单元"), "entrance"),
        ExportColumn(gettext_lazy("门牌"), "door", lambda door: str(door)[:1] + "*" * max(len(str(door)) - 1, 1)),
        ExportColumn(gettext_lazy("联系的邻"), _neighbourhood),
        ExportColumn(gettext_lazy("登记"), lambda one: len(one.people)),
        ExportColumn(gettext_lazy("代录"), lambda one: sum(p.how == How.PROXY for p in one.people)),
        ExportColumn(gettext_lazy("不希望上门"), lambda one: one.opted_out_at is not None),
    )
    bulk_actions = (BulkAction("link", gettext_lazy("联到一个邻"), "console_household_link"),)

    def get_base_queryset(self) -> QuerySet[Any]:
        """With the building, the current link and who joined."""
        rows: Any = super().get_base_queryset().select_related("building__estate__community")
        people = Resident.objects.living().only("pk", "household_id", "how")
        found: QuerySet[Any] = rows.with_links()
        return found.prefetch_related(Prefetch("residents", queryset=people, to_attr="people"))

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By place, door, and who lives there."""
        return households_named(rows, words)

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """A thousand at a time, with their links."""
        return rows.iterator(chunk_size=CHUNK)


@requires(Right.KEEP_HOMES)
@require_POST
def household_link(request: HttpRequest) -> HttpResponse:
    """Many doors to one neighbourhood: first which and from when, then done."""
    keep = Household.objects.visible_to(request.user).kept_by(request.user)
    ticked: Any = picked(request, keep).select_related("building__estate__community")
    rows = list(ticked.in_order())
    communities = {row.building.estate.community for row in rows}
    if len(communities) != 1:
        raise Invalid(_("一次联一个社区里的住户，请重新勾选。"))
    units = Unit.objects.current().at(Level.NEIGHBOURHOOD).under(communities.pop())
    chosen = "neighbourhood" in request.POST
    form = LinkForm(request.POST if chosen else None, units=units, initial={"starts_on": clock.today()})
    if chosen and form.is_valid():
        try:
            count = links.link_households(households=rows, **form.cleaned_data, acting_user=request.user)
        except (Invalid, Conflict) as refusal:
            _say(form, refusal)
        else:
            messages.success(request, _("%(n)d 户联好了。") % {"n": count})
            return redirect(back_to(request, "console_household_list"))
    context = page(_("联到一个邻"), icon="group", trail=[HOUSEHOLDS], rows=rows, form=form)
    context["next"] = back_to(request, "console_household_list")
    return render(request, "homes/console_link.html", context, status=422 if form.is_bound else 200)


# -- residents -----------------------------------------------------------------------------------------------------


class ResidentFilterSet(WagtailFilterSet):
    """By place, state, and who made the entry."""

    place = WithinFilter()
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("状态"), empty_label=gettext_lazy("全部"), choices=ResidentState.choices
    )
    how = django_filters.ChoiceFilter(
        label=gettext_lazy("登记方式"), empty_label=gettext_lazy("全部"), choices=How.choices
    )

    class Meta:
        model = Resident
        fields = ("place", "state", "how")


def _place(resident: Resident) -> str:
    unit = resident.neighbourhood
    return unit.place or unit.name


def _door(resident: Resident) -> str:
    return resident.household.door if resident.household else ""


def _answer_url(resident: Resident) -> str | None:
    if resident.state == ResidentState.ASKED:
        return reverse("resident_decline", args=[resident.uid])
    if resident.household:
        return reverse("household_detail", args=[resident.household.uid])
    return reverse("resident_door", args=[resident.uid]) if resident.state == ResidentState.CONFIRMED else None


def with_where(rows: Iterable[Resident]) -> list[Any]:
    """Residents with the names of the units above their neighbourhood."""
    listed: list[Any] = list(rows)
    where = breadcrumbs((one.neighbourhood for one in listed), top=1)
    for one in listed:
        one.where = where[one.neighbourhood_id]
    return listed


class ResidentListView(ScopedListView):
    """Residents of the reader's neighbourhoods: those who wait first, the latest first."""

    right = Right.KEEP_HOMES
    model = Resident
    page_title = gettext_lazy("居民")
    header_icon = "user"
    search_hint = gettext_lazy("姓名、拼音、首字母、手机后四位，或者小区楼栋")
    empty_text = gettext_lazy("还没有人登记。居民扫楼栋标识就能加入。")
    filterset_class = ResidentFilterSet
    default_ordering = ("state", "-asked_at", "pk")
    columns = (
        TitleColumn(
            "name",
            label=gettext_lazy("姓名"),
            accessor=lambda one: one.shown_name if one.unlisted_at else one.person.name,
            get_url=_answer_url,
        ),
        Column("phone", label=gettext_lazy("手机号"), accessor="person.masked_phone"),
        Column("place", label=gettext_lazy("住哪里"), accessor=_place),
        Column("where", label=gettext_lazy("在哪里")),
        Column("state", label=gettext_lazy("状态"), accessor="get_state_display"),
        Column("how", label=gettext_lazy("登记方式"), accessor="get_how_display"),
        DayColumn("asked_at", label=gettext_lazy("登记时间")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("姓名"), lambda one: "" if one.unlisted_at else one.person.name, mask_name),
        ExportColumn(gettext_lazy("手机号"), lambda one: "" if one.unlisted_at else one.person.phone, mask_phone),
        ExportColumn(gettext_lazy("在哪里"), "where"),
        ExportColumn(gettext_lazy("住哪里"), _place),
        ExportColumn(gettext_lazy("门牌"), _door, lambda door: str(door)[:1] + "*" * max(len(str(door)) - 1, 1)),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
        ExportColumn(gettext_lazy("登记方式"), "get_how_display"),
        ExportColumn(gettext_lazy("登记时间"), "asked_at"),
        ExportColumn(gettext_lazy("确认时间"), "confirmed_at"),
    )
    bulk_actions = (BulkAction("confirm", gettext_lazy("确认登记"), "console_resident_confirm"),)

    def get_base_queryset(self) -> QuerySet[Any]:
        """Of the reader's neighbourhoods, with the person and the place."""
        rows = Resident.objects.looked_after_by(self.request.user)
        return rows.select_related("person", "neighbourhood", "household")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the person or the place; whoever does not want to be listed is found by place only."""
        return residents_named(rows, words)

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With what is read once for the page."""
        return super().get_table(with_where(object_list))

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """A thousand at a time."""
        chunk: list[Resident] = []
        for one in rows.iterator(chunk_size=CHUNK):
            chunk.append(one)
            if len(chunk) == CHUNK:
                yield from with_where(chunk)
                chunk = []
        yield from with_where(chunk)


@requires(Right.KEEP_HOMES)
@require_POST
def resident_confirm(request: HttpRequest) -> HttpResponse:
    """Confirm those who wait among the ones that were ticked."""
    rows = picked(request, Resident.objects.visible_to(request.user).answered_by(request.user))
    waiting = list(rows.filter(state=ResidentState.ASKED).select_related("neighbourhood").order_by("pk"))
    with transaction.atomic():
        for row in waiting:
            residents.confirm_resident(resident=row, acting_user=request.user)
    if not waiting:
        messages.warning(request, _("勾选的里面没有等确认的。"))
    else:
        messages.success(request, _("确认了 %(n)d 位。") % {"n": len(waiting)})
    return redirect(back_to(request, "console_resident_list"))


# -- doors without a leader ----------------------------------------------------------------------------------------


class DoorFilterSet(WagtailFilterSet):
    """By place."""

    place = WithinFilter()

    class Meta:
        model = Building
        fields = ("place",)


def _households_url(building: Building) -> str:
    return reverse("console_building", args=[building.uid])


class DoorListView(ScopedListView):
    """Buildings with doors that no neighbour leader looks after: community by community, estate by estate."""

    right = Right.KEEP_HOMES
    model = Building
    page_title = gettext_lazy("没有邻长的门")
    header_icon = "warning"
    search_hint = gettext_lazy("小区名、拼音、首字母，或者楼栋")
    empty_text = gettext_lazy("每一户都有邻长联系。")
    filterset_class = DoorFilterSet
    default_ordering = ("estate__community__path", "estate_id", "number", "pk")
    columns = (
        Column("community", label=gettext_lazy("社区"), accessor="estate.community.name"),
        Column("estate", label=gettext_lazy("小区"), accessor="estate.name"),
        TitleColumn("name", label=gettext_lazy("楼栋"), get_url=_households_url),
        NumberColumn("unlinked", label=gettext_lazy("还没联到邻的户")),
        NumberColumn("vacant", label=gettext_lazy("邻长空缺的户")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("社区"), "estate.community.name"),
        ExportColumn(gettext_lazy("小区"), "estate.name"),
        ExportColumn(gettext_lazy("楼栋"), "name"),
        ExportColumn(gettext_lazy("还没联到邻的户"), "unlinked"),
        ExportColumn(gettext_lazy("邻长空缺的户"), "vacant"),
    )

    @cached_property
    def counts(self) -> dict[int, tuple[int, int]]:
        """Doors by building, of all that the reader keeps."""
        return doors_by_building(paths_where(self.request.user, Right.KEEP_HOMES))

    def get_base_queryset(self) -> QuerySet[Any]:
        """Those that the reader keeps, with at least one such door."""
        kept = Building.objects.visible_to(self.request.user).kept_by(self.request.user)
        return kept.filter(pk__in=list(self.counts)).select_related("estate__community")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By place."""
        return buildings_named(rows, words)

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With the counts."""
        return super().get_table(self._counted(object_list))

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """All of them."""
        return self._counted(rows)

    def _counted(self, buildings: Iterable[Any]) -> list[Any]:
        listed = list(buildings)
        for one in listed:
            one.unlinked, one.vacant = self.counts[one.pk]
        return listed


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(HouseholdListView, "households", "console_household"),
        path("households/link/", household_link, name="console_household_link"),
        *routes(ResidentListView, "residents", "console_resident"),
        path("residents/confirm/", resident_confirm, name="console_resident_confirm"),
        *routes(DoorListView, "doors", "console_door"),
    ]


def _entry(label: Any, url_name: str, icon: str, order: int) -> ScopedMenuItem:
    url = reverse(url_name)
    return ScopedMenuItem(label, url, name=url_name, icon_name=icon, order=order, right=Right.KEEP_HOMES)


@hooks.register(PEOPLE_MENU)
def households_entry() -> ScopedMenuItem:
    """In the side menu."""
    return _entry(gettext_lazy("住户"), "console_household_list", "group", 60)


@hooks.register(PEOPLE_MENU)
def residents_entry() -> ScopedMenuItem:
    """In the side menu."""
    return _entry(gettext_lazy("居民"), "console_resident_list", "user", 65)


@hooks.register(PEOPLE_MENU)
def doors_entry() -> ScopedMenuItem:
    """In the side menu."""
    return _entry(gettext_lazy("没有邻长的门"), "console_door_list", "warning", 67)
