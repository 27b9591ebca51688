"""A day that is sealed stays as it is: whatever is changed, added or taken away later is found and named by its day."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from foundation import append_only, merkle
from foundation.actors import SYSTEM
from rewards.points import nightly, seals
from rewards.points.accounts import account_id_of, system_account_id
from rewards.points.models import AccountKind, Transfer
from rewards.points.seal_models import LedgerSeal
from tests.cast import Cast, person_of

TODAY = dt.date(2026, 3, 10)


def line(cast: Cast, days_ago: int, hour: int = 10, **values: Any) -> Transfer:
    """A line of another day, with its balance."""
    at = dt.datetime.combine(TODAY - dt.timedelta(days=days_ago), dt.time(hour), timezone.get_default_timezone())
    row = Transfer(
        id=uuid.uuid4(), from_account_id=system_account_id(AccountKind.ISSUING),
        to_account_id=account_id_of(person_of(cast.leader).pk), points=1, rule="settle", quantity=1,
        reason="看“楼道”\n二", source_key=str(uuid.uuid4()), at=at,
    )  # fmt: skip
    for name, value in values.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


@pytest.fixture
def week(cast: Cast) -> list[Transfer]:
    """Lines on four of six days, among them one with every column filled; sealed up to yesterday."""
    rows = [line(cast, 6, hour) for hour in range(5)]
    rows += [line(cast, 4), line(cast, 4), line(cast, 4, hour=0), line(cast, 4, hour=23)]
    full: dict[str, Any] = {
        "unit_id": cast.community.pk,
        "actor_id": 7,
        "version_number": 1,
        "by_staff": True,
        "reverses": rows[0],
    }
    rows += [line(cast, 2, **full), line(cast, 1)]
    seals.seal_days(before=TODAY)
    return rows


def days() -> list[str]:
    """The days that do not fit, and what is said of them."""
    return [str(fault) for fault in seals.check_seals()]


@pytest.mark.everywhere
def test_every_day_has_a_seal_and_all_fit(week: list[Transfer]) -> None:
    assert [one.count for one in LedgerSeal.objects.order_by("day")] == [5, 0, 4, 0, 1, 1]
    assert days() == []
    assert seals.seal_days(before=TODAY) == []


@pytest.mark.everywhere
def test_the_bytes_of_a_line_are_those_of_postgresqls_binary_copy(week: list[Transfer]) -> None:
    rows = list(Transfer.objects.order_by("at", "id").values_list(*seals.COLUMNS))
    leaves = [hashlib.sha256(b"\0" + seals.line_bytes(row)).digest() for row in rows]
    told = [leaf for one in LedgerSeal.objects.order_by("day") for leaf in seals.leaves_of(one.day)]
    assert told == leaves


def test_the_root_can_be_made_by_hand() -> None:
    def sha(data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    a, b, c = (sha(b"\0" + letter) for letter in (b"a", b"b", b"c"))
    assert merkle.root_of([]) == hashlib.sha256().digest()
    assert merkle.root_of([a]) == a
    assert merkle.root_of([a, b, c]) == sha(b"\1" + sha(b"\1" + a + b) + c)
    assert seals.line_bytes([None] * 14) == b"\0\x0e" + b"\xff\xff\xff\xff" * 14


def _add(cast: Cast, rows: list[Transfer]) -> None:
    line(cast, 4, hour=5)


def _change(cast: Cast, rows: list[Transfer]) -> None:
    Transfer.objects.filter(pk=rows[5].pk).update(reason="看楼道")


def _take_away(cast: Cast, rows: list[Transfer]) -> None:
    Transfer.objects.filter(pk=rows[5].pk).delete()


def _move_in_time(cast: Cast, rows: list[Transfer]) -> None:
    Transfer.objects.filter(pk=rows[5].pk).update(at=rows[5].at + dt.timedelta(microseconds=1))


@pytest.mark.parametrize("touch", [_add, _change, _take_away, _move_in_time])
def test_a_touched_day_is_named_and_no_other(
    cast: Cast, week: list[Transfer], touch: Callable[[Cast, list[Transfer]], None]
) -> None:
    with append_only.lifted():
        touch(cast, week)
    found = days()
    assert len(found) == 1
    assert found[0].startswith("day 2026-03-06: ")
    with pytest.raises(CommandError, match="day 2026-03-06"):
        call_command("verify_ledger")


def test_a_line_before_the_first_seal_and_one_on_an_empty_day_are_found(cast: Cast, week: list[Transfer]) -> None:
    line(cast, 9)
    line(cast, 3)
    assert [fault[:14] for fault in days()] == ["day 2026-03-01", "day 2026-03-07"]


def test_a_chain_made_anew_does_not_have_the_link_that_was_kept(cast: Cast, week: list[Transfer]) -> None:
    told = io.StringIO()
    call_command("ledger_seals", "--last", "1", stdout=told)
    kept = told.getvalue().split()[-1]
    assert re.fullmatch("[0-9a-f]{64}", kept)
    assert list(seals.check_seals(link=kept)) == []
    with append_only.lifted():
        _change(cast, week)
        LedgerSeal.objects.all().delete()
    seals.seal_days(before=TODAY)
    assert days() == []
    assert "is not in the chain" in str(next(seals.check_seals(link=kept)))


def test_a_missing_and_a_rewritten_seal_are_found(week: list[Transfer]) -> None:
    middle = LedgerSeal.objects.order_by("day")[2]
    with append_only.lifted():
        LedgerSeal.objects.filter(pk=middle.pk).delete()
    assert any("its seal is missing" in fault for fault in days())
    with append_only.lifted():
        LedgerSeal.objects.order_by("day").filter(count=5).update(count=6)
    assert any("was changed" in fault for fault in days())


@pytest.mark.everywhere
def test_a_seal_cannot_be_changed(week: list[Transfer]) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LedgerSeal.objects.update(count=1)


@pytest.mark.everywhere
def test_a_day_is_sealed_when_nobody_can_still_write_in_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    line(cast, 2)
    midnight = seals.bounds(TODAY)[0]
    monkeypatch.setattr("foundation.clock.now", lambda: midnight + dt.timedelta(minutes=5))
    nightly.seal_ledger()
    assert [one.day for one in LedgerSeal.objects.all()] == [TODAY - dt.timedelta(days=2)]
    monkeypatch.setattr("foundation.clock.now", lambda: midnight + seals.GRACE)
    watch = seals.Midnight()
    assert watch.passed() in {TODAY, None}
    assert connection.vendor == "postgresql" or watch.passed() == TODAY
    assert SYSTEM.pk is None
