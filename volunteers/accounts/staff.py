"""Accounts of staff as their superiors keep them: invitations, and resets of a second factor by two people (R29)."""

from __future__ import annotations

import datetime as dt
import secrets as random

import segno
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid
from foundation.secrets import hmac_hex
from volunteers.accounts import limits, second_factor
from volunteers.accounts.models import FactorReset, StaffInvitation, User
from volunteers.accounts.permissions import can_keep_account
from volunteers.accounts.services import end_sessions, may_use_console
from volunteers.people.models import Person
from volunteers.units.rights import person_id_of

LIFE = dt.timedelta(hours=24)


def _digest(token: str) -> str:
    return hmac_hex("staff invitation", token)


def account_of(person: Person) -> User:
    """The account of somebody; made, without a password, when there was none."""
    made = {"username": f"p{person.uid.hex[:16]}", "password": make_password(None)}
    user, _made = User.objects.get_or_create(person=person, defaults=made)
    return user


@transaction.atomic
def invite(*, person: Person, acting_user: Actor) -> str:
    """A link's token with which a colleague sets a password, once, within 24 hours. Earlier links stop working.

    Who may: APPOINT strictly above all their posts. The token is shown to whoever asked and kept nowhere. It opens no
    console: the second factor is asked for, or enrolled, afterwards. Raises `Denied`, `Conflict`, `TooMany`.
    """
    if not can_keep_account(acting_user, person):
        raise Denied
    user = account_of(person)
    if not user.is_active:
        raise Conflict(_("这个账号已停用。"))
    limits.take_or_refuse(("invite.account", str(user.pk)))
    now = clock.now()
    StaffInvitation.objects.filter(user=user, used_at__isnull=True, expires_at__gt=now).update(expires_at=now)
    token = random.token_urlsafe(32)
    made = StaffInvitation.objects.create(
        user=user, token_digest=_digest(token), made_by=acting_user, made_at=now, expires_at=now + LIFE
    )
    audit.record(actor=acting_user, act="staff.invite", obj=user, data={"invitation": str(made.uid)})
    return token


def open_invitation(token: str) -> StaffInvitation | None:
    """The invitation of a link that may still be used; looking uses nothing up."""
    rows = StaffInvitation.objects.select_related("user__person")
    found = rows.filter(token_digest=_digest(token), used_at__isnull=True, expires_at__gt=clock.now()).first()
    return found if found is not None and may_use_console(found.user) else None


@transaction.atomic
def accept(*, token: str, password: str) -> User:
    """Set the password of an invitation and use it up; of many at once one gets through. Sessions of before end.

    Raises `Conflict` when the link is used, old or of somebody without a staff role, `Invalid` for a weak password.
    """
    found = open_invitation(token)
    if found is None:
        raise Conflict(_("这个链接用过了，或者过期了。请让邀请您的同事再发一个。"))
    user = found.user
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise Invalid(errors={"password": " ".join(weak.messages)}) from None
    live = StaffInvitation.objects.filter(pk=found.pk, used_at__isnull=True, expires_at__gt=clock.now())
    if not live.update(used_at=clock.now()):
        raise Conflict(_("这个链接用过了，或者过期了。请让邀请您的同事再发一个。"))
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user, acting_user=user, reason="staff.invitation")
    audit.record(actor=user, act="staff.accept", obj=user, data={"invitation": str(found.uid)})
    return user


def qr_of(address: str) -> SafeString:
    """An address as an SVG to scan, inline; no script, no style attribute."""
    svg: str = segno.make(address, error="m").svg_inline(scale=4, border=2, svgclass="qr", omitsize=True)
    return mark_safe(svg)  # noqa: S308 - made by segno from modules of a matrix


@transaction.atomic
def ask_for_reset(*, person: Person, reason: str, acting_user: Actor) -> FactorReset:
    """Ask that a colleague's second factor be forgotten; nothing changes until a second person agrees.

    Raises `Denied`, `Invalid` without a reason, `Conflict` when there is none to forget or it was asked already.
    """
    if not can_keep_account(acting_user, person):
        raise Denied
    why = " ".join(reason.split())[:200]
    if len(why) < 2:
        raise Invalid(errors={"reason": _("写一句理由，比如“手机丢了，本人当面说的”。")})
    user = account_of(person)
    if not second_factor.is_enrolled(user):
        raise Conflict(_("这个账号还没有第二道锁，不用重设。"))
    row = FactorReset(user=user, reason=why, asked_by=acting_user, asked_at=clock.now())
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("已经有人提出过，正在等第二个人。")) from None
    audit.record(actor=acting_user, act="second_factor.ask_reset", obj=user, reason=why)
    return row


@transaction.atomic
def decide_reset(*, reset: FactorReset, agree: bool, acting_user: Actor) -> None:
    """The second person's word. Agreed: every second factor and session of the account ends; the password stays.

    Who may: APPOINT strictly above, neither the one who asked nor the one concerned. Raises `Denied`, `Conflict`.
    """
    rows = FactorReset.objects.select_for_update(of=("self",)).select_related("user__person", "asked_by")
    row = rows.get(pk=reset.pk)
    person = row.user.person
    if person is None or not can_keep_account(acting_user, person):
        raise Denied
    if row.state != FactorReset.State.ASKED:
        raise Conflict
    if agree and row.asked_by.person_id == person_id_of(acting_user):
        raise Denied(_("要由另一个人同意，提出的人自己不算。"))
    row.state = FactorReset.State.DONE if agree else FactorReset.State.REFUSED
    row.decided_at = clock.now()
    row.decided_by = acting_user if row.asked_by_id != acting_user.pk else None
    row.save(update_fields=["state", "decided_at", "decided_by"])
    if agree:
        second_factor.forget(user=row.user, acting_user=acting_user, reason=row.reason)
        end_sessions(row.user, acting_user=acting_user, reason="second_factor.reset")
    else:
        audit.record(actor=acting_user, act="second_factor.refuse_reset", obj=row.user, reason=row.reason)
