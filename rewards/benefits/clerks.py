"""Who verifies for a merchant: added by name and number, ended by date, or taken out at once."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from foundation import audit, clock, line, outbox
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid, Missing
from rewards.benefits.models import Merchant, MerchantClerk
from volunteers.accounts.known import person_by_phone
from volunteers.units.rights import Right, require


def _tell_line(clerk: MerchantClerk) -> None:
    """What somebody may see has changed: their open pages are asked again within two seconds."""
    outbox.put(line.REVOKE, {"persons": [clerk.person_id]})


@transaction.atomic
def add_clerk(
    *, merchant: Merchant, name: str, phone: str, starts_on: dt.date | None = None, acting_user: Actor
) -> MerchantClerk:
    """Somebody verifies for the merchant from a day on, today when none is given; adding them again is the same row.

    Who may: MANAGE_BENEFITS in the merchant's unit. A new number is entered as a new person, audited. Raises `Denied`,
    `Invalid` when the number belongs to somebody with another name, `Conflict` when an earlier time ends only later.
    """
    require(acting_user, Right.MANAGE_BENEFITS, merchant.unit)
    person = person_by_phone(name=name, phone=phone, acting_user=acting_user, unit_id=merchant.unit_id)
    Merchant.objects.select_for_update().get(pk=merchant.pk)
    day = starts_on or clock.today()
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    if held := MerchantClerk.objects.filter(lasting, merchant=merchant, person=person).order_by("-starts_on").first():
        if held.ends_on is None:
            return held
        raise Conflict(_("这个人在这里的上一段到 %s 才结束。") % held.ends_on)
    made = MerchantClerk.objects.create(merchant=merchant, person=person, starts_on=day)
    audit.record(actor=acting_user, act="clerk.add", obj=made, unit_id=merchant.unit_id)
    _tell_line(made)
    return made


def _locked(clerk: MerchantClerk, acting_user: Actor) -> MerchantClerk:
    """The row as it is now; raises `Denied`, and `Missing` when it was taken out meanwhile."""
    require(acting_user, Right.MANAGE_BENEFITS, clerk.merchant.unit)
    found = MerchantClerk.objects.select_for_update().filter(pk=clerk.pk).first()
    if found is None:
        raise Missing
    return found


@transaction.atomic
def end_clerk(
    *, clerk: MerchantClerk, last_day: dt.date | None = None, reason: str = "", acting_user: Actor
) -> MerchantClerk:
    """A clerk's last day, today when none is given; from midnight on no code can be verified by them.

    The same day again changes nothing. Raises `Denied`, `Conflict` when it has ended before, `Invalid`.
    """
    locked, day = _locked(clerk, acting_user), last_day or clock.today()
    if locked.ends_on == day:
        return locked
    if locked.ends_on is not None and locked.ends_on < clock.today():
        raise Conflict(_("这一段已经结束了。"))
    if day < locked.starts_on:
        raise Invalid(errors={"last_day": _("最后一天不能早于开始日期。")})
    locked.ends_on = day
    locked.save(update_fields=["ends_on"])
    unit_id = clerk.merchant.unit_id
    audit.record(actor=acting_user, act="clerk.end", obj=locked, unit_id=unit_id, reason=reason)
    _tell_line(locked)
    return locked


@transaction.atomic
def remove_clerk(*, clerk: MerchantClerk, reason: str, acting_user: Actor) -> None:
    """Take a clerk out at once, for a slip of the pen or a phone in wrong hands; the audit trail keeps that they were.

    What they verified stays verified. Raises `Denied`, `Missing`, `Invalid` without a reason.
    """
    locked = _locked(clerk, acting_user)
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句为什么。")})
    data = {"starts_on": str(locked.starts_on), "merchant": locked.merchant_id}
    unit_id = clerk.merchant.unit_id
    audit.record(actor=acting_user, act="clerk.remove", obj=locked, unit_id=unit_id, reason=reason, data=data)
    _tell_line(locked)
    locked.delete()
