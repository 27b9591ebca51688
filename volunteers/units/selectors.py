"""Reads about many units at once."""

from __future__ import annotations

from collections.abc import Iterable

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
