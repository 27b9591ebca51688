"""Every address, asked by every kind of visitor about their own, lower, sibling and upper things (goal G4).

A seeded sample runs with every `make test`; MATRIX_SEED=… repeats one. All of it runs with `make soak`.
"""

from __future__ import annotations

import json
import logging
import os
import random
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import get_commands

from foundation.streams import person_key, unit_key
from tests.cast import Cast
from tests.permissions.matrix import Question, addresses, ask, questions
from tests.permissions.table import COMMANDS, TABLE
from tests.permissions.table_wagtail import PREFIXES, wagtail_row
from tests.permissions.world import ANONYMOUS, VISITORS, World, make_world
from volunteers.inbox.gate import admissions

SAMPLE = int(os.environ.get("MATRIX_CELLS", "700"))
SECONDS = SAMPLE / 17  # 40 seconds at most for what everybody runs


@pytest.fixture
def world(cast: Cast, tmp_path: Path, settings: Any) -> Iterator[World]:
    settings.MEDIA_ROOT = tmp_path
    made = make_world(cast)
    logging.disable(logging.CRITICAL)  # thousands of refusals, each kept with its request for the report
    yield made
    logging.disable(logging.NOTSET)


def wrong_answers(world: World, asked: Iterable[Question], until: float = float("inf")) -> tuple[int, list[str]]:
    """How many were asked, and what was wrong."""
    count, wrong = 0, []
    for question in asked:
        if time.monotonic() > until:
            break
        count += 1
        if complaint := ask(world, question):
            wrong.append(complaint)
    return count, wrong


def test_every_address_is_in_the_table() -> None:
    unknown = [f"{one.name} ({one.route})" for one in addresses() if one.row is None]
    assert not unknown, f"say in tests/permissions/table.py who may: {unknown}"


def test_every_line_of_the_table_has_an_address() -> None:
    names = {one.name for one in addresses()}
    assert not set(TABLE) - names
    served = {id(wagtail_row(name)) for name in names - set(TABLE)}
    assert not [prefix for prefix, row in PREFIXES.items() if id(row) not in served]


def test_the_matrix_is_as_large_as_it_should_be() -> None:
    cells = questions()
    assert len(cells) >= 20_000
    assert len(VISITORS) >= 12
    assert {cell.relation for cell in cells} == {"own", "below", "sibling", "above"}


def test_a_sample_of_the_matrix_is_answered_as_the_table_says(world: World) -> None:
    seed = os.environ.get("MATRIX_SEED") or str(random.randrange(10**6))
    print(f"MATRIX_SEED={seed}")
    cells = questions()
    random.Random(seed).shuffle(cells)
    cells.sort(key=lambda cell: cell.address.name not in TABLE)  # ours first: two of three are ours
    ours = [cell for cell in cells if cell.address.name in TABLE][: SAMPLE * 2 // 3]
    theirs = [cell for cell in cells if cell.address.name not in TABLE][: SAMPLE // 3]
    mixed = [cell for pair in zip(ours[::2], ours[1::2], theirs, strict=False) for cell in pair]
    count, wrong = wrong_answers(world, mixed, until=time.monotonic() + SECONDS)
    assert count > 50, "this machine is too slow for a sample"
    assert not wrong, "\n".join([f"MATRIX_SEED={seed}", *wrong])


def test_the_tasks_and_check_ins_of_others_stay_closed_to_everybody_else(world: World) -> None:
    names = {"task_detail", "check_in_return", "task_close", "check_in_for", "api:check_in_confirm"}
    cells = [cell for cell in questions() if cell.address.name in names and cell.method in {"GET", "FULL"}]
    _count, wrong = wrong_answers(world, [cell for cell in cells if cell.relation in {"sibling", "above"}])
    assert not wrong, "\n".join(wrong)


@pytest.mark.soak
def test_the_whole_matrix_is_answered_as_the_table_says(world: World) -> None:
    began = time.monotonic()
    count, wrong = wrong_answers(world, questions())
    evidence = {"cells": count, "visitors": len(VISITORS), "addresses": len(addresses()), "wrong": wrong}
    evidence["seconds"] = round(time.monotonic() - began)
    folder = Path(settings.VAR_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "matrix.json").write_text(json.dumps(evidence, ensure_ascii=False, indent=1))
    assert count >= 20_000
    assert not wrong, f"{len(wrong)} of {count} cells:\n" + "\n".join(wrong[:200])


def test_a_session_hears_the_streams_of_its_own_person_only(world: World) -> None:
    cast = world.cast
    admitted = admissions([*world.cookies.values(), "0" * 32])
    assert set(admitted) == set(world.cookies.values())
    for visitor in VISITORS:
        if visitor == ANONYMOUS:
            continue
        user = world.users[visitor]
        streams = admitted[world.cookies[visitor]].streams
        personal = {stream for stream in streams if stream.startswith("p:")}
        assert personal == ({person_key(user.person_id)} if user.person_id else set())
    heard = admitted[world.cookies["leader"]].streams
    units = (cast.neighbourhood, cast.group, cast.area, cast.community, cast.street, cast.district)
    assert {stream for stream in heard if stream.startswith("u:")} == {unit_key(unit.pk) for unit in units}
    assert not {stream for stream in admitted[world.cookies["stranger"]].streams if stream.startswith("u:")}


def test_every_command_of_the_project_is_in_the_table() -> None:
    ours = {"config", "cms", "events", "rewards", "volunteers", "foundation", "frontend"}
    found = {name for name, app in get_commands().items() if str(app).split(".", maxsplit=1)[0] in ours}
    assert found == set(COMMANDS)


def test_rights_that_ended_yesterday_are_gone(world: World) -> None:
    assert world.client("former_leader").get("/tasks/").status_code == 200
    task = world.things["task", "neighbourhood"]
    assert world.client("former_leader").get(f"/tasks/{task.pk}/").status_code == 404
    assert world.client("leader").get(f"/tasks/{task.pk}/").status_code == 200
