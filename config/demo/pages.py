"""The site's pages: notices and the words of events."""

from __future__ import annotations

from config.demo.people import Ground
from config.demo.timeline import Timeline
from config.demo.when import Calendar


def plan_pages(timeline: Timeline, ground: Ground, calendar: Calendar) -> None:
    """Put the notices on the timeline."""
