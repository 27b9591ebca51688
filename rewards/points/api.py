"""One's own points as JSON."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from ninja import Router, Schema

from rewards.points import selectors
from volunteers.units.rights import person_id_of

router = Router()


class LineOut(Schema):
    """One line; points may be negative."""

    at: dt.datetime
    reason: str
    points: int
    is_reversal: bool


class StatementOut(Schema):
    """Balance and newest lines."""

    balance: int
    lines: list[LineOut]


@router.get("/", response=StatementOut, summary="My points")
def points(request: HttpRequest) -> selectors.Statement:
    """The caller's own, never anybody else's."""
    return selectors.statement(person_id_of(request.user))
