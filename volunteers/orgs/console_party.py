"""The tree of party organisations at a desk, and where one is missing (应建尽建)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from foundation import clock
from volunteers.orgs import party
from volunteers.orgs.console_forms import LastDayForm, NameForm, form_page, fresh
from volunteers.orgs.forms import CoverForm, ParentForm, PartyOrgForm, SeatForm, UncoverForm, kept_by
from volunteers.orgs.models import BUILD_FROM, SHOULD_HAVE, PartyLevel, PartyOrg
from volunteers.orgs.selectors import members_under, paths_to_build, should_have, units_without_party
from volunteers.units.console import (
    ORDER_MENU,
    DayColumn,
    ExportColumn,
    NumberColumn,
    ScopedListView,
    ScopedMenuItem,
    requires,
    routes,
)
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, paths_where, units_where
from volunteers.units.selectors import breadcrumbs, named_like

RIGHT = Right.KEEP_PARTY


def streets_of(request: HttpRequest | None, right: Right) -> QuerySet[Unit]:
    """The streets that a filter offers: those in which the right holds; none for staff of a single community."""
    return units_where(request.user, right).at(Level.STREET) if request else Unit.objects.none()


class PartyFilterSet(WagtailFilterSet):
    """By level, by street, and with the closed ones."""

    level = django_filters.ChoiceFilter(label=gettext_lazy("层级"), choices=PartyLevel.choices)
    street = django_filters.ModelChoiceFilter(
        label=gettext_lazy("镇街"),
        queryset=lambda request: streets_of(request, RIGHT),
        to_field_name="uid",
        method="filter_street",
    )
    closed = django_filters.ChoiceFilter(
        label=gettext_lazy("撤销的"), method="filter_closed", choices=[("yes", gettext_lazy("只看撤销的"))]
    )

    class Meta:
        model = PartyOrg
        fields = ("level", "street", "closed")

    def filter_street(self, rows: QuerySet[Any], _name: str, street: Unit) -> QuerySet[Any]:
        """In and below it."""
        return rows.filter(unit__path__startswith=street.path)

    def filter_closed(self, rows: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        """Those whose last day has passed."""
        return rows.filter(ends_on__lt=clock.today())


def _indented(org: PartyOrg) -> str:
    return "　" * (org.depth - 1) + org.name


class PartyListView(ScopedListView):
    """Organisations in the order of their tree, each indented below the one it belongs to."""

    right = RIGHT
    model = PartyOrg
    page_title = gettext_lazy("党组织")
    header_icon = "site"
    search_hint = gettext_lazy("党组织名称、拼音或首字母")
    filterset_class = PartyFilterSet
    default_ordering = "path"
    columns = (
        TitleColumn(
            "name",
            label=gettext_lazy("名称"),
            accessor=_indented,
            get_url=lambda org: reverse("console_party_detail", args=[org.uid]),
        ),
        Column("get_level_display", label=gettext_lazy("层级")),
        Column("unit.name", label=gettext_lazy("设在")),
        NumberColumn("cover_count", label=gettext_lazy("覆盖几处")),
        DayColumn("starts_on", label=gettext_lazy("成立日期")),
        DayColumn("ends_on", label=gettext_lazy("撤销日期")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("名称"), "name"),
        ExportColumn(gettext_lazy("层级"), "get_level_display"),
        ExportColumn(gettext_lazy("设在"), "unit.name"),
        ExportColumn(gettext_lazy("覆盖几处"), "cover_count"),
        ExportColumn(gettext_lazy("成立日期"), "starts_on"),
        ExportColumn(gettext_lazy("撤销日期"), "ends_on"),
    )

    def get_base_queryset(self) -> QuerySet[PartyOrg]:
        """With their units, and how many each covers today."""
        today = clock.today()
        now = Q(links__ends_on__isnull=True) | Q(links__ends_on__gte=today)
        rows: Any = super().get_base_queryset().select_related("unit")
        found: QuerySet[PartyOrg] = rows.annotate(
            cover_count=Count("links", filter=now & Q(links__starts_on__lte=today))
        )
        return found

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name and by how it sounds."""
        return rows.filter(named_like(words))

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """On to a new one, and to what is missing."""
        return [
            HeaderButton(_("建一个党组织"), url=reverse("console_party_create"), icon_name="plus"),
            HeaderButton(_("应建未建"), url=reverse("console_party_gap_list"), icon_name="warning"),
        ]


