""" "That was not me": the envelope lies aside at once, somebody talks to the voter, and decides with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from events.ballots.models import BallotBox, Dispute, Envelope, RollEntry
from events.ballots.roll.entries import voter_key
from events.ballots.suspicion.disputes import decide_dispute, raise_dispute
from events.ballots.suspicion.matters import groups_of, open_matters
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry, Notification
from foundation.streams import person_key, unit_key
from tests.ballots.making import Vote, before_the_freeze, make_vote
from tests.benefits.making import at_once
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.homes.models import Resident

ClientFor = Callable[[User], Client]


@pytest.fixture
def vote(cast: Cast) -> Vote:
    made = make_vote(cast)
    made.cast(cast.resident, made.candidates[0])
    return made


def disputed(vote: Vote, user: User, uid: uuid.UUID | None = None, words: str = "那天我在外地") -> Dispute:
    return raise_dispute(uid=uid or uuid.uuid4(), campaign=vote.campaign, words=words, acting_user=user)


def test_the_envelope_lies_aside_at_once_and_the_street_is_told(vote: Vote, cast: Cast) -> None:
    dispute = disputed(vote, cast.resident)
    envelope = Envelope.objects.get()
    assert (envelope.state, envelope.signals) == ("quarantined", "dispute")
    told = Notification.objects.get(stream_key=unit_key(cast.street.pk))
    assert told.roles == ["street_clerk"]
    assert person_of(cast.resident).name not in str(told.payload), (
        "who it is stands on the page of those who may read it"
    )
    assert open_matters(vote.box) == ["还有 1 件“不是我投的”没有核实完。"]
    assert groups_of(cast.street_clerk) == [], "it is talked over, not decided in a batch"
    with pytest.raises(Conflict):
        vote.cast(cast.resident, vote.candidates[1])
    with pytest.raises(Conflict):
        disputed(vote, cast.resident)
    assert dispute.person == person_of(cast.resident)


def test_voided_the_voter_votes_again_on_the_own_phone(vote: Vote, cast: Cast) -> None:
    dispute = disputed(vote, cast.resident)
    with pytest.raises(Denied):
        decide_dispute(dispute=dispute, state="voided", reason="打过电话", acting_user=cast.worker)
    with pytest.raises(Invalid):
        decide_dispute(dispute=dispute, state="voided", reason=" ", acting_user=cast.street_clerk)
    decide_dispute(dispute=dispute, state="voided", reason="通过电话，确实在外地", acting_user=cast.street_clerk)
    assert Envelope.objects.get().state == "voided"
    told = Notification.objects.filter(stream_key=person_key(person_of(cast.resident).pk)).latest("pk")
    assert told.payload["title"] == "那张票作废了，您可以重新投"
    vote.cast(cast.resident, vote.candidates[1])
    assert Envelope.objects.get().state == "sealed"
    assert open_matters(vote.box) == []
    acts = AuditEntry.objects.filter(act__startswith="dispute.").order_by("pk").values_list("act", "reason")
    assert list(acts) == [("dispute.raise", ""), ("dispute.voided", "通过电话，确实在外地")]


@pytest.mark.parametrize(("before", "signs", "after"), [
    ("sealed", "", "released"), ("quarantined", "device,night", "quarantined"), ("released", "device", "released"),
])  # fmt: skip
def test_kept_it_stands_where_it_stood(vote: Vote, cast: Cast, before: str, signs: str, after: str) -> None:
    """What lay aside for another reason still does; what people had released is not doubted again."""
    Envelope.objects.update(state=before, signals=signs)
    dispute = disputed(vote, cast.resident)
    decide_dispute(dispute=dispute, state="kept", reason="是女儿帮着投的，本人同意", acting_user=cast.street_clerk)
    assert Envelope.objects.get().state == after


def test_only_the_voter_disputes_and_nobody_decides_the_own(vote: Vote, cast: Cast) -> None:
    for user in (cast.stranger, cast.leader2):
        with pytest.raises((Missing, Conflict)):
            disputed(vote, user)
    Resident.objects.filter(person=person_of(cast.resident)).delete()
    Envelope.objects.update(entry=_entry_of_clerk(vote, cast))
    with pytest.raises(Denied):
        decide_dispute(
            dispute=disputed(vote, cast.street_clerk), state="kept", reason="我自己", acting_user=cast.street_clerk
        )


def _entry_of_clerk(vote: Vote, cast: Cast) -> int:
    with before_the_freeze():
        made = RollEntry.objects.create(
            box=vote.box, voter_key=voter_key(vote.box, person_of(cast.street_clerk)), neighbourhood=cast.neighbourhood,
            community=cast.community, street=cast.street,
        )  # fmt: skip
    return int(made.pk)


def test_said_twice_is_once(vote: Vote, cast: Cast) -> None:
    uid = uuid.uuid4()
    assert disputed(vote, cast.resident, uid) == disputed(vote, cast.resident, uid)
    with pytest.raises(DifferentBody):
        disputed(vote, cast.resident, uid, "别的话")
    assert Dispute.objects.count() == 1


def test_a_closed_box_stays_as_it_is(vote: Vote, cast: Cast) -> None:
    BallotBox.objects.update(closed_at=vote.box.roll_frozen_at)
    with pytest.raises(Conflict):
        disputed(vote, cast.resident)
    assert Envelope.objects.get().state == "sealed"


def test_from_the_phone_to_the_desk_and_back(vote: Vote, cast: Cast, client_for: ClientFor) -> None:
    phone, desk = client_for(cast.resident), client_for(cast.street_clerk)
    address = f"/best/{vote.campaign.uid}/vote/dispute/"
    page = phone.get(address).content.decode()
    assert "不是我投的，请核实" in page
    assert phone.post(address, {"uid": str(uuid.uuid4()), "words": "没投过"}).status_code == 302
    page = phone.get(address).content.decode()
    assert "正在核实" in page
    assert "请核实" not in page
    assert person_of(cast.resident).name in desk.get("/console/ballots/disputes/").content.decode()
    where = f"/console/ballots/disputes/{Dispute.objects.get().pk}/"
    assert "没投过" in desk.get(where).content.decode()
    assert desk.post(where, {"state": "voided", "reason": "见过面"}).status_code == 302
    page = phone.get(address).content.decode()
    assert "见过面" in page
    assert cast.street_clerk.get_full_name() in page, "every decision has a name"
    assert "您可以重新投" in phone.get("/inbox/").content.decode()
    assert "那张票不是自己投的" in desk.get("/inbox/").content.decode()


def test_a_resident_without_an_envelope_is_told_so(vote: Vote, cast: Cast, client_for: ClientFor) -> None:
    page = client_for(cast.leader2).get(f"/best/{vote.campaign.uid}/vote/dispute/").content.decode()
    assert "没有用您的名义投的票" in page


@pytest.mark.postgres
def test_of_two_who_decide_at_once_one_does(committed_cast: Cast) -> None:
    vote = make_vote(committed_cast)
    vote.cast(committed_cast.resident, vote.candidates[0])
    dispute = disputed(vote, committed_cast.resident)

    def decide(state: str, clerk: User) -> object:
        found = Dispute.objects.select_related("entry__community").get(pk=dispute.pk)
        return decide_dispute(dispute=found, state=state, reason="问过了", acting_user=clerk)

    done = at_once(
        lambda: decide("voided", committed_cast.street_clerk), lambda: decide("kept", committed_cast.district_clerk)
    )
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Dispute"]
    state = Dispute.objects.get().state
    assert Envelope.objects.get().state == {"voided": "voided", "kept": "released"}[state]
