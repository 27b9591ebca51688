"""The script that computes a publication again on a phone: it comes to what was published, and sees what was forged."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from events.campaigns.models import Campaign
from events.results.models import Outcome
from events.results.publishing import archive_of, publish
from tests.cast import Cast
from tests.publication import test_tampering as forging
from tests.publication.making import BALLOTS, make_published
from tests.services import leave_out

pytestmark = pytest.mark.django_db
Forge = Callable[[Path, random.Random], object]


def another_number(name: str, column: int) -> Forge:
    return lambda folder, rng: forging.change_number(folder, name, rng, (column,))


def a_name_beside_somebody_else(folder: Path, _rng: random.Random) -> None:
    """Also where that one is said to be chosen: places go by the total."""
    lines = forging.lines_of(folder / "candidates.csv")
    other = next(at for at in range(1, len(lines)) if not lines[at].split(",")[1])
    cells = lines[other].split(",")
    cells[1] = "某某"
    lines[other] = ",".join(cells)
    forging.put(folder / "candidates.csv", lines)


FORGED: list[tuple[Forge, list[str], bool]] = [
    (forging.a_ballot_is_added_or_taken_away, ["files", "ballots", "scores"], True),
    (forging.a_ballot_chooses_somebody_else, ["files", "scores"], True),
    (another_number("roll.csv", 2), ["files", "electorate", "scores"], True),
    (another_number("streets.csv", 3), ["files", "electorate"], True),
    (another_number("streets.csv", 2), ["files", "places"], False),
    (another_number("result.csv", 8), ["files", "scores"], True),
    (another_number("panel.csv", 2), ["files"], False),
    (a_name_beside_somebody_else, ["files", "chosen"], True),
]
"""What a forger does, which steps must tell, and whether these alone: what hangs on them may tell as well."""


def zipped(folder: Path) -> str:
    return shutil.make_archive(str(folder), "zip", folder)


def test_the_phone_comes_to_what_was_published_and_sees_what_was_forged(cast: Cast, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        leave_out("node, for the script on the page")
    campaign, folder = make_published(cast), tmp_path / "published"
    fingerprint = publish(campaign, folder)
    chosen = sorted(one.nomination.person.name for one in Outcome.objects.winners())
    told = {"fingerprint": fingerprint, "ballots": BALLOTS, "chosen": chosen, "exact": True}
    asked = [{**told, "zip": str(archive_of(campaign.publications.get())), "wrong": []}]
    for number, (forge, wrong, is_exact) in enumerate(FORGED):
        copy = tmp_path / f"forged-{number}"
        shutil.copytree(folder, copy)
        forge(copy, random.Random(number))
        forging.write_manifest(copy)
        asked.append({**told, "zip": zipped(copy), "wrong": wrong, "exact": is_exact})
    (tmp_path / "asked.json").write_text(json.dumps(asked))
    script = settings.BASE_DIR / "frontend" / "src" / "tally.test.mjs"
    env = {**os.environ, "RECOUNTS": str(tmp_path / "asked.json")}
    done = subprocess.run([node, "--test", str(script)], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert f"pass {len(asked)}" in done.stdout


def test_the_page_offers_it_with_the_size_of_what_is_fetched(cast: Cast, tmp_path: Path) -> None:
    campaign: Campaign = make_published(cast)
    address = f"/best/{campaign.uid}/result/"
    assert "data-recount-all" not in Client().get(address).content.decode()
    fingerprint = publish(campaign, tmp_path / "a")
    page = Client().get(address).content.decode()
    size = archive_of(campaign.publications.get()).stat().st_size
    assert f'data-bytes="{size}"' in page
    assert f'data-fingerprint="{fingerprint}"' in page
    with zipfile.ZipFile(archive_of(campaign.publications.get())) as archive:
        assert "ballots.csv" in archive.namelist()
