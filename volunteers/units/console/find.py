"""快速查找: one box for people, units, homes. Each app registers what it finds; a page shows the first of each kind.

@finder("people", gettext_lazy("人员"), right=Right.SEE_PEOPLE, order=10, list_url="console_person_list")
def find_people(user, words, limit): return [Found(title, detail, url), …]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from wagtail import hooks
from wagtail.admin.search import SearchArea
from wagtail.admin.ui.components import Component

from foundation.actors import Actor
from volunteers.units.console.doors import requires
from volunteers.units.console.pages import page
from volunteers.units.rights import Right, paths_where

EACH = 8
MOST_SIGNS = 60


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that fits: what it is called, where it is or what it does, and its page."""

    title: str
    detail: str
    url: str


Find = Callable[[Actor, str, int], Sequence[Found]]


@dataclass(frozen=True, slots=True)
class Finder:
    """How one kind of thing is found, for whom, and the list that shows all of them (its box is called `q`)."""

    name: str
    label: str | Promise
    right: Right
    order: int
    list_url: str
    find: Find


@dataclass(frozen=True, slots=True)
class Group:
    """What one finder found: a few, and whether there are more."""

    name: str
    label: str | Promise
    found: Sequence[Found]
    more_url: str


FINDERS: dict[str, Finder] = {}


def finder(name: str, label: str | Promise, *, right: Right, order: int, list_url: str = "") -> Callable[[Find], Find]:
    """Register a function that finds; it starts from `visible_to` and returns no more than it is asked for."""

    def register(find: Find) -> Find:
        FINDERS[name] = Finder(name, label, right, order, list_url, find)
        return find

    return register


def groups(user: Any, words: str) -> Iterator[Group]:
    """What fits, kind by kind, for those who may see that kind at all."""
    for one in sorted(FINDERS.values(), key=lambda item: item.order):
        if not paths_where(user, one.right):
            continue
        found = one.find(user, words, EACH + 1)
        if found:
            more = f"{reverse(one.list_url)}?{urlencode({'q': words})}" if one.list_url and len(found) > EACH else ""
            yield Group(one.name, one.label, found[:EACH], more)


@requires(Right.USE_CONSOLE)
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """The box, and what fits."""
    words = request.GET.get("q", "").strip()[:MOST_SIGNS]
    found = list(groups(request.user, words)) if words else []
    context = page(_("快速查找"), icon="search", words=words, groups=found)
    return render(request, "console/find.html", context)


class FindPanel(Component):
    """The box on the first page of the console."""

    name = "find"
    template_name = "console/_find_box.html"
    order = 0

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Nothing but the box."""
        return {"words": ""}


@hooks.register("construct_homepage_panels", order=10)
def find_first(request: HttpRequest, panels: list[Any]) -> None:
    """Before everything else."""
    if paths_where(request.user, Right.USE_CONSOLE):
        panels.insert(0, FindPanel())


class FindArea(SearchArea):
    """The search of the side menu leads here."""

    def is_shown(self, request: HttpRequest) -> bool:
        """For staff."""
        return bool(paths_where(request.user, Right.USE_CONSOLE))


@hooks.register("register_admin_search_area")
def find_area() -> SearchArea:
    """Before Wagtail's own areas: the first one is what the side menu searches."""
    return FindArea(gettext_lazy("快速查找"), reverse("console_find"), name="find", icon_name="search", order=0)
