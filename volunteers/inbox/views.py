"""The inbox page, the mark, and the sync that every phone asks."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from foundation.middleware import wants_json
from volunteers.inbox import selectors, services


@require_GET
@never_cache
def sync(request: HttpRequest) -> HttpResponse:
    """What follows the phone's cursors, `?c=u:3:17,p:5:2`; without any, the heads to begin with."""
    if not request.user.is_authenticated:
        return JsonResponse({"message": _("请重新登录。")}, status=401)
    answer = selectors.sync(request.user, selectors.cursors_from(request.GET.get("c", "")))
    return JsonResponse(asdict(answer))


@require_GET
@never_cache
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """What reached me, newest first."""
    assert request.user.is_authenticated
    before = list(selectors.cursors_from(request.GET.get("before", "")).items())
    page = selectors.inbox(request.user, before[0] if before else None)
    template = "inbox/_inbox_entries.html" if request.headers.get("HX-Request") else "inbox/inbox_list.html"
    return render(request, template, {"page": page})


@require_POST
@login_required
def mark_read(request: HttpRequest) -> HttpResponse:
    """I have seen these; `c` says up to where, without it all."""
    assert request.user.is_authenticated
    text = request.POST.get("c", "")
    services.mark_read(acting_user=request.user, cursors=selectors.cursors_from(text) if text else None)
    if request.headers.get("HX-Request") or wants_json(request):
        return HttpResponse(status=204)
    return redirect("inbox")
