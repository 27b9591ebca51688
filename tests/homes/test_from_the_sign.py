"""The whole way of somebody nobody knows: sign, age, number, code, entrance, door; then the leader's yes."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.test import Client

from tests.accounts.conftest import Relay, _fake_sms, relay, sms, solved  # noqa: F401 - fixtures
from tests.accounts.test_phone import NOBODY
from tests.accounts.test_registration import Register, register  # noqa: F401 - fixtures
from tests.cast import Cast
from tests.homes.conftest import Homes
from volunteers.accounts.models import User
from volunteers.homes.models import Resident


def test_from_the_sign_at_the_door_to_a_lit_window(
    homes: Homes,
    cast: Cast,
    client: Client,
    client_for: Callable[[User], Client],
    register: Register,  # noqa: F811
) -> None:
    code = homes.building.sign_code
    assert f"/join/{code}/" in client.get(f"/s/{code}/").content.decode()
    away = client.post(f"/join/{code}/", {"old_enough": "on"})["Location"]
    assert client.get(away)["Location"].startswith("/login/register/")
    words = {"name": "林小满", "phone": NOBODY, "of_age": "on", "consent": "on", "next": f"/join/{code}/", **solved()}
    digits = register(client, words)
    back = client.post("/login/register/code/", {"code": digits})["Location"]
    assert back == f"/join/{code}/"
    page = client.get(back).content.decode()
    assert "1单元 · 周邻长" in page
    assert "您的姓名" not in page
    where = {"where": f"{cast.neighbourhood.uid}|1单元", "door": "402", "old_enough": "on"}
    assert client.post(back, {"id": str(uuid.uuid4()), **where})["Location"] == "/homes/mine/"
    assert "joining" not in client.session
    row = Resident.objects.get(person__name="林小满")
    assert row.household == homes.door("402")
    client_for(cast.leader).post(f"/homes/residents/{row.uid}/confirm/")
    assert "您的邻长是周邻长" in client.get("/homes/mine/").content.decode()
