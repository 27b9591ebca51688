"""Writes to the tree of party organisations and to what they cover.

Whoever changes the tree holds its lock until the commit, so two callers never give two organisations one place in it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from foundation.idempotency import fingerprint, same_body_or_refuse
from volunteers.orgs.models import PARTY_LEVELS, PartyLevel, PartyLink, PartyOrg
from volunteers.units.models import Unit
from volunteers.units.rights import Right, require

TREE_LOCK = 7_402_113
"""Key of the advisory lock of this tree; on SQLite the write lock does it."""


def _lock_tree() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])


def _locked(org: PartyOrg) -> PartyOrg:
    """The organisation as it is now, under the lock of the tree. Raises `Conflict` when it is closed."""
    _lock_tree()
    now: PartyOrg = PartyOrg.objects.select_related("unit").get(pk=org.pk)
    if now.ends_on is not None:
        raise Conflict(_("“%s”已经撤销了。") % now.name)
    return now


def _clean_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > 60:
        raise Invalid(errors={"name": _("请填名称，最多 60 个字。")})
    return cleaned


def _check_parent(level: PartyLevel, unit: Unit, parent: PartyOrg | None) -> None:
    """A committee stands by itself; every other belongs to a higher one that sits in the same unit or above it."""
    if level == PARTY_LEVELS[0]:
        if parent is not None:
            raise Invalid(errors={"parent": _("党(工)委上面不再挂别的党组织。")})
        return
    if parent is None:
        raise Invalid(errors={"parent": _("请选上级党组织。")})
    if parent.ends_on is not None:
        raise Invalid(errors={"parent": _("这个上级党组织已经撤销了。")})
    if parent.rank >= PARTY_LEVELS.index(level):
        raise Invalid(errors={"parent": _("上级党组织的层级要更高。")})
    if not unit.path.startswith(parent.unit.path):
        raise Invalid(errors={"parent": _("要设在上级党组织的辖区里。")})


def _check_reach(parent: PartyOrg | None, unit: Unit, covered: Iterable[Unit]) -> None:
    """What it covers lies where its parent reaches, or, for a committee, where it sits itself."""
    reach = parent.unit.path if parent else unit.path
    if any(not one.path.startswith(reach) for one in covered):
        raise Invalid(errors={"covers": _("只能覆盖上级党组织辖区里的地方。")})


@transaction.atomic
def create_party_org(
    *,
    uid: uuid.UUID,
    level: PartyLevel,
    name: str,
    unit: Unit,
    parent: PartyOrg | None,
    covers: Iterable[Unit] = (),
    starts_on: dt.date | None = None,
    acting_user: Actor,
) -> PartyOrg:
    """A new organisation that sits in `unit` and covers `covers`, its own unit when none is named.

    Who may: KEEP_PARTY in the unit and in all it covers. The same uid twice is one organisation. Raises `Denied`,
    `Invalid`, `DifferentBody`.
    """
    covered = sorted({one.pk: one for one in covers}.values(), key=lambda one: one.path) or [unit]
    require(acting_user, Right.KEEP_PARTY, unit, *covered)
    level, cleaned, day = PartyLevel(level), _clean_name(name), starts_on or clock.today()
    body = {"level": level.value, "name": cleaned, "unit": unit.pk, "parent": parent.pk if parent else None}
    print_ = fingerprint(body | {"covers": [one.pk for one in covered], "starts_on": starts_on})
    _lock_tree()
    if stored := PartyOrg.objects.filter(uid=uid).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    if parent is not None:
        parent = PartyOrg.objects.select_related("unit").get(pk=parent.pk)
    _check_parent(level, unit, parent)
    _check_reach(parent, unit, covered)
    new = PartyOrg(uid=uid, level=level, name=cleaned, unit=unit, starts_on=day, fingerprint=print_)
    made: PartyOrg = parent.add_child(instance=new) if parent else PartyOrg.add_root(instance=new)
    PartyLink.objects.bulk_create(PartyLink(org=made, unit=one, starts_on=day) for one in covered)
    data = {key: body[key] for key in ("level", "parent")} | {"covers": [one.pk for one in covered]}
    audit.record(actor=acting_user, act="party.add", obj=made, unit_id=unit.pk, data=data)
    return made


@transaction.atomic
def rename_party_org(*, org: PartyOrg, name: str, acting_user: Actor) -> PartyOrg:
    """Another name; the same again changes nothing. Who may: KEEP_PARTY where it sits. Raises `Denied`, `Conflict`."""
    require(acting_user, Right.KEEP_PARTY, org.unit)
    cleaned, locked = _clean_name(name), _locked(org)
    if locked.name == cleaned:
        return locked
    before, locked.name = locked.name, cleaned
    locked.save(update_fields=["name", "pinyin", "initials"])
    data = {"from": before, "to": cleaned}
    audit.record(actor=acting_user, act="party.rename", obj=locked, unit_id=locked.unit_id, data=data)
    return locked


@transaction.atomic
def move_party_org(*, org: PartyOrg, parent: PartyOrg, acting_user: Actor) -> PartyOrg:
    """Hang an organisation with all below it under another one; under the same again changes nothing.

    Who may: KEEP_PARTY where it sits. Raises `Denied`, `Conflict` when it is closed, `Invalid` for a parent that is
    not higher, closed, or sits elsewhere.
    """
    require(acting_user, Right.KEEP_PARTY, org.unit)
    locked = _locked(org)
    target: PartyOrg = PartyOrg.objects.select_related("unit").get(pk=parent.pk)
    _check_parent(PartyLevel(locked.level), locked.unit, target)
    before = locked.get_parent()
    if before is not None and before.pk == target.pk:
        return locked
    locked.move(target, pos="last-child")
    data = {"from": before.pk if before else None, "to": target.pk}
    audit.record(actor=acting_user, act="party.move", obj=locked, unit_id=locked.unit_id, data=data)
    return locked


@transaction.atomic
def link_unit(*, org: PartyOrg, unit: Unit, starts_on: dt.date | None = None, acting_user: Actor) -> PartyLink:
    """The organisation covers a unit too, from a day on, today when none is given; again is the same link.

    Who may: KEEP_PARTY where it sits and in the unit. Raises `Denied`, `Conflict`, `Invalid`.
    """
    require(acting_user, Right.KEEP_PARTY, org.unit, unit)
    locked, day = _locked(org), starts_on or clock.today()
    _check_reach(locked.get_parent(), locked.unit, [unit])
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    if held := PartyLink.objects.filter(lasting, org=locked, unit=unit).order_by("-starts_on").first():
        if held.ends_on is None:
            return held
        raise Conflict(_("上一段到 %s 才结束，请从后一天起再添。") % held.ends_on)
    made = PartyLink.objects.create(org=locked, unit=unit, starts_on=day)
    audit.record(actor=acting_user, act="party.link", obj=locked, unit_id=unit.pk, data={"link": made.pk})
    return made


@transaction.atomic
def unlink_unit(*, org: PartyOrg, unit: Unit, last_day: dt.date | None = None, acting_user: Actor) -> None:
    """The organisation covers the unit until a day, today when none is given. What is not linked stays so.

    Who may: KEEP_PARTY where it sits. Raises `Denied`, `Conflict`, `Invalid` for a day before the first.
    """
    require(acting_user, Right.KEEP_PARTY, org.unit)
    locked, day = _locked(org), last_day or clock.today()
    held = PartyLink.objects.filter(org=locked, unit=unit, ends_on__isnull=True).first()
    if held is None:
        return
    if day < held.starts_on:
        raise Invalid(errors={"last_day": _("最后一天不能早于开始日期。")})
    held.ends_on = day
    held.save(update_fields=["ends_on"])
    audit.record(actor=acting_user, act="party.unlink", obj=locked, unit_id=unit.pk, data={"link": held.pk})


@transaction.atomic
def close_party_org(
    *, org: PartyOrg, last_day: dt.date | None = None, reason: str = "", acting_user: Actor
) -> PartyOrg:
    """An organisation's last day, today when none is given; its links end with it. Closing it again changes nothing.

    Who may: KEEP_PARTY where it sits. Raises `Denied`, `Conflict` while others hang below it, `Invalid` for a day
    before the first.
    """
    require(acting_user, Right.KEEP_PARTY, org.unit)
    _lock_tree()
    locked: PartyOrg = PartyOrg.objects.select_related("unit").get(pk=org.pk)
    if locked.ends_on is not None:
        return locked
    day = last_day or clock.today()
    if day < locked.starts_on:
        raise Invalid(errors={"last_day": _("最后一天不能早于成立日期。")})
    below = locked.get_children().filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day)).count()
    if below:
        raise Conflict(_("下面还有 %d 个党组织，请先移到别处或撤销。") % below)
    locked.ends_on = day
    locked.save(update_fields=["ends_on"])
    open_links = PartyLink.objects.filter(org=locked, ends_on__isnull=True)
    open_links.filter(starts_on__gt=day).delete()
    open_links.update(ends_on=day)
    audit.record(actor=acting_user, act="party.close", obj=locked, unit_id=locked.unit_id, reason=reason)
    return locked
