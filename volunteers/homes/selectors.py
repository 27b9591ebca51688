"""Where a person belongs: by appointment, and by living there."""

from __future__ import annotations

from typing import Any

from volunteers.homes.models import Resident
from volunteers.units.models import Unit
from volunteers.units.rights import grants


def prefixes(path: str) -> list[str]:
    """Paths of the unit at `path` and of everything above it, from the top down."""
    return [path[:end] for end in range(Unit.steplen, len(path) + 1, Unit.steplen)]


def home_path(user: Any) -> str:
    """Path of the neighbourhood a user lives in, once confirmed; empty otherwise. Remembered on the user object."""
    person_id = getattr(user, "person_id", None)
    if not person_id or not user.is_active:
        return ""
    remembered: str | None = getattr(user, "_home_path", None)
    if remembered is None:
        found = Resident.objects.living().filter(person_id=person_id).values_list("neighbourhood__path", flat=True).first()
        remembered = user._home_path = found or ""
    return remembered


def paths_around(user: Any) -> set[str]:
    """Paths of the units a user serves or lives in, and of all above: what is told there reaches the user."""
    paths = {prefix for grant in grants(user) for prefix in prefixes(grant.path)}
    return paths | set(prefixes(home_path(user)))
