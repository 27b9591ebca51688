"""Casting beside raw SQL of the same work, and turnout pages while envelopes pile up.

    python -m tests.speed.ballots [envelopes]     1,000,000 unless said otherwise

Casting is measured at the service, one connection each, rounds interleaved, on a PostgreSQL that waits for the disk:
the product with roll check, verdict, envelope, turnout, audit entry, the voter's notice and its outbox message; raw SQL
of the same rows in as few statements; and the bare two inserts of the limit. Turnout is read at a thousand envelopes
and at a million, as a function and as the page.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from ops.services_local import LocalPostgres
from tests.speed import district
from tests.speed.ballots_floor import Bare, Raw
from tests.speed.harness import Report, fastest, tree_cpu

ROLL, FEW, MANY = 60_000, 1_000, 1_000_000
EACH, ROUNDS = 600, 5
FIRST_ID = 10_000_000


@dataclass
class Voter:
    """Who casts, as far as casting asks."""

    person_id: int
    pk: int | None = None


@dataclass(frozen=True)
class Spent:
    """One castings' seconds, and CPU microseconds of this process and of the database."""

    seconds: float
    app_us: float
    database_us: float


def main(envelopes: int = 0) -> Report:
    """Run and print; returns the ratios."""
    envelopes = envelopes or int(os.environ.get("BENCH_LINES", str(MANY)))
    report, postgres = Report("ballots"), LocalPostgres(durable=True).start()
    try:
        env = district.product_env(postgres.url, "", "web")
        district.manage(env, "migrate", "-v0")
        district.setup(env)
        vote, cast = _open_vote()
        _cast(report, postgres, vote)
        _turnout(report, postgres, vote, cast, envelopes)
    finally:
        postgres.stop()
    return report


def _sql(postgres: LocalPostgres, statement: str, values: dict[str, Any] | None = None) -> None:
    """On a connection of its own, without the limits of the product's."""
    import psycopg

    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # the roll is frozen by now
        connection.execute(statement, values)


def _open_vote() -> tuple[Any, Any]:
    """A small district with a long roll."""
    from events.ballots.models import RollCount
    from tests.ballots.making import make_vote
    from tests.ballots.test_many_voters import fill_roll
    from tests.cast import make_cast

    cast = make_cast()
    vote = make_vote(cast)
    fill_roll(vote, cast, ROLL, first=FIRST_ID)
    RollCount.objects.update(count=ROLL)
    return vote, cast


# -- casting -------------------------------------------------------------------------------------------------------


def _product(vote: Any) -> Iterator[None]:
    """One casting after the other, each of a voter who has not voted, on a phone and in a network of their own."""
    import uuid

    from events.ballots.suspicion.signals import Signals
    from events.ballots.voting.casting import cast

    sealed = vote.seal(vote.candidates[0])
    for number in count():
        envelope = sealed[:65] + os.urandom(len(sealed) - 65)
        signals = Signals(device_key=f"d{number}", network_key=f"n{number}")
        cast(
            uid=uuid.uuid4(), campaign=vote.campaign, envelope=envelope, sealed_on="phone",
            acting_user=Voter(FIRST_ID + number), signals=signals,
        )  # fmt: skip
        yield


