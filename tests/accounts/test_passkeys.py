"""Passkeys of staff: added, used as a second factor and alone, named, removed; and every way it must not go (R29)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from foundation.models import AuditEntry
from tests.accounts.authenticator import PRESENT, SoftAuthenticator
from tests.accounts.test_limits import let_pass
from tests.accounts.test_phone import signed_in_as
from tests.accounts.test_staff import NOON, PASSWORD, enrol, give_password, is_in_console
from tests.cast import Cast
from volunteers.accounts.models import Passkey, User

ClientFor = Callable[[User], Client]
Traveller = time_machine.Traveller


@pytest.fixture
def at_noon() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def clerk(cast: Cast) -> User:
    cast.street_clerk.set_password(PASSWORD)
    cast.street_clerk.save()
    return cast.street_clerk


def add(client: Client, key: SoftAuthenticator, name: str = "办公室电脑") -> Any:
    options = client.post("/login/staff/passkey/add/options/")
    assert options.status_code == 200, options.content.decode()
    return client.post("/login/staff/passkey/add/", {"answer": key.create(options.json()), "name": name})


def use(client: Client, key: SoftAuthenticator, **more: Any) -> Any:
    options = client.post("/login/staff/passkey/options/")
    assert options.status_code == 200, options.content.decode()
    return client.post("/login/staff/passkey/", {"answer": key.get(options.json(), **more)})


@pytest.fixture
def key(clerk: User, client_for: ClientFor) -> SoftAuthenticator:
    """A passkey of the clerk, added in a console session."""
    made = SoftAuthenticator()
    assert add(client_for(clerk), made).json() == {"next": "/login/staff/recovery/"}, "the first factor of all"
    return made


@pytest.mark.everywhere
def test_a_passkey_added_in_the_console_signs_in_by_itself(clerk: User, key: SoftAuthenticator) -> None:
    client = Client()
    answer = use(client, key)
    assert answer.json() == {"next": "/console/"}
    assert signed_in_as(client) == str(clerk.pk)
    assert is_in_console(client), "the person was verified: that is both factors"
    acts = list(AuditEntry.objects.filter(actor_id=clerk.pk).values_list("act", flat=True))
    assert "passkey.add" in acts
    assert "sign_in.passkey" in acts
    assert Passkey.objects.get().last_used_at is not None


def test_after_the_password_a_passkey_is_the_second_factor(clerk: User, key: SoftAuthenticator) -> None:
    client = Client()
    assert give_password(client, clerk, next="/console/reports/") == "/login/staff/code/"
    assert "data-passkey" in client.get("/login/staff/code/").content.decode()
    assert use(client, key).json() == {"next": "/console/reports/"}
    assert is_in_console(client)


def test_a_first_passkey_instead_of_the_authenticator_brings_recovery_codes(clerk: User) -> None:
    client, made = Client(), SoftAuthenticator()
    assert give_password(client, clerk) == "/login/staff/setup/"
    assert "data-passkey" in client.get("/login/staff/setup/").content.decode()
    assert add(client, made).json() == {"next": "/login/staff/recovery/"}
    codes = re.findall(r'class="receipt">(\d{8})<', client.get("/login/staff/recovery/").content.decode())
    assert len(set(codes)) == 10
    assert client.get("/login/staff/recovery/")["Location"].startswith("/login/staff/"), "shown once"
    assert is_in_console(client)
    let_pass(3600)
    other = Client()
    assert give_password(other, clerk) == "/login/staff/code/"
    assert other.post("/login/staff/code/", {"code": codes[0]}).status_code == 302
    assert is_in_console(other)


def test_before_password_and_second_factor_nothing_is_added(
    cast: Cast, clerk: User, client: Client, at_noon: Traveller, client_for: ClientFor
) -> None:
    assert client.post("/login/staff/passkey/add/options/").status_code == 403
    by_phone = Client()
    by_phone.force_login(clerk, backend="volunteers.accounts.backends.AccountBackend")
    assert by_phone.post("/login/staff/passkey/add/options/").status_code == 403
    assert client_for(cast.leader).post("/login/staff/passkey/add/options/").status_code == 403
    enrol(Client(), clerk, time.time())
    with_password = Client()
    give_password(with_password, clerk)
    assert with_password.post("/login/staff/passkey/add/options/").status_code == 403, "enrolled: the code first"
    session = client_for(clerk)
    at_noon.shift(11 * 60)
    assert session.post("/login/staff/passkey/add/options/").status_code == 403, "not lately enough"


def test_a_passkey_of_another_site_is_refused(clerk: User, client_for: ClientFor, key: SoftAuthenticator) -> None:
    foreign = SoftAuthenticator(origin="https://three-heads.example")
    assert add(client_for(clerk), foreign).status_code == 422
    key.origin = "https://three-heads.example"
    client = Client()
    assert use(client, key).status_code == 422
    assert signed_in_as(client) is None


def test_the_person_must_have_been_verified(clerk: User, client_for: ClientFor, key: SoftAuthenticator) -> None:
    lazy = SoftAuthenticator()
    lazy.flags = PRESENT
    assert add(client_for(clerk), lazy).status_code == 422
    key.flags = PRESENT
    assert use(Client(), key).status_code == 422


def test_an_answer_counts_once_and_in_its_own_session(clerk: User, key: SoftAuthenticator) -> None:
    client, thief = Client(), Client()
    options = client.post("/login/staff/passkey/options/").json()
    answer = key.get(options)
    thief.post("/login/staff/passkey/options/")
    assert thief.post("/login/staff/passkey/", {"answer": answer}).status_code == 422
    assert client.post("/login/staff/passkey/", {"answer": answer}).status_code == 200
    client.post("/logout/")
    assert client.post("/login/staff/passkey/", {"answer": answer}).status_code == 422
    assert Client().post("/login/staff/passkey/", {"answer": answer}).status_code == 422


def test_a_forged_signature_an_unknown_key_and_nonsense_are_refused_alike(clerk: User, key: SoftAuthenticator) -> None:
    unknown = SoftAuthenticator()
    forged = SoftAuthenticator()
    forged.credential_id, forged.user_handle = key.credential_id, key.user_handle
    texts = {use(Client(), unknown).content, use(Client(), forged).content}
    for answer in ("", "{}", "[]", "x" * 30_000, json.dumps({"rawId": "%%%"}), '{"id": 3, "rawId": 4, "response": 5}'):
        client = Client()
        client.post("/login/staff/passkey/options/")
        refused = client.post("/login/staff/passkey/", {"answer": answer})
        assert refused.status_code == 422
        texts.add(refused.content)
    assert len(texts) == 1


def test_a_counter_that_goes_back_tells_of_a_copied_key(clerk: User, key: SoftAuthenticator) -> None:
    assert use(Client(), key, count=5).status_code == 200
    assert use(Client(), key, count=-1).status_code == 422
    assert AuditEntry.objects.filter(act="passkey.copied", actor_id=clerk.pk, result="refused").count() == 1
    assert use(Client(), key, count=2).status_code == 200


def test_a_key_that_does_not_count_is_taken(clerk: User, key: SoftAuthenticator) -> None:
    assert use(Client(), key, count=0).status_code == 200
    assert use(Client(), key, count=0).status_code == 200


def test_the_passkey_of_a_colleague_is_not_the_second_factor_of_ones_password(
    cast: Cast, clerk: User, key: SoftAuthenticator
) -> None:
    cast.worker.set_password(PASSWORD)
    cast.worker.save()
    client = Client()
    give_password(client, cast.worker)
    assert use(client, key).status_code == 422
    assert signed_in_as(client) is None


def test_when_the_post_ends_so_does_the_passkey(clerk: User, key: SoftAuthenticator) -> None:
    assert clerk.person
    clerk.person.appointments.update(starts_on="2020-01-01", ends_on="2020-02-01")
    assert use(Client(), key).status_code == 422


def test_a_passkey_is_named_and_renamed(clerk: User, client_for: ClientFor, key: SoftAuthenticator) -> None:
    client = client_for(clerk)
    assert "办公室电脑" in client.get("/me/passkeys/").content.decode()
    uid = Passkey.objects.get().uid
    assert client.post(f"/me/passkeys/{uid}/rename/", {"name": " 家里  平板 "}).status_code == 302
    assert Passkey.objects.get().name == "家里 平板"
    assert client.post(f"/me/passkeys/{uid}/rename/", {"name": " "}).status_code == 422
    assert add(client, SoftAuthenticator(), name=" ").status_code == 422


def test_the_last_second_factor_cannot_be_removed(clerk: User, client_for: ClientFor, key: SoftAuthenticator) -> None:
    client = client_for(clerk)
    uid = Passkey.objects.get().uid
    assert client.post(f"/me/passkeys/{uid}/remove/").status_code == 409
    add(client, SoftAuthenticator(), name="手机")
    assert client.post(f"/me/passkeys/{uid}/remove/").status_code == 302
    assert Passkey.objects.get().name == "手机"
    assert AuditEntry.objects.filter(act="passkey.remove", actor_id=clerk.pk).count() == 1
    assert use(Client(), key).status_code == 422


def test_beside_the_authenticator_every_passkey_may_go(clerk: User, at_noon: Traveller) -> None:
    client = Client()
    enrol(client, clerk, time.time())
    assert add(client, SoftAuthenticator()).status_code == 200
    assert client.post(f"/me/passkeys/{Passkey.objects.get().uid}/remove/").status_code == 302


def test_somebody_elses_passkey_is_not_there(cast: Cast, key: SoftAuthenticator, client_for: ClientFor) -> None:
    uid = Passkey.objects.get().uid
    other = client_for(cast.worker)
    assert other.post(f"/me/passkeys/{uid}/remove/").status_code == 404
    assert other.post(f"/me/passkeys/{uid}/rename/", {"name": "我的"}).status_code == 404
    assert client_for(cast.leader).get("/me/passkeys/").status_code == 403


def test_the_same_key_is_added_once_and_ten_at_most(clerk: User, client_for: ClientFor, key: SoftAuthenticator) -> None:
    client = client_for(clerk)
    assert add(client, key).status_code == 409
    for n in range(9):
        assert add(client, SoftAuthenticator(), name=f"第{n}个").status_code == 200
    assert add(client, SoftAuthenticator()).status_code == 409


def test_what_a_device_learns_of_the_account_is_a_name_and_a_digest(clerk: User, client_for: ClientFor) -> None:
    options = client_for(clerk).post("/login/staff/passkey/add/options/").json()["publicKey"]
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert len(options["user"]["id"]) == 43
    assert options["rp"]["id"] == "testserver"


def test_thirty_questions_a_quarter_of_an_hour_for_a_session(clerk: User, client: Client) -> None:
    answers = [client.post("/login/staff/passkey/options/").status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


def test_a_reset_forgets_passkeys_too(clerk: User, key: SoftAuthenticator) -> None:
    from foundation.actors import SYSTEM
    from volunteers.accounts import second_factor

    second_factor.forget(user=clerk, acting_user=SYSTEM, reason="lost")
    assert not second_factor.is_enrolled(clerk)
    assert use(Client(), key).status_code == 422
