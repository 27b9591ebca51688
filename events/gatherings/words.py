"""Lengths of time as people say them."""

from __future__ import annotations

from django.utils.translation import gettext as _


def length(minutes: int) -> str:
    """2 小时, 1.5 小时, 50 分钟."""
    hours, rest = divmod(minutes, 60)
    if hours and rest == 0:
        return _("%(n)s 小时") % {"n": hours}
    if hours and rest == 30:
        return _("%(n)s 小时") % {"n": f"{hours}.5"}
    return _("%(n)s 分钟") % {"n": minutes}
