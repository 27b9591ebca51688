"""What the stand-ins share: an HTTP server on loopback, its behaviour changed at /control. Standard library only."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit


class Fake:
    """One stand-in. `settings` says how to behave, `calls` what was asked; both may be looked at from a test."""

    defaults: ClassVar[dict[str, Any]] = {"slow_seconds": 0, "fail_status": 0, "garbage": False}

    def __init__(self, port: int = 0) -> None:
        self.lock = threading.Lock()
        self.settings: dict[str, Any] = dict(self.defaults)
        self.calls: list[dict[str, Any]] = []
        self.round = 0  # a slow answer of before a reset comes too late
        fake = self

        class Handler(BaseHTTPRequestHandler):
            """Hands every request to the stand-in."""

            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                try:
                    fake.serve(self, body)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the caller's time-out; just what it was made slow for

            do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - names of http.server

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def start(self) -> Fake:
        """Serve in the background."""
        self.thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and give the port back."""
        self.server.shutdown()
        self.server.server_close()

    def reset(self) -> None:
        """Behave well again, and forget what was asked."""
        with self.lock:
            self.settings = dict(self.defaults)
            self.round += 1
            self.calls.clear()
            self.forget()

    def forget(self) -> None:
        """What else a stand-in remembers."""

    def tell(self, **settings: Any) -> None:
        """Change how it behaves; an unknown setting is a mistake of the test."""
        if unknown := settings.keys() - self.defaults.keys():
            raise KeyError(f"no such setting: {', '.join(sorted(unknown))}")
        with self.lock:
            self.settings.update(settings)

    def serve(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        """Control and trouble first, then what the stand-in is for."""
        parts = urlsplit(handler.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        if parts.path == "/control":
            self.control(handler, body)
            return
        with self.lock:
            now, begun_in = dict(self.settings), self.round
        if now["slow_seconds"] and not self.is_for_people(parts.path):
            time.sleep(now["slow_seconds"])
            if self.round != begun_in:
                handler.close_connection = True
                return
        if now["fail_status"] and not self.is_for_people(parts.path):
            answer(handler, now["fail_status"], {"error": "told to fail"})
        elif now["garbage"] and not self.is_for_people(parts.path):
            answer_text(handler, 200, "<html>not what was agreed</html>")
        else:
            self.respond(handler, parts.path, query, body)

    def control(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        """POST settings as JSON, GET settings and calls, DELETE to reset."""
        if handler.command == "POST":
            self.tell(**json.loads(body or b"{}"))
        elif handler.command == "DELETE":
            self.reset()
        with self.lock:
            state = {"settings": dict(self.settings), "calls": list(self.calls)}
        answer(handler, 200, state)

    def is_for_people(self, path: str) -> bool:
        """Whether a browser opens this address; trouble is for the addresses that programs call."""
        return False

    def respond(self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, str], body: bytes) -> None:
        """What the stand-in is for."""
        raise NotImplementedError


def answer_text(handler: BaseHTTPRequestHandler, status: int, text: str, **headers: str) -> None:
    """Answer with a text."""
    raw = text.encode()
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(raw)))
    handler.end_headers()
    handler.wfile.write(raw)


def answer(handler: BaseHTTPRequestHandler, status: int, body: Any) -> None:
    """Answer with JSON."""
    answer_text(handler, status, json.dumps(body, ensure_ascii=False), Content_Type="application/json; charset=utf-8")


def run(fake: Fake) -> None:
    """Serve until Ctrl-C, for trying things by hand."""
    print(f"{type(fake).__name__} at {fake.url}   (POST, GET or DELETE {fake.url}/control)", flush=True)
    fake.start()
    try:
        fake.thread.join()
    except KeyboardInterrupt:
        fake.stop()
