"""The bare limit of a check-in: an ASGI function and one statement for everybody who waits, nothing else.

No Django, no audit, no outbox, no rate limit, no revocation: an upper bound that the product is measured beside.
With BENCH_FLOOR=books the statement does the product's whole work: the month's ceiling, a line of the ledger with its
indexes, balance, audit entry and a message that waits in the outbox.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from typing import Any
from urllib.parse import parse_qsl

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

SECRET = b"bench"
HEADERS = [(b"content-type", b"application/json")]

SCHEMA = """
DROP SCHEMA IF EXISTS floor CASCADE; CREATE SCHEMA floor;
CREATE TABLE floor.leader (id int PRIMARY KEY, active bool NOT NULL);
CREATE TABLE floor.task (id int PRIMARY KEY, open bool NOT NULL);
CREATE TABLE floor.check_in (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  task int NOT NULL REFERENCES floor.task,
  leader int NOT NULL REFERENCES floor.leader, at timestamptz NOT NULL, UNIQUE (task, leader));
CREATE TABLE floor.line (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, leader int NOT NULL,
  check_in bigint NOT NULL, points int NOT NULL, at timestamptz NOT NULL);
CREATE TABLE floor.balance (leader int PRIMARY KEY, points int NOT NULL);
CREATE TABLE floor.month (leader int NOT NULL, month date NOT NULL, points int NOT NULL, given int NOT NULL,
  PRIMARY KEY (leader, month));
CREATE TABLE floor.transfer (id uuid PRIMARY KEY, giver int NOT NULL, taker int NOT NULL, points bigint NOT NULL,
  rule text NOT NULL, version int NOT NULL, reason text NOT NULL, source text NOT NULL UNIQUE, unit int, actor int,
  at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON floor.transfer (taker, at DESC); CREATE INDEX ON floor.transfer (giver, at DESC);
CREATE INDEX ON floor.transfer (unit); CREATE INDEX ON floor.transfer USING brin (at);
CREATE TABLE floor.audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(),
  actor int, act text NOT NULL, kind text NOT NULL, key text NOT NULL, unit int, data jsonb NOT NULL DEFAULT '{}');
CREATE INDEX ON floor.audit (unit, at DESC); CREATE INDEX ON floor.audit (kind, key);
CREATE INDEX ON floor.audit (actor, at DESC);
CREATE TABLE floor.outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, topic text NOT NULL,
  payload jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON floor.outbox (topic, id);
INSERT INTO floor.leader SELECT i, true FROM generate_series(1, 13752) i;
INSERT INTO floor.task SELECT i, true FROM generate_series(1, 2000) i;
INSERT INTO floor.balance SELECT i, 0 FROM generate_series(1, 13752) i;
ANALYZE floor.leader; ANALYZE floor.task; ANALYZE floor.balance;
"""

WRITE = """
WITH asked AS (SELECT DISTINCT l, t FROM unnest(%s::int[], %s::int[]) AS q(l, t)),
 made AS (INSERT INTO floor.check_in (task, leader, at)
   SELECT task.id, leader.id, now() FROM asked JOIN floor.leader ON leader.id = l AND active
     JOIN floor.task ON task.id = t AND open
   ON CONFLICT (task, leader) DO NOTHING RETURNING id, leader, task),
 booked AS (INSERT INTO floor.line (leader, check_in, points, at)
   SELECT leader, id, 1, now() FROM made RETURNING leader),
 moved AS (INSERT INTO floor.balance (leader, points) SELECT leader, count(*) FROM booked GROUP BY 1 ORDER BY 1
   ON CONFLICT (leader) DO UPDATE SET points = floor.balance.points + excluded.points RETURNING 1)
