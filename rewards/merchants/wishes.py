"""What a merchant proposes or asks for, and what staff make of it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.benefits.entitlements import lock
from rewards.benefits.models import Benefit, BenefitPackage, BenefitState, Kind, Merchant
from rewards.benefits.offers import STEPS, set_benefit_state
from rewards.merchants import leaving, news
from rewards.merchants.models import MerchantWish, Want, WishState
from rewards.merchants.selectors import set_aside
from volunteers.units.models import THREE_HEADS
from volunteers.units.rights import Right, person_id_of, require

MOST_OPEN = 10
ASKED_OF: dict[Want, BenefitState] = {
    Want.PAUSE: BenefitState.LIVE,
    Want.RESUME: BenefitState.PAUSED,
    Want.END: BenefitState.LIVE,
}
LEADS_TO: dict[Want, BenefitState] = {
    Want.PAUSE: BenefitState.PAUSED,
    Want.RESUME: BenefitState.LIVE,
    Want.END: BenefitState.ENDED,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a shop would give: what, how much off, for whom, how often, until when, how it is used."""

    offer: str
    value_text: str
    detail: str = ""
    how_to_use: str = ""
    roles: tuple[str, ...] = tuple(role.value for role in THREE_HEADS)
    uses_each: int | None = None
    ends_on: dt.date | None = None


def _require_service(merchant: Merchant, acting_user: Actor) -> None:
    if not Merchant.objects.served_by(acting_user).filter(pk=merchant.pk).exists():
        raise Denied


@transaction.atomic
def propose(
    *,
    id: uuid.UUID,  # noqa: A002
    merchant: Merchant,
    terms: Terms,
    words: str = "",
    acting_user: Actor,
) -> MerchantWish:
    """A shop proposes an offer; staff of its unit are told. The same id twice is one proposal.

    Who may: whoever works for the merchant. Raises `Denied`, `Invalid`, `Conflict` with ten open, `DifferentBody`.
    """
    _require_service(merchant, acting_user)
    _check(terms)
    row = MerchantWish(
        id=id, merchant=merchant, want=Want.OFFER, **{**asdict(terms), "roles": list(terms.roles)}, words=words.strip()
    )
    return _keep(row, acting_user)


def _check(terms: Terms) -> None:
    errors = {}
    if not terms.offer.strip():
        errors["offer"] = _("给什么？比如“理发”。")
    if not terms.value_text.strip():
        errors["value_text"] = _("优惠多少？比如“8 折”。")
    if not set(terms.roles) <= {role.value for role in THREE_HEADS} or not terms.roles:
        errors["roles"] = _("至少选一种人。")
    if terms.ends_on is not None and terms.ends_on <= clock.today():
        errors["ends_on"] = _("请选今天以后的日子。")
    if errors:
        raise Invalid(errors=errors)


@transaction.atomic
def ask(
    *,
    id: uuid.UUID,  # noqa: A002
    merchant: Merchant,
    want: Want,
    benefit: Benefit,
    words: str = "",
    acting_user: Actor,
) -> MerchantWish:
    """A shop asks to pause, resume or end what it gives; staff decide, codes that are shown count till they run out.

    What it paused while others went on it may ask to resume. Raises `Denied`, `Missing` for what it does not give,
    `Conflict`, `DifferentBody`.
    """
    _require_service(merchant, acting_user)
    gives = benefit.merchants.filter(pk=merchant.pk).exists()
    if not gives and not set_aside(merchant).filter(pk=benefit.pk).exists():
        raise Missing
    stored = MerchantWish.objects.filter(pk=id).exists()
    if gives:
        fits = benefit.state == ASKED_OF[want] or (want == Want.END and benefit.state == BenefitState.PAUSED)
    else:
        fits = want == Want.RESUME
    if not stored and not fits:
        raise Conflict
    row = MerchantWish(id=id, merchant=merchant, want=want, benefit=benefit, words=words.strip())
    return _keep(row, acting_user)


def _keep(row: MerchantWish, acting_user: Actor) -> MerchantWish:
    told = ("want", "offer", "value_text", "detail", "how_to_use", "roles", "uses_each", "ends_on", "words")
    row.fingerprint = fingerprint(
        {name: getattr(row, name) for name in told} | {"merchant": row.merchant_id, "benefit": row.benefit_id}
    )
    row.asked_by_id = person_id_of(acting_user)
    Merchant.objects.select_for_update().get(pk=row.merchant_id)
    if stored := MerchantWish.objects.filter(pk=row.pk).first():
        if stored.merchant_id != row.merchant_id:
            raise Missing
        same_body_or_refuse(stored.fingerprint, row.fingerprint)
        return stored
    if MerchantWish.objects.filter(merchant=row.merchant, state=WishState.WAITING).count() >= MOST_OPEN:
        raise Conflict(_("已经有好几条在等社区看，先等一等。"))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("这一项已经有一条请求在等社区看。")) from None
    audit.record(actor=acting_user, act=f"wish.{row.want}", obj=row, unit_id=row.merchant.unit_id)
    news.wished(row)
    return row


@transaction.atomic
def take_back(*, wish: MerchantWish, acting_user: Actor) -> MerchantWish:
    """The shop thought better of it while nobody had answered. Raises `Denied`, `Conflict`."""
    _require_service(wish.merchant, acting_user)
    waiting = MerchantWish.objects.filter(pk=wish.pk, state=WishState.WAITING)
    if not waiting.update(state=WishState.WITHDRAWN, decided_at=clock.now()):
        raise Conflict(_("社区已经看过这一条了。"))
    audit.record(actor=acting_user, act="wish.withdraw", obj=wish, unit_id=wish.merchant.unit_id)
    wish.refresh_from_db()
    return wish


