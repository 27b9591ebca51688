"""The wordings that people consent to: one file a version under `consents/`, told apart by the hash of its text.

A wording is never edited, since the consents given to it name its hash: a change is a new file with the next number.
What people agree to is the Chinese text; beside each lies an English one to read, which binds nobody.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from foundation.errors import Missing

FOLDER = Path(__file__).resolve().parent / "consents"
_FILE = re.compile(r"(?P<name>[a-z]+)-(?P<version>\d+)\.md")
RESIDENTS, PUBLICATION, PHOTO, LOCATION, MINORS = "residents", "publication", "photo", "location", "minors"
NOMINEE = "nominee"
"""Asked of nominees only, on the page of their nomination; so it is not among those that everybody is shown."""
ORDER = (RESIDENTS, PHOTO, LOCATION, PUBLICATION, MINORS)


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a wording."""

    name: str
    version: int
    title: str
    purpose: str
    lead: str
    points: tuple[str, ...]
    sha256: str

    @property
    def to_read(self) -> Document:
        """The same wording in the reader's language."""
        if (get_language() or "").startswith("en"):
            return _in_english(self.name, self.version)
        return self


@cache
def _in_english(name: str, version: int) -> Document:
    return read(FOLDER / f"{name}-{version}.en.md", name, version)


def read(path: Path, name: str, version: int) -> Document:
    """A wording from its file."""
    raw = path.read_bytes()
    lines = [line.strip() for line in raw.decode().splitlines() if line.strip()]
    title = lines[0].removeprefix("# ")
    purpose = lines[1].removeprefix("用途：").removeprefix("Purpose: ")
    points = tuple(line.removeprefix("- ") for line in lines[2:] if line.startswith("- "))
    lead = "".join(line for line in lines[2:] if not line.startswith("- "))
    return Document(name, version, title, purpose, lead, points, hashlib.sha256(raw).hexdigest())


@cache
def all_versions() -> tuple[Document, ...]:
    """Every version of every wording."""
    found = [(path, _FILE.fullmatch(path.name)) for path in sorted(FOLDER.glob("*.md"))]
    return tuple(read(path, match["name"], int(match["version"])) for path, match in found if match)


@cache
def document(name: str, version: int = 0) -> Document:
    """A wording by its name, the newest version unless one is given. Raises `Missing`."""
    named = [one for one in all_versions() if one.name == name and version in {0, one.version}]
    if not named:
        raise Missing
    return max(named, key=lambda one: one.version)


def current() -> list[Document]:
    """The newest version of each, in the order in which they are shown."""
    return [document(name) for name in ORDER]
