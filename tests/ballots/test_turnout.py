"""How many voted, by street and community: from counts, flat however many envelopes; small numbers stay hidden."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.ballots.models import BallotBox, Envelope, RollCount, RollEntry, TurnoutShard
from events.ballots.roll.turnout import growth_of, turnout_of
from events.campaigns.models import StreetQuota
from events.results.selectors import turnout_of as public_turnout
from tests.ballots.making import Vote, before_the_freeze, make_vote
from tests.cast import Cast
from volunteers.accounts.models import User
from volunteers.units.models import Unit

TURNOUT = "/console/ballots/turnout/"
ClientFor = Callable[[User], Client]


@pytest.fixture
def vote(cast: Cast) -> Vote:
    cache.clear()
    made = make_vote(cast)
    RollCount.objects.all().delete()
    TurnoutShard.objects.all().delete()
    return made


def count(vote: Vote, community: Unit, street: Unit, roll: int, voted: int) -> None:
    """A community with so many on the roll, of whom so many have voted, spread over two shards."""
    RollCount.objects.create(box=vote.box, community=community, street=street, kind="voter", count=roll)
    for shard, part in ((0, voted // 3), (1, voted - voted // 3)):
        TurnoutShard.objects.create(box=vote.box, community=community, kind="voter", shard=shard, count=part)


@pytest.fixture
def three(vote: Vote, cast: Cast) -> Vote:
    count(vote, cast.community, cast.street, 400, 100)
    count(vote, cast.other_community, cast.street, 300, 19)
    third = cast.street.add_child(level="community", name="丹桂社区", starts_on=dt.date(2024, 1, 1))
    count(vote, third, cast.street, 250, 30)
    count(vote, cast.far_community, cast.other_street, 200, 20)
    return vote


def test_streets_and_communities_with_what_is_too_small_hidden(three: Vote, cast: Cast) -> None:
    street, other = turnout_of(three.box, cast.district_clerk)
    assert [(one.name, one.roll, one.count, one.percent) for one in street.communities] == [
        ("桂花社区", 400, 100, 25.0), ("月桂社区", 300, None, None), ("丹桂社区", 250, None, None),
    ]  # fmt: skip
    assert (street.roll, street.count) == (400, 100), "a total gives no hidden number away"
    assert [one.count for one in other.communities] == [20]


def test_the_page_names_nobody_and_shows_no_hidden_number(three: Vote, cast: Cast, client_for: ClientFor) -> None:
    page = client_for(cast.district_clerk).get(TURNOUT).content.decode()
    for words in ("桂花社区", "人少，不写", "25.0%", "青禾街道"):
        assert words in page
    assert ">19<" not in page
    assert ">30<" not in page
    assert "方晓" not in page


def test_staff_see_their_own_units_and_others_nothing(three: Vote, cast: Cast, client_for: ClientFor) -> None:
    assert [one.name for street in turnout_of(three.box, cast.worker) for one in street.communities] == ["桂花社区"]
    assert turnout_of(three.box, cast.leader) == []
    assert client_for(cast.leader).get(TURNOUT).status_code == 403


def columns(page: str) -> list[str]:
    """The cells of a table, line by line."""
    return re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", page)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        (([120, 70, 10], [80]), {"10", "70"}),
        (([120, 70, 10, 9], [80]), {"10", "9", "70"}),
        (([5], [100, 60, 40]), {"5", "40"}),
        (([120, 70], [80]), set()),
    ],
)
def test_no_hidden_community_is_left_when_what_is_shown_is_taken_from_the_public_result(
    vote: Vote, cast: Cast, client_for: ClientFor, counts: tuple[list[int], list[int]], hidden: set[str]
) -> None:
    StreetQuota.objects.get_or_create(campaign=vote.campaign, street=cast.other_street)
    for above, here in zip((cast.street, cast.other_street), counts, strict=True):
        for voted in here:
            community = above.add_child(level="community", name=f"有{voted}社区", starts_on=dt.date(2024, 1, 1))
            count(vote, community, above, 400, voted)
    cells = columns(client_for(cast.district_clerk).get(TURNOUT).content.decode())
    said = {str(voted): cells[cells.index(f"有{voted}社区") + 2] for voted in itertools.chain(*counts)}
    assert {voted for voted, shown in said.items() if shown != voted} == hidden
    assert {said[voted] for voted in hidden} <= {"人少，不写"}, "nobody reads which of them is the small one"
    assert {one.street: one.cast for one in public_turnout(vote.campaign)[1]}[cast.street] in {sum(counts[0]), None}


def test_who_sees_one_community_only_reads_the_same_of_it(vote: Vote, cast: Cast) -> None:
    count(vote, cast.community, cast.street, 400, 100)
    count(vote, cast.other_community, cast.street, 300, 19)
    for user in (cast.worker, cast.street_clerk, cast.district_clerk):
        (street,) = turnout_of(vote.box, user)
        assert {one.count for one in street.communities} == {None}


def _queries(client: Client) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(TURNOUT).status_code == 200
    assert not [one for one in asked if Envelope._meta.db_table in one["sql"]]
    return len(asked)


def test_it_never_reads_envelopes_and_asks_the_same_of_one_or_many(
    three: Vote, cast: Cast, client_for: ClientFor
) -> None:
    client = client_for(cast.district_clerk)
    _queries(client)
    before = _queries(client)
    for number in range(12):
        community = cast.street.add_child(level="community", name=f"新{number}社区", starts_on=dt.date(2024, 1, 1))
        count(three, community, cast.street, 50, 30)
    TurnoutShard.objects.filter(community=cast.community).update(count=100_000)
    assert _queries(client) == before


def test_casting_keeps_the_count_that_is_shown(cast: Cast, settings: Any) -> None:
    vote = make_vote(cast)
    rules = vote.campaign.rules
    rules.hidden_below = 1
    vote.box = BallotBox.objects.select_related("campaign__rules").get()
    vote.box.campaign.rules = rules
    vote.cast(cast.resident, vote.candidates[0])
    vote.cast(cast.resident, vote.candidates[1])
    (street,) = turnout_of(vote.box, cast.worker)
    assert [(one.name, one.count) for one in street.communities] == [("桂花社区", 1)]


def test_a_roll_that_grew_fast_is_seen(three: Vote, cast: Cast, client_for: ClientFor) -> None:
    frozen = three.box.roll_frozen_at
    assert frozen
    place = {"neighbourhood": cast.other_neighbourhood, "community": cast.other_community, "street": cast.street}
    with before_the_freeze():
        for number in range(90):
            RollEntry.objects.create(
                box=three.box, voter_key=f"{number:064x}", bound_at=frozen - dt.timedelta(days=number % 14), **place
            )
    first, *others = growth_of(three.box, cast.street_clerk)
    assert (first.community, first.lately, first.percent, first.is_fast) == ("月桂社区", 90, 30.0, True)
    assert [(one.community, one.is_fast) for one in others] == [("桂花社区", False), ("丹桂社区", False)]
    page = client_for(cast.street_clerk).get("/console/ballots/growth/").content.decode()
    assert "增加得特别快" in page
    assert client_for(cast.worker).get("/console/ballots/growth/")["Location"] == "/console/"
