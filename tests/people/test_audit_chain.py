"""The audit trail is sealed in a chain: an entry changed, added or removed afterwards is named (rule R38)."""

from __future__ import annotations

import datetime as dt
import io
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from foundation import append_only, audit, audit_chain, clock, retention
from foundation.actors import SYSTEM
from foundation.audit_chain import Horizon, seal, verify
from foundation.models import AuditEntry, AuditSeal
from tests.cast import Cast
from volunteers.accounts.models import User

ClientFor = Callable[[User], Client]
FIELDS: dict[str, Any] = {
    "act": "task.close", "reason": "另一个理由", "object_id": "4242", "object_type": "units.unit", "unit_id": 77,
    "actor_id": 4711, "result": "denied", "address": "10.9.8.7", "request_id": "f" * 32, "data": {"rows": 999_999},
}  # fmt: skip


def trail(count: int, batch: int = 10) -> list[AuditEntry]:
    """So many entries, sealed in batches."""
    made = [audit.record(actor=SYSTEM, act="test.write", obj=("thing", str(n)), data={"n": n}) for n in range(count)]
    seal(up_to=made[-1].pk, batch=batch)
    return made


@pytest.mark.django_db
def test_an_untouched_trail_is_as_it_was() -> None:
    trail(35)
    assert AuditSeal.objects.count() == 4
    verdict = verify()
    assert (verdict.entries, verdict.seals, verdict.unsealed, verdict.fault) == (35, 4, 0, None)
    audit.record(actor=SYSTEM, act="test.write", obj=None)
    assert verify().unsealed == 1
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    assert "35 entries" in out.getvalue()
    assert verify(head=AuditSeal.objects.get(seq=2).root).fault is None
    assert "kept elsewhere" in str(verify(head="f" * 64).fault)


@pytest.mark.django_db
def test_a_thousand_edits_are_found_and_named() -> None:
    made, rng = trail(15, batch=5), random.Random(20260301)
    with append_only.lifted():
        for _turn in range(1000):
            row, name = rng.choice(made), rng.choice(list(FIELDS))
            former = getattr(row, name)
            AuditEntry.objects.filter(pk=row.pk).update(**{name: FIELDS[name]})
            fault = verify().fault
            assert fault is not None, name
            assert fault.entry_id == row.pk, (name, str(fault))
            AuditEntry.objects.filter(pk=row.pk).update(**{name: former})
    assert verify().fault is None


@pytest.mark.django_db
def test_what_was_removed_is_missed() -> None:
    made = trail(40)
    for gone in (made[0], made[9], made[17], made[39]):
        with transaction.atomic():
            with append_only.lifted():
                AuditEntry.objects.filter(pk=gone.pk).delete()
            fault = verify().fault
            assert fault is not None
            assert "missing" in fault.what
            transaction.set_rollback(True)
    assert verify().fault is None


@pytest.mark.django_db
def test_what_was_slipped_in_is_named() -> None:
    made = trail(12)
    with append_only.lifted():
        AuditEntry.objects.filter(pk=made[5].pk).delete()
    fault = verify().fault
    assert fault is not None
    slipped = AuditEntry(pk=made[5].pk, act="phone.reveal", object_type="x", object_id="y")
    slipped.save(force_insert=True)
    assert verify().fault == audit_chain.Fault(made[5].pk, 1, "was changed after sealing")


@pytest.mark.django_db
def test_a_changed_seal_is_found_too() -> None:
    trail(40)
    for values in ({"root": "e" * 64}, {"count": 9}, {"previous": "d" * 64}, {"marks": b"0" * 80}):
        with transaction.atomic():
            with append_only.lifted():
                AuditSeal.objects.filter(seq=2).update(**values)
            assert verify().fault is not None, values
            transaction.set_rollback(True)
    with append_only.lifted():
        AuditSeal.objects.filter(seq=4).delete()
    assert verify().unsealed == 10, "what is no longer sealed shows as not sealed"
    with pytest.raises(CommandError, match="kept elsewhere"):
        call_command("verify_audit", head="a" * 64, stdout=io.StringIO())


@pytest.mark.django_db
def test_the_triggers_hold_outside_a_test() -> None:
    trail(3)
    for change in (
        lambda: AuditEntry.objects.update(act="x"),
        lambda: AuditSeal.objects.all().delete(),
        lambda: AuditSeal.objects.update(root="0" * 64),
    ):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            change()


@pytest.mark.django_db
def test_there_is_one_chain_only() -> None:
    trail(3)
    first = AuditSeal.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditSeal.objects.create(
            seq=9, first_id=1, last_id=2, count=0, marks=b"", root="1" * 64, previous=first.previous
        )


