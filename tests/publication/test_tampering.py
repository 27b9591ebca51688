"""Publications that somebody changed: every one is rejected, also where the forger wrote the manifest anew.

Ten kinds. Seven contradict themselves and are found without the fingerprint; three are consistent in every number and
are found by the fingerprint of the public notice, which is why it stands there.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from events.results.publishing import publish
from tests.cast import Cast
from tests.publication.making import make_published

pytestmark = pytest.mark.django_db
Forge = Callable[[Path, random.Random], object]
KINDS: dict[str, tuple[Forge, bool]] = {}
"""By name: what the forger does, and whether the fingerprint is needed to find it."""


def kind(*, needs_fingerprint: bool = False) -> Callable[[Forge], Forge]:
    def register(function: Forge) -> Forge:
        KINDS[function.__name__] = (function, needs_fingerprint)
        return function

    return register


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def put(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def change_number(folder: Path, name: str, rng: random.Random, columns: tuple[int, ...]) -> None:
    """Another number in one cell of a table."""
    lines = lines_of(folder / name)
    filled = [(at, cut) for at in range(1, len(lines)) for cut in columns if lines[at].split(",")[cut].isdecimal()]
    at, cut = rng.choice(filled)
    cells = lines[at].split(",")
    cells[cut] = str(int(cells[cut]) + rng.randint(1, 9))
    lines[at] = ",".join(cells)
    put(folder / name, lines)


def write_manifest(folder: Path) -> None:
    """As the forger would, so that every file fits the manifest."""
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    for name in manifest["files"]:
        data = (folder / name).read_bytes()
        manifest["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")


def change_box(folder: Path, **values: int) -> None:
    box = json.loads((folder / "box.json").read_text())
    (folder / "box.json").write_text(json.dumps({**box, **{k: box[k] + v for k, v in values.items()}}))


# -- ten kinds ---------------------------------------------------------------------------------------------------------


@kind()
def a_ballot_is_added_or_taken_away(folder: Path, rng: random.Random) -> None:
    lines = lines_of(folder / "ballots.csv")
    if rng.random() < 0.5:
        del lines[rng.randrange(1, len(lines))]
    else:
        one = f"{rng.getrandbits(48):012x}4{rng.getrandbits(12):03x}8{rng.getrandbits(60):015x},{rng.randint(1, 9)}"
        lines = [lines[0], *sorted([*lines[1:], one])]
    put(folder / "ballots.csv", lines)


@kind()
def a_ballot_chooses_somebody_else(folder: Path, rng: random.Random) -> None:
    lines = lines_of(folder / "ballots.csv")
    at = rng.choice([at for at in range(1, len(lines)) if lines[at].split(",")[1]])
    one, choices = lines[at].split(",")
    chosen = choices.split(" ")
    others = [str(number) for number in (1, 2, 3, 4, 6, 7, 8, 9) if str(number) not in chosen]
    chosen[rng.randrange(len(chosen))] = rng.choice(others)
    lines[at] = f"{one},{' '.join(sorted(chosen, key=int))}"
    put(folder / "ballots.csv", lines)


@kind()
def a_ballot_is_no_ballot(folder: Path, rng: random.Random) -> None:
    lines = lines_of(folder / "ballots.csv")
    at = rng.randrange(1, len(lines))
    one = lines[at].split(",")[0]
    lines[at] = f"{one},{rng.choice(['1 2 3 4 6 7', '3 3', '2 99', '4 2', '0', '-1', '1,2', '１', 'x'])}"
    put(folder / "ballots.csv", lines)


@kind()
def an_envelope_is_another(folder: Path, rng: random.Random) -> None:
    lines = lines_of(folder / "envelopes.txt")
    at, act = rng.randrange(len(lines)), rng.randrange(4)
    if act == 0:
        lines[at] = rng.randbytes(32).hex()
    elif act == 1:
        del lines[at]
    elif act == 2:
        lines.append(rng.randbytes(32).hex())
    else:
        lines.insert(at, lines[at])
    put(folder / "envelopes.txt", sorted(lines))


@kind()
def the_counts_of_the_box_are_others(folder: Path, rng: random.Random) -> None:
    changed = rng.sample(["cast", "counted", "spoilt", "voided", "replaced", "roll_count"], rng.randint(1, 2))
    by = rng.randint(1, 5)
    if set(changed) in ({"cast", "voided"}, {"cast", "replaced"}):
        changed = ["counted", "spoilt"]  # envelopes that nobody can count again are told of by the notice alone
    change_box(folder, **dict.fromkeys(changed, by))


@kind()
def the_roll_or_the_places_are_others(folder: Path, rng: random.Random) -> None:
    which = rng.choice([("roll.csv", (2,)), ("streets.csv", (1, 2, 3)), ("candidates.csv", (0,)), ("panel.csv", (1,))])
    change_number(folder, which[0], rng, which[1])


@kind()
def the_result_is_another(folder: Path, rng: random.Random) -> None:
    if rng.random() < 0.5:
        change_number(folder, "result.csv", rng, tuple(range(1, 9)))
        return
    lines = lines_of(folder / "result.csv")
    winner = rng.choice([at for at in range(1, len(lines)) if lines[at].endswith(",1")])
    other = rng.choice([at for at in range(1, len(lines)) if lines[at].endswith(",0")])
    lines[winner], lines[other] = lines[winner][:-1] + "0", lines[other][:-1] + "1"
    put(folder / "result.csv", lines)


@kind()
def the_rules_are_others(folder: Path, rng: random.Random) -> None:
    charter = json.loads((folder / "charter.json").read_text())
    name = rng.choice(["panel_weight", "opinion_weight", "winners_count", "max_choices", "opinion_least"])
    charter["rules"][name] += rng.choice([-1, 1])
    (folder / "charter.json").write_text(json.dumps(charter, ensure_ascii=False, sort_keys=True))
    if rng.random() < 0.5 and name.endswith("_weight"):
        campaign = json.loads((folder / "campaign.json").read_text())
        campaign["charter_sha256"] = hashlib.sha256((folder / "charter.json").read_bytes()).hexdigest()
        (folder / "campaign.json").write_text(json.dumps(campaign))


@kind(needs_fingerprint=True)
def marks_or_answers_are_others(folder: Path, rng: random.Random) -> None:
    """A mark that is dropped anyway changes no number of the result."""
    change_number(folder, *rng.choice([("panel.csv", rng, (2,)), ("opinions.csv", rng, (2,))]))


@kind(needs_fingerprint=True)
def somebody_is_called_otherwise(folder: Path, rng: random.Random) -> None:
    """Everything is consistent: a name, a word of the campaign, envelopes that were replaced."""
    act = rng.randrange(3)
    if act == 0:
        lines = lines_of(folder / "candidates.csv")
        at = rng.choice([at for at in range(1, len(lines)) if lines[at].split(",")[1]])
        cells = lines[at].split(",")
        cells[1] += "甲"
        put(folder / "candidates.csv", [*lines[:at], ",".join(cells), *lines[at + 1 :]])
    elif act == 1:
        by = rng.randint(1, 9)
        change_box(folder, cast=by, **{rng.choice(["voided", "replaced"]): by})
    else:
        lines = lines_of(folder / "ballots.csv")
        at = rng.randrange(1, len(lines))
        one = lines[at].split(",")
        lines[at] = f"{hashlib.sha256(one[0].encode()).hexdigest()[:12]}4{one[0][13:]},{one[1]}"
        put(folder / "ballots.csv", [lines[0], *sorted(lines[1:])])


# -- the trial ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def published(cast: Cast, tmp_path: Path) -> tuple[Path, str]:
    """The folder and its fingerprint."""
    folder = tmp_path / "published"
    return folder, publish(make_published(cast), folder)


@pytest.fixture
def verifier(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, str], int]:
    """The program inside this process: a thousand of its own would take minutes."""
    spec = importlib.util.spec_from_file_location("verify_campaign", Path(settings.BASE_DIR) / "verify_campaign.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def run(folder: Path, fingerprint: str) -> int:
        words = ["verify_campaign.py", str(folder), *(["--fingerprint", fingerprint] if fingerprint else [])]
        monkeypatch.setattr("sys.argv", words)
        code: int = module.main()
        return code

    return run


def try_all(published: tuple[Path, str], verifier: Callable[[Path, str], int], times: int, seed: int) -> list[str]:
    """Forge so many of each kind; returns those that passed, which should be none."""
    folder, fingerprint = published
    passed = []
    for name, (forge, needs_fingerprint) in KINDS.items():
        for number in range(times):
            copy = folder.with_name("forged")
            shutil.copytree(folder, copy)
            rng = random.Random(f"{seed}:{name}:{number}")
            forge(copy, rng)
            if number % 5:
                write_manifest(copy)
            asked = fingerprint if needs_fingerprint and number % 5 else ""
            if verifier(copy, asked) != 1:
                passed.append(f"{name} {seed}:{number}")
            shutil.rmtree(copy)
    return passed


def test_an_untouched_publication_passes(published: tuple[Path, str], verifier: Callable[[Path, str], int]) -> None:
    folder, fingerprint = published
    assert verifier(folder, fingerprint) == 0
    write_manifest(folder)
    assert verifier(folder, fingerprint) == 0
    assert verifier(folder, "0" * 64) == 1


def test_forged_publications_are_rejected(
    published: tuple[Path, str], verifier: Callable[[Path, str], int], capfd: pytest.CaptureFixture[str]
) -> None:
    assert len(KINDS) == 10
    assert try_all(published, verifier, 10, random.randrange(10**6)) == []
    said = capfd.readouterr().err
    assert said.count("\n") == 100
    assert "Traceback" not in said


@pytest.mark.soak
def test_a_thousand_forged_publications_are_rejected(
    published: tuple[Path, str], verifier: Callable[[Path, str], int]
) -> None:
    assert try_all(published, verifier, 100, 2026) == []


@pytest.mark.parametrize("what", ["missing", "more", "cut", "binary", "list"])
def test_a_broken_folder_is_told_in_one_line(
    what: str, published: tuple[Path, str], verifier: Callable[[Path, str], int], capfd: pytest.CaptureFixture[str]
) -> None:
    folder, _fingerprint = published
    if what == "missing":
        (folder / "panel.csv").unlink()
    elif what == "more":
        (folder / "other.txt").write_text("x")
    elif what == "cut":
        (folder / "ballots.csv").write_bytes((folder / "ballots.csv").read_bytes()[:-7])
    elif what == "binary":
        (folder / "result.csv").write_bytes(b"\xff\xfe\x00")
    else:
        (folder / "box.json").write_text("[]")
    if what != "missing":
        write_manifest(folder)
    assert verifier(folder, "") == 1
    assert len(capfd.readouterr().err.splitlines()) == 1
