"""Two clerks key a paper ballot; only what both read goes into the box, and a mismatch is shown (scenario A8)."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from events.ballots.models import BallotBox, Envelope, PaperBallot, PaperKeying
from events.ballots.paper import keying
from events.ballots.paper.keying import TOO_MANY, Reading, key_ballot, reading_of, settle
from events.campaigns.models import Campaign, CampaignRules, Nomination
from foundation.errors import Conflict, Invalid
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry
from tests.ballots.papering import PaperBox, another_clerk, make_paper_box
from tests.benefits.making import at_once
from tests.cast import Cast
from volunteers.accounts.models import User

Login = Callable[[User], Client]
State = PaperBallot.State


@pytest.fixture
def box(cast: Cast) -> PaperBox:
    made = make_paper_box(cast)
    for voter in made.voters[:3]:
        made.issue(voter)
    return made


@pytest.fixture
def second(cast: Cast) -> User:
    return another_clerk(cast)


def keyed(box: PaperBox, mark: str, clerk: User, *lots: int, **how: object) -> PaperBallot:
    reading = how.pop("reading", None) or reading_of(box.campaign, lots, is_blank=not lots)
    values = {"uid": uuid.uuid4(), "campaign": box.campaign, "mark": mark, "reading": reading, "acting_user": clerk}
    return key_ballot(**(values | how))  # type: ignore[arg-type]


def both(box: PaperBox, mark: str, second: User, *lots: int) -> PaperBallot:
    keyed(box, mark, box.cast.worker, *lots)
    return keyed(box, mark, second, *lots)


def test_two_equal_readings_are_one_envelope_and_nothing_else_is_left(box: PaperBox, second: User) -> None:
    mark = box.marks()[0]
    assert keyed(box, mark, box.cast.worker, 3, 1).state == State.KEYED
    assert not Envelope.objects.exists()
    assert box.turnout() == 0
    ballot = keyed(box, mark, second, 1, 3)
    assert ballot.state == State.SEALED
    assert box.opened() == [(1, 3)]
    assert box.turnout() == 1
    assert not PaperKeying.objects.exists()
    envelope = Envelope.objects.get()
    assert (envelope.entry, envelope.sealed_on, envelope.community) == (None, "paper", box.cast.community)


def test_what_lies_between_the_two_readings_tells_nothing(box: PaperBox) -> None:
    first, second = box.marks(2)
    keyed(box, first, box.cast.worker, 1)
    keyed(box, second, box.cast.worker, 1, 2, 3)
    sealed = PaperKeying.objects.values_list("choices_sealed", "fingerprint")
    assert len({len(text) for text, _print in sealed}) == 1
    assert len(set(sealed)) == 2
    entries = AuditEntry.objects.filter(act="paper.key")
    assert [one.data for one in entries] == [{"state": "keyed"}, {"state": "keyed"}]
    assert not AuditEntry.objects.filter(data__icontains=first).exists()


def test_a_clerk_does_not_key_a_ballot_twice(box: PaperBox) -> None:
    mark = box.marks()[0]
    keyed(box, mark, box.cast.worker, 1)
    with pytest.raises(Conflict, match="第二遍要另一位同事"):
        keyed(box, mark, box.cast.worker, 1)
    assert PaperBallot.objects.filter(state=State.KEYED).count() == 1


def test_the_same_request_twice_is_the_same_answer(box: PaperBox, second: User) -> None:
    mark, uid, last = box.marks()[0], uuid.uuid4(), uuid.uuid4()
    for _time in range(2):
        assert keyed(box, mark, box.cast.worker, 1, uid=uid).state == State.KEYED
    with pytest.raises(DifferentBody):
        keyed(box, mark, box.cast.worker, 2, uid=uid)
    for _time in range(2):
        assert keyed(box, mark, second, 1, uid=last).state == State.SEALED
    assert box.turnout() == 1


def test_a_repeat_of_an_invalid_reading_is_the_same_answer(box: PaperBox, second: User) -> None:
    mark, last, flawed = box.marks()[0], uuid.uuid4(), Reading(flaw="unclear")
    keyed(box, mark, box.cast.worker, reading=flawed)
    for _time in range(2):
        assert keyed(box, mark, second, reading=flawed, uid=last).state == State.INVALID
    with pytest.raises(DifferentBody):
        keyed(box, mark, second, 1, uid=last)


def test_an_id_is_never_used_for_another_ballot(box: PaperBox, second: User) -> None:
    first, other = box.marks(2)
    early, late = uuid.uuid4(), uuid.uuid4()
    keyed(box, first, box.cast.worker, 1, uid=early)
    with pytest.raises(DifferentBody):
        keyed(box, other, box.cast.worker, 1, uid=early)
    keyed(box, first, second, 1, uid=late)
    with pytest.raises(DifferentBody):
        keyed(box, other, second, 1, uid=late)
    assert PaperBallot.objects.filter(state=State.PRINTED).count() == 1


def test_a_mark_that_comes_a_second_time_is_refused(box: PaperBox, second: User) -> None:
    mark = box.marks()[0]
    both(box, mark, second, 1)
    for clerk in (box.cast.worker, second, another_clerk(box.cast, "白帆")):
        with pytest.raises(Conflict, match="又出现一张"):
            keyed(box, mark, clerk, 2)
    assert box.opened() == [(1,)]


@pytest.mark.parametrize("wrong", ["", "K7M4", "K7M4-2QXS-9RT0", "K7M4-2QXS-9RTB-2", "票号"])
def test_a_mark_that_is_none_is_said_at_once(box: PaperBox, wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        keyed(box, wrong, box.cast.worker, 1)
    assert set(refused.value.errors) == {"mark"}


def test_one_wrong_sign_or_two_swapped_ones_are_noticed_before_the_look(box: PaperBox) -> None:
    from events.ballots.paper.runs import new_mark, normal_mark

    for _time in range(20):
        mark = new_mark()
        signs = mark.replace("-", "")
        swapped = signs[:3] + signs[4] + signs[3] + signs[5:]
        assert normal_mark(mark.lower().replace("-", " ")) == mark
        assert normal_mark(swapped) == "" or signs[3] == signs[4]
        assert normal_mark(("3" if signs[0] != "3" else "4") + signs[1:]) == ""


def test_the_paper_of_another_community_is_not_theirs_to_key(box: PaperBox) -> None:
    mark = box.marks()[0]
    with pytest.raises(Invalid) as refused:
        keyed(box, mark, box.cast.other_worker, 1)
    assert set(refused.value.errors) == {"mark"}
    assert keyed(box, mark, box.cast.street_clerk, 1).state == State.KEYED


@pytest.mark.parametrize(
    ("lots", "how"),
    [((), {}), ((9,), {}), ((1,), {"is_blank": True}), ((1,), {"flaw": "unclear"}), ((), {"flaw": "?"})],
)
def test_what_cannot_be_on_the_paper_is_not_a_reading(box: PaperBox, lots: tuple[int, ...], how: dict) -> None:
    with pytest.raises(Invalid):
        reading_of(box.campaign, lots, **how)


def test_a_blank_ballot_is_a_cast_blank(box: PaperBox, second: User) -> None:
    assert both(box, box.marks()[0], second).state == State.SEALED
    assert box.opened() == [()]
    assert box.turnout() == 1


def test_too_many_names_make_it_invalid_with_a_reason(cast: Cast, second: User) -> None:
    CampaignRules.objects.create(number=99, max_choices=2, why="试")
    box = make_paper_box(cast)
    box.issue(box.voters[0])
    assert reading_of(box.campaign, (1, 2, 3)) == Reading(flaw=TOO_MANY)
    ballot = both(box, box.marks()[0], second, 1, 2, 3)
    assert (ballot.state, ballot.reason) == (State.INVALID, "选多了")
    assert not Envelope.objects.exists()
    assert not PaperKeying.objects.exists()
    assert box.turnout() == 0


def test_who_withdrew_after_the_printing_may_still_be_on_the_paper(box: PaperBox, second: User) -> None:
    mark = box.marks()[0]
    Nomination.objects.filter(lot=2).update(state="withdrawn")
    assert both(box, mark, second, 2).state == State.SEALED


# -- a mismatch ----------------------------------------------------------------------------------------------------


@pytest.fixture
def mismatch(box: PaperBox, second: User) -> str:
    mark = box.marks()[0]
    keyed(box, mark, box.cast.worker, 1, 2)
    assert keyed(box, mark, second, 1, 3).state == State.MISMATCH
    return mark


def test_two_different_readings_are_no_envelope(box: PaperBox, mismatch: str) -> None:
    assert not Envelope.objects.exists()
    assert box.turnout() == 0
    with pytest.raises(Conflict, match="两遍不一样"):
        keyed(box, mismatch, another_clerk(box.cast, "白帆"), 1, 2)


def again(box: PaperBox, mark: str, clerk: User, *lots: int, **how: object) -> PaperBallot:
    values = {"uid": uuid.uuid4(), "reason": "看清了，是 2", "reading": reading_of(box.campaign, lots)} | how
    return settle(campaign=box.campaign, mark=mark, acting_user=clerk, **values)  # type: ignore[arg-type]


def test_settling_twice_with_one_id_is_one_settling(box: PaperBox, mismatch: str, second: User) -> None:
    mine, last = uuid.uuid4(), uuid.uuid4()
    for _time in range(2):
        assert again(box, mismatch, box.cast.worker, 2, 3, uid=mine).state == State.MISMATCH
    for _time in range(2):
        assert again(box, mismatch, second, 2, 3, uid=last).state == State.SEALED
    assert box.opened() == [(2, 3)]


def test_a_third_clerk_who_reads_like_one_of_them_settles_it(box: PaperBox, mismatch: str) -> None:
    third = another_clerk(box.cast, "白帆")
    with pytest.raises(Conflict, match="三个人"):
        again(box, mismatch, third, 2, 3)
    assert again(box, mismatch, third, 1, 2).state == State.SEALED
    assert box.opened() == [(1, 2)]
    assert not PaperKeying.objects.exists()
    assert AuditEntry.objects.get(act="paper.settle").reason == "看清了，是 2"


def test_one_of_the_two_corrects_their_own_and_cannot_settle_it_alone(
    box: PaperBox, mismatch: str, second: User
) -> None:
    assert again(box, mismatch, box.cast.worker, 2, 3).state == State.MISMATCH
    assert again(box, mismatch, second, 2, 3).state == State.SEALED
    assert box.opened() == [(2, 3)]
    assert box.turnout() == 1


def test_settling_takes_a_reason(box: PaperBox, mismatch: str) -> None:
    with pytest.raises(Invalid):
        again(box, mismatch, another_clerk(box.cast, "白帆"), 1, 2, reason=" ")


def test_an_agreed_ballot_is_not_looked_into_any_more(box: PaperBox, second: User) -> None:
    mark = box.marks()[0]
    both(box, mark, second, 1)
    with pytest.raises(Conflict):
        keying.compare(campaign=box.campaign, mark=mark, acting_user=second)


# -- never more than went out --------------------------------------------------------------------------------------


def test_more_paper_than_was_handed_out_is_not_taken(cast: Cast, second: User) -> None:
    box = make_paper_box(cast)
    box.issue(box.voters[0])
    first, extra = box.marks(2)
    both(box, first, second, 1)
    keyed(box, extra, cast.worker, 2)
    with pytest.raises(Conflict, match="多出来"):
        keyed(box, extra, second, 2)
    assert box.opened() == [(1,)]
    assert PaperBallot.objects.filter(state=State.KEYED).count() == 1
    box.issue(box.voters[1])
    assert keyed(box, extra, second, 2).state == State.SEALED


def test_invalid_paper_counts_among_what_came_back(cast: Cast, second: User) -> None:
    box = make_paper_box(cast)
    box.issue(box.voters[0])
    first, extra = box.marks(2)
    flawed = Reading(flaw="unclear")
    for clerk in (cast.worker, second):
        keyed(box, first, clerk, reading=flawed)
    keyed(box, extra, cast.worker, 2)
    with pytest.raises(Conflict, match="多出来"):
        keyed(box, extra, second, 2)


def test_paper_is_keyed_until_the_box_is_closed(box: PaperBox, second: User) -> None:
    marks = box.marks(3)
    Campaign.objects.update(state="counting")
    box.campaign.refresh_from_db()
    assert both(box, marks[0], second, 1).state == State.SEALED
    BallotBox.objects.update(closed_at=timezone.now())
    with pytest.raises(Conflict, match="已经封了"):
        keyed(box, marks[1], second, 1)


@pytest.mark.parametrize("state", ["suspended", "panel", "awarded"])
def test_paper_is_not_keyed_in_any_other_state(box: PaperBox, state: str) -> None:
    mark = box.marks()[0]
    Campaign.objects.update(state=state, suspended_from="voting", suspended_at=timezone.now())
    box.campaign.refresh_from_db()
    with pytest.raises(Conflict):
        keyed(box, mark, box.cast.worker, 1)


# -- in the console ------------------------------------------------------------------------------------------------


def post_keyed(client: Client, mark: str, **data: object) -> str:
    answer = client.post("/console/ballots/paper/key/", {"uid": str(uuid.uuid4()), "mark": mark, **data}, follow=True)
    return answer.content.decode()


def test_two_clerks_key_at_the_desk_and_a_mismatch_is_shown_without_what_was_read(
    box: PaperBox, second: User, client_for: Login
) -> None:
    one, other = client_for(box.cast.worker), client_for(second)
    agreed, apart = box.marks(2)
    assert "第一遍录好了" in post_keyed(one, agreed, lots="1 3")
    assert "已经封好入箱" in post_keyed(other, agreed.lower().replace("-", ""), lots="3，１")
    assert "第一遍录好了" in post_keyed(one, apart, lots="1")
    assert "放到一边" in post_keyed(other, apart, ticked=["2"])
    listed = one.get("/console/ballots/paper/mismatches/").content.decode()
    assert "桂花社区" in listed
    assert "何静、彭月" in listed
    assert "周桂兰" not in listed
    desk = one.get("/console/ballots/paper/").content.decode()
    assert "桂花社区" in desk

    third = client_for(another_clerk(box.cast, "白帆"))
    shown = third.post("/console/ballots/paper/compare/", {"mark": apart}).content.decode()
    assert "1 周桂兰" in shown
    assert "2 马建国" in shown
    slip = {"uid": str(uuid.uuid4()), "mark": apart, "ticked": "2", "reason": ""}
    slipped = third.post("/console/ballots/paper/settle/", slip)
    assert slipped.status_code == 422
    assert '<details class="ballots-ticks" open>' in slipped.content.decode()
    assert slipped.content.decode().count("<section>") == 2  # both versions are still there
    data = {"uid": str(uuid.uuid4()), "mark": apart, "lots": "2", "reason": "对着纸看了"}
    assert "已经封好入箱" in third.post("/console/ballots/paper/settle/", data, follow=True).content.decode()
    assert box.opened() == [(1, 3), (2,)]


@pytest.mark.parametrize(
    "data", [{"lots": "一号"}, {"lots": ""}, {"lots": "77"}, {"lots": "7" * 30}, {"lots": "1", "is_blank": "on"}]
)
def test_a_clerks_slip_is_told_and_keeps_what_was_typed(box: PaperBox, client_for: Login, data: dict) -> None:
    mark = box.marks()[0]
    client = client_for(box.cast.worker)
    answer = client.post("/console/ballots/paper/key/", {"uid": str(uuid.uuid4()), "mark": mark, **data})
    assert answer.status_code == 422
    assert mark in answer.content.decode()
    assert not PaperKeying.objects.exists()


def test_a_scanners_enter_goes_on_to_the_next_field(box: PaperBox, client_for: Login) -> None:
    page = client_for(box.cast.worker).get("/console/ballots/paper/key/").content.decode()
    assert 'data-enter="next"' in page
    assert "build/keying.js" in page


# -- races ---------------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_the_same_instant_seal_once(committed_cast: Cast) -> None:
    box, clerk = make_paper_box(committed_cast), another_clerk(committed_cast)
    box.issue(box.voters[0])
    mark = box.marks()[0]
    outcomes = at_once(lambda: keyed(box, mark, committed_cast.worker, 1), lambda: keyed(box, mark, clerk, 1))
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert box.opened() == [(1,)]
    assert box.turnout() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_six_last_ballots_at_once_only_as_many_as_went_out_are_taken(committed_cast: Cast) -> None:
    box, clerk = make_paper_box(committed_cast), another_clerk(committed_cast)
    for voter in box.voters[:2]:
        box.issue(voter)
    marks = box.marks(6)
    for mark in marks:
        keyed(box, mark, committed_cast.worker, 1)
    outcomes = at_once(*[lambda mark=mark: keyed(box, mark, clerk, 1) for mark in marks])
    assert sum(isinstance(one, Conflict) for one in outcomes) == 4
    assert box.opened() == [(1,), (1,)]
    assert box.turnout() == 2
