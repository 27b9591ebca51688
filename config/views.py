"""Pages that belong to no app: health, preferences, errors."""

from __future__ import annotations

from pathlib import Path

import django_prometheus.exports
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from foundation.errors import Denied, Missing
from foundation.jobs import outbox_age_seconds
from foundation.middleware import wants_json

MODES = ("standard", "elder")
THEMES = ("auto", "light", "dark")
YEAR = 365 * 24 * 3600


@require_GET
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_GET
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Database and migrations are in order (503 otherwise); what is degraded is said (rule R45)."""
    try:
        executor = MigrationExecutor(connection)
        pending = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        age = outbox_age_seconds()
    except DatabaseError:
        return JsonResponse({"ready": False, "database": "away"}, status=503)
    degraded = ["outbox"] if age > 10 else []
    answer = {"ready": not pending, "migrations": not pending, "outbox_age_seconds": age, "degraded": degraded}
    return JsonResponse(answer, status=503 if pending else 200)


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures, for this machine only; the front door does not pass this address on."""
    if request.META.get("REMOTE_ADDR") not in {"127.0.0.1", "::1"} or "HTTP_X_FORWARDED_FOR" in request.META:
        raise Http404
    response: HttpResponse = django_prometheus.exports.ExportToDjangoView(request)
    return response


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root so that it may serve every page."""
    found = finders.find("build/sw.js") or settings.STATIC_ROOT / "build" / "sw.js"
    if not Path(found).exists():
        raise Http404
    response = HttpResponse(Path(found).read_bytes(), content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
@never_cache
def csrf_token(request: HttpRequest) -> HttpResponse:
    """A fresh token for an open page whose own has aged."""
    return JsonResponse({"token": get_token(request)})


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"


@require_POST
def prefs(request: HttpRequest) -> HttpResponse:
    """Elder mode and light or dark, kept in a cookie of this phone."""
    response = redirect(_back(request))
    if (mode := request.POST.get("mode")) in MODES:
        response.set_cookie("mode", mode, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    if (theme := request.POST.get("theme")) in THEMES:
        response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language of this phone."""
    response = redirect(_back(request))
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure()
        )
    return response


@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """What waits on this phone to be sent; the list itself never leaves the phone."""
    return render(request, "outbox.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long, or the request came from elsewhere."""
    if wants_json(request):
        return JsonResponse({"message": _("页面放久了，请再试一次。"), "csrf": True}, status=403)
    return render(request, "errors/csrf.html", status=403)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """In sight, not allowed."""
    return render(request, "errors/refused.html", {"refused": Denied()}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not there, or not to be seen."""
    return render(request, "errors/refused.html", {"refused": Missing()}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault. No context processors: they may be what failed."""
    return render(None, "errors/500.html", status=500)
