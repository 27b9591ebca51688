"""Check-in with everything on, beside the bare limit and a naive Django view, in one interleaved run.

    python -m tests.speed.checkin [seconds] [rounds]

Everything on: session, CSRF, account, rights, task in scope, insert once, tally, ledger line and balance, audit entry.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.speed import district, floor_app
from tests.speed.harness import BIN, HERE, ROOT, Contender, Report, Server, Services, race, table

LEADERS, TASKS = 3000, 400


def _naive(url: str, requests: Path) -> Contender:
    """Make the baseline's tables and sessions, in a process of its own."""
    env = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.speed.naive.settings", "BENCH_OUT": str(requests)}
    subprocess.run([sys.executable, "-m", "tests.speed.naive.prepare"], cwd=ROOT, env={**os.environ, **env}, check=True)
    command = [str(BIN / "gunicorn"), "-b", "127.0.0.1:{port}", "-w", "2", "--threads", "4", "--keep-alive", "30"]
    server = Server("naive Django, gunicorn 2x4", [*command, "--log-level", "error", "tests.speed.naive.wsgi"], env, probe="/")
    return Contender(server, "/checkin/", HERE / "load.lua", str(requests))


def _floor(services: Services, folder: Path) -> Contender:
    services.sql(floor_app.SCHEMA)
    lines = [(f"who={floor_app.sign(n)}", "", "/", "task=%T&id=%U") for n in random.sample(range(1, 13_753), LEADERS)]
    data = district.write_requests(folder / "floor.txt", [str(n) for n in range(1, 2001)], lines)
    command = [str(BIN / "uvicorn"), "--host", "127.0.0.1", "--port", "{port}", "--workers", "2", "--no-access-log"]
    command += ["--log-level", "error", "--loop", "uvloop", "--http", "httptools", "tests.speed.floor_app:application"]
    server = Server("limit: bare ASGI, group commit", command, {"DATABASE_URL": services.postgres.url}, probe="/")
    return Contender(server, "/", HERE / "load.lua", data)


def product_server(url: str, redis: str, name: str = "product, granian WSGI 2x4") -> Server:
    """The product's pages as production serves them."""
    command = [str(BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", "{port}", "--workers", "2"]
    command += ["--blocking-threads", "4", "--no-access-log", "--log-level", "error", "config.wsgi:application"]
    return Server(name, command, district.product_env(url, redis, "web"))


def _product(services: Services, folder: Path) -> Contender:
    env = district.product_env(services.postgres.url, services.redis.url, "web")
    district.setup(env)
    tasks = district.open_tasks(TASKS)
    tokens = district.sessions(district.leaders(LEADERS))
    lines = [(cookie, token, "/tasks/%T/", "id=%U&answer=done") for cookie, token in tokens]
    data = district.write_requests(folder / "product.txt", tasks, lines)
    return Contender(product_server(services.postgres.url, services.redis.url), "/", HERE / "load.lua", data)


def main(seconds: int = 3, rounds: int = 3) -> Report:
    """Run and print; returns the ratios."""
    report, services = Report(), Services.start()
    servers: list[Server] = []
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            env = district.product_env(services.postgres.url, services.redis.url, "worker")
            district.load_network(env, folder)
            contenders = [_naive(services.postgres.url, folder / "naive.txt"), _product(services, folder), _floor(services, folder)]
            services.sql("ANALYZE")
            servers = [c.server.start() for c in contenders]
            loads = race(contenders, services, seconds=seconds, rounds=rounds, between=lambda: services.sql("CHECKPOINT"))
            print(f"check-in, 32 connections, {seconds} s × {rounds} rounds, interleaved")
            table(loads)
            naive, product, floor = (loads[s.name] for s in servers)
            report.ratio("check-in / bare limit", product.rate / floor.rate, 0.06)
            report.ratio("check-in / naive Django", product.rate / naive.rate, 2.5)
    finally:
        for server in servers:
            server.stop()
        services.stop()
    return report


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:3]))
