"""A PostgreSQL and a Redis of our own, for `make serve` and for the tests.

Nothing of the machine's own servers is touched: each gets its own folder, its own socket or free port, and ends with
the process that started it, even one that is killed. Standard library only.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

PATIENCE = 30.0
LONGEST_SOCKET = 90
BROWSERS = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome",
)  # fmt: skip


class NoService(Exception):
    """The service cannot be had here; the message says why."""


def die_with(parent: int) -> Callable[[], None] | None:
    """For `preexec_fn`: the child gets SIGINT when this process ends. Linux only; elsewhere `atexit` has to do."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(1, signal.SIGINT)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def free_port() -> int:
    """A port of the loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_taken(port: int) -> bool:
    """True where somebody answers, or where we may not bind."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def postgres_bin() -> Path:
    """The folder with initdb and postgres, the newest one. Raises `NoService`."""
    own = os.environ.get("POSTGRES_BIN")
    places = [Path(own)] if own else []
    found = shutil.which("initdb")
    if found:
        places.append(Path(found).resolve().parent)
    for pattern in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin"):
        places += sorted(Path("/").glob(pattern[1:]), key=lambda path: _number(path.parent.name), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise NoService("PostgreSQL's server is not installed (`make services` installs it)")


def _number(text: str) -> int:
    return int("".join(sign for sign in text if sign.isdigit()) or 0)


def redis_binary() -> str:
    """redis-server, or valkey-server, which is the same to us. Raises `NoService`."""
    for name in ("redis-server", "valkey-server", "/usr/bin/redis-server", "/usr/sbin/redis-server"):
        found = shutil.which(name)
        if found:
            return found
    raise NoService("Redis is not installed (`make services` installs it)")


def server_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: as whom it runs then. None: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoService("PostgreSQL does not run as root, and there is no other user here")


def reachable(folder: Path) -> bool:
    """Whether another user can walk to that folder."""
    return all(place.stat().st_mode & 0o001 for place in [folder, *folder.parents] if place.exists())


class _Server:
    """One child process with a log; stopped at exit."""

    name = "server"

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.log = Path(os.devnull)
        self._stop_at_exit = False

    def _start(self, command: list[str], *, user: pwd.struct_passwd | None = None) -> None:
        who: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - the only way to end with a killed parent
                **who,
            )
        if not self._stop_at_exit:
            self._stop_at_exit = True
            atexit.register(self.stop)

    def _wait(self, ready: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            # Asked first: the one that answers might be another, while ours has ended for just that reason.
            ended = self.process is None or self.process.poll() is not None
            if not ended and ready():
                return
            if ended or time.monotonic() > until:
                self.stop()
                raise NoService(f"{self.name} did not start:\n{self.last_words()}")
            time.sleep(0.02)

    def last_words(self) -> str:
        """The end of the log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])
        return ""

    def stop(self) -> None:
        """End it in good order; twice does nothing."""
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        # To PostgreSQL SIGINT is the fast shutdown: open sessions are ended, nothing is lost.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class LocalPostgres(_Server):
    """A private PostgreSQL, reached by a Unix socket that only its user (and root) can open.

    `home` keeps the data from one start to the next; without it everything is in a temporary folder and goes at
    the end. `durable=False` does not wait for the disk: for tests only.
    """

    name = "PostgreSQL"

    def __init__(self, home: Path | None = None, *, durable: bool = True, database: str = "district") -> None:
        super().__init__()
        self.home, self.durable, self.database = home, durable, database
        self.bin = Path()
        self.data = Path()
        self.sockets = Path()
        self._temporary: list[Path] = []

    @property
    def url(self) -> str:
        """For DATABASE_URL, and for psycopg as it is; as the role that owns everything."""
        return self.url_as("district")

    def url_as(self, role: str) -> str:
        """The same for another role."""
        return f"postgres://{role}@/{self.database}?host={quote(str(self.sockets))}"

    def start(self) -> LocalPostgres:
        """Initialise where needed, start, wait until it answers. Raises `NoService`."""
        self.bin = postgres_bin()
        user = server_user()
        base = self._folder(user)
        self.data, self.log = base / "data", base / "log"
        self.sockets = base if len(str(base)) < LONGEST_SOCKET else self._make_temporary(user)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(user)
        self._refuse_a_second()
        self._start([str(self.bin / "postgres"), "-D", str(self.data), *self._options()], user=user)
        self._wait(self.answers)
        self._make_database()
        return self

    def stop(self) -> None:
        """Shut down fast and remove what was temporary."""
        super().stop()
        while self._temporary:
            shutil.rmtree(self._temporary.pop(), ignore_errors=True)

    def answers(self) -> bool:
        """Whether it takes connections."""
        asked = subprocess.run(
            [str(self.bin / "pg_isready"), "-q", "-h", str(self.sockets), "-U", "district", "-d", "postgres"],
            capture_output=True,
            check=False,
        )
        return asked.returncode == 0

    def _folder(self, user: pwd.struct_passwd | None) -> Path:
        if self.home is None:
            return self._make_temporary(user)
        home = self.home.resolve()
        home.mkdir(parents=True, exist_ok=True)
        if user and not reachable(home.parent):
            # Such as a clone below /root: the server's user could not walk there.
            mark = hashlib.sha256(str(home).encode()).hexdigest()[:12]
            home = Path("/var/tmp") / f"postgres-{mark}"
            if home.exists() and home.stat().st_uid != user.pw_uid:
                raise NoService(f"{home} belongs to somebody else")
            home.mkdir(exist_ok=True)
        self._give(home, user)
        return home

    def _make_temporary(self, user: pwd.struct_passwd | None) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp" if Path("/tmp").is_dir() else None))
        self._temporary.append(folder)
        self._give(folder, user)
        return folder

    @staticmethod
    def _give(folder: Path, user: pwd.struct_passwd | None) -> None:
        folder.chmod(0o700)
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)

    def _initialise(self, user: pwd.struct_passwd | None) -> None:
        who: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        # Trust is safe: there is no port, and the folder of the socket is closed to others.
        words = ["-D", str(self.data), "-U", "district", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        sync = [] if self.durable else ["--no-sync"]
        done = subprocess.run(
            [str(self.bin / "initdb"), *words, *sync],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **who,
        )
        if done.returncode:
            raise NoService(f"initdb: {done.stderr.strip()[-600:]}")

    def _options(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.sockets}"',
            "max_connections": "200",
            "shared_buffers": "256MB" if self.durable else "128MB",
            "max_wal_size": "2GB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            "deadlock_timeout": "500ms",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "on"}
        return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]

    def _refuse_a_second(self) -> None:
        with contextlib.suppress(OSError, ValueError, IndexError):
            other = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            os.kill(other, 0)
            if "postgres" in Path(f"/proc/{other}/comm").read_text():
                raise NoService(f"This database is in use (process {other}): is `make serve` running elsewhere?")

    def _make_database(self) -> None:
        psql = [str(self.bin / "psql"), "-X", "-q", "-At", "-h", str(self.sockets), "-U", "district", "-d", "postgres"]
        question = f"SELECT 1 FROM pg_database WHERE datname = '{self.database}'"  # noqa: S608 - our own name
        asked = subprocess.run([*psql, "-c", question], capture_output=True, text=True, check=True, cwd="/")
        if not asked.stdout.strip():
            subprocess.run([*psql, "-c", f'CREATE DATABASE "{self.database}"'], check=True, cwd="/")


class LocalRedis(_Server):
    """A private Redis on a free port of the loopback, behind a password made for this start. It keeps nothing."""

    name = "Redis"

    def __init__(self) -> None:
        super().__init__()
        self.port = 0
        self.password = secrets.token_urlsafe(18)
        self._folder: Path | None = None

    @property
    def url(self) -> str:
        """For REDIS_URL."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> LocalRedis:
        """Start and wait until it answers. Raises `NoService`."""
        binary = redis_binary()
        self._folder = Path(tempfile.mkdtemp(prefix="redis-"))
        self.log = self._folder / "log"
        self.port = free_port()
        config = self._folder / "redis.conf"
        # In a file, not on the command line, where every user could read the password.
        config.touch(mode=0o600)
        config.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\n"
            f'dir "{self._folder}"\nsave ""\nappendonly no\ndaemonize no\n'
            "client-output-buffer-limit pubsub 64mb 16mb 60\n"
        )
        self._start([binary, str(config)])
        self._wait(self.answers)
        return self

    def stop(self) -> None:
        """Stop and remove its folder."""
        super().stop()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def answers(self) -> bool:
        """Whether it says PONG to our password."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                heard = b""
                while heard.count(b"\r\n") < 2:
                    part = line.recv(64)
                    if not part:
                        return False
                    heard += part
                return b"+PONG" in heard
        except OSError:
            return False


def chromium() -> str:
    """The path of a Chromium to drive, one without windows first: it needs a third of the work. Raises `NoService`."""
    own = os.environ.get("CHROMIUM")
    for name in [own] if own else BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    if mac.exists():
        return str(mac)
    raise NoService("Chromium is not installed (`make services` installs it)")
