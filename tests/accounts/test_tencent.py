"""Tencent's SendSms behind the gateway: the documented signature, every kind of refusal, and never a second try."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ops.fakes.tencent import FakeTencent
from tests.accounts.conftest import Relay, solved
from tests.accounts.test_phone import phone_of
from tests.cast import Cast
from volunteers.accounts import budget, sms
from volunteers.accounts.models import LoginCode
from volunteers.accounts.providers import tencent as protocol
from volunteers.accounts.providers.base import Trouble


def ask(cast: Cast, client: Client) -> None:
    assert client.post("/login/", {"phone": phone_of(cast.leader), **solved()}).status_code == 302


def test_the_signature_is_that_of_the_documents() -> None:
    """The worked example of Tencent's "signature v3", with the key half hidden as it is printed there."""
    signed = protocol.authorization(
        secret_id="AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******", secret_key="Gu5t9xGARNpq86cd98joQYCN3*******",
        service="cvm", host="cvm.tencentcloudapi.com", action="DescribeInstances", timestamp=1551113065,
        body='{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
    )  # fmt: skip
    assert signed == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host;x-tc-action, "
        "Signature=be4f67d323c78ab9acb7395e43c0dbcf822a9cfac32fea2449a7bc7726b770a3"
    )


def test_a_code_arrives_with_signature_template_and_reference(
    cast: Cast, client: Client, tencent: FakeTencent, relay: Relay
) -> None:
    ask(cast, client)
    relay()
    (message,) = tencent.messages
    row = LoginCode.objects.get()
    assert message["PhoneNumberSet"] == [f"+86{phone_of(cast.leader)}"]
    assert message["SignName"] == "云溪区三长"
    assert message["SessionContext"] == str(row.pk)
    assert message["TemplateParamSet"][1] == "5"
    assert (row.delivery, row.trouble) == ("sent", "")
    answer = client.post("/login/code/", {"code": message["TemplateParamSet"][0]})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("mood", "delivery", "trouble"),
    [
        ({"slow_seconds": 1}, "failed", "away"),
        ({"garbage": True}, "failed", "away"),
        ({"fail_status": 500}, "failed", "busy"),
        ({"error": "InternalError.Timeout"}, "failed", "busy"),
        ({"error": "RequestLimitExceeded"}, "failed", "busy"),
        ({"error": "AuthFailure.SignatureFailure"}, "failed", "setup"),
        ({"error": "AuthFailure.SecretIdNotFound"}, "failed", "setup"),
        ({"error": "UnauthorizedOperation.RequestIpNotInWhitelist"}, "failed", "setup"),
        ({"code": "LimitExceeded.PhoneNumberDailyLimit"}, "barred", "number"),
        ({"code": "LimitExceeded.PhoneNumberThirtySecondLimit"}, "barred", "number"),
        ({"code": "FailedOperation.PhoneNumberInBlacklist"}, "barred", "number"),
        ({"code": "InvalidParameterValue.IncorrectPhoneNumber"}, "barred", "number"),
        ({"code": "LimitExceeded.AppMainlandChinaDailyLimit"}, "failed", "budget"),
        ({"code": "FailedOperation.InsufficientBalanceInSmsPackage"}, "failed", "balance"),
        ({"code": "FailedOperation.SignatureIncorrectOrUnapproved"}, "failed", "setup"),
        ({"code": "FailedOperation.TemplateIncorrectOrUnapproved"}, "failed", "setup"),
        ({"code": "FailedOperation.FailResolvePacket"}, "failed", "refused"),
        ({"code": "SomethingNew"}, "failed", "refused"),
    ],
)
def test_every_refusal_is_understood_and_none_is_tried_again(  # noqa: PLR0917
    cast: Cast, client: Client, tencent: FakeTencent, relay: Relay, mood: dict[str, Any], delivery: str, trouble: str
) -> None:
    tencent.tell(**mood)
    ask(cast, client)
    relay()
    row = LoginCode.objects.get()
    assert (row.delivery, row.trouble) == (delivery, trouble)
    tencent.reset()
    relay()
    assert tencent.calls == [], "not asked again"
    assert client.get("/login/code/").status_code == 200


def test_a_message_taken_and_lost_looks_sent_and_another_can_be_asked_for(
    cast: Cast, client: Client, tencent: FakeTencent, relay: Relay
) -> None:
    from tests.accounts.test_limits import let_pass

    tencent.tell(lose=True)
    ask(cast, client)
    relay()
    assert tencent.messages == []
    assert LoginCode.objects.get().delivery == "sent"
    tencent.tell(lose=False)
    let_pass(61)
    assert client.post("/login/again/").status_code == 302
    relay()
    assert len(tencent.messages) == 1


def test_a_wrong_key_is_found_out_by_the_other_side(
    cast: Cast, client: Client, tencent: FakeTencent, relay: Relay, settings: Any
) -> None:
    settings.TENCENT_SMS_SECRET_KEY = "another"
    ask(cast, client)
    relay()
    assert LoginCode.objects.get().trouble == "setup"
    assert sms.needs_somebody() is Trouble.SETUP
    assert budget.alarms() == ["setup"]


def test_a_barred_number_is_no_trouble_of_the_provider(cast: Cast, tencent: FakeTencent, relay: Relay) -> None:
    tencent.tell(code="FailedOperation.PhoneNumberInBlacklist")
    for user in (cast.leader, cast.leader2, cast.group_leader):
        Client().post("/login/", {"phone": phone_of(user), **solved()})
        relay()
    assert not sms.is_in_trouble()
    assert budget.alarms() == []


def test_into_service_only_with_everything_tencent_wants(settings: Any) -> None:
    from volunteers.accounts.checks import a_gateway_is_set_up

    settings.DEMO, settings.SMS_PROVIDER, settings.SMS_GATEWAY_URL = False, "tencent", ""
    for name in ("SECRET_ID", "SECRET_KEY", "APP_ID", "SIGN_NAME", "TEMPLATE_ID"):
        setattr(settings, f"TENCENT_SMS_{name}", "")
    (found,) = a_gateway_is_set_up(None)
    assert found.id == "accounts.E003"
    assert "TENCENT_SMS_SIGN_NAME" in found.msg
    for name in ("SECRET_ID", "SECRET_KEY", "APP_ID", "SIGN_NAME", "TEMPLATE_ID"):
        setattr(settings, f"TENCENT_SMS_{name}", "x")
    assert a_gateway_is_set_up(None) == []
    settings.TENCENT_SMS_URL = "http://sms.example"
    assert [one.id for one in a_gateway_is_set_up(None)] == ["accounts.E002"]
