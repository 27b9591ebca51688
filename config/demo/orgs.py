"""The party organisations of the sample district, some still to be founded; departments found by their sound too."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict

from config.demo.district import SEED
from foundation.pinyin import sounds
from volunteers.orgs.models import SHOULD_HAVE, Department, PartyLevel, PartyLink, PartyOrg
from volunteers.orgs.selectors import paths_to_build
from volunteers.units.models import Level, Unit

FOUNDED = dt.date(2023, 5, 8)
FOUNDED_SHARE = {Level.STREET: 1.0, Level.COMMUNITY: 0.96, Level.AREA: 0.86, Level.GROUP: 0.38}
"""How many of the units with members enough have founded theirs; a district is never quite done."""

JOINT_SHARE = 0.35
"""How many of the places with too few members have joined with the one beside them."""

ENDINGS = {
    PartyLevel.COMMITTEE: "党工委",
    PartyLevel.GENERAL_BRANCH: "党总支",
    PartyLevel.BRANCH: "党支部",
    PartyLevel.PARTY_GROUP: "党小组",
}


def load_orgs() -> tuple[int, int]:
    """A committee a street, and below it what the members suffice for; returns organisations and places covered."""
    for department in Department.objects.filter(pinyin=""):
        department.save(update_fields=["pinyin", "initials"])
    rng = random.Random(f"{SEED} party")  # noqa: S311 - a sample, not a secret; its own, so that nothing else shifts
    tree = _Tree(rng, paths_to_build([""]))
    units = Unit.objects.filter(level__in=list(SHOULD_HAVE)).order_by("path")
    for unit in units:
        tree.offer(unit)
    return tree.save()


class _Tree:
    """Rows of the tree, made in the order of the units and written at once: parents come before what is below them."""

    def __init__(self, rng: random.Random, enough: set[str]) -> None:
        self.rng, self.enough = rng, enough
        self.orgs: list[PartyOrg] = []
        self.covered: list[tuple[PartyOrg, Unit]] = []
        self.at: dict[str, PartyOrg] = {}
        self.lonely: dict[str, PartyOrg] = {}
        self.children: dict[str, int] = defaultdict(int)

    def offer(self, unit: Unit) -> None:
        """Found one here, join the one beside, or leave a gap."""
        level = Level(unit.level)
        if unit.path in self.enough:
            if self.rng.random() < FOUNDED_SHARE[level]:
                self.found(unit)
        elif beside := self.lonely.pop(unit.path[: -Unit.steplen], None):
            self.covered.append((beside, unit))
        elif self.rng.random() < JOINT_SHARE:
            self.lonely[unit.path[: -Unit.steplen]] = self.found(unit)

    def found(self, unit: Unit) -> PartyOrg:
        """A new organisation below the nearest one above."""
        level = SHOULD_HAVE[Level(unit.level)]
        parent = next((self.at[path] for path in reversed(unit.ancestor_paths()[:-1]) if path in self.at), None)
        prefix = parent.path if parent else ""
        self.children[prefix] += 1
        org = PartyOrg(
            path=PartyOrg._get_path(prefix, len(prefix) // PartyOrg.steplen + 1, self.children[prefix]),
            depth=len(prefix) // PartyOrg.steplen + 1,
            level=level,
            name=self._name(unit, level),
            unit=unit,
            starts_on=FOUNDED + dt.timedelta(days=self.rng.randrange(700)),
        )
        org.pinyin, org.initials = sounds(org.name)
        self.at[unit.path] = org
        self.orgs.append(org)
        self.covered.append((org, unit))
        return org

    def _name(self, unit: Unit, level: PartyLevel) -> str:
        """桂花社区第2片区党支部: with the community where the unit's own name says too little."""
        above = self.at.get(unit.path_at(Level.COMMUNITY))
        start = f"{above.unit.name}" if above and level in {PartyLevel.BRANCH, PartyLevel.PARTY_GROUP} else ""
        area = self.at.get(unit.path_at(Level.AREA))
        middle = area.unit.name if area and level == PartyLevel.PARTY_GROUP else ""
        return f"{start}{middle}{unit.name}{ENDINGS[level]}"

    def save(self) -> tuple[int, int]:
        """Write everything."""
        for org in self.orgs:
            org.numchild = self.children[org.path]
        PartyOrg.objects.bulk_create(self.orgs, batch_size=1_000)
        PartyLink.objects.bulk_create(
            [PartyLink(org=org, unit=unit, starts_on=org.starts_on) for org, unit in self.covered], batch_size=1_000
        )
        return len(self.orgs), len(self.covered)
