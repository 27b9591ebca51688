"""Erasing a person: every rule of the registry in one transaction, and a tombstone that a restore cannot undo (R37)."""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from foundation import audit, clock, failpoints, outbox, privacy, secrets
from foundation.actors import SYSTEM, Actor
from foundation.errors import Conflict
from volunteers.people.models import Person, Tombstone

NAME = "已删除的用户"
"""What everybody reads where a person was; stored, so in the district's language."""

FILES, TOMBSTONE = "erased_files", "tombstone"


class StillNeeded(Conflict):
    """Something has to end first (409); `reasons` say what, and how."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def key_of(uid: uuid.UUID) -> str:
    """What a tombstone knows a person by: a keyed digest, of no use without the key."""
    return secrets.hmac_hex("tombstone", uid.hex)


def reasons_against(person: Person) -> list[str]:
    """What has to end before somebody can be erased, in sentences for them; empty when nothing has."""
    return [str(reason) for reason in privacy.blockers(person.pk)]


@transaction.atomic
def erase_person(
    *, person: Person, acting_user: Actor, at: dt.datetime | None = None, even_if_needed: bool = False
) -> dict[str, int]:
    """Erase somebody: the name becomes a pseudonym, what is personal is cleared or deleted, the account ends.

    Returns how many rows were changed, by model. Twice is once. Raises `StillNeeded` while they hold a role. A replay
    after a restore erases `even_if_needed`. Files go after the commit, by the outbox; the caller has checked who may.
    """
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if locked.erased_at is not None:
        return {}
    if not even_if_needed and (reasons := reasons_against(locked)):
        raise StillNeeded(reasons)
    moment = at or clock.now()
    one = privacy.Erasing(person_id=locked.pk, name=locked.name, at=moment)
    key = key_of(locked.uid)
    privacy.erase(one)
    failpoints.hit("erasure.before_person")
    _pseudonymise(locked, moment)
    Tombstone.objects.bulk_create([Tombstone(key=key, at=moment)], ignore_conflicts=True)
    audit.record(actor=acting_user, act="person.erase", obj=locked, data={"rows": sum(one.counts.values())})
    outbox.put(TOMBSTONE, {"key": key, "at": moment.isoformat()})
    if one.files:
        outbox.put(FILES, {"files": one.files})
    return one.counts


def _pseudonymise(person: Person, moment: dt.datetime) -> None:
    """What is left of the person: a row without a name, under another uid, that history may point to."""
    person.uid = uuid.uuid4()
    person.name = NAME
    person.set_phone("")
    person.gender = ""
    person.born_on = None
    person.political_status = ""
    person.erased_at = moment
    person.save()


@outbox.handler(FILES)
def delete_files(payloads: list[dict[str, list[tuple[str, str]]]]) -> None:
    """Delete files whose rows no longer name them. One that is gone already is fine."""
    for payload in payloads:
        for label, name in payload["files"]:
            model, _dot, column = label.rpartition(".")
            field = apps.get_model(model)._meta.get_field(column)
            assert isinstance(field, models.FileField)
            field.storage.delete(name)


def tombstones_file() -> Path:
    """Where erasures are noted outside the database."""
    return settings.TOMBSTONES or Path(settings.VAR_DIR) / "tombstones.jsonl"


@outbox.handler(TOMBSTONE)
def note_outside(payloads: list[dict[str, str]]) -> None:
    """Append to the file that a restore of the database does not touch; twice is harmless."""
    path = tombstones_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps({"key": p["key"], "at": p["at"]}) + "\n" for p in payloads)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, lines.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def noted_outside(path: Path) -> Iterator[tuple[str, dt.datetime]]:
    """What the file says, without lines that a crash cut short."""
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        try:
            said = json.loads(line)
            yield str(said["key"]), dt.datetime.fromisoformat(said["at"])
        except (ValueError, KeyError):
            continue


def replay_tombstones(path: Path | None = None) -> int:
    """Erase again whoever a restored database still knows; returns how many. Run after every restore."""
    keys = dict(Tombstone.objects.values_list("key", "at"))
    keys.update(noted_outside(path or tombstones_file()))
    if not keys:
        return 0
    found = 0
    for pk, uid in list(Person.objects.living().values_list("pk", "uid")):
        moment = keys.get(key_of(uid))
        if moment is not None:
            erase_person(person=Person(pk=pk), acting_user=SYSTEM, at=moment, even_if_needed=True)
            found += 1
    audit.record(actor=SYSTEM, act="tombstones.replay", obj=None, data={"known": len(keys), "erased": found})
    return found
