"""What the pages of sign-in share: where to go afterwards, and asking for a code."""

from __future__ import annotations

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from volunteers.accounts import limits
from volunteers.accounts.codes import ask_for_code
from volunteers.accounts.models import Purpose

JOINING = "joining"
"""Key of a session that came from a building's sign: the building's uid. Set by `homes`; it opens registration."""


def safe_next(request: HttpRequest, otherwise: str = "/") -> str:
    """The address asked for in `next`, when it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ours else otherwise


def joining(session: SessionBase) -> str:
    """The building whose sign brought this session here; empty for everybody else."""
    return str(session.get(JOINING) or "")


def send_code(request: HttpRequest, *, phone: str, purpose: Purpose, own: bool = False, place: str = "") -> None:
    """Ask for a code in this request's name: the network is noted, then everything is counted. Raises `TooMany`."""
    limits.note("code.subnet", limits.subnet_of(request))
    limits.note("code.all", "")
    ask_for_code(session=request.session, phone=phone, purpose=purpose, from_own_browser=own, place=place)
