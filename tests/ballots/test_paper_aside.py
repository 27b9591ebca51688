"""Paper that cannot be keyed to the end: two people put it aside, so that it keeps no box from being closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from events.ballots.models import BallotBox, PaperBallot, PaperKeying
from events.ballots.paper.issuing import take_back
from events.ballots.paper.spoiling import agree_aside, ask_aside, spoil_run
from events.ballots.suspicion.matters import open_matters
from events.campaigns.models import Campaign
from foundation.errors import Conflict, Denied, Invalid
from foundation.models import AuditEntry
from tests.ballots.papering import PaperBox, another_clerk, make_paper_box
from tests.ballots.test_keying import keyed
from tests.benefits.making import at_once
from tests.cast import Cast
from volunteers.accounts.models import User

Login = Callable[[User], Client]
State = PaperBallot.State
DESK = "/console/ballots/paper/"


@pytest.fixture
def box(cast: Cast) -> PaperBox:
    return make_paper_box(cast)


@pytest.fixture
def second(cast: Cast) -> User:
    return another_clerk(cast)


def extra(box: PaperBox) -> PaperBallot:
    """A ballot from the pile that one clerk keyed though nobody was handed one."""
    return keyed(box, box.marks()[0], box.cast.worker, 1)


def aside(ballot: PaperBallot, first: User, second: User) -> PaperBallot:
    ask_aside(ballot=ballot, reason="多出来的一张", acting_user=first)
    return agree_aside(ballot=ballot, acting_user=second)


def test_a_ballot_too_many_is_put_aside_and_no_longer_in_the_way(
    box: PaperBox, second: User, client_for: Login
) -> None:
    mark = box.marks()[0]
    ballot = keyed(box, mark, box.cast.worker, 1)
    with pytest.raises(Conflict, match="多出来"):
        keyed(box, mark, second, 1)
    assert "1 张纸质票" in open_matters(box.box)[0]
    run, row = f"{DESK}runs/{ballot.run_id}/", {"ballot": str(ballot.pk)}
    one, two = client_for(box.cast.worker), client_for(second)
    assert "录不成" in one.get(run).content.decode()
    assert one.post(f"{run}aside/", row | {"reason": " "}).status_code == 422
    asked = one.post(f"{run}aside/", row | {"reason": "多出来的一张"}, follow=True).content.decode()
    assert "等另一位同事同意" in asked
    assert one.post(f"{run}agree/", row).status_code == 403
    assert "提出另外收好：多出来的一张" in two.get(run).content.decode()
    assert "录过的内容删掉了" in two.post(f"{run}agree/", row, follow=True).content.decode()
    assert not open_matters(box.box)
    assert not PaperKeying.objects.exists()
    with pytest.raises(Conflict, match="另外收好"):
        keyed(box, mark, second, 1)
    assert [one.reason for one in AuditEntry.objects.filter(act="paper.aside")] == ["多出来的一张"]


def test_it_takes_two_people_and_a_reason(box: PaperBox, second: User) -> None:
    ballot = extra(box)
    with pytest.raises(Conflict, match="还没有人"):
        agree_aside(ballot=ballot, acting_user=second)
    with pytest.raises(Invalid):
        ask_aside(ballot=ballot, reason=" ", acting_user=second)
    ask_aside(ballot=ballot, reason="找不到了", acting_user=second)
    with pytest.raises(Denied):
        agree_aside(ballot=ballot, acting_user=second)
    with pytest.raises(Conflict, match="已经提出来"):
        ask_aside(ballot=ballot, reason="多了", acting_user=box.cast.worker)
    with pytest.raises(Denied):
        agree_aside(ballot=ballot, acting_user=box.cast.other_worker)
    for _time in range(2):
        agree_aside(ballot=ballot, acting_user=box.cast.worker)
    assert PaperBallot.objects.get(pk=ballot.pk).state == State.ASIDE


def test_what_two_read_differently_is_put_aside_after_voting_and_until_the_close(box: PaperBox, second: User) -> None:
    box.issue(box.voters[0])
    mark = box.marks()[0]
    keyed(box, mark, box.cast.worker, 1)
    ballot = keyed(box, mark, second, 2)
    Campaign.objects.update(state="counting")
    assert aside(ballot, box.cast.worker, second).state == State.ASIDE
    assert not box.opened()
    later = PaperBallot.objects.filter(state=State.PRINTED)[0]
    BallotBox.objects.update(closed_at=timezone.now())
    with pytest.raises(Conflict, match="已经封了"):
        ask_aside(ballot=later, reason="晚了", acting_user=second)


def test_with_the_paper_in_hand_its_mark_is_enough(box: PaperBox, client_for: Login) -> None:
    mark = box.marks()[0]
    ballot = keyed(box, mark, box.cast.worker, 1)
    answer = client_for(box.cast.worker).post(f"{DESK}spoil/", {"mark": mark, "reason": "多出来的一张"}, follow=True)
    assert "等另一位同事同意" in answer.content.decode()
    assert PaperBallot.objects.get(pk=ballot.pk).state == State.KEYED


def test_what_is_keyed_after_all_goes_into_the_box(box: PaperBox, second: User) -> None:
    box.issue(box.voters[0])
    mark = box.marks()[0]
    ballot = keyed(box, mark, box.cast.worker, 1)
    ask_aside(ballot=ballot, reason="找不到了", acting_user=box.cast.worker)
    assert keyed(box, mark, second, 1).state == State.SEALED
    with pytest.raises(Conflict, match="已入箱"):
        agree_aside(ballot=ballot, acting_user=second)
    assert box.opened() == [(1,)]


# -- brought back --------------------------------------------------------------------------------------------------


def test_paper_of_a_spoilt_run_is_taken_back_and_its_voter_is_free(box: PaperBox) -> None:
    voter, mark = box.voters[0], box.marks()[0]
    box.issue(voter)
    run = PaperBallot.objects.all()[0].run
    spoil_run(run=run, reason="印花了", acting_user=box.cast.worker)
    back: dict[str, Any] = {"campaign": box.campaign, "mark": mark, "acting_user": box.cast.worker}
    take_back(person=voter, **back)
    box.issue(box.voters[1])
    with pytest.raises(Conflict, match="已交回"):  # one paper brings one voter back
        take_back(person=box.voters[1], **back)
    box.issue(voter)
    assert box.entry(voter).channel == "paper"


def test_a_paper_that_was_found_again_brings_its_voter_another(box: PaperBox, second: User) -> None:
    voter, mark = box.voters[0], box.marks()[0]
    box.issue(voter)
    aside(keyed(box, mark, box.cast.worker, 1), box.cast.worker, second)
    take_back(campaign=box.campaign, person=voter, mark=mark, acting_user=second)
    box.issue(voter)
    assert not open_matters(box.box)


# -- races ---------------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_keyed_and_put_aside_at_once_is_one_of_both(committed_cast: Cast) -> None:
    box, clerk = make_paper_box(committed_cast), another_clerk(committed_cast)
    for voter in box.voters[:4]:
        box.issue(voter)
        mark = box.marks(1)[0]
        ballot = keyed(box, mark, committed_cast.worker, 1)
        ask_aside(ballot=ballot, reason="找不到了", acting_user=committed_cast.worker)
        outcomes = at_once(
            lambda mark=mark: keyed(box, mark, clerk, 1),  # type: ignore[misc]
            lambda ballot=ballot: agree_aside(ballot=ballot, acting_user=clerk),  # type: ignore[misc]
        )
        assert sum(isinstance(one, Conflict) for one in outcomes) == 1
    states = PaperBallot.objects.values_list("state", flat=True)
    assert set(states) <= {State.SEALED, State.ASIDE}
    assert list(states).count(State.SEALED) == len(box.opened()) == box.turnout()
