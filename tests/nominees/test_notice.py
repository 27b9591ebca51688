"""The candidates' notice, what is said against somebody, the lots, and leaving (scenario A8)."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from events.campaigns.models import Campaign, Nomination, NominationState, NomineeObjection
from events.campaigns.nominees.lots import draw_lots, order_by_lot
from events.campaigns.nominees.nominations import withdraw
from events.campaigns.nominees.objections import decide_objection, no_open_objections, raise_objection
from foundation.errors import Conflict, Denied
from foundation.models import AuditEntry, Notification
from foundation.streams import person_key
from tests.campaigns.making import make_campaign
from tests.cast import Cast, person_of
from tests.nominees.making import STORY, neighbour, post_of
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Level, Role, Unit

Clients = Callable[[User], Client]


def stand(campaign: Campaign, leader: Appointment, **fields: object) -> Nomination:
    """A candidate without the way there."""
    return Nomination.objects.create(
        uid=uuid.uuid4(), campaign=campaign, person=leader.person, appointment=leader, neighbourhood=leader.unit,
        street=Unit.objects.get(path=leader.unit.path_at(Level.STREET)), kind="self", why="自荐", story=STORY,
        **{"state": "candidate"} | fields,
    )  # fmt: skip


def object_to(row: Nomination, by: User, words: str = "我家没见过这位邻长") -> NomineeObjection:
    return raise_objection(uid=uuid.uuid4(), nomination=row, words=words, acting_user=by)


def test_everybody_reads_the_candidates_by_place_with_story_and_public_facts(
    cast: Cast, candidate: Nomination, client_for: Clients
) -> None:
    stand(candidate.campaign, post_of(cast.other_leader))
    anonymous = Client()
    page = anonymous.get(f"/best/{candidate.campaign.uid}/candidates/").content.decode()
    assert page.index("桂花社区") < page.index("周桂兰") < page.index("月桂社区") < page.index("顾芳")
    assert "户" not in page, "no figure beside another"
    one = anonymous.get(f"/best/candidates/{candidate.pk}/").content.decode()
    for words in ("周桂兰", "桂花社区", STORY, "做邻长", "联系"):
        assert words in one
    for private in ("任务", "服务时长", "谁家有事她都在", "邻居"):
        assert private not in one
    found = client_for(cast.stranger).get(f"/api/campaigns/{candidate.campaign.uid}/candidates").json()
    assert [entry["name"] for entry in found] == ["周桂兰", "顾芳"]
    assert set(found[0]) == {"uid", "name", "street", "community", "years", "story", "is_paused", "number"}


def test_before_the_notice_nobody_but_those_concerned_reads_who_was_put_forward(
    cast: Cast, client_for: Clients
) -> None:
    campaign = make_campaign(cast, "nominating")
    row = stand(campaign, post_of(cast.leader), state="agreed")
    assert client_for(cast.stranger).get(f"/best/nominations/{row.pk}/").status_code == 404
    assert Client().get(f"/best/candidates/{row.pk}/").status_code == 404
    assert client_for(neighbour(cast.neighbourhood2)).get(f"/best/nominations/{row.pk}/").status_code == 200
    assert client_for(neighbour(cast.other_neighbourhood)).get(f"/best/nominations/{row.pk}/").status_code == 404


def test_an_objection_pauses_the_candidate_who_hears_that_something_was_asked_but_not_by_whom(
    cast: Cast, candidate: Nomination, client_for: Clients
) -> None:
    client = client_for(cast.resident)
    assert "有话要说" in client.get(f"/best/candidates/{candidate.pk}/").content.decode()
    url = f"/best/candidates/{candidate.pk}/objection/"
    assert "实名提出" in client.get(url).content.decode()
    body = {"uid": str(uuid.uuid4()), "words": "我家没见过这位邻长"}
    assert client.post(url, body).status_code == client.post(url, body).status_code == 302
    candidate.refresh_from_db()
    assert (candidate.is_paused, candidate.state) == (True, "candidate")
    page = client_for(cast.leader).get(f"/best/nominations/{candidate.pk}/answer/").content.decode()
    told = Notification.objects.filter(stream_key=person_key(candidate.person_id)).order_by("-pk")[0]
    for text in (page, str(told.payload)):
        assert "有人问了一件事" in text
        assert "方晓" not in text
        assert "没见过" not in text
    assert client.post(url, {"uid": str(uuid.uuid4()), "words": "再说一次"}).status_code == 422
    assert "有话要说" not in client.get(f"/best/candidates/{candidate.pk}/").content.decode()
    for nobody in (cast.stranger, cast.leader):
        with pytest.raises(Denied):
            object_to(candidate, nobody)


def test_it_is_decided_by_another_clerk_with_a_reason_and_the_pause_ends_with_the_last_one(
    cast: Cast, candidate: Nomination, client_for: Clients
) -> None:
    first, second = object_to(candidate, cast.resident), object_to(candidate, neighbour(cast.far_community))
    campaign = candidate.campaign
    assert "2 条异议" in no_open_objections(campaign)
    with pytest.raises(Denied):
        decide_objection(objection=first, is_upheld=False, reason="查过", acting_user=cast.worker)
    client, url = client_for(cast.street_clerk), f"/console/campaigns/objections/{first.pk}/"
    assert "方晓" in client.get(url).content.decode()
    sent = {"decision": "dismiss", "reason": "问了三户，都说常见到。"}
    assert client.post(f"{url}decide/", {"decision": "dismiss", "reason": ""}).status_code == 422
    assert client.post(f"{url}decide/", sent).status_code == 302
    candidate.refresh_from_db()
    assert candidate.is_paused
    told = Notification.objects.get(stream_key=person_key(person_of(cast.resident).pk), kind="campaign")
    assert told.payload["body"] == "问了三户，都说常见到。"
    decide_objection(objection=second, is_upheld=False, reason="不属实", acting_user=cast.district_clerk)
    with pytest.raises(Conflict, match="刚刚"):
        decide_objection(objection=second, is_upheld=True, reason="属实", acting_user=cast.street_clerk)
    candidate.refresh_from_db()
    assert (candidate.is_paused, candidate.state) == (False, "candidate")
    assert not no_open_objections(campaign)
    again = client_for(cast.resident).get(f"/best/candidates/{candidate.pk}/").content.decode()
    assert "问了三户" in again
    assert "有话要说" in again, "what was answered keeps nobody from saying something else"


def test_upheld_strikes_the_candidate_with_the_reason(cast: Cast, candidate: Nomination) -> None:
    one = object_to(candidate, cast.resident)
    decide_objection(objection=one, is_upheld=True, reason="核实属实。", acting_user=cast.street_clerk)
    candidate.refresh_from_db()
    assert (candidate.state, candidate.is_paused, candidate.answer) == ("struck", False, "核实属实。")
    page = Client().get(f"/best/candidates/{candidate.pk}/").content.decode()
    assert "不再参加" in page
    assert "核实属实" not in page
    assert STORY not in page


def test_the_number_on_the_ballot_is_told_while_one_can_vote_and_not_afterwards(
    cast: Cast, client_for: Clients
) -> None:
    campaign = make_campaign(cast, "notice")
    row = stand(campaign, post_of(cast.leader), lot=77)
    staff, api = client_for(cast.district_clerk), f"/api/campaigns/candidates/{row.pk}"
    for state, told in (("voting", True), ("counting", False), ("winners_notice", False), ("awarded", False)):
        Campaign.objects.filter(pk=campaign.pk).update(state=state)
        assert (Client().get(f"/best/candidates/{row.pk}/").content.decode().count("票面号") == 1) is told
        assert (staff.get(f"/console/campaigns/nominations/{row.pk}/").content.decode().count("票面号") == 1) is told
        assert (client_for(cast.resident).get(api).json()["number"] == 77) is told


def test_nothing_is_said_outside_the_notices(cast: Cast) -> None:
    row = stand(make_campaign(cast, "vetting"), post_of(cast.leader))
    with pytest.raises(Conflict, match="公示期"):
        object_to(row, cast.resident)


def test_a_candidate_leaves_without_a_word_until_the_award(cast: Cast, candidate: Nomination) -> None:
    assert withdraw(nomination=candidate, acting_user=cast.leader).state == NominationState.WITHDRAWN
    assert not Nomination.objects.candidates().exists()
    late = stand(candidate.campaign, post_of(cast.leader2))
    Campaign.objects.filter(pk=candidate.campaign_id).update(state="awarded")
    with pytest.raises(Conflict, match="结束"):
        withdraw(nomination=late, acting_user=cast.leader2)


@pytest.mark.everywhere
def test_the_draw_is_a_permutation_that_anybody_can_draw_again(cast: Cast) -> None:
    campaign = make_campaign(cast, "notice")
    rows = []
    for number in range(40):
        person = Person.objects.create(name=f"邻长{number}")
        post = Appointment.objects.create(
            person=person, role=Role.NEIGHBOUR_LEADER, unit=cast.other_neighbourhood, starts_on="2020-01-01",
            ends_on="2020-02-01",
        )  # fmt: skip
        rows.append(stand(campaign, post))
    stand(campaign, post_of(cast.leader), state="withdrawn")
    draw_lots(campaign)
    drawn = list(Nomination.objects.filter(campaign=campaign).on_ballot().order_by("lot"))
    assert [one.lot for one in drawn] == list(range(1, 41))
    assert [one.pk for one in drawn] != [one.pk for one in rows], "one in 40! does not"
    entry = AuditEntry.objects.get(act="campaign.draw_lots")
    assert order_by_lot(entry.data["seed"], [str(one.pk) for one in rows]) == [str(one.pk) for one in drawn]
    draw_lots(campaign)
    assert AuditEntry.objects.filter(act="campaign.draw_lots").count() == 1