SELECT leader, task FROM made
"""


WRITE_BOOKS = """
WITH asked AS (SELECT DISTINCT l, t FROM unnest(%s::int[], %s::int[]) AS q(l, t)),
 made AS (INSERT INTO floor.check_in (task, leader, at)
   SELECT task.id, leader.id, now() FROM asked JOIN floor.leader ON leader.id = l AND active
     JOIN floor.task ON task.id = t AND open
   ON CONFLICT (task, leader) DO NOTHING RETURNING id, leader, task),
 room AS (INSERT INTO floor.month AS m (leader, month, points, given)
   SELECT leader, date_trunc('month', now())::date, LEAST(count(*), 40), LEAST(count(*), 40)
   FROM made GROUP BY 1 ORDER BY 1
   ON CONFLICT (leader, month) DO UPDATE SET points = LEAST(m.points + excluded.points, 40),
     given = LEAST(excluded.points, 40 - m.points) RETURNING leader, given),
 booked AS (INSERT INTO floor.transfer (id, giver, taker, points, rule, version, reason, source, unit, actor)
   SELECT gen_random_uuid(), 0, leader, 1, 'task_done', 1, '看看楼道', 'check_in:' || made.id, leader, leader
   FROM made JOIN room USING (leader) WHERE given > 0 RETURNING taker),
 moved AS (INSERT INTO floor.balance (leader, points) SELECT taker, count(*) FROM booked GROUP BY 1 ORDER BY 1
   ON CONFLICT (leader) DO UPDATE SET points = floor.balance.points + excluded.points RETURNING 1),
 noted AS (INSERT INTO floor.audit (actor, act, kind, key, unit)
   SELECT leader, 'task.check_in', 'tasks.checkin', id::text, leader FROM made RETURNING 1),
 told AS (INSERT INTO floor.outbox (topic, payload)
   SELECT 'poke', jsonb_build_object('p:' || leader, id) FROM made RETURNING 1)
SELECT leader, task FROM made
"""


def sign(leader: int) -> str:
    """A cookie for a leader."""
    return f"{leader}.{hmac.new(SECRET, str(leader).encode(), hashlib.sha256).hexdigest()}"


STATEMENT = WRITE_BOOKS if os.environ.get("BENCH_FLOOR") == "books" else WRITE


class Batcher:
    """Whatever gathered while the last statement was under way goes in the next; answered after its commit."""

    def __init__(self) -> None:
        self.pool: AsyncConnectionPool[AsyncConnection[Any]] | None = None
        self.waiting: list[tuple[int, int, asyncio.Future[bool]]] = []
        self.free = 2
        self.tasks: set[asyncio.Task[None]] = set()

    async def submit(self, leader: int, task: int) -> bool:
        """True when the check-in is new."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.waiting.append((leader, task, future))
        if self.free:
            self.free -= 1
            drain = asyncio.create_task(self._drain())
            self.tasks.add(drain)
            drain.add_done_callback(self.tasks.discard)
        return await future

    async def _drain(self) -> None:
        if self.pool is None:
            self.pool = AsyncConnectionPool(
                os.environ["DATABASE_URL"], min_size=2, max_size=4, open=False, configure=_autocommit
            )
            await self.pool.open()
        await asyncio.sleep(0)
        while self.waiting:
            batch, self.waiting = self.waiting[:200], self.waiting[200:]
            async with self.pool.connection() as connection:
                rows = await connection.execute(STATEMENT, ([b[0] for b in batch], [b[1] for b in batch]))
                made = set(await rows.fetchall())
            for leader, task, future in batch:
                future.set_result((leader, task) in made)
        self.free += 1


async def _autocommit(connection: AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)
    connection.prepare_threshold = 1


batcher = Batcher()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """POST with a signed cookie and a form: task=<number>."""
    if scope["type"] != "http":
        return
    status, body = 200, b"ok"
    if scope["method"] == "POST":
        headers = dict(scope["headers"])
        cookie = headers.get(b"cookie", b"").decode().removeprefix("who=")
        leader = cookie.partition(".")[0]
        if not leader or not hmac.compare_digest(sign(int(leader)), cookie):
            status, body = 403, b"no"
        else:
            data = b""
            while True:
                message = await receive()
                data += message.get("body", b"")
                if not message.get("more_body"):
                    break
            form = dict(parse_qsl(data.decode()))
            body = b'{"new":true}' if await batcher.submit(int(leader), int(form["task"])) else b'{"new":false}'
    await send({"type": "http.response.start", "status": status, "headers": HEADERS})
    await send({"type": "http.response.body", "body": body})
