"""A notice to every neighbour leader's phone: from the commit to the last receipt, beside a hand-written floor.

    python -m tests.speed.fanout [phones] [rounds]

Everything on: sessions of real leaders, streams from their appointments, outbox, relay in a worker of its own, Redis,
two socket processes. Rounds alternate with the floor. All phones come back at once, too, signed in, beside the same
server that accepts whoever comes.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.speed import district
from tests.speed.harness import BIN, ROOT, Report, Server, Services

PHONES = 13_752
UVICORN = [
    str(BIN / "uvicorn"), "--host", "127.0.0.1", "--port", "{port}", "--workers", "2", "--no-access-log", "--log-level",
    "error", "--loop", "uvloop", "--http", "httptools", "--backlog", "4096", "--ws", "websockets-sansio",
    "--ws-max-size", "16384", "--ws-ping-interval", "0", "--ws-per-message-deflate", "false",
]  # fmt: skip


class Phones:
    """The client program."""

    def __init__(self, port: int, count: int, cookies: str) -> None:
        command = [sys.executable, "-m", "tests.speed.fanout_client", str(port), str(count), cookies]
        self.count = count
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(self, command: str) -> dict[str, Any]:
        """One command, its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def stop(self) -> None:
        """End the program."""
        self.process.kill()
        self.process.wait()


@dataclass(frozen=True)
class Round:
    """One notice. Milliseconds from the commit."""

    received: int
    first: float
    middle: float
    last: float
    twice: int


def _measure(phones: Phones, send: Any) -> Round:
    phones.tell("arm")
    began = send()
    got = phones.tell("wait 40")
    first, middle, last = (1000 * (got[moment] - began) for moment in ("first", "middle", "last"))
    time.sleep(0.3)
    return Round(got["received"], first, middle, last, got["twice"])


def _send_floor(port: int) -> float:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/fan", data=b"", method="POST")
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60):  # noqa: S310 - our own floor
        return began


def _publish() -> float:
    from django.db import transaction

    from foundation.streams import publish, unit_key
    from volunteers.units.models import Unit

    stream = unit_key(Unit.objects.get(depth=1).pk)
    committed: list[float] = []
    with transaction.atomic():
        transaction.on_commit(lambda: committed.append(time.perf_counter()))
        payload = {"title": "明天上午停水", "body": "荷香苑 5 栋到 9 栋", "url": "/notices/", "icon": "bell"}
        publish(stream, kind="notice", payload=payload, roles=["neighbour_leader"])
    return committed[0]


def _cookies(count: int, path: Path) -> int:
    """Sessions of that many neighbour leaders, in one insert; returns how many there are."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from volunteers.accounts.services import EPOCH

    store, rows = SessionStore(), []
    for user in district.leaders(count):
        data = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-2],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            EPOCH: user.auth_epoch,
        }
        key, until = f"{user.pk:032d}", timezone.now() + dt.timedelta(days=1)
        rows.append(Session(session_key=key, session_data=store.encode(data), expire_date=until))
    Session.objects.bulk_create(rows, batch_size=2000)
    path.write_text("".join(f"{settings.SESSION_COOKIE_NAME}={row.session_key}\n" for row in rows))
    return len(rows)


def _measured(report: Report, name: str, rounds: list[Round]) -> float:
    """Say what was measured; returns the median of the last receipts."""
    report.measure(f"{name}: first receipt", statistics.median(r.first for r in rounds), "ms")
    report.measure(f"{name}: middle", statistics.median(r.middle for r in rounds), "ms")
    report.measure(f"{name}: last, best round", min(r.last for r in rounds), "ms")
    return report.measure(f"{name}: last, median", statistics.median(r.last for r in rounds), "ms")


def _fan_out(report: Report, ours: Phones, floor: Phones, floor_port: int, rounds: int) -> None:
    _measure(ours, _publish)
    _measure(floor, lambda: _send_floor(floor_port))
    product, limit = [], []
    for _round in range(rounds):
        limit.append(_measure(floor, lambda: _send_floor(floor_port)))
        product.append(_measure(ours, _publish))
    least = _measured(report, "floor, one ready-made frame", limit)
    whole = _measured(report, "product, commit to phone", product)
    report.ratio(f"fan-out to {ours.count}, last receipt / floor", whole / least, 3.0, at_most=True)
    missed = sum(ours.count - r.received + r.twice for r in product)
    report.ratio(f"fan-out to {ours.count}, missed or twice in {rounds} rounds", missed, 0, at_most=True)


def _reconnect(report: Report, ours: Phones, bare: Phones, servers: tuple[Server, Server]) -> None:
    sides = {"signed in": (ours, servers[0]), "unasked": (bare, servers[1])}
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    used: dict[str, list[float]] = {name: [] for name in sides}
    for _round in range(3):
        for name, (phones, server) in sides.items():
            before = server.cpu()
            seconds[name].append(phones.tell("connect")["seconds"])
            used[name].append(server.cpu() - before)
    for name in sides:
        report.measure(f"all {ours.count} come back, {name}", min(seconds[name]), "s")
        report.measure(f"all {ours.count} come back, {name}, processor time", min(used[name]), "s")
    share = min(seconds["signed in"]) / min(seconds["unasked"])
    report.ratio(f"{ours.count} reconnect signed in / same server unasked", share, 1.5, at_most=True)


def main(count: int = PHONES, rounds: int = 5) -> Report:
    """Run and print; returns the ratios."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    report, services = Report("live line"), Services.start()
    stops: list[Any] = []
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            url, redis = services.postgres.url, services.redis.url
            district.load_network(district.product_env(url, redis, "worker"), folder)
            district.setup(district.product_env(url, redis, "web"))
            count = _cookies(count, folder / "cookies.txt")
            services.sql("ANALYZE")
            worker = subprocess.Popen(
                [sys.executable, "manage.py", "run_worker"], cwd=ROOT, env={**os.environ, "PROCESS": "worker"}
            )
            stops += [worker.wait, worker.terminate]
            live = Server(
                "live", [*UVICORN, "config.live:application"], district.product_env(url, redis, "live")
            ).start()
            floor = Server("floor", [sys.executable, "-m", "tests.speed.fanout_floor", "{port}"]).start()
            bare = Server("bare", [*UVICORN, "tests.speed.fanout_floor:bare"]).start()
            stops += [live.stop, floor.stop, bare.stop]
            cookies = str(folder / "cookies.txt")
            ours, limit = Phones(live.port, count, cookies), Phones(floor.port, count, "-")
            stops += [ours.stop, limit.stop]
            print(f"fan-out to {count} phones, {rounds} rounds, alternating")
            limit.tell("connect")
            ours.tell("connect")
            _fan_out(report, ours, limit, floor.port, rounds)
            limit.stop()
            unasked = Phones(bare.port, count, "-")
            stops += [unasked.stop]
            _reconnect(report, ours, unasked, (live, bare))
    finally:
        for stop in reversed(stops):
            stop()
        services.stop()
    return report


if __name__ == "__main__":
    print(json.dumps(main(*(int(word) for word in sys.argv[1:3])).rows, ensure_ascii=False))
