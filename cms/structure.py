"""What a change of the tree means for notices and event pages: whom they were for, they are still for."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cms.models import EventPage, NoticePage
from cms.sections import sync_user
from events.gatherings.models import Event
from foundation import clock
from volunteers.accounts.models import User
from volunteers.structure import touches
from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.planning import units_named
from volunteers.structure.touches import Moved, Placed, Touch
from volunteers.units.models import STAFF, Appointment, Unit


def follow_units(change: StructureChange, moved: Moved) -> None:
    """Current notices reach the same people, and events to come are still shown: the page goes with its event.

    "events" comes before "notices" in the order of names, so its events have their new unit.
    """
    if change.kind == Kind.RENAME:
        return
    for unit_id, like in moved.founded.items():
        _copy_targets(like, unit_id)
    for unit_id, into in moved.ended.items():
        _copy_targets(unit_id, into)
        coming = Event.objects.filter(unit_id=into, ends_at__gt=clock.now())
        EventPage.objects.filter(unit_id=unit_id, uid__in=coming.values("uid")).update(unit_id=into)
    for one in moved.placed:
        _keep_reached(one)
    for user in _staff_concerned(moved):
        sync_user(user)


def _staff_concerned(moved: Moved) -> Any:
    """Accounts of staff whose unit ended, goes on for another, or is new: what they may write changes today."""
    units = {*moved.ended, *moved.ended.values(), *moved.founded}
    held = Appointment.objects.of_roles(STAFF).filter(unit_id__in=units)
    return User.objects.filter(person_id__in=held.values("person_id"))


def _targets() -> Any:
    return NoticePage.targets.through.objects


def _add(notice_ids: Any, unit_id: int) -> None:
    through = NoticePage.targets.through
    through.objects.bulk_create(
        (through(noticepage_id=page_id, unit_id=unit_id) for page_id in notice_ids), ignore_conflicts=True
    )


def _current() -> Any:
    return _targets().filter(noticepage__in=NoticePage.objects.current().values("pk"))


def _copy_targets(unit_id: int, other_id: int) -> None:
    have = set(_targets().filter(unit_id=other_id).values_list("noticepage_id", flat=True))
    _add(set(_current().filter(unit_id=unit_id).values_list("noticepage_id", flat=True)) - have, other_id)


def _keep_reached(one: Placed) -> None:
    step = Unit.steplen
    above = [one.old_path[:end] for end in range(step, len(one.old_path), step)]
    now = [one.new_path[:end] for end in range(step, len(one.new_path) + 1, step)]
    before = set(_current().filter(unit__path__in=above).values_list("noticepage_id", flat=True))
    _add(before - set(_current().filter(unit__path__in=now).values_list("noticepage_id", flat=True)), one.unit_id)


@touches.contributor("notices", apply=follow_units)
def notices_touched(change: StructureChange) -> list[Touch]:
    """Current notices for units that are split, merged or moved."""
    if change.kind == Kind.RENAME:
        return []
    units = units_named(change.kind, change.unit, change.plan)
    reached = _current().filter(unit__in=units[:1] if change.kind == Kind.SPLIT else units)
    count = reached.values("noticepage_id").distinct().count()
    text = _("%(n)d 条还在看的公告照样看得到。") % {"n": count}
    return [Touch("notices", text, count)] if count else []
