"""社区治理地图 in the console: the map of one's units, and the outlines it is drawn from."""

from __future__ import annotations

from itertools import islice
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail import hooks
from wagtail.admin import messages

from foundation.errors import Conflict, Denied, Invalid
from volunteers.atlas import selectors, services, tiles
from volunteers.atlas.forms import OutlinesForm
from volunteers.atlas.layers import MOST_LINES, layer_called
from volunteers.atlas.models import OutlineImport
from volunteers.atlas.querysets import paths_drawn_by
from volunteers.atlas.sketch import sketch
from volunteers.units.console import ScopedMenuItem, requires
from volunteers.units.models import Unit
from volunteers.units.rights import Right
from volunteers.units.selectors import breadcrumbs

RECENT = 30
may_look = requires(Right.SEE_ROLLUP)
may_draw = requires(Right.DRAFT_STRUCTURE)


def _asked(request: HttpRequest, name: str) -> Unit | None:
    """The unit named in the query, if any."""
    try:
        uid = UUID(request.GET.get(name, ""))
    except ValueError:
        return None
    return selectors.unit_of(request.user, uid)


def _show(request: HttpRequest, unit: Unit | None) -> HttpResponse:
    layer, at = request.GET.get("layer", ""), _asked(request, "at")
    page = selectors.map_page(request.user, unit, layer_name=layer, at=at)
    query = f"?unit={unit.uid}" if unit else ""
    script = {
        "figures": reverse("console_map_figures") + query,
        "outlines": reverse("console_map_outlines") + query,
        "layer": page.layer.name,
        "at": str(at.uid) if at else "",
        "tiles": tiles.for_page(),
    }
    may_upload = bool(paths_drawn_by(request.user))
    context = {"page": page, "script": script, "may_upload": may_upload, "page_title": _("社区治理地图")}
    return render(request, "atlas/console_map.html", context)


@may_look
@require_GET
def map_home(request: HttpRequest) -> HttpResponse:
    """The map of what the user looks after."""
    return _show(request, selectors.unit_of(request.user, None))


@may_look
@require_GET
def map_unit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The map of one unit; `?panel=1` is only what stands beside it, for the script."""
    unit = selectors.unit_of(request.user, uid)
    if unit and request.GET.get("panel"):
        focus = selectors.row_of(unit, request.GET.get("layer", ""))
        response = render(request, "atlas/_panel.html", {"focus": focus, "is_part": True})
        response["Cache-Control"] = "no-store"
        return response
    return _show(request, unit)


@may_look
@require_GET
def map_lines(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a figure is made of."""
    unit = selectors.unit_of(request.user, uid)
    assert unit
    layer = layer_called(request.GET.get("layer", ""))
    focus = selectors.row_of(unit, layer.name, only=True)
    lines = list(islice(layer.lines(unit, request.user), MOST_LINES))
    context = {
        "focus": focus,
        "where": breadcrumbs([unit], top=1)[unit.pk],
        "layer": layer,
        "lines": lines,
        "is_cut": len(lines) >= MOST_LINES,
        "most": MOST_LINES,
        "elsewhere": layer.url(unit),
        "page_title": f"{unit.name} · {layer.label}",
    }
    return render(request, "atlas/console_lines.html", context)


@may_look
@require_GET
def map_figures(request: HttpRequest) -> HttpResponse:
    """Figures of all layers as JSON; never kept by anybody."""
    unit = _asked(request, "unit") or selectors.unit_of(request.user, None)
    response = JsonResponse(selectors.figures_of(request.user, unit))
    response["Cache-Control"] = "no-store"
    return response


@may_look
@require_GET
def map_outlines(request: HttpRequest) -> HttpResponse:
    """Outlines as GeoJSON; a browser that has them asks only whether they are still the same.

    Its address is in `urls.py`: Wagtail forbids browsers to keep anything of those registered here.
    """
    unit = _asked(request, "unit") or selectors.unit_of(request.user, None)
    mark = selectors.outlines_mark(request.user, unit)
    if request.headers.get("If-None-Match") == mark:
        response = HttpResponse(status=304)
    else:
        response = JsonResponse(selectors.outlines_of(request.user, unit), content_type="application/geo+json")
    response["ETag"], response["Cache-Control"] = mark, "private, no-cache"
    return response


