"""Check-in with everything on, beside the bare limit and a naive Django view, in one interleaved run.

    python -m tests.speed.checkin [seconds] [rounds]

Everything on: session, CSRF, account, rights, task in scope, insert once, tally, the month's ceiling, ledger line and
balance, audit entry. Beside it in the same rounds: the same rows written by raw SQL, with an outbox message each.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

from tests.speed import district, floor_app
from tests.speed.harness import BIN, HERE, ROOT, Contender, Report, Server, Services, race

LEADERS, TASKS, REPEATERS = 6000, 150, 400
FLOORS = (
    ("limit: bare ASGI, group commit", "bare"),
    ("raw SQL of the same work: ceiling, ledger, audit", "books"),
)
REPEAT = "product, the same word again"


def naive_contender(url: str, requests: Path, page: str = "/checkin/") -> Contender:
    """Make the baseline's tables and sessions, in a process of its own."""
    env = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.speed.naive.settings"}
    env |= {"BENCH_OUT": str(requests), "BENCH_PAGE": page}
    subprocess.run([sys.executable, "-m", "tests.speed.naive.prepare"], cwd=ROOT, env={**os.environ, **env}, check=True)
    command = [str(BIN / "gunicorn"), "-b", "127.0.0.1:{port}", "-w", "2", "--threads", "4", "--keep-alive", "30"]
    server = Server(
        "naive Django, gunicorn 2x4", [*command, "--log-level", "error", "tests.speed.naive.wsgi"], env, probe="/"
    )
    return Contender(server, page, HERE / "load.lua", str(requests))


def _floors(services: Services, folder: Path) -> tuple[Contender, Contender]:
    """The least that a check-in can be, and raw SQL of the product's whole work, books and all."""
    services.sql(floor_app.SCHEMA)
    bare, books = (_floor(services, folder, name, work) for name, work in FLOORS)
    return bare, books


def _floor(services: Services, folder: Path, name: str, work: str) -> Contender:
    lines = [(f"who={floor_app.sign(n)}", "", "/", "task=%T&id=%U") for n in random.sample(range(1, 13_753), LEADERS)]
    data = district.write_requests(folder / f"floor-{work}.txt", [str(n) for n in range(1, 2001)], lines)
    command = [str(BIN / "uvicorn"), "--host", "127.0.0.1", "--port", "{port}", "--workers", "2", "--no-access-log"]
    command += ["--log-level", "error", "--loop", "uvloop", "--http", "httptools", "tests.speed.floor_app:application"]
    env = {"DATABASE_URL": services.postgres.url, "BENCH_FLOOR": work}
    server = Server(name, command, env, probe="/")
    return Contender(server, "/", HERE / "load.lua", data)


def product_server(url: str, redis: str, name: str = "product, granian WSGI 2x16") -> Server:
    """The product's pages as `make serve` and ops/deploy serve them."""
    command = [str(BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", "{port}", "--workers", "2"]
    command += ["--blocking-threads", "16", "--no-access-log", "--log-level", "error", "config.wsgi:application"]
    return Server(name, command, district.product_env(url, redis, "web"))


def _product(services: Services, folder: Path) -> tuple[Contender, Contender]:
    """First words and, from the same people to the same server, words that arrive a second time."""
    env = district.product_env(services.postgres.url, services.redis.url, "web")
    district.setup(env)
    tasks, people = district.open_tasks(TASKS), district.leaders(LEADERS)
    tokens = district.sessions(people)
    first = [(cookie, token, "/tasks/%T/", "id=%U&answer=done") for cookie, token in tokens]
    known = _said(people[:REPEATERS], tasks)
    again = [
        (cookie, token, f"/tasks/{task}/", f"id={id_}&answer=done")
        for (cookie, token), (task, id_) in zip(tokens, known, strict=False)
    ]
    server = product_server(services.postgres.url, services.redis.url)
    return (
        Contender(server, "/", HERE / "load.lua", district.write_requests(folder / "first.txt", tasks, first)),
        Contender(server, "/", HERE / "load.lua", district.write_requests(folder / "again.txt", tasks, again), REPEAT),
    )


def _said(people: list[Any], tasks: list[str]) -> list[tuple[str, uuid.UUID]]:
    """Words already taken: which task, under which id."""
    from events.tasks.checkins import Word, check_in
    from events.tasks.models import Task

    said = []
    for number, user in enumerate(people):
        task = Task.objects.get(pk=tasks[number % len(tasks)])
        row = check_in(id=uuid.uuid4(), task=task, word=Word(answer="done"), acting_user=user)
        said.append((str(task.pk), row.pk))
    return said


def main(seconds: int = 3, rounds: int = 3) -> Report:
    """Run and print; returns the ratios."""
    report, services = Report("check-in"), Services.start()
    servers: list[Server] = []
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            env = district.product_env(services.postgres.url, services.redis.url, "worker")
            district.load_network(env, folder)
            first, again = _product(services, folder)
            contenders = [
                naive_contender(services.postgres.url, folder / "naive.txt"),
                first,
                again,
                *_floors(services, folder),
            ]
            services.sql("ANALYZE")
            servers = [contenders[n].server.start() for n in (0, 1, 3, 4)]
            loads = race(
                contenders, services, seconds=seconds, rounds=rounds, between=lambda: services.sql("CHECKPOINT")
            )
            print(f"check-in, 32 connections, {seconds} s × {rounds} rounds, interleaved")
            report.table(loads)
            naive, product, repeat, floor, books = (loads[c.name] for c in contenders)
            report.ratio("check-in / bare limit", product.rate / floor.rate, 0.06)
            report.ratio("check-in with award / raw SQL of the same work", product.rate / books.rate, 0.08)
            report.measure("the same, CPU of application and database", product.cpu_us / books.cpu_us, "times")
            report.ratio("check-in / naive Django", product.rate / naive.rate, 2.5)
            report.ratio("CPU of a repeat / of a first word", repeat.cpu_us / product.cpu_us, 1.05, at_most=True)
    finally:
        for server in servers:
            server.stop()
        services.stop()
    return report


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:3]))
