"""花名册导入 in the console: upload, look, confirm, undo. Rights are asked of the tree, never of Wagtail alone."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail import hooks
from wagtail.admin import messages

from foundation.errors import Conflict, Invalid
from volunteers.roster import services
from volunteers.roster.forms import UploadForm
from volunteers.roster.models import ImportBatch
from volunteers.roster.selectors import batch_page
from volunteers.units.console import ORDER_MENU, ScopedMenuItem, requires
from volunteers.units.rights import Right

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RECENT = 30
may_import = requires(Right.IMPORT_ROSTER)


def _batch(request: HttpRequest, uid: UUID) -> ImportBatch:
    return get_object_or_404(
        ImportBatch.objects.visible_to(request.user).select_related("acting_user__person"), uid=uid
    )


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
