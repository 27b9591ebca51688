"""Showing again who one is before a copy or a deletion (rule R26), for an app that lies below the one that signs in.

The app above registers how it asks; without one nobody is asked.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Confirmer = Callable[[HttpRequest, str], HttpResponse | None]
_confirmers: list[Confirmer] = []


def confirmer(function: Confirmer) -> Confirmer:
    """Register the one function (request, address to come back to) → where to go first, or None."""
    _confirmers[:] = [function]
    return function


def confirm_first(request: HttpRequest, back: str) -> HttpResponse | None:
    """Where to go first; None when somebody has shown lately who they are."""
    return _confirmers[0](request, back) if _confirmers else None
