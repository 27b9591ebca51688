"""Pages, sockets and background work in one process: the demo. Production runs `config.wsgi` and `config.live`.

The server's lifespan starts the relay, the clock and the task worker as threads of this process (PROCESS=one) and
ends them with it; the relay hands pokes to the sockets of this process directly when there is no Redis.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
# WhiteNoise hands out files as synchronous streams; they are small and local, so Django's advice does not apply here.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
pages: Any = get_asgi_application()

from django.conf import settings  # noqa: E402

from config import live  # noqa: E402
from foundation.worker import Background  # noqa: E402

_background: list[Background] = []


def _start() -> None:
    if settings.PROCESS == "one":
        _background.append(Background())
        _background[-1].start()


def _stop() -> None:
    while _background:
        _background.pop().stop(patience=5.0)


async def application(scope: dict[str, Any], receive: live.Receive, send: live.Send) -> None:
    """Everything on one port."""
    if scope["type"] == "http":
        await pages(scope, receive, send)
    elif scope["type"] == "websocket":
        await live.websocket(scope, receive, send)
    else:
        await live.lifespan(receive, send, starting=_start, ending=_stop)
