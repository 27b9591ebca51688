"""A merchant checks a code and uses it up: once, and only where its benefit is given; undone within the day."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from enum import Enum

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation import audit, clock, failpoints
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from frontend.templatetags.ui import day as day_words
from rewards.benefits import news
from rewards.benefits.entitled import post_of
from rewards.benefits.entitlements import is_open, kill_codes
from rewards.benefits.models import (
    Benefit,
    BenefitState,
    Entitlement,
    EntitlementState,
    Merchant,
    Voucher,
    VoucherState,
    VoucherUse,
    VoucherVoid,
)
from rewards.benefits.periods import is_usable, period_start, state_after, used_now, uses_left
from rewards.benefits.tokens import GRACE, TOKEN_SIGNS, as_read, digest, match_of, qr_digest_of
from volunteers.accounts import limits
from volunteers.units.rights import Right, has_right

WRONG = "voucher.shop"
"""Codes that nobody has, counted by shop over all its phones."""


class Answer(Enum):
    """What a merchant's phone says."""

    VALID = "valid"
    USED = "used"
    ELSEWHERE = "elsewhere"
    EXPIRED = "expired"
    CLOSED = "closed"
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
    match: str = ""
    is_voided: bool = False

    @property
    def used_said(self) -> str:
        """When it was used: the time today, with the day for a paper that was used before."""
        return said(self.used_at) if self.used_at else ""


def said(at: dt.datetime) -> str:
    """10:32 today, 11月3日 10:32 on another day."""
    local = timezone.localtime(at)
    time = f"{local:%H:%M}"
    return time if local.date() == clock.today() else f"{day_words(at)} {time}"


def shops_of(acting_user: Actor, shop: Merchant | None = None) -> list[Merchant]:
    """The shops for which somebody verifies today, by name, or the one they stand in; raises `Denied` without any."""
    rows = Merchant.objects.served_by(acting_user).active().order_by("pinyin", "pk")
    shops = list(rows.filter(pk=shop.pk) if shop else rows)
    if not shops:
        raise Denied
    return shops


def _shop_for(benefit_id: int, shops: list[Merchant]) -> Merchant | None:
    """The first of the shops that gives the benefit."""
    rows = Benefit.merchants.through.objects.filter(benefit_id=benefit_id, merchant__in=shops)
    given = set(rows.values_list("merchant_id", flat=True))
    return next((shop for shop in shops if shop.pk in given), None)


def _condition(code: str) -> Q | None:
    """Where a code is found by: its digits or its QR; None for a QR that was not made by us."""
    read = as_read(code)
    if not read:
        raise Invalid(errors={"code": _("码是 8 个数字，纸质券是 10 个。请再看一下。")})
    if len(read) != TOKEN_SIGNS:
        return Q(code_digest=digest(read))
    found = qr_digest_of(read)
    return Q(qr_digest=found) if found else None


def check_code(*, code: str, shop: Merchant | None = None, acting_user: Actor) -> Check:
    """Say whether digits or a QR count here: in the shop that is named, or in any of one's own. Nothing is used yet.

    Raises `Denied`, `Invalid`, `TooMany`.
    """
    shops = shops_of(acting_user, shop)
    limits.refuse_when_reached((WRONG, str(shops[0].pk)))
    condition = _condition(code)
    found = None
    if condition is not None:
        lately = Q(issued_at__gt=clock.now() - dt.timedelta(days=1)) | Q(is_paper=True)
        rows = Voucher.objects.filter(condition, lately).order_by("-issued_at")
        found = rows.select_related("entitlement__benefit__package__unit", "entitlement__person", "use__void").first()
    if found is None:
        limits.note(WRONG, str(shops[0].pk))
        return Check(Answer.UNKNOWN)
    return _judge(found, shops)


