"""How a merchant joins: it applies and staff decide, or staff invite it by a link that is used once."""

from __future__ import annotations

import datetime as dt
import secrets as random
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation import audit, clock, line, outbox
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid, Missing, TooMany
from foundation.idempotency import DifferentBody
from foundation.secrets import hmac_hex
from rewards.benefits.models import Merchant, MerchantClerk, MerchantState
from rewards.merchants import news
from rewards.merchants.agreeing import write_agreement
from rewards.merchants.models import MerchantInvitation
from volunteers.accounts.known import person_by_phone
from volunteers.people.models import Person
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, person_id_of, require

LIFE = dt.timedelta(days=14)
MOST_A_DAY = 3


@dataclass(frozen=True, slots=True)
class Shop:
    """What a merchant says of itself."""

    name: str
    address: str
    about: str


def _whole(shop: Shop) -> Shop:
    """Without spaces to spare; raises `Invalid` for what is missing."""
    clean = Shop(*(" ".join(text.split()) for text in (shop.name, shop.address, shop.about)))
    if not clean.name:
        raise Invalid(errors={"name": _("请填店名。")})
    return clean


@transaction.atomic
def apply(*, uid: uuid.UUID, unit: Unit, shop: Shop, agreed: bool, acting_user: Actor) -> Merchant:
    """A shop would like to join: staff of the community are told. The same uid twice is one application.

    Who may: anybody who is signed in, with one open application at a time and three a day. Raises `Denied`, `Invalid`
    without the agreement, `Conflict`, `TooMany`, `DifferentBody`.
    """
    person_id = person_id_of(acting_user)
    if not person_id:
        raise Denied
    if not agreed:
        raise Invalid(errors={"agreed": _("请先读一读约定，同意了再送。")})
    if unit.level != Level.COMMUNITY:
        raise Invalid(errors={"unit": _("请选店在哪个社区。")})
    told = _whole(shop)
    Person.objects.select_for_update().get(pk=person_id)
    if stored := Merchant.objects.filter(uid=uid).first():
        return _same_or_refuse(stored, unit, told, person_id)
    mine = Merchant.objects.filter(contact_id=person_id)
    if mine.filter(state=MerchantState.APPLIED).exists():
        raise Conflict(_("您有一份申请社区还在看，看完再提下一份。"))
    if mine.filter(applied_at__gt=clock.now() - dt.timedelta(days=1)).count() >= MOST_A_DAY:
        raise TooMany(_("今天提得够多了，明天再来。"))
    merchant = _made(uid, unit, told, person_id)
    write_agreement(merchant=merchant, acting_user=acting_user)
    audit.record(actor=acting_user, act="merchant.apply", obj=merchant, unit_id=unit.pk)
    news.applied(merchant)
    return merchant


def _same_or_refuse(stored: Merchant, unit: Unit, told: Shop, person_id: int) -> Merchant:
    if stored.contact_id != person_id:
        raise Missing
    if (stored.unit_id, stored.name, stored.address, stored.about) != (unit.pk, told.name, told.address, told.about):
        raise DifferentBody
    return stored


def _made(uid: uuid.UUID, unit: Unit, told: Shop, person_id: int) -> Merchant:
    merchant = Merchant(
        uid=uid,
        unit=unit,
        name=told.name,
        address=told.address,
        about=told.about,
        contact_id=person_id,
        state=MerchantState.APPLIED,
        applied_at=clock.now(),
    )
    try:
        with transaction.atomic():
            merchant.save(force_insert=True)
    except IntegrityError:
        raise Conflict from None
    return merchant


def _decided(merchant: Merchant, acting_user: Actor) -> Merchant:
    """The application, locked; raises `Denied`, `Conflict` when somebody else was faster."""
    require(acting_user, Right.MANAGE_BENEFITS, merchant.unit)
    locked = Merchant.objects.select_for_update(of=("self",)).select_related("unit").get(pk=merchant.pk)
    if locked.state != MerchantState.APPLIED:
        raise Conflict(_("这份申请已经有人办了。"))
    return locked


@transaction.atomic
def accept(*, merchant: Merchant, acting_user: Actor) -> Merchant:
    """The shop is in from today, and whoever applied verifies for it. Who may: MANAGE_BENEFITS in its unit."""
    locked = _decided(merchant, acting_user)
    locked.state, locked.starts_on, locked.reason = MerchantState.ACTIVE, clock.today(), ""
    locked.save(update_fields=["state", "starts_on", "reason"])
    let_contact_in(locked, acting_user)
    audit.record(actor=acting_user, act="merchant.accept", obj=locked, unit_id=locked.unit_id)
    news.joined(locked)
    return locked


