"""Erasing: nothing that tells of the person is left anywhere live, the books stay, and a restore does not bring it
back.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import serializers
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction

from events.tasks.models import CheckIn
from foundation import append_only, clock, failpoints, privacy
from foundation.actors import SYSTEM
from foundation.models import Notification
from rewards.points.models import PointsAccount, Transfer
from tests.cast import Cast, person_of
from tests.people.conftest import CANARIES, NAME, PHONE, Trace, end_roles, relay
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people import erasure
from volunteers.people.erasure import StillNeeded, erase_person, replay_tombstones
from volunteers.people.models import Consent, Person, Tombstone
from volunteers.people.services import give_consent
from volunteers.roster.models import ImportBatch
from volunteers.units.models import Appointment

pytestmark = pytest.mark.everywhere


def everything() -> Iterator[tuple[str, str]]:
    """Every value of every table as text; JSON as it reads, not as it is escaped."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                text = " ".join(str(bytes(v) if isinstance(v, memoryview) else v) for v in row)
                yield table, text.encode().decode("unicode_escape", errors="ignore") if "\\u" in text else text
                yield table, text


def hits() -> dict[str, set[str]]:
    """Tables in which a canary is still alive."""
    found: dict[str, set[str]] = {}
    for table, text in everything():
        for canary in CANARIES:
            if canary in text:
                found.setdefault(table, set()).add(canary)
    for session in Session.objects.all():
        if any(canary in str(session.get_decoded()) for canary in CANARIES):
            found.setdefault("a session", set())
    kept = str(getattr(cache, "_cache", {}))
    if any(canary in kept for canary in CANARIES):
        found.setdefault("the cache", set())
    return found


def test_the_canary_sings_before(trace: Trace) -> None:
    assert {"people_person", "tasks_checkin", "foundation_notification", "benefits_refusalreport"} <= set(hits())
    assert trace.photo.exists()


