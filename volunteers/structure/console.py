"""结构调整 in the console: the list, a draft in two steps, before and after, the second person's word, history."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
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

from foundation.errors import Invalid, Refused
from volunteers.structure import services
from volunteers.structure.forms import DraftForm, NoteForm, PickForm, ReasonForm
from volunteers.structure.models import StructureChange
from volunteers.structure.pages import change_page
from volunteers.structure.reports_console import month_export, month_report
from volunteers.units.console import (
    ORDER_MENU,
    DayColumn,
    ExportColumn,
    ScopedListView,
    ScopedMenuItem,
    requires,
    routes,
)
from volunteers.units.console.pages import page
from volunteers.units.models import Unit
from volunteers.units.rights import Right
from volunteers.units.selectors import named_like

RIGHT = Right.DRAFT_STRUCTURE
ICON = "site"
TRAIL = (("console_structure_list", gettext_lazy("结构调整")),)
may_look = requires(RIGHT)


class ChangeFilterSet(WagtailFilterSet):
    """By kind and state."""

    class Meta:
        model = StructureChange
        fields = ("kind", "state")


class ChangeListView(ScopedListView):
    """Changes of the user's units, newest first."""

    right = RIGHT
    model = StructureChange
    page_title = gettext_lazy("结构调整")
    header_icon = ICON
    search_hint = gettext_lazy("单位名称、拼音或首字母")
    empty_text = gettext_lazy("还没有结构调整。拆分、合并、划转、更名都从“新的调整”开始。")
    filterset_class = ChangeFilterSet
    default_ordering = ("-in_force_on", "-pk")
    columns = (
        TitleColumn(
            "unit", label=gettext_lazy("单位"), get_url=lambda one: reverse("console_structure_detail", args=[one.uid])
        ),
        Column("get_kind_display", label=gettext_lazy("类别")),
        Column("scope", label=gettext_lazy("涉及范围")),
        DayColumn("in_force_on", label=gettext_lazy("生效日期")),
        Column("get_state_display", label=gettext_lazy("状态")),
        Column("why", label=gettext_lazy("为什么调整")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("单位"), "unit.name"),
        ExportColumn(gettext_lazy("类别"), lambda one: one.get_kind_display()),
        ExportColumn(gettext_lazy("涉及范围"), "scope.name"),
        ExportColumn(gettext_lazy("生效日期"), "in_force_on"),
        ExportColumn(gettext_lazy("状态"), lambda one: one.get_state_display()),
        ExportColumn(gettext_lazy("为什么调整"), "why"),
        ExportColumn(gettext_lazy("征求意见情况"), "consultation"),
    )

    def get_base_queryset(self) -> QuerySet[StructureChange]:
        """With the names of the units."""
        rows: QuerySet[StructureChange] = super().get_base_queryset().select_related("unit", "scope")
        return rows

    def search(self, rows: QuerySet[StructureChange], words: str) -> QuerySet[StructureChange]:
        """By the unit's name, its pinyin or initials."""
        return rows.filter(named_like(words, "unit__"))

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on."""
        return [HeaderButton(_("新的调整"), url=reverse("console_structure_create"), icon_name="plus")]


def _change(request: HttpRequest, uid: uuid.UUID) -> StructureChange:
    rows = StructureChange.objects.visible_to(request.user).select_related(
        "unit", "scope", "drafted_by__person", "approved_by__person", "withdrawn_by__person"
    )
    return get_object_or_404(rows, uid=uid)


def _take(form: Any, refusal: Invalid) -> None:
    """Put what a service refused where it belongs on the form."""
    for name, message in (refusal.errors or {"": refusal.message}).items():
        known = "name-1" if name == "sides" else name
        form.add_error(known if known in form.fields else None, str(message))


@may_look
@require_http_methods(["GET", "POST"])
def change_create(request: HttpRequest) -> HttpResponse:
    """Choose unit and kind; then children, names, date and reason."""
    asked = request.GET or request.POST
    pick = PickForm(asked or None, user=request.user)
    if not asked or not pick.is_valid():
        context = page(_("新的调整"), icon=ICON, trail=TRAIL, form=pick)
        return render(request, "structure/console_pick.html", context, status=422 if asked else 200)
    kind, unit = pick.cleaned_data["kind"], pick.cleaned_data["unit"]
    form = DraftForm(request.POST or None, user=request.user, kind=kind, unit=unit)
    if request.method == "POST" and form.is_valid():
        try:
            change = services.draft_change(
                uid=form.cleaned_data["id"] or uuid.uuid4(),
                kind=kind,
                unit=unit,
                in_force_on=form.cleaned_data["in_force_on"],
                why=form.cleaned_data["why"],
                plan=form.plan,
                acting_user=request.user,
            )
        except Invalid as refusal:
            _take(form, refusal)
        else:
            return redirect("console_structure_detail", change.uid)
    return _form(request, form, _("新的调整"))


def _form(request: HttpRequest, form: DraftForm, title: str) -> HttpResponse:
    context = page(title, icon=ICON, trail=TRAIL, form=form, unit=form.unit, kind=form.kind.label)
    return render(request, "structure/console_form.html", context, status=422 if form.is_bound else 200)


@may_look
@require_http_methods(["GET", "POST"])
def change_edit(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Change a draft: who goes where, who leads, which buildings."""
    change = _change(request, uid)
    if not change.is_editable:
        messages.error(request, _("已经批准的调整不能再改；需要改的请撤回，重新起草。"))
        return redirect("console_structure_detail", change.uid)
    form = DraftForm(request.POST or None, user=request.user, kind=change.kind, unit=change.unit, change=change)
    if request.method == "POST" and form.is_valid():
        try:
            services.redraft_change(
                change=change,
                in_force_on=form.cleaned_data["in_force_on"],
                why=form.cleaned_data["why"],
                plan=form.plan,
                acting_user=request.user,
            )
        except Invalid as refusal:
            _take(form, refusal)
        else:
            return redirect("console_structure_detail", change.uid)
    return _form(request, form, _("修改草案"))


