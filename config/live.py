"""Sockets only: what uvicorn runs beside the pages in production.

    uvicorn config.live:application --ws websockets-sansio --ws-max-size 16384 --ws-ping-interval 0
        --ws-per-message-deflate false

Origin first (only pages of ours may open a socket), then the session, then the streams of the person.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
django.setup()

from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

from volunteers.inbox.consumers import LiveConsumer  # noqa: E402
from volunteers.inbox.station import Station, settle_memory  # noqa: E402

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

station = Station()
PATH = "/ws/live/"
_guarded = AllowedHostsOriginValidator(LiveConsumer.as_asgi(station=station))


async def websocket(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The one address of sockets; any other is refused without a word."""
    if scope["path"] != PATH:
        await send({"type": "websocket.close"})
        return
    await _guarded(scope, receive, send)


async def plain(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Whether the process lives; there are no pages here."""
    alive = scope["path"] == "/livez"
    body = b"ok" if alive else b""
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200 if alive else 404, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def drain_on_sigterm() -> None:
    """On SIGTERM send the sockets away bit by bit first, then let the server end as it would have (fault F20)."""
    before = signal.getsignal(signal.SIGTERM)
    loop = asyncio.get_running_loop()
    if not callable(before):
        return

    async def leave(number: int) -> None:
        try:
            await station.drain()
        finally:
            before(number, None)

    def ask(number: int, _frame: object) -> None:
        if station.is_closing:
            before(number, None)
        else:
            asyncio.run_coroutine_threadsafe(leave(number), loop)

    signal.signal(signal.SIGTERM, ask)


async def lifespan(
    receive: Receive,
    send: Send,
    *,
    starting: Callable[[], None] | None = None,
    ending: Callable[[], None] | None = None,
) -> None:
    """Open the station with the server and close it with the server."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            station.open()
            drain_on_sigterm()
            if starting:
                starting()
            settle_memory()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if ending:
                await asyncio.to_thread(ending)
            await station.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application of the socket processes."""
    if scope["type"] == "websocket":
        await websocket(scope, receive, send)
    elif scope["type"] == "lifespan":
        await lifespan(receive, send)
    else:
        await plain(scope, receive, send)
