"""The socket of a phone: it only pokes. The phone says "ping" and nothing else; it cannot name a stream (T40)."""

from __future__ import annotations

import time
from typing import Any

import structlog
from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer
from django.conf import settings
from django.http import parse_cookie

from foundation import failpoints
from volunteers.accounts.devices import session_mark
from volunteers.inbox.hub import Socket
from volunteers.inbox.station import Station

log = structlog.get_logger(__name__)

LONGEST_FRAME = 16 * 1024
FRAMES = 20
FRAMES_SECONDS = 10.0
TOO_LARGE, POLICY, TRY_LATER = 1009, 1008, 1013


def session_key_of(scope: dict[str, Any]) -> str:
    """The session's key from the cookie of the handshake, empty when there is none."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            return parse_cookie(value.decode("latin-1")).get(settings.SESSION_COOKIE_NAME, "")
    return ""


class LiveConsumer(AsyncConsumer):
    """Accepts, joins the streams that the server derives from the person, pokes; nothing else."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.socket: Socket | None = None
        self._window = (0.0, 0)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Channels would change the thread for every frame to look after database connections; we use none here."""
        handler = getattr(self, get_handler_name(message))
        await handler(message)

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        """Ask the gate, join, accept, and say how far the streams are."""
        socket = await self._joined()
        if socket is None:
            await self.send({"type": "websocket.close"})
            return
        self.socket = socket
        await self.send({"type": "websocket.accept"})
        # Read after joining: what comes in between is poked, what came before is in the heads.
        socket.greet(await self.station.heads.get(socket.streams) or {})

    async def _joined(self) -> Socket | None:
        key = session_key_of(self.scope)
        if not key or not await self.station.is_listening():
            return None
        try:
            admission = await self.station.admit(key)
        except Exception as error:
            log.warning("the gate could not ask", error=str(error))
            return None
        if admission is None:
            return None
        mark = session_mark(key)
        socket = Socket(self.base_send, mark, admission.user_id, admission.person_id, admission.streams, key)
        return socket if self.station.hub.join(socket) else None

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        """Answer a heartbeat; whoever says anything else, too much or too often is sent away."""
        socket = self.socket
        if socket is None or socket.is_closed:
            return
        failpoints.hit("live.receive")
        text = message.get("text")
        if len(text or message.get("bytes") or "") > LONGEST_FRAME:
            socket.close(TOO_LARGE)
        elif text != "ping" or self._is_too_often():
            socket.close(POLICY)
        else:
            socket.heard_at = time.monotonic()
            await self.send({"type": "websocket.send", "text": "pong"})

    def _is_too_often(self) -> bool:
        moment = time.monotonic()
        since, count = self._window
        self._window = (moment, 1) if moment - since > FRAMES_SECONDS else (since, count + 1)
        return self._window[1] > FRAMES

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """Gone, whoever ended it."""
        self._leave()
        raise StopConsumer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Whatever happens in a consumer, its socket is forgotten and no other is harmed (fault F35)."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()

    def _leave(self) -> None:
        if self.socket is not None:
            self.station.hub.leave(self.socket)
