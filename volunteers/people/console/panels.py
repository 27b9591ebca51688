"""What other apps add to the page of a person in the console: a registry, as of the page of a unit."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from volunteers.people.models import Person

Panel = Callable[[HttpRequest, Person], SafeString | str]
PANELS: list[tuple[int, Panel]] = []


def person_panel(order: int) -> Callable[[Panel], Panel]:
    """Register a part of a person's page: given the request and the person (in scope), its HTML, or nothing."""

    def register(panel: Panel) -> Panel:
        PANELS.append((order, panel))
        PANELS.sort(key=lambda pair: pair[0])
        return panel

    return register
