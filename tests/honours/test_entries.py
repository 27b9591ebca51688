"""Hours typed in by hand are two people's word; what is handed over is handed over once."""

from __future__ import annotations

import csv
import datetime as dt
import io
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry
from rewards.honours import entries, handing, selectors, services
from rewards.honours.models import HandOver, HandOverLine, ServiceEntry, ServiceRecord
from rewards.points.models import Transfer
from tests.cast import Cast, person_of
from tests.honours.conftest import at
from volunteers.accounts.models import User
from volunteers.units.models import Appointment, Role

ClientFor = Callable[[User], Client]
Served = Callable[..., ServiceRecord]
YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def service(cast: Cast, **values: object) -> entries.Service:
    told = {
        "unit": cast.community, "project": "防汛值守", "started_at": at(2026, 6, 1), "minutes": 120,
        "people": [person_of(cast.leader), person_of(cast.leader2)],
    } | values  # fmt: skip
    return entries.Service(**told)  # type: ignore[arg-type]


def file_of(client: Client, batch: HandOver, **wish: str) -> str:
    """The batch as a file of commas."""
    answer: Any = client.post(reverse("console_hand_over_file", args=[batch.pk]), {"format": "csv"} | wish)
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def colleague(cast: Cast) -> User:
    """A second worker of the community."""
    Appointment.objects.create(
        person=person_of(cast.stranger), role=Role.COMMUNITY_WORKER, unit=cast.community, starts_on=dt.date(2024, 1, 1)
    )
    return User.objects.get(pk=cast.stranger.pk)


def test_a_second_person_certifies_and_no_points_come_of_it(cast: Cast) -> None:
    entry = entries.enter_hours(id=uuid.uuid4(), service=service(cast), acting_user=cast.worker)
    assert not ServiceRecord.objects.exists()
    with pytest.raises(Conflict):
        entries.certify_entry(entry=entry, acting_user=cast.worker)
    second = colleague(cast)
    entries.certify_entry(entry=entry, acting_user=second)
    with pytest.raises(Conflict):
        entries.certify_entry(entry=entry, acting_user=cast.street_clerk)
    record = selectors.hours_of(person_of(cast.leader).pk).get()
    assert (record.minutes, record.certifier_id, record.certifier_role) == (
        120, second.person_id, "community_worker",
    )  # fmt: skip
    assert ServiceRecord.objects.count() == 2
    assert not Transfer.objects.exists()


def test_nobody_certifies_their_own_hours(cast: Cast) -> None:
    second = colleague(cast)
    told = service(cast, people=[person_of(second), person_of(cast.leader)])
    entry = entries.enter_hours(id=uuid.uuid4(), service=told, acting_user=cast.worker)
    with pytest.raises(Conflict):
        entries.certify_entry(entry=entry, acting_user=second)


def test_a_refused_entry_writes_nothing(cast: Cast) -> None:
    entry = entries.enter_hours(id=uuid.uuid4(), service=service(cast), acting_user=cast.worker)
    with pytest.raises(Invalid):
        entries.refuse_entry(entry=entry, reason=" ", acting_user=cast.street_clerk)
    entries.refuse_entry(entry=entry, reason="那天没有值守", acting_user=cast.street_clerk)
    assert not ServiceRecord.objects.exists()


def test_the_same_form_twice_is_one_entry(cast: Cast) -> None:
    key = uuid.uuid4()
    entries.enter_hours(id=key, service=service(cast), acting_user=cast.worker)
    entries.enter_hours(id=key, service=service(cast), acting_user=cast.worker)
    assert ServiceEntry.objects.count() == 1
    with pytest.raises(DifferentBody):
        entries.enter_hours(id=key, service=service(cast, minutes=60), acting_user=cast.worker)


def test_entries_stay_in_scope(cast: Cast) -> None:
    with pytest.raises(Denied):
        entries.enter_hours(id=uuid.uuid4(), service=service(cast), acting_user=cast.other_worker)
    told = service(cast, people=[person_of(cast.other_leader)])
    with pytest.raises(Invalid):
        entries.enter_hours(id=uuid.uuid4(), service=told, acting_user=cast.worker)


def test_the_form_finds_people_by_name_and_says_whom_it_does_not_know(cast: Cast, client_for: ClientFor) -> None:
    desk, url = client_for(cast.worker), reverse("console_service_entry_create")
    body = {
        "id": str(uuid.uuid4()), "project": "防汛值守", "started_at": "2026-06-01 09:00", "minutes": "90",
        "unit": str(cast.community.uid), "unit-q": "", "people": "周桂兰、马建国",
    }  # fmt: skip
    wrong = desk.post(url, body | {"people": "周桂兰、没这个人"})
    assert wrong.status_code == 422
    assert "没有找到“没这个人”" in wrong.content.decode()
    made = desk.post(url, body)
    assert made.status_code == 302
    entry = ServiceEntry.objects.get()
    page = desk.get(made["Location"]).content.decode()
    assert "请另一位同事来证明" in page
    assert sorted(entry.people.values_list("name", flat=True)) == ["周桂兰", "马建国"]
    boss = client_for(cast.street_clerk)
    assert boss.post(reverse("console_service_entry_certify", args=[entry.pk])).status_code == 302
    assert ServiceRecord.objects.count() == 2


