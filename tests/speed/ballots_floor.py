"""What a casting is measured beside: raw SQL of the same rows, and the bare two inserts of the limit."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from itertools import count

import psycopg

_SCHEMA = """
DROP SCHEMA IF EXISTS booth CASCADE; CREATE SCHEMA booth;
CREATE TABLE booth.campaign (id int PRIMARY KEY, state text NOT NULL, ends_at timestamptz NOT NULL);
CREATE TABLE booth.roll (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, voter_key text NOT NULL UNIQUE,
  community int NOT NULL, channel text NOT NULL DEFAULT '');
CREATE INDEX ON booth.roll (community);
CREATE TABLE booth.envelope (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, uid uuid NOT NULL UNIQUE,
  entry bigint NOT NULL UNIQUE REFERENCES booth.roll, community int NOT NULL, ciphertext bytea NOT NULL,
  sha256 text NOT NULL UNIQUE, state text NOT NULL, sealed_on text NOT NULL, cast_at timestamptz NOT NULL,
  replaced int NOT NULL DEFAULT 0, device text NOT NULL, network text NOT NULL, account text NOT NULL);
CREATE INDEX ON booth.envelope (device); CREATE INDEX ON booth.envelope (network, cast_at);
CREATE TABLE booth.turnout (community int, shard int, count int NOT NULL, PRIMARY KEY (community, shard));
CREATE TABLE booth.audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(),
  actor int, act text NOT NULL, kind text NOT NULL, key text NOT NULL, unit int, data jsonb NOT NULL DEFAULT '{}');
CREATE INDEX ON booth.audit (unit, at DESC); CREATE INDEX ON booth.audit (kind, key);
CREATE INDEX ON booth.audit (actor, at DESC);
CREATE TABLE booth.stream (key text PRIMARY KEY, head bigint NOT NULL);
CREATE TABLE booth.notice (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream text NOT NULL,
  seq bigint NOT NULL,
  payload jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now(), UNIQUE (stream, seq));
CREATE TABLE booth.outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, topic text NOT NULL,
  payload jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON booth.outbox (topic, id);
INSERT INTO booth.campaign VALUES (1, 'voting', now() + interval '7 days');
INSERT INTO booth.turnout SELECT c, s, 0 FROM generate_series(0, 2) c, generate_series(0, 15) s;
"""
_HELD = "SELECT id FROM booth.campaign WHERE id = 1 AND state = 'voting' AND ends_at > now() FOR SHARE"
_ENTRY = "SELECT id, community, channel FROM booth.roll WHERE voter_key = %s FOR UPDATE"
_SUSPICION = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM booth.envelope WHERE device = %(device)s LIMIT 5) AS d),
  (SELECT count(*) FROM (SELECT 1 FROM booth.envelope WHERE network = %(network)s
    AND cast_at > now() - interval '10 minutes' LIMIT 20) AS n)
"""
_WRITE = """
WITH made AS (INSERT INTO booth.envelope
    (uid, entry, community, ciphertext, sha256, state, sealed_on, cast_at, device, network, account)
  VALUES (%(uid)s, %(entry)s, %(community)s, %(ciphertext)s, %(sha256)s, 'sealed', 'phone', now(), %(device)s,
    %(network)s, %(account)s)
  ON CONFLICT (entry) DO UPDATE SET uid = excluded.uid, ciphertext = excluded.ciphertext, sha256 = excluded.sha256,
    replaced = booth.envelope.replaced + 1 RETURNING replaced),
 counted AS (UPDATE booth.turnout SET count = count + 1 FROM made WHERE replaced = 0 AND community = %(community)s
   AND shard = %(shard)s),
 taken AS (UPDATE booth.roll SET channel = 'phone' WHERE id = %(entry)s),
 noted AS (INSERT INTO booth.audit (act, kind, key, unit) VALUES ('cast', 'campaign', '1', %(community)s)),
 headed AS (INSERT INTO booth.stream (key, head) VALUES (%(stream)s, 1)
   ON CONFLICT (key) DO UPDATE SET head = booth.stream.head + 1 RETURNING key, head),
 told AS (INSERT INTO booth.notice (stream, seq, payload)
   SELECT key, head, '{"title": "有一张票用您的名义投进了票箱", "body": "", "url": "/"}' FROM headed)
INSERT INTO booth.outbox (topic, payload) SELECT 'poke', jsonb_build_object(key, head) FROM headed
"""


def _key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


class Raw:
    """The product's whole work by hand: the vote held open, the entry locked, suspicion counted, all rows written."""

    def __init__(self, url: str, roll: int) -> None:
        with psycopg.connect(url, autocommit=True) as laying:
            laying.execute(_SCHEMA)
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)
        with self.connection.cursor() as cursor:
            with cursor.copy("COPY booth.roll (voter_key, community) FROM STDIN") as copy:
                for number in range(roll):
                    copy.write_row((_key(number), number % 3))
            cursor.execute("ANALYZE booth.roll")

    def castings(self) -> Iterator[None]:
        """One after the other."""
        for number in count():
            with self.connection.transaction(), self.connection.cursor() as cursor:
                cursor.execute(_HELD)
                entry, community, _channel = cursor.execute(_ENTRY, (_key(number),)).fetchone() or (0, 0, "")
                signs = {"device": f"d{number}", "network": f"n{number}", "account": f"a{number}"}
                cursor.execute(_SUSPICION, signs)
                sealed = os.urandom(179)
                values = {"uid": uuid.uuid4(), "entry": entry, "community": community, "ciphertext": sealed}
                values |= {"sha256": hashlib.sha256(sealed).hexdigest(), "shard": number % 16, "stream": f"p:{number}"}
                cursor.execute(_WRITE, values | signs)
            yield


class Bare:
    """The limit's two inserts: that somebody took part, and what they sealed."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)
        self.connection.execute("DROP SCHEMA IF EXISTS bare CASCADE")
        self.connection.execute("CREATE SCHEMA bare")
        self.connection.execute("CREATE TABLE bare.took_part (election int, voter text, PRIMARY KEY (election, voter))")
        self.connection.execute("CREATE TABLE bare.ballot (id uuid PRIMARY KEY, sealed bytea NOT NULL)")

    def castings(self) -> Iterator[None]:
        """One after the other."""
        for number in count():
            with self.connection.transaction():
                self.connection.execute(
                    "INSERT INTO bare.took_part VALUES (1, %s) ON CONFLICT DO NOTHING", (_key(number),)
                )
                self.connection.execute("INSERT INTO bare.ballot VALUES (%s, %s)", (uuid.uuid4(), os.urandom(179)))
            yield