class GapFilterSet(WagtailFilterSet):
    """By level of the unit, by street, by what is suggested."""

    level = django_filters.ChoiceFilter(
        label=gettext_lazy("哪一级"), choices=[(level.value, level.label) for level in SHOULD_HAVE]
    )
    street = django_filters.ModelChoiceFilter(
        label=gettext_lazy("镇街"),
        queryset=lambda request: streets_of(request, RIGHT),
        to_field_name="uid",
        method="filter_street",
    )
    advice = django_filters.ChoiceFilter(
        label=gettext_lazy("建议"),
        method="filter_advice",
        choices=[("build", gettext_lazy("可以单独建")), ("join", gettext_lazy("联合建"))],
    )

    class Meta:
        model = Unit
        fields = ("level", "street", "advice")

    def filter_street(self, rows: QuerySet[Any], _name: str, street: Unit) -> QuerySet[Any]:
        """In and below it."""
        return rows.filter(path__startswith=street.path)

    def filter_advice(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """With members enough, or not."""
        enough = paths_to_build(paths_where(self.request.user, RIGHT))
        return rows.filter(path__in=enough) if value == "build" else rows.exclude(path__in=enough)


def advice(unit: Any) -> str:
    """What to do where one is missing."""
    return _("可以单独建") if unit.members >= BUILD_FROM else _("建议和邻近的联合建")


class GapListView(ScopedListView):
    """Units that should have a party organisation and have none, in the order of the tree."""

    right = RIGHT
    model = Unit
    page_title = gettext_lazy("应建未建党组织")
    header_icon = "warning"
    search_hint = gettext_lazy("地方名称、拼音或首字母")
    empty_text = gettext_lazy("该建的都建了。")
    filterset_class = GapFilterSet
    default_ordering = "path"
    columns = (
        TitleColumn(
            "name",
            label=gettext_lazy("哪里"),
            get_url=lambda unit: f"{reverse('console_party_create')}?unit={unit.uid}",
        ),
        Column("lies_in", label=gettext_lazy("在")),
        Column("get_level_display", label=gettext_lazy("哪一级")),
        Column("wanted", label=gettext_lazy("应建")),
        NumberColumn("members", label=gettext_lazy("三长中的党员")),
        Column("advice", label=gettext_lazy("建议"), accessor=advice),
    )
    export_columns = (
        ExportColumn(gettext_lazy("哪里"), "name"),
        ExportColumn(gettext_lazy("在"), "lies_in"),
        ExportColumn(gettext_lazy("哪一级"), "get_level_display"),
        ExportColumn(gettext_lazy("应建"), "wanted"),
        ExportColumn(gettext_lazy("三长中的党员"), "members"),
        ExportColumn(gettext_lazy("建议"), advice),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """What is missing where the user keeps party organisations."""
        return units_without_party(paths_where(self.request.user, RIGHT))

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name and by how it sounds."""
        return rows.filter(named_like(words))

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With what each line says besides the unit itself."""
        return super().get_table(_described(list(object_list)))

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """The same for all."""
        return _described(list(rows))


def _described(units: list[Any]) -> list[Any]:
    """Each unit with where it lies, what it should have and how many members are known. Two queries for all."""
    places = breadcrumbs(units, top=1)
    known = members_under(unit.path for unit in units)
    for unit in units:
        wanted = should_have(unit.level)
        unit.lies_in, unit.members = places[unit.pk], known.get(unit.path, 0)
        unit.wanted = wanted.label if wanted else ""
    return units


def _org(request: HttpRequest, uid: uuid.UUID) -> PartyOrg:
    orgs = PartyOrg.objects.visible_to(request.user).select_related("unit")
    org: PartyOrg = get_object_or_404(orgs, uid=uid)
    return org


def _page_of(org: PartyOrg) -> str:
    return reverse("console_party_detail", args=[org.uid])


@requires(RIGHT)
def party_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One organisation: what is above and below it, and what it covers."""
    org = _org(request, uid)
    links = org.links.select_related("unit").order_by("ends_on", "unit__path")
    places = breadcrumbs([link.unit for link in links], top=1)
    context = {
        "org": org,
        "above": org.get_ancestors(),
        "below": org.get_children().select_related("unit"),
        "links": [(link, places[link.unit_id]) for link in links],
        "is_open": org.ends_on is None,
        "page_title": org.name,
    }
    return render(request, "orgs/console_party.html", context)


@requires(RIGHT)
def party_create(request: HttpRequest) -> HttpResponse:
    """Where it sits first, then what it is; `?unit=` and `?parent=` come from the lists."""
    parent = _chosen(request, "parent", PartyOrg.objects.visible_to(request.user).select_related("unit"))
    unit = _chosen(request, "unit", kept_by(request.user))
    if unit is None:
        form: Any = SeatForm(user=request.user, parent=parent)
        context = {"form": form, "parent": parent, "page_title": _("建一个党组织")}
        return render(request, "orgs/console_party_seat.html", context)
    return form_page(
        request,
        PartyOrgForm(fresh(request.POST), unit=unit, user=request.user, parent=parent),
        lambda data: party.create_party_org(**data, unit=unit, acting_user=request.user),
        title=_("在%s建一个党组织") % unit.name,
        back=reverse("console_party_list"),
        done=_("党组织建好了。"),
    )


def _chosen(request: HttpRequest, name: str, rows: QuerySet[Any]) -> Any:
    """The row named in the address, none when nothing is named; 404 when it is not one of these."""
    asked = request.GET.get(name, "")
    if not asked:
        return None
    try:
        return get_object_or_404(rows, uid=uuid.UUID(asked))
    except ValueError:
        raise Http404 from None


@requires(RIGHT)
def party_rename(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Another name."""
    org = _org(request, uid)
    return form_page(
        request,
        NameForm(fresh(request.POST), initial={"name": org.name}),
        lambda data: party.rename_party_org(org=org, name=data["name"], acting_user=request.user),
        title=_("改名：%s") % org.name,
        back=_page_of(org),
        done=_("名称改好了。"),
    )


@requires(RIGHT)
def party_move(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Below another one, with all that hangs on it."""
    org = _org(request, uid)
    return form_page(
        request,
        ParentForm(fresh(request.POST), org=org),
        lambda data: party.move_party_org(org=org, parent=data["parent"], acting_user=request.user),
        title=_("换一个上级：%s") % org.name,
        back=_page_of(org),
        done=_("移好了。"),
        intro=_("它下面的党组织跟着一起移。"),
    )


@requires(RIGHT)
def party_link(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Cover one more place."""
    org = _org(request, uid)
    return form_page(
        request,
        CoverForm(fresh(request.POST), org=org, user=request.user),
        lambda data: party.link_unit(org=org, **data, acting_user=request.user),
        title=_("多覆盖一处：%s") % org.name,
        back=_page_of(org),
        done=_("添好了。"),
    )


@requires(RIGHT)
def party_unlink(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Cover one place less."""
    org = _org(request, uid)
    return form_page(
        request,
        UncoverForm(fresh(request.POST), org=org, initial={"unit": request.GET.get("unit"), "last_day": clock.today()}),
        lambda data: party.unlink_unit(org=org, **data, acting_user=request.user),
        title=_("少覆盖一处：%s") % org.name,
        back=_page_of(org),
        done=_("记下了。"),
    )


@requires(RIGHT)
def party_close(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Its last day."""
    org = _org(request, uid)
    return form_page(
        request,
        LastDayForm(fresh(request.POST)),
        lambda data: party.close_party_org(org=org, **data, acting_user=request.user),
        title=_("撤销：%s") % org.name,
        back=_page_of(org),
        done=_("记下了，最后一天过后就不再算数。"),
        intro=_("它覆盖的地方从第二天起会出现在“应建未建”里，除非另有党组织覆盖。"),
    )


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    acts = (
        ("name", party_rename, "rename"),
        ("parent", party_move, "move"),
        ("cover", party_link, "link"),
        ("uncover", party_unlink, "unlink"),
        ("close", party_close, "close"),
    )
    return [
        *routes(GapListView, "party/gaps", "console_party_gap"),
        *routes(PartyListView, "party", "console_party"),
        path("party/new/", party_create, name="console_party_create"),
        path("party/<uuid:uid>/", party_detail, name="console_party_detail"),
        *(path(f"party/<uuid:uid>/{word}/", view, name=f"console_party_{name}") for word, view, name in acts),
    ]


@hooks.register(ORDER_MENU)
def menu_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_party_list")
    return ScopedMenuItem(gettext_lazy("党组织"), url, name="party", icon_name="site", order=30, right=RIGHT)
