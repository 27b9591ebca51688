"""The house rules find what they are for, and leave alone what is right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ops import house


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project."""
    monkeypatch.setattr(house, "ROOT", tmp_path)
    (tmp_path / "requirements").mkdir()
    return tmp_path


def write(path: Path, text: str) -> Path:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_file_of_501_lines_and_a_line_of_121_signs_are_found(tree: Path) -> None:
    files = [write(tree / "long.py", "x = 1\n" * 501), write(tree / "fits.py", "x = 1\n" * 500)]
    files += [write(tree / "wide.py", "#" + "字" * 120 + "\n"), write(tree / "chinese.py", "#" + "字" * 119 + "\n")]
    assert list(house.long_files(files)) == [
        "long.py: 501 lines, 500 at most: split it by noun",
        "wide.py:1: 121 signs, 120 at most",
    ]


def test_a_lock_that_names_a_host_or_lacks_a_hash_is_found(tree: Path) -> None:
    packages = {
        "": {"name": "site"},
        "node_modules/named": {"resolved": "https://host.example/named.tgz", "integrity": "sha512-x"},
        "node_modules/bare": {"version": "1.0.0"},
        "node_modules/good": {"version": "1.0.0", "integrity": "sha512-x"},
    }
    files = [
        write(tree / "package-lock.json", json.dumps({"packages": packages})),
        write(tree / ".npmrc", "omit-lockfile-registry-resolved=true\nregistry=x\n"),
        write(tree / "requirements" / "base.txt", "--index-url x\ndjango==5.2.19 \\\n"),
    ]
    assert [finding.partition(" names")[0] for finding in house.hosts_in_locks(files)] == [
        "package-lock.json: node_modules/named",
        "package-lock.json: node_modules/bare has no integrity hash",
        ".npmrc:2:",
        "requirements/base.txt:1:",
    ]


def test_an_old_version_a_missing_one_and_a_package_without_hash_are_found(tree: Path) -> None:
    lines = [f"{name}=={version} \\\n    --hash=sha256:00\n" for name, version in house.FLOORS.items()]
    write(tree / "requirements" / "dev.txt", "".join(lines))
    write(tree / "requirements" / "base.txt", "".join(lines))
    assert list(house.versions([])) == []
    old = "".join(lines[2:]) + "django==5.2.9 \\\n    --hash=sha256:00\nloose==1.0\n"
    write(tree / "requirements" / "base.txt", old)
    found = list(house.versions([]))
    assert "requirements/base.txt: django 5.2.9 is older than 5.2.19" in found
    assert "requirements/base.txt: wagtail is missing" in found
    assert "requirements/base.txt: loose==1.0 has no hash" in found
    assert "requirements: loose is 1.0 in base.txt, None in dev.txt (make lock)" in found


@pytest.mark.parametrize(
    "inline",
    [
        "<script>go()</script>",
        '<script type="module">go()</script>',
        "<style>a {}</style>",
        '<a href="#" style="color: red">',
        '<button onclick="go()">',
        '<a href="javascript:go()">',
        '<div hx-on:click="go()">',
    ],
)
def test_what_the_policy_would_not_run_is_found_with_its_line(tree: Path, inline: str) -> None:
    page = write(tree / "frontend" / "templates" / "page.html", f"{{# <script>a\nb</script> #}}\n<p>\n{inline}\n")
    found = list(house.inline_code([page]))
    assert len(found) == 1
    assert found[0].startswith("frontend/templates/page.html:4: ")


def test_scripts_with_a_source_and_data_are_left_alone(tree: Path) -> None:
    good = '<script src="/a.js" defer></script><script id="d" type="application/json">{}</script><p data-style="x">'
    page = write(tree / "frontend" / "templates" / "page.html", good)
    assert list(house.inline_code([page])) == []


def test_a_view_that_forgets_who_is_looking_is_found_unless_it_says_why(tree: Path) -> None:
    lines = "Task.objects.all()\nTask.objects.visible_to(user)\nTask.objects.get(pk=1)  # scope: own row\n"
    files = [write(tree / "events" / "tasks" / "views.py", lines), write(tree / "events" / "tasks" / "jobs.py", lines)]
    assert [finding.partition(": ")[0] for finding in house.unscoped_views(files)] == ["events/tasks/views.py:1"]


def test_this_repository_keeps_the_rules_of_its_locks() -> None:
    files = house.tracked()
    assert list(house.hosts_in_locks(files)) == []
    assert list(house.versions(files)) == []
