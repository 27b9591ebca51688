"""A phone as `frontend/src/live.ts` behaves: cursors, asks, shows in order, adopts the heads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.test import Client


@dataclass
class Phone:
    """Keeps what it has shown, so that a test can look for gaps and repeats."""

    client: Client
    cursors: dict[str, int] | None = None
    shown: list[tuple[str, int]] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    resets: list[str] = field(default_factory=list)
    unread: int = 0

    def ask(self) -> dict[str, Any]:
        """One GET /sync with the cursors as they are."""
        c = ",".join(f"{key}:{seq}" for key, seq in (self.cursors or {}).items())
        answer = self.client.get(f"/sync?c={quote(c)}")
        assert answer.status_code == 200, answer.content
        body: dict[str, Any] = answer.json()
        return body

    def take(self, body: dict[str, Any]) -> None:
        """Show what is new, adopt the heads."""
        for event in body["events"]:
            assert event["seq"] > (self.cursors or {}).get(event["stream"], -1), "shown before"
            self.shown.append((event["stream"], event["seq"]))
            self.titles.append(event["title"])
        self.resets += body["reset"]
        self.cursors = dict(body["heads"])
        self.unread = body["unread"]

    def sync(self) -> list[str]:
        """Ask until there is no more; returns the titles that were new."""
        before = len(self.titles)
        while True:
            body = self.ask()
            self.take(body)
            if not body["more"]:
                return self.titles[before:]

    def seen(self, stream: str) -> list[int]:
        """Numbers shown of one stream, in the order of showing."""
        return [seq for key, seq in self.shown if key == stream]