def _require_drawing(request: HttpRequest) -> None:
    if not paths_drawn_by(request.user):
        raise Denied(_("边界由镇街和区里导入。"))


def _batch(request: HttpRequest, uid: UUID) -> OutlineImport:
    _require_drawing(request)
    return get_object_or_404(OutlineImport.objects.visible_to(request.user), uid=uid)


@may_draw
@require_http_methods(["GET", "POST"])
def outline_list(request: HttpRequest) -> HttpResponse:
    """Recent files, and the upload."""
    _require_drawing(request)
    form = OutlinesForm(request.POST or None, request.FILES or None) if request.method == "POST" else OutlinesForm()
    if request.method == "POST" and form.is_valid():
        file, crs = form.cleaned_data["file"], form.cleaned_data["crs"]
        try:
            batch = services.preview_outlines(
                content=file.read(), file_name=file.name, crs=crs, acting_user=request.user
            )
        except Invalid as refusal:
            form.add_error("file", str(refusal.message))
        else:
            return redirect("console_outline_detail", batch.uid)
    recent = OutlineImport.objects.visible_to(request.user).select_related("acting_user__person")
    recent = recent.defer("read_packed", "former_packed").order_by("-created_at")[:RECENT]
    context = {"form": form, "batches": recent, "page_title": _("边界导入")}
    return render(request, "atlas/console_outline_list.html", context, status=422 if form.is_bound else 200)


@may_draw
@require_GET
def outline_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a file holds, as numbers and as a picture, and later what became of it."""
    batch = _batch(request, uid)
    width, height, paths = sketch(batch.outlines.values()) if batch.is_open else (0, 0, [])
    context = {"batch": batch, "paths": paths, "width": width, "height": height}
    return render(request, "atlas/console_outline_detail.html", context)


@may_draw
@require_POST
def outline_confirm(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Put on the map what the preview showed; `take=good` leaves out what is refused."""
    batch = _batch(request, uid)
    take_good = request.POST.get("take") == "good"
    try:
        done = services.confirm_outlines(batch=batch, take_good=take_good, acting_user=request.user)
    except (Conflict, Invalid) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("导入完成，%(count)d 个边界已经在地图上。") % {"count": done.counts["good"]})
    return redirect("console_outline_detail", batch.uid)


@may_draw
@require_POST
def outline_drop(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Give up a preview."""
    batch = _batch(request, uid)
    try:
        services.drop_outlines(batch=batch, acting_user=request.user)
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("console_outline_detail", batch.uid)
    messages.success(request, _("已放弃，地图没有变。"))
    return redirect("console_outline_list")


@may_draw
@require_POST
def outline_undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Put back what stood before."""
    batch = _batch(request, uid)
    try:
        services.undo_outlines(batch=batch, acting_user=request.user)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已撤销，地图恢复到导入之前。"))
    return redirect("console_outline_detail", batch.uid)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        path("map/", map_home, name="console_map"),
        path("map/figures.json", map_figures, name="console_map_figures"),
        path("map/<uuid:uid>/", map_unit, name="console_map_unit"),
        path("map/<uuid:uid>/lines/", map_lines, name="console_map_lines"),
        path("outlines/", outline_list, name="console_outline_list"),
        path("outlines/<uuid:uid>/", outline_detail, name="console_outline_detail"),
        path("outlines/<uuid:uid>/confirm/", outline_confirm, name="console_outline_confirm"),
        path("outlines/<uuid:uid>/drop/", outline_drop, name="console_outline_drop"),
        path("outlines/<uuid:uid>/undo/", outline_undo, name="console_outline_undo"),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> ScopedMenuItem:
    """In the side menu, near the top: where most of the day begins."""
    url = reverse("console_map")
    label = gettext_lazy("社区治理地图")
    return ScopedMenuItem(label, url, name="map", icon_name="globe", order=105, right=Right.SEE_ROLLUP)
