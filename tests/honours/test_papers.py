"""My honours on the phone, the paper of service, and what a stranger learns of its number."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foundation.errors import Conflict, Missing
from foundation.idempotency import DifferentBody
from rewards.honours import proofs, services
from rewards.honours.models import ServiceProof, ServiceRecord
from rewards.honours.numbers import new_number, normal_number
from tests.cast import Cast, person_of
from tests.honours.conftest import at
from volunteers.accounts.models import User

ClientFor = Callable[[User], Client]
Served = Callable[..., ServiceRecord]


def told(number: str, client: Client | None = None) -> str:
    """What the public page says."""
    return (client or Client()).get(reverse("certificate_check", args=[number])).content.decode()


def test_my_service_by_year_is_mine_alone(cast: Cast, client_for: ClientFor, served: Served) -> None:
    served(minutes=90, started_at=at(2025, 12, 31, 23))
    served(minutes=50, started_at=at(2026, 3, 5))
    served(cast.leader2, minutes=600, project="别人的值守")
    page = client_for(cast.leader).get(reverse("honours")).content.decode()
    assert "一共 2.3 小时" in page
    assert re.search(r"2025</b>.*?1\.5 小时", page, re.DOTALL)
    assert re.search(r"2026</b>.*?0\.8 小时", page, re.DOTALL)
    assert "组长许敏证明" in page
    assert "别人的值守" not in page


def test_a_paper_says_of_itself_only_what_its_owner_agreed_to(
    cast: Cast, client_for: ClientFor, served: Served
) -> None:
    served()
    phone = client_for(cast.leader)
    body = {"id": str(uuid.uuid4()), "year": "2026"}
    shown = phone.post(reverse("proof_print"), body, follow=True).content.decode()
    quiet = ServiceProof.objects.get()
    assert quiet.number in shown
    assert "兹证明 周桂兰" in shown
    assert "<svg" in shown
    page = told(quiet.number)
    assert "有效" in page
    assert "周*" in page
    assert "桂兰" not in page
    assert "2026-03-05" not in page
    phone.post(reverse("proof_print"), body | {"id": str(uuid.uuid4()), "shows_details": "on"})
    open_one = ServiceProof.objects.exclude(pk=quiet.pk).get()
    page = told(open_one.number)
    assert "2026-03-05" in page
    assert "1.5 小时" in page
    assert "桂兰" not in page


def test_a_void_paper_and_one_with_a_wrong_record_say_so(cast: Cast, client_for: ClientFor, served: Served) -> None:
    served(source_key="right")
    served(source_key="wrong")
    values: dict[str, Any] = {"year": None, "shows_details": False, "acting_user": cast.leader}
    first = proofs.print_proof(id=uuid.uuid4(), **values)
    assert client_for(cast.leader2).post(reverse("service_proof_withdraw", args=[first.pk])).status_code == 404
    client_for(cast.leader).post(reverse("service_proof_withdraw", args=[first.pk]))
    assert "已作废" in told(first.number)
    second = proofs.print_proof(id=uuid.uuid4(), **values)
    services.withdraw_hours(source_key="wrong", reason="记错了", acting_user=cast.worker)
    assert "已作废" in told(second.number)
    third = proofs.print_proof(id=uuid.uuid4(), **values)
    assert third.minutes == 90
    assert "有效" in told(third.number)


def test_the_same_print_twice_is_one_paper_and_an_empty_one_is_none(cast: Cast, served: Served) -> None:
    with pytest.raises(Conflict):
        proofs.print_proof(id=uuid.uuid4(), year=None, shows_details=False, acting_user=cast.leader)
    served()
    key = uuid.uuid4()
    one = proofs.print_proof(id=key, year=None, shows_details=False, acting_user=cast.leader)
    assert proofs.print_proof(id=key, year=None, shows_details=False, acting_user=cast.leader).pk == one.pk
    with pytest.raises(DifferentBody):
        proofs.print_proof(id=key, year=None, shows_details=True, acting_user=cast.leader)
    with pytest.raises(Missing):
        proofs.withdraw_proof(proof=one, acting_user=cast.leader2)


def test_somebody_who_tries_numbers_is_held_up(cast: Cast, served: Served) -> None:
    served()
    proof = proofs.print_proof(id=uuid.uuid4(), year=None, shows_details=False, acting_user=cast.leader)
    client = Client()
    for _try in range(30):
        assert "没有查到" in told(new_number(), client)
    assert client.get(reverse("certificate_check", args=[new_number()])).status_code == 429
    assert client.get(reverse("certificate_check", args=[proof.number])).status_code == 429


def test_a_number_is_read_however_it_is_typed(cast: Cast, served: Served) -> None:
    served()
    proof = proofs.print_proof(id=uuid.uuid4(), year=None, shows_details=False, acting_user=cast.leader)
    typed = f" {proof.number.lower().replace('-', ' ')} "
    assert normal_number(typed) == proof.number
    answer = Client().get(reverse("certificate_check_form"), {"number": typed}, follow=True)
    assert "有效" in answer.content.decode()
    assert "没有查到" in Client().get(reverse("certificate_check_form"), {"number": "<b>"}).content.decode()


def test_the_api_tells_ones_own_honours(cast: Cast, client_for: ClientFor, served: Served) -> None:
    served()
    mine = client_for(cast.leader).get("/api/honours/").json()
    assert [row["minutes"] for row in mine["service"]] == [90]
    assert client_for(cast.leader2).get("/api/honours/").json() == {"service": [], "certificates": [], "cards": []}
    assert person_of(cast.leader).pk
