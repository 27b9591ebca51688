"""The console's shared parts: doors, menus, lists with search, filters, export and bulk actions, the quick search."""

from __future__ import annotations

from volunteers.units.console.columns import BulkAction, DayColumn, ExportColumn, PickColumn
from volunteers.units.console.doors import (
    BENEFITS_MENU,
    CAMPAIGNS_MENU,
    ORDER_MENU,
    PEOPLE_MENU,
    POINTS_MENU,
    ScopedMenuItem,
    View,
    benefits_menu,
    campaigns_menu,
    order_menu,
    people_menu,
    points_menu,
    requires,
)
from volunteers.units.console.filters import PlaceFilter, TimeFilter
from volunteers.units.console.find import Found, finder
from volunteers.units.console.listing import NumberColumn, ScopedListView, back_to, picked, routes
from volunteers.units.console.pages import page
from volunteers.units.console.units import unit_panel

__all__ = [
    "BENEFITS_MENU",
    "CAMPAIGNS_MENU",
    "ORDER_MENU",
    "PEOPLE_MENU",
    "POINTS_MENU",
    "BulkAction",
    "DayColumn",
    "ExportColumn",
    "Found",
    "NumberColumn",
    "PickColumn",
    "PlaceFilter",
    "ScopedListView",
    "ScopedMenuItem",
    "TimeFilter",
    "View",
    "back_to",
    "benefits_menu",
    "campaigns_menu",
    "finder",
    "order_menu",
    "page",
    "people_menu",
    "picked",
    "points_menu",
    "requires",
    "routes",
    "unit_panel",
]
