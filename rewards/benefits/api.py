"""Benefits as JSON: what I have, a code to show."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from rewards.benefits import codes, selectors
from rewards.benefits.entitled import benefits_of

router = Router()


class TicketOut(Schema):
    """One benefit. `state`: ready, claim (a place is to be had first), open, waiting, used or paused."""

    uid: uuid.UUID
    kind: str
    name: str
    value_text: str
    detail: str
    state: str
    words: str
    ends_on: dt.date
    merchants: list[str]


class CodeOut(Schema):
    """Eight digits, the text of the QR, what the merchant's screen shows too, and the seconds they live."""

    code: str
    qr: str
    match: str
    seconds: int
    expires_at: dt.datetime


@router.get("/", response=list[TicketOut], summary="My benefits")
def benefit_list(request: HttpRequest) -> list[selectors.Ticket]:
    """What the caller's roles give."""
    return selectors.tickets_of(request.user)


@router.post("/{uuid:uid}/code", response=CodeOut, summary="A code to show")
def benefit_code(request: HttpRequest, uid: uuid.UUID) -> codes.ShownCode:
    """A new code for a minute; the one before no longer counts."""
    benefit = get_object_or_404(benefits_of(request.user), uid=uid)
    return codes.issue_code(benefit=benefit, acting_user=request.user)
