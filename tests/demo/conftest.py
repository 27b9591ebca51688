"""A corner of the sample district, loaded."""

from __future__ import annotations

import pytest

from config.demo.district import small_district
from config.demo.load import load_demo


@pytest.fixture
def demo(db: None) -> None:
    """桂花社区 and its surroundings with eight weeks of life."""
    load_demo(small_district(), lambda line: None)
