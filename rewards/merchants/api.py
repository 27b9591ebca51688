"""The till as JSON: which shops are mine, does a code count, use it up, take it back, the month. Never who."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from foundation import clock
from foundation.errors import Invalid
from rewards.benefits import verifying
from rewards.benefits.models import Merchant, VoucherUse, VoucherVoid
from rewards.merchants import selectors

till = Router()
"""Joined to the addresses of benefits, where it was before merchants had an app of their own."""
router = Router()


class CodeIn(Schema):
    """Eight digits (ten on paper) or the text of a QR; `shop` where somebody works for several."""

    code: str
    shop: uuid.UUID | None = None


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
    shop: uuid.UUID | None = None


class UseOut(Schema):
    """A use that was booked."""

    id: uuid.UUID
    number: int
    at: dt.datetime


class VoidIn(Schema):
    """Why a use is taken back."""

    reason: str


class VoidOut(Schema):
    """When it was taken back."""

    at: dt.datetime


class ShopOut(Schema):
    """A shop one works for."""

    uid: uuid.UUID
    name: str
    is_active: bool


class DayOut(Schema):
    """Uses of a day."""

    day: dt.date
    total: int


class StatementOut(Schema):
    """A month: uses that stand, by day; how many were taken back."""

    month: dt.date
    total: int
    voided: int
    days: list[DayOut]


def _shop(request: HttpRequest, uid: uuid.UUID | None) -> Merchant | None:
    """The shop that is named, of one's own."""
    return get_object_or_404(Merchant.objects.served_by(request.user), uid=uid) if uid else None


@till.post("/verify", response=CheckOut, summary="Does this code count here?")
def verify(request: HttpRequest, payload: CodeIn) -> verifying.Check:
    """Nothing is used yet."""
    return verifying.check_code(code=payload.code, shop=_shop(request, payload.shop), acting_user=request.user)


@till.post("/confirm", response=UseOut, summary="Use a code up")
def confirm(request: HttpRequest, payload: UseIn) -> VoucherUse:
    """Idempotent by `id`; 409 with the time when it was used before."""
    shop = _shop(request, payload.shop)
    return verifying.confirm_use(id=payload.id, voucher_id=payload.voucher_id, shop=shop, acting_user=request.user)


@router.get("/", response=list[ShopOut], summary="The shops I work for")
def merchant_shops(request: HttpRequest) -> list[Merchant]:
    """By name."""
    return selectors.shops_served(request.user)


@router.post("/uses/{uuid:uid}/void", response=VoidOut, summary="Take a use of today back")
def merchant_use_void(request: HttpRequest, uid: uuid.UUID, payload: VoidIn) -> VoucherVoid:
    """Once more changes nothing; 409 after the day."""
    rows = VoucherUse.objects.filter(merchant__in=Merchant.objects.served_by(request.user))
    use = get_object_or_404(rows, pk=uid)
    return verifying.void_use(use=use, reason=payload.reason, acting_user=request.user)


@router.get("/{uuid:uid}/statement", response=StatementOut, summary="A shop's month")
def merchant_month(request: HttpRequest, uid: uuid.UUID, month: str = "") -> selectors.Statement:
    """`month` as 2026-11; this month when none is given, none to come."""
    shop = get_object_or_404(Merchant.objects.served_by(request.user), uid=uid)
    try:
        asked = dt.date.fromisoformat(f"{month}-01") if month else clock.today().replace(day=1)
    except ValueError:
        raise Invalid from None
    if not selectors.EARLIEST <= asked <= clock.today():
        raise Invalid
    return selectors.statement(shop, asked)
