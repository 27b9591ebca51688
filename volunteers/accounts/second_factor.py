"""The second factor of staff: time-based codes (RFC 6238) and recovery codes, kept by allauth.mfa.

What allauth stores is sealed here. The time step of the last accepted code is stored with the secret, so that a code
counts once even when a cache has forgotten it; allauth itself remembers that in the cache only.
"""

from __future__ import annotations

from typing import Any

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, secrets
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from volunteers.accounts import limits
from volunteers.accounts.models import User

_AAD = "mfa_authenticator|data"
_SESSION_AAD = "session|totp"
_KEY = "totp_secret"
_SHOW = "recovery_once"


class SealedAdapter(DefaultMFAAdapter):
    """allauth's adapter with secrets sealed at rest (rule R35)."""

    def encrypt(self, text: str) -> str:
        """Seal."""
        return secrets.encrypt(text, aad=_AAD)

    def decrypt(self, encrypted_text: str) -> str:
        """Open."""
        return secrets.decrypt(encrypted_text, aad=_AAD)

    def get_totp_label(self, user: User) -> str:
        """What the app on the phone lists the entry as."""
        return user.get_full_name()


class WrongFactor(Invalid):
    """The code is not right, or was used before."""

    default = _("动态码不对。等它换成新的一组再试。")


def has_totp(user: User) -> bool:
    """Whether the account has an authenticator app."""
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def is_enrolled(user: User) -> bool:
    """Whether the account has a second factor: an authenticator app, or a passkey."""
    return has_totp(user) or user.passkeys.exists()


def secret_of(session: SessionBase) -> str:
    """The secret that this session is about to enrol; the same until it is confirmed. Sealed in the session too."""
    if _KEY not in session:
        session[_KEY] = secrets.encrypt(generate_totp_secret(), aad=_SESSION_AAD)
    return secrets.decrypt(session[_KEY], aad=_SESSION_AAD)


def qr_of(user: User, secret: str) -> SafeString:
    """The secret as an SVG to scan, inline; no script, no style attribute."""
    url = SealedAdapter().build_totp_url(user, secret)
    svg: str = segno.make(url, error="m").svg_inline(scale=5, border=2, svgclass="qr", omitsize=True)
    return mark_safe(svg)  # noqa: S308 - made by segno from modules of a matrix


def enrol(*, user: User, session: SessionBase, code: str) -> list[str]:
    """Confirm the secret of this session with a first code; returns the recovery codes, to be shown once.

    Raises `WrongFactor`, `TooMany`, and `Conflict` when the account already has a second factor.
    """
    limits.take_or_refuse(("factor.account", str(user.pk)))
    secret = secret_of(session)
    step = _matching_step(secret, code)
    if step is None:
        raise WrongFactor
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if has_totp(user):
            raise Conflict(_("这个账号已经绑定过验证器。"))
        authenticator = TOTP.activate(user, secret).instance
        authenticator.data["last_step"] = step
        authenticator.save(update_fields=["data"])
        recovery = new_recovery_codes(user)
        audit.record(actor=user, act="second_factor.enrol", obj=user)
    session.pop(_KEY, None)
    return recovery


def new_recovery_codes(user: User) -> list[str]:
    """Ten codes to write down, instead of those there were; shown once."""
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes


def keep_for_showing(session: SessionBase, codes: list[str]) -> None:
    """Leave codes for the next page to show once, sealed in the session until then."""
    session[_SHOW] = secrets.encrypt(" ".join(codes), aad=_SESSION_AAD)


def take_for_showing(session: SessionBase) -> list[str]:
    """The codes left for this page; empty the second time."""
    kept = session.pop(_SHOW, "")
    return secrets.decrypt(kept, aad=_SESSION_AAD).split() if kept else []


def _matching_step(secret: str, code: str) -> int | None:
    for step in yield_hotp_counters_from_time():
        if constant_time_compare(format_hotp_value(hotp_value(secret, step)), code):
            return int(step)
    return None


def check(*, user: User, code: str) -> None:
    """Accept a current code, or a recovery code, once. Raises `WrongFactor` or `TooMany`."""
    limits.take_or_refuse(("factor.account", str(user.pk)))
    if not (_check_totp(user, code) if len(code) == 6 else _check_recovery(user, code)):
        raise WrongFactor


@transaction.atomic
def _check_totp(user: User, code: str) -> bool:
    kept = Authenticator.objects.select_for_update().filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()
    if kept is None:
        return False
    step = _matching_step(decrypt(kept.data["secret"]), code)
    if step is None or step <= kept.data.get("last_step", 0):
        return False
    kept.data["last_step"] = step
    kept.last_used_at = clock.now()
    kept.save(update_fields=["data", "last_used_at"])
    return True


@transaction.atomic
def _check_recovery(user: User, code: str) -> bool:
    kept: Any = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    if kept is None or not RecoveryCodes(kept).validate_code(code):
        return False
    audit.record(actor=user, act="second_factor.recovery_used", obj=user)
    return True


@transaction.atomic
def forget(*, user: User, acting_user: Actor, reason: str) -> None:
    """Remove every second factor after a lost phone; the next sign-in enrols anew.

    For operators on the command line, and for `staff.decide_reset`, which needs two people.
    """
    Authenticator.objects.filter(user_id=user.pk).delete()
    user.passkeys.all().delete()
    audit.record(actor=acting_user, act="second_factor.forget", obj=user, reason=reason)
