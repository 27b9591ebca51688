"""Taking lines of people back at a desk: found by the person or by what they came from, both lines stay in sight.

Whoever wrote more than the line (the hours of an event) registers how it is taken back, so that nothing is left over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import streams
from foundation.actors import Actor
from foundation.errors import Missing
from rewards.points.models import Transfer
from rewards.points.services import reverse_transfer

TakeBack = Callable[[Transfer, str, Actor], object]
_takers: dict[str, TakeBack] = {}
_GROUP = re.compile(r"[a-z_]+:[0-9a-f-]{36}:")


def takes_back(sort: str) -> Callable[[TakeBack], TakeBack]:
    """Register who takes back lines whose source begins with `sort:`; given the line, the reason and who acts."""

    def register(function: TakeBack) -> TakeBack:
        _takers[sort] = function
        return function

    return register


def lines_of(person_id: int, user: Actor) -> QuerySet[Transfer]:
    """What a person was given in the user's units, the latest first; each with its reversal, if there is one."""
    rows = _given(user).filter(to_account__person_id=person_id)
    return rows.order_by("-at", "-pk")


def group_of(line: Transfer) -> str:
    """What the sources of all lines of the same thing begin with; empty for a line that stands alone."""
    found = _GROUP.match(line.source_key)
    return found[0] if found else ""


def lines_beside(line: Transfer, user: Actor) -> list[Transfer]:
    """What came of the same thing (`event:<number>:…`), by name, so that one written twice stands beside itself."""
    group = group_of(line)
    if not group:
        return [line]
    found = list(
        _given(user)
        .filter(source_key__startswith=group)
        .order_by("to_account__person__pinyin", "to_account__person_id", "at")
    )
    return found or [line]


def _given(user: Actor) -> QuerySet[Transfer]:
    rows = Transfer.objects.visible_to(user).filter(to_account__kind="person", reverses__isnull=True)
    return rows.select_related("unit", "to_account__person", "reversed_by")


@transaction.atomic
def reverse_line(*, line: Transfer, reason: str, acting_user: Actor) -> None:
    """Take one line back by a second one; the person is told. Again changes nothing.

    Who may: staff of the line's unit. Raises `Denied`, `Missing`, `Invalid` without a reason, `Conflict` when the
    points are spent.
    """
    if not Transfer.objects.visible_to(acting_user).filter(pk=line.pk).exists():
        raise Missing
    if Transfer.objects.filter(reverses=line).exists():
        return
    taker = _takers.get(line.source_key.partition(":")[0])
    if taker is not None:
        taker(line, reason, acting_user)
        return
    back = reverse_transfer(transfer=line, reason=reason, acting_user=acting_user)
    tell_reversed([back])


@transaction.atomic
def reverse_lines(*, lines: Iterable[Transfer], reason: str, acting_user: Actor) -> int:
    """Several, all or none; returns how many."""
    chosen: Sequence[Transfer] = sorted(lines, key=lambda line: line.to_account_id)
    for line in chosen:
        reverse_line(line=line, reason=reason, acting_user=acting_user)
    return len(chosen)


@streams.in_district_language
def tell_reversed(lines: Iterable[Transfer]) -> None:
    """Whose line was taken back reads why; `lines` are the reversals."""
    for line in lines:
        owner = line.from_account.person_id
        if owner is None or line.reverses is None:
            continue
        payload = {
            "title": _("有一笔积分更正了：%(what)s") % {"what": line.reverses.reason},
            "body": line.reason,
            "url": reverse("points"),
            "icon": "star",
        }
        streams.publish(streams.person_key(owner), kind="points", payload=payload, ref=f"points:{line.pk}")