def test_what_was_handed_over_is_not_handed_over_again(cast: Cast, served: Served) -> None:
    served(source_key="a", unit_id=cast.neighbourhood.pk)
    served(source_key="b", unit_id=cast.other_neighbourhood.pk)
    first = handing.hand_over(
        id=uuid.uuid4(), unit=cast.community, first_on=YEAR[0], last_on=YEAR[1], acting_user=cast.worker
    )
    assert [line.record.source_key for line in handing.lines_of(first)] == ["a"]
    with pytest.raises(Conflict):
        handing.hand_over(
            id=uuid.uuid4(), unit=cast.community, first_on=YEAR[0], last_on=YEAR[1], acting_user=cast.worker
        )
    served(source_key="c")
    services.withdraw_hours(source_key="a", reason="记错了", acting_user=cast.worker)
    second = handing.hand_over(
        id=uuid.uuid4(), unit=cast.community, first_on=YEAR[0], last_on=YEAR[1], acting_user=cast.worker
    )
    assert sorted((line.record.source_key, line.is_withdrawal) for line in handing.lines_of(second)) == [
        ("a", True), ("c", False),
    ]  # fmt: skip
    assert HandOver.objects.count() == 2


def test_what_was_withdrawn_before_is_never_handed_over(cast: Cast, served: Served) -> None:
    served(source_key="a")
    services.withdraw_hours(source_key="a", reason="记错了", acting_user=cast.worker)
    with pytest.raises(Conflict):
        handing.hand_over(
            id=uuid.uuid4(), unit=cast.community, first_on=YEAR[0], last_on=YEAR[1], acting_user=cast.worker
        )


def test_the_file_covers_names_unless_a_purpose_is_written_and_is_audited(
    cast: Cast, client_for: ClientFor, served: Served
) -> None:
    served()
    desk = client_for(cast.worker)
    body = {
        "id": str(uuid.uuid4()), "unit": str(cast.community.uid), "unit-q": "",
        "first_on": "2026-01-01", "last_on": "2026-12-31",
    }  # fmt: skip
    made = desk.post(reverse("console_hand_over_create"), body)
    batch = HandOver.objects.get()
    assert made["Location"] == reverse("console_hand_over", args=[batch.pk])
    text = file_of(desk, batch)
    rows = [row for row in csv.reader(io.StringIO(text)) if len(row) > 5]
    told = dict(zip(rows[0], rows[1], strict=True))
    assert told["人员编号"] == str(person_of(cast.leader).uid)
    assert (told["姓名"], told["服务时长（小时）"], told["服务项目"]) == ("周*兰", "1.5", "邻里节布置")
    assert "身份证" not in text
    assert "谁导出的" in text
    assert "何静" in text
    assert "周桂兰" in file_of(desk, batch, full="1", reason="市志愿服务系统核对姓名")
    assert AuditEntry.objects.filter(act="console.export").count() == 2
    assert AuditEntry.objects.filter(act="honours.hand_over").count() == 1
    other = client_for(cast.other_worker)
    assert other.post(reverse("console_hand_over_file", args=[batch.pk]), {"format": "csv"}).status_code == 404


@pytest.mark.postgres
def test_two_exports_at_once_never_share_a_record(committed_cast: Cast) -> None:
    cast = committed_cast
    for number in range(20):
        services.record_hours(
            person_id=person_of(cast.leader).pk, project="值守", started_at=at(2026, 3, 5), minutes=60,
            unit_id=cast.neighbourhood.pk, source_key=f"s{number}", acting_user=cast.worker,
        )  # fmt: skip
    barrier = threading.Barrier(2)

    def take(user: User) -> None:
        try:
            barrier.wait()
            unit = cast.community if user == cast.worker else cast.street
            handing.hand_over(id=uuid.uuid4(), unit=unit, first_on=YEAR[0], last_on=YEAR[1], acting_user=user)
        except Conflict:
            pass  # the other one has taken everything
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[user]) for user in (cast.worker, cast.street_clerk)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert HandOverLine.objects.count() == 20
    assert set(HandOverLine.objects.values_list("record_id", flat=True)) == set(
        ServiceRecord.objects.values_list("pk", flat=True)
    )
