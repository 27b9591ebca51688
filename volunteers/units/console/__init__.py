"""The console's shared parts: doors and menus, lists with search, filters, export and bulk actions, the quick search."""

from __future__ import annotations

from volunteers.units.console.columns import BulkAction, DayColumn, ExportColumn, PickColumn
from volunteers.units.console.doors import (
    ORDER_MENU,
    PEOPLE_MENU,
    ScopedMenuItem,
    View,
    order_menu,
    people_menu,
    requires,
)
from volunteers.units.console.listing import NumberColumn, ScopedListView, back_to, picked, routes

__all__ = [
    "ORDER_MENU",
    "PEOPLE_MENU",
    "BulkAction",
    "DayColumn",
    "ExportColumn",
    "NumberColumn",
    "PickColumn",
    "ScopedListView",
    "ScopedMenuItem",
    "View",
    "back_to",
    "order_menu",
    "people_menu",
    "picked",
    "requires",
    "routes",
]
