"""Whoever has no phone says their word at a counter, in person: the nominee's answer, an objection."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from events.campaigns.models import Campaign, Nomination, NomineeObjection
from events.campaigns.nominees.nominations import answer_nomination
from events.campaigns.nominees.objections import decide_objection, raise_objection
from foundation.errors import Denied
from foundation.models import AuditEntry, Notification
from foundation.streams import person_key
from tests.cast import Cast, person_of
from tests.nominees.making import STORY, neighbour, put_forward
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.models import Channel

Clients = Callable[[User], Client]


def test_a_nominee_without_a_phone_agrees_at_the_counter(cast: Cast, campaign: Campaign, client_for: Clients) -> None:
    row, desk = put_forward(campaign, cast.leader, cast.group_leader), client_for(cast.worker)
    address = reverse("console_nomination_answer", args=[row.pk])
    assert address in desk.get(reverse("console_nomination", args=[row.pk])).content.decode()
    assert "我可以随时撤回" in desk.get(address).content.decode()
    said = {"agrees": "yes", "story": STORY}
    assert "不在场" in desk.post(address, said).content.decode()
    assert desk.post(address, said | {"story": "", "present": "1"}).status_code == 422
    assert desk.post(address, said | {"present": "1"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.story) == ("agreed", STORY)
    consent = person_of(cast.leader).consents.get()
    assert (consent.document, consent.channel, consent.entered_by_id) == ("nominee", "counter", cast.worker.pk)
    assert AuditEntry.objects.get(act="nomination.agree").data == {"channel": "counter"}
    assert address not in desk.get(reverse("console_nomination", args=[row.pk])).content.decode()


def test_only_staff_above_write_an_answer_down_and_nobody_their_own(cast: Cast, campaign: Campaign) -> None:
    row = put_forward(campaign, cast.leader, cast.group_leader)
    for user in (cast.group_leader, cast.area_leader, cast.other_worker, cast.resident, cast.leader):
        with pytest.raises(Denied):
            answer_nomination(nomination=row, agrees=True, story=STORY, channel=Channel.COUNTER, acting_user=user)
    Nomination.objects.filter(pk=row.pk).update(nominated_by=person_of(cast.worker))
    with pytest.raises(Denied):
        answer_nomination(nomination=row, agrees=False, channel=Channel.COUNTER, acting_user=cast.worker)


def test_a_resident_without_a_phone_says_something_at_the_counter_and_hears_the_answer_there(
    cast: Cast, candidate: Nomination, client_for: Clients
) -> None:
    desk, person = client_for(cast.worker), person_of(cast.resident)
    address = reverse("console_candidate_objection", args=[candidate.pk])
    page = reverse("candidate", args=[candidate.pk])
    assert address in desk.get(page).content.decode()
    assert address not in client_for(neighbour(cast.neighbourhood)).get(page).content.decode()
    sent = {"uid": str(uuid.uuid4()), "who": "方晓", "words": "我家没见过", "present": "1"}
    assert "没有找到" in desk.post(address, sent | {"who": "马建国"}).content.decode()
    neighbour(cast.neighbourhood2, name="方晓")
    asked = desk.post(address, sent).content.decode()
    assert "有几位都符合" in asked
    assert "方晓，1-1-2邻" in asked
    sent["resident"] = str(Resident.objects.get(person=person).uid)
    assert [desk.post(address, sent).status_code for _time in range(2)] == [302, 302]
    made = NomineeObjection.objects.get()
    assert (made.by, made.entered_by) == (person, cast.worker)
    decide_objection(objection=made, is_upheld=False, reason="问过三户。", acting_user=cast.street_clerk)
    told = Notification.objects.filter(stream_key=person_key(person_of(cast.worker).pk), ref__endswith=str(made.pk))
    assert told.get().payload["body"] == "问过三户。 请转告本人。"


def test_whoever_wrote_an_objection_down_does_not_decide_it_and_elsewhere_nobody_writes(
    cast: Cast, candidate: Nomination
) -> None:
    home = Resident.objects.get(person=person_of(cast.resident))

    def write(user: User) -> NomineeObjection:
        return raise_objection(uid=uuid.uuid4(), nomination=candidate, words="请核实", resident=home, acting_user=user)

    for user in (cast.other_worker, cast.group_leader, cast.area_leader):
        with pytest.raises(Denied):
            write(user)
    made = write(cast.street_clerk)
    with pytest.raises(Denied, match="另一位同事"):
        decide_objection(objection=made, is_upheld=True, reason="属实", acting_user=cast.street_clerk)
