"""The page of oneself."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from volunteers.people.selectors import roles_of
from volunteers.units.rights import Right, paths_where

_MODES = (("standard", _("标准")), ("elder", _("大字")))
_THEMES = (("auto", _("跟手机")), ("light", _("亮")), ("dark", _("暗")))


@dataclass(frozen=True, slots=True)
class Choice:
    """One setting of a switch."""

    value: str
    label: str | Promise
    current: bool


def _choices(options: tuple[tuple[str, str | Promise], ...], chosen: str) -> list[Choice]:
    return [Choice(value, label, value == chosen) for value, label in options]


@never_cache
@require_GET
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Who I am here, what I hold, and how I like to see it."""
    user = request.user
    assert user.is_authenticated
    person = user.person
    words = {
        "phone": person.masked_phone if person else "",
        "roles": roles_of(person) if person else [],
        "console": bool(paths_where(user, Right.USE_CONSOLE)),
        "modes": _choices(_MODES, request.COOKIES.get("mode", "standard")),
        "themes": _choices(_THEMES, request.COOKIES.get("theme", "auto")),
        # Each language in its own words, whatever the page is in.
        "languages": _choices((("zh-hans", "中文"), ("en", "English")), get_language() or settings.LANGUAGE_CODE),
    }
    return render(request, "people/me.html", words)
