"""QR signs of buildings, to be printed: one to a sheet of A4, or four of A6 to a sheet of A4.

How large, so that a phone reads it from two metres. A phone's main camera (26 mm equivalent) sees 67 degrees along its
long side: at 2 m that is 2 x 2000 mm x tan(33.5 degrees) = 2650 mm. A scanner that looks at frames of 1920 pixels has
1920 / 2650 = 0.72 pixels for each millimetre, and 4032 / 2650 = 1.5 where it uses the whole sensor. A decoder wants two
pixels for each module; three are comfortable.

The address of a sign, such as https://district.example.cn/s/K7M4-2QXS/, makes a symbol of version 3 or 4 at level M
(15 % of it may be torn): 29 or 33 modules and a quiet zone of four on each side, 37 or 41 in all; up to 62 signs fit.

    A4: 168 mm / 41 = 4.1 mm a module = 3.0 pixels from 2 m at 1920 pixels, 6.2 with the whole sensor
    A6:  88 mm / 41 = 2.1 mm a module = 1.5 pixels at 1920 pixels (2.0 from 1.5 m, 3.1 with the 2 x zoom that scanners
         use by themselves), 3.2 with the whole sensor

The symbol itself, without its quiet zone, is at least 121 mm wide on A4 and 63 mm on A6 (version 2, the smallest).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from volunteers.homes.models import Building

QUIET = 4
WORST_LEVEL = "m"
MOST_SIGNS = 400


class Sheet(StrEnum):
    """What a sign is printed on."""

    A4 = "a4"
    A6 = "a6"


SIDE_MM: dict[Sheet, int] = {Sheet.A4: 168, Sheet.A6: 88}
ON_A_PAGE: dict[Sheet, int] = {Sheet.A4: 1, Sheet.A6: 4}


def base_of(request: HttpRequest) -> str:
    """What the addresses on signs begin with: the setting, else where this request came in. Without a slash."""
    return (settings.SIGN_BASE_URL or request.build_absolute_uri("/")).rstrip("/")


def address_of(building: Building, base: str) -> str:
    """Where a sign leads."""
    return f"{base}{reverse('sign', args=[building.sign_code])}"


def qr_of(address: str) -> segno.QRCode:
    """The symbol of an address: level M, or better where that takes no more room."""
    return segno.make(address, error=WORST_LEVEL, micro=False, boost_error=True)


def modules_of(code: segno.QRCode) -> int:
    """Modules on a side, the quiet zone included."""
    return int(code.symbol_size(border=QUIET)[0])


def drawing_of(code: segno.QRCode, side_mm: int, label: str) -> SafeString:
    """The symbol as a picture of so many millimetres, in black on white."""
    shape = code.svg_inline(border=QUIET, omitsize=True, svgclass=None, lineclass=None)
    inside = mark_safe(shape[shape.index(">") + 1 : shape.rindex("</svg>")])  # noqa: S308 - segno's own path
    size = modules_of(code)
    return format_html(
        '<svg class="sign__qr" width="{}mm" height="{}mm" viewBox="0 0 {} {}" role="img" aria-label="{}" '
        'shape-rendering="crispEdges"><rect width="{}" height="{}" fill="#fff"/>{}</svg>',
        side_mm, side_mm, size, size, label, size, size, inside,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: the building in words, its code in words, and the symbol."""

    community: str
    estate: str
    building: str
    code: str
    drawing: SafeString


def signs_of(buildings: Iterable[Building], *, base: str, sheet: Sheet) -> list[Sign]:
    """The signs of these buildings, whose estates and communities are loaded."""
    return [
        Sign(
            one.estate.community.name,
            one.estate.name,
            one.name,
            one.sign_code,
            drawing_of(qr_of(address_of(one, base)), SIDE_MM[sheet], f"{one.estate.name} {one.name}"),
        )
        for one in buildings
    ]


def pages_of(signs: list[Sign], sheet: Sheet) -> list[list[Sign]]:
    """Sheets of paper with the signs on each."""
    count = ON_A_PAGE[sheet]
    return [signs[start : start + count] for start in range(0, len(signs), count)]
