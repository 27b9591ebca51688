"""Codes sent to phones: asked for, and handed in once (rule R28, threats T8 to T10).

Whether a number belongs to somebody is looked up nowhere on the way of a request: the relay decides whether a message
leaves, and a right code is needed before a person is searched. So both answer the same, in the same time.
"""

from __future__ import annotations

import datetime as dt
import secrets as random
from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from foundation import clock, failpoints, outbox, secrets
from foundation.errors import Invalid
from volunteers.accounts import limits
from volunteers.accounts.models import LoginCode, Purpose, User
from volunteers.accounts.services import user_of_phone
from volunteers.accounts.sms import TOPIC, gateway

DIGITS = 6
LIFE = dt.timedelta(minutes=5)
TRIES = 5
_KEY = "login_code"


class WrongCode(Invalid):
    """Not the code, or not for this number, session or purpose."""

    default = _("验证码不对，请再看一眼。")


class SpentCode(Invalid):
    """Too old, used, or tried too often."""

    default = _("这个验证码不能用了，请重新要一条。")


@dataclass(frozen=True, slots=True)
class Pending:
    """The code that a session waits for."""

    row: LoginCode
    nonce: str
    shown: str

    @property
    def masked_phone(self) -> str:
        """Where it was sent."""
        return self.row.masked_phone


def _digest(row: LoginCode, nonce: str, digits: str) -> str:
    return secrets.hmac_hex("login-code", f"{row.pk}|{row.purpose}|{row.phone_index}|{nonce}|{digits}")


def ask_for_code(
    *, session: SessionBase, phone: str, purpose: Purpose, from_own_browser: bool = False, place: str = ""
) -> LoginCode:
    """Make a code for a number (11 digits) and this session, and leave its message to the relay.

    `from_own_browser`: the browser has signed in with this number before, or is signed in with it now. `place`: which
    building's sign a registration came from. Raises `TooMany`. Says nothing about whether anybody has that number: the
    same rows are written either way.
    """
    if not session.session_key:
        session.create()  # before the transaction: a refusal must not take the session back
    now = clock.now()
    row = LoginCode(purpose=purpose, phone_index=secrets.blind_index(phone), created_at=now, expires_at=now + LIFE)
    row.from_own_browser = from_own_browser
    row.place = secrets.hmac_hex("sms place", place) if place else ""
    row.phone_encrypted = secrets.encrypt(phone, aad=LoginCode.aad(row.pk, "phone"))
    with transaction.atomic():
        _make_code(session, row)
    return row


def _make_code(session: SessionBase, row: LoginCode) -> None:
    wanted = [("code.session", str(session.session_key)), ("code.number", row.phone_index)]
    if not row.from_own_browser:
        wanted.append(("code.number.strange", row.phone_index))
    limits.take_or_refuse(*wanted)
    nonce, digits = random.token_hex(16), f"{random.randbelow(10**DIGITS):0{DIGITS}}"
    row.code_digest = _digest(row, nonce, digits)
    row.save(force_insert=True)
    outbox.put(TOPIC, {"id": str(row.pk), "code": secrets.encrypt(digits, aad=LoginCode.aad(row.pk, "code"))})
    session[_KEY] = {"id": str(row.pk), "nonce": nonce, "shown": digits if gateway().shows_codes else ""}


def pending_code(session: SessionBase, purpose: Purpose) -> Pending | None:
    """The code this session waits for, used up or not; None when it asked for none."""
    kept = session.get(_KEY)
    row = LoginCode.objects.filter(pk=kept["id"], purpose=purpose).first() if kept else None
    return Pending(row, kept["nonce"], kept["shown"]) if row and kept else None


def redeem_code(*, session: SessionBase, purpose: Purpose, digits: str) -> str:
    """The number (11 digits) that whoever hands in the code holds. The code is used up; of many at once one passes.

    Raises `WrongCode`, `SpentCode`, `TooMany`. Tries are counted before anything is compared.
    """
    pending = pending_code(session, purpose)
    if pending is None:
        raise SpentCode
    row = pending.row
    wanted = [("guess.number", row.phone_index)]
    if not row.from_own_browser:
        wanted.append(("guess.number.strange", row.phone_index))
    limits.take_or_refuse(*wanted)
    live = LoginCode.objects.filter(pk=row.pk, used_at__isnull=True, expires_at__gt=clock.now())
    if not live.filter(tries__lt=TRIES).update(tries=F("tries") + 1):
        raise SpentCode
    if not constant_time_compare(_digest(row, pending.nonce, digits), row.code_digest):
        raise WrongCode
    failpoints.hit("code.before_use")
    if not live.update(used_at=clock.now()):
        raise SpentCode
    return row.phone


def forget_pending(session: SessionBase) -> None:
    """The code of this session has done its work."""
    session.pop(_KEY, None)


def hand_in_code(*, session: SessionBase, purpose: Purpose, digits: str) -> User:
    """The account of whoever has the phone. Raises as `redeem_code`; `WrongCode` too when nobody has that number."""
    user = user_of_phone(redeem_code(session=session, purpose=purpose, digits=digits))
    if user is None:
        raise WrongCode
    forget_pending(session)
    return user


def forget_old_codes() -> int:
    """Delete codes of yesterday and before; returns how many."""
    return LoginCode.objects.filter(created_at__lt=clock.now() - dt.timedelta(days=1)).delete()[0]