@pytest.mark.django_db
def test_old_entries_go_by_whole_batches_and_the_rest_still_verifies(settings: Any) -> None:
    old, new = trail(20), trail(15)
    moment = clock.now() - dt.timedelta(days=1200)
    with append_only.lifted():
        AuditSeal.objects.filter(last_id__lte=old[-1].pk).update(at=moment)
    counts = retention.let_go()
    assert counts["audit"] == 20
    assert not AuditEntry.objects.filter(pk__lte=old[-1].pk).exists()
    assert AuditEntry.objects.filter(pk__in=[row.pk for row in new]).count() == 15
    assert AuditSeal.objects.filter(last_id__lte=old[-1].pk).exists(), "the links stay"
    verdict = verify()
    assert verdict.fault is None
    assert verdict.entries == 15
    assert retention.let_go()["audit"] == 0, "a second run finds nothing"
    with append_only.lifted():
        AuditEntry.objects.filter(pk=new[3].pk).update(reason="x")
    assert verify().fault == audit_chain.Fault(new[3].pk, 3, "was changed after sealing")
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_the_trail_is_read_by_the_districts_clerk_only(cast: Cast, client_for: ClientFor) -> None:
    audit.record(
        actor=cast.worker, act="phone.reveal", obj=cast.leader.person, unit_id=cast.community.pk, reason="问空缺"
    )
    url = reverse("console_audit_list")
    page = client_for(cast.district_clerk).get(url).content.decode()
    assert "何静" in page
    assert "问空缺" in page
    assert "桂花社区" in page
    for user in (cast.worker, cast.street_clerk):
        assert client_for(user).get(url).status_code in {302, 403}
        assert "问空缺" not in client_for(user).get(url).content.decode()


def test_the_trail_is_searched_and_narrowed(
    cast: Cast, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        audit.record(actor=cast.worker, act="phone.reveal", obj=None, unit_id=cast.community.pk, reason=f"第{number}次")
    audit.record(actor=cast.leader, act="check_in.submit", obj=None, unit_id=cast.neighbourhood.pk, reason="打卡那次")
    client, url = client_for(cast.district_clerk), reverse("console_audit_list")
    assert "打卡那次" in client.get(url, {"q": "周桂兰"}).content.decode()
    assert "第59次" not in client.get(url, {"q": "zgl"}).content.decode()
    assert "打卡那次" not in client.get(url, {"what": "phone.reveal"}).content.decode()
    tomorrow = (clock.today() + dt.timedelta(days=1)).isoformat()
    assert "打卡那次" not in client.get(url, {"since": tomorrow}).content.decode()
    seal(up_to=AuditEntry.objects.order_by("-pk").first().pk)  # type: ignore[union-attr]
    assert "打卡那次" in client.get(url, {"since": clock.today().isoformat()}).content.decode()
    assert (
        "打卡那次"
        not in client.get(url, {"until": (clock.today() - dt.timedelta(days=1)).isoformat()}).content.decode()
    )
    with django_assert_max_num_queries(25):
        client.get(url)


@pytest.mark.postgres
def test_no_entry_is_left_out_when_writers_finish_in_another_order(transactional_db: None) -> None:
    horizon = Horizon()
    slow_has_written, may_commit = threading.Event(), threading.Event()
    slow_id: list[int] = []

    def slow() -> None:
        with transaction.atomic():
            slow_id.append(audit.record(actor=SYSTEM, act="test.slow", obj=None).pk)
            slow_has_written.set()
            may_commit.wait(timeout=10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert slow_has_written.wait(timeout=10)
    later = audit.record(actor=SYSTEM, act="test.fast", obj=None).pk
    assert later > slow_id[0]
    assert not any(horizon.advance() for _look in range(6)), "somebody below is still under way"
    may_commit.set()
    thread.join()
    safe = next(found for found in (horizon.advance() for _look in range(6)) if found)
    seal(up_to=safe)
    assert safe >= later
    assert AuditEntry.objects.filter(pk__lte=AuditSeal.objects.get().last_id, act="test.slow").exists()
    assert verify().fault is None


@pytest.mark.postgres
def test_two_sealers_make_one_chain(transactional_db: None) -> None:
    for number in range(30):
        audit.record(actor=SYSTEM, act="test.write", obj=("thing", str(number)))
    top = AuditEntry.objects.order_by("-pk").first()
    assert top
    gate = threading.Barrier(2, timeout=5)

    def run() -> None:
        gate.wait()
        try:
            seal(up_to=top.pk, batch=3)
        except IntegrityError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal(up_to=top.pk, batch=3)
    verdict = verify()
    assert verdict.fault is None
    assert verdict.entries == 30
