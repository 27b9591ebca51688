"""The private PostgreSQL and Redis: they answer, keep or forget, and end with their starter."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ops.services_local import LocalPostgres, LocalRedis, NoService, postgres_bin
from tests.services import leave_out

STARTER = """
import os, signal
from ops.services_local import LocalPostgres
server = LocalPostgres(durable=False).start()
print(server.process.pid, server.sockets, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for a database that stays."""
    try:
        postgres_bin()
    except NoService as missing:
        leave_out(str(missing))
    return tmp_path_factory.mktemp("a home with spaces") / "postgres"


def test_a_database_with_a_home_keeps_its_rows_and_refuses_a_second_server(home: Path) -> None:
    server = LocalPostgres(home).start()
    with psycopg.connect(server.url, autocommit=True) as line:
        line.execute("CREATE TABLE kept AS SELECT '邻长' AS word")
    with pytest.raises(NoService, match="in use"):
        LocalPostgres(home).start()
    server.stop()
    server.stop()
    again = LocalPostgres(home).start()
    with psycopg.connect(again.url) as line:
        assert line.execute("SELECT word, current_setting('fsync') FROM kept").fetchone() == ("邻长", "on")
    again.stop()
    # As root it does not lie below the home, where the server's user could not walk.
    shutil.rmtree(again.data.parent)


def test_a_server_for_tests_does_not_wait_for_the_disk_and_leaves_nothing(home: Path) -> None:
    server = LocalPostgres(durable=False).start()
    with psycopg.connect(server.url) as line:
        assert line.execute("SELECT current_setting('fsync')").fetchone() == ("off",)
    data = server.data
    assert data.exists()
    server.stop()
    assert not data.exists()


def test_a_server_ends_when_its_starter_is_killed(home: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    said = subprocess.run([sys.executable, "-c", STARTER], cwd=root, capture_output=True, text=True, check=False)
    process, folder = said.stdout.split()
    server = Path("/proc") / process / "stat"
    until = time.monotonic() + 15
    # An ended process may stay a zombie where nobody collects it.
    while server.exists() and server.read_text().split()[2] != "Z" and time.monotonic() < until:
        time.sleep(0.05)
    assert not server.exists() or server.read_text().split()[2] == "Z"
    shutil.rmtree(folder)


def test_redis_wants_its_password(redis_url: str) -> None:
    assert redis.Redis.from_url(redis_url).ping()
    own = LocalRedis()
    try:
        own.start()
    except NoService as missing:
        leave_out(str(missing))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=own.port, retry=Retry(NoBackoff(), 0)).ping()
    assert redis.Redis.from_url(own.url).ping()
    own.stop()
