"""Reads about many units at once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import Q

from volunteers.units.models import Unit


def breadcrumbs(units: Iterable[Unit], *, top: int = 2) -> dict[int, str]:
    """Where each unit lies, by its key: names from the community down to the unit above it. One query for all.

    `top` is how many levels at the top are left out (district and street by default).
    """
    listed = list(units)
    paths = {path for unit in listed for path in unit.ancestor_paths()}
    names = dict(Unit.objects.filter(path__in=paths).values_list("path", "name"))
    return {
        unit.pk: " · ".join(names[path] for path in unit.ancestor_paths()[top:-1] if path in names) for unit in listed
    }


_NO_SOUND = re.compile("[^a-z0-9]")
MOST_WORDS = 5


def named_like(words: str, prefix: str = "") -> Q:
    """Condition for things with `name`, `pinyin` and `initials`: every word is part of the name, or how it begins to sound.

    Numbers are part of a name here: 第3片区, 7栋. `prefix` leads to the thing: "unit__".
    """
    found = Q()
    for word in words.lower().split()[:MOST_WORDS]:
        fits = Q(**{f"{prefix}name__icontains": word})
        sound = _NO_SOUND.sub("", word) if word.isascii() else ""
        if sound:
            fits |= Q(**{f"{prefix}pinyin__startswith": sound}) | Q(**{f"{prefix}initials__startswith": sound})
        found &= fits
    return found
