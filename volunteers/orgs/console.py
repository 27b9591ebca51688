"""Departments and their officers at a desk, for those who keep them for the whole district."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from foundation import clock
from foundation.secrets import mask_name, mask_phone
from volunteers.orgs import services
from volunteers.orgs.console_forms import LastDayForm, NameForm, NewNameForm, PersonForm, form_page, fresh
from volunteers.orgs.models import Department, DepartmentOfficer
from volunteers.orgs.persons import matching
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
from volunteers.units.rights import Right
from volunteers.units.selectors import named_like

RIGHT = Right.KEEP_DEPARTMENTS


class DepartmentListView(ScopedListView):
    """Departments, by name."""

    right = RIGHT
    model = Department
    page_title = gettext_lazy("部门")
    header_icon = "clipboard-list"
    search_hint = gettext_lazy("部门名称、拼音或首字母")
    default_ordering = "pinyin"
    columns = (
        TitleColumn(
            "name", label=gettext_lazy("名称"), get_url=lambda d: reverse("console_department_detail", args=[d.uid])
        ),
        NumberColumn("officer_count", label=gettext_lazy("几位负责人")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("名称"), "name"),
        ExportColumn(gettext_lazy("几位负责人"), "officer_count"),
    )

    def get_base_queryset(self) -> QuerySet[Department]:
        """With the number of those who answer for it today."""
        today = clock.today()
        now = Q(officers__ends_on__isnull=True) | Q(officers__ends_on__gte=today)
        return (
            super()
            .get_base_queryset()
            .annotate(officer_count=Count("officers", filter=now & Q(officers__starts_on__lte=today)))
        )

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name and by how it sounds."""
        return rows.filter(named_like(words))

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """On to a new one, and to everybody who answers for one."""
        return [
            HeaderButton(_("添一个部门"), url=reverse("console_department_create"), icon_name="plus"),
            HeaderButton(_("部门负责人"), url=reverse("console_officer_list"), icon_name="user"),
        ]


class OfficerFilterSet(WagtailFilterSet):
    """By department, and whether still in office."""

    department = django_filters.ModelChoiceFilter(
        label=gettext_lazy("部门"), queryset=Department.objects.order_by("pinyin"), to_field_name="uid"
    )
    now = django_filters.ChoiceFilter(
        label=gettext_lazy("在任"),
        method="filter_now",
        choices=[("yes", gettext_lazy("在任")), ("no", gettext_lazy("已结束"))],
    )

    class Meta:
        model = DepartmentOfficer
        fields = ("department", "now")

    def filter_now(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """In office today, or no more."""
        gone = Q(ends_on__lt=clock.today())
        return rows.filter(gone if value == "no" else ~gone | Q(ends_on__isnull=True))


class OfficerListView(ScopedListView):
    """Everybody who answers for a department, by department and name."""

    right = RIGHT
    model = DepartmentOfficer
    page_title = gettext_lazy("部门负责人")
    header_icon = "user"
    search_hint = gettext_lazy("姓名、拼音、首字母或手机号末四位")
    filterset_class = OfficerFilterSet
    default_ordering = ("department__pinyin", "person__pinyin", "pk")
    columns = (
        TitleColumn(
            "person.name",
            label=gettext_lazy("姓名"),
            get_url=lambda o: reverse("console_department_detail", args=[o.department.uid]),
        ),
        Column("department.name", label=gettext_lazy("部门")),
        Column("person.masked_phone", label=gettext_lazy("手机号")),
        DayColumn("starts_on", label=gettext_lazy("从")),
        DayColumn("ends_on", label=gettext_lazy("到")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("姓名"), "person.name", mask_name),
        ExportColumn(gettext_lazy("部门"), "department.name"),
        ExportColumn(gettext_lazy("手机号"), "person.phone", mask_phone),
        ExportColumn(gettext_lazy("从"), "starts_on"),
        ExportColumn(gettext_lazy("到"), "ends_on"),
    )

    def get_base_queryset(self) -> QuerySet[DepartmentOfficer]:
        """With person and department."""
        rows: QuerySet[DepartmentOfficer] = super().get_base_queryset().select_related("person", "department")
        return rows

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """As people are found everywhere."""
        found: QuerySet[Any] = matching(rows, words)
        return found


def _department(request: HttpRequest, uid: uuid.UUID) -> Department:
    return get_object_or_404(Department.objects.visible_to(request.user), uid=uid)


def _page_of(department: Department) -> str:
    return reverse("console_department_detail", args=[department.uid])


@requires(RIGHT)
def department_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One department: who answers for it, and who did."""
    department = _department(request, uid)
    officers = department.officers.select_related("person").order_by("-starts_on", "pk")
    context = {"department": department, "officers": officers, "today": clock.today(), "page_title": department.name}
    return render(request, "orgs/console_department.html", context)


@requires(RIGHT)
def department_create(request: HttpRequest) -> HttpResponse:
    """A new department."""
    return form_page(
        request,
        NewNameForm(fresh(request.POST)),
        lambda data: services.create_department(uid=data["uid"], name=data["name"], acting_user=request.user),
        title=_("添一个部门"),
        back=reverse("console_department_list"),
        done=_("部门添好了。"),
    )


@requires(RIGHT)
def department_rename(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Another name."""
    department = _department(request, uid)
    return form_page(
        request,
        NameForm(fresh(request.POST), initial={"name": department.name}),
        lambda data: services.rename_department(department=department, name=data["name"], acting_user=request.user),
        title=_("改名：%s") % department.name,
        back=_page_of(department),
        done=_("名称改好了。"),
    )


@requires(RIGHT)
def officer_create(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Somebody, by name and number, answers for the department."""
    department = _department(request, uid)

    def add(data: dict[str, Any]) -> None:
        services.add_officer_by_phone(
            department=department,
            name=data["name"],
            phone=data["phone"],
            starts_on=data["starts_on"],
            acting_user=request.user,
        )

    return form_page(
        request,
        PersonForm(fresh(request.POST)),
        add,
        title=_("添一位负责人：%s") % department.name,
        back=_page_of(department),
        done=_("负责人添好了。"),
    )


@requires(RIGHT)
def officer_end(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """An officer's last day."""
    officers = DepartmentOfficer.objects.visible_to(request.user).select_related("person", "department")
    officer = get_object_or_404(officers, uid=uid)
    return form_page(
        request,
        LastDayForm(fresh(request.POST)),
        lambda data: services.end_officer(
            officer=officer, last_day=data["last_day"], reason=data["reason"], acting_user=request.user
        ),
        title=_("%(name)s不再负责%(department)s")
        % {"name": officer.person.name, "department": officer.department.name},
        back=_page_of(officer.department),
        done=_("记下了，最后一天过后就不能再办这个部门的事。"),
    )


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(OfficerListView, "departments/officers", "console_officer"),
        *routes(DepartmentListView, "departments", "console_department"),
        path("departments/new/", department_create, name="console_department_create"),
        path("departments/<uuid:uid>/", department_detail, name="console_department_detail"),
        path("departments/<uuid:uid>/name/", department_rename, name="console_department_rename"),
        path("departments/<uuid:uid>/officers/new/", officer_create, name="console_officer_create"),
        path("departments/officers/<uuid:uid>/end/", officer_end, name="console_officer_end"),
    ]


@hooks.register(ORDER_MENU)
def menu_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_department_list")
    return ScopedMenuItem(
        gettext_lazy("部门"), url, name="departments", icon_name="clipboard-list", order=40, right=RIGHT
    )
