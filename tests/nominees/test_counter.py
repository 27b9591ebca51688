"""Whoever has no phone says their word at a counter, in person: who is named, who stands behind it, the nominee's
answer, an objection.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from events.campaigns.models import Campaign, Nomination, NomineeObjection, Seconding
from events.campaigns.nominees.nominations import answer_nomination, nominate, second
from events.campaigns.nominees.objections import decide_objection, raise_objection
from foundation.errors import Conflict, Denied
from foundation.models import AuditEntry, Notification
from foundation.streams import person_key
from tests.cast import Cast, person_of
from tests.nominees.making import STORY, neighbour, post_of, put_forward
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.models import Channel

Clients = Callable[[User], Client]


def home_of(user: User) -> Resident:
    return Resident.objects.get(person=person_of(user))


def test_a_resident_without_a_phone_names_somebody_at_the_counter(
    cast: Cast, campaign: Campaign, client_for: Clients
) -> None:
    desk, old = client_for(cast.worker), neighbour(cast.neighbourhood2, name="石秀英")
    address = reverse("console_nomination_make", args=[campaign.uid])
    assert address in desk.get(reverse("console_nomination_list")).content.decode()
    sent = {"uid": str(uuid.uuid4()), "who": "石秀英", "whom": "周", "why": "谁家有事她都在"}
    assert "不在场" in desk.post(address, sent).content.decode()
    sent["present"] = "1"
    assert "没有找到这位邻长" in desk.post(address, sent | {"whom": "顾芳"}).content.decode()
    assert desk.post(address, sent | {"why": " "}).status_code == 422
    assert [desk.post(address, sent).status_code for _time in range(2)] == [302, 302]
    row = Nomination.objects.get()
    assert (row.person, row.nominated_by, row.entered_by) == (person_of(cast.leader), person_of(old), cast.worker)
    assert (row.kind, row.state) == ("resident", "asked")
    assert Notification.objects.filter(stream_key=person_key(row.person_id)).exists(), "the nominee is asked"
    assert "何静代录" in desk.get(reverse("console_nomination", args=[row.pk])).content.decode()
    # Somebody else who names the same leader stands behind it.
    neighbour(cast.neighbourhood, name="郭大山")
    again = sent | {"uid": str(uuid.uuid4()), "who": "郭大山"}
    assert "请别的同事来代录" in desk.post(address, again).content.decode(), "one clerk does not write all of it down"
    assert not Seconding.objects.exists()
    assert client_for(cast.street_clerk).post(address, again).status_code == 302
    assert Seconding.objects.get().entered_by == cast.street_clerk


def test_a_household_stands_behind_somebody_at_the_counter(cast: Cast, campaign: Campaign, client_for: Clients) -> None:
    row, desk = put_forward(campaign, cast.leader, cast.group_leader), client_for(cast.worker)
    address = reverse("console_nomination_second", args=[row.pk])
    assert address in desk.get(reverse("console_nomination", args=[row.pk])).content.decode()
    old = neighbour(cast.neighbourhood2, name="石秀英")
    sent = {"uid": str(uuid.uuid4()), "who": "石秀英", "present": "1"}
    assert [desk.post(address, sent).status_code for _time in range(2)] == [302, 302]
    made = Seconding.objects.get()
    assert (made.person, made.entered_by) == (person_of(old), cast.worker)
    at_home = neighbour(cast.neighbourhood2, name="石小英", door=home_of(old).household)
    assert "一户算一次" in desk.post(address, sent | {"uid": str(uuid.uuid4()), "who": "石小英"}).content.decode()
    assert not Seconding.objects.filter(person=person_of(at_home)).exists()


def test_one_clerk_does_not_write_down_all_words_of_a_nomination(cast: Cast, campaign: Campaign) -> None:
    """Who wrote the naming down neither writes the nominee's consent nor the households behind it."""
    home = home_of(neighbour(cast.neighbourhood2))

    def name(user: User, resident: Resident, leader: User = cast.leader) -> Nomination:
        asked = {"campaign": campaign, "appointment": post_of(leader), "why": "热心", "resident": resident}
        return nominate(uid=uuid.uuid4(), acting_user=user, **asked).nomination  # type: ignore[arg-type]

    for user in (cast.other_worker, cast.group_leader, cast.area_leader, cast.resident):
        with pytest.raises(Denied):
            name(user, home)
    with pytest.raises(Conflict, match="不在一个社区"):
        name(cast.street_clerk, home, cast.other_leader)
    row = name(cast.worker, home)
    with pytest.raises(Denied):
        answer_nomination(nomination=row, agrees=True, story=STORY, channel=Channel.COUNTER, acting_user=cast.worker)
    with pytest.raises(Denied):
        second(
            uid=uuid.uuid4(), nomination=row, resident=home_of(neighbour(cast.neighbourhood)), acting_user=cast.worker
        )
    answer_nomination(nomination=row, agrees=True, story=STORY, channel=Channel.COUNTER, acting_user=cast.street_clerk)


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
