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

from tests.cast import Cast
from tests.permissions.matrix import Question, addresses, ask, questions
from tests.permissions.table import TABLE
from tests.permissions.table_wagtail import PREFIXES, wagtail_row
from tests.permissions.visitors import VISITORS
from tests.permissions.world import World, make_world

SAMPLE = int(os.environ.get("MATRIX_CELLS", "700"))
SECONDS = SAMPLE / 17  # 40 seconds at most for what everybody runs
PARTS = 4
"""Into how many the whole matrix is divided, so that they run beside each other."""


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
    assert len(VISITORS) >= 24
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
@pytest.mark.divided
@pytest.mark.parametrize("part", range(PARTS))
def test_the_whole_matrix_is_answered_as_the_table_says(world: World, part: int) -> None:
    began = time.monotonic()
    mine = questions()[part::PARTS]
    count, wrong = wrong_answers(world, mine)
    evidence: dict[str, Any] = {
        "part": part,
        "parts": PARTS,
        "cells": count,
        "visitors": len(VISITORS),
        "addresses": len(addresses()),
    }
    evidence |= {"seconds": round(time.monotonic() - began), "wrong": wrong}
    folder = Path(settings.VAR_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"matrix-{part}.json").write_text(json.dumps(evidence, ensure_ascii=False, indent=1))
    assert count == len(mine)
    assert not wrong, f"{len(wrong)} of {count} cells:\n" + "\n".join(wrong[:200])


def test_rights_that_ended_yesterday_are_gone(world: World) -> None:
    assert world.client("former_leader").get("/tasks/").status_code == 200
    task = world.things["task", "neighbourhood"]
    assert world.client("former_leader").get(f"/tasks/{task.pk}/").status_code == 404
    assert world.client("leader").get(f"/tasks/{task.pk}/").status_code == 200
