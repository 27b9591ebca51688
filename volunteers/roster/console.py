"""花名册导入 in the console: upload, look, confirm, undo. Rights are asked of the tree, never of Wagtail alone."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
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

from foundation.errors import Conflict, Invalid
from foundation.secrets import mask_name
from volunteers.roster import services
from volunteers.roster.forms import UploadForm
from volunteers.roster.models import ImportBatch
from volunteers.roster.selectors import batch_page
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

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RECENT = 30
may_import = requires(Right.IMPORT_ROSTER)


def _batch(request: HttpRequest, uid: UUID) -> ImportBatch:
    return get_object_or_404(
        ImportBatch.objects.visible_to(request.user).select_related("acting_user__person"), uid=uid
    )


class ImportFilterSet(WagtailFilterSet):
    """By state."""

    class Meta:
        model = ImportBatch
        fields = ("state",)


class ImportListView(ScopedListView):
    """Every import into the user's units, newest first."""

    right = Right.IMPORT_ROSTER
    model = ImportBatch
    page_title = gettext_lazy("导入记录")
    header_icon = "table"
    search_hint = gettext_lazy("文件名，或者经办人的姓名、拼音")
    empty_text = gettext_lazy("还没有导入过。上传一份花名册，先看看预览。")
    search_fields = ("file_name", "acting_user__person__name", "acting_user__person__pinyin")
    filterset_class = ImportFilterSet
    default_ordering = ("-created_at", "-pk")
    columns = (
        TitleColumn(
            "file_name",
            label=gettext_lazy("文件"),
            get_url=lambda batch: reverse("console_roster_detail", args=[batch.uid]),
        ),
        Column("get_state_display", label=gettext_lazy("状态")),
        NumberColumn("leaders", label=gettext_lazy("三长"), accessor="totals.leaders"),
        NumberColumn("refused", label=gettext_lazy("有问题的行"), accessor="counts.error"),
        NumberColumn("rows_written", label=gettext_lazy("写入行数")),
        Column("acting_user", label=gettext_lazy("经办人"), accessor=lambda batch: batch.acting_user or "—"),
        DayColumn("created_at", label=gettext_lazy("上传时间")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("文件"), "file_name"),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
        ExportColumn(gettext_lazy("写入行数"), "rows_written"),
        ExportColumn(gettext_lazy("经办人"), "acting_user.person.name", mask_name),
        ExportColumn(gettext_lazy("上传时间"), "created_at"),
    )

    def get_base_queryset(self) -> QuerySet[ImportBatch]:
        """Without the packed reports and journals."""
        rows = ImportBatch.objects.visible_to(self.request.user).select_related("acting_user__person")
        return rows.defer("report_packed", "journal_sealed")

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on."""
        return [HeaderButton(_("导入花名册"), url=reverse("console_roster"), icon_name="upload")]


@may_import
@require_http_methods(["GET", "POST"])
def roster_list(request: HttpRequest) -> HttpResponse:
    """Recent imports of the user's scope, and the upload."""
    form = UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = services.preview_import(content=file.read(), file_name=file.name, acting_user=request.user)
        except Invalid as refusal:
            form.add_error("file", str(refusal.message))
        else:
            return redirect("console_roster_detail", batch.uid)
    recent = (
        ImportBatch.objects.visible_to(request.user)
        .select_related("acting_user__person")
        .defer("report_packed", "journal_sealed")
    )
    context = {"form": form, "batches": recent.order_by("-created_at")[:RECENT]}
    return render(request, "roster/console_roster_list.html", context, status=422 if form.is_bound else 200)


@may_import
@require_GET
def roster_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The preview, and later what became of it. `?column=` narrows the refused rows."""
    batch = _batch(request, uid)
    context = {"page": batch_page(batch, column=request.GET.get("column", "")), "batch": batch}
    if request.headers.get("HX-Target") == "roster-rows":
        return render(request, "roster/_roster_rows.html", context)
    return render(request, "roster/console_roster_detail.html", context)


@may_import
@require_POST
def roster_confirm(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Write what the preview showed; `take=good` leaves out the refused rows."""
    batch = _batch(request, uid)
    try:
        done = services.confirm_import(
            batch=batch, take_good_rows=request.POST.get("take") == "good", acting_user=request.user
        )
    except (Conflict, Invalid) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("导入完成，写入 %(count)d 行。") % {"count": done.rows_written})
    return redirect("console_roster_detail", batch.uid)


@may_import
@require_POST
def roster_drop(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Give up a preview."""
    batch = _batch(request, uid)
    try:
        services.drop_import(batch=batch, acting_user=request.user)
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("console_roster_detail", batch.uid)
    messages.success(request, _("已放弃，文件已删除。"))
    return redirect("console_roster")


@may_import
@require_POST
def roster_undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Restore what was before."""
    batch = _batch(request, uid)
    try:
        services.undo_import(batch=batch, acting_user=request.user)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已撤销，恢复到导入之前。"))
    return redirect("console_roster_detail", batch.uid)


@may_import
@require_GET
def roster_remarks(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The refused rows as a workbook with remarks."""
    batch = _batch(request, uid)
    content = services.refused_rows(batch=batch, acting_user=request.user)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="roster-{batch.uid.hex[:8]}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(ImportListView, "roster/imports", "console_import"),
        path("roster/", roster_list, name="console_roster"),
        path("roster/<uuid:uid>/", roster_detail, name="console_roster_detail"),
        path("roster/<uuid:uid>/confirm/", roster_confirm, name="console_roster_confirm"),
        path("roster/<uuid:uid>/drop/", roster_drop, name="console_roster_drop"),
        path("roster/<uuid:uid>/undo/", roster_undo, name="console_roster_undo"),
        path("roster/<uuid:uid>/remarks/", roster_remarks, name="console_roster_remarks"),
    ]


@hooks.register(ORDER_MENU)
def menu_item() -> ScopedMenuItem:
    """In the side menu, below what is kept in order."""
    url = reverse("console_roster")
    label = gettext_lazy("花名册导入")
    return ScopedMenuItem(label, url, name="roster", icon_name="table", order=50, right=Right.IMPORT_ROSTER)
