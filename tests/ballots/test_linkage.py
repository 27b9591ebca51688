"""Who chose what: nobody learns it, before the opening or after it, from whatever the database and the logs hold."""

from __future__ import annotations

import datetime as dt
import logging
import random
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction
from django.utils import timezone

from events.ballots import sealing
from events.ballots.models import Ballot, BallotBox, Dispute, Envelope, OpinionAnswer, RollEntry
from events.ballots.paper.counter import issue_pass
from events.ballots.paper.issuing import issue_paper
from events.ballots.paper.keying import key_ballot, reading_of
from events.ballots.paper.runs import print_run
from events.ballots.roll.entries import entry_of, household_entry_of, household_key, make_box, make_roll, voter_key
from events.ballots.voting import casting_sql
from events.ballots.voting.casting import cast, cast_for_entry
from events.ballots.voting.opinion import answer_household
from events.campaigns.models import Campaign, CampaignState, Nomination
from tests.ballots.custodians import make_keys, open_whole
from tests.ballots.linking import Adversary, choice_of, names_of, tables, uuids_in
from tests.ballots.making import make_campaign, make_candidate, make_household, signals_for
from tests.ballots.opening_making import to_counting
from tests.ballots.papering import another_clerk
from tests.cast import SINCE, Cast, person_of
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role

VOTERS, CANDIDATES, HOMES, DISPUTED = 200, 12, 45, 17


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


def give_homes(people: Cast, users: list[User]) -> None:
    """Each a door of their own, in the neighbourhood where they live."""
    for number, user in enumerate(users):
        resident = Resident.objects.select_related("neighbourhood").get(person=user.person_id)
        resident.household = make_household(resident.neighbourhood, str(100 + number))
        resident.save(update_fields=["household"])


def open_vote(people: Cast, count: int, stood: int, homes: int = 0) -> tuple[BallotBox, list[User], list[Nomination]]:
    """A vote with a custodian, a frozen roll, and voters who have not voted; some of households that are asked about
    the three neighbour leaders of the cast, who stand too."""
    campaign = make_campaign(people, CampaignState.NOTICE)
    candidates = candidates_of(campaign, people, stood)
    if homes:
        candidates += [make_candidate(campaign, one) for one in (people.leader, people.leader2, people.other_leader)]
    for lot, one in enumerate(candidates, start=1):
        one.lot = lot
    Nomination.objects.bulk_update(candidates, ["lot"])
    make_keys(make_box(campaign), [people.worker])
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.VOTING)
    voters = voters_of(people, count)
    give_homes(people, voters[:homes])
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


@dataclass
class Election:
    """Voters on phones, at the counter and on paper, households that answered; and what each really chose."""

    people: Cast
    box: BallotBox
    voters: list[User]
    candidates: list[Nomination]
    dice: random.Random
    chosen: list[list[Nomination]] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)

    def seal(self, chosen: list[Nomination], step: int = 0) -> bytes:
        """An envelope."""
        paper = sealing.write_paper(self.box.campaign.uid, [one.pk for one in chosen], step)
        return sealing.seal(self.box.campaign.uid, bytes(self.box.public_key or b""), paper)

    def shuffled(self, numbers: Sequence[int]) -> list[int]:
        """In the order in which they come."""
        return self.dice.sample(numbers, len(numbers))

    def on_phones(self, numbers: Sequence[int], changed: int) -> None:
        """All of them vote, and some change their mind."""
        for number in (order := self.shuffled(numbers)):
            vote(self.box, self.voters[number], self.chosen[number], uuid.uuid4())
        for number in self.dice.sample(order, changed):
            vote(self.box, self.voters[number], self.chosen[number], uuid.uuid4())

    def at_the_counter(self, numbers: Sequence[int]) -> None:
        """With a pass, on the counter's screen."""
        campaign = self.box.campaign
        for number in self.shuffled(numbers):
            clerk = self.people.other_worker if number % 3 == 2 else self.people.worker
            given = issue_pass(uid=uuid.uuid4(), campaign=campaign, person=self._person(number), acting_user=clerk)
            cast_for_entry(
                uid=uuid.uuid4(), campaign=campaign, counter_pass=given.row, envelope=self.seal(self.chosen[number]),
                acting_user=clerk,
            )  # fmt: skip

    def on_paper(self, numbers: list[int]) -> None:
        """Handed out, brought back and keyed one after the other, as is worst; by two clerks of one community."""
        campaign, clerks = self.box.campaign, (self.people.worker, another_clerk(self.people))
        printed = print_run(
            uid=uuid.uuid4(), campaign=campaign, community=self.people.community, count=len(numbers),
            acting_user=clerks[0],
        )  # fmt: skip
        for number, mark in zip(numbers, printed.marks, strict=True):
            person = self._person(number)
            issue_paper(uid=uuid.uuid4(), campaign=campaign, person=person, acting_user=clerks[0])
            reading = reading_of(campaign, [one.lot or 0 for one in self.chosen[number]])
            for clerk in clerks:
                key_ballot(uid=uuid.uuid4(), campaign=campaign, mark=mark, reading=reading, acting_user=clerk)

    def _person(self, number: int) -> Person:
        return person_of(self.voters[number])

    def answer_at_home(self) -> None:
        """Whoever has a household that is asked answers for it."""
        for number in self.shuffled(range(len(self.steps))):
            user, about = self.voters[number], self.candidates[number % 3 - 3]
            answer_household(
                uid=uuid.uuid4(), campaign=self.box.campaign, envelope=self.seal([about], self.steps[number]),
                sealed_on="phone", acting_user=user, signals=signals_for(user),
            )  # fmt: skip

    def disputed(self, numbers: list[int]) -> None:
        """Some asked, and it was they who had voted."""
        for number in numbers:
            person = self._person(number)
            entry = entry_of(self.box, person)
            assert entry is not None
            Dispute.objects.create(
                uid=uuid.uuid4(), entry=entry, person=person, state="kept", raised_at=timezone.now(), reason="核实过"
            )

    def names(self) -> list[dict[str, Any]]:
        """Whatever stands for each voter anywhere, while the envelopes lie there."""
        entries = dict(RollEntry.objects.filter(kind="voter").values_list("voter_key", "pk"))
        sealed = {row["entry_id"]: row for row in Envelope.objects.values("entry_id", "pk", "sha256", "uid")}
        known = []
        for one in self.voters:
            key = voter_key(self.box, one.person_id)
            names = {"user": one.pk, "name": one.username, "stream": f"p:{one.person_id}", "key": key}
            names |= {"person": one.person_id, "entry": entries[key]}
            known.append(names | {f"envelope {name}": value for name, value in sealed.get(entries[key], {}).items()})
        return known

    def names_at_home(self) -> list[dict[str, Any]]:
        """Whatever stands for each household, and for whoever answered for it."""
        known = []
        for names in self.names()[: len(self.steps)]:
            household = Resident.objects.get(person=names["person"]).household_id
            entry = household_entry_of(self.box, household)
            assert entry is not None
            key = household_key(self.box, household)
            person = {name: names[name] for name in ("person", "user", "stream", "key")}
            known.append(person | {"household": household, "home": key, "asked": entry.pk})
        return known


