"""A corner of the sample district, loaded once for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from config.demo.district import small_district
from config.demo.load import load_demo


@pytest.fixture(scope="module")
def _loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """In a transaction around those of the tests, taken back at the end of the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_demo(small_district(), lambda line: None)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(_loaded: None, db: None) -> None:
    """桂花社区 and its surroundings with eight weeks of life."""
