"""Messages to phones: once, after the commit, never again (fault F26)."""

from __future__ import annotations

import pytest
from django.test import Client

from foundation.jobs import relay_once
from foundation.models import OutboxMessage
from ops.fakes.sms import FakeSms
from tests.accounts.conftest import Relay, solved
from tests.accounts.test_phone import phone_of
from tests.cast import Cast
from volunteers.accounts import sms as gateway
from volunteers.accounts.models import LoginCode


def ask(cast: Cast, client: Client) -> None:
    assert client.post("/login/", {"phone": phone_of(cast.leader), **solved()}).status_code == 302


def test_a_message_says_what_was_agreed(cast: Cast, client: Client, sms: FakeSms, relay: Relay) -> None:
    ask(cast, client)
    relay()
    (message,) = sms.messages
    row = LoginCode.objects.get()
    assert message["to"] == f"+86{phone_of(cast.leader)}"
    assert message["ref"] == str(row.pk)
    assert message["template"] == "login_code"
    assert row.delivery == "sent"


def test_the_network_is_asked_after_the_commit_only(cast: Cast, client: Client, sms: FakeSms) -> None:
    ask(cast, client)
    relay_once()
    assert sms.calls == [], "inside the transaction nothing has left"
    assert not OutboxMessage.objects.filter(topic="sms").exists()


@pytest.mark.parametrize(
    "trouble",
    [{"fail_status": 500}, {"fail_status": 429}, {"refuse": "number_barred"}, {"garbage": True}, {"slow_seconds": 1}],
)
def test_a_gateway_in_trouble_is_not_asked_twice(
    cast: Cast, client: Client, sms: FakeSms, relay: Relay, trouble: dict[str, object]
) -> None:
    sms.tell(**trouble)
    ask(cast, client)
    relay()
    sms.tell(slow_seconds=0, fail_status=0, garbage=False, refuse="")
    relay()
    relay()
    assert LoginCode.objects.get().delivery == ("barred" if trouble.get("refuse") else "failed")
    assert sms.messages == []
    assert client.get("/login/code/").status_code == 200


def test_a_repeated_hand_over_sends_nothing_more(cast: Cast, client: Client, sms: FakeSms, relay: Relay) -> None:
    """The outbox delivers at least once; the gateway must see it once."""
    ask(cast, client)
    payload = OutboxMessage.objects.get(topic="sms").payload
    relay()
    OutboxMessage.objects.create(topic="sms", payload=payload)
    relay()
    assert len(sms.messages) == 1


def test_a_message_that_waited_too_long_is_not_sent(cast: Cast, client: Client, sms: FakeSms, relay: Relay) -> None:
    ask(cast, client)
    row = LoginCode.objects.get()
    LoginCode.objects.update(expires_at=row.created_at)
    relay()
    assert sms.calls == []


def test_when_messages_keep_failing_everybody_is_told(cast: Cast, sms: FakeSms, relay: Relay) -> None:
    sms.tell(fail_status=503)
    for user in (cast.leader, cast.leader2, cast.group_leader):
        Client().post("/login/", {"phone": phone_of(user), **solved()})
        relay()
    assert gateway.is_in_trouble()
    assert "短信这会儿发得慢" in Client().get("/login/").content.decode()


def test_a_wrong_key_is_a_failure_and_not_a_crash(cast: Cast, client: Client, sms: FakeSms, relay: Relay) -> None:
    sms.tell(key="another")
    ask(cast, client)
    relay()
    assert LoginCode.objects.get().delivery == "failed"


def test_into_service_only_with_a_gateway(settings: object) -> None:
    from volunteers.accounts.checks import a_gateway_is_set_up

    settings.DEMO, settings.SMS_GATEWAY_URL = False, ""  # type: ignore[attr-defined]
    assert [found.id for found in a_gateway_is_set_up(None)] == ["accounts.E001"]
    settings.SMS_GATEWAY_URL = "http://gateway.example"  # type: ignore[attr-defined]
    assert [found.id for found in a_gateway_is_set_up(None)] == ["accounts.E002"]
    settings.SMS_GATEWAY_URL = "https://gateway.example"  # type: ignore[attr-defined]
    assert a_gateway_is_set_up(None) == []
