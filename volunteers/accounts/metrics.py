"""Figures of sign-in for `/metrics`: the budget of messages, and what became of them. Asked for when scraped.

They come from the rows, not from counters of a process: the worker sends, any page process answers.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import REGISTRY, Collector

from volunteers.accounts import budget


class SmsCollector(Collector):
    """Four gauges; none when the database is away."""

    def describe(self) -> list[Metric]:
        """Nothing is asked at registration."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Ask now."""
        try:
            purses, alarms, results = budget.purses(), budget.alarms(), budget.troubles_today()
        except DatabaseError:
            return
        used = GaugeMetricFamily("sms_budget_used", "Text messages of the last 24 hours", labels=["purse"])
        most = GaugeMetricFamily("sms_budget_most", "Text messages allowed in 24 hours", labels=["purse"])
        for purse in purses:
            used.add_metric([purse.name], purse.used)
            most.add_metric([purse.name], purse.most)
        alarm = GaugeMetricFamily("sms_alarm", "1 while somebody has to look", labels=["alarm"])
        for name in budget.ALARMS:
            alarm.add_metric([name], int(name in alarms))
        result = GaugeMetricFamily("sms_results", "What became of the messages of the last day", labels=["result"])
        for name, count in sorted(results.items()):
            result.add_metric([name], count)
        yield from (used, most, alarm, result)


REGISTRY.register(SmsCollector())
