"""Whatever changes follow one another: the levels stay in order, and no past day ever looks different."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections import Counter
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.actors import SYSTEM
from foundation.errors import Refused
from tests.cast import SINCE
from tests.structure.conftest import THE_20TH
from volunteers.structure import services
from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.selectors import then, unit_ids_under
from volunteers.structure.tree import load_tree
from volunteers.units.models import LEVELS, Level, Unit

EXAMPLES = int(os.environ.get("STRUCTURE_EXAMPLES", "6"))
number = st.integers(0, 10**6)
changes = st.lists(
    st.tuples(st.sampled_from(list(Kind)), number, number, number, st.integers(1, 40)), min_size=1, max_size=5
)
shapes = st.lists(st.integers(1, 3), min_size=4, max_size=12)


def grow(shape: list[int]) -> None:
    """A district of two streets, with as many children below each unit as drawn."""
    counts = iter(shape * 40)
    root = Unit.add_root(level=Level.DISTRICT, name="云溪区", starts_on=SINCE)
    parents = [root]
    for level in LEVELS[1:]:
        made = []
        for parent in parents:
            many = 2 if level == Level.STREET else min(next(counts), 2 if level == Level.COMMUNITY else 3)
            for n in range(many):
                fresh = Unit.objects.get(pk=parent.pk)
                made.append(
                    fresh.add_child(level=level, name=f"第{n + 1}{level}", starts_on=SINCE, households_declared=n)
                )
        parents = made[:6]


def plan_of(kind: Kind, drawn: tuple[int, int, int]) -> tuple[Unit, dict[str, Any]]:
    """Some unit and some plan for it, often one that cannot be."""
    level = LEVELS[2 + drawn[0] % 4]
    units = list(Unit.objects.at(level).current())
    unit = units[drawn[1] % len(units)]
    beside = [one for one in units if one.path[:-4] == unit.path[:-4]]
    if kind == Kind.RENAME:
        return unit, {"name": f"新名{drawn[2] % 5}"}
    if kind == Kind.MERGE:
        chosen = [str(one.uid) for one in beside[: 2 + drawn[2] % 2]]
        return beside[0], {"units": chosen, **({"into": chosen[-1]} if drawn[2] % 3 else {"name": f"并{drawn[2] % 7}"})}
    if kind == Kind.MOVE:
        above = list(Unit.objects.at(LEVELS[LEVELS.index(level) - 1]).current())
        several = {unit.pk: unit} | {one.pk: one for one in beside[: drawn[2] % 2]}
        return unit, {"units": [str(one.uid) for one in several.values()], "to": str(above[drawn[2] % len(above)].uid)}
    tree = load_tree([unit])
    members = {leaf.uid: (drawn[2] >> place) % 3 for place, leaf in enumerate(tree.leaves(unit.pk))}
    most = max(members.values(), default=1)
    sides = [{"name": f"分{drawn[2] % 7}{side}", "households": 0} for side in range(max(most, 1))]
    return unit, {"sides": sides, "members": members}


def day_seen(day: dt.date) -> tuple[dict[int, frozenset[int]], dict[int, tuple[str, str, int]]]:
    """What lay below each unit on a day, and where and what each unit was."""
    high = Unit.objects.filter(depth__in=[2, 3, 4]).order_by("pk")[:7]
    below = {unit.pk: frozenset(unit_ids_under(unit, on=day)) for unit in high}
    root = Unit.objects.get(depth=1)
    was = then(root, on=day)
    places = {unit.pk: was.place_of(unit) for unit in was.units}
    assert {pk: path for pk, _level, path, _homes, _end in was.rows()} == {pk: at.path for pk, at in places.items()}
    return below, {pk: (at.path, at.name, at.households) for pk, at in places.items()}


def check_levels(day: dt.date) -> None:
    """Rule 2 of the domain: each current unit lies in one of the level above, and names are told apart."""
    current = {unit.path: unit for unit in Unit.objects.current(day)}
    names: set[tuple[str, str]] = set()
    for path, unit in current.items():
        assert unit.depth == LEVELS.index(Level(unit.level)) + 1 == len(path) // Unit.steplen
        assert unit.depth == 1 or path[:-4] in current
        assert (path[:-4], unit.name) not in names
        names.add((path[:-4], unit.name))
    children = Counter(path[:-4] for path in Unit.objects.values_list("path", flat=True))
    assert dict(Unit.objects.filter(numchild__gt=0).values_list("path", "numchild")) == {
        path: count for path, count in children.items() if path
    }


def enter(drawn: tuple[Kind, int, int, int, int], today: dt.date) -> bool:
    """Draft and approve one change; whether it could be."""
    kind, *choice, days = drawn
    unit, plan = plan_of(kind, (choice[0], choice[1], choice[2]))
    try:
        change = services.draft_change(
            uid=uuid.uuid4(), kind=kind, unit=unit, in_force_on=today + dt.timedelta(days=days), why="试", plan=plan,
            acting_user=SYSTEM,
        )  # fmt: skip
        services.record_consultation(change=change, note="问过", acting_user=SYSTEM)
        services.approve_change(change=change, acting_user=SYSTEM)
    except Refused:
        return False
    return True


@pytest.mark.everywhere
@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(shape=shapes, drawn=changes)
def test_the_past_never_changes_and_the_levels_stay_in_order(
    shape: list[int], drawn: list[tuple[Kind, int, int, int, int]]
) -> None:
    with transaction.atomic(), time_machine.travel(THE_20TH, tick=False) as traveller:
        grow(shape)
        today = THE_20TH.date()
        seen = {today: day_seen(today)}
        for one in drawn:
            if not enter(one, today):
                continue
            last = today + dt.timedelta(days=one[-1] - 1)
            today = last + dt.timedelta(days=1)
            traveller.move_to(dt.datetime.combine(last, dt.time(22), THE_20TH.tzinfo))
            assert services.enter_due() == []
            seen[last] = day_seen(last)
            traveller.move_to(dt.datetime.combine(today, dt.time(0, 1), THE_20TH.tzinfo))
            assert len(services.enter_due()) == 1
            check_levels(today)
            seen[today] = day_seen(today)
            for day, before in seen.items():
                assert day_seen(day) == before, day
        assert not StructureChange.objects.exclude(problem="").exists()
        transaction.set_rollback(True)
