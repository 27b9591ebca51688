"""Who gets into a page of the console, and who sees the menu entry that leads there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.auth import require_admin_access
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from volunteers.units.rights import Right, paths_where

View = Callable[..., HttpResponseBase]


def requires(right: Right) -> Callable[[View], View]:
    """A console view for staff who hold the right somewhere; the view itself scopes what it shows."""

    def decorate(view: View) -> View:
        @require_admin_access
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not paths_where(request.user, right):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


class ScopedMenuItem(MenuItem):
    """A menu entry for those who hold a right somewhere."""

    def __init__(self, *args: Any, right: Right, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.right = right

    def is_shown(self, request: HttpRequest) -> bool:
        """Only to those who may use what it leads to."""
        return bool(paths_where(request.user, self.right))


PEOPLE_MENU, ORDER_MENU = "register_people_menu_item", "register_order_menu_item"
"""Hooks for entries below 三长与住户 (people, posts, homes) and below 组织与数据 (units, structure, departments)."""
BENEFITS_MENU, POINTS_MENU = "register_benefits_menu_item", "register_points_menu_item"
"""Hooks for entries below 福利 (package, merchants) and below 积分与荣誉 (ledger, store, honours, reports)."""
CAMPAIGNS_MENU = "register_campaigns_menu_item"
"""Hook for entries below 评选 (campaigns, nominations, panel, ballot box, results)."""


@hooks.register("register_admin_menu_item")
def people_menu() -> SubmenuMenuItem:
    """People, posts, homes."""
    menu = Menu(register_hook_name=PEOPLE_MENU)
    return SubmenuMenuItem(gettext_lazy("三长与住户"), menu, name="people", icon_name="group", order=115)


@hooks.register("register_admin_menu_item")
def order_menu() -> SubmenuMenuItem:
    """Units, structure, organisations, data."""
    menu = Menu(register_hook_name=ORDER_MENU)
    return SubmenuMenuItem(gettext_lazy("组织与数据"), menu, name="order", icon_name="site", order=120)


@hooks.register("register_admin_menu_item")
def benefits_menu() -> SubmenuMenuItem:
    """The package and the merchants who honour it."""
    menu = Menu(register_hook_name=BENEFITS_MENU)
    return SubmenuMenuItem(gettext_lazy("福利"), menu, name="rewards", icon_name="pick", order=130)


@hooks.register("register_admin_menu_item")
def points_menu() -> SubmenuMenuItem:
    """Points, the store, honours, reports."""
    menu = Menu(register_hook_name=POINTS_MENU)
    return SubmenuMenuItem(gettext_lazy("积分与荣誉"), menu, name="points", icon_name="tick-inverse", order=132)


@hooks.register("register_admin_menu_item")
def campaigns_menu() -> SubmenuMenuItem:
    """The best neighbour leaders: campaigns, who is put forward, the ballot box, results."""
    menu = Menu(register_hook_name=CAMPAIGNS_MENU)
    return SubmenuMenuItem(gettext_lazy("评选"), menu, name="campaigns", icon_name="thumbtack", order=134)
