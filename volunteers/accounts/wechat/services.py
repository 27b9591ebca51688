"""WeChat identities: whose they are, binding one to an account, callbacks that come twice (R30, T11)."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import asdict

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.errors import Conflict
from foundation.secrets import hmac_hex
from volunteers.accounts.models import User, WeChatCallback, WeChatOpenid
from volunteers.accounts.wechat.client import Identity

PROVIDER = "wechat"
WAIT_SECONDS = 15 * 60
REPLAY = dt.timedelta(minutes=5)
ABANDONED = dt.timedelta(seconds=20)
_KEY = "wechat"
_SNAPSHOT = "wechat_snapshot"


class Mixed(Conflict):
    """The identity does not fit what we hold, or is somebody else's."""

    default = _("这个微信已经绑在别的号码上了。请找社区工作人员帮忙。")


def wechat_is_set_up() -> bool:
    """Whether this place has an official account."""
    return bool(settings.WECHAT_APP_ID and settings.WECHAT_APP_SECRET)


@transaction.atomic
def account_of(identity: Identity) -> User | None:
    """Whose identity it is, None when nobody's yet. A unionid seen for the first time is noted. Raises `Mixed`."""
    seen = WeChatOpenid.objects.filter(app_id=identity.app_id, openid=identity.openid)
    row = seen.select_related("account__user").first()
    by_union = None
    if identity.unionid:
        by_union = SocialAccount.objects.filter(provider=PROVIDER, uid=identity.unionid).select_related("user").first()
    if row is None:
        if by_union is not None:
            WeChatOpenid.objects.get_or_create(
                app_id=identity.app_id, openid=identity.openid, defaults={"account": by_union}
            )
        found = by_union
    else:
        found = row.account
        if identity.unionid and found.uid != identity.unionid:
            if ":" not in found.uid or by_union is not None:
                raise Mixed
            SocialAccount.objects.filter(pk=found.pk).update(uid=identity.unionid)
    return found.user if found is not None and found.user.is_active else None


@transaction.atomic
def bind(*, identity: Identity, user: User) -> None:
    """Make the identity this account's. Raises `Mixed` when it became somebody else's meanwhile."""
    account, _created = SocialAccount.objects.get_or_create(
        provider=PROVIDER, uid=identity.uid, defaults={"user": user}
    )
    openid, _created = WeChatOpenid.objects.get_or_create(
        app_id=identity.app_id, openid=identity.openid, defaults={"account": account}
    )
    if account.user_id != user.pk or openid.account_id != account.pk:
        raise Mixed
    audit.record(actor=user, act="wechat.bind", obj=user)


def let_wait(session: SessionBase, identity: Identity) -> None:
    """Keep an identity in the session on the server until a phone code says whose it is."""
    session[_KEY] = asdict(identity) | {"at": time.time()}


def is_waiting(session: SessionBase) -> bool:
    """Whether an identity waits in this session, for a quarter of an hour at most."""
    kept = session.get(_KEY)
    return kept is not None and time.time() - kept["at"] < WAIT_SECONDS


def bind_waiting(session: SessionBase, user: User) -> None:
    """Bind what waits in this session; nothing waits any more afterwards. Raises `Mixed`."""
    kept = session.pop(_KEY, None)
    if kept:
        bind(identity=Identity(kept["app_id"], kept["openid"], kept["unionid"]), user=user)


def note_snapshot(session: SessionBase, *, is_one: bool) -> None:
    """Keep in the session that WeChat says this is a snapshot's visitor, or that it is a person after all."""
    if is_one:
        session[_SNAPSHOT] = True
    else:
        session.pop(_SNAPSHOT, None)


def is_snapshot(session: SessionBase) -> bool:
    """Whether WeChat said that this browser shows a snapshot: whoever signs in on it otherwise does not vote there."""
    return bool(session.get(_SNAPSHOT))


def claim_code(*, code: str, state: str) -> tuple[WeChatCallback, bool]:
    """The row of a callback, and whether this call is the one that may ask WeChat. Old rows are forgotten here."""
    now = clock.now()
    WeChatCallback.objects.filter(at__lt=now - REPLAY).delete()
    row, is_first = WeChatCallback.objects.get_or_create(
        code_digest=hmac_hex("wechat-code", code),
        defaults={"state_digest": hmac_hex("wechat-state", state), "at": now},
    )
    return row, is_first


def came_from_here(row: WeChatCallback, state: str) -> bool:
    """Whether a second callback carries the state of the first: the same browser, then."""
    return row.state_digest == hmac_hex("wechat-state", state)


def is_in_progress(row: WeChatCallback) -> bool:
    """Whether the first callback is still asking WeChat."""
    return not row.result and clock.now() - row.at < ABANDONED


def settle(row: WeChatCallback, result: str, *, user: User | None = None, identity: Identity | None = None) -> None:
    """Write what came of a callback, for the one that may follow."""
    row.result, row.user = result, user
    if identity is not None and user is None:
        row.openid, row.unionid = identity.openid, identity.unionid
    row.save(update_fields=["result", "user", "openid", "unionid"])
