"""Nothing outside `visible_to` in any list of the console, its count, its search, its export, or a box to pick from.

Random trees with random appointments, and in every unit one thing of every sort that the matrix knows. Each unit and
each person has a mark in its name that nobody else has; what a reader may not see is looked for by its mark in every
answer, so that lists which other apps add later are looked at without a line here. SCOPE_EXAMPLES=… for the release.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from foundation.models import AuditEntry
from tests.console.conftest import body_of, told
from tests.permissions.test_scope_property import District, build
from tests.permissions.world import World, furnish
from volunteers.accounts.models import User
from volunteers.accounts.services import mark_second_factor
from volunteers.orgs.models import Department, DepartmentOfficer
from volunteers.people.models import Person
from volunteers.units.console import ScopedListView
from volunteers.units.models import LEVELS, STAFF, THREE_HEADS, Appointment, Role, Unit
from volunteers.units.rights import ROLE_RIGHTS, Right

RELEASE = "SCOPE_EXAMPLES" in os.environ
EXAMPLES = max(3, int(os.environ.get("SCOPE_EXAMPLES", "0")) // 100)
EACH = 8
"""Lists looked at in one example; all of them for the release."""
# Departments lie in no unit: who keeps them keeps all of them, and those who answer for them.
OF_THE_WHOLE_DISTRICT = {Department, DepartmentOfficer}
MARK = re.compile(r"标\d{3}记")
number = st.integers(0, 10**6)
roles = st.sampled_from([*STAFF, *STAFF, *THREE_HEADS])
districts = st.fixed_dictionaries(
    {
        "tree": st.lists(number, min_size=5, max_size=8),
        "held": st.lists(
            st.tuples(number, number, roles, st.sampled_from([(-9, 30), (-9, 30), (-9, -1), (1, 30)])),
            min_size=2,
            max_size=5,
        ),
        "lives": st.lists(st.tuples(number, number), max_size=1),
        "lists": st.randoms(use_true_random=False),
    }
)


@cache
def lists() -> tuple[tuple[str, type[ScopedListView], str], ...]:
    """Every list of the console: the names of its address, the view, and of its export if it has one."""
    return tuple(sorted(_walk(get_resolver().url_patterns), key=lambda found: found[0]))


def _walk(patterns: list[Any]) -> Iterator[tuple[str, type[ScopedListView], str]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns)
        elif isinstance(one, URLPattern):
            view: Any = getattr(one.callback, "view_class", None)
            kwargs: dict[str, Any] = getattr(one.callback, "view_initkwargs", {})
            listing = isinstance(view, type) and issubclass(view, ScopedListView)
            if listing and one.name and not kwargs.get("results_only") and not kwargs.get("exporting"):
                yield one.name, view, kwargs.get("export_url_name", "")


def marked(made: District) -> None:
    """A mark for each unit and each person of the example, and one thing of every sort in each unit."""
    for at, unit in enumerate(made.units):
        unit.name = f"标{at:03d}记"
        unit.save(update_fields=["name", "pinyin", "initials"])
    places = {level: next((unit for unit in made.units if unit.level == level), made.units[0]) for level in LEVELS}
    cast: Any = SimpleNamespace(**{str(level): unit for level, unit in places.items()})
    world = World(cast)
    for who, user in enumerate(made.users):
        Person.objects.filter(pk=user.person_id or 0).update(name=f"读者{who}")
    for unit in made.units:
        taken = set(Person.objects.values_list("pk", flat=True))
        furnish(world, unit.name, unit)
        for person in Person.objects.exclude(pk__in=taken):
            if unit.name not in person.name:
                person.name = f"人{unit.name}{person.name}"[:30]
                person.save(update_fields=["name", "pinyin", "initials"])


def hidden(made: District, who: int) -> set[str]:
    """Marks of the units in which a reader has no right whatever: all but theirs, what lies below, and what above."""
    mine = {unit for unit, _role in made.serves(who)}
    seen = {at for at in range(len(made.units)) if made.above(at) & mine} | set().union(
        *(made.above(at) for at in mine), set()
    )
    return {made.units[at].name for at in range(len(made.units)) if at not in seen}


def desk_of(user: User) -> Client:
    """Signed in, with the second factor."""
    client = Client()
    client.force_login(user, backend="volunteers.accounts.backends.AccountBackend")
    session = client.session
    mark_second_factor(session)
    session.save()
    return client


def leaks(text: str, secret: set[str]) -> set[str]:
    """Marks in an answer that should not be there."""
    return set(MARK.findall(text)) & secret


def check_list(client: Client, user: User, found: tuple[str, type[ScopedListView], str], secret: set[str]) -> None:
    name, view, export_name = found
    if view.model in OF_THE_WHOLE_DISTRICT:
        secret = set()
    path = reverse(name)
    response = client.get(path)
    if response.status_code in {302, 403}:  # refused: Wagtail sends to the first page
        return
    assert response.status_code == 200, name
    assert not leaks(response.content.decode(), secret), name
    _check_rows(told(response), view, user, name)
    for words in ("标", sorted(secret)[0] if secret else "b"):
        answer = client.get(path, {"q": words})
        text = answer.content.decode().replace(words, "") if words in secret else answer.content.decode()
        assert not leaks(text, secret), f"{name}?q={words}"
        context = told(answer)
        _check_rows(context, view, user, name)
        if words in secret:
            shown = "".join(str(getattr(row, "__dict__", row)) for row in context["object_list"])
            assert words not in shown, f"{name} finds what is not to be seen"
    if export_name:
        answer = client.post(reverse(export_name), {"format": "csv", "full": "on", "reason": "核对名单用"})
        assert answer.status_code in {200, 302}, export_name
        assert not leaks(body_of(answer).decode("utf-8-sig"), secret), export_name
        if answer.status_code == 200:
            assert AuditEntry.objects.latest("pk").data["list"] == export_name


def _check_rows(context: dict[str, Any], view: type[ScopedListView], user: User, name: str) -> None:
    """What is listed is visible, and the count counts nothing else."""
    rows, fresh = list(context["object_list"]), User.objects.get(pk=user.pk)
    manager = view.model.objects
    visible = getattr(manager, "managed_by", None) or getattr(manager, "visible_to", None)
    if visible is None or not all(isinstance(row, view.model) for row in rows):
        return  # groups of rows, or rows of a layer without scope: what they tell is looked at by its marks
    allowed = visible(fresh)
    keys = set(allowed.values_list("pk", flat=True))
    assert {row.pk for row in rows} <= keys, name
    assert context["items_count"] <= len(keys), name


def check_exactly(client: Client, made: District, who: int) -> None:
    """The lists of units and appointments, against a reference that a child could check."""
    if not made.allowed(who, Right.SEE_PEOPLE):
        return
    units = {made.units[at].pk for at in made.allowed(who, Right.SEE_UNIT)}
    context = told(client.get("/console/units/"))
    assert {row.pk for row in context["object_list"]} == units
    assert context["items_count"] == len(units)
    places = [made.units[at].pk for at in made.allowed(who, Right.SEE_PEOPLE)]
    held = Appointment.objects.active().filter(unit_id__in=places)
    context = told(client.get("/console/appointments/"))
    assert context["items_count"] == held.count()
    people = set(held.values_list("person_id", flat=True)) | {made.users[who].person_id}
    context = told(client.get("/console/people/"))
    assert context["items_count"] == len(people)


def check_boxes(client: Client, secret: set[str]) -> None:
    """The quick search, and what forms offer while somebody types."""
    for words in ("标", "人标", "rb"):
        assert not leaks(client.get("/console/find/", {"q": words}).content.decode(), secret), words
        for right in ("", Right.APPOINT, Right.KEEP_HOMES):
            asked = f"/console/units/choose/?name=unit&right={right}"
            assert not leaks(client.post(asked, {"unit-q": words}).content.decode(), secret), asked
        text = client.post("/console/people/choose/?name=person", {"person-q": words}).content.decode()
        assert not leaks(text, secret), words


def serves_at_a_desk(made: District, who: int) -> bool:
    """Whether somebody gets into the console at all."""
    return any(Right.USE_CONSOLE in ROLE_RIGHTS[role] for _unit, role in made.serves(who))


@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # an example costs seconds: the first that fails is told
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=districts)
def test_no_list_count_search_export_or_box_shows_anything_outside(
    drawn: dict[str, Any], tmp_path_factory: Any, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    settings.EXPORT_FULL_ROWS = 10_000
    with transaction.atomic():
        made = build(drawn)
        marked(made)
        for who, user in enumerate(made.users):
            if not serves_at_a_desk(made, who):
                continue
            client, secret = desk_of(user), hidden(made, who)
            looked_at = lists() if RELEASE else drawn["lists"].sample(lists(), EACH)
            for found in looked_at:
                check_list(client, user, found, secret)
            check_exactly(client, made, who)
            check_boxes(client, secret)
        transaction.set_rollback(True)


def test_every_list_of_the_console_is_looked_at() -> None:
    names = {name for name, _view, _export in lists()}
    assert {"console_unit_list", "console_person_list", "console_appointment_list", "console_task_list"} <= names
    assert len(names) >= 10
    assert Role.NEIGHBOUR_LEADER in THREE_HEADS
    assert Unit.objects.model is Unit
