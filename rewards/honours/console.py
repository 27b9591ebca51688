"""服务时长 in the console: the records, what is typed in by hand, and what is handed to the national system."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
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

from foundation.errors import Conflict, Invalid
from foundation.secrets import mask_name
from frontend.inputs import DayInput
from rewards.honours import entries, handing, withdrawing
from rewards.honours.forms import EntryForm, HandOverForm, ReasonForm, take_errors
from rewards.honours.models import EntryState, HandOver, HandOverLine, ServiceEntry, ServiceRecord
from rewards.honours.selectors import hours_text
from volunteers.people.search import matching
from volunteers.units.console import (
    POINTS_MENU,
    DayColumn,
    ExportColumn,
    NumberColumn,
    PlaceFilter,
    ScopedListView,
    ScopedMenuItem,
    page,
    requires,
    routes,
)
from volunteers.units.console.export import ExportForm, Wish, export
from volunteers.units.rights import Right, require
from volunteers.units.selectors import named_like

may_honour = requires(Right.HONOUR)
SERVICE = ("console_service_list", gettext_lazy("服务时长"))
ENTRIES = ("console_service_entry_list", gettext_lazy("手工录入时长"))
HAND_OVERS = ("console_hand_over_list", gettext_lazy("时长移交"))


class ServiceFilterSet(WagtailFilterSet):
    """By place and day."""

    place = PlaceFilter()
    since = django_filters.DateFilter(
        field_name="started_at", lookup_expr="date__gte", label=gettext_lazy("从"), widget=DayInput
    )
    until = django_filters.DateFilter(
        field_name="started_at", lookup_expr="date__lte", label=gettext_lazy("到"), widget=DayInput
    )

    class Meta:
        model = ServiceRecord
        fields = ("place",)


def _hours(record: ServiceRecord) -> str:
    return hours_text(record.minutes)


def _certifier(record: ServiceRecord) -> str:
    return record.certifier.name if record.certifier else ""


def _gone(record: Any) -> str:
    return _("已撤回") if hasattr(record, "withdrawal") else ""


class ServiceListView(ScopedListView):
    """Records of the reader's units, by date; nobody's hours are added up."""

    right = Right.HONOUR
    model = ServiceRecord
    page_title = gettext_lazy("服务时长")
    header_icon = "time"
    search_hint = gettext_lazy("姓名、拼音、首字母、手机后四位")
    empty_text = gettext_lazy("还没有服务记录。活动确认时长以后，会出现在这里。")
    filterset_class = ServiceFilterSet
    default_ordering = ("-started_at", "pk")
    columns = (
        TitleColumn(
            "started_at",
            label=gettext_lazy("日期"),
            accessor=lambda one: DayColumn("started_at", label="").get_value(one),
            get_url=lambda one: reverse("console_service", args=[one.pk]),
        ),
        Column("person", label=gettext_lazy("姓名"), accessor="person.name"),
        Column("project", label=gettext_lazy("服务项目")),
        Column("unit", label=gettext_lazy("单位"), accessor="unit.name"),
        NumberColumn("hours", label=gettext_lazy("小时"), accessor=_hours),
        Column("certifier", label=gettext_lazy("证明人"), accessor=_certifier),
        Column("withdrawal", label=gettext_lazy("状态"), accessor=_gone),
    )
    export_columns = (
        ExportColumn(gettext_lazy("日期"), "started_at"),
        ExportColumn(gettext_lazy("姓名"), "person.name", mask_name),
        ExportColumn(gettext_lazy("服务项目"), "project"),
        ExportColumn(gettext_lazy("单位"), "unit.name"),
        ExportColumn(gettext_lazy("小时"), _hours),
        ExportColumn(gettext_lazy("证明人"), _certifier, mask_name),
        ExportColumn(gettext_lazy("证明人职务"), "get_certifier_role_display"),
        ExportColumn(gettext_lazy("状态"), _gone),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """Of the units whose honours one looks after; one's own hours are on the phone."""
        rows = ServiceRecord.objects.looked_after_by(self.request.user)
        return rows.select_related("person", "unit", "certifier", "withdrawal")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the person."""
        return matching(rows, words)


def _record(request: HttpRequest, uid: uuid.UUID) -> ServiceRecord:
    rows = ServiceRecord.objects.looked_after_by(request.user)
    found: ServiceRecord = get_object_or_404(rows.select_related("person", "unit", "certifier", "withdrawal"), pk=uid)
    return found


@may_honour
@require_http_methods(["GET", "POST"])
def service_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One record, and taking it back with a reason."""
    record = _record(request, uid)
    form = ReasonForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            withdrawing.withdraw_record(record=record, acting_user=request.user, **form.cleaned_data)
        except Conflict as refusal:
            form.add_error("reason", str(refusal.message))
            status = refusal.status
        else:
            messages.success(request, _("撤回了，两条都留着。"))
            return redirect("console_service", record.pk)
    context = page(record.project, icon="time", trail=[SERVICE], record=record, form=form, hours=_hours(record))
    context["gone"] = getattr(record, "withdrawal", None)
    return render(request, "honours/console_record.html", context, status=status)


