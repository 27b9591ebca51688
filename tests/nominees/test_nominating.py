"""Putting somebody forward: who may, who can be, and the one row of a person (scenario A8)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from events.campaigns.models import Campaign, Nomination, NominationState, PanelMember, Seconding
from events.campaigns.nominees.eligibility import full_months, in_role_since, why_not
from events.campaigns.nominees.nominations import nominate
from foundation import clock
from foundation.errors import Conflict, Denied
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry, Notification
from foundation.streams import person_key
from tests.campaigns.making import make_campaign, move_to
from tests.cast import Cast, person_of
from tests.nominees.making import agreed, neighbour, post_of, put_forward
from volunteers.accounts.models import User
from volunteers.units.models import Appointment, Role

Clients = Callable[[User], Client]


def test_a_resident_names_their_leader_in_three_taps_and_the_leader_is_asked(
    cast: Cast, campaign: Campaign, client_for: Clients
) -> None:
    client = client_for(cast.resident)
    page = client.get(f"/best/{campaign.uid}/nominate/").content.decode()
    assert "周邻长" in page
    assert "周桂兰" not in page, "a surname is all that is public of a leader who has not agreed to more"
    assert "顾" not in page, "leaders of another community are not to be named here"
    leader = post_of(cast.leader)
    url = f"/best/{campaign.uid}/nominate/?leader={leader.uid}"
    assert "为什么推荐" in client.get(url).content.decode()
    body = {"uid": str(uuid.uuid4()), "leader": str(leader.uid), "why": "夜里水管爆了她挨家敲门"}
    assert client.post(url, body, follow=True).status_code == 200
    row = Nomination.objects.get()
    assert (row.kind, row.state, row.street, row.nominated_by_id) == (
        "resident", "asked", cast.street, cast.resident.person_id,
    )  # fmt: skip
    told = Notification.objects.get(stream_key=person_key(person_of(cast.leader).pk))
    assert told.payload["url"] == f"/best/nominations/{row.pk}/answer/"
    assert AuditEntry.objects.filter(act="nomination.make", object_id=str(row.pk)).exists()
    assert client.post(url, body, follow=True).status_code == 200
    assert Nomination.objects.count() == 1
    assert client.post(url, body | {"why": "别的话"}).status_code == 422


def test_a_group_leader_names_below_and_a_leader_names_herself(cast: Cast, campaign: Campaign) -> None:
    assert put_forward(campaign, cast.leader, cast.group_leader).kind == "group_leader"
    assert put_forward(campaign, cast.leader2, cast.leader2).kind == "self"
    for nobody in (cast.stranger, cast.worker, cast.group_leader, cast.leader2):
        with pytest.raises(Denied):
            put_forward(campaign, cast.other_leader, nobody)


def test_who_is_named_twice_is_seconded_the_second_time(cast: Cast, campaign: Campaign) -> None:
    first = put_forward(campaign, cast.leader, cast.resident)
    other = neighbour(cast.neighbourhood2)
    uid = uuid.uuid4()
    made = nominate(uid=uid, campaign=campaign, appointment=post_of(cast.leader), why="同意", acting_user=other)
    again = nominate(uid=uid, campaign=campaign, appointment=post_of(cast.leader), why="同意", acting_user=other)
    assert (made.nomination, made.is_new, again.seconding) == (first, False, made.seconding)
    assert Seconding.objects.get().person_id == other.person_id
    first.refresh_from_db()
    assert first.seconded_count == 1
    with pytest.raises(DifferentBody):
        nominate(uid=uid, campaign=campaign, appointment=post_of(cast.leader2), why="同意", acting_user=other)


def test_who_declined_is_not_asked_again(cast: Cast, campaign: Campaign) -> None:
    row = put_forward(campaign, cast.leader, cast.group_leader)
    Nomination.objects.filter(pk=row.pk).update(state=NominationState.DECLINED)
    with pytest.raises(Conflict, match="不参加"):
        put_forward(campaign, cast.leader, neighbour(cast.neighbourhood))


def test_twelve_months_count_to_the_day_of_nominating_and_a_change_of_neighbourhood_is_no_break(
    cast: Cast, campaign: Campaign
) -> None:
    held, today = post_of(cast.leader), clock.today()
    Appointment.objects.filter(pk=held.pk).update(starts_on=today - dt.timedelta(days=300))
    assert "12 个月" in why_not(campaign, held)
    before = Appointment.objects.create(
        person=held.person, role=Role.NEIGHBOUR_LEADER, unit=cast.neighbourhood2,
        starts_on=today - dt.timedelta(days=700), ends_on=today - dt.timedelta(days=301),
    )  # fmt: skip
    assert not why_not(campaign, held)
    Appointment.objects.filter(pk=before.pk).update(ends_on=today - dt.timedelta(days=320))
    assert in_role_since([held.person_id])[held.person_id] == today - dt.timedelta(days=300)
    assert why_not(campaign, held)
    assert full_months(dt.date(2025, 1, 31), dt.date(2026, 1, 30)) == 11
    assert full_months(dt.date(2025, 1, 31), dt.date(2026, 1, 31)) == 12


def test_staff_panel_members_stand_ins_and_former_leaders_cannot_be_named(cast: Cast, campaign: Campaign) -> None:
    staff, panel, former = post_of(cast.leader), post_of(cast.leader2), post_of(cast.other_leader)
    Appointment.objects.create(
        person=staff.person, role=Role.COMMUNITY_WORKER, unit=cast.community, starts_on=staff.starts_on
    )
    PanelMember.objects.create(campaign=campaign, person=panel.person, title="居民代表")
    Appointment.objects.filter(pk=former.pk).update(ends_on=clock.today() - dt.timedelta(days=1))
    assert "工作人员" in why_not(campaign, staff)
    assert "评委" in why_not(campaign, panel)
    assert "现在的邻长" in why_not(campaign, former)
    with pytest.raises(Conflict, match="工作人员"):
        put_forward(campaign, cast.leader, cast.resident)


def test_nobody_is_named_before_or_after_the_phase(cast: Cast) -> None:
    early = make_campaign(cast, "approved")
    with pytest.raises(Conflict, match="不是提名"):
        put_forward(early, cast.leader, cast.resident)
    late = move_to(early, "vetting", cast)
    with pytest.raises(Conflict, match="不是提名"):
        put_forward(late, cast.leader, cast.resident)


def test_a_nominee_declines_without_a_reason_and_the_neighbour_is_told_no_reason(
    cast: Cast, campaign: Campaign, client_for: Clients
) -> None:
    row = put_forward(campaign, cast.leader, cast.resident)
    url = f"/best/nominations/{row.pk}/answer/"
    page = client_for(cast.leader).get(url).content.decode()
    assert "我同意参加这一次最美邻长评选" in page
    assert "不用说原因" in page
    assert client_for(cast.leader2).get(url).status_code == 404
    assert client_for(cast.leader).post(url, {"decline": "1"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.answer, row.story) == ("declined", "", "")
    told = Notification.objects.filter(stream_key=person_key(person_of(cast.resident).pk)).get()
    assert "先不参加" in told.payload["title"]


def test_a_nominee_agrees_with_a_story_and_rewrites_it_until_the_notice(
    cast: Cast, campaign: Campaign, client_for: Clients
) -> None:
    row = put_forward(campaign, cast.leader, cast.resident)
    client, url = client_for(cast.leader), f"/best/nominations/{row.pk}/answer/"
    assert client.post(url, {"agree": "1", "story": ""}).status_code == 422
    assert client.post(url, {"agree": "1", "story": "长" * 301}).status_code == 422
    assert client.post(url, {"agree": "1", "story": "六年了。"}).status_code == 302
    consent = person_of(cast.leader).consents.get()
    assert (consent.document, consent.is_given, consent.channel) == ("nominee", True, "self")
    assert client.post(url, {"agree": "1", "story": "六年了，谢谢大家。"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.story) == ("agreed", "六年了，谢谢大家。")
    later = move_to(move_to(campaign, "vetting", cast), "notice", cast)
    assert later.state == "notice"
    assert client.post(url, {"agree": "1", "story": "又改"}).status_code == 422


def test_leaving_takes_the_consent_back_and_taking_it_back_is_leaving(
    cast: Cast, campaign: Campaign, client_for: Clients
) -> None:
    row = agreed(campaign, cast.leader, cast.resident)
    other = agreed(campaign, cast.leader2, cast.group_leader)
    client_for(cast.leader).post(f"/best/nominations/{row.pk}/withdraw/")
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert not person_of(cast.leader).consents.order_by("-at", "-pk")[0].is_given
    from volunteers.people.services import withdraw_consent

    withdraw_consent(person=person_of(cast.leader2), document="nominee", channel="self", acting_user=cast.leader2)
    other.refresh_from_db()
    assert other.state == "withdrawn"
