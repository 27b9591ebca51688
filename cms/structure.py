"""What a change of the tree means for notices and event pages: whom they were for, they are still for."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from wagtail.images import get_image_model

from cms.models import EventPage, NoticePage, StoryPage, ToldPage, UnitSectionPage
from cms.sections import section_of, sync_user
from events.gatherings.models import Event
from volunteers.accounts.models import User
from volunteers.structure import touches
from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.planning import units_named
from volunteers.structure.touches import Moved, Placed, Touch
from volunteers.units.models import STAFF, Appointment, Unit


def follow_units(change: StructureChange, moved: Moved) -> None:
    """Current notices reach the same people; pages of a merged unit go on with its staff, in the unit that remains.

    "events" comes before "notices" in the order of names, so its events have their new unit.
    """
    if change.kind == Kind.RENAME:
        return
    for unit_id, like in moved.founded.items():
        _copy_targets(like, unit_id)
    for unit_id, into in moved.ended.items():
        _copy_targets(unit_id, into)
        _hand_over(unit_id, into)
    for one in moved.placed:
        _keep_reached(one)
    for user in _staff_concerned(moved):
        sync_user(user)


def _hand_over(unit_id: int, into: int) -> None:
    """Notices, stories, drafts, and pages of events that go on: to the unit that remains, with the pictures.

    The page of an event that is over stays with its event, as what the merged unit did.
    """
    left = UnitSectionPage.objects.filter(unit_id=unit_id).first()
    if left is None:
        return
    section = section_of(Unit.objects.get(pk=into))
    over = Event.objects.filter(unit_id=unit_id).values("uid")
    pages = [
        *NoticePage.objects.filter(unit_id=unit_id),
        *EventPage.objects.filter(unit_id=unit_id).exclude(uid__in=over),
        *StoryPage.objects.filter(unit_id=unit_id),
    ]
    for page in pages:
        _move(page, section, into)
        _address_draft(page, unit_id, into)
    get_image_model().objects.filter(collection=left.collection_id).update(collection=section.collection_id)


def _move(page: ToldPage, section: UnitSectionPage, into: int) -> None:
    taken = section.get_children().filter(slug=page.slug).exists()
    slug = f"{page.slug}-{page.uid.hex[:8]}" if taken else page.slug
    type(page).objects.filter(pk=page.pk).update(unit_id=into, slug=slug)
    type(page).objects.get(pk=page.pk).move(UnitSectionPage.objects.get(pk=section.pk), pos="last-child")


def _address_draft(page: ToldPage, unit_id: int, into: int) -> None:
    """What was last written of a notice is addressed like the notice itself."""
    draft = page.latest_revision
    targets = draft.content.get("targets", []) if draft else []
    if unit_id in targets:
        draft.content["targets"] = list(dict.fromkeys(into if one == unit_id else one for one in targets))
        draft.save(update_fields=["content"])


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
