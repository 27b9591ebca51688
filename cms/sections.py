"""Wagtail knows groups, not our scope: each unit with staff has a section of pages, a collection of pictures and a
group that may work in them, kept in step with the appointments. These are services in the sense of `services.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission

from cms.models import HomePage, UnitSectionPage
from volunteers.accounts.models import User
from volunteers.units.models import STAFF, Appointment, Unit
from volunteers.units.rights import grants

PAGE_PERMISSIONS = ("add_page", "change_page", "publish_page")
IMAGE_PERMISSIONS = ("add_image", "change_image", "choose_image")


@transaction.atomic
def ensure_sections(units: Iterable[Unit]) -> dict[int, UnitSectionPage]:
    """The sections of units, made where missing, by unit id. Safe under two callers: they wait at the home page."""
    wanted = {unit.pk: unit for unit in units}
    found = {section.unit_id: section for section in UnitSectionPage.objects.filter(unit_id__in=wanted)}
    if len(found) < len(wanted):
        home = HomePage.objects.select_for_update().get()
        found = {section.unit_id: section for section in UnitSectionPage.objects.filter(unit_id__in=wanted)}
        for unit_id, unit in wanted.items():
            if unit_id not in found:
                found[unit_id] = _make_section(home, unit)
    return found


def _make_section(home: HomePage, unit: Unit) -> UnitSectionPage:
    name = f"{unit.name} {unit.uid.hex[:8]}"
    group = Group.objects.create(name=name)
    collection: Collection = Collection.get_first_root_node().add_child(name=unit.name)
    section = UnitSectionPage(
        title=unit.name, slug=f"unit-{unit.uid.hex}", unit=unit, staff_group=group, collection=collection, live=True
    )
    home.refresh_from_db()
    home.add_child(instance=section)
    permissions = {
        one.codename: one for one in Permission.objects.filter(codename__in=PAGE_PERMISSIONS + IMAGE_PERMISSIONS)
    }
    GroupPagePermission.objects.bulk_create(
        GroupPagePermission(group=group, page=section, permission=permissions[name]) for name in PAGE_PERMISSIONS
    )
    GroupCollectionPermission.objects.bulk_create(
        GroupCollectionPermission(group=group, collection=collection, permission=permissions[name])
        for name in IMAGE_PERMISSIONS
    )
    return section


def section_of(unit: Unit) -> UnitSectionPage:
    """The section of one unit."""
    return ensure_sections([unit])[unit.pk]


@transaction.atomic
def sync_staff_groups() -> tuple[int, int]:
    """Sections and memberships of all units as the appointments of today say; repeating it changes nothing.

    Returns how many units have staff and how many memberships there are.
    """
    members: dict[int, set[int]] = defaultdict(set)
    staff = Appointment.objects.active().of_roles(STAFF).select_related("unit", "person__user")
    units: dict[int, Unit] = {}
    for appointment in staff.order_by("unit__path"):
        units[appointment.unit_id] = appointment.unit
        members[appointment.unit_id].update(_user_ids(appointment))
    sections = ensure_sections(units.values())
    for section in UnitSectionPage.objects.exclude(unit_id__in=units).select_related("staff_group"):
        section.staff_group.user_set.clear()
    for unit_id, section in sections.items():
        section.staff_group.user_set.set(members[unit_id])
    return len(sections), sum(len(ids) for ids in members.values())


def _user_ids(appointment: Appointment) -> list[int]:
    user: User | None = getattr(appointment.person, "user", None)
    return [user.pk] if user else []


def sync_user(user: Any) -> None:
    """The memberships of one user, at sign-in; one query for somebody who is not staff and never was."""
    if not isinstance(user, User):
        return
    held = [grant.unit_id for grant in grants(user) if grant.role in STAFF]
    sections = ensure_sections(Unit.objects.filter(pk__in=held)) if held else {}
    wanted = {section.staff_group_id for section in sections.values()}
    present = set(
        Group.objects.filter(user=user, pk__in=UnitSectionPage.objects.values("staff_group_id")).values_list(
            "pk", flat=True
        )
    )
    if present - wanted:
        user.groups.remove(*(present - wanted))
    if wanted - present:
        user.groups.add(*(wanted - present))
