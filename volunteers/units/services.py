"""What staff correct of a unit. Its name and its place in the tree change by a dated change of the structure only."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit
from foundation.actors import Actor
from foundation.errors import Invalid
from volunteers.units import rights
from volunteers.units.corrections import about_to_change
from volunteers.units.models import Unit
from volunteers.units.rights import Right

MOST_HOUSEHOLDS = 100_000


def correct_unit(*, unit: Unit, place: str, households_declared: int | None, acting_user: Actor) -> Unit:
    """Write where a unit is (小区楼栋) and how many households the roster says. For those who keep homes there.

    Raises `Denied` without the right, `Invalid` for a number that cannot be. The trail keeps which fields changed.
    """
    rights.require(acting_user, Right.KEEP_HOMES, unit)
    if households_declared is not None and not 0 <= households_declared <= MOST_HOUSEHOLDS:
        raise Invalid(errors={"households_declared": _("户数要是 0 到 100000 之间的数。")})
    with transaction.atomic():
        locked = Unit.objects.select_for_update().get(pk=unit.pk)
        wanted = {"place": place.strip(), "households_declared": households_declared}
        changed = [name for name, value in wanted.items() if getattr(locked, name) != value]
        if not changed:
            return locked
        about_to_change(locked, frozenset(changed))
        for name in changed:
            setattr(locked, name, wanted[name])
        # Not `save`: treebeard's columns are not ours to write.
        Unit.objects.filter(pk=locked.pk).update(**{name: wanted[name] for name in changed})
        audit.record(
            actor=acting_user, act="unit.correct", obj=locked, unit_id=locked.pk, data={"fields": sorted(changed)}
        )
    return locked
