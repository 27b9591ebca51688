"""The gateways that need no provider: the log, the demo's page, and a district's own adapter."""

from __future__ import annotations

import structlog

from foundation import secrets
from volunteers.accounts import outgoing
from volunteers.accounts.providers.base import NotSent, Trouble

log = structlog.get_logger(__name__)
TEMPLATE = "login_code"
MINUTES = 5

_TROUBLES = {
    "number_barred": Trouble.NUMBER,
    "number_unknown": Trouble.NUMBER,
    "number_limit": Trouble.NUMBER,
    "daily_limit": Trouble.BUDGET,
    "no_balance": Trouble.BALANCE,
    "wrong_key": Trouble.SETUP,
    "wrong_template": Trouble.SETUP,
    "busy": Trouble.BUSY,
}


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
        body = {"to": f"+86{phone}", "template": TEMPLATE, "params": {"code": code, "minutes": MINUTES}, "ref": ref}
        headers = {"Authorization": f"Bearer {self.key}"}
        try:
            status, answer = outgoing.ask("POST", f"{self.url}/v1/messages", json=body, headers=headers)
        except outgoing.Unreachable as error:
            raise NotSent(Trouble.AWAY, str(error)) from None
        if status == 200 and answer.get("status") == "accepted":
            return
        error_name = str(answer.get("error", ""))
        otherwise = Trouble.BUSY if status >= 500 or status == 429 else Trouble.REFUSED
        raise NotSent(_TROUBLES.get(error_name, otherwise), f"{status} {error_name}")
