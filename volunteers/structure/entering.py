"""A change enters into force: the tree, the posts, what apps above keep, all in one transaction.

Called by `services.enter_due` only, under the locks of the change and of the tree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from foundation import failpoints
from volunteers.structure.models import FormerPlace, Kind, StructureChange
from volunteers.structure.planning import Found, Misfit, Steps, steps_of, tree_of
from volunteers.structure.touches import Moved, Placed, apply_all, touched_by
from volunteers.structure.tree import ROLE_AT, Key
from volunteers.units.models import STAFF, Appointment, Level, Unit

ONE_DAY = dt.timedelta(days=1)


def enter(change: StructureChange, day: dt.date) -> Moved:
    """Make it so from a day on. Raises Misfit, and the caller takes everything back, when it no longer fits."""
    steps = steps_of(change, tree_of(change))
    for touch in touched_by(change):
        if touch.blocks:
            raise Misfit(touch.text)
    leaders = leaders_named(change, steps)
    moved = Moved(day=day, sides=dict(steps.sides))
    _remember(change, steps, day)
    units = _found(steps, day)
    failpoints.hit("structure.after_found")
    moved.founded = {units[one.key]: one.like for one in steps.found}
    moved.units = {0: change.unit_id} | {int(one.key): units[one.key] for one in steps.found if one.key.isdigit()}
    _place(steps, units, moved)
    _name_and_count(steps, units)
    _correct_later_rows(moved, day)
    moved.ended = {unit_id: _pk(into, units) for unit_id, into in steps.end.items()}
    end_units(moved, day)
    _name_what_remains(change, moved)
    for one in steps.found:
        if person_id := leaders.get(one.key):
            role = ROLE_AT[one.level]
            Appointment.objects.create(person_id=person_id, role=role, unit_id=units[one.key], starts_on=day)
    failpoints.hit("structure.before_apply")
    apply_all(change, moved)
    return moved


def _name_what_remains(change: StructureChange, moved: Moved) -> None:
    """A merge into a new unit says from now on which one that is, whatever its name will be."""
    if change.kind == Kind.MERGE and not change.plan.get("into"):
        into = Unit.objects.get(pk=next(iter(moved.ended.values())))
        change.plan = {**change.plan, "into": str(into.uid)}


def _pk(key: Key, units: dict[str, int]) -> int:
    return key if isinstance(key, int) else units[key]


def leaders_named(change: StructureChange, steps: Steps) -> dict[str, int]:
    """Who leads the units to be founded: key → person id. Raises Misfit for somebody who no longer serves here."""
    named = {key: uid for key, uid in (change.plan.get("leaders") or {}).items() if uid}
    keys = {one.key for one in steps.found}
    serving = Appointment.objects.active().filter(unit__path__startswith=change.scope.path)
    people = {
        str(uid): person_id
        for uid, person_id in serving.filter(person__uid__in=named.values()).values_list("person__uid", "person_id")
    }
    for key, uid in named.items():
        if key in keys and uid not in people:
            raise Misfit(_("方案里写的新负责人已经不在这里任职了，请重新选。"))
    return {key: people[uid] for key, uid in named.items() if key in keys}


# --- the tree --------------------------------------------------------------------------------------------------------


def _remember(change: StructureChange, steps: Steps, day: dt.date) -> None:
    """Where every unit lay, and what it was, until the day before. What an import noted that day stays."""
    paths = Unit.objects.filter(pk__in=[key for key, _parent in steps.place]).values_list("path", flat=True)
    below = Q(pk__in=[*steps.rename, *(key for key in steps.households if isinstance(key, int))])
    for path in paths:
        below |= Q(path__startswith=path)
    remember(Unit.objects.filter(below), until=day - ONE_DAY, change=change)


def remember(units: Iterable[Unit], *, until: dt.date, change: StructureChange | None = None) -> None:
    """Note how these units are now, as how they were until a day. The first word about a day stands."""
    FormerPlace.objects.bulk_create(
        (
            FormerPlace(
                unit_id=unit.pk,
                path=unit.path,
                name=unit.name,
                households_declared=unit.households_declared or 0,
                until=until,
                change=change,
            )
            for unit in units
        ),
        ignore_conflicts=True,
        batch_size=1000,
    )


def _correct_later_rows(moved: Moved, day: dt.date) -> None:
    """A change that enters late: what was noted since its day lay in the new place already."""
    for one in moved.placed:
        rows = list(FormerPlace.objects.filter(until__gte=day, path__startswith=one.old_path))
        below = set(Unit.objects.filter(path__startswith=one.new_path).values_list("pk", flat=True))
        for row in rows:
            row.path = one.new_path + row.path[len(one.old_path) :]
        FormerPlace.objects.bulk_update([row for row in rows if row.unit_id in below], ["path"], batch_size=500)


def _found(steps: Steps, day: dt.date) -> dict[str, int]:
    """Make the new units; returns key → id."""
    made: dict[str, int] = {}
    for one in steps.found:
        parent = Unit.objects.get(pk=_pk(one.parent, made))
        child = parent.add_child(level=one.level, name=one.name, starts_on=day, **_like(one, steps))
        made[one.key] = child.pk
    return made


def _like(one: Found, steps: Steps) -> dict[str, object]:
    if one.level != Level.NEIGHBOURHOOD:
        return {}
    place = Unit.objects.values_list("place", flat=True).get(pk=one.like)
    return {"place": place, "households_declared": steps.households.get(one.key)}


def _place(steps: Steps, units: dict[str, int], moved: Moved) -> None:
    """Hang each unit under its new parent. Rows are read afresh each time: every move changes paths."""
    for key, parent in steps.place:
        unit, target = Unit.objects.get(pk=key), Unit.objects.get(pk=_pk(parent, units))
        old_path = str(unit.path)
        unit.move(target, "last-child")
        new_path = Unit.objects.values_list("path", flat=True).get(pk=key)
        moved.placed.append(Placed(key, old_path, new_path))
        failpoints.hit("structure.after_move")


def _name_and_count(steps: Steps, units: dict[str, int]) -> None:
    for unit_id, name in steps.rename.items():
        unit = Unit.objects.get(pk=unit_id)
        unit.name = name
        unit.save(update_fields=["name", "pinyin", "initials"])
    for key, households in steps.households.items():
        Unit.objects.filter(pk=_pk(key, units)).update(households_declared=households)


# --- posts -----------------------------------------------------------------------------------------------------------


def end_units(moved: Moved, day: dt.date) -> None:
    """Merged units end the day before, and so do posts there; their staff go on in the unit that remains."""
    if not moved.ended:
        return
    last = day - ONE_DAY
    Unit.objects.filter(pk__in=moved.ended).update(ends_on=last)
    open_ = Appointment.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last), unit_id__in=moved.ended)
    held = list(open_.order_by("pk").select_for_update(of=("self",)))
    if any(one.starts_on > last for one in held):
        raise Misfit(_("要撤销的单位里有一项以后才开始的任职，请先处理它。"))
    goes_on = _staff_of(held, moved)
    reason = _("结构调整")
    for one in held:
        one.ends_on, one.ended_reason = last, one.ended_reason or reason
    Appointment.objects.bulk_update(held, ["ends_on", "ended_reason"], batch_size=500)
    for one in goes_on:
        here = Appointment.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), unit_id=one.unit_id)
        if not here.filter(person_id=one.person_id, role=one.role).exists():
            one.starts_on = day
            one.save(force_insert=True)


def _staff_of(held: list[Appointment], moved: Moved) -> list[Appointment]:
    """The posts that the staff of ended units will hold in the unit that remains, each once; unsaved."""
    made: dict[tuple[int, str, int], Appointment] = {}
    for one in held:
        if one.role not in STAFF:
            continue
        into = moved.ended[one.unit_id]
        facts = {"post_title": one.post_title, "is_cadre": one.is_cadre, "employer": one.employer}
        post = Appointment(person_id=one.person_id, role=one.role, unit_id=into, ends_on=one.ends_on, **facts)
        made.setdefault((one.person_id, one.role, into), post)
    return list(made.values())


def posts_ended(moved: Moved) -> list[int]:
    """Persons of the three heads whose post ended with a merged unit."""
    last = moved.day - ONE_DAY
    ended = Appointment.objects.filter(unit_id__in=moved.ended, ends_on=last).exclude(role__in=STAFF)
    return list(ended.values_list("person_id", flat=True).distinct())
