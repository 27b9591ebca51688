"""What the audit trail knows about the request at hand; set by the middleware, empty elsewhere."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Identity of a request, as far as an auditor may need it."""

    request_id: str = ""
    address: str = ""


_NOBODY = RequestContext()
current: ContextVar[RequestContext] = ContextVar("request_context", default=_NOBODY)
