"""A merchant agrees to the goodwill agreement: on the phone, or on paper that staff file."""

from __future__ import annotations

import datetime as dt
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock, pictures
from foundation.actors import Actor
from foundation.errors import Denied, Invalid
from rewards.benefits.models import Merchant
from rewards.merchants.models import Agreement, Way
from rewards.merchants.wording import VERSION, wording
from volunteers.units.rights import Right, person_id_of, require


def agreement_of(merchant: Merchant) -> Agreement | None:
    """The latest that is on file."""
    return Agreement.objects.filter(merchant=merchant).order_by("-at", "-pk").first()


def write_agreement(*, merchant: Merchant, acting_user: Actor) -> Agreement:
    """Write down inside the caller's transaction that whoever acts agreed for the merchant on their phone."""
    made = Agreement.objects.create(
        merchant=merchant,
        version=VERSION,
        wording_sha256=wording().sha256,
        way=Way.PHONE,
        signed_on=clock.today(),
        person_id=person_id_of(acting_user),
    )
    audit.record(actor=acting_user, act="merchant.agree", obj=made, unit_id=merchant.unit_id, data={"version": VERSION})
    return made


@transaction.atomic
def agree(*, merchant: Merchant, acting_user: Actor) -> Agreement:
    """Somebody who works for the merchant agrees to today's wording. Once more is the same row. Raises `Denied`."""
    if not Merchant.objects.served_by(acting_user).filter(pk=merchant.pk).exists():
        raise Denied
    Merchant.objects.select_for_update().get(pk=merchant.pk)
    held = agreement_of(merchant)
    if held is not None and held.wording_sha256 == wording().sha256:
        return held
    return write_agreement(merchant=merchant, acting_user=acting_user)


@transaction.atomic
def file_paper(
    *, merchant: Merchant, signed_on: dt.date, scan: BinaryIO | None = None, acting_user: Actor
) -> Agreement:
    """Staff file an agreement signed on paper, with a photo of the signed page or without.

    Who may: MANAGE_BENEFITS in the merchant's unit. Raises `Denied`, `Invalid` for a day to come or a bad picture.
    """
    require(acting_user, Right.MANAGE_BENEFITS, merchant.unit)
    if signed_on > clock.today():
        raise Invalid(errors={"signed_on": _("签字的日子不能在今天以后。")})
    made = Agreement(
        merchant=merchant,
        version=VERSION,
        wording_sha256=wording().sha256,
        way=Way.PAPER,
        signed_on=signed_on,
        entered_by_id=acting_user.pk,
    )
    if scan is not None:
        made.scan.save(f"{made.uid}.jpg", pictures.clean(scan, name=str(made.uid)), save=False)
    made.save(force_insert=True)
    audit.record(actor=acting_user, act="merchant.file_agreement", obj=made, unit_id=merchant.unit_id)
    return made
