"""Somebody by name and phone number, for an app that lies below the one that knows persons.

The app above that can find or make a person registers itself here in `ready()`; nobody registered is a mistake of the
installation and raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from foundation.actors import Actor

Finder = Callable[..., int]
_finders: list[Finder] = []


def finder(function: Finder) -> Finder:
    """Register the one function (name, phone, acting_user, unit_id) → key of a person."""
    _finders[:] = [function]
    return function


def person_id_by_phone(*, name: str, phone: str, acting_user: Actor, unit_id: int | None) -> int:
    """The person with that number, made when the number is new. Raises `Invalid` when it belongs to another name."""
    if not _finders:
        raise RuntimeError("no app has said how to find a person")
    return _finders[0](name=name, phone=phone, acting_user=acting_user, unit_id=unit_id)


Matcher = Callable[..., Any]
_matchers: list[Matcher] = []


def matcher(function: Matcher) -> Matcher:
    """Register the one function (rows, words, person) → those of the rows whose person fits what was typed."""
    _matchers[:] = [function]
    return function


def matching(rows: QuerySet[Any], words: str, *, person: str = "person__") -> Any:
    """Rows whose person has this name, sounds so, or has a number that ends so; `person` leads to the person."""
    if not _matchers:
        raise RuntimeError("no app has said how to search for a person")
    return _matchers[0](rows, words, person=person)
