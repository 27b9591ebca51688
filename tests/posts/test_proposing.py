"""Who may propose whom for what, and that a proposal sent twice is one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry, Notification
from foundation.streams import unit_key
from tests.cast import Cast
from tests.posts.conftest import PHONE, make_proposal
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.posts import proposals
from volunteers.posts.models import Proposal

ClientFor = Callable[[User], Client]


def confirm_resident(cast: Cast) -> None:
    """方晓 lives in 1-1-1邻, as its leader has confirmed."""
    Resident.objects.filter(person=cast.resident.person).update(state="confirmed", confirmed_at=timezone.now())


def body(cast: Cast, **fields: Any) -> dict[str, Any]:
    """What the phone sends."""
    whom = {"who": "other", "name": "邓秀英", "phone": "154 8888 0001", "why": "热心"}
    return {"id": str(uuid.uuid4()), "unit": str(cast.neighbourhood.uid), **whom, **fields}


def test_a_group_leader_proposes_a_successor_and_staff_hear_of_it(vacancy: Cast, client_for: ClientFor) -> None:
    client = client_for(vacancy.group_leader)
    assert "1-1-1邻 邻长" in client.get("/posts/propose/").content.decode()
    answer = client.post("/posts/propose/", body(vacancy))
    made = Proposal.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/posts/proposals/{made.pk}/"
    assert (made.state, made.how, made.role, made.name) == ("proposed", "leader", "neighbour_leader", "邓秀英")
    assert (made.phone, made.masked_phone) == (PHONE, "154****0001")
    assert PHONE not in made.phone_encrypted
    told = Notification.objects.get(stream_key=unit_key(vacancy.community.pk))
    assert told.roles == ["community_worker"]
    assert AuditEntry.objects.filter(act="proposal.make", unit_id=vacancy.neighbourhood.pk).exists()
    assert "邓秀英" in client.get(answer["Location"]).content.decode()


def test_a_proposal_sent_twice_is_one_and_another_body_is_refused(vacancy: Cast, client_for: ClientFor) -> None:
    client, sent = client_for(vacancy.group_leader), body(vacancy)
    headers = {"accept": "application/json"}
    first = client.post("/posts/propose/", sent, headers=headers)
    again = client.post("/posts/propose/", sent, headers=headers)
    assert first.status_code == again.status_code == 200
    assert json.loads(first.content) == json.loads(again.content)
    other = client.post("/posts/propose/", {**sent, "why": "别的话"}, headers=headers)
    assert other.status_code == 422
    assert Proposal.objects.count() == 1


def test_the_same_person_is_proposed_once_until_it_is_decided(vacancy: Cast) -> None:
    first = make_proposal(vacancy)
    with pytest.raises(Conflict):
        make_proposal(vacancy, acting_user=vacancy.area_leader)
    proposals.reject(proposal=first, reason="先缓一缓", acting_user=vacancy.worker)
    assert make_proposal(vacancy, acting_user=vacancy.area_leader).how == "leader"


def test_a_resident_proposes_in_the_own_neighbourhood_only_and_once_confirmed(
    vacancy: Cast, client_for: ClientFor
) -> None:
    Resident.objects.update(state="asked", confirmed_at=None)
    client = client_for(vacancy.resident)
    assert client.get("/posts/propose/").status_code == 403
    confirm_resident(vacancy)
    assert client.get("/posts/propose/").status_code == 200
    assert client.post("/posts/propose/", body(vacancy)).status_code == 302
    assert Proposal.objects.get().how == "neighbours"
    elsewhere = body(vacancy, unit=str(vacancy.neighbourhood2.uid), phone="15488880002")
    assert client.post("/posts/propose/", elsewhere).status_code == 422
    with pytest.raises(Denied):
        make_proposal(vacancy, unit=vacancy.neighbourhood2, acting_user=vacancy.resident)


def test_one_may_propose_oneself_without_typing_what_is_known(vacancy: Cast, client_for: ClientFor) -> None:
    confirm_resident(vacancy)
    answer = client_for(vacancy.resident).post(
        "/posts/propose/", body(vacancy, who="self", name="", phone="", why="愿意试试")
    )
    assert answer.status_code == 302
    made = Proposal.objects.get()
    assert (made.how, made.person, made.name) == ("self", vacancy.resident.person, "方晓")


def test_a_neighbour_leader_may_offer_to_lead_the_group_above_but_proposes_nobody_else_for_it(cast: Cast) -> None:
    made = make_proposal(cast, unit=cast.group, oneself=True, name="", phone="", acting_user=cast.leader)
    assert (made.how, made.role) == ("self", "group_leader")
    with pytest.raises(Denied):
        make_proposal(cast, unit=cast.group, acting_user=cast.leader)
    with pytest.raises(Denied):
        make_proposal(cast, unit=cast.area, oneself=True, acting_user=cast.leader)


def test_a_leader_proposes_a_successor_for_the_own_post_while_holding_it(cast: Cast, client_for: ClientFor) -> None:
    page = client_for(cast.leader).get("/posts/propose/").content.decode()
    assert "1-1-1邻 邻长" in page
    assert "1-1-2邻 邻长" not in page
    assert make_proposal(cast, acting_user=cast.leader).how == "leader"


@pytest.mark.parametrize("who", ["stranger", "officer", "merchant_person", "other_leader", "other_group_leader"])
def test_who_has_nothing_to_do_with_a_post_proposes_nobody_for_it(vacancy: Cast, who: str) -> None:
    with pytest.raises(Denied):
        make_proposal(vacancy, acting_user=getattr(vacancy, who))
    assert not Proposal.objects.exists()


def test_a_name_and_a_number_of_eleven_digits_are_needed(vacancy: Cast, client_for: ClientFor) -> None:
    client = client_for(vacancy.group_leader)
    for wrong in ({"name": ""}, {"phone": ""}, {"phone": "12345"}, {"unit": str(vacancy.community.uid)}, {"id": "x"}):
        assert client.post("/posts/propose/", body(vacancy, **wrong)).status_code == 422
    with pytest.raises(Invalid):
        make_proposal(vacancy, name=" ", phone="")
    assert not Proposal.objects.exists()


def test_whoever_proposed_takes_it_back_and_nobody_else_does(vacancy: Cast, client_for: ClientFor) -> None:
    made = make_proposal(vacancy)
    url = f"/posts/proposals/{made.pk}/withdraw/"
    assert client_for(vacancy.other_group_leader).post(url).status_code == 404
    assert client_for(vacancy.area_leader).post(url).status_code == 403
    client = client_for(vacancy.group_leader)
    assert client.post(url).status_code == 302
    assert client.post(url).status_code == 302
    made.refresh_from_db()
    assert made.state == "withdrawn"
    assert AuditEntry.objects.filter(act="proposal.withdraw").count() == 1
    with pytest.raises(Conflict):
        proposals.vet(proposal=made, agreed=True, acting_user=vacancy.worker)


def test_proposals_are_seen_by_those_above_their_maker_and_the_proposed_one(vacancy: Cast) -> None:
    made = make_proposal(vacancy, phone=vacancy.resident.person.phone, name="方晓")  # type: ignore[union-attr]
    above = ("group_leader", "area_leader", "worker", "street_clerk", "district_clerk")
    for who in above:
        assert made in Proposal.objects.visible_to(getattr(vacancy, who)), who
    for who in ("leader2", "other_worker", "other_group_leader", "stranger", "officer", "resident"):
        assert made not in Proposal.objects.visible_to(getattr(vacancy, who)), who
    proposals.vet(proposal=made, agreed=True, acting_user=vacancy.worker)
    assert made in Proposal.objects.visible_to(vacancy.resident)


def test_the_same_id_of_somebody_else_is_no_way_to_read_a_proposal(vacancy: Cast) -> None:
    made = make_proposal(vacancy)
    with pytest.raises(DifferentBody):
        make_proposal(vacancy, uid=made.pk, name="另一位", acting_user=vacancy.area_leader)
