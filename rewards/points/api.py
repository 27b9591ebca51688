"""One's own points as JSON."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from ninja import Router, Schema

from rewards.points import selectors
from volunteers.units.rights import person_id_of

router = Router()


class LineOut(Schema):
    """One line; points may be negative. `words` say the rule, a reversal, an entry by staff; `after` is the balance."""

    at: dt.datetime
    reason: str
    points: int
    is_reversal: bool
    by_staff: bool
    words: list[str]
    after: int


class HeldOut(Schema):
    """Points set aside for a purpose until an instant."""

    points: int
    reason: str
    until: dt.datetime


class RunningOutOut(Schema):
    """Points that run out soon, and the last day of the first of them."""

    points: int
    on: dt.date


class ThisMonthOut(Schema):
    """What was earned this month so far, and the most that one can."""

    earned: int
    ceiling: int
    left: int


class StatementOut(Schema):
    """Balance, what is free of it, what runs out soon, this month, and the newest lines."""

    balance: int
    spendable: int
    held: int
    holds: list[HeldOut]
    running_out: RunningOutOut | None
    usable_until: dt.date | None
    this_month: ThisMonthOut
    lines: list[LineOut]


@router.get("/", response=StatementOut, summary="My points")
def points(request: HttpRequest) -> selectors.Statement:
    """The caller's own, never anybody else's."""
    return selectors.statement(person_id_of(request.user))
