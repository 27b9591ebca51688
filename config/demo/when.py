"""Plausible instants: waking hours where the district is, never in the future."""

from __future__ import annotations

import datetime as dt
import random

from django.utils import timezone

from foundation import clock

FIRST_HOUR, LAST_HOUR = 7, 21


class Calendar:
    """Instants relative to one `now`, so that everything the demo writes fits together."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.now, self.today = rng, clock.now(), clock.today()

    def at(self, days_ago: int, hour: int, minute: int = 0) -> dt.datetime:
        """That many days ago at that time; a little while ago where that has not come yet today."""
        moment = self._moment(self.today - dt.timedelta(days=days_ago), hour, minute)
        return min(moment, self.now - dt.timedelta(minutes=25))

    def ahead(self, in_days: int, hour: int, minute: int = 0) -> dt.datetime:
        """In that many days (negative: ago) at that time."""
        return self._moment(self.today + dt.timedelta(days=in_days), hour, minute)

    def between(self, start: dt.datetime, end: dt.datetime) -> dt.datetime:
        """Some waking hour between the two and before now, rather early than late."""
        end = max(min(end, self.now), start + dt.timedelta(seconds=30))
        span = (end - start).total_seconds()
        for _ in range(8):
            moment = start + dt.timedelta(seconds=span * self.rng.betavariate(1.1, 2.6))
            if FIRST_HOUR <= timezone.localtime(moment).hour < LAST_HOUR:
                return moment
        return start + dt.timedelta(seconds=span * self.rng.random())

    def after(self, moment: dt.datetime, hours: float) -> dt.datetime:
        """Some waking hour within that many hours after a moment, and before now."""
        return self.between(moment + dt.timedelta(minutes=3), moment + dt.timedelta(hours=hours))

    def named(self, in_days: int) -> str:
        """That day as people write it, still right tomorrow: 11月23日（周一）."""
        day = self.today + dt.timedelta(days=in_days)
        return f"{day.month}月{day.day}日（周{'一二三四五六日'[day.weekday()]}）"

    def _moment(self, day: dt.date, hour: int, minute: int) -> dt.datetime:
        return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))
