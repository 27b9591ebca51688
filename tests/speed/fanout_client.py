"""Thousands of phones in one program: bare asyncio protocols that count what they receive and when.

    python -m tests.speed.fanout_client PORT N COOKIES

COOKIES is a file with one Cookie header a line, or "-" for none. It takes commands on its standard input, one a line,
and answers each with one line of JSON: `connect`, `arm` (forget what was received), `wait SECONDS` (until everybody has
received one frame since `arm`), `quit`. Times are readings of the machine's monotonic clock, shared by all processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import cast

import uvloop

now = time.perf_counter
AT_ONCE = 1000
ADDRESSES = 8


class Phone(asyncio.Protocol):
    """One socket."""

    def __init__(self, crowd: Crowd, cookie: str) -> None:
        self.crowd, self.cookie = crowd, cookie
        self.rest = b""
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_open = False
        self.turn = 0
        self.wire: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self.wire = cast(asyncio.Transport, transport)
        cookie = f"Cookie: {self.cookie}\r\n" if self.cookie else ""
        host = f"127.0.0.1:{self.crowd.port}"
        self.wire.write(
            f"GET /ws/live/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Sec-WebSocket-Version: 13\r\n{cookie}\r\n".encode()
        )

    def connection_lost(self, error: Exception | None) -> None:
        """Refused, or closed by the server."""
        self.crowd.lost += self.is_open
        if not self.open.done():
            self.open.set_exception(ConnectionError("closed"))

    def data_received(self, data: bytes) -> None:
        """The answer to the handshake, then frames; the server sends short ones only."""
        data = self.rest + data if self.rest else data
        if not self.is_open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self.rest = data
                return
            if b" 101 " not in data[:16]:
                if not self.open.done():
                    self.open.set_exception(ConnectionError(data[:60].decode(errors="replace")))
                return
            self.is_open = True
            self.open.set_result(None)
            data = data[end + 4 :]
        while len(data) >= 2 and len(data) >= (size := 2 + (data[1] & 127)):
            if data[0] & 15 == 1:
                self.crowd.receive(self)
            elif data[0] & 15 == 9:
                body = data[2:size]
                self.wire.write(b"\x8a" + bytes([0x80 | len(body)]) + b"\0\0\0\0" + body)
            data = data[size:]
        self.rest = data


class Crowd:
    """All phones of this program."""

    def __init__(self, port: int, cookies: list[str]) -> None:
        self.port, self.cookies = port, cookies
        self.phones: list[Phone] = []
        self.turn = 0
        self.lost = 0
        self.twice = 0
        self.times: list[float] = []
        self.all_in = asyncio.Event()

    def receive(self, phone: Phone) -> None:
        """One frame for one phone; only the first of a turn counts."""
        if phone.turn == self.turn:
            self.twice += 1
            return
        phone.turn = self.turn
        self.times.append(now())
        if len(self.times) == len(self.cookies):
            self.all_in.set()

    async def connect(self) -> dict[str, object]:
        """Close what is open, connect all; how long the second takes."""
        for phone in self.phones:
            phone.is_open = False
            phone.wire.abort()
        await asyncio.sleep(1.0 if self.phones else 0)
        self.phones, self.lost = [], 0
        gate, began = asyncio.Semaphore(AT_ONCE), now()
        retries = 0

        async def one(number: int, cookie: str) -> None:
            nonlocal retries
            loop = asyncio.get_running_loop()
            async with gate:
                for attempt in range(4):
                    local = (f"127.0.2.{1 + number % ADDRESSES}", 0)
                    try:
                        _, phone = await loop.create_connection(
                            lambda: Phone(self, cookie), "127.0.0.1", self.port, local_addr=local
                        )
                        await asyncio.wait_for(phone.open, 60)
                    except (OSError, TimeoutError) as error:
                        if attempt == 3:
                            raise
                        retries += 1
                        print(error, file=sys.stderr)
                        await asyncio.sleep(0.2)
                    else:
                        self.phones.append(phone)
                        return

        await asyncio.gather(*(one(number, cookie) for number, cookie in enumerate(self.cookies)))
        return {"seconds": now() - began, "retries": retries}

    def arm(self) -> dict[str, object]:
        """Forget what was received."""
        self.turn += 1
        self.twice = 0
        self.times.clear()
        self.all_in.clear()
        return {"turn": self.turn}

    async def wait(self, seconds: float) -> dict[str, object]:
        """When the first, the middle and the last phone of this turn received it."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.all_in.wait(), seconds)
        times = sorted(self.times) or [0.0]
        return {
            "received": len(self.times), "twice": self.twice, "lost": self.lost,
            "first": times[0], "middle": times[len(times) // 2], "last": times[-1],
        }  # fmt: skip


async def main(crowd: Crowd) -> None:
    """Obey commands until `quit`."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().split():
        if line[0] == "quit":
            break
        if line[0] == "connect":
            answer = await crowd.connect()
        elif line[0] == "arm":
            answer = crowd.arm()
        else:
            answer = await crowd.wait(float(line[1]))
        print(json.dumps(answer), flush=True)
    os._exit(0)


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    number = int(sys.argv[2])
    given = [""] * number if sys.argv[3] == "-" else Path(sys.argv[3]).read_text().splitlines()[:number]
    uvloop.run(main(Crowd(int(sys.argv[1]), given)))
