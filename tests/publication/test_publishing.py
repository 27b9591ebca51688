"""What is published of a campaign: the same bytes each time, never changed, recounted by whoever likes to."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from events.ballots.models import Ballot
from events.ballots.sealing import receipt_of
from events.campaigns.models import Campaign, Nomination
from events.campaigns.places import keep_names
from events.results.models import Outcome, Publication
from events.results.publishing import archive_of, is_behind, publish
from events.results.publishing_jobs import publish_campaign, publish_forgotten
from events.results.scoring import compute
from foundation.errors import Conflict
from foundation.models import AuditEntry, Notification
from tests.cast import Cast
from tests.publication.making import BALLOTS, make_published
from volunteers.people.models import Person
from volunteers.units.models import Level, Unit

pytestmark = pytest.mark.django_db
VERIFIER = Path(settings.BASE_DIR) / "verify_campaign.py"


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    return make_published(cast)


def recount(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """As a stranger does it: no environment, no site packages, another folder."""
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(folder), *words]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, encoding="utf-8", check=False)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.everywhere
def test_the_same_campaign_is_published_byte_for_byte_and_a_stranger_recounts_it(
    campaign: Campaign, tmp_path: Path
) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    fingerprint = publish(campaign, first)
    assert publish(campaign, second) == fingerprint
    assert bytes_of(first) == bytes_of(second)
    assert Publication.objects.get().fingerprint == fingerprint
    done = recount(first, "--fingerprint", fingerprint.upper())
    assert (done.returncode, done.stderr) == (0, "")
    assert f"ballots {BALLOTS}" in done.stdout
    assert f"chosen {Outcome.objects.winners().count()}" in done.stdout
    assert fingerprint in done.stdout


def test_the_notice_carries_the_fingerprint_once(campaign: Campaign, tmp_path: Path) -> None:
    fingerprint = publish(campaign, tmp_path / "a")
    publish(campaign, tmp_path / "b")
    told = Notification.objects.filter(stream_key=f"u:{campaign.unit_id}", ref=f"campaign:{campaign.uid}:1")
    assert fingerprint in told.get().payload["body"]
    assert AuditEntry.objects.filter(act="campaign.publish").count() == 1


def test_nothing_in_the_files_says_who_voted_or_who_sits_on_the_panel(campaign: Campaign, tmp_path: Path) -> None:
    publish(campaign, tmp_path)
    everything = "".join(path.read_text() for path in tmp_path.iterdir())
    chosen = {one.nomination.person.name for one in Outcome.objects.winners()}
    for one in Nomination.objects.filter(campaign=campaign):
        assert (one.person.name in everything) is (one.person.name in chosen)
        assert one.pk.hex not in everything.replace("-", "")
    marks: dict[str, list[int]] = {}
    for line in (tmp_path / "panel.csv").read_text().splitlines()[1:]:
        number, place, mark = line.split(",")
        marks.setdefault(number, []).append(int(mark))
        assert int(place) == len(marks[number])
    assert all(given == sorted(given) for given in marks.values())
    assert [len(given) for given in marks.values()][:2] == [4, 5], "one of the members was too near to the first"
    for member in campaign.panel.all():
        assert member.person.name not in everything
        assert member.uid.hex not in everything.replace("-", "")
    ids = [line.split(",")[0] for line in (tmp_path / "ballots.csv").read_text().splitlines()[1:]]
    assert ids == sorted(ids)
    opinions = (tmp_path / "opinions.csv").read_text().splitlines()
    assert opinions[1] == "1,4,"


def test_it_is_not_published_before_the_winners_notice(campaign: Campaign, tmp_path: Path) -> None:
    Campaign.objects.update(state="panel")
    with pytest.raises(Conflict):
        publish(campaign, tmp_path)
    assert not Publication.objects.exists()


def test_what_was_published_is_not_published_differently(campaign: Campaign, tmp_path: Path) -> None:
    publish(campaign, tmp_path / "a")
    Ballot.objects.create(box=campaign.box, choices="")
    with pytest.raises(Conflict, match=r"ballots\.csv"):
        publish(campaign, tmp_path / "b")
    assert Publication.objects.count() == 1


def test_a_winner_who_is_struck_makes_a_second_edition_that_names_the_first(campaign: Campaign, tmp_path: Path) -> None:
    first = publish(campaign, tmp_path / "a")
    winner = Outcome.objects.winners()[0]
    Nomination.objects.filter(pk=winner.pk).update(state="struck", answer="异议成立")
    compute(campaign)
    second = publish(campaign, tmp_path / "b")
    assert second != first
    assert list(campaign.publications.values_list("edition", "fingerprint")) == [(1, first), (2, second)]
    manifest = json.loads((tmp_path / "b" / "MANIFEST.json").read_text())
    assert (manifest["edition"], manifest["before"]) == (2, first)
    assert recount(tmp_path / "b", "--fingerprint", second).returncode == 0
    assert publish(campaign, tmp_path / "c") == second


def test_places_that_are_renamed_change_nothing(campaign: Campaign, tmp_path: Path) -> None:
    keep_names(campaign)
    fingerprint = publish(campaign, tmp_path / "a")
    for one in Unit.objects.filter(level__in=[Level.STREET, Level.COMMUNITY]):
        Unit.objects.filter(pk=one.pk).update(name=f"新{one.name}")
    assert publish(campaign, tmp_path / "b") == fingerprint
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")
    assert recount(tmp_path / "b", "--fingerprint", fingerprint).returncode == 0


def test_a_community_that_moves_among_others_changes_nothing(campaign: Campaign, tmp_path: Path) -> None:
    keep_names(campaign)
    fingerprint = publish(campaign, tmp_path / "a")
    first, second = Unit.objects.at(Level.COMMUNITY).order_by("path")[:2]
    Unit.objects.get(pk=first.pk).move(Unit.objects.get(pk=second.pk), "right")
    assert list(Unit.objects.at(Level.COMMUNITY).order_by("path")[:2]) == [second, first]
    assert publish(campaign, tmp_path / "b") == fingerprint


def test_after_the_award_it_is_handed_out_as_it_was_kept_and_nobody_is_told_again(
    campaign: Campaign, tmp_path: Path
) -> None:
    fingerprint = publish(campaign, tmp_path / "a")
    Campaign.objects.filter(pk=campaign.pk).update(state="awarded")
    Person.objects.update(name="已删除")
    assert publish(campaign, tmp_path / "b") == fingerprint
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")
    assert Publication.objects.count() == Notification.objects.filter(ref__startswith="campaign:").count() == 1
    archive_of(Publication.objects.get()).unlink()
    with pytest.raises(Conflict, match="不在了"):
        publish(campaign, tmp_path / "c")


def test_the_award_itself_may_still_bring_the_last_edition(campaign: Campaign, tmp_path: Path) -> None:
    publish(campaign, tmp_path)
    Nomination.objects.filter(pk=Outcome.objects.winners()[0].pk).update(state="struck", answer="异议成立")
    compute(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(state="awarded")
    publish_campaign.func(campaign.pk)
    assert [one.edition for one in campaign.publications.all()] == [1, 2]


def test_a_receipt_is_proved_by_its_way_to_the_root(campaign: Campaign, tmp_path: Path) -> None:
    publish(campaign, tmp_path)
    hashes = (tmp_path / "envelopes.txt").read_text().split()
    for one in (hashes[0], hashes[7], hashes[-1]):
        done = recount(tmp_path, "--receipt", receipt_of(one).lower())
        assert done.returncode == 0
        assert one in done.stdout
        assert campaign.box.root in done.stdout
    code = receipt_of(hashes[3])
    spoken = f"{code[:4]}-{code[4:8]} {code[8:]}".replace("0", "o").replace("1", "I")
    assert recount(tmp_path, "--receipt", spoken).returncode == 0
    away = recount(tmp_path, "--receipt", receipt_of(hashlib.sha256(b"replaced").hexdigest()))
    assert away.returncode == 1
    assert "不在箱里" in away.stderr
    assert recount(tmp_path, "--receipt", "7K3D").returncode == 1


def test_anybody_downloads_the_files_and_the_verifier(campaign: Campaign, tmp_path: Path) -> None:
    fingerprint = publish(campaign, tmp_path / "a")
    address = f"/best/{campaign.uid}/publication.zip"
    answer = Client().get(address)
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert bytes_of(tmp_path / "unpacked") == bytes_of(tmp_path / "a")
    assert recount(tmp_path / "unpacked", "--fingerprint", fingerprint).returncode == 0
    assert b"".join(Client().get(f"{address}?edition=1")) == archive_of(campaign.publications.get()).read_bytes()
    for asked in ("2", "9" * 5000, "١", "0", "x"):
        assert Client().get(f"{address}?edition={asked}").status_code == 404
    assert b"".join(Client().get("/best/verify_campaign.py")) == VERIFIER.read_bytes()
    Campaign.objects.filter(pk=campaign.pk).update(state="terminated")
    assert Client().get(address).status_code == 404, "a campaign that was ended has no result"


def test_the_page_of_the_result_carries_fingerprint_and_files(campaign: Campaign, tmp_path: Path) -> None:
    address = f"/best/{campaign.uid}/result/"
    assert "publication.zip" not in Client().get(address).content.decode()
    fingerprint = publish(campaign, tmp_path)
    page = Client().get(address).content.decode()
    assert fingerprint in page
    assert f"/best/{campaign.uid}/publication.zip" in page
    assert "/best/verify_campaign.py" in page


def test_an_operator_writes_the_files_with_a_command(campaign: Campaign, tmp_path: Path) -> None:
    said = io.StringIO()
    call_command("publish_campaign", str(campaign.uid), str(tmp_path / "out"), stdout=said)
    assert Publication.objects.get().fingerprint in said.getvalue()
    with pytest.raises(CommandError, match="空的文件夹"):
        call_command("publish_campaign", str(campaign.uid), str(tmp_path / "out"))
    assert recount(tmp_path / "out").returncode == 0


def test_a_worker_that_died_over_it_is_made_up_for(campaign: Campaign) -> None:
    publish_forgotten()
    publish_campaign.func(campaign.pk)
    publish_campaign.func(campaign.pk)
    assert Publication.objects.get().edition == 1
    assert not is_behind(campaign)


def test_an_edition_that_got_lost_is_made_up_for(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_campaign.func(campaign.pk)
    Nomination.objects.filter(pk=Outcome.objects.winners()[0].pk).update(state="struck", answer="异议成立")
    compute(campaign)
    asked: list[int] = []
    monkeypatch.setattr(type(publish_campaign), "enqueue", lambda _task, pk: asked.append(pk))
    publish_forgotten()
    assert asked == [campaign.pk]
    publish_campaign.func(campaign.pk)
    publish_forgotten()
    assert asked == [campaign.pk], "nothing is new"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_edition(committed_cast: Cast, tmp_path: Path) -> None:
    campaign = make_published(committed_cast)
    together = threading.Barrier(2)

    def work(name: str) -> str:
        together.wait()
        try:
            return publish(campaign, tmp_path / name)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        prints = list(pool.map(work, ["a", "b"]))
    assert prints[0] == prints[1] == Publication.objects.get().fingerprint


def test_the_verifier_needs_the_standard_library_only_and_stays_short() -> None:
    text = VERIFIER.read_text()
    modules = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert modules - {"__future__"} <= sys.stdlib_module_names
    assert len(text.splitlines()) < 300
    assert os.access(VERIFIER, os.R_OK)


@pytest.mark.soak
def test_a_whole_district_is_written_and_recounted_within_a_minute_each(cast: Cast, tmp_path: Path) -> None:
    campaign = make_published(cast, ballots=480_000)
    began = time.monotonic()
    fingerprint = publish(campaign, tmp_path)
    written = time.monotonic() - began
    done = recount(tmp_path, "--fingerprint", fingerprint)
    recounted = time.monotonic() - began - written
    print(f"480,000 ballots: written in {written:.1f} s, recounted in {recounted:.1f} s")
    assert done.returncode == 0
    assert max(written, recounted) < 60