@may_look
@require_GET
def change_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Before and after, what it touches, and what may be done next."""
    return _detail(request, _change(request, uid))


def _detail(request: HttpRequest, change: StructureChange, status: int = 200, **forms: Any) -> HttpResponse:
    title = f"{change.unit.name} · {change.get_kind_display()}"
    shown = {"note_form": NoteForm(), "reason_form": ReasonForm(), **forms}
    context = page(title, icon=ICON, trail=TRAIL, change=change, shown=change_page(change, request.user), **shown)
    return render(request, "structure/console_detail.html", context, status=status)


def _act(request: HttpRequest, change: StructureChange, act: Any, done: str, **words: str) -> HttpResponse:
    """Call a service; what it refuses for reasons of the matter is said on the page, a missing right is a 403."""
    try:
        act(change=change, acting_user=request.user, **words)
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, done)
    return redirect("console_structure_detail", change.uid)


@may_look
@require_POST
def change_consult(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Note the consultation."""
    change, form = _change(request, uid), NoteForm(request.POST)
    if not form.is_valid():
        return _detail(request, change, 422, note_form=form)
    note = form.cleaned_data["note"]
    return _act(request, change, services.record_consultation, _("记下了，等另一位同事批准。"), note=note)


@may_look
@require_POST
def change_approve(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The second person's yes."""
    change = _change(request, uid)
    done = _("批准了，%(day)s零点自动生效。") % {"day": change.in_force_on.isoformat()}
    return _act(request, change, services.approve_change, done)


@may_look
@require_POST
def change_withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Give it up."""
    change, form = _change(request, uid), ReasonForm(request.POST)
    if not form.is_valid():
        return _detail(request, change, 422, reason_form=form)
    reason = form.cleaned_data["reason"]
    return _act(request, change, services.withdraw_change, _("撤回了。"), reason=reason)


@may_look
@require_GET
def unit_history(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What became of a unit: every change about it, newest first."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), uid=uid)
    changes = StructureChange.objects.visible_to(request.user).of_unit(unit.pk).select_related("unit", "scope")
    places = unit.former_places.select_related("change").order_by("-until")
    context = page(
        _("%(unit)s 的调整记录") % {"unit": unit.name},
        icon=ICON,
        trail=TRAIL,
        unit=unit,
        changes=changes.order_by("-in_force_on", "-pk"),
        places=places,
    )
    return render(request, "structure/console_history.html", context)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(ChangeListView, "structure", "console_structure"),
        path("structure/new/", change_create, name="console_structure_create"),
        path("structure/unit/<uuid:uid>/", unit_history, name="console_structure_unit"),
        path("structure/<uuid:uid>/", change_detail, name="console_structure_detail"),
        path("structure/<uuid:uid>/edit/", change_edit, name="console_structure_edit"),
        path("structure/<uuid:uid>/consult/", change_consult, name="console_structure_consult"),
        path("structure/<uuid:uid>/approve/", change_approve, name="console_structure_approve"),
        path("structure/<uuid:uid>/withdraw/", change_withdraw, name="console_structure_withdraw"),
        path("reports/month/", month_report, name="console_month"),
        path("reports/month/export/", month_export, name="console_month_export"),
    ]


@hooks.register(ORDER_MENU)
def menu_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_structure_list")
    return ScopedMenuItem(
        gettext_lazy("结构调整"), url, name="structure", icon_name=ICON, order=20, right=Right.DRAFT_STRUCTURE
    )


@hooks.register(ORDER_MENU)
def month_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_month")
    return ScopedMenuItem(
        gettext_lazy("统计月报"), url, name="month", icon_name="date", order=45, right=Right.SEE_ROLLUP
    )
