"""What every benchmark needs: a private PostgreSQL and Redis, servers side by side, CPU seconds, a load generator.

Loopback only; every run is bounded in count and time. Compare within one run: rounds interleave the servers, and what
counts is the ratio. CPU time is read from /proc, so Linux only.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ops.services_local import LocalPostgres, LocalRedis, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
HZ = os.sysconf("SC_CLK_TCK")


class NoLoadGenerator(Exception):
    """wrk is not installed (`make services` installs it)."""


def _stat(pid: int) -> tuple[int, int]:
    text = Path(f"/proc/{pid}/stat").read_text()
    fields = text[text.rindex(")") + 2 :].split()
    return int(fields[1]), sum(map(int, fields[11:15]))


def fastest(work: Callable[[], object], times: int = 60) -> float:
    """Milliseconds of the quickest of so many runs, after one that does not count."""
    work()
    taken = []
    for _time in range(times):
        started = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - started))
    return min(taken)


def tree_cpu(root: int) -> float:
    """CPU seconds of a process, its living descendants and all it has reaped."""
    parents: dict[int, list[int]] = {}
    used: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parent, ticks = _stat(int(entry))
            except (OSError, ValueError):
                continue
            parents.setdefault(parent, []).append(int(entry))
            used[int(entry)] = ticks
    total, todo = 0, [root]
    while todo:
        pid = todo.pop()
        total += used.get(pid, 0)
        todo += parents.get(pid, [])
    return total / HZ


@dataclass
class Services:
    """A PostgreSQL that waits for the disk, and a Redis, for the length of a benchmark."""

    postgres: LocalPostgres
    redis: LocalRedis

    @classmethod
    def start(cls) -> Services:
        """Start both in temporary folders."""
        postgres, redis = LocalPostgres(durable=True), LocalRedis()
        postgres.start()
        redis.start()
        return cls(postgres, redis)

    def stop(self) -> None:
        """Stop both."""
        self.redis.stop()
        self.postgres.stop()

    def postgres_cpu(self) -> float:
        """CPU seconds of PostgreSQL so far."""
        assert self.postgres.process is not None
        return tree_cpu(self.postgres.process.pid)

    def sql(self, statement: str) -> None:
        """Run statements in the project's database, outside a transaction."""
        import psycopg

        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(statement)