def _judge(voucher: Voucher, shops: list[Merchant]) -> Check:
    entitlement, benefit = voucher.entitlement, voucher.entitlement.benefit
    if _shop_for(benefit.pk, shops) is None:
        return Check(Answer.ELSEWHERE)
    if voucher.state == VoucherState.VERIFIED:
        is_voided = hasattr(voucher.use, "void")
        return Check(Answer.USED, benefit=benefit.name, used_at=voucher.use.at, is_voided=is_voided)
    post = post_of(benefit, entitlement.person_id)
    if not _is_given(benefit, voucher) or post is None:
        return Check(Answer.CLOSED, benefit=benefit.name)
    # A code counts for its minute and a moment longer; one that was replaced a moment ago still does.
    if voucher.expires_at + GRACE < clock.now():
        return Check(Answer.EXPIRED, benefit=benefit.name)
    if not is_usable(benefit, entitlement) or uses_left(benefit, entitlement) == 0:
        return Check(Answer.CLOSED, benefit=benefit.name)
    return Check(
        Answer.VALID,
        voucher_id=voucher.pk,
        benefit=f"{benefit.name} {benefit.value_text}",
        holder=f"{entitlement.person.surname}{post.get_role_display()}",
        number=used_now(benefit, entitlement) + 1,
        of=benefit.uses_each,
        ends_on=benefit.ends_on,
        match=match_of(voucher.pk),
    )


def _is_given(benefit: Benefit, voucher: Voucher) -> bool:
    """Whether a code is honoured: the offer runs, or was paused while the code was on a screen."""
    return is_open(benefit) or (benefit.state == BenefitState.PAUSED and not voucher.is_paper)


@transaction.atomic
def confirm_use(
    *,
    id: uuid.UUID,  # noqa: A002
    voucher_id: uuid.UUID,
    shop: Merchant | None = None,
    acting_user: Actor,
) -> VoucherUse:
    """Use a code up. One conditional update decides between two tills; the same id twice is the same use.

    Raises `Denied`, `Missing`, `Conflict` with the time when it was used before, `DifferentBody`.
    """
    shops = shops_of(acting_user, shop)
    seen = Voucher.objects.filter(pk=voucher_id).select_related("use", "entitlement").order_by().first()
    if seen is None:
        raise Missing
    if seen.state == VoucherState.VERIFIED and seen.use.pk == id and seen.use.merchant_id in {one.pk for one in shops}:
        return seen.use
    place = _shop_for(seen.entitlement.benefit_id, shops)
    if place is None:
        raise Missing
    if seen.state == VoucherState.VERIFIED:  # most of what is refused, so it costs little
        raise _used_before(seen.use)
    if stored := _stored(id, voucher_id, shops):
        return stored
    voucher = Voucher.objects.select_related("entitlement__benefit__package__unit").get(pk=voucher_id)
    # The right is locked first, so that two codes of one right queue up and the last use is given once.
    rows = Entitlement.objects.select_for_update(no_key=True)
    entitlement, benefit = rows.get(pk=voucher.entitlement_id), voucher.entitlement.benefit
    failpoints.hit("voucher.before_verify")
    if not _is_given(benefit, voucher) or post_of(benefit, entitlement.person_id) is None:
        raise Conflict(_("这一项现在用不了。"))
    has_some = is_usable(benefit, entitlement) and uses_left(benefit, entitlement) != 0
    codes = Voucher.objects.filter(pk=voucher_id, expires_at__gt=clock.now() - GRACE)
    if not has_some or not codes.exclude(state=VoucherState.VERIFIED).update(state=VoucherState.VERIFIED):
        return _same_or_refuse(id, voucher_id, shops)
    return _book_use(id=id, voucher=voucher, entitlement=entitlement, merchant=place, acting_user=acting_user)


def _print(voucher_id: uuid.UUID, merchant_id: int) -> str:
    return fingerprint({"voucher": str(voucher_id), "merchant": merchant_id})


def _stored(id: uuid.UUID, voucher_id: uuid.UUID, shops: list[Merchant]) -> VoucherUse | None:  # noqa: A002
    """The use that was booked under this id before."""
    use = VoucherUse.objects.filter(pk=id, merchant__in=shops).first()
    if use is not None:
        same_body_or_refuse(use.fingerprint, _print(voucher_id, use.merchant_id))
    return use


