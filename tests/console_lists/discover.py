"""The lists of the console, found in the resolver: every address called console_…_list, and other plain pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

NO_PAGES = ("_results", "_export", "_login", "_logout", "_choose")


@dataclass(frozen=True)
class Listing:
    """One list: its name in the resolver and the class behind it."""

    name: str
    view: Any


def _walk(patterns: list[Any], route: str = "") -> Iterator[tuple[URLPattern, str]]:
    for one in patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, here)
        elif isinstance(one, URLPattern):
            yield one, here


def listings() -> list[Listing]:
    """Every list, by name."""
    found = {}
    for one, _route in _walk(get_resolver().url_patterns):
        name, view = str(one.name or ""), getattr(one.callback, "view_class", None)
        if name.startswith("console_") and name.endswith("_list") and hasattr(view, "get_base_queryset"):
            found[name] = Listing(name, view)
    return [found[name] for name in sorted(found)]


def other_pages() -> list[str]:
    """Names of the other pages of ours in the console that take no argument: reports, the search, empty forms."""
    names = set()
    for one, route in _walk(get_resolver().url_patterns):
        name = str(one.name or "")
        if name.startswith("console_") and "<" not in route and not name.endswith(NO_PAGES):
            names.add(name)
    return sorted(names - {one.name for one in listings()})
