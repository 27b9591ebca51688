"""The rules in force on a day: what a thing is worth, and how much counts (domain, section 5).

A process reads the approved versions, those of days to come too, and keeps them for some seconds: a version that
begins on a later day is followed from its midnight on everywhere, one that begins today within those seconds.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation import clock
from rewards.points.models import Rule, RuleState, RuleVersion

Text = str | Promise
KEEP_SECONDS: Final = 10.0
TASK_DONE, ON_DUTY, EVENT_HOUR = "task_done", "on_duty", "event_hour"


@dataclass(frozen=True, slots=True)
class Worth:
    """One rule: points for a piece, how many pieces count at once and in a month (None: as many as there are)."""

    code: str
    label: str
    points: int
    measure: str
    most_at_once: int | None
    most_a_month: int | None
    by_hand: bool

    def pieces(self, quantity: int, left: int | None = None) -> int:
        """How many of so many pieces count; `left` is what remains of the month."""
        limits = [limit for limit in (quantity, self.most_at_once, left) if limit is not None]
        return max(0, min(limits))


@dataclass(frozen=True, slots=True)
class Version:
    """One approved version with its rules by code; the ceiling is in points a person and month."""

    number: int
    starts_on: dt.date
    ceiling: int
    valid_months: int
    warn_days: int
    rules: dict[str, Worth]


_kept: dict[str, tuple[float, list[Version]]] = {}


def _read() -> list[Version]:
    rows: dict[int, dict[str, Worth]] = {}
    for one in Rule.objects.filter(version__state=RuleState.APPROVED).order_by("pk"):
        rows.setdefault(one.version_id, {})[one.code] = Worth(
            one.code, one.label, one.points, one.measure, one.most_at_once, one.most_a_month, one.by_hand
        )
    approved = RuleVersion.objects.filter(state=RuleState.APPROVED).order_by("-starts_on", "-number")
    return [
        Version(v.number, v.starts_on, v.ceiling, v.valid_months, v.warn_days, rows.get(v.pk, {})) for v in approved
    ]


def versions() -> list[Version]:
    """Every approved version, the latest day first, as this process knows them."""
    database = str(connection.settings_dict["NAME"])
    kept = _kept.get(database)
    if kept is None or kept[0] < time.monotonic():
        kept = _kept[database] = (time.monotonic() + KEEP_SECONDS, _read())
    return kept[1]


def forget() -> None:
    """Read again at the next need: after a version was approved or withdrawn by this process."""
    _kept.clear()


def version_in_force(on: dt.date | None = None) -> Version:
    """The version in force on a day, today when none is given; the first one for days before it."""
    day = on or clock.today()
    known = versions()
    return next((version for version in known if version.starts_on <= day), known[-1])


def rule(code: str, on: dt.date | None = None) -> Worth | None:
    """What the rules of a day say of a code; None when they give nothing for it."""
    return version_in_force(on).rules.get(code)


_WORDS: Final[dict[str, Text]] = {"expired": _("到期")}
"""Of lines that no rule gives."""


def label_of(code: str, number: int | None = None) -> str:
    """What a rule is called: by the version it was given under, or the newest that names it; else the code itself."""
    known = versions()
    found = next((v for v in known if v.number == number and code in v.rules), None)
    found = found or next((v for v in known if code in v.rules), None)
    return found.rules[code].label if found else str(_WORDS.get(code, code))


def worth(code: str, quantity: int = 1, on: dt.date | None = None) -> int:
    """Points for so many pieces at once, before the month's limits; 0 when the rules give nothing for it."""
    found = rule(code, on)
    return found.points * found.pieces(quantity) if found else 0
