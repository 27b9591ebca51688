"""What anybody may see, in random districts with random appointments, against a reference that a child could check.

Few examples with `make test`; ten thousand, in parts that run beside each other, with `make soak` (goal G4).
"""

from __future__ import annotations

import datetime as dt
import os
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from cms.models import HomePage, NoticePage
from events.gatherings.models import Event, SignUp
from events.tasks.models import CheckIn, Task, TaskTarget
from rewards.benefits.models import BenefitPackage, Merchant
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.models import Person
from volunteers.roster.models import ImportBatch
from volunteers.units.models import LEVELS, Appointment, Role, Unit
from volunteers.units.rights import ROLE_RIGHTS, Right

EXAMPLES = int(os.environ.get("SCOPE_EXAMPLES", "12"))
MANY, PARTS = int(os.environ.get("SCOPE_EXAMPLES", "10000")), 4
DAY = dt.timedelta(days=1)
# Whether an appointment counts today: (starts, ends) in days from today.
SPANS = {(-9, 30): True, (-9, 0): True, (0, 30): True, (-9, -1): False, (1, 30): False}

number = st.integers(0, 10**6)
districts = st.fixed_dictionaries(
    {
        "tree": st.lists(number, min_size=6, max_size=14),
        "held": st.lists(
            st.tuples(number, number, st.sampled_from(list(Role)), st.sampled_from(list(SPANS))), max_size=6
        ),
        "lives": st.lists(st.tuples(number, number), max_size=2),
        "tasks": st.lists(st.tuples(number, number, st.sets(st.sampled_from(list(Role)), min_size=1)), max_size=3),
        "things": st.lists(st.tuples(number, number, st.booleans()), max_size=3),
    }
)


@dataclass
class District:
    """The same district twice: in the database, and as lists of parents."""

    units: list[Unit] = field(default_factory=list)
    parent: list[int | None] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    held: list[tuple[int, int, Role, bool]] = field(default_factory=list)
    lives: dict[int, int] = field(default_factory=dict)

    def above(self, at: int | None) -> set[int]:
        """A unit and everything above it, by walking up."""
        found = set()
        while at is not None:
            found.add(at)
            at = self.parent[at]
        return found

    def allowed(self, who: int, right: Right) -> set[int]:
        """Units where somebody has a right: one of those above it, or itself, is where they hold a role with it."""
        given_in = {
            unit for person, unit, role, now in self.held if person == who and now and right in ROLE_RIGHTS[role]
        }
        return {at for at in range(len(self.units)) if self.above(at) & given_in}

    def serves(self, who: int, right: Right | None = None) -> list[tuple[int, Role]]:
        """Where somebody holds which role today."""
        return [
            (unit, role)
            for person, unit, role, now in self.held
            if person == who and now and (right is None or right in ROLE_RIGHTS[role])
        ]


def build(drawn: dict[str, Any]) -> District:
    """The district of one example; the tree by its paths, since the tests of treebeard are not ours."""
    made, children = District(), [0]
    root = Unit(path="0001", depth=1, numchild=1, level=LEVELS[0], name="u0")
    made.units, made.parent = [root], [None]
    for draw in drawn["tree"]:
        fit = [at for at, unit in enumerate(made.units) if unit.depth < len(LEVELS)]
        up = fit[draw % len(fit)]
        children[up] += 1
        path = f"{made.units[up].path}{children[up]:04d}"
        depth = made.units[up].depth + 1
        made.units.append(Unit(path=path, depth=depth, numchild=0, level=LEVELS[depth - 1], name=f"u{len(children)}"))
        made.parent.append(up)
        children.append(0)
    Unit.objects.bulk_create(made.units)
    made.units = list(Unit.objects.filter(path__startswith="0001"))
    order = {unit.path: at for at, unit in enumerate(made.units)}
    made.parent = [order.get(unit.path[:-4]) for unit in made.units]
    made.users = [
        User.objects.create(username=f"who{n}", person=Person.objects.create(name=f"人{n}")) for n in range(3)
    ]
    today = timezone.localdate()
    for person, unit, role, span in drawn["held"]:
        who, where = person % 3, unit % len(made.units)
        dates = {"starts_on": today + span[0] * DAY, "ends_on": today + span[1] * DAY}
        person_id = made.users[who].person_id
        Appointment.objects.create(person_id=person_id, unit=made.units[where], role=role, **dates)
        made.held.append((who, where, role, SPANS[span]))
    for person, unit in drawn["lives"]:
        who, where = person % 3, unit % len(made.units)
        if who not in made.lives:
            lives = {"neighbourhood": made.units[where], "state": "confirmed", "confirmed_at": timezone.now()}
            Resident.objects.create(person_id=made.users[who].person_id, **lives)
            made.lives[who] = where
    return made


def seen(model: Any, user: User) -> set[Any]:
    """Keys of what the product shows; to a freshly read user, who remembers nothing."""
    return set(model.objects.visible_to(User.objects.get(pk=user.pk)).values_list("pk", flat=True))


def check_people(made: District) -> None:
    held = list(Appointment.objects.order_by("pk"))
    for who, user in enumerate(made.users):
        units = made.allowed(who, Right.SEE_UNIT)
        assert seen(Unit, user) == {made.units[at].pk for at in units}
        where = made.allowed(who, Right.SEE_PEOPLE)
        assert seen(Appointment, user) == {row.pk for row, one in zip(held, made.held, strict=True) if one[1] in where}
        people = {made.users[one[0]].person_id for one in made.held if one[3] and one[1] in where}
        assert seen(Person, user) == people | {user.person_id}


