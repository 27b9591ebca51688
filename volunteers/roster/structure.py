"""What a change of the tree means for imports: an import is found by those who may import where it now lies."""

from __future__ import annotations

from volunteers.roster.models import ImportBatch
from volunteers.structure import touches
from volunteers.structure.models import StructureChange
from volunteers.structure.touches import Moved, Touch


def follow_units(change: StructureChange, moved: Moved) -> None:
    """Imports into a part of the tree that moved as a whole keep their place in it."""
    for one in moved.placed:
        batches = list(ImportBatch.objects.filter(scope_path__startswith=one.old_path).only("pk", "scope_path"))
        for batch in batches:
            batch.scope_path = one.new_path + batch.scope_path[len(one.old_path) :]
        ImportBatch.objects.bulk_update(batches, ["scope_path"], batch_size=200)


@touches.contributor("roster", apply=follow_units)
def roster_touched(change: StructureChange) -> list[Touch]:
    """Nothing to say: rosters are matched by the names of the tree as it is on the day."""
    return []
