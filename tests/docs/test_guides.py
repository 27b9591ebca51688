"""The guides name what there is: every setting, every command, every target, and no page that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from ops.messages import PYTHON

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
FILE = re.compile(r"`((?:[a-z_]+/)+[\w.-]+\.(?:py|ts|html|po|toml|conf|example|sh))`")
VARIABLE = re.compile(r"\benv\.\w+\(\s*\"([A-Z_]+)\"")


def test_every_variable_of_the_settings_is_in_the_operators_table() -> None:
    guide = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    sources = sorted((ROOT / "config" / "settings").glob("*.py"))
    read = {name for path in sources for name in VARIABLE.findall(path.read_text().replace("_env.", "env."))}
    assert len(read) > 20
    assert not [name for name in sorted(read) if f"`{name}`" not in guide]


def test_every_command_is_in_the_operators_guide() -> None:
    guide = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    ours = [name for name, app in get_commands().items() if str(app).split(".", maxsplit=1)[0] in PYTHON]
    assert not [name for name in sorted(ours) if name not in guide]


def test_every_target_of_the_makefile_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):.*?##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert not [name for name in targets if f"make {name}" not in readme and f"`{name}`" not in readme]


def test_every_failpoint_is_in_the_developers_guide() -> None:
    guide = (ROOT / "docs" / "developers.md").read_text(encoding="utf-8")
    sources = (path.read_text() for package in PYTHON for path in (ROOT / package).rglob("*.py"))
    names = {name for text in sources for name in re.findall(r"failpoints\.hit\(\"([\w.]+)\"", text)}
    assert not [name for name in sorted(names) if f"`{name}`" not in guide]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_guide_leads_nowhere_wrong(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    links = [link for link in LINK.findall(text) if not (guide.parent / link).exists()]
    # Pictures are taken by `make shots`.
    assert not [link for link in links if not link.endswith(".png") or not _is_taken(link)]
    assert not [name for name in FILE.findall(text) if not (ROOT / name).exists()]


def _is_taken(link: str) -> bool:
    from ops.shots import SHOTS

    return Path(link).stem in {shot.name for shot in SHOTS}