def hold_election(people: Cast) -> Election:
    """Everything that a vote has, until its last minute."""
    dice = random.Random(7)
    box, voters, candidates = open_vote(people, VOTERS, CANDIDATES - 3, HOMES)
    held = Election(people, box, voters, candidates, dice)
    held.chosen = [dice.sample(candidates, dice.randint(1, 2)) for _voter in voters]
    held.steps = [dice.randint(1, 5) for _home in range(HOMES)]
    paper = [number for number in range(VOTERS - 60, VOTERS) if number % 3 != 2]
    here = range(VOTERS - 100, VOTERS - 60)
    held.on_phones(range(VOTERS - 100), changed=30)
    held.at_the_counter(here)
    held.on_paper(paper)
    held.on_phones([number for number in range(VOTERS - 60, VOTERS) if number % 3 == 2], changed=0)
    held.answer_at_home()
    held.disputed(dice.sample(range(VOTERS - 100), DISPUTED))
    return held


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_after_the_opening_the_whole_database_links_nobody_to_a_ballot_or_an_answer(
    committed_cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    held = hold_election(committed_cast)
    names, at_home = names_of(held.names()), names_of(held.names_at_home())
    open_whole(to_counting(held.box))
    found = tables()
    voters = Adversary(names, [("", as_stored(one)) for one in held.chosen])
    about = [held.candidates[number % 3 - 3].pk.hex for number in range(HOMES)]
    homes = Adversary(at_home, list(zip(about, map(str, held.steps), strict=True)), "ballots_opinionanswer")
    for adversary in (voters, homes):
        rows = found[adversary.table]
        assert Counter(choice_of(row) for row in rows) == Counter(adversary.choices)
        assert len(adversary.orders_of_voters(found)) > 20
        assert adversary.links(found) == {}
        assert len({row["xmin"] for row in rows}) == 1
    orders = voters.orders_of_voters(found)
    assert any("(channel paper)" in name for name in orders)
    assert any("(channel counter)" in name for name in orders)
    assert DISPUTED in {len(order) for order in orders.values()}
    opened = {"ballots_ballot", "ballots_opinionanswer"}
    ids = {row["id"].hex for name in opened for row in found[name]}
    assert not ids & uuids_in(str([rows for name, rows in found.items() if name not in opened]))
    assert not (ids | {one.pk.hex for one in held.candidates}) & uuids_in(caplog.text)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("some", ["all", "paper", "answers"])
def test_the_adversary_does_find_what_was_written_together_with_its_voter(committed_cast: Cast, some: str) -> None:
    """So the test above would notice: the obvious way to store a vote tells everything by the transaction's number."""
    dice = random.Random(7)
    box, voters, candidates = open_vote(committed_cast, 60, CANDIDATES - 3, 60 if some == "answers" else 0)
    keys = [voter_key(box, one.person_id) for one in voters]
    chosen = [("", as_stored(dice.sample(candidates, 2))) for _voter in voters]
    if some == "answers":
        keys = [household_key(box, Resident.objects.get(person=one.person_id).household_id) for one in voters]
        chosen = [(candidates[number % 3 - 3].pk.hex, str(dice.randint(1, 5))) for number in range(len(voters))]
    order = dice.sample(range(len(voters)), len(voters))
    if some == "paper":
        order.sort(key=lambda number: number % 3)  # a third votes on paper, and is keyed before the others
    for number in order:
        about, choice = chosen[number]
        with transaction.atomic():
            if some != "paper" or number % 3 == 0:
                RollEntry.objects.filter(voter_key=keys[number]).update(channel="paper")
            if about:
                OpinionAnswer.objects.create(box=box, nomination=uuid.UUID(about), step=int(choice))
            else:
                Ballot.objects.create(box=box, choices=choice)
    names = names_of({"key": one} for one in keys)
    adversary = Adversary(names, chosen, "ballots_opinionanswer" if some == "answers" else "ballots_ballot")
    links = adversary.links(tables())
    best = max(links, key=lambda one: links[one])
    assert best.startswith("ballots_rollentry voter_key")
    assert links[best] >= (20 if some == "paper" else len(voters))
    assert (20 in [hits for name, hits in links.items() if "(channel paper)" in name]) == (some == "paper")


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
