"""Columns of the console's lists and of the files they are exported as."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from wagtail.admin.ui.tables import Column

from foundation.sheets import read_value


class DayColumn(Column):
    """A date as 2026-11-23, an instant with its time: sortable by eye, and never "just now" for what is to come."""

    def get_value(self, instance: Any) -> str:
        """The text of the cell."""
        value = super().get_value(instance)
        if value is None:
            return ""
        if isinstance(value, dt.datetime):
            return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
        return str(value.strftime("%Y-%m-%d"))


class PickColumn(Column):
    """A box to tick, for what is done to many rows at once; it belongs to the form below the list."""

    header_template_name = "console/_pick_header.html"
    cell_template_name = "console/_pick_cell.html"

    def __init__(self) -> None:
        super().__init__("pick", label="", classname="pick")

    def get_value(self, instance: Any) -> str:
        """What is posted as `uids`."""
        return str(getattr(instance, "uid", instance.pk))


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column of an export: its label, where the value is (`unit.name`, or a function of the row), and its mask.

    `masked` gets the value and gives what is written unless the full export was asked for: `mask_name`, `mask_phone`.
    """

    label: str | Promise
    value: str | Callable[[Any], object]
    masked: Callable[[Any], object] | None = None

    def of(self, row: Any, *, full: bool) -> object:
        """The value of one row."""
        value = read_value(row, self.value) if isinstance(self.value, str) else self.value(row)
        return self.masked(value) if self.masked and not full and value else value


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something done to the rows that are ticked: a button below the list that posts their `uids` to a view.

    The view starts from `visible_to`, asks the right and says first what will happen (`picked` reads the ids).
    """

    name: str
    label: str | Promise
    url_name: str
