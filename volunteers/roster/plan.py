"""The difference between a judged roster and what is stored: what an import would write, before it writes anything.

Appointments end only in communities that the file names, never in a unit whose row was refused, and never for a role
that the file has no column for. Units are never removed: a unit without a leader is a vacancy.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from foundation.actors import Actor
from foundation.secrets import blind_index
from volunteers.roster import stored as database
from volunteers.roster.columns import Field
from volunteers.roster.stored import Holder, Key, Stored, StoredPerson, StoredUnit
from volunteers.roster.verdicts import ROLE_TEXT, Post, Row, Verdicts
from volunteers.units.models import LEVELS, Role, Unit
from volunteers.units.rights import Right, paths_where

ROLES = {"area": Role.AREA_LEADER, "group": Role.GROUP_LEADER, "leader": Role.NEIGHBOUR_LEADER}
DEPTHS = {"area": 3, "group": 4, "leader": 5}
SHOWN = 200
KINDS = ("new", "changed", "ended", "vacant")


@dataclass(slots=True)
class PersonFacts:
    """What the roster says about the person behind a number."""

    phone: str
    name: str
    gender: str = ""
    born_on: dt.date | None = None
    political_status: str = ""
    known: StoredPerson | None = None

    def add(self, post: Post) -> None:
        """Take what this post says and no earlier one did."""
        self.gender = self.gender or post.gender
        self.born_on = self.born_on or (post.born_on.replace(day=1) if post.born_on else None)
        self.political_status = self.political_status or post.political_status

    def corrections(self) -> bool:
        """Whether the stored person differs; a blank cell never erases."""
        known = self.known
        return known is not None and (
            known.name != self.name
            or (self.gender not in {"", known.gender})
            or (self.born_on is not None and self.born_on != known.born_on)
            or (self.political_status not in {"", known.political_status})
        )


@dataclass(slots=True)
class Plan:
    """Everything an import would write; `counts` and `shown` tell a person about it."""

    today: dt.date
    stored: Stored
    new_units: list[Key] = field(default_factory=list)
    changed_units: list[tuple[StoredUnit, str, int | None]] = field(default_factory=list)
    facts: dict[Key, tuple[str, int | None]] = field(default_factory=dict)
    people: dict[str, PersonFacts] = field(default_factory=dict)
    new_posts: list[tuple[Key, str, Post]] = field(default_factory=list)
    changed_posts: list[tuple[Holder, Post]] = field(default_factory=list)
    ended: list[tuple[Holder, dt.date | None]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    shown: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    absent_communities: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    indexes: dict[str, str] = field(default_factory=dict)

    @property
    def new_people(self) -> list[PersonFacts]:
        """Persons nobody has stored yet."""
        return [facts for facts in self.people.values() if facts.known is None]

    @property
    def changed_people(self) -> list[PersonFacts]:
        """Stored persons whom the roster corrects."""
        return [facts for facts in self.people.values() if facts.corrections()]

    @property
    def is_empty(self) -> bool:
        """Whether the import would change no row."""
        return not (
            *self.new_units, *self.changed_units, *self.new_posts, *self.changed_posts, *self.ended,
            *self.new_people, *self.changed_people,
        )  # fmt: skip

    def note(self, kind: str, key: Key, role: str, text: str) -> None:
        """Count a change and keep the first of each kind to be shown."""
        self.counts[kind] += 1
        if len(self.shown[kind]) < SHOWN:
            self.shown[kind].append({"unit": " · ".join(key), "role": ROLE_TEXT.get(role, ""), "text": text})

    def changes(self) -> dict[str, int]:
        """The counts for the preview."""
        return {**{kind: self.counts[kind] for kind in KINDS}, "units": len(self.new_units)}


def make_plan(found: Verdicts, *, actor: Actor, today: dt.date) -> Plan:
    """Compare; refuses further rows that only the database shows to be wrong (out of scope, somebody else's number)."""
    stored = database.load_units({row.street for row in found.rows}, today=today)
    _refuse_out_of_scope(found, stored, actor)
    communities: set[Key] = {row.path[:2] for row in found.rows if all(row.path[:2])}
    inside = {key for key in communities if _may_import(stored, key, paths_where(actor, Right.IMPORT_ROSTER))}
    paths = [stored.units[key].path for key in inside if key in stored.units]
    database.load_holders(stored, paths, today=today)
    indexes = _phone_indexes(found)
    database.load_people(stored, indexes.values())
    _refuse_other_peoples_numbers(found, stored, indexes, paths, today=today)
    plan = Plan(today, stored, paths=_touched(stored, communities), indexes=indexes)
    said = _collect(plan, found, indexes)
    _compare_units(plan, said)
    _compare_posts(plan, said, indexes)
    _end_what_is_gone(plan, found, said, inside)
    streets = {row.street for row in found.rows}
    plan.absent_communities = sorted(
        " · ".join(key) for key in stored.units if len(key) == 2 and key[0] in streets and key not in communities
    )
    return plan


# --- what only the database shows ------------------------------------------------------------------------------------


def _may_import(stored: Stored, key: Key, paths: list[str]) -> bool:
    nearest = stored.nearest(key)
    return any((nearest.path if nearest else "").startswith(path) for path in paths)


def _refuse_out_of_scope(found: Verdicts, stored: Stored, actor: Actor) -> None:
    paths = paths_where(actor, Right.IMPORT_ROSTER)
    allowed: dict[Key, bool] = {}
    for row in found.rows:
        key = row.path[:2] if row.community else row.path[:1]
        if key not in allowed:
            allowed[key] = _may_import(stored, key, paths)
        if not allowed[key]:
            column = found.headers[row.sheet].name_of(Field.COMMUNITY)
            row.refuse(column, f"“{row.street}{row.community}”不在您可以导入的范围内：请只上传您负责的镇街或社区。")


def _phone_indexes(found: Verdicts) -> dict[str, str]:
    """Number → blind index, each computed once."""
    numbers = {post.phone for row in found.good for post in row.posts.values() if post is not None and post.phone}
    return {number: blind_index(number) for number in sorted(numbers)}


def _refuse_other_peoples_numbers(
    found: Verdicts, stored: Stored, indexes: dict[str, str], paths: list[str], *, today: dt.date
) -> None:
    """A stored number under another name is corrected only for those who serve inside this roster and nowhere else."""
    if not stored.people:
        return
    renamed: list[tuple[Row, str, StoredPerson]] = []
    for row in found.good:
        for role, post in row.posts.items():
            person = stored.people.get(indexes[post.phone]) if post is not None and post.phone else None
            if person is not None and post is not None and person.name != post.name:
                renamed.append((row, role, person))
    if not renamed:
        return
    serving = {holder.person.id for holder in stored.holders.values()}
    elsewhere = database.serving_elsewhere({person.id for _, _, person in renamed}, paths, today=today)
    for row, role, person in renamed:
        if person.id not in serving or person.id in elsewhere:
            column = found.headers[row.sheet].name_of(Field(f"{role}.phone"))
            row.refuse(column, "这个号码已登记在另一个姓名下，那个人不在这份名册里：请核对号码；换了号的请先更正登记。")


def _touched(stored: Stored, communities: set[Key]) -> list[str]:
    nearest = (stored.nearest(key) for key in communities)
    return sorted({unit.path for unit in nearest if unit is not None})


# --- the comparison --------------------------------------------------------------------------------------------------


def _collect(plan: Plan, found: Verdicts, indexes: dict[str, str]) -> dict[tuple[Key, str], Post]:
    """Posts by unit and role: the filled one where some row names one, else the empty one; persons by number."""
    said: dict[tuple[Key, str], Post] = {}
    seen: set[int] = set()
    for row in found.good:
        path = row.path
        plan.facts[path] = (row.place, row.households)
        for role, depth in DEPTHS.items():
            post = row.posts[role]
            if post is None:
                plan.facts.setdefault(path[:depth], ("", None))
                continue
            key = (path[:depth], role)
            if key not in said or (said[key].is_vacant and not post.is_vacant):
                said[key] = post
            if post.phone and id(post) not in seen:
                seen.add(id(post))
                facts = plan.people.get(post.phone)
                if facts is None:
                    known = plan.stored.people.get(indexes[post.phone])
                    facts = plan.people[post.phone] = PersonFacts(post.phone, post.name, known=known)
                facts.add(post)
    return said


def _compare_units(plan: Plan, said: dict[tuple[Key, str], Post]) -> None:
    new: dict[Key, None] = {}  # in the order of the file, which becomes the order of the tree
    for key in [*(key for key, _role in said), *plan.facts]:
        for depth in range(len(key), 0, -1):
            part = key[:depth]
            if part in new or part in plan.stored.units:
                break
            new[part] = None
    plan.new_units = sorted(new, key=len)
    for key, (place, households) in plan.facts.items():
        unit = plan.stored.units.get(key)
        if unit is None or len(key) < len(LEVELS) - 1:
            continue
        new_place = place or unit.place
        new_households = unit.households if households is None else households
        if (new_place, new_households) != (unit.place, unit.households):
            plan.changed_units.append((unit, new_place, new_households))
            plan.note("changed", key, "", _("小区楼栋或户数有改动"))


def _compare_posts(plan: Plan, said: dict[tuple[Key, str], Post], indexes: dict[str, str]) -> None:
    for (key, role), post in said.items():
        unit = plan.stored.units.get(key)
        holder = plan.stored.holders.get((unit.id, ROLES[role])) if unit else None
        if post.is_vacant:
            if holder is None:
                plan.note("vacant", key, role, _("岗位空缺"))
        elif holder is None:
            plan.new_posts.append((key, role, post))
            plan.note("new", key, role, post.name)
        elif holder.phone_index != indexes[post.phone]:
            plan.ended.append((holder, post.since))
            plan.new_posts.append((key, role, post))
            plan.note("changed", key, role, f"{holder.person.name} → {post.name}")
        else:
            _compare_post(plan, key, role, post, holder)


def _compare_post(plan: Plan, key: Key, role: str, post: Post, holder: Holder) -> None:
    if post_values(post, holder) != (holder.title, holder.is_cadre, holder.employer, holder.starts_on):
        plan.changed_posts.append((holder, post))
    facts = plan.people[post.phone]
    if facts.corrections():
        change = f"{holder.person.name} → {post.name}" if holder.person.name != post.name else post.name
        plan.note("changed", key, role, _("%(name)s：本人信息有改动") % {"name": change})
    elif plan.changed_posts and plan.changed_posts[-1][0] is holder:
        plan.note("changed", key, role, _("%(name)s：任职信息有改动") % {"name": post.name})


def post_values(post: Post, holder: Holder | None) -> tuple[str, bool, str, dt.date | None]:
    """Title, cadre, employer and first day as they should be stored; what a blank leaves open stays as it is."""
    if holder is None:
        return post.title, post.is_cadre, post.employer[:60], post.since
    return post.title or holder.title, post.is_cadre, post.employer or holder.employer, post.since or holder.starts_on


def _end_what_is_gone(plan: Plan, found: Verdicts, said: dict[tuple[Key, str], Post], inside: set[Key]) -> None:
    """End appointments in the roster's communities that the roster no longer has."""
    spared: set[Key] = set()
    for row in found.faulty:
        path = row.path
        spared.update((path[:3], path[:4], path) if all(path) else (path[:1],))
    roles_said: dict[str, set[str]] = {}
    for row in found.rows:
        roles = roles_said.setdefault(row.street, set())
        roles.update(role for role, post in row.posts.items() if post is not None)
    names = {unit.id: key for key, unit in plan.stored.units.items()}
    role_names = {role.value: name for name, role in ROLES.items()}
    for (unit_id, role), holder in plan.stored.holders.items():
        key = names.get(unit_id, ())
        name = role_names[role]
        post = said.get((key, name))
        if key[:2] not in inside or name not in roles_said.get(key[0], ()) or (post is not None and not post.is_vacant):
            continue
        if key in spared or key[:1] in spared:
            continue
        plan.ended.append((holder, None))
        plan.note("ended", key, name, holder.person.name)
        if post is not None:
            plan.note("vacant", key, name, _("岗位空缺"))


def last_day(holder: Holder, successor_since: dt.date | None, today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of an appointment that ends today: yesterday, or the day before the successor began.

    Access ends at midnight of the last day, and a neighbourhood has one leader on any date; so today is too late.
    """
    yesterday = today - dt.timedelta(days=1)
    last = min(yesterday, successor_since - dt.timedelta(days=1)) if successor_since else yesterday
    first = min(holder.starts_on, yesterday)
    return first, max(last, first)


def child_path(parent: StoredUnit) -> str:
    """The path of the next child; the parent remembers that it is taken."""
    parent.last_step += 1
    return str(Unit._get_path(parent.path, len(parent.path) // Unit.steplen + 1, parent.last_step))
