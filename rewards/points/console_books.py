"""The books on the console's first page: shown to the district while something does not add up."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component

from rewards.points import nightly
from volunteers.units.rights import Right, paths_where

SHOWN = 10


class BooksPanel(Component):
    """What the last recount found."""

    name = "books"
    template_name = "points/console_books_panel.html"
    order = 11

    def __init__(self, alarms: list[str]) -> None:
        super().__init__()
        self.alarms = alarms

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Sentences for staff, and the first faults for whoever looks after the system."""
        done = nightly.last_recount()
        return {"alarms": self.alarms, "faults": done.faults[:SHOWN] if done else []}


@hooks.register("construct_homepage_panels", order=21)
def books_panel(request: HttpRequest, panels: list[Any]) -> None:
    """For those who look after the whole district."""
    if paths_where(request.user, Right.SEE_AUDIT) and (alarms := nightly.alarms()):
        panels.append(BooksPanel(alarms))
