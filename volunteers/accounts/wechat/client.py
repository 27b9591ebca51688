"""The two calls of WeChat's web authorisation (developers' documents, "网页授权"), through our own HTTP client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from allauth.socialaccount.providers.weixin.client import WeixinOAuth2Client
from django.conf import settings

from volunteers.accounts import outgoing

log = structlog.get_logger(__name__)

# -1 busy, 45009 and 45011 called too often: WeChat's trouble, not the person's.
_BUSY = {-1, 45009, 45011}


class WeChatAway(Exception):
    """WeChat does not answer, or is busy. Another try may help; so does signing in by phone."""


class WeChatRefused(Exception):
    """The code is used up (40163), unknown (40029), too old (42003) or of another app."""


class SnapshotVisitor(Exception):
    """A page opened in snapshot mode: a virtual account, not a person (domain.md section 6)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who WeChat says came. The openid is valid for one app, the unionid for all apps of one owner."""

    app_id: str
    openid: str
    unionid: str = ""

    @property
    def uid(self) -> str:
        """What allauth knows the person by."""
        return self.unionid or f"{self.app_id}:{self.openid}"


class WeChatClient(WeixinOAuth2Client):
    """allauth's client with the fragment of the in-app page, and answers judged by `errcode`."""

    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, str]) -> str:
        """Where the browser is sent. WeChat checks the order of the parameters and wants the fragment."""
        return f"{super().get_redirect_url(authorization_url, scope, extra_params)}#wechat_redirect"

    def get_access_token(self, code: str, pkce_code_verifier: str | None = None) -> dict[str, Any]:
        """The token of a code; a code works once. Raises `WeChatAway`, `WeChatRefused`, `SnapshotVisitor`."""
        words = {
            "appid": self.consumer_key,
            "secret": self.consumer_secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        answer = _ask("/sns/oauth2/access_token", words)
        if not answer.get("openid") or not answer.get("access_token"):
            raise WeChatRefused("no openid")
        if answer.get("is_snapshotuser") == 1:
            raise SnapshotVisitor
        return answer

    def get_user(self, token: dict[str, Any]) -> dict[str, Any]:
        """`/sns/userinfo`, for the unionid; name and picture are not kept. Raises as above."""
        answer = _ask(
            "/sns/userinfo", {"access_token": token["access_token"], "openid": token["openid"], "lang": "zh_CN"}
        )
        if answer.get("openid") != token["openid"]:
            raise WeChatRefused("userinfo is of somebody else")
        return answer


def _ask(path: str, words: dict[str, str]) -> dict[str, Any]:
    try:
        status, answer = outgoing.ask("GET", f"{settings.WECHAT_API_URL}{path}", params=words)
    except outgoing.Unreachable as error:
        log.warning("wechat does not answer", path=path, error=str(error))
        raise WeChatAway from None
    errcode = answer.get("errcode", 0)
    if status >= 500 or errcode in _BUSY:
        log.warning("wechat is busy", path=path, status=status, errcode=errcode)
        raise WeChatAway
    if status != 200 or errcode:
        log.info("wechat refused", path=path, status=status, errcode=errcode)
        raise WeChatRefused(str(errcode))
    return answer