# -- staff -----------------------------------------------------------------------------------------------------------


def _locked(wish: MerchantWish, acting_user: Actor) -> MerchantWish:
    require(acting_user, Right.MANAGE_BENEFITS, wish.merchant.unit)
    rows = MerchantWish.objects.select_for_update(of=("self",)).select_related(
        "merchant__unit", "benefit__package__unit"
    )
    found = rows.get(pk=wish.pk)
    if found.state != WishState.WAITING:
        raise Conflict(_("这一条已经有人办了。"))
    return found


def _decide(wish: MerchantWish, state: WishState, acting_user: Actor, reason: str = "") -> None:
    wish.state, wish.reason = state, reason.strip()[:200]
    wish.decided_by_id, wish.decided_at = acting_user.pk, clock.now()
    wish.save(update_fields=["state", "reason", "decided_by", "decided_at", "benefit"])
    act = f"wish.{state.value}"
    audit.record(actor=acting_user, act=act, obj=wish, unit_id=wish.merchant.unit_id, reason=wish.reason)
    news.answered(wish)


@transaction.atomic
def make_benefit(
    *,
    wish: MerchantWish,
    package: BenefitPackage,
    terms: Terms,
    kind: Kind,
    places: int | None = None,
    starts_on: dt.date,
    acting_user: Actor,
) -> Benefit:
    """Make a draft of a proposed offer in a package, in the words of the terms; a second person reviews it.

    Who may: MANAGE_BENEFITS in the unit of the merchant and of the package. Raises `Denied`, `Conflict`, `Invalid`.
    """
    found = _locked(wish, acting_user)
    require(acting_user, Right.MANAGE_BENEFITS, package.unit)
    if found.want != Want.OFFER:
        raise Conflict
    _check(terms)
    ends_on = terms.ends_on or package.ends_on
    if ends_on < starts_on:
        raise Invalid(errors={"starts_on": _("开始的日子不能晚于结束的日子。")})
    benefit = Benefit.objects.create(
        package=package,
        kind=kind,
        name=terms.offer,
        value_text=terms.value_text,
        detail=terms.detail,
        how_to_use=terms.how_to_use,
        roles=list(terms.roles),
        uses_each=terms.uses_each,
        places=places,
        starts_on=starts_on,
        ends_on=ends_on,
        drafted_by_id=acting_user.pk,
    )
    benefit.merchants.add(found.merchant)
    audit.record(actor=acting_user, act="benefit.add", obj=benefit, unit_id=package.unit_id)
    found.benefit = benefit
    _decide(found, WishState.TAKEN, acting_user)
    return benefit


def others_giving(wish: MerchantWish) -> QuerySet[Merchant]:
    """The other shops that give what a wish is about, and go on with it."""
    if wish.benefit is None:
        return Merchant.objects.none()
    return leaving.others_giving(wish.benefit, wish.merchant, for_good=wish.want == Want.END)


@transaction.atomic
def grant(*, wish: MerchantWish, reason: str = "", acting_user: Actor) -> MerchantWish:
    """Do what the shop asked for: pause, resume or end. The reason of a pause is what leaders read.

    Where others give the same, only this shop leaves it, and comes back by asking to resume. Who may: MANAGE_BENEFITS
    in the unit of the merchant and of the package. Raises `Denied`, `Conflict`, `Invalid`.
    """
    found = _locked(wish, acting_user)
    if found.benefit is None or found.want == Want.OFFER:
        raise Conflict
    require(acting_user, Right.MANAGE_BENEFITS, found.benefit.package.unit)
    benefit, step = lock(found.benefit), LEADS_TO[Want(found.want)]
    returns = found.want == Want.RESUME and set_aside(found.merchant).filter(pk=benefit.pk).exists()
    if returns:
        benefit.merchants.add(found.merchant)
        _audit_shops(benefit, acting_user)
    elif step not in STEPS[BenefitState(benefit.state)]:
        raise Conflict
    others = list(others_giving(found))
    if others and found.want != Want.RESUME:
        _leave(benefit, found.merchant, others, acting_user)
    elif not (returns and benefit.state == BenefitState.LIVE):
        set_benefit_state(benefit=benefit, state=step, reason=reason, acting_user=acting_user)
    _decide(found, WishState.TAKEN, acting_user, reason)
    return found


def _leave(benefit: Benefit, merchant: Merchant, others: list[Merchant], acting_user: Actor) -> None:
    """One shop less gives it, and the others go on."""
    benefit.merchants.remove(merchant)
    _audit_shops(benefit, acting_user)
    leaving.leave_to(benefit, others, was=leaving.reason_of_pause(merchant), acting_user=acting_user)


def _audit_shops(benefit: Benefit, acting_user: Actor) -> None:
    unit_id, fields = benefit.package.unit_id, {"fields": ["merchants"]}
    audit.record(actor=acting_user, act="benefit.change", obj=benefit, unit_id=unit_id, data=fields)


@transaction.atomic
def send_back(*, wish: MerchantWish, reason: str, acting_user: Actor) -> MerchantWish:
    """Not so, and why; the shop reads the reason and may ask anew. Who may: MANAGE_BENEFITS in its unit."""
    found = _locked(wish, acting_user)
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句为什么，店家看得到。")})
    _decide(found, WishState.RETURNED, acting_user, reason)
    return found