def _same_or_refuse(id: uuid.UUID, voucher_id: uuid.UUID, shops: list[Merchant]) -> VoucherUse:  # noqa: A002
    """The use of this id, where a second tap came while the first was being booked; otherwise why not."""
    if stored := _stored(id, voucher_id, shops):
        return stored
    use = VoucherUse.objects.filter(voucher_id=voucher_id).first()
    if use is not None:
        raise _used_before(use)
    raise Conflict(_("这张码过期了，请顾客换一张新的。"))


def _used_before(use: VoucherUse) -> Conflict:
    return Conflict(_("这张码 %s 用过了。") % said(use.at))


def _book_use(
    *,
    id: uuid.UUID,  # noqa: A002
    voucher: Voucher,
    entitlement: Entitlement,
    merchant: Merchant,
    acting_user: Actor,
) -> VoucherUse:
    benefit = voucher.entitlement.benefit
    use = VoucherUse.objects.create(
        id=id,
        voucher=voucher,
        merchant=merchant,
        clerk_id=acting_user.pk or 0,
        number=used_now(benefit, entitlement) + 1,
        fingerprint=_print(voucher.pk, merchant.pk),
    )
    entitlement.used_count, entitlement.period_start = use.number, period_start(benefit)
    entitlement.state = state_after(benefit, use.number)
    entitlement.save(update_fields=["used_count", "period_start", "state"])
    # No other code on a screen survives a use; a paper one does while something is left to use it for.
    kill_codes([entitlement.pk], paper=uses_left(benefit, entitlement) == 0)
    audit.record(actor=acting_user, act="voucher.use", obj=use, unit_id=merchant.unit_id)
    news.used(use, entitlement, benefit)
    use.refresh_from_db()
    return use


def _may_void(acting_user: Actor, use: VoucherUse, benefit: Benefit) -> bool:
    if Merchant.objects.served_by(acting_user).active().filter(pk=use.merchant_id).exists():
        return True
    units = (use.merchant.unit, benefit.package.unit)
    return any(has_right(acting_user, Right.MANAGE_BENEFITS, unit) for unit in units)


@transaction.atomic
def void_use(*, use: VoucherUse, reason: str, acting_user: Actor) -> VoucherVoid:
    """Take a use back on its day: the leader has it again and is told; the code stays used. Once more changes nothing.

    Who may: a clerk of the shop, or MANAGE_BENEFITS in the unit of the shop or of the package. Raises `Denied`,
    `Invalid` without a reason, `Conflict` after the day.
    """
    rows = VoucherUse.objects.select_related("merchant__unit", "voucher__entitlement__benefit__package__unit")
    found = rows.get(pk=use.pk)
    benefit = found.voucher.entitlement.benefit
    if not _may_void(acting_user, found, benefit):
        raise Denied
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句为什么。")})
    entitlement = Entitlement.objects.select_for_update(no_key=True).get(pk=found.voucher.entitlement_id)
    if stored := VoucherVoid.objects.filter(use=found).first():
        return stored
    if timezone.localtime(found.at).date() != clock.today():
        raise Conflict(_("只有当天的核销能撤回。过了当天，请联系社区。"))
    void = VoucherVoid.objects.create(use=found, reason=reason.strip()[:120], by_id=acting_user.pk)
    if entitlement.period_start == period_start(benefit):
        entitlement.used_count = max(0, entitlement.used_count - 1)
        if entitlement.state in {EntitlementState.PART_USED, EntitlementState.USED_UP}:
            entitlement.state = state_after(benefit, entitlement.used_count)
        entitlement.save(update_fields=["used_count", "state"])
    unit_id = found.merchant.unit_id
    audit.record(actor=acting_user, act="voucher.void", obj=found, unit_id=unit_id, reason=reason)
    news.voided(found, entitlement, benefit)
    return void
