"""What a change of the tree means for stores: the one of a merged community goes on in the one that remains."""

from __future__ import annotations

from django.utils.translation import gettext as _

from rewards.points.ages import begins
from rewards.store.models import FormerUnit, GoodsBudget, Passbook, Redemption, RedemptionState, Store
from volunteers.structure import touches
from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.planning import units_named
from volunteers.structure.touches import Moved, Touch


def hand_on_stores(change: StructureChange, moved: Moved) -> None:
    """Stores, the passbooks that were issued there, and what is reserved. A budget goes on where there is none.

    What a store gave before stays with the community that it belonged to then.
    """
    for unit_id, into in moved.ended.items():
        for store in Store.objects.filter(unit_id=unit_id):
            FormerUnit.objects.update_or_create(store=store, until=begins(moved.day), defaults={"unit_id": unit_id})
            taken = Store.objects.filter(unit_id=into, name=store.name).exists()
            store.name = f"{store.name}（{store.unit.name}）"[:40] if taken else store.name
            store.unit_id = into
            store.save()
        Passbook.objects.filter(unit_id=unit_id).update(unit_id=into)
        Redemption.objects.filter(unit_id=unit_id, state=RedemptionState.RESERVED).update(unit_id=into)
        years = GoodsBudget.objects.filter(unit_id=into).values_list("year", flat=True)
        GoodsBudget.objects.filter(unit_id=unit_id).exclude(year__in=list(years)).update(unit_id=into)


@touches.contributor("stores", apply=hand_on_stores)
def stores_touched(change: StructureChange) -> list[Touch]:
    """Stores of the units themselves."""
    if change.kind == Kind.RENAME:
        return []
    units = units_named(change.kind, change.unit, change.plan)
    subjects = units[:1] if change.kind == Kind.SPLIT else units
    count = Store.objects.filter(unit__in=subjects).count()
    if not count:
        return []
    if change.kind == Kind.MERGE:
        text = _("%(n)d 家积分超市归合并后的社区，预约、存折和积分不变。") % {"n": count}
    else:
        text = _("%(n)d 家积分超市仍归原社区；已经约好的照领。") % {"n": count}
    return [Touch("stores", text, count)]
