"""Codes and their uses: a code lives a minute, is used once, and only where its benefit is given."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from dataclasses import dataclass
from enum import Enum

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation import audit, clock, failpoints, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid, Missing, TooMany
from foundation.idempotency import fingerprint, same_body_or_refuse
from foundation.secrets import hmac_hex
from rewards.benefits.models import (
    Benefit,
    BenefitState,
    Entitlement,
    EntitlementState,
    Merchant,
    RefusalReport,
    Voucher,
    VoucherState,
    VoucherUse,
)
from rewards.benefits.selectors import grant_for, merchant_of, uses_left
from volunteers.units.models import STAFF
from volunteers.units.rights import Right, require

LIFE = dt.timedelta(seconds=60)
GRACE = dt.timedelta(seconds=15)
"""A code typed while it changes on the leader's screen still counts."""
WRONG_A_MINUTE = 20


def digest(code: str) -> str:
    """What is stored of a code."""
    return hmac_hex("voucher", code)


def _taken(benefit: Benefit) -> int:
    return (
        Entitlement.objects.filter(benefit=benefit)
        .exclude(state__in=[EntitlementState.WAITING, EntitlementState.REVOKED])
        .count()
    )


@transaction.atomic
def claim(*, benefit: Benefit, acting_user: Actor) -> Entitlement:
    """Open one's right to a benefit; beyond its places one waits in line. Claiming again gives the same row.

    Who may: whoever holds a role that the benefit names, in or below the package's unit. Raises `Missing`, `Conflict`.
    """
    grant = grant_for(acting_user, benefit)
    if grant is None or acting_user.person_id is None:
        raise Missing
    if benefit.state != BenefitState.LIVE or not benefit.starts_on <= clock.today() <= benefit.ends_on:
        raise Conflict(_("这一项现在用不了。"))
    if stored := Entitlement.objects.filter(benefit=benefit, person_id=acting_user.person_id).first():
        return stored
    Benefit.objects.select_for_update().get(pk=benefit.pk)
    full = benefit.places is not None and _taken(benefit) >= benefit.places
    state = EntitlementState.WAITING if full else EntitlementState.CLAIMED
    made, new = Entitlement.objects.get_or_create(
        benefit=benefit,
        person_id=acting_user.person_id,
        defaults={"unit_id": grant.unit_id, "state": state},
    )
    if new:
        audit.record(actor=acting_user, act="benefit.claim", obj=made, unit_id=grant.unit_id, data={"state": state})
    return made


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code in clear, for the screen of its owner only."""

    code: str
    expires_at: dt.datetime
    seconds: int


@transaction.atomic
def issue_code(*, benefit: Benefit, acting_user: Actor) -> ShownCode:
    """A new code of eight digits for a minute; the one before is cancelled.

    Raises `Missing`, `Conflict` when nothing is left, the offer is paused, or one is still waiting for a place.
    """
    entitlement = claim(benefit=benefit, acting_user=acting_user)
    locked = Entitlement.objects.select_for_update().get(pk=entitlement.pk)
    if locked.state == EntitlementState.WAITING:
        raise Conflict(_("名额满了，您在候补里，有空位就通知您。"))
    if locked.state != EntitlementState.CLAIMED or not benefit.needs_code or uses_left(benefit, locked) == 0:
        raise Conflict(_("这一项已经用完了。"))
    now = clock.now()
    live = Voucher.objects.filter(entitlement=locked, state=VoucherState.ISSUED)
    live.update(state=VoucherState.CANCELLED, expires_at=now)
    code = _free_code(now)
    Voucher.objects.create(entitlement=locked, code_digest=digest(code), issued_at=now, expires_at=now + LIFE)
    return ShownCode(code, now + LIFE, int(LIFE.total_seconds()))


def _free_code(now: dt.datetime) -> str:
    """Eight digits that no code of the last day has; after five tries any, since a clash harms nobody but itself."""
    code = ""
    for _attempt in range(5):
        code = f"{secrets.randbelow(10**8):08d}"
        if not Voucher.objects.filter(code_digest=digest(code), expires_at__gt=now - dt.timedelta(days=1)).exists():
            break
    return code


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


@streams.in_district_language
def _tell_staff(report: RefusalReport) -> None:
    unit_id = report.benefit.package.unit_id
    payload = {
        "title": _("有人说“%s”没兑现") % report.benefit.name,
        "body": report.words or _("没有写原因"),
        "url": reverse("console_refusal_list"),
        "icon": "alert",
    }
    staff = [role.value for role in STAFF]
    streams.publish(streams.unit_key(unit_id), kind="refusal", payload=payload, roles=staff, ref=f"refusal:{report.pk}")


@transaction.atomic
def report_refusal(*, id: uuid.UUID, benefit: Benefit, words: str, acting_user: Actor) -> RefusalReport:  # noqa: A002
    """A shop did not honour a benefit: staff of the package's unit hear of it. The same id twice is one report."""
    if grant_for(acting_user, benefit) is None or acting_user.person_id is None:
        raise Missing
    print_ = fingerprint({"benefit": benefit.pk, "words": words})
    if stored := RefusalReport.objects.filter(pk=id).first():
        if stored.person_id != acting_user.person_id:
            raise Missing
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    try:
        with transaction.atomic():
            report = RefusalReport.objects.create(
                id=id, benefit=benefit, person_id=acting_user.person_id, words=words.strip()[:200], fingerprint=print_
            )
    except IntegrityError:
        return RefusalReport.objects.get(pk=id)
    unit_id = benefit.package.unit_id
    audit.record(actor=acting_user, act="benefit.report_refusal", obj=report, unit_id=unit_id)
    _tell_staff(report)
    return report


@transaction.atomic
def set_benefit_state(*, benefit: Benefit, state: BenefitState, acting_user: Actor, reason: str = "") -> Benefit:
    """Open, pause, resume or end an offer. Who may: MANAGE_BENEFITS in the package's unit."""

    require(acting_user, Right.MANAGE_BENEFITS, benefit.package.unit)
    allowed = {
        BenefitState.DRAFT: {BenefitState.LIVE},
        BenefitState.LIVE: {BenefitState.PAUSED, BenefitState.ENDED},
        BenefitState.PAUSED: {BenefitState.LIVE, BenefitState.ENDED},
        BenefitState.ENDED: set(),
    }[BenefitState(benefit.state)]
    if state not in allowed:
        raise Conflict
    if not Benefit.objects.filter(pk=benefit.pk, state=benefit.state).update(state=state):
        raise Conflict
    audit.record(
        actor=acting_user, act=f"benefit.{state.value}", obj=benefit, unit_id=benefit.package.unit_id, reason=reason
    )
    benefit.state = state
    return benefit
