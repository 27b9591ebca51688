"""The registry of personal fields knows every field, and what is written about it is what it says."""

from __future__ import annotations

import hashlib
from pathlib import Path
from unittest import mock

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from foundation import privacy
from foundation.checks import every_personal_field_is_registered
from foundation.privacy import Erase
from foundation.privacy_table import GUIDE, replaced
from foundation.retention import UNTIMED, rules
from volunteers.people.documents import FOLDER, ORDER, all_versions, document


def test_every_field_that_looks_personal_is_registered_or_declared_impersonal() -> None:
    assert privacy.faults() == []
    assert every_personal_field_is_registered(None) == []


@pytest.mark.parametrize("label", ["people.Person", "tasks.CheckIn", "homes.Resident", "wagtailcore.Revision"])
def test_a_model_that_nobody_registered_fails_the_check(label: str) -> None:
    without = {name: entry for name, entry in privacy.registered.items() if name != label}
    with mock.patch.object(privacy, "registered", without):
        told = [str(error.msg) for error in every_personal_field_is_registered(None)]
    assert told
    assert all(line.startswith(label) for line in told)


@pytest.mark.parametrize(
    "name", ["phone", "guardian_name", "born_on", "address", "openid", "words", "reason", "door_sealed", "clerk_id"]
)
def test_a_telling_name_is_noticed(name: str) -> None:
    field: models.CharField[str, str] = models.CharField(max_length=10)
    field.model, field.name = apps.get_model("tasks.Task"), name
    assert privacy.looks_personal(field)


def test_files_free_words_and_links_to_people_are_noticed_whatever_they_are_called() -> None:
    model = apps.get_model("tasks.CheckIn")
    for name in ("person", "photo", "place", "decided_by", "note"):
        field = model._meta.get_field(name)
        assert isinstance(field, models.Field)
        assert privacy.looks_personal(field)
    assert not privacy.looks_personal(model._meta.get_field("state"))


def test_a_table_that_never_changes_can_only_be_kept() -> None:
    wrong = privacy.PersonalModel(
        "people.Consent", "", "", privacy.Basis.LAW, "proof", (privacy.PersonalField("person", privacy.Sort.LINK),),
        subject="person", delete_rows=True,
    )  # fmt: skip
    with mock.patch.dict(privacy.registered, {"people.Consent": wrong}):
        assert any("never changes" in fault for fault in privacy.faults())


def test_every_entry_says_what_for_and_how_long() -> None:
    for entry in privacy.registered.values():
        assert str(entry.title), entry.label
        assert str(entry.purpose), entry.label
        assert entry.keep in UNTIMED or entry.keep in settings.RETENTION_DAYS, entry.label
        known = {f.name for f in entry.model._meta.get_fields()}
        assert all(isinstance(name, tuple) or name in known or hasattr(entry.model, name) for name in entry.shows), (
            entry.label
        )
        if entry.subject == "" and not entry.delete_rows:
            cleared = [f.name for f in entry.fields if entry.rule_of(f) == Erase.CLEAR]
            assert cleared in ([], ["journal_sealed"]), f"{entry.label} says whose it is, or keeps"


def test_every_rule_of_retention_has_a_number_of_days() -> None:
    assert set(rules) <= set(settings.RETENTION_DAYS)
    samples = {"visits": 24, "cases": 36, "audit": 36}
    assert {name: round(settings.RETENTION_DAYS[name] / 30.4) for name in samples} == samples
    assert settings.RETENTION_DAYS["notifications"] == 90
    assert settings.RETENTION_DAYS["uploads"] == 1


def test_the_guide_holds_the_table_of_the_registry() -> None:
    text = (Path(settings.BASE_DIR) / GUIDE).read_text(encoding="utf-8")
    assert replaced(text) == text, "run manage.py personal_fields"


def test_no_wording_was_ever_edited() -> None:
    pinned = {}
    for line in (FOLDER / "versions.sha256").read_text().splitlines():
        sha256, name = line.split()
        pinned[name] = sha256
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*-?.md")}
    assert found == pinned, "a wording is never edited: write the next version, and pin it"
    assert {one.sha256 for one in all_versions()} == set(pinned.values())


@pytest.mark.parametrize("name", ORDER)
def test_a_wording_says_what_for_and_that_it_can_be_taken_back(name: str) -> None:
    wording = document(name)
    assert wording.title
    assert wording.purpose
    assert any("撤回" in point for point in wording.points)
