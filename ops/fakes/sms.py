"""A stand-in for an SMS gateway that speaks the protocol of docs/sms-gateway.md. `python -m ops.fakes.sms [PORT]`"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar

from ops.fakes.server import Fake, answer, run


class FakeSms(Fake):
    """Takes messages and keeps them. `lose`: says accepted, keeps nothing. `refuse`: an error name, with status 422."""

    defaults: ClassVar[dict[str, Any]] = {**Fake.defaults, "lose": False, "refuse": "", "key": "secret"}

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What phones would have got, oldest first."""
        with self.lock:
            return [call for call in self.calls if call.get("delivered")]

    def respond(self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, str], body: bytes) -> None:
        """POST /v1/messages."""
        if handler.command != "POST" or path != "/v1/messages":
            answer(handler, 404, {"status": "error", "error": "no_such_address"})
            return
        message = json.loads(body)
        if handler.headers.get("Authorization") != f"Bearer {self.settings['key']}":
            answer(handler, 401, {"status": "error", "error": "wrong_key"})
            return
        missing = {"to", "template", "params", "ref"} - message.keys()
        refusal = self.settings["refuse"] or ("missing_" + "_".join(sorted(missing)) if missing else "")
        with self.lock:
            self.calls.append(message | {"delivered": not refusal and not self.settings["lose"]})
            number = len(self.calls)
        if refusal:
            answer(handler, 422, {"status": "error", "error": refusal})
        else:
            answer(handler, 200, {"status": "accepted", "id": f"m{number}"})


if __name__ == "__main__":
    run(FakeSms(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
