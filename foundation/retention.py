"""How long things are kept, and the job that lets go of what is over (domain, section 6; rule R35).

Each rule has a name and a number of days, which `RETENTION_DAYS` of the settings may change. A run is idempotent and
leaves one audit entry with counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actors import SYSTEM
from foundation.append_only import NotOwner

log = structlog.get_logger(__name__)
Text = str | Promise
Letting = Callable[[dt.datetime], int]
"""Lets go of what is older than an instant; returns how many rows went."""

UNTIMED: dict[str, Text] = {
    "person": _("到本人要求删除为止"),
    "ledger": _("账目一直留着，本人删除后只剩代称"),
    "history": _("任职沿革一直留着，本人删除后只剩代称"),
    "proof": _("作为凭证留着，本人删除后只剩代称"),
    "content": _("和内容一起留着"),
    "session": _("退出登录就没有了，最长 30 天"),
}


@dataclass(frozen=True, slots=True)
class Retention:
    """One rule: what is kept how many days, and who lets go of it."""

    name: str
    run: Letting

    @property
    def days(self) -> int:
        """Days, from the settings."""
        return int(settings.RETENTION_DAYS[self.name])


rules: dict[str, Retention] = {}


def retention(name: str) -> Callable[[Letting], Letting]:
    """Register how one sort of things ends; `name` is a key of `RETENTION_DAYS`."""

    def keep(function: Letting) -> Letting:
        if name in rules:
            raise RuntimeError(f"two rules of retention are called {name}")
        if name not in settings.RETENTION_DAYS:
            raise RuntimeError(f"RETENTION_DAYS says nothing of {name}")
        rules[name] = Retention(name, function)
        return function

    return keep


def words_of(name: str) -> Text:
    """How long, in words: a number of days or months, or what ends it."""
    if name in UNTIMED:
        return UNTIMED[name]
    days = int(settings.RETENTION_DAYS[name])
    if days >= 180:
        return format_lazy(_("{count} 个月"), count=round(days / 30.4))
    return format_lazy(_("{count} 天"), count=days)


def let_go(now: dt.datetime | None = None) -> dict[str, int]:
    """Apply every rule once; what fails is logged and does not hold up the others. Returns how many rows went."""
    moment = now or clock.now()
    counts: dict[str, int] = {}
    for rule in rules.values():
        try:
            counts[rule.name] = rule.run(moment - dt.timedelta(days=rule.days))
        except NotOwner:
            log.warning("retention needs the owner of the tables", rule=rule.name)
        except Exception as error:
            log.exception("retention failed", rule=rule.name, error=str(error))
    audit.record(actor=SYSTEM, act="retention.run", obj=None, data={name: n for name, n in counts.items() if n})
    return counts
