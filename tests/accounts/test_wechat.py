"""Sign-in inside WeChat, against a stand-in that speaks its protocol (rule R30, threat T11, fault F27)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.test import Client

from ops.fakes.wechat import FakeWeChat
from tests.accounts.test_phone import AskCode, phone_of, signed_in_as
from tests.cast import Cast
from volunteers.accounts.models import LimitHit, User, WeChatCallback, WeChatOpenid
from volunteers.accounts.wechat.client import Identity
from volunteers.accounts.wechat.services import bind


def back_from_wechat(address: str) -> str:
    """What WeChat sends the browser back to, as a path of our own."""
    answer = httpx.get(address.partition("#")[0], follow_redirects=False, trust_env=False)
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def go(client: Client, start: str = "/login/wechat/") -> str:
    """From our page to WeChat and back, up to the callback."""
    return back_from_wechat(client.get(start)["Location"])


def bound(user: User, openid: str = "o-zhou", unionid: str = "") -> None:
    bind(identity=Identity("wx-test", openid, unionid), user=user)


def test_the_way_there_is_as_wechat_wants_it(wechat: FakeWeChat, client: Client, db: None) -> None:
    address = client.get("/login/wechat/")["Location"]
    parts = urlsplit(address)
    assert parts.fragment == "wechat_redirect"
    words = parse_qs(parts.query)
    assert list(words) == ["appid", "redirect_uri", "response_type", "scope", "state"]
    assert words["scope"] == ["snsapi_base"]
    assert words["redirect_uri"] == ["http://testserver/login/wechat/callback/"]


def test_whoever_is_bound_is_recognised_without_typing(cast: Cast, wechat: FakeWeChat, client: Client) -> None:
    bound(cast.leader)
    answer = client.get(go(client, "/login/wechat/?next=/me/"))
    assert answer["Location"] == "/me/"
    assert signed_in_as(client) == str(cast.leader.pk)


@pytest.mark.everywhere
def test_the_first_time_a_phone_code_says_who_it_is(
    cast: Cast, wechat: FakeWeChat, client: Client, ask_code: AskCode
) -> None:
    assert client.get(go(client))["Location"] == "/login/"
    assert signed_in_as(client) is None
    assert "认一认您" in client.get("/login/").content.decode()
    code = ask_code(client, phone_of(cast.leader))
    assert client.post("/login/code/", {"code": code}).status_code == 302
    assert signed_in_as(client) == str(cast.leader.pk)
    again = Client()
    assert again.get(go(again))["Location"] == "/"
    assert signed_in_as(again) == str(cast.leader.pk)
    assert SocialAccount.objects.get().uid == "wx-test:o-zhou"


def test_a_code_asked_for_before_does_not_bind(
    cast: Cast, wechat: FakeWeChat, client: Client, ask_code: AskCode
) -> None:
    """A code for signing in is worth nothing for binding an identity."""
    code = ask_code(client, phone_of(cast.leader))
    client.get(go(client))
    assert client.post("/login/code/", {"code": code})["Location"] == "/login/"
    assert not SocialAccount.objects.exists()


def test_apps_of_one_owner_know_a_person_by_the_unionid(
    cast: Cast, wechat: FakeWeChat, client: Client, settings: object, ask_code: AskCode
) -> None:
    settings.WECHAT_OPEN_PLATFORM = True  # type: ignore[attr-defined]
    bound(cast.leader, openid="o-at-another-app", unionid="u-zhou")
    WeChatOpenid.objects.update(app_id="wx-other")
    asked = client.get(go(client))["Location"]
    assert parse_qs(urlsplit(asked).query)["scope"] == ["snsapi_userinfo"]
    assert client.get(back_from_wechat(asked))["Location"] == "/"
    assert signed_in_as(client) == str(cast.leader.pk)
    assert WeChatOpenid.objects.filter(account__user=cast.leader).count() == 2
    again = Client()
    assert again.get(go(again))["Location"] == "/", "now the quiet way is enough"


def test_without_a_unionid_the_openid_of_our_app_counts(
    cast: Cast, wechat: FakeWeChat, client: Client, settings: object, ask_code: AskCode
) -> None:
    settings.WECHAT_OPEN_PLATFORM = True  # type: ignore[attr-defined]
    wechat.tell(unionid="")
    second = client.get(go(client))["Location"]
    assert client.get(back_from_wechat(second))["Location"] == "/login/"
    client.post("/login/code/", {"code": ask_code(client, phone_of(cast.leader))})
    assert SocialAccount.objects.get().uid == "wx-test:o-zhou"


def test_a_unionid_that_appears_later_is_noted(cast: Cast, wechat: FakeWeChat) -> None:
    from volunteers.accounts.wechat.services import account_of

    bound(cast.leader)
    assert account_of(Identity("wx-test", "o-zhou", "u-zhou")) == cast.leader
    assert SocialAccount.objects.get().uid == "u-zhou"


def test_identities_that_contradict_each_other_are_refused(cast: Cast, wechat: FakeWeChat) -> None:
    from volunteers.accounts.wechat.services import Mixed, account_of

    bound(cast.leader, openid="o-zhou", unionid="u-zhou")
    bound(cast.leader2, openid="o-ma", unionid="u-ma")
    with pytest.raises(Mixed):
        account_of(Identity("wx-test", "o-zhou", "u-ma"))
    with pytest.raises(Mixed):
        bind(identity=Identity("wx-test", "o-zhou", "u-zhou"), user=cast.leader2)


@pytest.mark.parametrize("state", ["", "0" * 32, "another"])
def test_a_wrong_state_is_refused(cast: Cast, wechat: FakeWeChat, client: Client, state: str) -> None:
    bound(cast.leader)
    go(client)
    code = wechat.new_code()
    answer = client.get(f"/login/wechat/callback/?code={code}&state={state}")
    assert answer.status_code == 403
    assert signed_in_as(client) is None
    assert not [call for call in wechat.calls if call["path"].startswith("/sns/")], "WeChat was not even asked"


def test_a_callback_of_another_browser_is_refused(cast: Cast, wechat: FakeWeChat) -> None:
    """Nobody can be signed in as the attacker by opening a link."""
    bound(cast.leader)
    attacker, victim = Client(), Client()
    link = go(attacker)
    go(victim)
    assert victim.get(link).status_code == 403
    assert Client().get(link).status_code == 403
    assert signed_in_as(victim) is None


def test_a_forged_cookie_is_no_state(cast: Cast, wechat: FakeWeChat, client: Client) -> None:
    client.cookies["wechat_state"] = "abc|snsapi_base|/"
    assert client.get(f"/login/wechat/callback/?code={wechat.new_code()}&state=abc").status_code == 403


def test_a_callback_that_comes_twice_lands_at_home_twice(cast: Cast, wechat: FakeWeChat, client: Client) -> None:
    bound(cast.leader)
    address = go(client)
    for _ in range(2):
        assert client.get(address)["Location"] == "/"
        assert signed_in_as(client) == str(cast.leader.pk)
    assert len([call for call in wechat.calls if call["path"] == "/sns/oauth2/access_token"]) == 1


def test_the_second_arrival_signs_in_too_when_it_still_has_the_old_cookies(
    cast: Cast, wechat: FakeWeChat, client: Client
) -> None:
    """Whichever answer the browser keeps, it is a signed-in one."""
    bound(cast.leader)
    address = go(client)
    twin = Client()
    twin.cookies["wechat_state"] = client.cookies["wechat_state"].value
    twin.cookies["sid"] = "0" * 32
    client.get(address)
    assert twin.get(address)["Location"] == "/"
    assert signed_in_as(twin) == str(cast.leader.pk)


def test_a_first_visit_that_comes_twice_is_bound_once(
    cast: Cast, wechat: FakeWeChat, client: Client, ask_code: AskCode
) -> None:
    address = go(client)
    for _ in range(2):
        assert client.get(address)["Location"] == "/login/"
    client.post("/login/code/", {"code": ask_code(client, phone_of(cast.leader))})
    assert client.get(address)["Location"] == "/"
    assert SocialAccount.objects.count() == 1


def test_the_second_arrival_waits_while_the_first_is_asking(cast: Cast, wechat: FakeWeChat, client: Client) -> None:
    bound(cast.leader)
    address = go(client)
    client.get(address)
    WeChatCallback.objects.update(result="")
    other = Client()
    other.cookies["wechat_state"] = client.cookies["wechat_state"].value
    page = other.get(address)
    assert page.status_code == 200
    assert 'http-equiv="refresh"' in page.content.decode()


def test_a_snapshot_visitor_is_kindly_refused(cast: Cast, wechat: FakeWeChat, client: Client) -> None:
    bound(cast.leader)
    wechat.tell(snapshot=True)
    address = go(client)
    for _ in range(2):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "使用完整服务" in answer.content.decode()
    assert signed_in_as(client) is None


@pytest.mark.parametrize("errcode", [40029, 40163, 42003, 40125])
def test_a_code_that_wechat_refuses_leads_to_the_phone(
    cast: Cast, wechat: FakeWeChat, client: Client, errcode: int
) -> None:
    bound(cast.leader)
    wechat.tell(errcode=errcode)
    answer = client.get(go(client))
    assert answer.status_code == 400
    assert 'href="/login/"' in answer.content.decode()
    assert signed_in_as(client) is None


def test_a_code_used_elsewhere_is_refused(cast: Cast, wechat: FakeWeChat, client: Client) -> None:
    bound(cast.leader)
    address = go(client)
    code = parse_qs(urlsplit(address).query)["code"][0]
    words = {"appid": "wx-test", "secret": "secret", "code": code, "grant_type": "authorization_code"}
    httpx.get(f"{wechat.url}/sns/oauth2/access_token", params=words, trust_env=False)
    assert client.get(address).status_code == 400


@pytest.mark.parametrize(
    "trouble", [{"slow_seconds": 1}, {"fail_status": 502}, {"garbage": True}, {"errcode": -1}, {"errcode": 45011}]
)
def test_when_wechat_is_away_the_phone_is_offered_and_a_retry_works(
    cast: Cast, wechat: FakeWeChat, client: Client, trouble: dict[str, object]
) -> None:
    bound(cast.leader)
    address = go(client)
    wechat.tell(**trouble)
    answer = client.get(address)
    assert answer.status_code == 503
    assert 'href="/login/"' in answer.content.decode()
    wechat.tell(slow_seconds=0, fail_status=0, garbage=False, errcode=0)
    if "slow_seconds" not in trouble:  # there WeChat had taken the code, only too slowly for us
        assert client.get(address)["Location"] == "/"


def test_declining_is_no_error(cast: Cast, wechat: FakeWeChat, client: Client) -> None:
    wechat.tell(decline=True)
    answer = client.get(go(client))
    assert answer.status_code == 200
    assert "手机号" in answer.content.decode()


def test_the_openid_stays_on_the_server(cast: Cast, wechat: FakeWeChat, client: Client, ask_code: AskCode) -> None:
    first = client.get(go(client))
    page = client.get("/login/")
    seen = f"{first.headers}{first.content!r}{page.content!r}{client.cookies}"
    assert "o-zhou" not in seen
    assert "o-zhou" in str(Session.objects.get(session_key=client.session.session_key).get_decoded())


def test_staff_recognised_by_wechat_still_need_the_second_factor(
    cast: Cast, wechat: FakeWeChat, client: Client
) -> None:
    bound(cast.worker)
    client.get(go(client))
    assert signed_in_as(client) == str(cast.worker.pk)
    assert client.get("/console/")["Location"].startswith("/login/staff/")


def test_an_account_out_of_use_is_not_recognised(cast: Cast, wechat: FakeWeChat, client: Client) -> None:
    bound(cast.leader)
    User.objects.filter(pk=cast.leader.pk).update(is_active=False)
    assert client.get(go(client))["Location"] == "/login/"
    assert signed_in_as(client) is None


def test_a_place_without_an_official_account_has_no_wechat_button(cast: Cast, client: Client, settings: object) -> None:
    settings.WECHAT_APP_ID = ""  # type: ignore[attr-defined]
    assert client.get("/login/wechat/").status_code == 404
    assert "微信" not in client.get("/login/").content.decode()


def test_a_flood_of_texts_does_not_stop_those_whom_wechat_knows(
    cast: Cast, wechat: FakeWeChat, client: Client, settings: object
) -> None:
    settings.SMS_MOST_IN_TEN_MINUTES = 0  # type: ignore[attr-defined]
    bound(cast.leader)
    assert "可以先用微信登录" in Client().get("/login/").content.decode()
    assert client.get(go(client))["Location"] == "/"
    assert not LimitHit.objects.exists()
