"""A merchant checks a code and uses it up: once, and only where its benefit is given."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from enum import Enum

from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation import audit, clock, failpoints, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid, Missing, TooMany
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.benefits.codes import GRACE, LIFE, digest
from rewards.benefits.models import (
    BenefitState,
    Entitlement,
    EntitlementState,
    Merchant,
    Voucher,
    VoucherState,
    VoucherUse,
)
from rewards.benefits.selectors import merchant_of, uses_left

WRONG_A_MINUTE = 20


class Answer(Enum):
    """What a merchant's phone says."""

    VALID = "valid"
    USED = "used"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """The answer to a code: enough to serve a customer, nothing about who they are but surname and role."""

    answer: Answer
    voucher_id: uuid.UUID | None = None
    benefit: str = ""
    holder: str = ""
    number: int = 0
    of: int | None = None
    ends_on: dt.date | None = None
    used_at: dt.datetime | None = None


def _clerk_merchant(acting_user: Actor) -> Merchant:
    merchant = merchant_of(acting_user)
    if merchant is None:
        raise Denied
    return merchant


def _count_wrong(merchant: Merchant) -> None:
    """A merchant guesses at most so often a minute; the count is shared by all its phones."""
    key = f"wrong-codes:{merchant.pk}:{int(timezone.now().timestamp() // 60)}"
    cache.add(key, 0, 120)
    if cache.incr(key) > WRONG_A_MINUTE:
        raise TooMany(_("输错的次数太多了，请过一分钟再试。"))


def check_code(*, code: str, acting_user: Actor) -> Check:
    """Say whether a code counts here. Nothing is used yet. Raises `Denied`, `Invalid`, `TooMany`."""
    merchant = _clerk_merchant(acting_user)
    if len(code) != 8 or not code.isdigit():
        raise Invalid(errors={"code": _("码是 8 个数字。")})
    now = clock.now()
    found = (
        Voucher.objects.filter(code_digest=digest(code), issued_at__gt=now - dt.timedelta(days=1))
        .select_related("entitlement__benefit", "entitlement__person", "use")
        .order_by("-issued_at")
        .first()
    )
    if found is None:
        _count_wrong(merchant)
        return Check(Answer.UNKNOWN)
    return _judge(found, merchant, now)


def _judge(voucher: Voucher, merchant: Merchant, now: dt.datetime) -> Check:
    entitlement, benefit = voucher.entitlement, voucher.entitlement.benefit
    if not benefit.merchants.filter(pk=merchant.pk).exists():
        return Check(Answer.ELSEWHERE)
    if voucher.state == VoucherState.VERIFIED:
        return Check(Answer.USED, benefit=benefit.name, used_at=voucher.use.at)
    if benefit.state != BenefitState.LIVE or _has_run_out(voucher, now):
        return Check(Answer.UNKNOWN)
    return Check(
        Answer.VALID,
        voucher_id=voucher.pk,
        benefit=f"{benefit.name} {benefit.value_text}",
        holder=_("%(surname)s邻长") % {"surname": entitlement.person.surname},
        number=entitlement.used_count + 1,
        of=benefit.uses_each,
        ends_on=benefit.ends_on,
    )


def _has_run_out(voucher: Voucher, now: dt.datetime) -> bool:
    """A code counts for its minute and a moment longer; one that was replaced a moment ago still does."""
    return voucher.expires_at + GRACE < now


@transaction.atomic
def confirm_use(*, id: uuid.UUID, voucher_id: uuid.UUID, acting_user: Actor) -> VoucherUse:  # noqa: A002
    """Use a code up. One conditional update decides between two tills; the same id twice is the same use.

    Raises `Denied`, `Missing`, `Conflict` with the time when it was used before, `DifferentBody`.
    """
    merchant = _clerk_merchant(acting_user)
    print_ = fingerprint({"voucher": str(voucher_id), "merchant": merchant.pk})
    if stored := VoucherUse.objects.filter(pk=id, merchant=merchant).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    voucher = Voucher.objects.select_related("entitlement__benefit", "use").filter(pk=voucher_id).first()
    if voucher is None or not voucher.entitlement.benefit.merchants.filter(pk=merchant.pk).exists():
        raise Missing
    # The right is locked first, so that two codes of one right queue up and the last use is given once.
    entitlement = Entitlement.objects.select_for_update().get(pk=voucher.entitlement_id)
    failpoints.hit("voucher.before_verify")
    now = clock.now()
    open_codes = Voucher.objects.filter(pk=voucher_id, expires_at__gt=now - GRACE).exclude(state=VoucherState.VERIFIED)
    if uses_left(voucher.entitlement.benefit, entitlement) == 0 or not open_codes.update(state=VoucherState.VERIFIED):
        raise _refusal(voucher_id)
    return _book_use(
        id=id, voucher=voucher, entitlement=entitlement, merchant=merchant, print_=print_, acting_user=acting_user
    )


def _refusal(voucher_id: uuid.UUID) -> Conflict:
    use = VoucherUse.objects.filter(voucher_id=voucher_id).first()
    if use is not None:
        return Conflict(_("这张码 %s 用过了。") % timezone.localtime(use.at).strftime("%H:%M"))
    return Conflict(_("这张码过期了，请顾客换一张新的。"))


def _book_use(
    *,
    id: uuid.UUID,  # noqa: A002
    voucher: Voucher,
    entitlement: Entitlement,
    merchant: Merchant,
    print_: str,
    acting_user: Actor,
) -> VoucherUse:
    benefit = voucher.entitlement.benefit
    number = entitlement.used_count + 1
    use = VoucherUse.objects.create(
        id=id, voucher=voucher, merchant=merchant, clerk_id=acting_user.pk or 0, number=number, fingerprint=print_
    )
    last = benefit.uses_each is not None and number >= benefit.uses_each
    state = EntitlementState.USED_UP if last else EntitlementState.CLAIMED
    Entitlement.objects.filter(pk=entitlement.pk).update(used_count=F("used_count") + 1, state=state)
    others = Voucher.objects.filter(entitlement=entitlement).exclude(state=VoucherState.VERIFIED)
    others.filter(expires_at__gt=clock.now() - GRACE).update(
        state=VoucherState.CANCELLED, expires_at=clock.now() - LIFE - GRACE
    )
    audit.record(actor=acting_user, act="voucher.use", obj=use, unit_id=merchant.unit_id)
    _tell_used(use, entitlement, merchant)
    use.refresh_from_db()
    return use


@streams.in_district_language
def _tell_used(use: VoucherUse, entitlement: Entitlement, merchant: Merchant) -> None:
    benefit = entitlement.benefit
    left = "" if benefit.uses_each is None else _("，还剩 %d 次") % (benefit.uses_each - use.number)
    payload = {
        "title": _("%(benefit)s用掉了一次%(left)s") % {"benefit": benefit.name, "left": left},
        "body": merchant.name,
        "url": reverse("benefit_list"),
        "icon": "gift",
    }
    streams.publish(streams.person_key(entitlement.person_id), kind="benefit", payload=payload, ref=f"use:{use.pk}")
