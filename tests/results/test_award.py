"""The award: a certificate for each winner, once, and a draft of a story for the editors, where there is consent."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from cms.stories import StoryPage
from cms.winner_stories import draft_stories
from events.campaigns.nominees.nominations import withdraw
from events.campaigns.nominees.objections import raise_objection
from events.campaigns.services import award_campaign
from events.results.services import STORY, certificate_of, honour_winners
from foundation.actors import SYSTEM
from foundation.errors import Conflict
from foundation.models import OutboxMessage
from rewards.honours.models import Certificate
from tests.benefits.making import until_somebody_waits
from tests.campaigns.making import end_phase
from tests.cast import Cast
from tests.results.making import LI, WANG, ZHAO, make_result, named
from volunteers.accounts.models import User
from volunteers.people.documents import NOMINEE
from volunteers.people.models import Channel
from volunteers.people.services import give_consent


def awarded(cast: Cast):  # type: ignore[no-untyped-def]
    campaign = make_result(cast, LI, WANG, ZHAO)
    end_phase(campaign, "winners_notice")
    return award_campaign(campaign=campaign, reason="公示期满", acting_user=cast.district_clerk)


def test_every_winner_gets_one_certificate_of_the_district(cast: Cast) -> None:
    campaign = awarded(cast)
    assert set(Certificate.objects.values_list("person__name", flat=True)) == {"王好", "赵好"}
    one = certificate_of(named(campaign, "王好"))
    assert one is not None
    assert (one.state, one.unit, one.title) == ("issued", cast.district, "最美邻长")
    honour_winners(campaign)
    assert Certificate.objects.count() == 2
    page = Client().get(reverse("result_winner", args=[named(campaign, "王好").pk])).content.decode()
    assert one.number in page


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_winner_who_leaves_as_the_award_is_given_reads_that_it_is_given(committed_cast: Cast) -> None:
    campaign = make_result(committed_cast, LI, WANG, ZHAO)
    end_phase(campaign, "winners_notice")
    outcomes: list[object] = []

    def leave() -> None:
        leader = User.objects.get(person__name="王好")
        try:
            outcomes.append(withdraw(nomination=named(campaign, "王好"), acting_user=leader))
        except Conflict as refusal:
            outcomes.append(refusal)
        finally:
            connection.close()

    with transaction.atomic():
        award_campaign(campaign=campaign, reason="公示期满", acting_user=committed_cast.district_clerk)
        leaving = threading.Thread(target=leave)
        leaving.start()
        until_somebody_waits()
    leaving.join()
    assert "刚刚表彰" in str(outcomes[0])
    assert named(campaign, "王好").state == "candidate"
    assert certificate_of(named(campaign, "王好")) is not None


def test_nobody_is_honoured_while_an_objection_is_open(cast: Cast) -> None:
    campaign = make_result(cast, LI, WANG, ZHAO)
    row = named(campaign, "王好")
    raise_objection(uid=row.pk, nomination=row, words="情况不属实", acting_user=cast.resident)
    end_phase(campaign, "winners_notice")
    with pytest.raises(Conflict):
        award_campaign(campaign=campaign, reason="公示期满", acting_user=cast.district_clerk)
    assert not Certificate.objects.exists()


def test_editors_find_a_draft_of_those_who_agreed_without_their_full_name(cast: Cast) -> None:
    campaign = awarded(cast)
    winner = named(campaign, "王好")
    type(winner).objects.filter(pk=winner.pk).update(story="王好半夜帮邻居关总阀。")
    give_consent(person=winner.person, document=NOMINEE, channel=Channel.SELF, acting_user=SYSTEM)
    payloads = [one.payload for one in OutboxMessage.objects.filter(topic=STORY)]
    assert len(payloads) == 2
    for _again in range(2):
        draft_stories(payloads)
    story = StoryPage.objects.get()
    assert story.about == winner.person
    assert not story.live
    assert "这位邻长半夜帮邻居关总阀" in story.summary
    assert "王好" not in f"{story.title}{story.summary}{story.body}"
