"""How many numbers one person may open in 24 hours (`PHONE_REVEALS_A_DAY`), wherever they are opened.

    @also_counts
    def opened_elsewhere(person_id, since) -> int: ...

Apps above that open numbers of people who are not in the system yet keep their own count and add it here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.utils.translation import gettext as _

from foundation import clock, failpoints
from foundation.errors import TooMany
from volunteers.people.models import Person, PhoneReveal

DAY = dt.timedelta(days=1)
Count = Callable[[int, dt.datetime], int]
_elsewhere: list[Count] = []


def also_counts(function: Count) -> Count:
    """Register a count: the key of the one who looked, and since when."""
    if function not in _elsewhere:
        _elsewhere.append(function)
    return function


def take_place(person_id: int | None) -> None:
    """Raise `TooMany` when somebody has opened as many as they may. Within a transaction: whoever looks is locked,
    so that two phones of theirs do not share the last place."""
    if person_id is None:
        return
    Person.objects.select_for_update().get(pk=person_id)
    failpoints.hit("phone.before_count")
    since = clock.now() - DAY
    seen = PhoneReveal.objects.filter(by_id=person_id, at__gte=since).count()
    seen += sum(count(person_id, since) for count in _elsewhere)
    if seen >= settings.PHONE_REVEALS_A_DAY:
        raise TooMany(_("今天看过的号码已经有 %(count)d 个了，请明天再看。急事请找区里的工作人员。") % {"count": seen})
