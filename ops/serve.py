"""`make serve`: the production arrangement on one machine.

PostgreSQL and Redis (private to var/, or the ones that DATABASE_URL and REDIS_URL name), granian with two processes
for pages, uvicorn with two for sockets on the next port, two workers. Each one that falls is started again; Ctrl-C
ends them all, the servers last. In real production systemd does this (ops/deploy/), and nginx joins the two ports.

Tests use `Arrangement` with services and a database of their own.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO

from ops import bootstrap
from ops.run import MARK, ROOT, VAR, banner, prepare, running, wanted_port
from ops.services_local import LocalPostgres, LocalRedis, NoService, die_with

PATIENCE = 60.0
GRACE = 12.0
STEADY = 20.0
MOST_FALLS = 5
APP_ROLE = "district_app"
"""As whom pages and workers use the private database: it owns nothing and changes no line (docs/operators.md)."""
# Short frames are not worth compressing, a phone's frames are tiny, and the heartbeat is the phone's own.
LIVE_OPTIONS = ["--ws", "websockets-sansio", "--ws-max-size", "16384", "--ws-per-message-deflate", "false"]
LIVE_OPTIONS += ["--ws-ping-interval", "0", "--loop", "uvloop", "--http", "httptools"]


@dataclass
class Child:
    """One program that is kept running."""

    name: str
    command: list[str]
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    falls: int = 0


@dataclass
class Arrangement:
    """Pages, sockets and workers as processes of their own. A context manager: inside, all of them answer."""

    environment: dict[str, str]
    port: int
    live_port: int
    web_processes: int = 2
    live_processes: int = 2
    workers: int = 2
    quiet: bool = False
    children: list[Child] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ending = threading.Event()
        self._printing = threading.Lock()
        python = str(bootstrap.PYTHON) if bootstrap.PYTHON.exists() else sys.executable
        here = ["--host", "127.0.0.1", "--port"]
        web = [python, "-m", "granian", "--interface", "wsgi", *here, str(self.port)]
        web += ["--workers", str(self.web_processes), "--blocking-threads", os.environ.get("WEB_THREADS", "16")]
        web += ["--backlog", "2048", "--respawn-failed-workers", "--no-ws", "--log-level", "warning"]
        web += ["--workers-kill-timeout", "5", "config.wsgi:application"]
        live = [python, "-m", "uvicorn", "config.live:application", *here, str(self.live_port)]
        live += ["--workers", str(self.live_processes), "--no-access-log", "--log-level", "warning"]
        live += ["--lifespan", "auto", "--timeout-graceful-shutdown", "6", "--backlog", "4096", *LIVE_OPTIONS]
        self.children = [Child("web", web), Child("live", live)]
        for number in range(1, self.workers + 1):
            self.children.append(Child(f"worker-{number}", [python, "manage.py", "run_worker"]))

    @property
    def url(self) -> str:
        """Where the pages are, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def live_url(self) -> str:
        """The address of the live line, for LIVE_URL."""
        return f"ws://127.0.0.1:{self.live_port}/ws/live/"

    def __enter__(self) -> Arrangement:
        for child in self.children:
            self._start(child)
        try:
            self._wait_until_all_answer()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self, child: Child) -> None:
        process = child.name.partition("-")[0]
        child.started = time.monotonic()
        child.process = subprocess.Popen(
            child.command,
            cwd=ROOT,
            env={**self.environment, "PROCESS": process, "LIVE_URL": self.live_url, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - the only way to end with a killed parent
        )
        assert child.process.stdout is not None
        threading.Thread(target=self._pass_on, args=(child.name, child.process.stdout), daemon=True).start()

    def _pass_on(self, name: str, lines: IO[str]) -> None:
        for line in lines:
            with self._printing:
                self.log = [*self.log[-400:], f"{name}: {line.rstrip()}"]
                if not self.quiet:
                    print(f"{name:>9} | {line.rstrip()}", flush=True)

    def _wait_until_all_answer(self) -> None:
        until = time.monotonic() + PATIENCE
        for port in (self.port, self.live_port):
            while not self._answers(port):
                fallen = [child for child in self.children if child.process and child.process.poll() is not None]
                if fallen or time.monotonic() > until:
                    time.sleep(0.3)
                    names = ", ".join(child.name for child in fallen) or f"port {port}"
                    raise bootstrap.Stopped(f"This did not start: {names}\n\n" + "\n".join(self.log[-30:]))
                time.sleep(0.1)

    @staticmethod
    def _answers(port: int) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=3):
                return True
        except urllib.error.HTTPError:
            return True  # an answer, if not a page
        except OSError:
            return False

    def watch(self) -> None:
        """Start again what falls, until `stop`. Raises `bootstrap.Stopped` when one falls again and again."""
        while not self._ending.wait(0.5):
            for child in self.children:
                if child.process is None or child.process.poll() is None:
                    continue
                steady = time.monotonic() - child.started > STEADY
                child.falls = 1 if steady else child.falls + 1
                if child.falls > MOST_FALLS:
                    raise bootstrap.Stopped(f"{child.name} falls again and again:\n" + "\n".join(self.log[-30:]))
                print(f"{child.name:>9} | ended with {child.process.returncode}, starting it again", flush=True)
                self._ending.wait(0.2 * 2**child.falls)
                self._start(child)

    def kill(self, name: str) -> None:
        """For tests of faults: end one program without a word, its own children too."""
        for child in self.children:
            if child.name == name and child.process:
                os.killpg(child.process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """End all, politely first. Twice does nothing."""
        self._ending.set()
        alive = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in alive:
            process.terminate()
        until = time.monotonic() + GRACE
        for process in alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, until - time.monotonic()))
            # Whatever is left of its group, such as a process that did not hear.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def services(stack: contextlib.ExitStack) -> tuple[dict[str, str], str]:
    """The addresses of PostgreSQL and Redis: those given, else of private ones that end with the stack.

    And the address for pages and workers: of a private database that of the role which owns nothing.
    """
    database, redis = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    for_pages = database
    if not database:
        with bootstrap.step("Starting PostgreSQL (its data in var/postgres)"):
            server = LocalPostgres(VAR / "postgres").start()
        stack.callback(server.stop)
        database, for_pages = server.url, server.url_as(APP_ROLE)
    if not redis:
        with bootstrap.step("Starting Redis"):
            cache = LocalRedis().start()
        stack.callback(cache.stop)
        redis = cache.url
    return {"DATABASE_URL": database, "REDIS_URL": redis}, for_pages


