"""Events people come to, with who signed up and who came."""

from __future__ import annotations

import random

from config.demo.ledger import Ledger
from config.demo.people import Ground
from config.demo.timeline import Timeline
from config.demo.when import Calendar


def plan_events(timeline: Timeline, ground: Ground, rng: random.Random, calendar: Calendar, ledger: Ledger) -> None:
    """Put the events on the timeline."""
