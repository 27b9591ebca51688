"""What lies aside is decided by two people; voided voters hear of it and may vote again; the sum always holds."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F, Sum
from django.test import Client
from django.utils import timezone

from events.ballots.models import BallotBox, Envelope, QuarantineBatch, RollEntry, TurnoutShard
from events.ballots.roll.entries import voter_key
from events.ballots.suspicion import matters
from events.ballots.suspicion.matters import groups_of, open_matters
from events.ballots.suspicion.quarantine import Ticked, decide_batch, propose_batch
from events.ballots.suspicion.signals import Signals
from events.ballots.voting import casting
from events.ballots.voting.casting import Casting, put
from events.ballots.voting.opinion import answer_household
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry, Notification
from foundation.streams import person_key
from tests.ballots.making import Vote, make_household, make_vote, make_voter
from tests.benefits.making import at_once
from tests.campaigns.making import clerk_of
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.units.models import Role, Unit

Login = Callable[[User], Client]
CASTS = 9  # on one device: seven in one community, two in the next


def second_of(cast: Cast) -> User:
    """Another clerk of the street."""
    return clerk_of(cast.street, Role.STREET_CLERK, "姚立")


@pytest.fixture
def second(cast: Cast) -> User:
    return second_of(cast)


@pytest.fixture
def vote(cast: Cast) -> Vote:
    return crowded_vote(cast)


def crowded_vote(cast: Cast) -> Vote:
    """Nine voters on one device, all aside by now; and one who has nothing to do with them."""
    crowd = [make_voter(f"选民{number}", cast.neighbourhood) for number in range(7)]
    crowd += [make_voter(f"邻居{number}", cast.other_neighbourhood) for number in range(2)]
    made = make_vote(cast)
    made.cast(cast.resident, made.candidates[0])
    for voter in crowd:
        casting.cast(
            uid=uuid.uuid4(), campaign=made.campaign, envelope=made.seal(made.candidates[1]), sealed_on="phone",
            acting_user=voter, signals=Signals("robot", "basement"),
        )  # fmt: skip
    matters.look_again(made.box)
    return made


def batch_of(vote: Vote, clerk: User, unit: Unit, **fields: Any) -> QuarantineBatch:
    values = {"verdict": "void", "reason": "一台设备", "proposed_by": clerk, "proposed_at": timezone.now()}
    return QuarantineBatch.objects.create(uid=uuid.uuid4(), box=vote.box, unit=unit, **(values | fields))


def proposed(
    clerk: User, verdict: str = "void", uid: uuid.UUID | None = None, reason: str = "同一台设备"
) -> QuarantineBatch:
    groups = tuple(group.key for group in groups_of(clerk)) or ("d.robot",)
    return propose_batch(
        uid=uid or uuid.uuid4(), ticked=Ticked(groups), verdict=verdict, reason=reason, acting_user=clerk
    )


def states(*wanted: str) -> int:
    return Envelope.objects.filter(state__in=wanted).count()


def voted() -> int:
    return TurnoutShard.objects.filter(kind="voter").aggregate(n=Sum("count"))["n"]


def test_groups_say_what_was_noticed_and_never_whose(vote: Vote, cast: Cast) -> None:
    (group,) = groups_of(cast.street_clerk)
    assert (group.label, group.count) == ("设备 A", CASTS)
    assert group.where == "月桂社区 2 · 桂花社区 7"
    assert "一台设备" in group.words


def test_one_proposes_another_decides(vote: Vote, cast: Cast, second: User) -> None:
    batch = proposed(cast.street_clerk)
    assert (batch.envelope_count, batch.unit) == (CASTS, cast.street)
    assert states("quarantined") == CASTS, "nothing happened yet"
    assert groups_of(cast.street_clerk) == [], "and nobody proposes it twice"
    with pytest.raises(Denied):
        decide_batch(batch=batch, agrees=True, answer="是我", acting_user=cast.street_clerk)
    with pytest.raises(Invalid):
        decide_batch(batch=batch, agrees=True, answer=" ", acting_user=second)
    decide_batch(batch=batch, agrees=True, answer="看过了", acting_user=second)
    assert (states("voided"), states("sealed")) == (CASTS, 1)
    acts = (
        AuditEntry.objects.filter(act__startswith="quarantine.").order_by("pk").values_list("act", "actor_id", "reason")
    )
    assert list(acts) == [
        ("quarantine.propose", cast.street_clerk.pk, "同一台设备"),
        ("quarantine.void", second.pk, "看过了"),
    ]


def test_voided_voters_hear_of_it_and_vote_again_at_the_counter(
    vote: Vote, cast: Cast, second: User, client_for: Login
) -> None:
    assert voted() == CASTS + 1
    decide_batch(batch=proposed(cast.street_clerk), agrees=True, answer="看过了", acting_user=second)
    assert voted() == 1
    voter = User.objects.get(person__name="选民3")
    told = Notification.objects.filter(stream_key=person_key(voter.person_id or 0)).latest("pk")
    assert "窗口重新投" in told.payload["body"]
    assert "没有通过核实" in client_for(voter).get("/inbox/").content.decode()
    assert not Notification.objects.filter(
        stream_key=person_key(person_of(cast.resident).pk), payload__title=told.payload["title"]
    ).exists()
    with pytest.raises(Conflict):
        vote.cast(voter, vote.candidates[0])
    at_counter = Casting(uuid.uuid4(), vote.campaign, vote.seal(vote.candidates[0]), "counter", Signals())
    put(vote.box, at_counter, voter_key(vote.box, person_of(voter)), acting_user=cast.worker)
    assert voted() == 2
    assert Envelope.objects.get(sealed_on="counter").state == "sealed"
    sums = Envelope.objects.aggregate(cast=Sum(F("replaced_count") + 1), replaced=Sum("replaced_count"))
    in_the_box = Envelope.objects.in_the_box().count()
    assert in_the_box + states("voided") + sums["replaced"] == sums["cast"] == CASTS + 2


def test_after_the_vote_voided_voters_are_not_sent_anywhere(vote: Vote, cast: Cast, second: User) -> None:
    vote.close()
    decide_batch(batch=proposed(cast.street_clerk), agrees=True, answer="看过了", acting_user=second)
    voter = User.objects.get(person__name="选民3")
    told = Notification.objects.filter(stream_key=person_key(voter.person_id or 0)).latest("pk")
    assert "重新投" not in told.payload["body"]


def test_a_home_whose_answer_was_voided_hears_of_the_answer_and_not_of_a_vote(
    cast: Cast, second: User, client_for: Login
) -> None:
    member = make_voter("住户", cast.neighbourhood, make_household(cast.neighbourhood))
    vote = make_vote(cast, cast.leader)
    vote.cast(member, vote.candidates[0])

    def answer(step: int) -> None:
        answer_household(
            uid=uuid.uuid4(), campaign=vote.campaign, envelope=vote.seal(vote.candidates[0], step=step),
            sealed_on="phone", acting_user=member, signals=Signals("robot", "basement"),
        )  # fmt: skip

    answer(5)
    of_home = Envelope.objects.filter(kind="household")
    of_home.update(state="quarantined", signals="device")
    decide_batch(batch=proposed(cast.street_clerk), agrees=True, answer="看过了", acting_user=second)
    told = Notification.objects.filter(stream_key=person_key(person_of(member).pk)).latest("pk").payload
    assert "您家对邻长的那个回答没有通过核实" in told["title"]
    phone = client_for(member)
    assert "答过了" not in phone.get(told["url"]).content.decode()
    assert "您的票投好了" in phone.get(f"/best/{vote.campaign.uid}/").content.decode(), "the own vote stands"
    answer(4)
    assert of_home.get().state == "quarantined", "two people look at it once more"


def test_released_ones_count_and_nobody_hears_anything(vote: Vote, cast: Cast, second: User) -> None:
    before = Notification.objects.count()
    decide_batch(batch=proposed(cast.street_clerk, "release"), agrees=True, answer="敬老院的平板", acting_user=second)
    assert states("released") == CASTS
    assert Envelope.objects.in_the_box().count() == CASTS + 1
    assert Notification.objects.count() == before
    assert open_matters(vote.box) == []


def test_what_is_not_agreed_to_waits_again(vote: Vote, cast: Cast, second: User) -> None:
    batch = decide_batch(batch=proposed(cast.street_clerk), agrees=False, answer="先打电话", acting_user=second)
    assert batch.state == "refused"
    assert [group.count for group in groups_of(second)] == [CASTS]
    assert proposed(second).envelope_count == CASTS


def test_a_clerk_decides_for_the_own_street_only(vote: Vote, cast: Cast, second: User) -> None:
    other = clerk_of(cast.other_street, Role.STREET_CLERK, "龚平")
    assert groups_of(other) == []
    with pytest.raises(Conflict):
        proposed(other)
    with pytest.raises(Denied):
        decide_batch(batch=proposed(cast.street_clerk), agrees=True, answer="好", acting_user=other)
    with pytest.raises(Denied):
        proposed(cast.worker)


def test_the_same_proposal_twice_is_one(vote: Vote, cast: Cast) -> None:
    uid, ticked = uuid.uuid4(), Ticked(("d.robot",))
    values: dict[str, Any] = {"uid": uid, "ticked": ticked, "verdict": "void", "acting_user": cast.street_clerk}
    assert propose_batch(reason="一台", **values) == propose_batch(reason="一台", **values)
    with pytest.raises(DifferentBody):
        propose_batch(reason="两台", **values)
    assert QuarantineBatch.objects.count() == 1


def test_a_voter_who_changes_while_it_is_decided_stays_in_the_batch(vote: Vote, cast: Cast, second: User) -> None:
    batch = proposed(cast.street_clerk)
    vote.cast(User.objects.get(person__name="选民0"), vote.candidates[2])
    assert decide_batch(batch=batch, agrees=True, answer="好", acting_user=second).envelope_count == CASTS


def test_the_box_waits_for_what_is_open(vote: Vote, cast: Cast, second: User) -> None:
    assert open_matters(vote.box) == [f"还有 {CASTS} 张待核的选票没有决定。"]
    batch = proposed(cast.street_clerk)
    assert open_matters(vote.box), "a proposal decides nothing"
    decide_batch(batch=batch, agrees=True, answer="好", acting_user=second)
    assert open_matters(vote.box) == []


def test_nothing_is_decided_in_a_closed_box(vote: Vote, cast: Cast, second: User) -> None:
    batch = proposed(cast.street_clerk)
    BallotBox.objects.update(closed_at=batch.proposed_at)
    with pytest.raises(Conflict):
        decide_batch(batch=batch, agrees=True, answer="好", acting_user=second)
    assert matters.look_at_open_boxes() == 0


def test_two_clerks_at_their_desks(vote: Vote, cast: Cast, second: User, client_for: Login) -> None:
    """Through the console: groups, a proposal, the decision of somebody else."""
    first, other = client_for(cast.street_clerk), client_for(second)
    page = first.get("/console/ballots/quarantine/").content.decode()
    assert "设备 A · 9 张" in page
    assert "选民" not in page
    body = {"uid": str(uuid.uuid4()), "groups": ["d.robot"], "verdict": "void", "reason": "一台设备投了九张"}
    where = first.post("/console/ballots/quarantine/", body)["Location"]
    assert "请另一位同事来决定" in first.get(where).content.decode()
    assert first.post(where, {"agrees": "yes", "answer": "我自己"}).status_code == 403
    assert "就这样定" in other.get(where).content.decode()
    assert other.post(where, {"agrees": "yes", "answer": ""}).status_code == 422
    assert other.post(where, {"agrees": "yes", "answer": "核对过"}).status_code == 302
    assert states("voided") == CASTS


def test_single_envelopes_are_ticked(vote: Vote, cast: Cast, client_for: Login) -> None:
    desk = client_for(cast.street_clerk)
    page = desk.get("/console/ballots/quarantine/envelopes/?group=d.robot").content.decode()
    assert "设备 A · 9 张" in page
    uids = [str(one) for one in Envelope.objects.quarantined().order_by("pk").values_list("uid", flat=True)[:2]]
    looked = desk.post("/console/ballots/quarantine/envelopes/propose/", {"uids": uids}).content.decode()
    assert looked.count('name="uids"') == 2
    body = {"uids": uids, "uid": str(uuid.uuid4()), "verdict": "release", "reason": "认识"}
    assert desk.post("/console/ballots/quarantine/envelopes/propose/", body).status_code == 302
    assert QuarantineBatch.objects.get().envelope_count == 2


@pytest.mark.postgres
def test_of_two_deciders_at_once_one_decides(committed_cast: Cast) -> None:
    cast, second = committed_cast, second_of(committed_cast)
    crowded_vote(cast)
    batch, third = proposed(cast.street_clerk), clerk_of(cast.street, Role.STREET_CLERK, "田野")
    results = at_once(
        lambda: decide_batch(batch=QuarantineBatch.objects.get(), agrees=True, answer="作废", acting_user=second),
        lambda: decide_batch(batch=QuarantineBatch.objects.get(), agrees=False, answer="放回", acting_user=third),
    )
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "QuarantineBatch"]
    batch.refresh_from_db()
    assert states("voided") == (CASTS if batch.state == "done" else 0)
    assert states("quarantined") == (0 if batch.state == "done" else CASTS)


@pytest.mark.postgres
def test_a_voter_and_the_deciders_at_once(committed_cast: Cast) -> None:
    """Whoever comes first: voided, and the phone is told so; or changed, and then voided. Never back in the box."""
    cast, second = committed_cast, second_of(committed_cast)
    vote = crowded_vote(cast)
    batch, voter = proposed(cast.street_clerk), User.objects.get(person__name="选民0")
    at_once(
        *[lambda: vote.cast(voter, vote.candidates[2])] * 3,
        lambda: decide_batch(batch=batch, agrees=True, answer="作废", acting_user=second),
    )
    assert states("voided") == CASTS
    assert voted() == 1
    assert RollEntry.objects.exclude(channel="").count() == 1