@transaction.atomic
def refuse(*, merchant: Merchant, reason: str, acting_user: Actor) -> Merchant:
    """Not this time, and why; the applicant reads the reason. Who may: MANAGE_BENEFITS in its unit."""
    locked = _decided(merchant, acting_user)
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句为什么，店家看得到。")})
    locked.state, locked.reason = MerchantState.REFUSED, reason.strip()[:200]
    locked.save(update_fields=["state", "reason"])
    audit.record(actor=acting_user, act="merchant.refuse", obj=locked, unit_id=locked.unit_id, reason=reason)
    news.turned_down(locked)
    return locked


def let_contact_in(merchant: Merchant, acting_user: Actor) -> None:
    """The contact verifies for the shop from today, unless they do already."""
    if merchant.contact_id is None:
        return
    lasting = MerchantClerk.objects.active().filter(merchant=merchant, person_id=merchant.contact_id)
    if not lasting.exists():
        made = MerchantClerk.objects.create(merchant=merchant, person_id=merchant.contact_id, starts_on=clock.today())
        audit.record(actor=acting_user, act="clerk.add", obj=made, unit_id=merchant.unit_id)
    outbox.put(line.REVOKE, {"persons": [merchant.contact_id]})


# -- invited ---------------------------------------------------------------------------------------------------------


def _digest(token: str) -> str:
    return hmac_hex("merchant invitation", token)


@transaction.atomic
def invite(
    *, unit: Unit, shop: str, address: str, name: str, phone: str, acting_user: Actor
) -> tuple[MerchantInvitation, str]:
    """Invite a shop by its contact: the invitation and the token of its link, which is kept nowhere.

    Who may: MANAGE_BENEFITS in the unit. Earlier links for the same contact and shop stop working. Raises `Denied`,
    and `Invalid` when the number belongs to somebody with another name.
    """
    require(acting_user, Right.MANAGE_BENEFITS, unit)
    told = _whole(Shop(shop, address, ""))
    person = person_by_phone(name=name, phone=phone, acting_user=acting_user, unit_id=unit.pk)
    now, token = clock.now(), random.token_urlsafe(32)
    MerchantInvitation.objects.filter(person=person, shop=told.name).open().update(expires_at=now)
    made = MerchantInvitation.objects.create(
        unit=unit,
        shop=told.name,
        address=told.address,
        person=person,
        token_digest=_digest(token),
        made_by_id=acting_user.pk,
        made_at=now,
        expires_at=now + LIFE,
    )
    audit.record(actor=acting_user, act="merchant.invite", obj=made, unit_id=unit.pk)
    return made, token


def open_invitation(token: str) -> MerchantInvitation | None:
    """The invitation of a link that may still be used; looking uses nothing up."""
    rows = MerchantInvitation.objects.open().select_related("unit")
    return rows.filter(token_digest=_digest(token)).first()


@transaction.atomic
def take_invitation(*, token: str, shop: Shop, agreed: bool, acting_user: Actor) -> Merchant:
    """The invited contact agrees, and the shop is in. Of two at once one gets through.

    Raises `Denied` for anybody else, `Invalid` without the agreement, `Conflict` when the link is used or old.
    """
    found = open_invitation(token)
    if found is None:
        raise Conflict(_("这个链接用过了，或者过期了。请让社区再发一个。"))
    if found.person_id != person_id_of(acting_user):
        raise Denied(_("这个链接是发给店里另一个手机号的，请用收到邀请的号码登录。"))
    if not agreed:
        raise Invalid(errors={"agreed": _("请先读一读约定，同意了再送。")})
    told = _whole(shop)
    if not MerchantInvitation.objects.filter(pk=found.pk).open().update(used_at=clock.now()):
        raise Conflict(_("这个链接用过了，或者过期了。请让社区再发一个。"))
    merchant = Merchant.objects.create(
        unit=found.unit,
        name=told.name,
        address=told.address,
        about=told.about,
        contact_id=found.person_id,
        starts_on=clock.today(),
    )
    MerchantInvitation.objects.filter(pk=found.pk).update(merchant=merchant)
    write_agreement(merchant=merchant, acting_user=acting_user)
    let_contact_in(merchant, acting_user)
    audit.record(actor=acting_user, act="merchant.join", obj=merchant, unit_id=merchant.unit_id)
    news.joined(merchant)
    return merchant
