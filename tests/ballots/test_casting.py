"""One envelope a voter, replaceable until the close, wholly in the box or not at all."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from events.ballots.models import Envelope, RollEntry, TurnoutShard
from events.ballots.paper.counter import issue_pass
from events.ballots.roll.entries import entry_of
from events.ballots.suspicion.signals import Signals, SnapshotVisitor
from events.ballots.voting import casting_sql
from events.ballots.voting.casting import cast_for_entry
from events.campaigns.models import Campaign, CampaignState, Phase
from events.campaigns.phases import move
from foundation import failpoints
from foundation.errors import Conflict, Invalid, TooMany
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry, Notification
from foundation.streams import person_key
from tests.ballots.making import Vote, make_vote, make_voter
from tests.cast import Cast, person_of

pytestmark = pytest.mark.django_db


def turnout(vote: Vote) -> int:
    return sum(TurnoutShard.objects.filter(box=vote.box, kind="voter").values_list("count", flat=True))


@pytest.mark.everywhere
def test_a_vote_lies_sealed_in_the_box_and_only_the_key_opens_it(cast: Cast) -> None:
    vote = make_vote(cast)
    first, second, _third = vote.candidates
    made = vote.cast(cast.resident, second, first)
    envelope = Envelope.objects.get()
    assert envelope.sha256 == made.sha256
    assert len(bytes(envelope.ciphertext)) == 179
    assert set(vote.open(envelope).choices) == {first.pk, second.pk}
    assert envelope.entry == entry_of(vote.box, cast.resident.person)
    assert (envelope.state, envelope.replaced_count, made.is_replacement) == ("sealed", 0, False)
    assert turnout(vote) == 1
    assert RollEntry.objects.get(envelope=envelope).channel == "phone"


@pytest.mark.everywhere
def test_the_last_vote_counts_and_the_turnout_stays(cast: Cast) -> None:
    vote = make_vote(cast)
    before = vote.cast(cast.resident, vote.candidates[0])
    after = vote.cast(cast.resident, vote.candidates[1])
    envelope = Envelope.objects.get()
    assert after.is_replacement
    assert after.receipt != before.receipt
    assert vote.open(envelope).choices == (vote.candidates[1].pk,)
    assert envelope.replaced_count == 1
    assert turnout(vote) == 1


def test_the_same_sending_twice_is_the_same_answer_and_another_body_is_refused(cast: Cast) -> None:
    vote, uid = make_vote(cast), uuid.uuid4()
    envelope = vote.seal(vote.candidates[0])
    made = vote.cast(cast.resident, uid=uid, envelope=envelope)
    assert vote.cast(cast.resident, uid=uid, envelope=envelope) == made
    with pytest.raises(DifferentBody):
        vote.cast(cast.resident, vote.candidates[1], uid=uid)
    assert Envelope.objects.get().replaced_count == 0


@pytest.mark.everywhere
def test_a_vote_that_arrives_late_does_not_undo_the_one_that_came_after_it(cast: Cast) -> None:
    """The first was sent, the answer lost, the choice changed; then the phone sends the first once more."""
    vote, uid = make_vote(cast), uuid.uuid4()
    first = vote.seal(vote.candidates[0])
    vote.cast(cast.resident, uid=uid, envelope=first)
    vote.cast(cast.resident, vote.candidates[1])
    last = vote.cast(cast.resident, vote.candidates[2])
    for late in (first, vote.seal(vote.candidates[0])):
        with pytest.raises(Conflict, match="以后来投的为准"):
            vote.cast(cast.resident, uid=uid, envelope=late)
    envelope = Envelope.objects.get()
    assert (envelope.sha256, envelope.replaced_count) == (last.sha256, 2)


def test_the_envelope_of_somebody_else_is_not_taken(cast: Cast) -> None:
    copycat = make_voter("抄的", cast.neighbourhood)
    vote = make_vote(cast)
    envelope, uid = vote.seal(vote.candidates[0]), uuid.uuid4()
    vote.cast(cast.resident, uid=uid, envelope=envelope)
    with pytest.raises(DifferentBody):
        vote.cast(copycat, envelope=envelope)
    with pytest.raises(DifferentBody):
        vote.cast(copycat, vote.candidates[0], uid=uid)
    assert Envelope.objects.count() == 1
    assert turnout(vote) == 1


def test_what_is_no_envelope_is_refused(cast: Cast) -> None:
    vote = make_vote(cast)
    for wrong in (b"x", bytes(179), vote.seal(vote.candidates[0]) + b"\0"):
        with pytest.raises(Invalid):
            vote.cast(cast.resident, envelope=wrong)
    assert not Envelope.objects.exists()


def test_after_the_close_a_vote_is_refused_but_a_repeat_of_one_in_time_is_answered(cast: Cast) -> None:
    vote, uid = make_vote(cast), uuid.uuid4()
    envelope = vote.seal(vote.candidates[0])
    made = vote.cast(cast.resident, uid=uid, envelope=envelope)
    vote.close()
    assert vote.cast(cast.resident, uid=uid, envelope=envelope) == made
    with pytest.raises(Conflict, match="截止"):
        vote.cast(cast.resident, vote.candidates[1])
    assert Envelope.objects.get().replaced_count == 0


def test_before_it_begins_and_while_suspended_no_vote_is_taken(cast: Cast) -> None:
    vote = make_vote(cast)
    later = timezone.now() + dt.timedelta(hours=1)
    Phase.objects.filter(campaign=vote.campaign).update(starts_at=later)
    with pytest.raises(Conflict):
        vote.cast(cast.resident, vote.candidates[0])
    Phase.objects.filter(campaign=vote.campaign).update(starts_at=timezone.now() - dt.timedelta(hours=1))
    Campaign.objects.update(state="suspended", suspended_from="voting", suspended_at=timezone.now())
    with pytest.raises(Conflict):
        vote.cast(cast.resident, vote.candidates[0])


def test_who_holds_a_paper_ballot_does_not_vote_by_phone(cast: Cast) -> None:
    vote = make_vote(cast)
    RollEntry.objects.filter(box=vote.box).update(channel="paper")
    with pytest.raises(Conflict, match="纸质选票"):
        vote.cast(cast.resident, vote.candidates[0])


def test_a_snapshot_visitor_is_refused(cast: Cast) -> None:
    from events.ballots.voting.casting import cast as cast_it

    vote = make_vote(cast)
    with pytest.raises(SnapshotVisitor, match="快照页"):
        cast_it(
            uid=uuid.uuid4(), campaign=vote.campaign, envelope=vote.seal(vote.candidates[0]), sealed_on="phone",
            acting_user=cast.resident, signals=Signals(is_snapshot=True),
        )  # fmt: skip
    assert not Envelope.objects.exists()


def test_thirty_changes_a_day_for_a_voter_and_none_for_an_address(cast: Cast) -> None:
    neighbour = make_voter("邻居", cast.neighbourhood)
    vote = make_vote(cast)
    for _time in range(31):
        vote.cast(cast.resident, vote.candidates[0])
    with pytest.raises(TooMany):
        vote.cast(cast.resident, vote.candidates[0])
    assert vote.cast(neighbour, vote.candidates[0]).receipt
    assert Envelope.objects.get(entry=entry_of(vote.box, cast.resident.person)).replaced_count == 30


def test_at_the_counter_who_was_used_up_by_somebody_else_still_votes(cast: Cast) -> None:
    """Whoever holds the account changes it as often as they can; the voter comes in person."""
    vote = make_vote(cast)
    for _time in range(31):
        vote.cast(cast.resident, vote.candidates[0])
    made = issue_pass(
        uid=uuid.uuid4(), campaign=vote.campaign, person=person_of(cast.resident), acting_user=cast.worker
    )
    cast_for_entry(
        uid=uuid.uuid4(), campaign=vote.campaign, counter_pass=made.row, envelope=vote.seal(vote.candidates[1]),
        acting_user=cast.worker,
    )  # fmt: skip
    assert vote.open(Envelope.objects.get()).choices == (vote.candidates[1].pk,)


@pytest.mark.everywhere
def test_the_voter_hears_that_a_ballot_was_cast_in_their_name(cast: Cast) -> None:
    vote = make_vote(cast)
    vote.cast(cast.resident, vote.candidates[0])
    told = Notification.objects.get(stream_key=person_key(person_of(cast.resident).pk))
    assert "您的名义" in told.payload["title"]
    assert f"{timezone.localtime():%H}:" in told.payload["body"]
    vote.cast(cast.resident, vote.candidates[1])
    refs = Notification.objects.filter(stream_key=told.stream_key).values_list("ref", flat=True)
    assert set(refs) == {f"ballot:{vote.campaign.uid}"}


@pytest.mark.everywhere
def test_the_audit_trail_says_that_somebody_voted_and_nothing_else(cast: Cast) -> None:
    from foundation import context

    vote = make_vote(cast)
    token = context.current.set(context.RequestContext(request_id="r" * 32, address="10.0.0.9"))
    try:
        made = vote.cast(cast.resident, vote.candidates[0])
    finally:
        context.current.reset(token)
    entry = AuditEntry.objects.get(act="ballot.cast")
    assert (entry.actor_id, entry.unit_id) == (cast.resident.pk, cast.community.pk)
    assert (entry.request_id, entry.address, entry.data, entry.reason) == ("", "", {}, "")
    assert entry.object_id == str(vote.campaign.uid)
    assert made.sha256 not in str(vars(entry))


def test_nothing_is_written_when_the_last_moment_fails(cast: Cast) -> None:
    vote = make_vote(cast)

    def fall() -> None:
        raise RuntimeError("the process dies")

    with failpoints.armed("ballot.before_commit", fall), pytest.raises(RuntimeError):
        vote.cast(cast.resident, vote.candidates[0])
    assert not Envelope.objects.exists()
    assert turnout(vote) == 0
    assert not AuditEntry.objects.filter(act="ballot.cast").exists()
    assert RollEntry.objects.get(box=vote.box).channel == ""


def left_behind(vote: Vote) -> tuple[Any, ...]:
    """Everything that a cast writes, but what is random or a moment."""
    envelope = Envelope.objects.get()
    entry = RollEntry.objects.get(box=vote.box)
    noted = AuditEntry.objects.filter(act="ballot.cast").values_list("actor_id", "unit_id", "object_type", "result")
    skipped = {"_state", "id", "uid", "ciphertext", "sha256", "cast_at", "box_id", "entry_id", "former_uids"}
    row = {name: value for name, value in vars(envelope).items() if name not in skipped}
    return row, entry.channel, turnout(vote), sorted(noted)


@pytest.mark.postgres
def test_one_statement_leaves_behind_what_the_plain_twin_does(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    vote = make_vote(cast)
    found = []
    for write in (casting_sql.write, casting_sql.write_plainly):
        monkeypatch.setattr(casting_sql, "write", write)
        sid = transaction.savepoint()
        vote.cast(cast.resident, vote.candidates[0])
        once = left_behind(vote)
        vote.cast(cast.resident, vote.candidates[1])
        assert len(Envelope.objects.get().former_uids) == 16
        found.append((once, left_behind(vote)))
        transaction.savepoint_rollback(sid)
    assert found[0] == found[1]


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Each act on a connection of its own, begun at once; what it gave or raised."""
    barrier, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait(20)
            answers[place] = act()
        except Exception as error:
            answers[place] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    close_old_connections()
    return answers


