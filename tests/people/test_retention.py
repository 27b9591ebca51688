"""What has been kept long enough goes, once a day, by rule; a second run finds nothing."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from events.tasks.models import CheckIn
from foundation import append_only, clock, retention
from foundation.models import AuditEntry, Notification
from foundation.privacy import registered
from tests.cast import Cast, person_of
from tests.people.conftest import Trace, relay
from volunteers.people.models import PersonalRequest, PhoneReveal
from volunteers.roster.models import ImportBatch


def ago(days: int) -> dt.datetime:
    return clock.now() - dt.timedelta(days=days)


def test_photos_places_and_words_of_old_check_ins_go(trace: Trace) -> None:
    rows = CheckIn.objects.filter(person=trace.person)
    rows.update(submitted_at=ago(170))
    assert {name: n for name, n in retention.let_go().items() if n} == {}
    rows.update(submitted_at=ago(190))
    assert retention.let_go()["places"] == 1
    assert rows.get().photo
    rows.update(submitted_at=ago(740))
    counts = retention.let_go()
    assert (counts["photos"], counts["visits"], counts["places"]) == (1, 1, 0)
    relay()
    row = rows.get()
    assert (row.note, row.place) == ("", None)
    assert not row.photo
    assert not Path(trace.photo).exists()
    assert row.state == "confirmed", "that it was done stays"
    assert not any(retention.let_go().values())


def test_each_run_is_one_entry_with_counts(trace: Trace) -> None:
    Notification.objects.update(created_at=ago(91))
    count = Notification.objects.count()
    retention.let_go()
    entry = AuditEntry.objects.get(act="retention.run")
    assert entry.data["notifications"] == count
    assert not Notification.objects.exists()


def test_what_opened_a_number_goes_after_three_years_and_not_before(cast: Cast) -> None:
    who, whose = person_of(cast.worker), person_of(cast.leader)
    for days in (1100, 1000, 1):
        PhoneReveal.objects.create(person=whose, by=who, at=ago(days))
    if connection.vendor == "postgresql":
        pytest.skip("a table with foreign keys is not altered in the transaction that wrote it")
    assert retention.let_go()["reveals"] == 1
    assert PhoneReveal.objects.count() == 2
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        PhoneReveal.objects.all().delete()


@pytest.mark.postgres
def test_the_owner_lets_go_of_guarded_rows_on_postgresql(committed_cast: Cast) -> None:
    who, whose = person_of(committed_cast.worker), person_of(committed_cast.leader)
    for days in (1100, 1):
        PhoneReveal.objects.create(person=whose, by=who, at=ago(days))
    assert append_only.purge(PhoneReveal.objects.filter(at__lt=ago(1096))) == 1
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        PhoneReveal.objects.all().delete()


@pytest.mark.postgres
def test_a_role_that_does_not_own_the_table_lets_nothing_go(committed_cast: Cast) -> None:
    PhoneReveal.objects.create(
        person=person_of(committed_cast.leader), by=person_of(committed_cast.worker), at=ago(1100)
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS only_writes")
        cursor.execute("CREATE ROLE only_writes")
        cursor.execute("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO only_writes")
        cursor.execute("SET ROLE only_writes")
    try:
        with pytest.raises(append_only.NotOwner):
            append_only.purge(PhoneReveal.objects.all())
        with pytest.raises(Exception, match=r"permission denied|must be owner"), transaction.atomic():
            PhoneReveal.objects.all()._raw_delete("default")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM only_writes")
            cursor.execute("DROP ROLE only_writes")
    assert PhoneReveal.objects.count() == 1


def test_only_guarded_tables_are_purged(cast: Cast) -> None:
    with pytest.raises(TypeError):
        append_only.purge(PersonalRequest.objects.all())


def test_old_imports_can_no_longer_be_undone(cast: Cast) -> None:
    batch = ImportBatch(file_name="名册.xlsx", sha256="0" * 64, state="committed", totals={}, counts={}, changes={},
                        committed_at=ago(91))  # fmt: skip
    batch.set_journal({"changed_people": []})
    batch.save()
    assert retention.let_go()["journals"] == 1
    batch.refresh_from_db()
    assert batch.journal_sealed == ""


def test_a_rule_that_falls_does_not_hold_up_the_others(trace: Trace) -> None:
    def fall(_before: dt.datetime) -> int:
        raise RuntimeError

    Notification.objects.update(created_at=ago(91))
    rules = {
        "places": retention.Retention("places", fall),
        **{n: r for n, r in retention.rules.items() if n != "places"},
    }
    former, retention.rules = retention.rules, rules
    try:
        counts = retention.let_go()
    finally:
        retention.rules = former
    assert "places" not in counts
    assert counts["notifications"]


def test_the_command_does_the_same(cast: Cast) -> None:
    out = io.StringIO()
    call_command("run_retention", stdout=out)
    assert "notifications: 0" in out.getvalue()


def test_the_days_are_settings(cast: Cast, settings: Any) -> None:
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "places": 3}
    assert retention.rules["places"].days == 3
    assert "3" in str(retention.words_of("places"))
    assert str(retention.words_of("visits")) == "24 个月"
    assert {entry.keep for entry in registered.values()} <= set(retention.UNTIMED) | set(settings.RETENTION_DAYS)
