"""Finding people as staff look for them: by name, by sound, by initials, by the last four digits of a number."""

from __future__ import annotations

import re
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from foundation.secrets import blind_index
from volunteers.people.models import tail_index

Row = TypeVar("Row", bound=Model)
MOST_WORDS = 5
_SOUND = re.compile("[^a-z0-9]")
_PHONE = re.compile(r"^1\d{10}$")


def matching(rows: QuerySet[Row], words: str, person: str = "person__") -> QuerySet[Row]:
    """The rows whose person fits every one of the words; `person` leads from a row to its person, "" for persons.

    王 is a surname, 桂兰 any part of a name; zhoug and zgl are how a name sounds; 1234 are the last four digits of a
    phone number and eleven digits all of it. Other numbers find nothing: they would give away a number bit by bit.
    """
    for word in words.lower().replace("ü", "v").split()[:MOST_WORDS]:
        rows = rows.filter(_fits(word, person))
    return rows


def _fits(word: str, person: str) -> Q:
    if word.isascii() and word.isdigit():
        return _number(word, person)
    if not word.isascii():
        # A single sign is a surname: that is what people mean, and an index answers it.
        return Q(**{f"{person}name__{'startswith' if len(word) == 1 else 'contains'}": word})
    sound = _SOUND.sub("", word)
    if not sound:
        return Q(pk__in=[])
    return Q(**{f"{person}pinyin__startswith": sound}) | Q(**{f"{person}initials__startswith": sound})


def _number(digits: str, person: str) -> Q:
    if len(digits) == 4:
        return Q(**{f"{person}tail_index": tail_index(digits)})
    if _PHONE.match(digits):
        return Q(**{f"{person}phone_index": blind_index(digits)})
    return Q(pk__in=[])
