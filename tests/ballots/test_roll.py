"""Who may vote: settled by two persons, made at the instant at which voting opens, never changed afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from events.ballots.models import BallotBox, RollCount, RollEntry, TurnoutShard
from events.ballots.roll.entries import (
    entry_of,
    freeze_roll,
    household_entry_of,
    make_box,
    make_roll,
    voter_key,
    why_not_yet,
)
from events.campaigns.models import CampaignState, StreetQuota
from foundation.errors import Conflict, Denied
from foundation.models import AuditEntry
from tests.ballots.making import give_key, make_campaign, make_candidate, make_household, make_vote, make_voter
from tests.cast import Cast, _Maker, person_of
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.models import Person
from volunteers.units.models import Role

pytestmark = pytest.mark.django_db


def second_clerk(cast: Cast) -> User:
    """Another clerk of the district."""
    maker = _Maker()
    maker.issued = 500
    return maker.leader("程一鸣", Role.DISTRICT_CLERK, cast.district)


def test_two_persons_agree_and_nobody_agrees_with_themselves(cast: Cast) -> None:
    campaign = make_campaign(cast, CampaignState.NOTICE)
    give_key(make_box(campaign))
    assert "两位同事" in why_not_yet(campaign)
    box = freeze_roll(campaign=campaign, acting_user=cast.district_clerk)
    assert box.roll_proposed_by == cast.district_clerk
    assert box.roll_confirmed_at is None
    with pytest.raises(Conflict, match="另一位同事"):
        freeze_roll(campaign=campaign, acting_user=cast.district_clerk)
    assert why_not_yet(campaign)
    second = second_clerk(cast)
    assert freeze_roll(campaign=campaign, acting_user=second).roll_confirmed_by == second
    assert why_not_yet(campaign) == ""
    acts = AuditEntry.objects.filter(act__startswith="roll.").order_by("pk").values_list("act", "actor_id")
    assert list(acts) == [("roll.propose", cast.district_clerk.pk), ("roll.confirm", second.pk)]


def test_a_clerk_of_a_street_does_not_freeze_the_roll_of_the_district(cast: Cast) -> None:
    campaign = make_campaign(cast, CampaignState.NOTICE)
    for user in (cast.street_clerk, cast.worker, cast.resident):
        with pytest.raises(Denied):
            freeze_roll(campaign=campaign, acting_user=user)


def test_without_a_key_voting_does_not_open(cast: Cast) -> None:
    campaign = make_campaign(cast, CampaignState.NOTICE)
    freeze_roll(campaign=campaign, acting_user=cast.district_clerk)
    freeze_roll(campaign=campaign, acting_user=second_clerk(cast))
    assert "钥匙" in why_not_yet(campaign)


def test_confirmed_residents_of_fourteen_and_more_are_on_the_roll_and_nobody_else(cast: Cast) -> None:
    today = timezone.localdate()
    grown = make_voter("成年", cast.other_neighbourhood)
    born = today.replace(year=today.year - 14, day=min(today.day, 28))
    just = make_voter("十四", cast.neighbourhood)
    young = make_voter("十三", cast.neighbourhood)
    Person.objects.filter(pk=person_of(just).pk).update(born_on=born)
    Person.objects.filter(pk=person_of(young).pk).update(born_on=today.replace(day=1) - dt.timedelta(4700))
    asking = make_voter("还没确认", cast.neighbourhood, state="asked")
    left = make_voter("搬走", cast.neighbourhood, state="left")
    vote = make_vote(cast)
    on_it = [user for user in (cast.resident, grown, just, young, asking, left) if entry_of(vote.box, user.person)]
    assert on_it == [cast.resident, grown, just]
    assert vote.box.roll_count == 3
    assert entry_of(vote.box, cast.leader.person) is None  # a leader without an entry as a resident


def test_who_is_confirmed_after_the_freeze_does_not_vote(cast: Cast) -> None:
    vote = make_vote(cast)
    late = make_voter("晚到", cast.neighbourhood)
    assert entry_of(vote.box, late.person) is None
    with pytest.raises(Denied, match="名册里没有您"):
        vote.cast(late, vote.candidates[0])
    before = vote.box.roll_hash
    assert make_roll(vote.campaign).roll_hash == before
    assert RollEntry.objects.filter(box=vote.box, kind="voter").count() == 1


def test_who_moves_after_the_freeze_keeps_their_vote(cast: Cast) -> None:
    vote = make_vote(cast)
    Resident.objects.filter(person=cast.resident.person).update(neighbourhood=cast.other_neighbourhood)
    assert vote.cast(cast.resident, vote.candidates[0]).receipt


def test_the_hash_is_over_sorted_lines_of_kind_key_and_neighbourhood(cast: Cast) -> None:
    make_voter("邻居", cast.other_neighbourhood)
    make_household(cast.neighbourhood)
    vote = make_vote(cast)
    entries = RollEntry.objects.filter(box=vote.box).select_related("neighbourhood")
    lines = sorted(f"{one.kind} {one.voter_key} {one.neighbourhood.uid}\n" for one in entries)
    assert len(lines) == 3
    assert vote.box.roll_hash == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_counts_of_communities_and_electorates_of_streets(cast: Cast) -> None:
    for name in ("甲", "乙"):
        make_voter(name, cast.other_neighbourhood)
    make_household(cast.neighbourhood)
    vote = make_vote(cast)
    counts = {(row.community_id, row.kind): row.count for row in RollCount.objects.filter(box=vote.box)}
    assert counts == {
        (cast.community.pk, "voter"): 1, (cast.other_community.pk, "voter"): 2, (cast.community.pk, "household"): 1,
    }  # fmt: skip
    electorates = dict(StreetQuota.objects.values_list("street_id", "electorate_count"))
    assert electorates == {cast.street.pk: 3, cast.other_street.pk: 0}
    assert TurnoutShard.objects.filter(box=vote.box).count() == 3 * TurnoutShard.SHARDS


def test_a_household_is_asked_once_about_the_candidate_of_its_neighbourhood(cast: Cast) -> None:
    asked, not_asked = make_household(cast.neighbourhood), make_household(cast.neighbourhood2, "302")
    vote = make_vote(cast, cast.leader)
    entry = household_entry_of(vote.box, asked)
    assert entry
    assert entry.about == vote.candidates[0]
    assert entry.community == cast.community
    assert household_entry_of(vote.box, not_asked) is None


@pytest.mark.everywhere
def test_the_database_lets_nobody_join_a_frozen_roll_or_change_what_was_published_of_it(cast: Cast) -> None:
    """Rule R17, whoever writes: by hand too."""
    vote = make_vote(cast)
    entry = RollEntry.objects.get(box=vote.box)
    ghost = RollEntry(
        box=vote.box, voter_key="f" * 64, neighbourhood=cast.neighbourhood, community=cast.community, street=cast.street
    )
    late = (
        lambda: ghost.save(force_insert=True),
        lambda: RollEntry.objects.bulk_create([ghost]),
        lambda: RollEntry.objects.filter(pk=entry.pk).update(voter_key="e" * 64),
        lambda: BallotBox.objects.update(roll_hash="0" * 64),
        lambda: BallotBox.objects.update(roll_count=2),
        lambda: BallotBox.objects.update(roll_frozen_at=timezone.now()),
    )
    for act in late:
        with pytest.raises(IntegrityError, match=r"roll is frozen|box is settled"), transaction.atomic():
            act()
    RollEntry.objects.filter(pk=entry.pk).update(channel="paper")
    assert RollEntry.objects.get(box=vote.box).voter_key == entry.voter_key


def test_everybody_sees_the_hash_and_the_counts_as_soon_as_voting_opens(cast: Cast) -> None:
    make_household(cast.neighbourhood)
    campaign = make_campaign(cast, CampaignState.NOTICE)
    give_key(make_box(campaign))
    stranger, front, box_page = Client(), f"/best/{campaign.uid}/", f"/best/{campaign.uid}/box/"
    assert "选民名册" not in stranger.get(box_page).content.decode()
    assert box_page not in stranger.get(front).content.decode()
    make_candidate(campaign, cast.leader)
    box = make_roll(campaign)
    campaign.__class__.objects.update(state="voting")
    page = stranger.get(box_page).content.decode()
    assert box.roll_hash in page
    assert "共 1 位选民" in page
    assert "桂花社区" in page
    assert "1 位（联系户 1 户）" in page
    assert box_page in stranger.get(front).content.decode()


def test_the_keys_of_two_boxes_have_nothing_in_common(cast: Cast) -> None:
    first = make_vote(cast)
    first.campaign.__class__.objects.update(state="archived")
    second = make_vote(cast)
    person = cast.resident.person
    assert voter_key(first.box, person) != voter_key(second.box, person)


@pytest.mark.soak
@pytest.mark.postgres
def test_a_roll_of_480_000_is_made_within_a_minute_or_so(cast: Cast) -> None:
    import time

    from volunteers.people.models import Person

    with connection.cursor() as cursor:  # half a million objects are made between two statements
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    people = Person.objects.bulk_create((Person(name=f"居民{n}") for n in range(480_000)), batch_size=10_000)
    homes = (cast.neighbourhood, cast.neighbourhood2, cast.other_neighbourhood)
    rows = (
        Resident(person=one, neighbourhood=homes[n % 3], state="confirmed", confirmed_at=timezone.now())
        for n, one in enumerate(people)
    )
    Resident.objects.bulk_create(rows, batch_size=10_000)
    campaign = make_campaign(cast)
    give_key(make_box(campaign))
    began = time.monotonic()
    box = make_roll(campaign)
    assert box.roll_count == 480_001
    assert time.monotonic() - began < 90
