"""A small question before a code is sent, asked when a network or everybody together asks for unusually many.

No picture, no sound, nothing to drag: it is read out by a screen reader and works without scripts. It slows a simple
robot down; what really bounds the cost are the limits of numbers and the breaker (rule R28).
"""

from __future__ import annotations

import secrets

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.translation import gettext as _

from volunteers.accounts import limits
from volunteers.accounts.phones import normal_digits

_KEY = "challenge"
_WORDS = "零一二三四五六七八九"


def is_needed(request: HttpRequest, kind: str = "code") -> bool:
    """Whether this request has to answer first: its network is busy, or all networks together are."""
    if limits.is_reached(f"{kind}.subnet", limits.subnet_of(request)):
        return True
    return kind == "code" and limits.is_reached("code.all", "")


def question(session: SessionBase) -> str:
    """The question of this session; the same until it was answered."""
    pair = session.get(_KEY)
    if pair is None:
        pair = session[_KEY] = [secrets.randbelow(8) + 2, secrets.randbelow(8) + 2]
    return _("{a}加{b}等于几？").format(a=_WORDS[pair[0]], b=_WORDS[pair[1]])


def is_answered(session: SessionBase, answer: str) -> bool:
    """Whether the answer is right. A question is asked once: the next one is another."""
    pair = session.pop(_KEY, None)
    return pair is not None and normal_digits(answer) == str(sum(pair))
