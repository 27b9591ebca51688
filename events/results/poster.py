"""What a poster needs beside the words: the size of the paper and the code that leads to the page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from volunteers.homes.signs import drawing_of, qr_of

SIDE_MM = {"a4": 34, "a3": 50}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One size of paper."""

    name: str
    qr: SafeString
    address: str

    @property
    def other(self) -> str:
        """The size that it could be printed on instead."""
        return "a3" if self.name == "a4" else "a4"


def sheet_of(wanted: str, address: str) -> Sheet:
    """A4, or A3 where that is asked for."""
    name = wanted if wanted in SIDE_MM else "a4"
    return Sheet(name, drawing_of(qr_of(address), SIDE_MM[name], _("扫一扫看结果")), address)