def test_after_an_erasure_no_canary_is_left_anywhere(
    trace: Trace, cast: Cast, client_for: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client_for(trace.user).get("/me/data/")
    end_roles(trace.person)
    erase_person(person=trace.person, acting_user=SYSTEM)
    relay()
    assert hits() == {}
    assert not trace.photo.exists()
    person = Person.objects.get(pk=trace.person.pk)
    assert (person.name, person.phone, person.born_on, person.gender) == (erasure.NAME, "", None, "")
    assert person.erased_at is not None
    assert person.uid != trace.person.uid
    assert not Person.objects.by_phone(PHONE).exists()
    told = Notification.objects.get(stream_key=f"u:{cast.community.pk}", kind="task", payload__url="/")
    assert told.payload["body"] == f"谢谢{erasure.NAME}"


def test_what_others_rely_on_stays_under_a_pseudonym(trace: Trace) -> None:
    end_roles(trace.person)
    balance = PointsAccount.objects.get(person=trace.person).balance
    lines = Transfer.objects.count()
    erase_person(person=trace.person, acting_user=SYSTEM)
    assert PointsAccount.objects.get(person=trace.person).balance == balance == 5
    assert Transfer.objects.count() == lines
    call_command("verify_ledger", stdout=io.StringIO())
    assert Appointment.objects.get(person=trace.person).ended_reason == ""
    assert CheckIn.objects.get(person=trace.person).state == "confirmed"
    assert Consent.objects.filter(person=trace.person, document="residents").exists()
    assert not Resident.objects.filter(person=trace.person).exists()


def test_the_account_ends_with_its_sessions(trace: Trace, client_for: Any) -> None:
    client = client_for(trace.user)
    assert client.get("/me/").status_code == 200
    end_roles(trace.person)
    erase_person(person=trace.person, acting_user=SYSTEM)
    assert client.get("/me/").status_code == 302
    user = User.objects.get(pk=trace.user.pk)
    assert not user.is_active
    assert not user.has_usable_password()
    assert trace.person.uid.hex[:16] not in user.username


def test_nobody_is_erased_while_they_hold_a_role(trace: Trace) -> None:
    with pytest.raises(StillNeeded) as refused:
        erase_person(person=trace.person, acting_user=SYSTEM)
    assert "片长" in refused.value.reasons[0]
    assert "卸任" in refused.value.reasons[0]
    assert Person.objects.get(pk=trace.person.pk).name == NAME


def test_an_erasure_is_all_or_nothing(trace: Trace) -> None:
    end_roles(trace.person)
    before = hits()

    def fall() -> None:
        raise RuntimeError("the lights went out")

    with failpoints.armed("erasure.before_person", fall), pytest.raises(RuntimeError):
        erase_person(person=trace.person, acting_user=SYSTEM)
    assert hits() == before
    assert trace.photo.exists()
    assert not Tombstone.objects.exists()


def test_erasing_twice_is_once(trace: Trace) -> None:
    end_roles(trace.person)
    assert erase_person(person=trace.person, acting_user=SYSTEM)
    assert erase_person(person=trace.person, acting_user=SYSTEM) == {}
    assert Tombstone.objects.count() == 1


def test_a_restored_copy_is_erased_again(trace: Trace, cast: Cast, tmp_path: Path) -> None:
    rows = [*Person.objects.filter(pk=trace.person.pk), *User.objects.filter(pk=trace.user.pk)]
    rows += [*Appointment.objects.filter(person=trace.person), *CheckIn.objects.filter(person=trace.person)]
    backup = serializers.serialize("json", rows)
    end_roles(trace.person)
    erase_person(person=trace.person, acting_user=SYSTEM)
    relay()
    listed = (tmp_path / "tombstones.jsonl").read_text()
    assert NAME not in listed
    assert trace.person.uid.hex not in listed.replace("-", "")
    with append_only.lifted():  # the backup was taken before: it has neither the erasure nor its tombstone
        Tombstone.objects.all().delete()
    for row in serializers.deserialize("json", backup):
        row.save()
    assert Person.objects.by_phone(PHONE).get().name == NAME
    assert Appointment.objects.active().filter(person=trace.person).exists()
    out = io.StringIO()
    call_command("replay_tombstones", stdout=out)
    assert "1" in out.getvalue()
    relay()
    assert hits() == {}
    assert not Person.objects.by_phone(PHONE).exists()
    assert not User.objects.get(pk=trace.user.pk).is_active
    assert Appointment.objects.filter(person=trace.person, ends_on__isnull=True).count() == 0
    assert Tombstone.objects.count() == 1
    assert replay_tombstones() == 0, "a second replay finds nobody"
    assert person_of(cast.leader).name == "周桂兰", "nobody else is touched"


def test_a_list_that_a_crash_cut_short_is_still_read(trace: Trace, tmp_path: Path) -> None:
    end_roles(trace.person)
    erase_person(person=trace.person, acting_user=SYSTEM)
    relay()
    path = tmp_path / "tombstones.jsonl"
    path.write_text(path.read_text() + '{"key": "abc", "a')
    assert [key for key, _at in erasure.noted_outside(path)] == [Tombstone.objects.get().key]


def test_an_undone_import_brings_no_name_back(trace: Trace) -> None:
    batch = ImportBatch(file_name="名册.xlsx", sha256="0" * 64, state="committed", totals={}, counts={}, changes={},
                        committed_at=clock.now())  # fmt: skip
    others = [trace.person.pk + 1, "别人", "", None, ""]
    batch.set_journal({"changed_people": [[trace.person.pk, NAME, "f", "1958-03-01", ""], others]})
    batch.save()
    end_roles(trace.person)
    erase_person(person=trace.person, acting_user=SYSTEM)
    batch.refresh_from_db()
    assert batch.journal["changed_people"] == [others]


def test_consents_keep_the_proof_and_withdrawing_stops_at_once(trace: Trace) -> None:
    from volunteers.people.services import has_consent, withdraw_consent

    person, user = trace.person, trace.user
    assert has_consent(person, "residents")
    withdraw_consent(person=person, document="residents", channel="self", acting_user=user)
    assert not has_consent(person, "residents")
    assert not Resident.objects.filter(person=person).exists()
    withdraw_consent(person=person, document="photo", channel="self", acting_user=user)
    row = CheckIn.objects.get(person=person)
    assert not row.photo
    assert row.place is not None, "the place is another consent"
    assert row.note, "the rest of the service goes on"
    withdraw_consent(person=person, document="location", channel="self", acting_user=user)
    assert CheckIn.objects.get(person=person).place is None
    relay()
    assert not trace.photo.exists()
    give_consent(person=person, document="residents", channel="self", acting_user=user)
    give_consent(person=person, document="residents", channel="self", acting_user=user)
    rows = Consent.objects.filter(person=person, document="residents").order_by("at")
    assert [row.is_given for row in rows] == [True, False, True]
    assert all(len(row.wording_sha256) == 64 and row.version == 1 for row in rows)
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        rows.update(is_given=False)


def test_the_warning_names_the_points(trace: Trace) -> None:
    assert "5" in str(privacy.warnings(trace.person.pk)[0])


def test_erasing_says_when(trace: Trace) -> None:
    end_roles(trace.person)
    moment = clock.now() - dt.timedelta(days=3)
    erase_person(person=trace.person, acting_user=SYSTEM, at=moment)
    relay()
    assert Tombstone.objects.get().at == moment
    noted = json.loads(erasure.tombstones_file().read_text().splitlines()[0])
    assert noted["at"] == moment.isoformat()
