"""The provider that allauth registers: its `weixin` is for QR codes on a desktop, this one for pages inside WeChat."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.weixin.provider import WeixinProvider
from allauth.socialaccount.providers.weixin.views import WeixinOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest

from volunteers.accounts.wechat.client import Identity, WeChatClient

BASE, USERINFO = "snsapi_base", "snsapi_userinfo"


class WeChatAdapter(WeixinOAuth2Adapter):
    """Addresses of the in-app flow."""

    provider_id = "wechat"
    client_class = WeChatClient
    access_token_method = "GET"  # noqa: S105

    @property
    def authorize_url(self) -> str:
        """Where WeChat asks the person; another host in tests."""
        return str(settings.WECHAT_AUTHORIZE_URL)

    def client(self) -> WeChatClient:
        """A client of the app that the settings name."""
        app = SocialApp(provider=self.provider_id, client_id=settings.WECHAT_APP_ID, secret=settings.WECHAT_APP_SECRET)
        client: WeChatClient = self.get_client(self.request, app)
        return client


class WeChatProvider(WeixinProvider):
    """uid = unionid when there is one, else the openid of our app."""

    id = "wechat"
    name = "微信"
    oauth2_adapter_class = WeChatAdapter

    def get_default_scope(self) -> list[str]:
        """Without asking the person anything."""
        return [BASE]

    def extract_uid(self, data: dict[str, Any]) -> str:
        """What `SocialAccount.uid` holds."""
        return identity_of(data).uid


provider_classes = [WeChatProvider]


def identity_of(data: dict[str, Any]) -> Identity:
    """The identity in an answer of WeChat."""
    return Identity(settings.WECHAT_APP_ID, str(data["openid"]), str(data.get("unionid") or ""))


def authorize_address(request: HttpRequest, *, scope: str, state: str) -> str:
    """The address that starts the authorisation."""
    adapter = WeChatAdapter(request)
    client = adapter.client()
    client.state = state
    return client.get_redirect_url(adapter.authorize_url, [scope], {})


def ask_wechat(request: HttpRequest, *, code: str, scope: str) -> Identity:
    """Who is behind a code. Raises `WeChatAway`, `WeChatRefused`, `SnapshotVisitor`."""
    client = WeChatAdapter(request).client()
    token = client.get_access_token(code)
    identity = identity_of(token)
    if scope == USERINFO and not identity.unionid:
        identity = identity_of(client.get_user(token))
    return identity
