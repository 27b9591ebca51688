"""A stand-in for WeChat's web authorisation ("网页授权" of the developers' documents). `python -m ops.fakes.wechat [PORT]`

GET /connect/oauth2/authorize   sends the browser back with code and state
GET /sns/oauth2/access_token    a code for a token, once (40163 the second time)
GET /sns/userinfo               for tokens of snsapi_userinfo
"""

from __future__ import annotations

import secrets
import sys
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar
from urllib.parse import urlencode

from ops.fakes.server import Fake, answer, answer_text, run

SCOPES = ("snsapi_base", "snsapi_userinfo")
ORDER = ["appid", "redirect_uri", "response_type", "scope", "state"]


class FakeWeChat(Fake):
    """Who comes is a setting: `openid`, `unionid` ("" for none), `snapshot`. `errcode`: what programs are answered."""

    defaults: ClassVar[dict[str, Any]] = {
        **Fake.defaults,
        "appid": "wx-test",
        "secret": "secret",
        "openid": "o-zhou",
        "unionid": "u-zhou",
        "snapshot": False,
        "decline": False,
        "errcode": 0,
    }

    def __init__(self, port: int = 0) -> None:
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        super().__init__(port)

    def forget(self) -> None:
        """Codes and tokens."""
        self.codes.clear()
        self.tokens.clear()

    def is_for_people(self, path: str) -> bool:
        """The page that asks the person."""
        return path.startswith("/connect/")

    def respond(self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, str], body: bytes) -> None:
        """The three addresses."""
        with self.lock:
            self.calls.append({"path": path, **query})
        if path == "/connect/oauth2/authorize":
            self.authorize(handler, query)
        elif self.settings["errcode"]:
            answer(handler, 200, {"errcode": self.settings["errcode"], "errmsg": "told to fail"})
        elif path == "/sns/oauth2/access_token":
            answer(handler, 200, self.access_token(query))
        elif path == "/sns/userinfo":
            answer(handler, 200, self.userinfo(query))
        else:
            answer(handler, 404, {"errcode": -1, "errmsg": "no such address"})

    def authorize(self, handler: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        """Back to where the person came from. The order of the parameters matters, as with the real one."""
        if list(query) != ORDER or query["appid"] != self.settings["appid"] or query["scope"] not in SCOPES:
            answer_text(handler, 400, "Scope 参数错误或没有 Scope 权限")
            return
        words = {"state": query["state"]}
        if not self.settings["decline"]:
            words = {"code": self.new_code(scope=query["scope"])} | words
        joint = "&" if "?" in query["redirect_uri"] else "?"
        answer_text(handler, 302, "", Location=f"{query['redirect_uri']}{joint}{urlencode(words)}")

    def new_code(self, *, scope: str = "snsapi_base") -> str:
        """A code for whoever the settings say comes."""
        code = secrets.token_hex(16)
        with self.lock:
            self.codes[code] = {
                "scope": scope,
                "used": False,
                **{key: self.settings[key] for key in ("openid", "unionid", "snapshot")},
            }
        return code

    def access_token(self, query: dict[str, str]) -> dict[str, Any]:
        """The token of a code."""
        if query.get("appid") != self.settings["appid"] or query.get("secret") != self.settings["secret"]:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        with self.lock:
            kept = self.codes.get(query.get("code", ""))
            if kept is None:
                return {"errcode": 40029, "errmsg": "invalid code"}
            if kept["used"]:
                return {"errcode": 40163, "errmsg": "code been used"}
            kept["used"] = True
            token = secrets.token_hex(16)
            self.tokens[token] = kept
        made = {
            "access_token": token,
            "expires_in": 7200,
            "refresh_token": secrets.token_hex(16),
            "openid": kept["openid"],
            "scope": kept["scope"],
        }
        if kept["snapshot"]:
            made["is_snapshotuser"] = 1
        if kept["unionid"] and kept["scope"] == "snsapi_userinfo":
            made["unionid"] = kept["unionid"]
        return made

    def userinfo(self, query: dict[str, str]) -> dict[str, Any]:
        """Name and picture; only for tokens of the wider scope."""
        with self.lock:
            kept = self.tokens.get(query.get("access_token", ""))
        if kept is None or kept["openid"] != query.get("openid"):
            return {"errcode": 40001, "errmsg": "invalid credential"}
        if kept["scope"] != "snsapi_userinfo":
            return {"errcode": 48001, "errmsg": "api unauthorized"}
        made = {"openid": kept["openid"], "nickname": "somebody", "sex": 0, "headimgurl": "", "privilege": []}
        return made | ({"unionid": kept["unionid"]} if kept["unionid"] else {})


if __name__ == "__main__":
    run(FakeWeChat(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
