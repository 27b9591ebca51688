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
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.db import connection, transaction

from foundation import clock, outbox, secrets
from volunteers.accounts import limits, outgoing
from volunteers.accounts.models import Delivery, LoginCode, User
from volunteers.people.models import Person

log = structlog.get_logger(__name__)
TOPIC = "sms"
TEMPLATE = "login_code"
_TROUBLE = dt.timedelta(minutes=5)


class NotSent(Exception):
    """The gateway did not take the message."""


class SmsGateway(Protocol):
    """What hands a code to a phone."""

    shows_codes: bool

    def send(self, *, phone: str, code: str, ref: str) -> None:
        """Send once. Raises `NotSent`; the caller does not try again."""


class ConsoleGateway:
    """For developers without the demo: the code is in the log."""

    shows_codes = False

    def send(self, *, phone: str, code: str, ref: str) -> None:
        """Write it to the log, with the number masked."""
        log.info("sms", to=secrets.mask_phone(phone), code=code)


class DemoGateway:
    """The demo sends nothing: the page itself shows the code, in a box that says so."""

    shows_codes = True

    def send(self, *, phone: str, code: str, ref: str) -> None:
        """Nothing to do."""


class HttpGateway:
    """A gateway that speaks our small protocol (docs/sms-gateway.md; ops/fakes/sms.py is one)."""

    shows_codes = False

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key

    def send(self, *, phone: str, code: str, ref: str) -> None:
        """POST one message; anything but `accepted` counts as not sent."""
        body = {"to": f"+86{phone}", "template": TEMPLATE, "params": {"code": code, "minutes": 5}, "ref": ref}
        headers = {"Authorization": f"Bearer {self.key}"}
        try:
            status, answer = outgoing.ask("POST", f"{self.url}/v1/messages", json=body, headers=headers)
        except outgoing.Unreachable as error:
            raise NotSent(str(error)) from None
        if status != 200 or answer.get("status") != "accepted":
            raise NotSent(f"{status} {answer.get('error', '')}"[:100])


def gateway() -> SmsGateway:
    """The gateway of this place: a configured one, else the demo's, else the log."""
    if settings.SMS_GATEWAY_URL:
        return HttpGateway(settings.SMS_GATEWAY_URL.rstrip("/"), settings.SMS_GATEWAY_KEY)
    return DemoGateway() if settings.DEMO else ConsoleGateway()


def belongs_to_somebody(phone: str) -> bool:
    """Whether a message to this number reaches somebody we know, with an account in use or none yet."""
    person = Person.objects.by_phone(phone).only("pk").first()
    return person is not None and not User.objects.filter(person=person, is_active=False).exists()


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
        if not belongs_to_somebody(phone):
            _remember(pk, Delivery.NOBODY)
        elif limits.take("sms.all", ""):
            log.error("sms breaker is open", code_id=str(pk))
            _remember(pk, Delivery.HELD)
        else:
            code = secrets.decrypt(payload["code"], aad=LoginCode.aad(pk, "code"))
            transaction.on_commit(partial(_dispatch, pk, phone, code), robust=True)


def _remember(pk: uuid.UUID, delivery: Delivery) -> None:
    LoginCode.objects.filter(pk=pk).update(delivery=delivery)


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
    except NotSent as error:
        log.warning("sms not sent", code_id=str(pk), error=str(error))
        _remember(pk, Delivery.FAILED)
    else:
        _remember(pk, Delivery.SENT)


def is_in_trouble() -> bool:
    """Whether messages do not leave at present: the breaker is open, or the last three failed within five minutes.

    A fact about the gateway, not about a number: everybody is told the same.
    """
    tried = (Delivery.SENT, Delivery.FAILED, Delivery.HELD)
    recent = LoginCode.objects.filter(created_at__gt=clock.now() - _TROUBLE, delivery__in=tried)
    last = list(recent.order_by("-created_at").values_list("delivery", flat=True)[:3])
    return limits.is_reached("sms.all", "") or (len(last) == 3 and Delivery.SENT not in last)
