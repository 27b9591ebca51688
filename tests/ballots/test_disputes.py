""" "That was not me": the envelope lies aside at once, somebody talks to the voter, and decides with a reason."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from events.ballots.models import BallotBox, Dispute, Envelope, QuarantineBatch, RollEntry
from events.ballots.roll.entries import voter_key
from events.ballots.suspicion.disputes import decide_dispute, raise_dispute
from events.ballots.suspicion.matters import groups_of, open_matters
from events.ballots.suspicion.quarantine import decide_batch
from foundation import failpoints
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


@pytest.mark.parametrize(("before", "signs"), [("sealed", ""), ("sealed", "night"), ("released", "device")])
def test_kept_it_counts_as_soon_as_a_second_person_agrees(
    vote: Vote, cast: Cast, client_for: ClientFor, before: str, signs: str
) -> None:
    """One clerk alone does not let count what the voter said was not theirs; one weak sign is no other reason."""
    Envelope.objects.update(state=before, signals=signs)
    dispute = disputed(vote, cast.resident)
    decide_dispute(dispute=dispute, state="kept", reason="是女儿帮着投的，本人同意", acting_user=cast.street_clerk)
    assert Envelope.objects.get().state == "quarantined"
    batch = QuarantineBatch.objects.get()
    assert (batch.verdict, batch.envelope_count, batch.reason) == ("release", 1, "是女儿帮着投的，本人同意")
    with pytest.raises(Denied):
        decide_batch(batch=batch, agrees=True, answer="是我", acting_user=cast.street_clerk)
    desk = client_for(cast.district_clerk)
    where = f"/console/ballots/quarantine/batches/{batch.pk}/"
    assert where in desk.get(f"/console/ballots/disputes/{dispute.pk}/").content.decode()
    assert "就这样定" in desk.get(where).content.decode()
    assert desk.post(where, {"agrees": "yes", "answer": "也问过了"}).status_code == 302
    assert Envelope.objects.get().state == "released"
    assert open_matters(vote.box) == []


def test_not_agreed_to_it_waits_like_everything_that_lies_aside(vote: Vote, cast: Cast) -> None:
    dispute = disputed(vote, cast.resident)
    decide_dispute(dispute=dispute, state="kept", reason="问过", acting_user=cast.street_clerk)
    decide_batch(batch=QuarantineBatch.objects.get(), agrees=False, answer="再问问", acting_user=cast.district_clerk)
    (group,) = groups_of(cast.street_clerk)
    assert (group.count, group.words) == (1, "本人问过，已经核实")


def test_kept_what_lay_aside_for_other_reasons_still_does(vote: Vote, cast: Cast) -> None:
    Envelope.objects.update(state="quarantined", signals="device,night")
    dispute = disputed(vote, cast.resident)
    decide_dispute(dispute=dispute, state="kept", reason="本人投的", acting_user=cast.street_clerk)
    assert (Envelope.objects.get().state, QuarantineBatch.objects.count()) == ("quarantined", 0)
    assert [group.count for group in groups_of(cast.street_clerk)] == [1]


def test_after_the_vote_nobody_is_told_to_vote_again(vote: Vote, cast: Cast, client_for: ClientFor) -> None:
    """Disputes are taken and decided until the box is closed; by then the vote may be over."""
    vote.close()
    phone, receipt = client_for(cast.resident), f"/best/{vote.campaign.uid}/vote/receipt/"
    assert "这不是我投的" in phone.get(receipt).content.decode()
    dispute = disputed(vote, cast.resident)
    decide_dispute(dispute=dispute, state="voided", reason="人在外地", acting_user=cast.street_clerk)
    told = Notification.objects.filter(stream_key=person_key(person_of(cast.resident).pk)).latest("pk")
    assert told.payload["title"] == "那张票作废了，不算数"
    for page in (receipt, f"/best/{vote.campaign.uid}/vote/dispute/", "/inbox/"):
        assert "重新投" not in phone.get(page).content.decode()


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
    assert Envelope.objects.get().state == {"voided": "voided", "kept": "quarantined"}[state]
    assert QuarantineBatch.objects.count() == (state == "kept")


@pytest.mark.postgres
def test_a_dispute_and_a_changed_vote_at_once_never_wait_for_each_other(committed_cast: Cast) -> None:
    """Both take the entry first, and then the envelope."""
    vote = make_vote(committed_cast)
    vote.cast(committed_cast.resident, vote.candidates[0])
    is_aside = threading.Event()

    def linger() -> None:
        is_aside.set()
        threading.Event().wait(0.5)  # by now the other one waits

    def change() -> object:
        is_aside.wait(10)
        return vote.cast(committed_cast.resident, vote.candidates[1])

    with failpoints.armed("dispute.put_aside", linger):
        done = at_once(lambda: disputed(vote, committed_cast.resident), change)
    assert [type(one).__name__ for one in done] == ["Dispute", "BeingTalkedOver"]
    assert Envelope.objects.get().state == "quarantined"
