"""Sets of roster imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

if TYPE_CHECKING:
    from foundation.actors import Actor
    from volunteers.roster.models import ImportBatch  # noqa: F401


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Sets of roster imports."""

    def visible_to(self, user: Actor) -> Self:
        """Imports into units where the user may import, and one's own previews while one may import anywhere."""
        paths = paths_where(user, Right.IMPORT_ROSTER)
        if not paths:
            return self.none()
        return self.filter(under(paths, "scope_path") | Q(acting_user_id=user.pk, state="previewed"))

    def committed(self) -> Self:
        """In force."""
        return self.filter(state="committed")

    def waiting(self) -> Self:
        """Neither confirmed nor dropped."""
        return self.filter(state="previewed")
