"""A stand-in for Tencent Cloud's SMS as its documents describe it (SendSms, 2021-01-11). `python -m ops.fakes.tencent`

It reads the request as the documents tell a server to, and works the signature out from what arrived, header by header,
so it shares no line with the program that signs.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar

from ops.fakes.server import Fake, answer, run

_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<date>[\d-]+)/(?P<service>\w+)/tc3_request, "
    r"SignedHeaders=(?P<signed>[a-z0-9;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)
CLOCK_SKEW = 300


class FakeTencent(Fake):
    """Takes messages and keeps them.

    `error`: an error of the whole request (`AuthFailure.SignatureFailure`), `code`: one of the message
    (`LimitExceeded.PhoneNumberDailyLimit`), both with status 200 as in the documents. `lose`: Ok, but nothing arrives.
    """

    secret_id: ClassVar[str] = "AKIDfake"  # noqa: S105 - a fake's own
    secret_key: ClassVar[str] = "only-for-tests"  # noqa: S105 - a fake's own
    defaults: ClassVar[dict[str, Any]] = {**Fake.defaults, "error": "", "code": "", "lose": False}

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What phones would have got, oldest first."""
        with self.lock:
            return [call for call in self.calls if call.get("delivered")]

    def respond(self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, str], body: bytes) -> None:
        """POST / with the action in a header."""
        wrong = self._wrong_with(handler, path, body) or self.settings["error"]
        if wrong:
            with self.lock:
                self.calls.append({"delivered": False, "error": wrong})
            _reply(handler, {"Error": {"Code": wrong, "Message": "told to fail"}})
            return
        told = json.loads(body)
        code = self.settings["code"] or _wrong_words(told)
        phone = told["PhoneNumberSet"][0]
        with self.lock:
            self.calls.append(told | {"delivered": not code and not self.settings["lose"], "code": code})
            serial = f"{len(self.calls)}:{uuid.uuid4().hex[:12]}"
        status = {
            "SerialNo": "" if code else serial,
            "PhoneNumber": phone,
            "Fee": 0 if code else 1,
            "SessionContext": told.get("SessionContext", ""),
            "Code": code or "Ok",
            "Message": "refused" if code else "send success",
            "IsoCode": "CN",
        }
        _reply(handler, {"SendStatusSet": [status]})

    def _wrong_with(self, handler: BaseHTTPRequestHandler, path: str, body: bytes) -> str:
        headers = handler.headers
        if handler.command != "POST" or path != "/":
            return "InvalidParameter"
        if headers.get("X-TC-Action") != "SendSms" or headers.get("X-TC-Version") != "2021-01-11":
            return "InvalidAction"
        found = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
        if not found:
            return "AuthFailure.SignatureFailure"
        if found["id"] != self.secret_id:
            return "AuthFailure.SecretIdNotFound"
        stamp = headers.get("X-TC-Timestamp", "0")
        if abs(time.time() - int(stamp)) > CLOCK_SKEW:
            return "AuthFailure.SignatureExpire"
        if found["date"] != time.strftime("%Y-%m-%d", time.gmtime(int(stamp))) or found["service"] != "sms":
            return "AuthFailure.SignatureFailure"
        good = hmac.compare_digest(found["signature"], self._signature(handler, found, stamp, body))
        return "" if good else "AuthFailure.SignatureFailure"

    def _signature(self, handler: BaseHTTPRequestHandler, found: re.Match[str], stamp: str, body: bytes) -> str:
        names = found["signed"].split(";")
        assert {"content-type", "host"} <= set(names)
        lines = [f"{name}:{handler.headers.get(name, '').strip()}" for name in names]
        lines = [line.lower() if line.startswith("x-tc-action") else line for line in lines]
        request = f"POST\n/\n\n{chr(10).join(lines)}\n\n{found['signed']}\n{hashlib.sha256(body).hexdigest()}"
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = f"TC3-HMAC-SHA256\n{stamp}\n{found['date']}/{found['service']}/tc3_request\n{digest}"
        key = ("TC3" + self.secret_key).encode()
        for part in (found["date"], found["service"], "tc3_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _wrong_words(told: dict[str, Any]) -> str:
    if not re.fullmatch(r"\+86\d{11}", str((told.get("PhoneNumberSet") or [""])[0])):
        return "InvalidParameterValue.IncorrectPhoneNumber"
    if len(told.get("TemplateParamSet") or []) != 2:
        return "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
    return "" if told.get("SmsSdkAppId") and told.get("SignName") and told.get("TemplateId") else "MissingParameter"


def _reply(handler: BaseHTTPRequestHandler, response: dict[str, Any]) -> None:
    answer(handler, 200, {"Response": response | {"RequestId": str(uuid.uuid4())}})


if __name__ == "__main__":
    run(FakeTencent(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
