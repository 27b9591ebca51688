"""The floors of the live line: what a machine does when nothing is asked of it.

python -m tests.speed.fanout_floor PORT     an asyncio protocol that writes one ready-made frame to every transport
uvicorn tests.speed.fanout_floor:bare       the same server as ours, accepting whoever comes: the floor of reconnects
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import resource
import sys
from typing import Any, cast

TEXT = b'{"poke":{"u:1":1234}}'
FRAME = b"\x81" + bytes([len(TEXT)]) + TEXT
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"
OPEN: set[asyncio.Transport] = set()


class Floor(asyncio.Protocol):
    """`POST /fan` sends the frame to everybody; an upgrade is granted; anything else is answered with ok."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A new connection."""
        self.wire, self.asked, self.is_open = cast(asyncio.Transport, transport), b"", False

    def connection_lost(self, error: Exception | None) -> None:
        """Gone."""
        OPEN.discard(self.wire)

    def data_received(self, data: bytes) -> None:
        """One request a connection; frames of phones are not read."""
        if self.is_open:
            return
        self.asked += data
        if b"\r\n\r\n" not in self.asked:
            return
        keys = [line for line in self.asked.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key")]
        if not keys:
            if self.asked.startswith(b"POST /fan"):
                for wire in OPEN:
                    wire.write(FRAME)
            self.wire.write(ANSWER)
            self.wire.close()
            return
        accept = base64.b64encode(
            hashlib.sha1(keys[0].split(b":", 1)[1].strip() + MAGIC, usedforsecurity=False).digest()
        )
        self.wire.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self.is_open = True
        OPEN.add(self.wire)


async def serve(port: int) -> None:
    """For ever."""
    server = await asyncio.get_running_loop().create_server(Floor, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


async def bare(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Accept without asking who it is."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


if __name__ == "__main__":
    import uvloop

    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    uvloop.run(serve(int(sys.argv[1])))