def check_tasks(made: District, drawn: list[tuple[int, int, set[Role]]]) -> None:
    rows = []
    for unit, target, roles in drawn:
        asks, goes = unit % len(made.units), target % len(made.units)
        due = timezone.now() + DAY
        task = Task.objects.create(unit=made.units[asks], title="t", roles=[r.value for r in roles], due_at=due)
        TaskTarget.objects.create(task=task, unit=made.units[goes])
        rows.append((task.pk, asks, goes, roles))
    for who, user in enumerate(made.users):
        scope = made.allowed(who, Right.SEE_ROLLUP)
        roots = [unit for unit, _role in made.serves(who, Right.SEE_ROLLUP)]
        expected = set()
        for key, asks, goes, roles in rows:
            asked = any(role in roles and goes in made.above(unit) for unit, role in made.serves(who))
            reaching = goes in scope or any(goes in made.above(root) for root in roots)
            if asked or reaching or asks in scope:
                expected.add(key)
        assert seen(Task, user) == expected


def _around(made: District, who: int) -> set[int]:
    near = set().union(*(made.above(unit) for unit, _role in made.serves(who)), set())
    return near | (made.above(made.lives[who]) if who in made.lives else set())


def check_things(made: District, drawn: list[tuple[int, int, bool]]) -> None:
    home, now, today = HomePage.objects.get(), timezone.now(), timezone.localdate()
    rows: list[tuple[Any, ...]] = []
    for unit, person, flag in drawn:
        at, whose = unit % len(made.units), person % 3
        place, person_id = made.units[at], made.users[whose].person_id or 0
        task = Task.objects.create(unit=made.units[0], title="x", roles=[], due_at=now)
        check_in = CheckIn.objects.create(
            id=uuid.uuid4(), task=task, person_id=person_id, unit=place, role="area_leader", state="submitted",
            fingerprint="",
        )  # fmt: skip
        event = Event.objects.create(unit=place, title="e", place="p", starts_at=now, ends_at=now + DAY, is_public=flag)
        sign_up = SignUp.objects.create(id=uuid.uuid4(), event=event, person_id=person_id, fingerprint="")
        merchant = Merchant.objects.create(name="m", unit=place)
        package = BenefitPackage.objects.create(name="p", unit=place, starts_on=today, ends_on=today)
        batch = ImportBatch.objects.create(
            file_name="f", sha256="", state="previewed" if flag else "dropped", totals={}, counts={}, changes={},
            scope_path=place.path, acting_user=made.users[whose],
        )  # fmt: skip
        notice = NoticePage(title=f"n{len(rows)}", unit=place, summary="s", is_public=flag, live=True)
        notice.targets = [place]
        home.add_child(instance=notice)
        rows.append((at, whose, flag, check_in, event, sign_up, merchant, package, batch, notice))
    for who, user in enumerate(made.users):
        confirms, runs = made.allowed(who, Right.CONFIRM_CHECK_IN), made.allowed(who, Right.RUN_EVENT)
        manages, imports = made.allowed(who, Right.MANAGE_BENEFITS), made.allowed(who, Right.IMPORT_ROSTER)
        tells, near = made.allowed(who, Right.PUBLISH_NOTICE), _around(made, who)
        assert seen(CheckIn, user) == {r[3].pk for r in rows if r[1] == who or r[0] in confirms}
        assert seen(Event, user) == {r[4].pk for r in rows if r[2] or r[0] in near | runs}
        assert seen(SignUp, user) == {r[5].pk for r in rows if r[1] == who or r[0] in runs}
        assert seen(Merchant, user) == {r[6].pk for r in rows if r[0] in manages}
        assert seen(BenefitPackage, user) == {r[7].pk for r in rows if r[0] in manages}
        mine = {r[8].pk for r in rows if imports and r[1] == who and r[2]}
        assert seen(ImportBatch, user) == {r[8].pk for r in rows if r[0] in imports} | mine
        assert seen(NoticePage, user) == {r[9].pk for r in rows if r[2] or r[0] in near | tells}


HEALTH = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def check(drawn: dict[str, Any]) -> None:
    """One example, taken back afterwards."""
    with transaction.atomic():
        made = build(drawn)
        check_people(made)
        check_tasks(made, drawn["tasks"])
        check_things(made, drawn["things"])
        transaction.set_rollback(True)


@pytest.mark.everywhere
@pytest.mark.django_db
@settings(max_examples=EXAMPLES, deadline=None, print_blob=True, suppress_health_check=HEALTH)
@given(drawn=districts)
def test_nobody_sees_more_or_less_than_their_roles_give(drawn: dict[str, Any]) -> None:
    check(drawn)


@pytest.mark.soak
@pytest.mark.divided
@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_in_ten_thousand_districts_too(part: int) -> None:
    @seed(random.SystemRandom().getrandbits(64))  # each part its own districts
    @settings(max_examples=MANY // PARTS, deadline=None, print_blob=True, suppress_health_check=HEALTH, database=None)
    @given(drawn=districts)
    def one(drawn: dict[str, Any]) -> None:
        check(drawn)

    one()
