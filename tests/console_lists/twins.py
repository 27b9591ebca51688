"""A second row like a given one, and of everything it points to, so that no two rows share what a page reads."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from treebeard.mp_tree import MP_Node
from wagtail.models import Page

from volunteers.accounts.models import User
from volunteers.homes.models import Household
from volunteers.people.models import Person

DEPTH = 3
SHARED: tuple[type[models.Model], ...] = (ContentType, Page)
"""What rows may well have in common."""

_numbers = itertools.count(1)


def _person(number: int) -> Person:
    person = Person(name=f"王{number}")
    person.set_phone(f"1547{number:07d}")
    person.save()
    return person


def _user(number: int) -> User:
    return User.objects.create_user(f"twin-{number}", person=_person(number))


def twin(one: models.Model, depth: int = DEPTH) -> Any:
    """Save and return a copy; what is unique is made anew, what is sealed for one row alone is left empty."""
    number = next(_numbers)
    if isinstance(one, Person):
        return _person(number)
    if isinstance(one, User):
        return _user(number)
    model = type(one)
    values = {}
    for field in model._meta.concrete_fields:
        if field.name in {"path", "depth", "numchild"} and isinstance(one, MP_Node):
            continue
        if isinstance(field, models.AutoField) or field.generated:
            continue
        values[field.name] = _value(one, field, number, depth)
    copy = model(**values)
    if isinstance(one, MP_Node):
        return one.__class__.objects.get(pk=one.pk).add_sibling("last-sibling", instance=copy)
    if isinstance(copy, Household):
        copy.set_door(copy.building, f"{number}")
    copy.save(force_insert=True)
    return copy


def _is_shared(value: Any) -> bool:
    """Nothing, something that all have in common, or the root of a tree: a second district would be out of sight."""
    return value is None or isinstance(value, SHARED) or (isinstance(value, MP_Node) and value.is_root())


def _value(one: models.Model, field: models.Field[Any, Any], number: int, depth: int) -> Any:
    value = getattr(one, field.name)
    if isinstance(field, models.ForeignKey):
        return value if _is_shared(value) or (depth <= 0 and not field.unique) else twin(value, depth - 1)
    if isinstance(field, models.UUIDField) and (field.unique or field.primary_key):
        return uuid.uuid4()
    if field.name.endswith(("_sealed", "_encrypted")):
        return None if field.null else type(value)()
    if field.unique:
        return None if field.null else uuid.uuid4().hex[: field.max_length or 32]
    if field.name == "name" and isinstance(value, str):
        return f"{value[: (field.max_length or 60) - 8]}{number}"
    return value
