"""The home page of a neighbour leader with twenty open tasks: a fixed number of queries, and what a page costs.

    python -m tests.speed.home [seconds] [rounds]

Beside an empty answer of the same server through the same middlewares, and a naive page that asks row by row.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.speed import district
from tests.speed.checkin import naive_contender, product_server
from tests.speed.harness import HERE, Contender, Report, Server, Services, race

LEADERS, FEW, MANY = 200, 2, 20


def _queries(cookie: str) -> int:
    """How many statements the page takes, warmed up, for the browser that holds this cookie."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"cookie": cookie, "host": "127.0.0.1"})
    assert client.get("/").status_code == 200
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/")
    assert page.status_code == 200
    return len(asked)


def _product(services: Services, folder: Path, report: Report) -> tuple[Contender, Contender]:
    district.setup(district.product_env(services.postgres.url, services.redis.url, "web"))
    people: list[Any] = district.leaders(LEADERS)
    tokens = district.sessions(people)
    district.open_tasks(FEW)
    few = _queries(tokens[0][0])
    district.open_tasks(MANY - FEW)
    many = _queries(tokens[0][0])
    report.measure("queries of the home page", many, "queries")
    report.fact(f"as many queries with {MANY} open tasks as with {FEW} ({few})", few == many)
    server = product_server(services.postgres.url, services.redis.url)
    lines = [(cookie, "", "/", "") for cookie, _token in tokens]
    home = Contender(server, "/", HERE / "load.lua", district.write_requests(folder / "home.txt", ["-"], lines))
    empty = [(cookie, "", "/livez", "") for cookie, _token in tokens]
    data = district.write_requests(folder / "empty.txt", ["-"], empty)
    return home, Contender(server, "/", HERE / "load.lua", data, "an empty answer of the same server")


def main(seconds: int = 3, rounds: int = 3) -> Report:
    """Run and print; returns the ratios."""
    report, services = Report("home page"), Services.start()
    servers: list[Server] = []
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            district.load_network(district.product_env(services.postgres.url, services.redis.url, "worker"), folder)
            home, empty = _product(services, folder, report)
            naive = naive_contender(services.postgres.url, folder / "naive.txt", page="/")
            services.sql("ANALYZE")
            servers = [naive.server.start(), home.server.start()]
            loads = race([naive, home, empty], services, seconds=seconds, rounds=rounds)
            print(f"home page, 32 connections, {seconds} s × {rounds} rounds, interleaved")
            report.table(loads)
            report.measure("home page / empty answer, by rate", loads[home.name].rate / loads[empty.name].rate, "×")
            report.measure("home page / naive page, by rate", loads[home.name].rate / loads[naive.name].rate, "×")
            report.fact("no page failed", loads[home.name].bad == 0)
    finally:
        for server in servers:
            server.stop()
        services.stop()
    return report


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:3]))