# -- by hand -------------------------------------------------------------------------------------------------------


class EntryFilterSet(WagtailFilterSet):
    """By place and state."""

    place = PlaceFilter()
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("状态"), empty_label=gettext_lazy("全部"), choices=EntryState.choices
    )

    class Meta:
        model = ServiceEntry
        fields = ("place", "state")


class EntryListView(ScopedListView):
    """Entries by hand, the latest first."""

    right = Right.HONOUR
    model = ServiceEntry
    page_title = gettext_lazy("手工录入的时长")
    header_icon = "edit"
    search_hint = gettext_lazy("服务项目")
    search_fields = ("project",)
    empty_text = gettext_lazy("还没有录入过。活动里的时长会自己记下来，这里只录活动以外的。")
    filterset_class = EntryFilterSet
    default_ordering = ("-at", "pk")
    columns = (
        TitleColumn(
            "project",
            label=gettext_lazy("服务项目"),
            get_url=lambda one: reverse("console_service_entry", args=[one.pk]),
        ),
        DayColumn("started_at", label=gettext_lazy("时间")),
        Column("unit", label=gettext_lazy("单位"), accessor="unit.name"),
        NumberColumn("minutes", label=gettext_lazy("分钟")),
        NumberColumn("how_many", label=gettext_lazy("几位")),
        Column("state", label=gettext_lazy("状态"), accessor="get_state_display"),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """With how many took part."""
        return super().get_base_queryset().select_related("unit").annotate(how_many=Count("people"))

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on."""
        return [HeaderButton(_("录一条"), url=reverse("console_service_entry_create"), icon_name="plus")]


@may_honour
@require_http_methods(["GET", "POST"])
def entry_create(request: HttpRequest) -> HttpResponse:
    """Type in what happened outside of events."""
    form = EntryForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = entries.enter_hours(id=form.cleaned_data["id"], service=form.service(), acting_user=request.user)
        except Invalid as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, _("记下了，请另一位同事证明。"))
            return redirect("console_service_entry", made.pk)
    context = page(_("录一条"), icon="edit", trail=[SERVICE, ENTRIES], form=form, action=_("记下来"))
    return render(request, "honours/console_form.html", context, status=422 if form.is_bound else 200)


def _entry(request: HttpRequest, uid: uuid.UUID) -> ServiceEntry:
    rows = ServiceEntry.objects.visible_to(request.user).select_related(
        "unit", "entered_by__person", "decided_by__person"
    )
    found: ServiceEntry = get_object_or_404(rows, pk=uid)
    return found


@may_honour
@require_GET
def entry_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One entry: certify it or not, as a second person."""
    entry = _entry(request, uid)
    context = page(entry.project, icon="edit", trail=[SERVICE, ENTRIES], entry=entry, form=ReasonForm())
    context["people"] = entry.people.order_by("pinyin", "pk")
    context["may_decide"] = entry.state == EntryState.WAITING and entry.entered_by_id != request.user.pk
    return render(request, "honours/console_entry.html", context)


@may_honour
@require_POST
def entry_certify(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """It was so."""
    entries.certify_entry(entry=_entry(request, uid), acting_user=request.user)
    messages.success(request, _("证明了，时长记到每个人名下。"))
    return redirect("console_service_entry", uid)


@may_honour
@require_POST
def entry_refuse(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """It was not so."""
    reason = request.POST.get("reason", "")
    entries.refuse_entry(entry=_entry(request, uid), reason=reason, acting_user=request.user)
    messages.success(request, _("没有通过，没有记时长。"))
    return redirect("console_service_entry", uid)


# -- handing over --------------------------------------------------------------------------------------------------


class HandOverListView(ScopedListView):
    """What was handed over, the latest first."""

    right = Right.HONOUR
    model = HandOver
    page_title = gettext_lazy("时长移交")
    header_icon = "download"
    search_hint = gettext_lazy("单位名称")
    empty_text = gettext_lazy("还没有移交过。每条时长只交一次，下一次只含新的。")
    default_ordering = ("-at", "pk")
    columns = (
        TitleColumn(
            "at",
            label=gettext_lazy("时间"),
            accessor=lambda one: DayColumn("at", label="").get_value(one),
            get_url=lambda one: reverse("console_hand_over", args=[one.pk]),
        ),
        Column("unit", label=gettext_lazy("单位"), accessor="unit.name"),
        DayColumn("first_on", label=gettext_lazy("从")),
        DayColumn("last_on", label=gettext_lazy("到")),
        NumberColumn("line_count", label=gettext_lazy("条数")),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """With how many lines each has."""
        return super().get_base_queryset().select_related("unit").annotate(line_count=Count("lines"))

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the unit."""
        return rows.filter(named_like(words, "unit__"))

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on."""
        return [HeaderButton(_("移交新的时长"), url=reverse("console_hand_over_create"), icon_name="plus")]


@may_honour
@require_http_methods(["GET", "POST"])
def hand_over_create(request: HttpRequest) -> HttpResponse:
    """Put what is new in a period into one batch."""
    form = HandOverForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = handing.hand_over(**form.cleaned_data, acting_user=request.user)
        except (Invalid, Conflict) as refusal:
            take_errors(form, refusal)
        else:
            return redirect("console_hand_over", made.pk)
    context = page(_("移交新的时长"), icon="download", trail=[SERVICE, HAND_OVERS], form=form, action=_("找出新的时长"))
    return render(request, "honours/console_form.html", context, status=422 if form.is_bound else 200)


def _hand_over(request: HttpRequest, uid: uuid.UUID) -> HandOver:
    found: HandOver = get_object_or_404(
        HandOver.objects.visible_to(request.user).select_related("unit", "by__person"), pk=uid
    )
    return found


@may_honour
@require_GET
def hand_over_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One batch, and its file."""
    batch = _hand_over(request, uid)
    context = page(_("时长移交"), icon="download", trail=[SERVICE, HAND_OVERS], batch=batch)
    context["line_count"] = batch.lines.count()
    context["withdrawn_count"] = batch.lines.filter(is_withdrawal=True).count()
    return render(request, "honours/console_hand_over.html", context)


def _kind_of(line: HandOverLine) -> str:
    return _("撤回") if line.is_withdrawal else _("新增")


HANDED: tuple[ExportColumn, ...] = (
    ExportColumn(gettext_lazy("人员编号"), lambda line: str(line.record.person.uid)),
    ExportColumn(gettext_lazy("姓名"), "record.person.name", mask_name),
    ExportColumn(gettext_lazy("服务项目"), "record.project"),
    ExportColumn(gettext_lazy("服务日期"), lambda line: line.record.started_at),
    ExportColumn(gettext_lazy("服务时长（小时）"), lambda line: round(line.record.minutes / 60, 2)),
    ExportColumn(gettext_lazy("服务单位"), "record.unit.name"),
    ExportColumn(gettext_lazy("证明人"), lambda line: _certifier(line.record), mask_name),
    ExportColumn(gettext_lazy("证明人职务"), lambda line: line.record.get_certifier_role_display()),
    ExportColumn(gettext_lazy("记录编号"), lambda line: str(line.record_id)),
    ExportColumn(gettext_lazy("新增或撤回"), _kind_of),
)
"""What a national volunteer system usually asks for. No number of any identity card: the person's own public id."""


@may_honour
@require_POST
def hand_over_file(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """The file of a batch: names covered unless a purpose is written; audited and signed like every export."""
    batch = _hand_over(request, uid)
    require(request.user, Right.EXPORT, batch.unit)
    form = ExportForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("console_hand_over", batch.pk)
    wish = Wish(
        name="console_hand_over_file",
        title=_("服务时长移交"),
        format=form.cleaned_data["format"],
        full=form.cleaned_data["full"],
        reason=form.cleaned_data["reason"].strip(),
        conditions=[(_("单位"), batch.unit.name), (_("日期"), f"{batch.first_on} – {batch.last_on}")],
        searched="",
    )
    try:
        return export(
            rows=handing.lines_of(batch),
            columns=HANDED,
            wish=wish,
            acting_user=request.user,
            count=batch.lines.count(),
        )
    except Invalid as refusal:
        messages.error(request, str(refusal.message))
        return redirect("console_hand_over", batch.pk)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(ServiceListView, "service", "console_service"),
        path("service/<uuid:uid>/", service_detail, name="console_service"),
        *routes(EntryListView, "service/entries", "console_service_entry"),
        path("service/entries/add/", entry_create, name="console_service_entry_create"),
        path("service/entries/<uuid:uid>/", entry_detail, name="console_service_entry"),
        path("service/entries/<uuid:uid>/certify/", entry_certify, name="console_service_entry_certify"),
        path("service/entries/<uuid:uid>/refuse/", entry_refuse, name="console_service_entry_refuse"),
        *routes(HandOverListView, "service/handovers", "console_hand_over"),
        path("service/handovers/add/", hand_over_create, name="console_hand_over_create"),
        path("service/handovers/<uuid:uid>/", hand_over_detail, name="console_hand_over"),
        path("service/handovers/<uuid:uid>/file/", hand_over_file, name="console_hand_over_file"),
    ]


def _entry_of_menu(label: Any, name: str, icon: str, order: int) -> ScopedMenuItem:
    return ScopedMenuItem(label, reverse(name), name=name, icon_name=icon, order=order, right=Right.HONOUR)


@hooks.register(POINTS_MENU)
def service_item() -> ScopedMenuItem:
    """In the side menu."""
    return _entry_of_menu(SERVICE[1], SERVICE[0], "time", 60)


@hooks.register(POINTS_MENU)
def entries_item() -> ScopedMenuItem:
    """In the side menu."""
    return _entry_of_menu(ENTRIES[1], ENTRIES[0], "edit", 61)


@hooks.register(POINTS_MENU)
def hand_overs_item() -> ScopedMenuItem:
    """In the side menu."""
    return _entry_of_menu(HAND_OVERS[1], HAND_OVERS[0], "download", 62)
