"""Every address that changes something leaves an entry in the audit trail (goal G16), taken from the table itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction

from foundation.models import AuditEntry
from tests.cast import Cast
from tests.permissions.matrix import Address, Question, addresses, path_of, send
from tests.permissions.rules import PAGE
from tests.permissions.table import TABLE
from tests.permissions.visitors import PLACES, RELATIONS
from tests.permissions.world import STAFFED_SORTS, make_world

# What a person does for themselves and nobody else acts on: the row itself is the trace.
NO_ENTRY = {
    "notice_read": "知道了 is a row of its own",
    "api:notice_read": "知道了 is a row of its own",
    "api:read": "a read mark is for one's own dot only",
    "ballot_review": "what was picked is read back, and nothing is kept",
    "api:verify": "looking at a code uses nothing",
}
WRITERS = [address for address in addresses() if address.name in TABLE and TABLE[address.name].full]


def _somebody_who_may(address: Address) -> Question:
    """The first cell of the address in which the full body goes through."""
    row = TABLE[address.name]
    assert row.full_post
    for visitor, both in PLACES.items():
        places = both[row.sort in STAFFED_SORTS]
        for relation, place in zip(RELATIONS, places, strict=True):
            if place and row.full_post.expected(visitor, relation) == PAGE:
                return Question(address, visitor, relation, "FULL")
    raise AssertionError(f"nobody gets through {address.name}")


def test_what_writes_is_audited(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = make_world(cast)
    silent = []
    for address in WRITERS:
        row = TABLE[address.name]
        if address.name in NO_ENTRY or address.name == "api:confirm":
            continue
        question = _somebody_who_may(address)
        thing = world.thing(row.sort, question.visitor, question.relation) if row.sort else None
        with transaction.atomic():
            before = AuditEntry.objects.count()
            response = send(world, question, path_of(world, question, thing), thing)
            after = AuditEntry.objects.count()
            transaction.set_rollback(True)
        assert response.status_code < 400, f"{question}: {response.status_code}"
        if after == before:
            silent.append(str(question))
    assert len(WRITERS) >= 12
    assert not silent
