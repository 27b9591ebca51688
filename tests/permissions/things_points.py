"""An award asked for, one that was drawn for the sample, a line, a budget and its filling, of every unit; a draft."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from foundation.actors import SYSTEM
from rewards.points.accounts import budget_account_id, system_account_id
from rewards.points.models import (
    AccountKind,
    AwardSample,
    BudgetFill,
    ManualAward,
    Rule,
    RuleVersion,
    SampledAward,
)
from rewards.points.rules import version_in_force
from rewards.points.services import award_points, move_points
from tests.permissions.world import STAFFED_LEVELS, World
from volunteers.people.models import Person
from volunteers.units.models import Unit

RULE = "hazard_found"
NO_PRINT = "0" * 64


def _award(person: Person, unit: Unit, **values: Any) -> ManualAward:
    return ManualAward.objects.create(
        uid=uuid.uuid4(), person=person, unit=unit, rule=RULE, quantity=1, reason="三楼电线老化",
        happened_on=timezone.localdate(), fingerprint=NO_PRINT, **values,
    )  # fmt: skip


def _line(person: Person, unit: Unit) -> Any:
    return award_points(
        person_id=person.pk, rule=RULE, source_key=f"things:{unit.pk}:{uuid.uuid4().hex[:8]}", reason="三楼电线老化",
        unit_id=unit.pk, acting_user=SYSTEM,
    )  # fmt: skip


def _budget(unit: Unit) -> None:
    move_points(
        from_account_id=system_account_id(AccountKind.ISSUING), to_account_id=budget_account_id(unit.pk), points=100,
        rule="budget_fill", source_key=f"things:budget:{unit.pk}", reason="预算", unit_id=unit.pk, acting_user=SYSTEM,
    )  # fmt: skip


def _draft() -> RuleVersion:
    """Like the rules in force; one for all, since rules lie in no unit."""
    numbers = {"starts_on": timezone.localdate() + dt.timedelta(days=30), "ceiling": 40, "why": "试一试"}
    version, is_new = RuleVersion.objects.get_or_create(number=2, defaults=numbers)
    if is_new:
        lines = version_in_force().rules.values()
        Rule.objects.bulk_create(Rule(version=version, **asdict(line)) for line in lines)
    return version


def add(world: World, name: str, unit: Unit) -> None:
    """What staff of the unit decide, take back and look at again."""
    person = Person.objects.create(name=f"得分{name}")
    if unit.level in STAFFED_LEVELS:
        _budget(unit)
    month = (timezone.localdate().replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    shape = {"seed": "a" * 64, "percent": 5, "at_least": 3, "population": 1}
    sample, _new = AwardSample.objects.get_or_create(month=month, defaults=shape)
    approved = _award(person, unit, state="approved", transfer=_line(person, unit), decided_at=timezone.now())
    fill = {"points": 10, "reason": "预算", "fingerprint": NO_PRINT}
    world.things |= {
        ("award", name): _award(person, unit),
        ("line", name): SimpleNamespace(uid=_line(person, unit).pk),
        ("fill", name): BudgetFill.objects.create(uid=uuid.uuid4(), unit=unit, **fill),
        ("sampled", name): SampledAward.objects.create(sample=sample, award=approved),
        ("award_sample", name): sample,
        ("rules", name): _draft(),
    }
