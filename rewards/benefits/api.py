"""Benefits as JSON: what I have, a code to show; for merchants, verifying and using."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from rewards.benefits import codes, selectors, verifying
from rewards.benefits.entitled import benefits_of
from rewards.benefits.models import VoucherUse

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


class CodeIn(Schema):
    """Eight digits, ten of a paper voucher, or the text of a QR."""

    code: str


class CheckOut(Schema):
    """valid, used, elsewhere, expired, closed or unknown; for a valid code what the merchant needs to serve."""

    answer: str
    voucher_id: uuid.UUID | None
    benefit: str
    holder: str
    number: int
    of: int | None
    used_at: dt.datetime | None
    match: str
    is_voided: bool

    @staticmethod
    def resolve_answer(check: verifying.Check) -> str:
        """The word for the answer."""
        return check.answer.value


class UseIn(Schema):
    """Use a code up; `id` is made on the merchant's phone."""

    id: uuid.UUID
    voucher_id: uuid.UUID


class UseOut(Schema):
    """A use that was booked."""

    id: uuid.UUID
    number: int
    at: dt.datetime


@router.get("/", response=list[TicketOut], summary="My benefits")
def benefit_list(request: HttpRequest) -> list[selectors.Ticket]:
    """What the caller's roles give."""
    return selectors.tickets_of(request.user)


@router.post("/{uuid:uid}/code", response=CodeOut, summary="A code to show")
def benefit_code(request: HttpRequest, uid: uuid.UUID) -> codes.ShownCode:
    """A new code for a minute; the one before no longer counts."""
    benefit = get_object_or_404(benefits_of(request.user), uid=uid)
    return codes.issue_code(benefit=benefit, acting_user=request.user)


@router.post("/verify", response=CheckOut, summary="Does this code count here?")
def verify(request: HttpRequest, payload: CodeIn) -> verifying.Check:
    """Nothing is used yet."""
    return verifying.check_code(code=payload.code, acting_user=request.user)


@router.post("/confirm", response=UseOut, summary="Use a code up")
def confirm(request: HttpRequest, payload: UseIn) -> VoucherUse:
    """Idempotent by `id`; 409 with the time when it was used before."""
    return verifying.confirm_use(id=payload.id, voucher_id=payload.voucher_id, acting_user=request.user)
