"""Sets of outlines and of their files, scoped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from volunteers.units.models import LEVELS, Level, Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

if TYPE_CHECKING:
    from foundation.actors import Actor
    from volunteers.atlas.models import Outline, OutlineImport  # noqa: F401

STREET_WIDTH = Unit.steplen * (LEVELS.index(Level.STREET) + 1)


def paths_drawn_by(user: Actor) -> list[str]:
    """Where somebody may put outlines: streets and the district, of which they keep homes or structure."""
    held = {*paths_where(user, Right.KEEP_HOMES), *paths_where(user, Right.DRAFT_STRUCTURE)}
    return sorted(path for path in held if len(path) <= STREET_WIDTH)


class OutlineQuerySet(models.QuerySet["Outline"]):
    """Sets of outlines."""

    def visible_to(self, user: Actor) -> Self:
        """Of units whose figures the user may see."""
        return self.filter(under(paths_where(user, Right.SEE_ROLLUP), "unit__path"))


class OutlineImportQuerySet(models.QuerySet["OutlineImport"]):
    """Sets of files."""

    def visible_to(self, user: Actor) -> Self:
        """Files whose outlines all lie where the user may draw."""
        return self.filter(under(paths_drawn_by(user), "scope_path"))
