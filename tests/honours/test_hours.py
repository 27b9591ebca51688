"""Service hours: one record a source, never changed, withdrawn by a second row."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from foundation.errors import Invalid, Missing
from foundation.models import AuditEntry
from rewards.honours import selectors, services
from rewards.honours.models import ServiceRecord, ServiceWithdrawal
from tests.cast import Cast, person_of
from tests.honours.conftest import at

Served = Callable[..., ServiceRecord]


def test_the_same_source_is_one_record_with_its_certifier(cast: Cast, served: Served) -> None:
    first = served(source_key="event:1:1")
    again = served(source_key="event:1:1", minutes=30)
    assert (first.pk, again.minutes) == (again.pk, 90)
    assert (first.certifier_id, first.certifier_role) == (person_of(cast.group_leader).pk, "group_leader")


@pytest.mark.parametrize("minutes", [0, -5, 24 * 60 + 1])
def test_minutes_that_cannot_be_are_refused(served: Served, minutes: int) -> None:
    with pytest.raises(Invalid):
        served(minutes=minutes)


def test_a_withdrawn_record_stays_and_no_longer_counts(cast: Cast, served: Served) -> None:
    served(source_key="event:1:1")
    kept = served(source_key="event:2:1")
    person_id = person_of(cast.leader).pk
    withdrawn = services.withdraw_hours(source_key="event:1:1", reason="记到别人名下了", acting_user=cast.worker)
    again = services.withdraw_hours(source_key="event:1:1", reason="再点一次", acting_user=cast.worker)
    assert (withdrawn.pk, again.reason) == (again.pk, "记到别人名下了")
    assert [row.pk for row in selectors.hours_of(person_id)] == [kept.pk]
    assert ServiceRecord.objects.filter(person_id=person_id).count() == 2
    assert AuditEntry.objects.filter(act="honours.withdraw_hours").count() == 1


def test_a_withdrawal_needs_a_reason_and_a_record(cast: Cast, served: Served) -> None:
    served(source_key="event:1:1")
    with pytest.raises(Invalid):
        services.withdraw_hours(source_key="event:1:1", reason=" ", acting_user=cast.worker)
    with pytest.raises(Missing):
        services.withdraw_hours(source_key="event:9:9", reason="记错了", acting_user=cast.worker)


@pytest.mark.everywhere
def test_the_database_refuses_to_change_a_record(served: Served) -> None:
    record = served()
    withdrawal = ServiceWithdrawal.objects.create(record=served(), reason="记错了")
    for row, change in ((record, {"minutes": 5}), (withdrawal, {"reason": "别的"})):
        for act in (lambda: type(row).objects.filter(pk=str(row.pk)).update(**change), row.delete):  # noqa: B023
            with pytest.raises(DatabaseError), transaction.atomic():
                act()


@pytest.mark.postgres
def test_two_callers_with_one_source_make_one_record(committed_cast: Cast) -> None:
    cast, barrier, made = committed_cast, threading.Barrier(2), []

    def record() -> None:
        try:
            barrier.wait()
            values = {"person_id": person_of(cast.leader).pk, "unit_id": cast.neighbourhood.pk, "minutes": 60}
            row = services.record_hours(
                project="值守", started_at=at(2026, 3, 5), source_key="x", acting_user=cast.worker, **values
            )
            made.append(row.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=record) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(made) == 2
    assert made[0] == made[1]
    assert ServiceRecord.objects.count() == 1
