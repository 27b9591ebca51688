"""Changes of the structure in the sample district: one drafted, one approved for next month, one long in force."""

from __future__ import annotations

import datetime as dt
import uuid

from config.demo.people import Ground
from config.demo.personas import DISTRICT_CLERK, STREET_CLERK, WORKER
from config.demo.when import Calendar
from foundation import audit
from foundation.actors import SYSTEM
from volunteers.structure import services
from volunteers.structure.models import ChangeState, FormerPlace, Kind, StructureChange
from volunteers.structure.pictures import picture_of
from volunteers.structure.tree import load_tree
from volunteers.units.models import Level, Unit

ONE_DAY = dt.timedelta(days=1)
OLD_NAME = "沿河片区"


def _first_of_next_month(day: dt.date) -> dt.date:
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def load_structure(ground: Ground, calendar: Calendar) -> int:
    """The changes; returns how many."""
    made = [_draft_split(ground, calendar), _approve_move(ground, calendar), _past_rename(ground, calendar)]
    return sum(one is not None for one in made)


def _areas(community: Unit) -> list[Unit]:
    fresh = Unit.objects.get(pk=community.pk)
    return list(Unit.objects.under(fresh).at(Level.AREA).current())


def _beside(ground: Ground) -> list[Unit]:
    """Other communities of the home street."""
    street = ground.home_street.path
    return [one for one in ground.communities if one.path.startswith(street) and one != ground.home_community]


def _draft_split(ground: Ground, calendar: Calendar) -> StructureChange | None:
    """The home community's last area is to be two, so that neither has too many: still a draft."""
    area = _areas(ground.home_community)[-1]
    leaves = load_tree([area]).leaves(area.pk)
    if len(leaves) < 4:
        return None
    stay = (len(leaves) + 1) // 2
    plan = {
        "sides": [{"name": "荷塘片区"}],
        "members": {leaf.uid: int(place >= stay) for place, leaf in enumerate(leaves)},
    }
    return services.draft_change(
        uid=uuid.uuid4(),
        kind=Kind.SPLIT,
        unit=area,
        in_force_on=_first_of_next_month(calendar.today + dt.timedelta(days=20)),
        why="新楼入住，一个片里的邻太多，片长走不过来",
        plan=plan,
        acting_user=ground.users[WORKER.key],
    )


def _approve_move(ground: Ground, calendar: Calendar) -> StructureChange | None:
    """A group goes to the area on its side of the road: approved, and waits for its day."""
    for community in _beside(ground):
        areas = _areas(community)
        groups = Unit.objects.under(areas[0]).at(Level.GROUP).current() if len(areas) > 1 else []
        if len(groups) < 2:
            continue
        group = groups[len(groups) - 1]
        change = services.draft_change(
            uid=uuid.uuid4(),
            kind=Kind.MOVE,
            unit=group,
            in_force_on=_first_of_next_month(calendar.today + ONE_DAY),
            why="新路通车后，这个组在路的另一边",
            plan={"units": [str(group.uid)], "to": str(areas[1].uid)},
            acting_user=ground.users[STREET_CLERK.key],
        )
        note = "上周三开了议事会，这个组的邻长和住户代表都来了，同意。"
        services.record_consultation(change=change, note=note, acting_user=ground.users[STREET_CLERK.key])
        return services.approve_change(change=change, acting_user=ground.users[DISTRICT_CLERK.key])
    return None


def _past_rename(ground: Ground, calendar: Calendar) -> StructureChange | None:
    """An area had another name until two months ago, so that there is a history to look at."""
    beside = _beside(ground)
    area = _areas(beside[-1])[-1] if beside else None
    if area is None:
        return None
    day = (calendar.today.replace(day=1) - dt.timedelta(days=40)).replace(day=1)
    decided = calendar.at((calendar.today - day).days + 6, 10)
    change = StructureChange(
        kind=Kind.RENAME, unit=area, scope=area, in_force_on=day, state=ChangeState.IN_FORCE,
        why="各片统一按序号叫，和花名册一致", plan={"name": area.name}, fingerprint="", drafted_at=decided,
        drafted_by=ground.users[STREET_CLERK.key], consultation="发到片区群里问过，没有不同意见。", consulted_at=decided,
        approved_by=ground.users[DISTRICT_CLERK.key], approved_at=decided, entered_at=calendar.at(
            (calendar.today - day).days, 0, 1
        ),
    )  # fmt: skip
    change.picture = _renamed(change, area)
    change.save(force_insert=True)
    FormerPlace.objects.create(
        unit=area, path=area.path, name=OLD_NAME, households_declared=0, until=day - ONE_DAY, change=change
    )
    audit.record(actor=SYSTEM, act="structure.enter", obj=change, unit_id=area.pk, data={"moved": 0})
    return change


def _renamed(change: StructureChange, area: Unit) -> dict[str, object]:
    """The picture as it was drawn when the area still had its old name."""
    tree = load_tree([area])
    tree.nodes[area.pk].name = OLD_NAME
    return picture_of(change, tree)
