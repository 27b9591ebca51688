"""What a change of the tree means for benefits: points are a person's and stay; offers find their unit; what was
claimed lasts till the benefit ends, wherever its holder's unit lies by then."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from foundation import clock
from rewards.benefits.models import BenefitPackage, Entitlement, Merchant
from volunteers.structure import touches
from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.planning import units_named
from volunteers.structure.touches import Moved, Touch
from volunteers.units.models import THREE_HEADS, Appointment


def hand_on_offers(change: StructureChange, moved: Moved) -> None:
    """Packages that still run and the merchants of a merged unit go on in the one that remains."""
    for unit_id, into in moved.ended.items():
        BenefitPackage.objects.filter(unit_id=unit_id, ends_on__gte=clock.today()).update(unit_id=into)
        Merchant.objects.filter(unit_id=unit_id).update(unit_id=into)
    for one in moved.placed:
        _follow_posts(one.new_path)


def _follow_posts(path: str) -> None:
    """Rights that somebody claimed in an earlier post are kept by the one they hold below the unit that moved."""
    posts = Appointment.objects.active().of_roles(THREE_HEADS)
    here = dict(posts.filter(unit__path__startswith=path).order_by("-pk").values_list("person_id", "unit_id"))
    own = posts.filter(person_id=OuterRef("person_id"), unit_id=OuterRef("unit_id"))
    rows = list(Entitlement.objects.revocable().filter(person_id__in=here).exclude(Exists(own)))
    for row in rows:
        row.unit_id = here[row.person_id]
    Entitlement.objects.bulk_update(rows, ["unit"], batch_size=500)


@touches.contributor("benefits", apply=hand_on_offers)
def benefits_touched(change: StructureChange) -> list[Touch]:
    """Packages that people lose or go on with: of the split unit, of merged ones, of those above a moved one."""
    if change.kind == Kind.RENAME:
        return []
    units = units_named(change.kind, change.unit, change.plan)
    running = BenefitPackage.objects.filter(ends_on__gte=clock.today())
    if change.kind == Kind.MERGE:
        count = running.filter(unit__in=units).count()
        text = _("%(n)d 个优惠包由合并后的单位接着发；已领的券和积分不变。")
    elif change.kind == Kind.SPLIT:
        count = running.filter(unit=change.unit).count()
        text = _("%(n)d 个优惠包仍归原单位；分出去的人已领的券用到结束，没领的由新单位另发。")
    else:
        *movers, to = units
        left = {path for one in movers for path in one.ancestor_paths()[:-1]} - set(to.ancestor_paths())
        count = running.filter(unit__path__in=left).count()
        text = _("%(n)d 个优惠包是原来的上级发的；过去的人已领的券用到结束，没领的领不到了，新上级的从那天起有。")
    return [Touch("benefits", text % {"n": count}, count)] if count else []
