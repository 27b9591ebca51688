"""The real server as a program of its own, on the test's database, and a phone's socket to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ops.services_local import die_with, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
UVICORN = ["--no-access-log", "--log-level", "warning", "--ws-max-size", "16384", "--ws-per-message-deflate", "false"]


def database_url() -> str:
    """The test's own database, as another process has to name it."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{values['NAME']}").geturl()


def environment(**more: str) -> dict[str, str]:
    """What a program of ours needs to work beside the test."""
    own = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "DATABASE_URL": database_url(), "PYTHONUNBUFFERED": "1"}
    return {**os.environ, "REDIS_URL": settings.REDIS_URL, **own, **more}


class Program:
    """One child process with its output kept."""

    def __init__(self, command: list[str], **more: str) -> None:
        self.log = Path(settings.VAR_DIR) / f"program-{os.getpid()}-{time.monotonic_ns()}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=environment(**more),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - the only way to end with a killed parent
            )

    def words(self) -> str:
        """What it has said so far."""
        return self.log.read_text(errors="replace")[-3000:]

    def kill(self) -> None:
        """End it without a word, with its own children."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """End it politely; its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"did not end:\n{self.words()}") from None
        self.log.unlink(missing_ok=True)
        return self.process.returncode


class Server(Program):
    """uvicorn with one of our applications."""

    def __init__(self, application: str, *, workers: int = 1, **more: str) -> None:
        self.port = free_port()
        words = ["-m", "uvicorn", application, "--port", str(self.port), "--timeout-graceful-shutdown", "3", *UVICORN]
        super().__init__([*words, *(["--workers", str(workers)] if workers > 1 else [])], **more)
        until = time.monotonic() + 40
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/livez", timeout=2):
                    return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise AssertionError(f"did not start:\n{self.words()}") from None
                time.sleep(0.05)

    def socket(self, client: Client | None, *, origin: str | None = "http://127.0.0.1") -> ClientConnection:
        """A phone's socket with the session of a test client. Raises `InvalidStatus` when refused."""
        headers = (
            {"Cookie": "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())} if client else {}
        )
        return connect(
            f"ws://127.0.0.1:{self.port}/ws/live/",
            origin=origin,  # type: ignore[arg-type]
            additional_headers=headers,
            compression=None,
            ping_interval=None,
        )


@contextmanager
def arrangement() -> Iterator[Server]:
    """On SQLite the demo's one process; on PostgreSQL with Redis two socket processes and a worker."""
    if connection.vendor == "sqlite":
        server = Server("config.asgi:application", PROCESS="one")
        try:
            yield server
        finally:
            server.stop()
        return
    worker = Program(["manage.py", "run_worker"], PROCESS="worker")
    try:
        server = Server("config.live:application", workers=2, PROCESS="live")
        try:
            yield server
        finally:
            server.stop()
    finally:
        worker.stop()


def heard(socket: ClientConnection, seconds: float = 3.0) -> dict[str, int] | None:
    """The next poke, None when there is none in time."""
    try:
        frame: dict[str, Any] = json.loads(socket.recv(timeout=seconds))
    except TimeoutError:
        return None
    poke: dict[str, int] = frame["poke"]
    return poke


def heard_until(socket: ClientConnection, stream: str, head: int, seconds: float = 5.0) -> bool:
    """Whether pokes bring this stream to this head in time."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        poke = heard(socket, left)
        if poke and poke.get(stream, 0) >= head:
            return True
    return False


def close_code(socket: ClientConnection, seconds: float = 3.0) -> int | None:
    """With which code the server closes within the time; None when it does not."""
    until = time.monotonic() + seconds
    try:
        while (left := until - time.monotonic()) > 0:
            socket.recv(timeout=left)
    except TimeoutError:
        return None
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006
    return None
