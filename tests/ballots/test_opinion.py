"""The question to the households of a candidate: one answer a household, secret, replaceable, never asked of others."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.ballots.models import Envelope, TurnoutShard
from events.ballots.voting.cards import to_answer, to_check, to_vote
from events.ballots.voting.opinion import answer_household, question_for
from foundation.errors import Conflict, Denied
from foundation.models import Notification
from foundation.streams import person_key
from tests.ballots.making import Vote, make_household, make_vote, make_voter, signals_for
from tests.ballots.test_voting_pages import address, cast_plainly, pass_for
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.homes.models import Resident

pytestmark = pytest.mark.django_db


def answer(vote: Vote, user: User, step: int) -> None:
    answer_household(
        uid=uuid.uuid4(), campaign=vote.campaign, envelope=vote.seal(vote.candidates[0], step=step), sealed_on="phone",
        acting_user=user, signals=signals_for(user),
    )  # fmt: skip


def test_a_household_answers_once_and_whoever_of_it_changes_it(cast: Cast) -> None:
    home = make_household(cast.neighbourhood)
    mother, son = make_voter("母亲", cast.neighbourhood, home), make_voter("儿子", cast.neighbourhood, home)
    vote = make_vote(cast, cast.leader)
    answer(vote, mother, 4)
    answer(vote, son, 2)
    envelope = Envelope.objects.get(kind="household")
    opened = vote.open(envelope)
    assert (opened.step, opened.choices) == (2, (vote.candidates[0].pk,))
    assert envelope.replaced_count == 1
    assert sum(TurnoutShard.objects.filter(kind="household").values_list("count", flat=True)) == 1
    assert not TurnoutShard.objects.filter(kind="voter", count__gt=0).exists()


def test_who_is_not_of_a_linked_household_is_not_asked(cast: Cast) -> None:
    elsewhere = make_voter("别处", cast.neighbourhood2, make_household(cast.neighbourhood2, "302"))
    home = make_household(cast.neighbourhood)
    vote = make_vote(cast, cast.leader)
    moved_in = make_voter("后来的", cast.neighbourhood, home)  # not on the roll
    for user in (cast.resident, elsewhere, moved_in):
        assert question_for(vote.box, person_of(user).pk) is None
        with pytest.raises(Denied):
            answer(vote, user, 5)


def test_a_voter_who_moves_in_afterwards_speaks_for_nobody(cast: Cast, client_for: Callable[[User], Client]) -> None:
    """Else one accomplice, let in at door after door, answers for them all."""
    home = make_household(cast.neighbourhood)
    mother, mover = make_voter("母亲", cast.neighbourhood, home), make_voter("会搬家的", cast.neighbourhood2)
    vote = make_vote(cast, cast.leader)
    answer(vote, mother, 2)
    let_in = {"household": home, "neighbourhood": cast.neighbourhood, "confirmed_at": timezone.now()}
    Resident.objects.filter(person=person_of(mover)).update(**let_in)
    assert vote.cast(mover, vote.candidates[0]).receipt, "the own vote stays"
    with pytest.raises(Denied):
        answer(vote, mover, 5)
    assert client_for(mover).get(reverse("ballot_opinion", args=[vote.campaign.uid])).status_code == 404
    assert vote.open(Envelope.objects.get(kind="household")).step == 2


def test_a_household_without_a_phone_answers_at_the_counter_after_the_ballot(cast: Cast) -> None:
    mother = make_voter("母亲", cast.neighbourhood, make_household(cast.neighbourhood))
    vote = make_vote(cast, cast.leader)
    code = pass_for(cast, vote, mother)
    screen = Client()
    screen.post(address(vote, "counter_enter"), {"code": code})
    assert screen.get(address(vote, "counter_opinion")).status_code == 404, "whoever has the digits votes first"
    early = screen.post(address(vote, "counter_opinion"), {"step": f"5.{uuid.uuid4()}"})
    assert early.status_code == 404
    cast_plainly(screen, vote, vote.candidates[0], booth="counter")
    assert address(vote, "counter_opinion") in screen.get(address(vote, "counter_done")).content.decode()
    page = screen.get(address(vote, "counter_opinion")).content.decode()
    assert "下次还愿意选周桂兰当邻长吗" in page
    step = re.search(r'name="step" value="(2\.[0-9a-f-]{36})"', page)
    assert step
    answered = screen.post(address(vote, "counter_opinion"), {"step": step[1]})
    assert answered["Location"] == address(vote, "counter_done")
    assert "您家答过了" in screen.get(address(vote, "counter_done")).content.decode()
    assert vote.open(Envelope.objects.get(kind="household")).step == 2
    told = Notification.objects.filter(stream_key=person_key(person_of(mother).pk), kind="ballot")
    assert [one.payload["title"] for one in told.order_by("seq")] == [
        "有一张票用您的名义投进了票箱", "您家的意见在窗口投进了票箱"
    ]  # fmt: skip
    screen.get(address(vote, "counter_enter"))
    assert screen.get(address(vote, "counter_opinion")).status_code == 404


def test_what_one_desk_answers_for_unusually_many_lies_aside(cast: Cast, settings: Any) -> None:
    settings.BALLOT_DESK_MOST = 0
    mother = make_voter("母亲", cast.neighbourhood, make_household(cast.neighbourhood))
    vote = make_vote(cast, cast.leader)
    screen = Client()
    screen.post(address(vote, "counter_enter"), {"code": pass_for(cast, vote, mother)})
    cast_plainly(screen, vote, vote.candidates[0], booth="counter")
    screen.post(address(vote, "counter_opinion"), {"step": f"5.{uuid.uuid4()}"})
    assert Envelope.objects.get(kind="household").state == "quarantined"


def test_a_candidate_is_not_asked_about_themselves(cast: Cast) -> None:
    home = make_household(cast.neighbourhood)
    Resident.objects.update_or_create(
        person=person_of(cast.leader),
        defaults={
            "neighbourhood": cast.neighbourhood, "household": home, "state": "confirmed",
            "confirmed_at": timezone.now() - dt.timedelta(days=90),
        },
    )  # fmt: skip
    next_door = make_voter("隔壁", cast.neighbourhood, make_household(cast.neighbourhood, "102"))
    vote = make_vote(cast, cast.leader)
    assert question_for(vote.box, person_of(cast.leader).pk) is None
    assert question_for(vote.box, person_of(next_door).pk) is not None


def test_after_the_close_no_answer_is_taken(cast: Cast) -> None:
    user = make_voter("住户", cast.neighbourhood, make_household(cast.neighbourhood))
    vote = make_vote(cast, cast.leader)
    vote.close()
    with pytest.raises(Conflict):
        answer(vote, user, 5)


def test_five_steps_in_words_answered_without_a_script(cast: Cast, client_for: Callable[[User], Client]) -> None:
    user = make_voter("住户", cast.neighbourhood, make_household(cast.neighbourhood))
    vote, client = make_vote(cast, cast.leader), client_for(user)
    vote.cast(user, vote.candidates[0])
    assert (
        "下次还愿意选周桂兰当邻长吗" in client.get(reverse("ballot_receipt", args=[vote.campaign.uid])).content.decode()
    )
    address = reverse("ballot_opinion", args=[vote.campaign.uid])
    page = client.get(address).content.decode()
    assert "由服务器代封" in page
    assert "跳过" in page
    steps = re.findall(r'name="step" value="([^"]+)"', page)
    assert [one[0] for one in steps] == ["5", "4", "3", "2", "1"]
    assert client.post(address, {}).status_code == 422
    for _twice in range(2):
        assert client.post(address, {"step": steps[1], "id": "", "envelope": ""}).status_code == 303
    envelope = Envelope.objects.get(kind="household")
    assert (vote.open(envelope).step, envelope.sealed_on, envelope.replaced_count) == (4, "server", 0)
    client.post(address, {"step": steps[4]})
    assert vote.open(Envelope.objects.get(kind="household")).step == 1
    assert "答过了" in client.get(address).content.decode()


def test_cards_offer_what_there_is_to_do(cast: Cast) -> None:
    user = make_voter("住户", cast.neighbourhood, make_household(cast.neighbourhood))
    vote = make_vote(cast, cast.leader)
    to_pick, to_say = to_vote(user, vote.campaign), to_answer(user, vote.campaign)
    assert to_pick
    assert to_pick.is_main
    assert to_say
    assert "周桂兰" in str(to_say.title)
    vote.cast(user, vote.candidates[0])
    answer(vote, user, 3)
    after = to_vote(user, vote.campaign)
    assert after
    assert not after.is_main
    assert "投好了" in str(after.title)
    assert to_answer(user, vote.campaign) is None
    for user in (cast.stranger, cast.leader):
        assert to_vote(user, vote.campaign) is None
        assert to_answer(user, vote.campaign) is None
    vote.campaign.state = "counting"
    assert to_check(cast.stranger, vote.campaign)