@pytest.mark.postgres
def test_two_phones_of_one_voter_at_once_leave_one_envelope(committed_cast: Cast) -> None:
    vote = make_vote(committed_cast)
    meeting = threading.Barrier(2)

    def meet() -> None:
        try:
            meeting.wait(0.5)
        except threading.BrokenBarrierError:
            return  # the other one waits for the entry, as it should

    with failpoints.armed("ballot.after_look", meet):
        made = together(*(lambda one=one: vote.cast(committed_cast.resident, one) for one in vote.candidates[:2]))
    envelope = Envelope.objects.get()
    assert sorted(one.is_replacement for one in made) == [False, True]
    assert envelope.replaced_count == 1
    assert envelope.sha256 == next(one.sha256 for one in made if one.is_replacement)
    assert turnout(vote) == 1


@pytest.mark.postgres
def test_a_vote_in_the_closing_second_is_wholly_in_before_the_box_closes(committed_cast: Cast) -> None:
    vote = make_vote(committed_cast)
    inside, closing = threading.Event(), threading.Event()

    def linger() -> None:
        inside.set()
        closing.wait(10)
        threading.Event().wait(0.3)  # the close has begun and waits

    seen: list[int] = []

    def close() -> None:
        inside.wait(10)
        vote.close()
        closing.set()
        with transaction.atomic():
            move(Campaign.objects.get(pk=vote.campaign.pk), CampaignState.COUNTING)
            seen.append(Envelope.objects.filter(box=vote.box).count())

    with failpoints.armed("ballot.before_commit", linger):
        made, _closed = together(lambda: vote.cast(committed_cast.resident, vote.candidates[0]), close)
    assert made.receipt
    assert seen == [1]
    with pytest.raises(Conflict):
        vote.cast(committed_cast.resident, vote.candidates[1])
