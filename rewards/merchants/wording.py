"""The goodwill agreement: one file a version, never edited, since agreements name the hash of its text."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from volunteers.people.documents import Document, read

FOLDER = Path(__file__).resolve().parent / "agreements"
NAME, VERSION = "merchants", 1


@cache
def wording(version: int = VERSION) -> Document:
    """What is agreed to: the Chinese text."""
    return read(FOLDER / f"{NAME}-{version}.md", NAME, version)


@cache
def _in_english(version: int) -> Document:
    return read(FOLDER / f"{NAME}-{version}.en.md", NAME, version)


def to_read(version: int = VERSION) -> Document:
    """The same wording in the reader's language; the English one binds nobody."""
    return _in_english(version) if (get_language() or "").startswith("en") else wording(version)
