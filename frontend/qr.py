"""QR codes as inline SVG in our classes: sized by a style sheet, black on white in every theme."""

from __future__ import annotations

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString

QUIET = 2


def drawn(text: str, label: str) -> SafeString:
    """The symbol of a text; `label` is read out to those who do not see it."""
    rows = segno.make(text, micro=False, error="m").matrix
    size = len(rows) + 2 * QUIET
    dots = "".join(f"M{x} {y + 0.5}h1" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return format_html(
        '<svg class="qr" viewBox="-{0} -{0} {1} {1}" role="img" aria-label="{2}">'
        '<rect x="-{0}" y="-{0}" width="{1}" height="{1}"/>'
        '<path d="{3}" stroke="#000" stroke-width="1.02" fill="none"/></svg>',
        QUIET,
        size,
        label,
        dots,
    )
