"""The counter: a pass of eight digits, once, for fifteen minutes, for one voter."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client

from events.ballots.models import CounterPass, Envelope
from events.ballots.paper import counter
from events.ballots.paper.counter import IssuedPass, issue_pass
from events.ballots.voting.casting import cast_for_entry
from events.campaigns.models import Campaign
from foundation.errors import Conflict, Denied, Missing
from foundation.idempotency import DifferentBody
from tests.accounts.conftest import solved_on
from tests.ballots.papering import PaperBox, make_paper_box
from tests.benefits.making import at_once
from tests.cast import Cast
from volunteers.accounts import limits
from volunteers.accounts.models import User
from volunteers.people.models import Person

Login = Callable[[User], Client]


@pytest.fixture
def box(cast: Cast) -> PaperBox:
    return make_paper_box(cast)


def given(box: PaperBox, voter: Person, **how: object) -> IssuedPass:
    values = {"uid": uuid.uuid4(), "campaign": box.campaign, "person": voter, "acting_user": box.cast.worker}
    return issue_pass(**(values | how))  # type: ignore[arg-type]


def pass_of(*, campaign: Campaign, code: str) -> CounterPass:
    return counter.pass_of(campaign=campaign, code=code, session="a browser", subnet="10.0.0.0/24")


def voted(box: PaperBox, row: CounterPass) -> object:
    return cast_for_entry(
        uid=uuid.uuid4(), campaign=box.campaign, counter_pass=row, envelope=box.vote.seal(box.vote.candidates[1]),
        acting_user=box.cast.worker,
    )  # fmt: skip


def test_a_pass_lets_its_voter_vote_once(box: PaperBox) -> None:
    made = given(box, box.voters[0])
    assert re.fullmatch(r"\d{8}", made.code)
    row = pass_of(campaign=box.campaign, code=f"{made.code[:4]} {made.code[4:]}")
    voted(box, row)
    assert box.opened() == [(2,)]
    assert box.entry(box.voters[0]).channel == "counter"
    with pytest.raises(Missing):
        pass_of(campaign=box.campaign, code=made.code)
    with pytest.raises(Conflict):
        voted(box, row)


def test_the_digits_are_nowhere_stored(box: PaperBox) -> None:
    made = given(box, box.voters[0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ballots_counterpass")
        assert made.code not in str(cursor.fetchall())


def test_a_new_pass_ends_the_one_before(box: PaperBox) -> None:
    first, second = given(box, box.voters[0]), given(box, box.voters[0])
    with pytest.raises(Missing):
        pass_of(campaign=box.campaign, code=first.code)
    assert pass_of(campaign=box.campaign, code=second.code) == second.row


def test_the_same_request_twice_is_the_same_pass(box: PaperBox) -> None:
    uid = uuid.uuid4()
    assert given(box, box.voters[0], uid=uid) == given(box, box.voters[0], uid=uid)
    with pytest.raises(DifferentBody):
        given(box, box.voters[1], uid=uid)


def test_a_pass_ends_after_a_quarter_of_an_hour(box: PaperBox) -> None:
    made = given(box, box.voters[0])
    late = dt.timedelta(minutes=16)
    CounterPass.objects.update(issued_at=F("issued_at") - late, expires_at=F("expires_at") - late)
    with pytest.raises(Missing, match="过了时间"):
        pass_of(campaign=box.campaign, code=made.code)


def test_who_was_handed_paper_or_is_not_on_the_roll_gets_no_pass(box: PaperBox) -> None:
    box.issue(box.voters[0])
    with pytest.raises(Conflict, match="已领纸质票"):
        given(box, box.voters[0])
    with pytest.raises(Missing):
        given(box, Person.objects.create(name="谁"))
    with pytest.raises(Denied):
        given(box, box.voters[1], acting_user=box.cast.other_worker)


def screen_of(box: PaperBox, code: str, screen: Client | None = None, more: dict[str, str] | None = None) -> Any:
    return (screen or Client()).post(f"/best/{box.campaign.uid}/counter/", {"code": code} | (more or {}))


def wrong(made: IssuedPass, number: int) -> str:
    return f"{(int(made.code) + number + 1) % 10**8:08d}"


def test_ten_wrong_passes_hold_up_one_browser_and_no_other_counter(box: PaperBox) -> None:
    made, robot = given(box, box.voters[0]), Client()
    for number in range(10):
        assert screen_of(box, wrong(made, number), robot).status_code == 422
    refused = screen_of(box, made.code, robot)
    assert refused.status_code == 429
    assert "分钟后" in refused.content.decode()
    assert screen_of(box, made.code)["Location"].endswith("/counter/vote/")


def test_many_wrong_passes_from_one_network_ask_a_question_and_shut_nobody_out(box: PaperBox) -> None:
    made = given(box, box.voters[0])
    for _number in range(60):
        limits.note("counter.subnet", "127.0.0.0/24")
    asked = screen_of(box, made.code)
    assert asked.status_code == 422
    assert "先答对这道小题" in asked.content.decode()
    assert screen_of(box, made.code, more=solved_on(asked.content.decode()))["Location"].endswith("/counter/vote/")


def test_digits_typed_wide_or_apart_are_the_same_digits(box: PaperBox) -> None:
    made = given(box, box.voters[0])
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in made.code)
    assert pass_of(campaign=box.campaign, code=f"{wide[:4]} {wide[4:]}") == made.row


def test_the_desk_shows_the_digits_on_one_page_only(box: PaperBox, client_for: Login) -> None:
    client, voter = client_for(box.cast.worker), box.voters[0]
    url = f"/console/ballots/paper/voters/{voter.resident.uid}/"
    answer = client.post(f"{url}pass/", {"uid": str(uuid.uuid4())})
    code = re.search(r'code">(\d{4}) (\d{4})<', answer.content.decode())
    assert code
    assert "no-store" in answer["Cache-Control"]
    assert pass_of(campaign=box.campaign, code="".join(code.groups())).entry == box.entry(voter)
    assert code[1] not in client.get(url).content.decode()


def test_one_clerk_with_unusually_many_voters_is_looked_at(box: PaperBox, settings: Any, client_for: Login) -> None:
    settings.BALLOT_DESK_MOST = 2
    for voter in box.voters[:3]:
        voted(box, given(box, voter).row)
    voted(box, given(box, box.voters[3], acting_user=box.cast.street_clerk).row)
    states = Envelope.objects.order_by("cast_at").values_list("state", "signals")
    assert list(states) == [("sealed", ""), ("sealed", ""), ("quarantined", "desk"), ("sealed", "")]
    page = client_for(box.cast.street_clerk).get("/console/ballots/quarantine/").content.decode()
    assert "窗口 A" in page
    assert "开了很多张凭条" in page


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_pass_used_on_four_screens_at_once_is_one_vote(committed_cast: Cast) -> None:
    box = make_paper_box(committed_cast)
    row = given(box, box.voters[0]).row
    outcomes = at_once(*[lambda: voted(box, row) for _screen in range(4)])
    assert sum(isinstance(one, Conflict) for one in outcomes) == 3
    assert box.opened() == [(2,)]
    assert box.turnout() == 1
