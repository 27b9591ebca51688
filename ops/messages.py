"""Collects the texts of the project into locale/en/LC_MESSAGES/django.po and keeps the translations that are there.

    make messages

Chinese is the language of the source; English is complete (a test says so). Reads Python with Babel's extractor and
templates through Django's own `templatize`, so no gettext programs are needed. Also compiles the catalogue.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
PYTHON = ("config", "cms", "events", "rewards", "volunteers", "foundation", "frontend")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def sources() -> Iterator[tuple[Path, bytes]]:
    """Every file with texts, templates already turned into Python."""
    from django.utils.translation.template import templatize

    for package in PYTHON:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_bytes()
    for path in sorted((ROOT / "frontend" / "templates").rglob("*.html")):
        marked = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        # What templatize writes is meant for xgettext: without its indentation Python's own tokeniser reads it too.
        yield path, "\n".join(line.strip() for line in marked.splitlines()).encode()


def collect() -> Catalog:
    """A catalogue of every text, without translations."""
    catalogue = Catalog(locale="en", domain="django", project="three-heads", charset="utf-8")
    for path, source in sources():
        for _line, message, _comments, context in extract("python", io.BytesIO(source), keywords=KEYWORDS):
            catalogue.add(message, locations=[(path.relative_to(ROOT).as_posix(), 0)], context=context)
    return catalogue


def stored() -> Catalog:
    """The catalogue in the repository, empty at first."""
    if not CATALOGUE.exists():
        return Catalog(locale="en", domain="django")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en", domain="django")


def untranslated(catalogue: Catalog) -> list[Message]:
    """Texts without an English one."""
    return [m for m in catalogue if m.id and not (all(m.string) if isinstance(m.string, (tuple, list)) else m.string)]


def merge(fresh: Catalog, old: Catalog) -> Catalog:
    """Every text of today with the translation that is known; what is no longer used goes."""
    for message in fresh:
        known = old.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
        if message.id and known is not None:
            message.string = known.string
    return fresh


def compile_catalogue() -> None:
    """Write the .mo beside the .po."""
    with CATALOGUE.open("rb") as file, CATALOGUE.with_suffix(".mo").open("wb") as out:
        write_mo(out, read_po(file, locale="en", domain="django"))


def main() -> int:
    """Merge, write, compile, and say what is missing."""
    catalogue = merge(collect(), stored())
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(
            file, catalogue, no_location=False, omit_header=False, sort_output=True, width=120, include_lineno=False
        )
    compile_catalogue()
    missing = untranslated(catalogue)
    print(f"{len(catalogue)} texts, {len(missing)} without English")
    return 0


if __name__ == "__main__":
    sys.exit(main())
