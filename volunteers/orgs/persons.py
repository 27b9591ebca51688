"""Somebody by name and phone number, for an app that lies below the one that knows persons.

The app above that can find or make a person registers itself here in `ready()`; nobody registered is a mistake of the
installation and raises.
"""

from __future__ import annotations

from collections.abc import Callable

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
