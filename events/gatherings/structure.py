"""What a change of the tree means for events, and what the monthly report counts of them.

Those to come of a merged unit go on in the one that remains. Who was there keeps the unit in which it happened.
"""

from __future__ import annotations

from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.gatherings.models import Attendance, Event
from foundation import clock
from volunteers.structure import months, touches
from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.months import Month, Within
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


@touches.contributor("event_hours")
def hours_touched(change: StructureChange) -> list[Touch]:
    """Hours that were confirmed below the unit: they stay where they were earned."""
    if change.kind == Kind.RENAME:
        return []
    count = Attendance.objects.confirmed().filter(unit__path__startswith=change.unit.path).count()
    text = _("%(n)d 人次的活动时长留在原来的单位，积分和服务时长不变。") % {"n": count}
    return [Touch("event_hours", text, count)] if count else []


@months.figure("event_hours", gettext_lazy("活动时长（小时）"), order=30)
def event_hours(within: Within, month: Month) -> dict[int, int]:
    """Whole hours confirmed in the month, by the unit of whoever came; half an hour and more counts as one.

    Taken back in a later month, they stay in the one that is over.
    """
    still = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=month.ends_at)
    rows = Attendance.objects.filter(still, confirmed_at__gte=month.begins_at, confirmed_at__lt=month.ends_at)
    counted = within.only(rows).order_by().values_list("unit_id")
    return {unit_id: hours for unit_id, hours in counted.annotate(n=Sum((F("minutes") + 30) / 60)) if hours}
