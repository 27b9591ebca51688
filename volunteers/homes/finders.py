"""What the quick search of the console finds of homes: estates, buildings, residents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy

from foundation.actors import Actor
from volunteers.homes.models import Building, Estate, Resident
from volunteers.homes.search import MOST_WORDS, buildings_named, person_fits
from volunteers.units.console import Found, finder
from volunteers.units.rights import Right
from volunteers.units.selectors import named_like


@finder("estates", gettext_lazy("小区"), right=Right.KEEP_HOMES, order=30, list_url="console_estate_list")
def find_estates(user: Actor, words: str, limit: int) -> Sequence[Found]:
    """By name and sound."""
    kept = Estate.objects.visible_to(user).kept_by(user).filter(named_like(words)).select_related("community")
    found = kept.order_by("community__path", "name")[:limit]
    return [Found(one.name, one.community.name, reverse("console_estate", args=[one.uid])) for one in found]


@finder("buildings", gettext_lazy("楼栋"), right=Right.KEEP_HOMES, order=40, list_url="console_building_list")
def find_buildings(user: Actor, words: str, limit: int) -> Sequence[Found]:
    """By building and estate together (荷香苑 7栋), and by the code on the sign."""
    kept: Any = buildings_named(Building.objects.visible_to(user).kept_by(user), words)
    found = kept.select_related("estate__community").in_order()[:limit]
    return [
        Found(f"{one.estate.name} {one.name}", one.estate.community.name, reverse("console_building", args=[one.uid]))
        for one in found
    ]


@finder("residents", gettext_lazy("居民"), right=Right.KEEP_HOMES, order=50, list_url="console_resident_list")
def find_residents(user: Actor, words: str, limit: int) -> Sequence[Found]:
    """By name, sound, initials, last four digits; whoever does not want to be listed is not."""
    rows = Resident.objects.looked_after_by(user).filter(unlisted_at__isnull=True)
    for word in words.split()[:MOST_WORDS]:
        rows = rows.filter(person_fits(word))
    found = rows.select_related("person", "neighbourhood").order_by("person__pinyin", "pk")[:limit]
    here = reverse("console_resident_list")
    return [
        Found(one.person.name, one.neighbourhood.name, f"{here}?{urlencode({'q': one.person.name})}") for one in found
    ]
