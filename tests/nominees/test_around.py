"""What is offered when, the same by the API, and what remains of somebody who is erased."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.test import Client

from events.campaigns.cards import cards_of
from events.campaigns.models import Campaign, Nomination, Seconding
from foundation.actors import SYSTEM
from tests.campaigns.making import move_to
from tests.cast import Cast, person_of
from tests.nominees.making import STORY, agreed, neighbour, post_of, put_forward, seconded
from volunteers.accounts.models import User
from volunteers.people.erasure import erase_person

Clients = Callable[[User], Client]


def offered(user: User, campaign: Campaign) -> list[str]:
    return [str(one.title) for one in cards_of(User.objects.get(pk=user.pk), campaign)]


def test_each_is_offered_what_is_theirs_to_do(cast: Cast, campaign: Campaign) -> None:
    near, far = neighbour(cast.neighbourhood2), neighbour(cast.other_neighbourhood)
    assert offered(near, campaign) == ["推荐身边的好邻长"]
    assert "推荐身边的好邻长" not in offered(cast.stranger, campaign)
    row = put_forward(campaign, cast.leader, cast.group_leader)
    assert offered(cast.leader, campaign)[0] == "邻居推荐您当最美邻长"
    assert "附议" not in offered(near, campaign), "another neighbourhood hears of it once the leader agreed"
    row = agreed(campaign, cast.leader2, cast.group_leader)
    assert "附议" in offered(near, campaign)
    assert "附议" not in offered(far, campaign)
    seconded(row)
    assert "附议" not in offered(near, campaign)
    vetting = move_to(campaign, "vetting", cast)
    assert "审核提名" in offered(cast.area_leader, vetting)
    assert "审核提名" not in offered(cast.worker, vetting)
    notice = move_to(vetting, "notice", cast)
    assert "候选人" in offered(cast.stranger, notice)


def test_the_api_takes_the_same_words(cast: Cast, campaign: Campaign, client_for: Clients) -> None:
    def send(user: User, path: str, **body: object) -> tuple[int, dict[str, object]]:
        answer = client_for(user).post(f"/api/campaigns/{path}", body, "application/json")
        return answer.status_code, answer.json()

    maker, uid = neighbour(cast.neighbourhood), str(uuid.uuid4())
    sent = {"uid": uid, "leader": str(post_of(cast.leader).uid), "why": "热心"}
    for _time in range(2):
        status, said = send(maker, f"{campaign.uid}/nominations", **sent)
        assert (status, said) == (200, {"uid": uid, "state": "asked", "has_enough_households": False})
    assert send(maker, f"{campaign.uid}/nominations", **sent | {"why": "别的"})[0] == 422
    status, _said = send(cast.leader2, f"nominations/{uid}/answer", agrees=True, story=STORY)
    assert status == 404
    status, said = send(cast.leader, f"nominations/{uid}/answer", agrees=True, story=STORY)
    assert (status, said["state"]) == (200, "agreed")
    for turn in range(3):
        status, said = send(neighbour(cast.neighbourhood), f"nominations/{uid}/seconding", uid=str(uuid.uuid4()))
        assert (status, said["has_enough_households"]) == (200, turn == 2)
    assert send(cast.resident, f"nominations/{uid}/seconding", uid=str(uuid.uuid4()))[0] == 409
    assert Seconding.objects.count() == 3


def test_who_is_erased_stands_no_longer_and_leaves_no_words(cast: Cast, campaign: Campaign) -> None:
    row = seconded(agreed(campaign, cast.leader, cast.resident))
    erase_person(person=person_of(cast.leader), acting_user=SYSTEM, even_if_needed=True)
    row = Nomination.objects.select_related("person").get(pk=row.pk)
    assert (row.state, row.story, row.why) == ("withdrawn", "", "")
    assert "周桂兰" not in row.person.name
