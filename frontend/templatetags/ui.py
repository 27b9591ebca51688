"""Small parts of every page: icons, portraits, chips, and times as people say them."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from functools import cache
from pathlib import Path

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select, Textarea
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

register = template.Library()
ICONS = Path(__file__).resolve().parent.parent / "icons.svg"

_SKINS = ("#F6D3B3", "#EDBB93", "#F3C9A5")
_HAIRS = ("#E9E6E0", "#3B3530", "#5A4A40", "#C9C7C2", "#2E2A28")
_GROUNDS = (("#DDEEE5", "#0B7358"), ("#FDE9C4", "#B5632A"), ("#EFE6F1", "#765083"), ("#E1ECEA", "#3B7C83"),
            ("#E5EEF7", "#3D6FA8"), ("#FDF0D6", "#8A5A10"), ("#E7E9DA", "#6C7A3A"))  # fmt: skip
_CUTS = (
    "M14.5 21c-.8-8 3.7-11.5 9.5-11.5S34.3 13 33.5 21c-1.6-3.6-4.6-5.6-9.5-5.6s-7.9 2-9.5 5.6Z",
    (
        "M14.8 20.5c-1.6-8 3.6-11.7 9.2-11.7s10.8 3.7 9.2 11.7c-.9-2.6-1.6-3.9-2.6-4.9"
        "-3.6.6-9.3.3-12.2-.9-1.7 1.2-2.7 3-3.6 5.8Z"
    ),
    (
        "M13.6 27.5c-1.6-12 2.6-18.7 10.4-18.7s12 6.7 10.4 18.7h-3.2c.6-4 .4-7.6-.5-10.6"
        "-4.3.3-9.8-.4-12.6-2-1 2.8-1.7 7-1.3 12.6Z"
    ),
)
_GLASSES = (
    (
        '<g fill="none" stroke="#5B5148" stroke-width="1.1"><circle cx="20.3" cy="22" r="2.6"/>'
        '<circle cx="27.7" cy="22" r="2.6"/><path d="M22.9 22h2.2"/></g>'
    ),
    '<g fill="#4A3F38"><circle cx="20.6" cy="22" r="1"/><circle cx="27.4" cy="22" r="1"/></g>',
)


@cache
def _shapes() -> dict[str, str]:
    pairs = re.findall(r'<symbol id="([^"]+)"[^>]*>(.*?)</symbol>', ICONS.read_text(encoding="utf-8"), re.DOTALL)
    return dict(pairs)


@register.simple_tag
@cache
def icon(name: str, classes: str = "") -> SafeString:
    """An icon of the one set, hidden from screen readers; an unknown name raises KeyError."""
    shape = mark_safe(_shapes()[name])  # noqa: S308 - our own file
    return format_html('<svg class="i {}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', classes, shape)


@register.simple_tag
def avatar(seed: object, classes: str = "") -> SafeString:
    """A simple portrait, always the same for the same seed; nobody's likeness."""
    number = int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:6], "big")

    def pick(options: tuple, shift: int):  # type: ignore[no-untyped-def]
        return options[(number >> shift) % len(options)]

    ground, coat = pick(_GROUNDS, 0)
    return format_html(
        '<svg class="avatar {}" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="24" fill="{}"/>'
        '<path d="M9.5 43.3c1.8-6.4 7-9.8 14.5-9.8s12.7 3.4 14.5 9.8A24 24 0 0 1 24 48'
        'a24 24 0 0 1-14.5-4.7Z" fill="{}"/>'
        '<path d="M20.5 28h7v6.5c-2 2.2-5 2.2-7 0Z" fill="{}"/><ellipse cx="24" cy="21.5" rx="9" ry="10" fill="{}"/>'
        '<path d="{}" fill="{}"/>{}'
        '<path d="M21.3 26.6c1.6 1.5 3.8 1.5 5.4 0" fill="none" stroke="#9A5B45" stroke-width="1.2" '
        'stroke-linecap="round"/></svg>',
        classes,
        ground,
        coat,
        skin := pick(_SKINS, 8),
        skin,
        pick(_CUTS, 16),
        pick(_HAIRS, 24),
        mark_safe(pick(_GLASSES, 32)),  # noqa: S308 - our own constant
    )


@register.simple_tag
def chip(kind: str, text: str, icon_name: str = "") -> SafeString:
    """A state in an icon and a word. Kinds: done, wait, doing, urgent, quiet, line."""
    mark = icon(icon_name) if icon_name else ""
    return format_html('<span class="chip chip--{}">{}{}</span>', kind, mark, text)


def _local(value: dt.datetime) -> dt.datetime:
    return timezone.localtime(value)


@register.filter
def when(value: dt.datetime | None) -> str:
    """An instant as people say it: 今天 10:32, 昨天 20:15, 11月3日, 2025年3月1日."""
    if value is None:
        return ""
    local, today = _local(value), timezone.localdate()
    days = (today - local.date()).days
    clock = f"{local:%H:%M}".lstrip("0") if local.hour else f"{local:%H:%M}"
    named = {0: _("今天 %s"), 1: _("昨天 %s"), -1: _("明天 %s")}
    if days in named:
        return named[days] % clock
    return _day(local.date(), today)


def _day(day: dt.date, today: dt.date) -> str:
    if day.year == today.year:
        return date_format(day, pgettext("day and month", "n月j日"))
    return date_format(day, pgettext("day, month and year", "Y年n月j日"))


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """A date: 11月3日, with the year when it is another one."""
    if value is None:
        return ""
    date = _local(value).date() if isinstance(value, dt.datetime) else value
    return _day(date, timezone.localdate())


@register.filter
def until(value: dt.datetime | dt.date | None) -> str:
    """A last date without pressure: 今天内, 明天前, 周日前, 11月3日前."""
    if value is None:
        return ""
    date = _local(value).date() if isinstance(value, dt.datetime) else value
    today = timezone.localdate()
    days = (date - today).days
    if days < 0:
        return _("还可以说")
    if days <= 1:
        return [_("今天内"), _("明天前")][days]
    if days <= 6:
        week = (_("周一前"), _("周二前"), _("周三前"), _("周四前"), _("周五前"), _("周六前"), _("周日前"))
        return week[date.weekday()]
    return _("%s前") % _day(date, today)


@register.filter
def span(start: dt.datetime, end: dt.datetime) -> str:
    """From when to when on one day: 明天 9:00 到 11:00."""
    return _("%(start)s 到 %(end)s") % {
        "start": f"{_day(_local(start).date(), timezone.localdate())} {_local(start):%H:%M}",
        "end": f"{_local(end):%H:%M}",
    }


@register.filter
def greeting(name: str) -> str:
    """上午好，周桂兰."""
    hour = timezone.localtime().hour
    if hour < 11:
        words = _("早上好，%s")
    elif hour < 13:
        words = _("中午好，%s")
    elif hour < 18:
        words = _("下午好，%s")
    else:
        words = _("晚上好，%s")
    return words % name


@register.filter
def widget_kind(field: BoundField) -> str:
    """Which markup a field of a form gets: checks, radios, check, area, select, file or text."""
    widget = field.field.widget
    for cls, kind in (
        (CheckboxSelectMultiple, "checks"),
        (RadioSelect, "radios"),
        (CheckboxInput, "check"),
        (Textarea, "area"),
        (Select, "select"),
        (FileInput, "file"),
    ):
        if isinstance(widget, cls):
            return kind
    return "text"
