"""Small parts of the pages of honours: hours, dates in characters, the drawings of cards, who a card is from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()
DRAWN = frozenset({"lamp", "flowers", "tea", "umbrella"})
_DIGITS = "〇一二三四五六七八九"


@register.filter
def as_hours(minutes: int) -> str:
    """90 → 1.5, 60 → 1."""
    return f"{minutes / 60:.1f}".removesuffix(".0")


def _small(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{_DIGITS[tens]}十")
    return head + (_DIGITS[ones] if ones else "")


@register.filter
def in_characters(value: dt.date) -> str:
    """As it stands on a Chinese document: 二〇二六年三月五日."""
    year = "".join(_DIGITS[int(sign)] for sign in str(value.year))
    return f"{year}年{_small(value.month)}月{_small(value.day)}日"


@register.simple_tag
def thanks_art(picture: str) -> SafeString:
    """The drawing of a card; an unknown one shows the lamp."""
    return render_to_string(f"honours/art_{picture if picture in DRAWN else 'lamp'}.html")


@register.filter
def from_whom(card: Any) -> str:
    """Who a card is from, with the surname only: 邻居 王*."""
    return _("%(part)s %(name)s") % {"part": card.get_part_display(), "name": f"{card.sender.surname}*"}
