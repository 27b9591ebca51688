"""How often something may be done: exact sliding windows, counted in the database (rules R27 and R28).

An address alone never blocks, since a whole town may share one behind its carrier: it only raises a question
(`challenge`). The table of all limits is docs/limits.md.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
from dataclasses import dataclass

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation import clock
from foundation.errors import TooMany
from foundation.secrets import hmac_hex
from volunteers.accounts.models import LimitHit

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many in any stretch of so many seconds."""

    most: int
    seconds: int


_RATES: dict[str, tuple[Rate, ...]] = {
    "code.number": (Rate(1, MINUTE), Rate(5, HOUR), Rate(8, DAY)),
    # What browsers may use of it that never signed in with this number: the rest stays for its owner (threat T8).
    "code.number.strange": (Rate(4, HOUR), Rate(5, DAY)),
    "code.session": (Rate(10, HOUR),),
    "code.account": (Rate(5, DAY),),
    "code.subnet": (Rate(30, 10 * MINUTE),),
    "code.all": (Rate(900, 10 * MINUTE),),
    "challenge.once": (Rate(1, 30 * MINUTE),),
    "guess.number": (Rate(10, HOUR),),
    "guess.number.strange": (Rate(8, HOUR),),
    "password.account": (Rate(10, 15 * MINUTE),),
    "password.session": (Rate(20, 15 * MINUTE),),
    "password.subnet": (Rate(30, 10 * MINUTE),),
    "factor.account": (Rate(5, 5 * MINUTE), Rate(20, HOUR)),
    "passkey.session": (Rate(30, 15 * MINUTE),),
    "invite.account": (Rate(5, DAY),),
    "certificate.subnet": (Rate(30, 10 * MINUTE),),
    "voucher.shop": (Rate(20, MINUTE), Rate(60, 30 * MINUTE)),
    "ballot.change": (Rate(30, DAY),),
    "counter.session": (Rate(10, 15 * MINUTE),),
    "counter.subnet": (Rate(60, 10 * MINUTE),),
    "counter.all": (Rate(900, 10 * MINUTE),),
    "custody.try": (Rate(6, 15 * MINUTE), Rate(30, DAY)),
    "alarm": (Rate(1, DAY),),
}
LONGEST = DAY
FEW = 30  # so many instants are read at once rather than counted off by the database
# Shares of the whole budget of messages, in percent. What is left over is kept for browsers known to a number.
_SHARES = {"sms.all": 100, "sms.strange": 75, "sms.new": 20}
KINDS = (*_RATES, *_SHARES, "sms.place")


def rates(kind: str) -> tuple[Rate, ...]:
    """The rates of a kind; an unknown kind raises KeyError."""
    if kind == "sms.place":
        return (Rate(settings.SMS_MOST_A_BUILDING, DAY),)
    if share := _SHARES.get(kind):
        quick, daily = settings.SMS_MOST_IN_TEN_MINUTES * share, settings.SMS_MOST_IN_A_DAY * share
        return (Rate(math.ceil(quick / 100), 10 * MINUTE), Rate(math.ceil(daily / 100), DAY))
    return _RATES[kind]


def _key(kind: str, subject: str) -> str:
    return hmac_hex("limit", f"{kind}|{subject}")


def _lock(key: str) -> None:
    """One at a time for this key until the transaction ends; on SQLite the whole transaction is alone anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(key[:15], 16)])


def _wait(kind: str, key: str, now: dt.datetime) -> int:
    """Seconds until the next one is free; 0 when it is free now."""
    newest_first = LimitHit.objects.filter(kind=kind, key=key).order_by("-at").values_list("at", flat=True)
    few = [rate for rate in rates(kind) if 0 < rate.most <= FEW]
    newest = list(newest_first[: max(rate.most for rate in few)]) if few else []
    wait = 0.0
    for rate in rates(kind):
        if not rate.most:
            oldest_that_counts: dt.datetime | None = now
        elif rate in few:
            oldest_that_counts = newest[rate.most - 1] if len(newest) >= rate.most else None
        else:
            oldest_that_counts = newest_first[rate.most - 1 : rate.most].first()
        if oldest_that_counts is not None:
            wait = max(wait, rate.seconds - (now - oldest_that_counts).total_seconds())
    return math.ceil(wait)


def take_all(*wanted: tuple[str, str]) -> tuple[str, int]:
    """Count one of each (kind, subject), or none: returns ("", 0), or the kind to wait for longest and its seconds."""
    keys = {_key(kind, subject): kind for kind, subject in wanted}
    with transaction.atomic():
        for key in sorted(keys):  # always in one order, so that two requests never wait for each other
            _lock(key)
        now = clock.now()
        longest, reached = max((_wait(kind, key, now), kind) for key, kind in keys.items())
        if longest:
            return reached, longest
        LimitHit.objects.bulk_create(LimitHit(kind=kind, key=key, at=now) for key, kind in keys.items())
    return "", 0


def take(kind: str, subject: str) -> int:
    """Count one if it is still allowed, and return 0; else count nothing and return the seconds to wait."""
    return take_all((kind, subject))[1]


def take_or_refuse(*wanted: tuple[str, str]) -> None:
    """Count one of each (kind, subject); raise `TooMany`, saying how long to wait, when one is not allowed."""
    _refuse(take_all(*wanted)[1])


def refuse_when_reached(*wanted: tuple[str, str]) -> None:
    """Raise `TooMany` when one of these (kind, subject) is reached; counts nothing. For what is counted when wrong."""
    now = clock.now()
    _refuse(max(_wait(kind, _key(kind, subject), now) for kind, subject in wanted))


def _refuse(wait: int) -> None:
    if wait:
        raise TooMany(_("太频繁了，请{wait}再试。").format(wait=waiting_time(wait)))


def note(kind: str, subject: str) -> None:
    """Count one, allowed or not: for limits that raise a question instead of refusing."""
    LimitHit.objects.create(kind=kind, key=_key(kind, subject), at=clock.now())


def is_reached(kind: str, subject: str) -> bool:
    """Whether the limit is reached; counts nothing."""
    return _wait(kind, _key(kind, subject), clock.now()) > 0


def count(kind: str, subject: str, seconds: int) -> int:
    """How many were counted in the last so many seconds."""
    since = clock.now() - dt.timedelta(seconds=seconds)
    return LimitHit.objects.filter(kind=kind, key=_key(kind, subject), at__gt=since).count()


def waiting_time(seconds: int) -> str:
    """A stretch of time in words: 40 秒后, 12 分钟后, 3 小时后."""
    if seconds < 100:
        return ngettext("%(n)s 秒后", "%(n)s 秒后", seconds) % {"n": seconds}
    if seconds < 90 * MINUTE:
        minutes = math.ceil(seconds / MINUTE)
        return ngettext("%(n)s 分钟后", "%(n)s 分钟后", minutes) % {"n": minutes}
    hours = math.ceil(seconds / HOUR)
    return ngettext("%(n)s 小时后", "%(n)s 小时后", hours) % {"n": hours}


def subnet_of(request: HttpRequest) -> str:
    """The network a request comes from, /24 or /64. Proxies: `ALLAUTH_TRUSTED_PROXY_COUNT` (threat T32)."""
    address = get_client_ip(request)
    if not address:
        return "unknown"
    ip = ipaddress.ip_address(address)
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 64}", strict=False))


def forget_old() -> int:
    """Delete what no limit looks at any more; returns how many."""
    return LimitHit.objects.filter(at__lt=clock.now() - dt.timedelta(seconds=LONGEST)).delete()[0]