@dataclass
class Server:
    """A server under test, in a process group of its own."""

    name: str
    command: list[str]
    env: dict[str, str] = field(default_factory=dict)
    cwd: Path = ROOT
    probe: str = "/livez"
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        """Start and wait until it answers; raises with the end of its log otherwise."""
        self.port = free_port()
        command = [part.replace("{port}", str(self.port)) for part in self.command]
        self.log = tempfile.NamedTemporaryFile(prefix="bench-", suffix=".log", delete=False)  # noqa: SIM115
        self.process = subprocess.Popen(
            command,
            cwd=self.cwd,
            env={**os.environ, **self.env},
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        for _attempt in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self.probe}", timeout=2)
                return self
            except urllib.error.HTTPError:
                return self
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.name} did not start:\n{Path(self.log.name).read_text()[-800:]}")

    def cpu(self) -> float:
        """CPU seconds so far."""
        assert self.process is not None
        return tree_cpu(self.process.pid)

    def stop(self) -> None:
        """End the whole group."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


@dataclass(frozen=True)
class Load:
    """One round against one server. Rates a second, times in milliseconds, CPU in microseconds a request."""

    rate: float
    p50: float
    p99: float
    bad: int
    app_us: float
    database_us: float

    @property
    def cpu_us(self) -> float:
        """Both together: what a request costs."""
        return self.app_us + self.database_us


_rounds = itertools.count()


def wrk(
    port: int, path: str, *, seconds: int, connections: int = 32, script: Path | None = None, data: str = ""
) -> dict[str, Any]:
    """Drive a server with wrk; `data` names the file that the script reads its requests from."""
    program = shutil.which("wrk")
    if not program:
        raise NoLoadGenerator("wrk is not installed (`make services` installs it)")
    command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "20s"]
    if script:
        command += ["-s", str(script)]
    out = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"],
        env={**os.environ, "BENCH_DATA": data, "BENCH_ROUND": str(next(_rounds))},
        capture_output=True,
        text=True,
        check=False,
    ).stdout

    def find(pattern: str) -> str | None:
        match = re.search(pattern, out)
        return match[1] if match else None

    return {
        "count": int(find(r"(\d+) requests in") or 0),
        "rate": float(find(r"Requests/sec:\s+([\d.]+)") or 0),
        "p50": _milliseconds(find(r"(?m)^\s+50%\s+(\S+)") or "0ms"),
        "p99": _milliseconds(find(r"(?m)^\s+99%\s+(\S+)") or "0ms"),
        "bad": int(find(r"Non-2xx or 3xx responses: (\d+)") or 0),
    }


@dataclass(frozen=True)
class Contender:
    """A server, and what is asked of it. Several may ask the same server, under names of their own."""

    server: Server
    path: str
    script: Path | None = None
    data: str = ""
    label: str = ""

    @property
    def name(self) -> str:
        """What the table calls it."""
        return self.label or self.server.name


def race(
    contenders: list[Contender],
    services: Services,
    *,
    seconds: int = 3,
    rounds: int = 3,
    between: Callable[[], None] = lambda: None,
) -> dict[str, Load]:
    """All servers stay up, rounds interleave them, the first round warms up; medians of the rest."""
    results: dict[str, list[Load]] = {c.name: [] for c in contenders}
    for round_number in range(-1, rounds):
        between()
        for contender in contenders:
            app, database = contender.server.cpu(), services.postgres_cpu()
            run = wrk(
                contender.server.port,
                contender.path,
                seconds=1 if round_number < 0 else seconds,
                script=contender.script,
                data=contender.data,
            )
            if round_number < 0 or not run["count"]:
                continue
            scale = 1e6 / run["count"]
            results[contender.name].append(
                Load(
                    run["rate"],
                    run["p50"],
                    run["p99"],
                    run["bad"],
                    (contender.server.cpu() - app) * scale,
                    (services.postgres_cpu() - database) * scale,
                )
            )
    return {name: _median(loads) for name, loads in results.items() if loads}


def _median(loads: list[Load]) -> Load:
    values = {
        f: statistics.median(getattr(load, f) for load in loads)
        for f in ("rate", "p50", "p99", "app_us", "database_us")
    }
    return Load(**values, bad=sum(load.bad for load in loads))


@dataclass
class Report:
    """One section: its tables and ratios with their goals, printed as they come and kept for the JSON."""

    section: str
    tables: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def table(self, loads: dict[str, Load]) -> None:
        """Print what servers did."""
        print(f"  {'':44} {'req/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'app µs':>8} {'db µs':>7} {'bad':>4}")
        for name, load in loads.items():
            print(
                f"  {name:44} {load.rate:8.0f} {load.p50:8.1f} {load.p99:8.1f} "
                f"{load.app_us:8.0f} {load.database_us:7.0f} {load.bad:4}"
            )
            self.tables.append({"name": name, **{key: round(value, 1) for key, value in vars(load).items()}})

    def measure(self, name: str, value: float, unit: str) -> float:
        """One plain figure; returns it."""
        print(f"  {name:64} {value:10.2f} {unit}", flush=True)
        self.tables.append({"name": name, "value": round(value, 3), "unit": unit})
        return value

    def ratio(self, name: str, value: float, goal: float, *, at_most: bool = False) -> None:
        """One ratio against its goal."""
        reached = value <= goal if at_most else value >= goal
        sign = "≤" if at_most else "≥"
        print(f"  {'reached' if reached else 'MISSED '}  {name}: {value:.3f} (goal {sign} {goal:g})", flush=True)
        self.rows.append({"name": name, "value": round(value, 4), "goal": goal, "at_most": at_most, "reached": reached})

    def fact(self, name: str, holds: bool) -> None:
        """Something that is so or is not."""
        print(f"  {'reached' if holds else 'MISSED '}  {name}", flush=True)
        self.rows.append({"name": name, "value": holds, "goal": True, "at_most": False, "reached": holds})

    def as_json(self) -> dict[str, Any]:
        """For var/bench.json."""
        return {"section": self.section, "measured": self.tables, "ratios": self.rows}
