"""What a change of the tree means for benefits: points and vouchers are a person's and stay; offers find their unit."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation import clock
from rewards.benefits.models import BenefitPackage, Merchant
from volunteers.structure import touches
from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.planning import units_named
from volunteers.structure.touches import Moved, Touch


def hand_on_offers(change: StructureChange, moved: Moved) -> None:
    """Packages that still run and the merchants of a merged unit go on in the one that remains."""
    for unit_id, into in moved.ended.items():
        BenefitPackage.objects.filter(unit_id=unit_id, ends_on__gte=clock.today()).update(unit_id=into)
        Merchant.objects.filter(unit_id=unit_id).update(unit_id=into)


@touches.contributor("benefits", apply=hand_on_offers)
def benefits_touched(change: StructureChange) -> list[Touch]:
    """Packages of the units themselves; those from above do not notice."""
    if change.kind == Kind.RENAME:
        return []
    units = units_named(change.kind, change.unit, change.plan)
    subjects = units[:1] if change.kind == Kind.SPLIT else units
    running = BenefitPackage.objects.filter(unit__in=subjects, ends_on__gte=clock.today())
    count = running.count()
    if not count:
        return []
    if change.kind == Kind.MERGE:
        text = _("%(n)d 个优惠包由合并后的单位接着发；已领的券和积分不变。") % {"n": count}
    else:
        text = _("%(n)d 个优惠包仍归原单位；到了别处的人已领的券照用，新单位要另发。") % {"n": count}
    return [Touch("benefits", text, count)]