def _cast(report: Report, postgres: LocalPostgres, vote: Any) -> None:
    assert postgres.process is not None
    root = postgres.process.pid
    contenders: dict[str, Iterator[None]] = {
        "product": _product(vote),
        "raw SQL of the same work": Raw(postgres.url, ROLL).castings(),
        "bare two inserts": Bare(postgres.url).castings(),
    }
    found: dict[str, list[Spent]] = {name: [] for name in contenders}
    for number in range(-1, ROUNDS):
        _sql(postgres, "CHECKPOINT")
        for name, castings in contenders.items():
            spent = _round(castings, EACH if number >= 0 else EACH // 3, root)
            if number >= 0:
                found[name].append(spent)
    for name, rounds in found.items():
        for what, unit in (
            ("seconds", "castings/s"),
            ("app_us", "µs of the program"),
            ("database_us", "µs of the database"),
        ):
            value = statistics.median(getattr(one, what) for one in rounds)
            report.measure(f"casting, {name}", 1 / value if what == "seconds" else value, unit)
    product, raw, bare = (_middle(rounds) for rounds in found.values())
    report.ratio("casting / raw SQL of the same work", raw.seconds / product.seconds, 0.2)
    report.ratio("casting / bare two inserts", bare.seconds / product.seconds, 0.15)
    report.ratio(
        "the database's CPU of casting / of the raw SQL", product.database_us / raw.database_us, 4, at_most=True
    )


def _round(castings: Iterator[None], times: int, root: int) -> Spent:
    app, database, began = time.process_time(), tree_cpu(root), time.perf_counter()
    for _casting in range(times):
        next(castings)
    scale = 1e6 / times
    return Spent(
        (time.perf_counter() - began) / times, (time.process_time() - app) * scale, (tree_cpu(root) - database) * scale
    )


def _middle(rounds: list[Spent]) -> Spent:
    return Spent(*(statistics.median(getattr(one, name) for one in rounds) for name in Spent.__dataclass_fields__))


# -- turnout -------------------------------------------------------------------------------------------------------

_FILL = """
WITH made AS (
  INSERT INTO ballots_rollentry (box_id, kind, voter_key, neighbourhood_id, community_id, street_id, channel)
  SELECT %(box)s, 'voter', md5(n::text) || md5((n + 1)::text), %(place)s, %(community)s, %(street)s, 'phone'
  FROM generate_series(%(first)s::int, %(last)s::int) AS n RETURNING id)
INSERT INTO ballots_envelope (uid, box_id, entry_id, kind, community_id, ciphertext, sha256, sealed_on, cast_at,
  device_key, network_key)
SELECT gen_random_uuid(), %(box)s, id, 'voter', %(community)s, decode(repeat('ab', 179), 'hex'),
  md5('a' || id) || md5('b' || id), 'phone', now(), md5('d' || id)::varchar(24), md5('n' || id)::varchar(24) FROM made
"""
_SHARDS = """
UPDATE ballots_turnoutshard SET count = (SELECT count(*) FROM ballots_envelope WHERE community_id = %(community)s) / 16
WHERE community_id = %(community)s AND kind = 'voter'
"""


def _fill(postgres: LocalPostgres, vote: Any, cast: Any, first: int, last: int) -> None:
    values = {"box": vote.box.pk, "place": cast.neighbourhood.pk, "community": cast.community.pk}
    values |= {"street": cast.street.pk, "first": first, "last": last}
    _sql(postgres, _FILL, values)
    _sql(postgres, _SHARDS, values)
    _sql(postgres, "VACUUM ANALYZE ballots_envelope, ballots_rollentry, ballots_turnoutshard")


def _turnout(report: Report, postgres: LocalPostgres, vote: Any, cast: Any, envelopes: int) -> None:
    from events.ballots.models import BallotBox
    from events.ballots.roll.turnout import turnout_of

    client, box = _desk(cast.district_clerk), BallotBox.objects.select_related("campaign__rules").get(pk=vote.box.pk)
    _sql(postgres, "DELETE FROM ballots_envelope")
    taken: list[tuple[float, float, float]] = []
    for first, last in ((1, FEW), (FEW + 1, envelopes)):
        _fill(postgres, vote, cast, first, last)
        read = fastest(lambda: turnout_of(box, cast.district_clerk))
        page = fastest(lambda: client.get("/console/ballots/turnout/"), 30)
        live = fastest(_counted_live, 3)
        for name, value in (("turnout", read), ("the page", page), ("counting envelopes instead", live)):
            report.measure(f"{last:,} envelopes: {name}", value, "ms")
        taken.append((read, page, live))
    (few, few_page, _few_live), (many, many_page, many_live) = taken
    report.ratio(f"turnout at {envelopes:,} envelopes / at {FEW:,}", many / few, 1.25, at_most=True)
    report.ratio("the page at the one / at the other", many_page / few_page, 1.25, at_most=True)
    report.measure("counting envelopes / turnout", many_live / many, "times")


def _counted_live() -> Any:
    from django.db.models import Count

    from events.ballots.models import Envelope

    return dict(Envelope.objects.order_by().values_list("community_id").annotate(n=Count("pk")))


def _desk(user: Any) -> Any:
    from django.test import Client

    from volunteers.accounts.services import mark_second_factor

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend="volunteers.accounts.backends.AccountBackend")
    session = client.session
    mark_second_factor(session)
    session.save()
    assert client.get("/console/ballots/turnout/").status_code == 200
    return client


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]))
