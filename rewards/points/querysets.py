"""Sets of awards, budgets, rules and lines for those who work with them at a desk. `visible_to` is the one door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from volunteers.structure.selectors import merged_under
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

if TYPE_CHECKING:
    from foundation.actors import Actor
    from rewards.points.models import (  # noqa: F401
        AwardSample,
        BudgetFill,
        ManualAward,
        RuleVersion,
        SampledAward,
        Transfer,
    )


class ManualAwardQuerySet(models.QuerySet["ManualAward"]):
    """Sets of awards asked for."""

    def visible_to(self, user: Actor) -> Self:
        """In the units in which the user may ask for some."""
        return self.filter(under(paths_where(user, Right.AWARD_POINTS), "unit__path"))


class FillQuerySet(models.QuerySet["BudgetFill"]):
    """Sets of fillings of budgets."""

    def visible_to(self, user: Actor) -> Self:
        """In the units whose budgets the user keeps."""
        return self.filter(under(paths_where(user, Right.KEEP_BUDGETS), "unit__path"))


class SampleQuerySet(models.QuerySet["AwardSample"]):
    """Sets of monthly samples; each is of the whole district."""

    def visible_to(self, user: Actor) -> Self:
        """For those who look at the audit trail."""
        return self if paths_where(user, Right.SEE_AUDIT) else self.none()


class SampledQuerySet(models.QuerySet["SampledAward"]):
    """Sets of awards that were drawn."""

    def visible_to(self, user: Actor) -> Self:
        """In the units whose audit trail the user sees."""
        return self.filter(under(paths_where(user, Right.SEE_AUDIT), "award__unit__path"))


class RuleVersionQuerySet(models.QuerySet["RuleVersion"]):
    """Sets of versions of the rules, which hold for the whole district."""

    def visible_to(self, user: Actor) -> Self:
        """For those who set them."""
        return self if paths_where(user, Right.SET_RULES) else self.none()


class TransferQuerySet(models.QuerySet["Transfer"]):
    """Sets of lines of the ledger."""

    def visible_to(self, user: Actor) -> Self:
        """Written where the user may award points, or in units merged into those; one's own are in the statement."""
        paths = paths_where(user, Right.AWARD_POINTS)
        return self.filter(under(paths, "unit__path") | Q(unit__in=merged_under(paths)))
