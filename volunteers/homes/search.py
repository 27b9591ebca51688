"""What staff type to find a household or a resident: places by name and sound, people as everywhere in the console."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q, QuerySet

from foundation import secrets
from volunteers.homes.codes import normal_code
from volunteers.homes.models import Building, Household, Resident, door_index

MOST_WORDS = 5
FEW_BUILDINGS = 60
_SOUND = re.compile("[^a-z0-9]")


def _place(word: str, prefix: str) -> Q:
    """A building's name, or its estate's or community's, as it is written or begins to sound."""
    fits = Q(**{f"{prefix}name__icontains": word}) | Q(**{f"{prefix}estate__name__icontains": word})
    fits |= Q(**{f"{prefix}estate__community__name__icontains": word})
    sound = _SOUND.sub("", word.lower()) if word.isascii() else ""
    if sound:
        for field in ("estate__pinyin", "estate__initials", "estate__community__pinyin", "estate__community__initials"):
            fits |= Q(**{f"{prefix}{field}__startswith": sound})
    if code := normal_code(word):
        fits |= Q(**{f"{prefix}sign_code": code})
    return fits


def buildings_named(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Buildings that every word fits: 荷香苑 7栋, hxy, K7M4-2QXS."""
    for word in words.split()[:MOST_WORDS]:
        rows = rows.filter(_place(word, ""))
    return rows


def person_fits(word: str, prefix: str = "person__") -> Q:
    """A person's name, its sound, its initials, or the last four digits of the number; as `people.search` has it."""
    if word.isascii() and word.isdigit():
        index = secrets.hmac_hex("phone tail", word)[:24] if len(word) == 4 else ""
        return Q(**{f"{prefix}tail_index": index}) if index else Q(pk__in=[])
    if not word.isascii():
        return Q(**{f"{prefix}name__{'startswith' if len(word) == 1 else 'contains'}": word})
    sound = _SOUND.sub("", word.lower())
    if not sound:
        return Q(pk__in=[])
    return Q(**{f"{prefix}pinyin__startswith": sound}) | Q(**{f"{prefix}initials__startswith": sound})


def residents_named(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Residents that every word fits, by the person or by the place."""
    for word in words.split()[:MOST_WORDS]:
        places = Building.objects.filter(_place(word, "")).order_by().values("pk")
        rows = rows.filter(person_fits(word) | Q(household__building_id__in=places))
    return rows


def households_named(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Households that every word fits: by place (荷香苑 7栋 2单元), by door once the building is plain, by who lives there.

    A door number alone finds nothing: it is sealed, and its index holds for one building only.
    """
    buildings, left = Building.objects.order_by(), []
    for word in words.split()[:MOST_WORDS]:
        narrowed = buildings.filter(_place(word, ""))
        if narrowed.exists():
            buildings = narrowed
        else:
            left.append(word)
    if len(left) < len(words.split()[:MOST_WORDS]):
        rows = rows.filter(building_id__in=buildings.values("pk"))
    for word in left:
        people = Resident.objects.living().filter(person_fits(word), household__isnull=False)
        fits = Q(entrance=word) | Q(pk__in=people.order_by().values("household_id"))
        rows = rows.filter(fits | Q(door_index__in=_doors(buildings, word)))
    return rows


def _doors(buildings: QuerySet[Building], word: str) -> list[str]:
    """Indexes of a door in the few buildings that are left; none where there are many."""
    few = list(buildings.values_list("pk", "uid")[: FEW_BUILDINGS + 1])
    if len(few) > FEW_BUILDINGS:
        return []
    uids = dict(few)
    pairs = Household.objects.filter(building_id__in=uids).order_by().values_list("building_id", "entrance").distinct()
    return [door_index(uids[pk], entrance, word) for pk, entrance in pairs]
