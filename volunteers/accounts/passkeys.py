"""Passkeys of staff (WebAuthn, level 2): a second factor, and a sign-in of its own, since the person is verified (R29).

The device keeps the private half and asks for a finger, a face or its own number every time; here lies the public half.
A passkey belongs to the name of the site, so a page elsewhere that looks like ours gets nothing out of it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from foundation import audit, clock, secrets
from foundation.errors import Conflict, Invalid, Missing
from volunteers.accounts import limits, second_factor
from volunteers.accounts.models import Passkey, User

_ADDING, _USING = "passkey_adding", "passkey_using"
MOST = 10


class WrongPasskey(Invalid):
    """Not a passkey of ours, or not for this question."""

    default = _("没有认出这个通行密钥。可以再试一次，或者用密码和动态码。")


def domain_of(request: HttpRequest) -> str:
    """The name that passkeys are bound to."""
    return settings.PASSKEY_DOMAIN or request.get_host().split(":")[0]


def _server(request: HttpRequest) -> Fido2Server:
    origin = f"{request.scheme}://{request.get_host()}"
    party = PublicKeyCredentialRpEntity(name="三长", id=domain_of(request))
    return Fido2Server(party, verify_origin=lambda told: told == origin)


def _digest(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def passkeys_of(user: User) -> QuerySet[Passkey]:
    """The passkeys of one account, the oldest first."""
    return Passkey.objects.filter(user=user).order_by("pk")


def _credential(passkey: Passkey) -> AttestedCredentialData:
    return AttestedCredentialData(base64.b64decode(passkey.credential))


def _descriptors(user: User | None) -> list[PublicKeyCredentialDescriptor]:
    kept = passkeys_of(user) if user else Passkey.objects.none()
    return [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=_credential(one).credential_id)
        for one in kept
    ]


def begin_adding(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the browser needs to make a passkey for this account; asked for by this session, once."""
    options, state = _server(request).register_begin(
        user=PublicKeyCredentialUserEntity(
            # Says nothing about the account to whoever reads it off a device.
            id=bytes.fromhex(secrets.hmac_hex("passkey user", str(user.pk))),
            name=user.get_full_name(),
            display_name=user.get_full_name(),
        ),
        credentials=_descriptors(user),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    request.session[_ADDING] = {"state": state, "user": user.pk}
    return dict(options)


@transaction.atomic
def add_passkey(request: HttpRequest, *, user: User, answer: dict[str, Any], name: str) -> Passkey:
    """Keep the passkey that the browser made for `begin_adding`. Raises `WrongPasskey`, `Conflict`, `Invalid`."""
    kept = request.session.pop(_ADDING, None)
    if not kept or kept["user"] != user.pk:
        raise WrongPasskey
    name = _good_name(name)
    try:
        made = _server(request).register_complete(kept["state"], answer)
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error):
        raise WrongPasskey from None
    credential = made.credential_data
    if credential is None:
        raise WrongPasskey
    User.objects.select_for_update().get(pk=user.pk)
    if passkeys_of(user).count() >= MOST:
        raise Conflict(_("最多放 10 个通行密钥，请先删掉不用的。"))
    passkey = Passkey(
        user=user, name=name, credential_digest=_digest(credential.credential_id), created_at=clock.now(),
        credential=base64.b64encode(bytes(credential)).decode(), sign_count=made.counter,
    )  # fmt: skip
    try:
        with transaction.atomic():
            passkey.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("这个通行密钥已经加过了。")) from None
    audit.record(actor=user, act="passkey.add", obj=user, data={"passkey": str(passkey.uid)})
    return passkey


def begin_using(request: HttpRequest, user: User | None = None) -> dict[str, Any]:
    """A question for a passkey: of this account, or of whichever the device holds. Good for one answer.

    Raises `TooMany`.
    """
    if not request.session.session_key:
        request.session.create()
    limits.take_or_refuse(("passkey.session", str(request.session.session_key)))
    options, state = _server(request).authenticate_begin(
        credentials=_descriptors(user) or None, user_verification=UserVerificationRequirement.REQUIRED
    )
    request.session[_USING] = state
    return dict(options)


@transaction.atomic
def use_passkey(request: HttpRequest, *, answer: dict[str, Any]) -> User:
    """Whose passkey answered the question of this session. Raises `WrongPasskey`.

    A counter that does not go up tells of a copied key: refused and written down. Keys that always say 0 have none.
    """
    state = request.session.pop(_USING, None)
    if not state:
        raise WrongPasskey
    try:
        told = AuthenticationResponse.from_dict(answer)
        passkey = _found(told.raw_id)
        _server(request).authenticate_complete(state, [_credential(passkey)], told)
        counter = told.response.authenticator_data.counter
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error):
        raise WrongPasskey from None
    goes_up = Q(sign_count__lt=counter) if counter else Q(sign_count=0)
    fresh = Passkey.objects.filter(goes_up, pk=passkey.pk, user__is_active=True)
    if not fresh.update(sign_count=counter, last_used_at=clock.now()):
        raise _Copied(passkey)
    return passkey.user


class _Copied(WrongPasskey):
    """The counter went backwards."""

    def __init__(self, passkey: Passkey) -> None:
        super().__init__()
        self.passkey = passkey


def note_copy(refusal: WrongPasskey) -> None:
    """Write down, outside the transaction that was refused, that a passkey looks copied."""
    if isinstance(refusal, _Copied):
        user, uid = refusal.passkey.user, str(refusal.passkey.uid)
        audit.record(actor=user, act="passkey.copied", obj=user, data={"passkey": uid}, result="refused")


def _found(raw_id: bytes) -> Passkey:
    passkey = Passkey.objects.select_related("user__person").filter(credential_digest=_digest(raw_id)).first()
    if passkey is None:
        raise WrongPasskey
    return passkey


def _good_name(name: str) -> str:
    name = " ".join(name.split())[:30]
    if not name:
        raise Invalid(_("给它起个名字，比如“办公室电脑”。"), errors={"name": _("起个名字。")})
    return name


def _mine(user: User, uid: UUID) -> Passkey:
    found = Passkey.objects.select_for_update().filter(user=user, uid=uid).first()
    if found is None:
        raise Missing
    return found


@transaction.atomic
def rename_passkey(*, uid: UUID, name: str, acting_user: User) -> None:
    """Call one's own passkey something else. Raises `Missing`, `Invalid`."""
    passkey = _mine(acting_user, uid)
    Passkey.objects.filter(pk=passkey.pk).update(name=_good_name(name))
    audit.record(actor=acting_user, act="passkey.rename", obj=acting_user, data={"passkey": str(passkey.uid)})


@transaction.atomic
def remove_passkey(*, uid: UUID, acting_user: User) -> None:
    """Take one's own passkey away; the last second factor stays (`Conflict`). Raises `Missing`."""
    User.objects.select_for_update().get(pk=acting_user.pk)
    passkey = _mine(acting_user, uid)
    if not second_factor.has_totp(acting_user) and passkeys_of(acting_user).count() == 1:
        raise Conflict(_("这是最后一道锁，删了就进不来了。先加一个新的再删它。"))
    passkey.delete()
    audit.record(actor=acting_user, act="passkey.remove", obj=acting_user, data={"passkey": str(passkey.uid)})
