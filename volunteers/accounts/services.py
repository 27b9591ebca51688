"""Signing in and out, and ending sessions (rules R25 and R26)."""

from __future__ import annotations

import datetime as dt
from functools import cache
from secrets import token_urlsafe

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.hashers import check_password, is_password_usable, make_password
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from foundation import audit, line, outbox
from foundation.actors import Actor
from volunteers.accounts import browsers, devices
from volunteers.accounts.models import User
from volunteers.accounts.phones import normal_phone
from volunteers.people.models import Person
from volunteers.people.services import require_age
from volunteers.units.rights import Right, paths_where

BACKEND = "volunteers.accounts.backends.AccountBackend"
EPOCH = "epoch"
SIGNED_IN = "signed_in_at"
SECOND_FACTOR = "second_factor"


def user_of_phone(phone: str) -> User | None:
    """The account in use of whoever has this number, made at their first sign-in; None when nobody has it.

    Raises `TooYoung` when it would be made for somebody below `ACCOUNT_AGE`.
    """
    person = Person.objects.by_phone(phone).first()
    if person is None:
        return None
    if not User.objects.filter(person=person).exists():
        require_age(person, settings.ACCOUNT_AGE)
    made = {"username": f"p{person.uid.hex[:16]}", "password": make_password(None)}
    user, _ = User.objects.get_or_create(person=person, defaults=made)
    return user if user.is_active else None


def sign_in(request: HttpRequest, user: User, *, how: str) -> None:
    """Sign this browser in under a new session key, for thirty days at most.

    `how` (phone, wechat, staff, passkey, register, demo) goes into the audit trail. Whoever was signed in before on
    another browser is told of a new one.
    """
    is_new_here = user.joined_at > timezone.now() - dt.timedelta(hours=1)
    is_new = how != "demo" and not is_new_here and not browsers.is_known(request, _phone_index(user))
    before = request.session.session_key
    with transaction.atomic():
        login(request, user, backend=BACKEND)
        request.session.cycle_key()  # Django keeps the key when the same account signs in again
        request.session[EPOCH] = user.auth_epoch
        request.session[SIGNED_IN] = timezone.now().timestamp()
        request.session.set_expiry(timezone.now() + dt.timedelta(seconds=settings.SESSION_COOKIE_AGE))
        device = devices.remember_device(request, user, how=how, before=before)
        audit.record(actor=user, act=f"sign_in.{how}", obj=user)
        if is_new:
            devices.tell_of_new_device(device)


def _phone_index(user: User) -> str | None:
    return user.person.phone_index if user.person else None


def remember_browser(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Let this browser count as its owner's from now on."""
    browsers.remember(request, response, _phone_index(user))


def sign_out(request: HttpRequest) -> None:
    """End this session; safe to call twice."""
    if isinstance(request.user, User):
        audit.record(actor=request.user, act="sign_out", obj=request.user)
    logout(request)


@transaction.atomic
def end_sessions(user: User, *, acting_user: Actor, reason: str = "") -> None:
    """End every session of an account at its next request: after a lost phone, a role taken away, a password set."""
    User.objects.filter(pk=user.pk).update(auth_epoch=F("auth_epoch") + 1)
    user.refresh_from_db(fields=["auth_epoch"])
    audit.record(actor=acting_user, act="sessions.end", obj=user, reason=reason)
    user.devices.all().delete()
    outbox.put(line.REVOKE, {"users": [user.pk]})


def may_use_console(user: object) -> bool:
    """Whether a staff role is currently held; flags of the account count for nothing."""
    return isinstance(user, User) and user.is_active and bool(paths_where(user, Right.USE_CONSOLE))


def staff_by_password(identifier: str, password: str) -> User | None:
    """The staff member with this account name or number and password.

    Whoever it is asked for, one row is looked for and one password hashed; the account is loaded for who knows it.
    """
    phone, nobodys = normal_phone(identifier), _password_of_nobody()
    asked = Q(person__in=Person.objects.by_phone(phone)) if phone else Q(username=identifier)
    key, hashed = User.objects.filter(asked, is_active=True).values_list("pk", "password").first() or (0, nobodys)

    def renew(password: str) -> None:
        """Hashed as today's settings say."""
        User.objects.filter(pk=key).update(password=make_password(password))

    if not check_password(password, hashed if is_password_usable(hashed) else nobodys, setter=renew):
        return None
    user = User.objects.get(pk=key)
    return user if may_use_console(user) else None


@cache
def _password_of_nobody() -> str:
    """What is checked where there is no password: as long as any other."""
    return make_password(token_urlsafe())


def mark_second_factor(session: SessionBase) -> None:
    """Note that the second factor was given just now, and with it the start of a console session. The caller saves."""
    now = timezone.now().timestamp()
    session[SECOND_FACTOR] = {"at": now, "seen": now}


def has_second_factor(session: SessionBase) -> bool:
    """Whether this session gave a second factor lately enough for the console; `middleware` ends the note of it."""
    kept = session.get(SECOND_FACTOR)
    if not kept:
        return False
    now = timezone.now().timestamp()
    return now - kept["at"] <= settings.CONSOLE_ABSOLUTE_SECONDS and now - kept["seen"] <= settings.CONSOLE_IDLE_SECONDS
