"""What every provider of text messages answers, and in which words it refuses."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Trouble(StrEnum):
    """Why a message did not leave; stored with the code, shown in the console, counted in the metrics."""

    AWAY = "away"  # no answer in time, or a broken one: it may have been sent all the same
    BUSY = "busy"  # the provider is overloaded or in trouble by its own account
    NUMBER = "number"  # barred, unknown or over its own limit: about this number, not about the provider
    BUDGET = "budget"  # the provider's own daily limit for us
    BALANCE = "balance"  # nothing left to pay with
    SETUP = "setup"  # key, signature, template or address refused: nothing leaves until somebody mends it
    REFUSED = "refused"  # anything else


NEEDS_SOMEBODY = frozenset({Trouble.BUDGET, Trouble.BALANCE, Trouble.SETUP})
"""Troubles that pass only when a person does something: the console says so at once."""


class NotSent(Exception):
    """The message was not taken, or nobody knows. The caller does not try again (fault F26)."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        self.trouble = trouble
        self.detail = detail[:100]
        super().__init__(f"{trouble} {self.detail}".strip())


class SmsGateway(Protocol):
    """What hands a code to a phone."""

    @property
    def shows_codes(self) -> bool:
        """Whether pages may show the code themselves: the demo only."""

    def send(self, *, phone: str, code: str, ref: str) -> None:
        """Send once. Raises `NotSent`; the caller does not try again."""
