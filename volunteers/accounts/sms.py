"""Text messages: one gateway, asked once for each message and never again (fault F26: a repeat costs money and quota).

A message leaves through the outbox. The handler only decides, inside the relay's transaction, whether it leaves; the
network is asked after that commit, on a thread of its own. A process that dies in between loses the message; the
person asks for another.
"""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction

from foundation import clock, outbox, secrets
from volunteers.accounts import limits
from volunteers.accounts.models import Delivery, LoginCode, Purpose, User
from volunteers.accounts.providers.base import NEEDS_SOMEBODY, NotSent, SmsGateway, Trouble
from volunteers.accounts.providers.plain import ConsoleGateway, DemoGateway, HttpGateway
from volunteers.accounts.providers.tencent import TencentGateway
from volunteers.people.models import Person

log = structlog.get_logger(__name__)
TOPIC = "sms"
_TROUBLE = dt.timedelta(minutes=5)
_NEEDS_SOMEBODY = dt.timedelta(minutes=30)


def gateway() -> SmsGateway:
    """The gateway of this place: the provider that is named, else a configured one, else the demo's, else the log."""
    if settings.SMS_PROVIDER == "tencent":
        return TencentGateway(
            url=settings.TENCENT_SMS_URL.rstrip("/"),
            region=settings.TENCENT_SMS_REGION,
            secret_id=settings.TENCENT_SMS_SECRET_ID,
            secret_key=settings.TENCENT_SMS_SECRET_KEY,
            app_id=settings.TENCENT_SMS_APP_ID,
            sign_name=settings.TENCENT_SMS_SIGN_NAME,
            template_id=settings.TENCENT_SMS_TEMPLATE_ID,
        )
    if settings.SMS_GATEWAY_URL:
        return HttpGateway(settings.SMS_GATEWAY_URL.rstrip("/"), settings.SMS_GATEWAY_KEY)
    return DemoGateway() if settings.DEMO else ConsoleGateway()


def _person_of(phone: str) -> Person | None:
    return Person.objects.by_phone(phone).only("pk").first()


def may_reach(row: LoginCode, person: Person | None) -> bool:
    """Whether a message may go to this number at all.

    To sign in it has to be somebody's, with an account in use or none yet. An unknown number hears from us only when a
    resident registers at a building's sign, or when somebody signed in makes it theirs; and then only while nobody
    else has it.
    """
    if person is None:
        return row.purpose in {Purpose.REGISTER, Purpose.CHANGE}
    return row.purpose != Purpose.CHANGE and not User.objects.filter(person=person, is_active=False).exists()


def purses(row: LoginCode, person: Person | None) -> list[tuple[str, str]]:
    """Which budgets one message comes out of: the whole, that of strangers, that of new people, that of one sign."""
    wanted = [("sms.all", "")]
    if not row.from_own_browser:
        wanted.append(("sms.strange", ""))
    if person is None:
        wanted.append(("sms.new", ""))
        if row.place:
            wanted.append(("sms.place", row.place))
    return wanted


@outbox.handler(TOPIC)
def hand_over(payloads: list[dict[str, Any]]) -> None:
    """Decide for each message whether it leaves; those that do are sent after the relay's commit, once."""
    for payload in payloads:
        pk = uuid.UUID(payload["id"])
        waiting = LoginCode.objects.filter(pk=pk, delivery=Delivery.WAITING)
        row = waiting.filter(expires_at__gt=clock.now()).first()
        if row is None or not waiting.update(delivery=Delivery.SENDING):
            continue
        phone = row.phone
        person = _person_of(phone)
        if not may_reach(row, person):
            _remember(pk, Delivery.NOBODY)
            continue
        held_by, _wait = limits.take_all(*purses(row, person))
        if held_by:
            log.error("sms budget is used up", code_id=str(pk), budget=held_by)
            _remember(pk, Delivery.HELD, held_by)
        else:
            code = secrets.decrypt(payload["code"], aad=LoginCode.aad(pk, "code"))
            transaction.on_commit(partial(_dispatch, pk, phone, code), robust=True)


def _remember(pk: uuid.UUID, delivery: Delivery, trouble: str = "") -> None:
    LoginCode.objects.filter(pk=pk).update(delivery=delivery, trouble=trouble)


@cache
def _senders(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=count, thread_name_prefix="sms")


def _dispatch(pk: uuid.UUID, phone: str, code: str) -> None:
    if settings.SMS_SENDERS:
        _senders(settings.SMS_SENDERS).submit(_send_on_thread, pk, phone, code)
    else:
        _send(pk, phone, code)


def _send_on_thread(pk: uuid.UUID, phone: str, code: str) -> None:
    try:
        _send(pk, phone, code)
    except Exception:
        log.exception("sms sender failed", thread=threading.current_thread().name)
    finally:
        connection.close()


def _send(pk: uuid.UUID, phone: str, code: str) -> None:
    try:
        gateway().send(phone=phone, code=code, ref=str(pk))
    except NotSent as refusal:
        log.warning("sms not sent", code_id=str(pk), trouble=refusal.trouble.value, detail=refusal.detail)
        barred = refusal.trouble is Trouble.NUMBER
        _remember(pk, Delivery.BARRED if barred else Delivery.FAILED, refusal.trouble.value)
    else:
        _remember(pk, Delivery.SENT)


def is_in_trouble() -> bool:
    """Whether messages do not leave at present: the breaker is open, or the last three failed within five minutes.

    A fact about the gateway, not about a number: everybody is told the same. What one number or one building's sign
    has used up is not counted.
    """
    tried = (Delivery.SENT, Delivery.FAILED, Delivery.HELD)
    recent = LoginCode.objects.filter(created_at__gt=clock.now() - _TROUBLE, delivery__in=tried)
    recent = recent.exclude(delivery=Delivery.HELD, trouble__in=("sms.new", "sms.place"))
    last = list(recent.order_by("-created_at").values_list("delivery", flat=True)[:3])
    return limits.is_reached("sms.all", "") or (len(last) == 3 and Delivery.SENT not in last)


def needs_somebody() -> Trouble | None:
    """The newest trouble of the last half hour that does not pass by itself: money, key, template."""
    since = clock.now() - _NEEDS_SOMEBODY
    waiting = [trouble.value for trouble in NEEDS_SOMEBODY]
    found = LoginCode.objects.filter(created_at__gt=since, trouble__in=waiting).order_by("-created_at")
    newest = found.values_list("trouble", "created_at").first()
    if newest is None:
        return None
    mended = LoginCode.objects.filter(created_at__gt=newest[1], delivery=Delivery.SENT).exists()
    return None if mended else Trouble(newest[0])
