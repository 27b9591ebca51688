"""Who chose what: nobody learns it, before the opening or after it, from whatever the database and the logs hold."""

from __future__ import annotations

import datetime as dt
import logging
import random
import uuid
from collections import Counter
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction
from django.utils import timezone

from events.ballots import sealing
from events.ballots.models import Ballot, BallotBox, Envelope, RollEntry
from events.ballots.roll.entries import make_box, make_roll, voter_key
from events.ballots.voting import casting_sql
from events.ballots.voting.casting import cast
from events.campaigns.models import Campaign, CampaignState, Nomination
from tests.ballots.custodians import make_keys, open_whole
from tests.ballots.linking import Adversary, names_of, tables
from tests.ballots.making import make_campaign, make_candidate, signals_for
from tests.ballots.opening_making import to_counting
from tests.cast import SINCE, Cast
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role

VOTERS, CANDIDATES = 400, 12


def voters_of(people: Cast, count: int) -> list[User]:
    """Residents of three neighbourhoods, each with an account."""
    places = [people.neighbourhood, people.neighbourhood2, people.other_neighbourhood]
    persons = Person.objects.bulk_create(Person(name=f"居民{number}") for number in range(count))
    long_ago = timezone.now() - dt.timedelta(days=400)
    Resident.objects.bulk_create(
        Resident(person=one, neighbourhood=places[number % 3], state="confirmed", confirmed_at=long_ago)
        for number, one in enumerate(persons)
    )
    return User.objects.bulk_create(User(username=f"voter-{one.pk}", person=one) for one in persons)


def candidates_of(campaign: Campaign, people: Cast, count: int) -> list[Nomination]:
    """Leaders on the ballot."""
    stood = []
    for number in range(count):
        person = Person.objects.create(name=f"邻长{number}")
        # Of whatever role: only where it is counts here.
        Appointment.objects.create(person=person, role=Role.COMMUNITY_WORKER, unit=people.community, starts_on=SINCE)
        stood.append(make_candidate(campaign, User.objects.create_user(f"leader-{number}", person=person)))
    return stood


def open_vote(people: Cast, count: int, stood: int) -> tuple[BallotBox, list[User], list[Nomination]]:
    """A vote with custodians, a frozen roll, and voters who have not voted."""
    campaign = make_campaign(people, CampaignState.NOTICE)
    candidates = candidates_of(campaign, people, stood)
    make_keys(make_box(campaign), [people.worker])
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.VOTING)
    voters = voters_of(people, count)
    campaign.refresh_from_db()
    make_roll(campaign)
    return BallotBox.objects.select_related("campaign").get(pk=campaign.pk), voters, candidates


def vote(box: BallotBox, voter: User, chosen: list[Nomination], uid: uuid.UUID) -> None:
    """One voter, on a phone."""
    paper = sealing.write_paper(box.campaign.uid, [one.pk for one in chosen])
    envelope = sealing.seal(box.campaign.uid, bytes(box.public_key or b""), paper)
    cast(
        uid=uid, campaign=box.campaign, envelope=envelope, sealed_on="phone", acting_user=voter,
        signals=signals_for(voter),
    )  # fmt: skip


