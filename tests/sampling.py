"""A sweep over all of something looks at a seeded part of it in `make test`, and at the whole in `make soak`.

SAMPLE_SEED=… repeats a run; a test that fails tells it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from typing import TypeVar

import pytest

T = TypeVar("T")
SEED = os.environ.get("SAMPLE_SEED") or str(random.randrange(10**6))


def in_part_and_whole(share: int, *, minutes: int = 0) -> pytest.MarkDecorator:
    """The test takes `share`: one of so many in `make test`, 1 for all of them in `make soak`."""
    whole = pytest.param(1, marks=pytest.mark.soak(minutes=minutes), id="all")
    return pytest.mark.parametrize("share", [pytest.param(share, id=f"one in {share}"), whole])


def part_of(items: Iterable[T], share: int) -> list[T]:
    """One of so many, at least one, in their order; all of them when `share` is 1."""
    listed = list(items)
    if share == 1:
        return listed
    print(f"SAMPLE_SEED={SEED}")
    kept = random.Random(SEED).sample(range(len(listed)), -(-len(listed) // share))
    return [listed[at] for at in sorted(kept)]
