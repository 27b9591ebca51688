"""A whole district votes at once, one in ten tries twice, and every few seconds something breaks (goal G6, threat T18).

In the end the ballots in the box are the roll entries that voted and the distinct voters, no more and no fewer. Whoever
meets a fault sends the same again, as a phone does. Most envelopes are of the proper form and nothing more; some
hundred are real, and are opened.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from itertools import cycle

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import Error, OperationalError, connection, transaction
from django.db.models import Sum
from django.urls import reverse

from events.ballots.models import Envelope, RollCount, RollEntry, RollKind, TurnoutShard
from events.ballots.roll.entries import voter_key
from events.ballots.sealing import ENVELOPE_LENGTH
from events.ballots.suspicion.signals import Signals
from events.ballots.voting.casting import Casting, put
from foundation import failpoints
from foundation.actors import SYSTEM
from foundation.errors import Conflict
from foundation.models import AuditEntry
from tests.ballots.making import Vote, before_the_freeze, make_vote
from tests.cast import Cast

DISTRICT, FIFTIETH = 480_000, 9_600
THREADS, REAL, FIRST_ID = 8, 240, 1_000_000
Attempt = tuple[int, int]
"""A voter, and with which of their phones."""


class Fault(Exception):
    """What a failpoint raises."""


@pytest.fixture(autouse=True)
def room_for_threads() -> Iterator[None]:
    """A connection for every thread at once; addresses known beforehand."""
    reverse("livez")
    options = connection.settings_dict["OPTIONS"]
    usual = options.get("pool")
    if usual is None:
        yield
        return
    options["pool"] = {"min_size": 1, "max_size": THREADS + 4, "timeout": 30}
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    yield
    options["pool"] = usual
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def fill_roll(vote: Vote, cast: Cast, voters: int, first: int = FIRST_ID) -> None:
    """So many entries more, one in three in each community."""
    places = ((cast.neighbourhood, cast.community, cast.street), (cast.neighbourhood2, cast.community, cast.street),
              (cast.other_neighbourhood, cast.other_community, cast.street))  # fmt: skip
    values = [(*[unit.pk for unit in place], vote.box.pk) for place in places]
    statement = "COPY ballots_rollentry (voter_key, neighbourhood_id, community_id, street_id, box_id, kind) FROM STDIN"
    with before_the_freeze(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # half a million keys are reckoned out meanwhile
        with cursor.copy(statement) as copy:
            for number in range(voters):
                copy.write_row((voter_key(vote.box, first + number), *values[number % 3], "voter"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ballots_rollentry")
    for community in (cast.community, cast.other_community):
        same = {"box": vote.box, "kind": RollKind.VOTER, "community": community}
        if not RollCount.objects.filter(**same).exists():
            RollCount.objects.create(**same, street=cast.street, count=1)
            TurnoutShard.objects.bulk_create(TurnoutShard(**same, shard=n) for n in range(TurnoutShard.SHARDS))


class Trial:
    """All attempts, in the order in which the threads take them."""

    def __init__(self, vote: Vote, voters: int) -> None:
        self.vote, self.voters = vote, voters
        self.lines: list[list[Attempt]] = [[] for _thread in range(THREADS)]
        self.twice = self._lay_out()
        point = ec.generate_private_key(ec.SECP256R1()).public_key()
        self.head = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.chosen = {n: vote.candidates[n % 3] for n in range(0, voters, max(voters // REAL, 1))}
        self.real = {number: vote.seal(one) for number, one in self.chosen.items()}
        self.done: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.is_over = threading.Event()

    def _lay_out(self) -> int:
        """Every voter once; one in twenty with a second phone at the same moment, one in twenty sends the same
        again.
        """
        rng = random.Random(5)
        order = list(range(self.voters))
        rng.shuffle(order)
        twice, lines = 0, cycle(self.lines)
        for number, voter in enumerate(order):
            next(lines).append((voter, 0))
            if number % 20 == 0:
                twice += 1
                next(lines).append((voter, 1))
            elif number % 20 == 10:
                next(lines).append((voter, 0))
        return twice

    def casting(self, attempt: Attempt) -> Casting:
        """The same for the same attempt. Both phones of a real voter hold the one choice, sealed once each."""
        voter, phone = attempt
        shape = hashlib.shake_128(f"{voter}|{phone}".encode()).digest(ENVELOPE_LENGTH)
        envelope = self.head + shape[65:]
        if voter in self.real:
            envelope = self.real[voter] if phone == 0 else self.vote.seal(self.chosen[voter])
        return Casting(uuid.UUID(bytes=shape[:16]), self.vote.campaign, envelope, "phone", Signals())

    def vote_all(self, line: list[Attempt]) -> None:
        """One thread: each attempt until it is answered."""
        seen: Counter[str] = Counter()
        try:
            for attempt in line:
                casting = self.casting(attempt)
                key = voter_key(self.vote.box, FIRST_ID + attempt[0])
                while not self._sent(casting, key):
                    seen["again"] += 1
                seen["answered"] += 1
                self.done["now"] += 1
        finally:
            connection.close()
            self.done.update(seen)

    def _sent(self, casting: Casting, key: str) -> bool:
        try:
            put(self.vote.box, casting, key, acting_user=SYSTEM)
        except (Fault, Error):
            connection.close()  # what is broken goes back to the pool, which lets go of it
            return False
        except Conflict:  # it had arrived, unanswered, and the other phone came after it
            self.done["late"] += 1
        return True

    # -- what breaks ---------------------------------------------------------------------------------------------------

    def break_things(self, every: float) -> None:
        """A fault every so many seconds, one kind after the other, until all have voted."""
        kinds = cycle((self._kill, self._raise, self._restart))
        try:
            while not self.is_over.wait(every):
                kind = next(kinds)
                kind()
                self.faults[kind.__name__] += 1
        finally:
            connection.close()

    def _kill(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle' "
                "ORDER BY random() LIMIT 2"
            )

    def _raise(self) -> None:
        self._at("ballot.before_commit", Fault())

    def _restart(self) -> None:
        self._at("ballot.after_look", OperationalError("could not serialize access due to concurrent update"))

    def _at(self, place: str, error: Exception) -> None:
        """The next two who come by meet the error."""
        left, all_met = [error, error], threading.Event()

        def meet() -> None:
            with contextlib.suppress(IndexError):
                met = left.pop()
                if not left:
                    all_met.set()
                raise met

        with failpoints.armed(place, meet):
            all_met.wait(5)

    # -- all together --------------------------------------------------------------------------------------------------

    def run(self, every: float) -> None:
        """Everybody votes while things break."""
        began = time.monotonic()
        crowd = [threading.Thread(target=self.vote_all, args=(line,)) for line in self.lines]
        breaker = threading.Thread(target=self.break_things, args=(every,))
        watcher = threading.Thread(target=self._tell)
        for thread in (*crowd, breaker, watcher):
            thread.start()
        for thread in crowd:
            thread.join()
        self.is_over.set()
        breaker.join()
        watcher.join()
        self.seconds = time.monotonic() - began

    def _tell(self) -> None:
        while not self.is_over.wait(30):
            os.write(2, f"{self.done['now']:,} of {sum(map(len, self.lines)):,} attempts\n".encode())


def hold(trial: Trial) -> None:
    """Ballots = roll entries that voted = distinct voters = turnout; the audit trail has every casting, and no
    other.
    """
    envelopes = Envelope.objects.filter(kind=RollKind.VOTER)
    assert trial.done["answered"] == sum(map(len, trial.lines))
    assert trial.done["again"] >= 1
    assert envelopes.count() == trial.voters
    assert envelopes.values("entry").distinct().count() == trial.voters
    assert RollEntry.objects.filter(kind=RollKind.VOTER, channel="phone").count() == trial.voters
    assert TurnoutShard.objects.aggregate(n=Sum("count"))["n"] == trial.voters
    replaced = envelopes.aggregate(n=Sum("replaced_count"))["n"]
    assert replaced == trial.twice
    assert AuditEntry.objects.filter(act="ballot.cast").count() == trial.voters + replaced


def open_real_ones(trial: Trial) -> None:
    """Each holds what its voter chose."""
    keys = {voter_key(trial.vote.box, FIRST_ID + number): one for number, one in trial.chosen.items()}
    found = Envelope.objects.filter(entry__voter_key__in=keys).select_related("entry")
    opened = {one.entry.voter_key: trial.vote.open(one).choices for one in found if one.entry}
    assert opened == {key: (candidate.pk,) for key, candidate in keys.items()}


def try_with(cast: Cast, voters: int, every: float) -> Trial:
    """The whole trial."""
    vote = make_vote(cast)
    fill_roll(vote, cast, voters)
    trial = Trial(vote, voters)
    trial.run(every)
    hold(trial)
    open_real_ones(trial)
    os.write(2, f"{voters:,} voters in {trial.seconds:.0f} s, {dict(trial.faults)}\n".encode())
    return trial


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_fiftieth_of_the_district_votes_through_faults(committed_cast: Cast) -> None:
    trial = try_with(committed_cast, FIFTIETH, every=0.5)
    assert len(trial.faults) == 3


@pytest.mark.soak(minutes=9)
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_whole_district_votes_through_a_fault_every_five_seconds(committed_cast: Cast) -> None:
    trial = try_with(committed_cast, DISTRICT, every=5.0)
    assert trial.faults.total() >= 10