def part_roles(environment: dict[str, str]) -> None:
    """Give the role of pages and workers its rights, as the owner. Raises `bootstrap.Stopped`."""
    command = [str(bootstrap.PYTHON), "manage.py", "grant_app_role", APP_ROLE, "--create"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise bootstrap.Stopped(f"The database role {APP_ROLE} could not be given its rights:\n{done.stderr[-600:]}")


def serve() -> None:
    """All of it, until Ctrl-C. Raises `bootstrap.Stopped`."""
    port = wanted_port(span=2)
    other = running()
    if other:
        raise bootstrap.Stopped(f"It is running already (process {other}). Stop it with Ctrl-C in its window.")
    bootstrap.bootstrap("run")
    with contextlib.ExitStack() as stack:
        try:
            found, for_pages = services(stack)
        except NoService as missing:
            raise bootstrap.Stopped(str(missing)) from None
        environment = {
            **os.environ,
            **found,
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.dev"),
            "PUBLIC_URL": os.environ.get("PUBLIC_URL", f"http://127.0.0.1:{port}"),
        }
        prepare({**environment, "PROCESS": "worker"})
        if for_pages != environment["DATABASE_URL"]:
            part_roles({**environment, "PROCESS": "worker"})
            environment["DATABASE_URL"] = for_pages
        MARK.write_text(str(os.getpid()))
        stack.callback(MARK.unlink, missing_ok=True)
        with Arrangement(environment, port, port + 1) as arrangement:
            print(banner(port, f"  Live line    {arrangement.live_url}"), flush=True)
            arrangement.watch()


def main() -> int:
    """The command."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        bootstrap.go_on_with_a_fitting_python(["-m", "ops.serve"])
        serve()
    except bootstrap.Stopped as problem:
        print(f"\n{problem}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