def as_stored(chosen: list[Nomination]) -> str:
    """How an opened ballot says it."""
    return ",".join(sorted(one.pk.hex for one in chosen))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_after_the_opening_the_whole_database_links_nobody_to_a_ballot(
    committed_cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    dice = random.Random(7)
    caplog.set_level(logging.INFO)
    box, voters, candidates = open_vote(committed_cast, VOTERS, CANDIDATES)
    chosen = [dice.sample(candidates, dice.randint(1, 3)) for _voter in voters]
    for number in dice.sample(range(VOTERS), VOTERS):
        vote(box, voters[number], chosen[number], uuid.uuid4())
    for number in dice.sample(range(VOTERS), 20):  # some change their mind
        vote(box, voters[number], chosen[number], uuid.uuid4())
    entries = dict(RollEntry.objects.filter(kind="voter").values_list("voter_key", "pk"))
    hashes = dict(Envelope.objects.values_list("entry__voter_key", "sha256"))
    known = [
        {
            "person": one.person_id, "user": one.pk, "name": one.username, "stream": f"p:{one.person_id}",
            "key": (key := voter_key(box, one.person_id)), "entry": entries[key], "receipt": hashes[key],
        }
        for one in voters
    ]  # fmt: skip
    open_whole(to_counting(box))
    found = tables()
    adversary = Adversary(names_of(known), [as_stored(one) for one in chosen])
    ballots = found["ballots_ballot"]
    assert Counter(row["choices"] for row in ballots) == Counter(adversary.choices)
    assert len(adversary.orders_of_voters(found)) > 20
    assert adversary.links(found) == ""
    assert len({row["xmin"] for row in ballots}) == 1
    ids = {row["id"] for row in ballots}
    others = [row for name, rows in found.items() if name != "ballots_ballot" for row in rows]
    elsewhere = {value for row in others for value in row.values()
                 if isinstance(value, uuid.UUID)}  # fmt: skip
    assert not ids & elsewhere
    said = caplog.text
    assert not any(str(one) in said or one.hex in said for one in ids)
    assert not any(row["choices"] in said for row in ballots)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_adversary_does_find_ballots_that_were_written_together_with_the_roll(committed_cast: Cast) -> None:
    """So the test above would notice: the obvious way to store a vote tells everything by the transaction's number."""
    dice = random.Random(7)
    campaign = make_campaign(committed_cast, CampaignState.VOTING)
    candidates = candidates_of(campaign, committed_cast, CANDIDATES)
    box = make_box(campaign)
    voters = voters_of(committed_cast, 60)
    make_roll(campaign)
    keys = [voter_key(box, one.person_id) for one in voters]
    chosen = [dice.sample(candidates, 2) for _voter in voters]
    for number in dice.sample(range(len(voters)), len(voters)):
        with transaction.atomic():
            RollEntry.objects.filter(voter_key=keys[number]).update(channel="phone")
            Ballot.objects.create(box=box, choices=as_stored(chosen[number]))
    adversary = Adversary(names_of({"key": one} for one in keys), [as_stored(one) for one in chosen])
    linked = adversary.links(_only_these(tables(), set(keys)))
    assert "ballots_rollentry voter_key by" in linked
    assert sum(adversary.best(_only_these(tables(), set(keys)))[1]) == len(voters)


def _only_these(found: dict[str, list[dict[str, Any]]], keys: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Without whoever is on the roll besides and did not vote."""
    found["ballots_rollentry"] = [row for row in found["ballots_rollentry"] if row["voter_key"] in keys]
    return found


class _Undone(Exception):
    """Takes everything back."""


def _left_behind() -> dict[str, list[str]]:
    """Every row of every table, without what is the envelope itself, when it was, and numbers handed out in a row."""
    hidden = {"ciphertext", "sha256", "id", "seq", "head"}
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [one[0] for one in cursor.description]
            rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
            found[table] = sorted(
                str([(name, _plain(value)) for name, value in row.items() if name not in hidden]) for row in rows
            )
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return "then"
    return bytes(value).hex() if isinstance(value, memoryview) else value


@pytest.mark.everywhere
@pytest.mark.django_db
def test_before_the_opening_two_elections_with_other_choices_look_the_same(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    box, voters, candidates = open_vote(cast, 8, 3)
    uids = [uuid.uuid4() for _voter in voters]
    moment = timezone.now()

    def election(turn: int) -> tuple[dict[str, list[str]], list[str], set[int]]:
        caplog.clear()
        seen: tuple[dict[str, list[str]], list[str], set[int]] = {}, [], set()
        try:
            with (
                transaction.atomic(),
                mock.patch.object(casting_sql, "_shard", return_value=3),
                mock.patch.object(casting_sql, "instant_of_voting", return_value=moment),
            ):
                for number, (voter, uid) in enumerate(zip(voters, uids, strict=True)):
                    vote(box, voter, candidates[: (number + turn) % 4], uid)
                sizes = {len(bytes(one)) for one in Envelope.objects.values_list("ciphertext", flat=True)}
                seen = _left_behind(), [one.getMessage() for one in caplog.records], sizes
                raise _Undone
        except _Undone:
            return seen

    caplog.set_level(logging.INFO)
    first, other = election(0), election(1)
    assert first[0] == other[0]
    assert first[1:] == other[1:]
    assert first[2] == {sealing.ENVELOPE_LENGTH}
    assert len(first[0]["ballots_envelope"]) == 8
