"""Numbers that staff correct by hand hold from today; the reports of days that are over keep the old ones."""

from __future__ import annotations

from foundation import clock
from volunteers.structure.entering import ONE_DAY, remember
from volunteers.units.corrections import before_correction
from volunteers.units.models import Unit


@before_correction
def keep_what_was(unit: Unit, changed: frozenset[str]) -> None:
    """Note how many households there were until yesterday."""
    if "households_declared" in changed:
        remember([unit], until=clock.today() - ONE_DAY)
