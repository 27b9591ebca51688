"""What a change of the tree means for events: those to come of a merged unit go on in the one that remains."""

from __future__ import annotations

from django.utils.translation import gettext as _

from events.gatherings.models import Event
from foundation import clock
from volunteers.structure import touches
from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.planning import units_named
from volunteers.structure.touches import Moved, Touch


def hand_on_events(change: StructureChange, moved: Moved) -> None:
    """Events that are over keep the unit that held them."""
    for unit_id, into in moved.ended.items():
        Event.objects.filter(unit_id=unit_id, ends_at__gt=clock.now()).update(unit_id=into)


@touches.contributor("events", apply=hand_on_events)
def events_touched(change: StructureChange) -> list[Touch]:
    """Events to come of units that are merged."""
    if change.kind != Kind.MERGE:
        return []
    units = units_named(change.kind, change.unit, change.plan)
    count = Event.objects.filter(unit__in=units, ends_at__gt=clock.now()).count()
    text = _("%(n)d 场还没办的活动由合并后的单位接着办，报名不变。") % {"n": count}
    return [Touch("events", text, count)] if count else []
