"""Tencent Cloud's SMS: `SendSms` of 2021-01-11, signed with TC3-HMAC-SHA256.

Documents: "SMS / API / SendSms" (product 382, document 55981) and "API 3.0 signature v3" (382, 52072). The template of
the code has two variables, the code and its minutes: 「{1}为您的登录验证码，{2}分钟内有效，请勿告诉别人。」
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from volunteers.accounts import outgoing
from volunteers.accounts.providers.base import NotSent, Trouble
from volunteers.accounts.providers.plain import MINUTES

ACTION, VERSION, SERVICE, ALGORITHM = "SendSms", "2021-01-11", "sms", "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json; charset=utf-8"
SIGNED = "content-type;host;x-tc-action"

# By the first part that fits, so longer names stand before shorter ones.
_TROUBLES: tuple[tuple[str, Trouble], ...] = (
    ("LimitExceeded.PhoneNumber", Trouble.NUMBER),
    ("FailedOperation.PhoneNumberInBlacklist", Trouble.NUMBER),
    ("FailedOperation.PhoneNumberOnBlacklist", Trouble.NUMBER),
    ("InvalidParameterValue.IncorrectPhoneNumber", Trouble.NUMBER),
    ("UnsupportedOperation.UnsupportedRegion", Trouble.NUMBER),
    ("FailedOperation.InsufficientBalanceInSmsPackage", Trouble.BALANCE),
    ("FailedOperation.AccountOverdue", Trouble.BALANCE),
    ("FailedOperation.NotEnterpriseCertification", Trouble.SETUP),
    ("FailedOperation.SignatureIncorrectOrUnapproved", Trouble.SETUP),
    ("FailedOperation.MissingSignature", Trouble.SETUP),
    ("FailedOperation.TemplateIncorrectOrUnapproved", Trouble.SETUP),
    ("FailedOperation.TemplateParamSetNotMatchApprovedTemplate", Trouble.SETUP),
    ("FailedOperation.TemplateUnapprovedOrNotExist", Trouble.SETUP),
    ("FailedOperation.ContainSensitiveWord", Trouble.SETUP),
    ("FailedOperation", Trouble.REFUSED),
    ("LimitExceeded", Trouble.BUDGET),
    ("RequestLimitExceeded", Trouble.BUSY),
    ("InternalError", Trouble.BUSY),
    ("ResourceUnavailable", Trouble.BUSY),
    ("AuthFailure", Trouble.SETUP),
    ("UnauthorizedOperation", Trouble.SETUP),
    ("InvalidParameter", Trouble.SETUP),
    ("MissingParameter", Trouble.SETUP),
    ("UnsupportedOperation", Trouble.SETUP),
)


def trouble_of(code: str) -> Trouble:
    """What one of Tencent's error codes means for us."""
    return next((trouble for start, trouble in _TROUBLES if code.startswith(start)), Trouble.REFUSED)


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def authorization(
    *, secret_id: str, secret_key: str, service: str, host: str, action: str, body: str, timestamp: int
) -> str:
    """The header `Authorization` of one request: canonical request, text to sign, derived key, signature."""
    date = dt.datetime.fromtimestamp(timestamp, dt.UTC).strftime("%Y-%m-%d")
    headers = f"content-type:{CONTENT_TYPE}\nhost:{host}\nx-tc-action:{action.lower()}\n"
    canonical = "\n".join(["POST", "/", "", headers, SIGNED, hashlib.sha256(body.encode()).hexdigest()])
    scope = f"{date}/{service}/tc3_request"
    to_sign = "\n".join([ALGORITHM, str(timestamp), scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = _hmac(_hmac(_hmac(f"TC3{secret_key}".encode(), date), service), "tc3_request")
    signature = _hmac(key, to_sign).hex()
    return f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={SIGNED}, Signature={signature}"


@dataclass(frozen=True, slots=True)
class TencentGateway:
    """One application at Tencent Cloud; asked once a message, for three seconds at most."""

    url: str
    region: str
    secret_id: str
    secret_key: str
    app_id: str
    sign_name: str
    template_id: str
    shows_codes: ClassVar[bool] = False

    def send(self, *, phone: str, code: str, ref: str) -> None:
        """Hand one code over. Raises `NotSent` with the reason; `SessionContext` carries our reference."""
        words = {
            "PhoneNumberSet": [f"+86{phone}"],
            "SmsSdkAppId": self.app_id,
            "SignName": self.sign_name,
            "TemplateId": self.template_id,
            "TemplateParamSet": [code, str(MINUTES)],
            "SessionContext": ref,
        }
        body = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
        try:
            status, answer = outgoing.ask("POST", self.url, content=body.encode(), headers=self._headers(body))
        except outgoing.Unreachable as error:
            raise NotSent(Trouble.AWAY, str(error)) from None
        _judge(status, answer)

    def _headers(self, body: str) -> dict[str, str]:
        timestamp, host = int(time.time()), urlsplit(self.url).netloc
        signed = authorization(
            secret_id=self.secret_id, secret_key=self.secret_key, service=SERVICE, host=host, action=ACTION,
            body=body, timestamp=timestamp,
        )  # fmt: skip
        return {
            "Content-Type": CONTENT_TYPE,
            "Host": host,
            "X-TC-Action": ACTION,
            "X-TC-Version": VERSION,
            "X-TC-Timestamp": str(timestamp),
            "X-TC-Region": self.region,
            "Authorization": signed,
        }


def _judge(status: int, answer: dict[str, Any]) -> None:
    """Raise unless the answer says that the one message was taken. Errors come with status 200 as well."""
    response = answer.get("Response")
    if not isinstance(response, dict):
        raise NotSent(Trouble.BUSY if status >= 500 else Trouble.AWAY, f"{status} no Response")
    if error := response.get("Error"):
        code = str(error.get("Code", "")) if isinstance(error, dict) else ""
        raise NotSent(trouble_of(code), code)
    sent = response.get("SendStatusSet")
    first = sent[0] if isinstance(sent, list) and sent and isinstance(sent[0], dict) else {}
    code = str(first.get("Code", ""))
    if status != 200 or code != "Ok":
        raise NotSent(trouble_of(code) if code else Trouble.AWAY, f"{status} {code}")
