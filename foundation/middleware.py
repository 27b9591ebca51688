"""Middleware of every request: who asks (for the audit trail), and how a refusal is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.translation import gettext_lazy as _

from foundation import context
from foundation.errors import Conflict, Invalid, Refused

GetResponse = Callable[[HttpRequest], HttpResponse]


def wants_json(request: HttpRequest) -> bool:
    """Whether the sender is a program of ours (outbox, API) rather than a person looking at a page."""
    return "X-Outbox" in request.headers or request.headers.get("Accept", "").startswith("application/json")


class RequestContextMiddleware:
    """Keep request id and address for audit entries written while this request runs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = context.current.set(
            context.RequestContext(request_id=uuid.uuid4().hex, address=request.META.get("REMOTE_ADDR", "") or "")
        )
        try:
            return self.get_response(request)
        finally:
            context.current.reset(token)


class RefusedMiddleware:
    """Turn a `Refused` that a view let through into an answer in the user's words."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer refusals, the database's own among them; everything else goes on to Django."""
        if isinstance(exception, ProtectedError):
            exception = Conflict(_("还有别的内容用着它，不能删。"))
        elif isinstance(exception, MultiValueDictKeyError):  # a form of the console without one of its fields
            exception = Invalid()
        if not isinstance(exception, Refused):
            return None
        if wants_json(request):
            body = {"message": str(exception.message), "errors": {k: str(v) for k, v in exception.errors.items()}}
            return JsonResponse(body, status=exception.status)
        return render(request, "errors/refused.html", {"refused": exception}, status=exception.status)
