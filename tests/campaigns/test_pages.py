"""Campaigns on the phone, in the API and at a desk."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from events.campaigns import cards, rules
from events.campaigns.cards import Card
from events.campaigns.models import Campaign
from tests.campaigns.making import REFERENCE, draft, make_campaign, move_to, second_clerk
from tests.cast import Cast

Login = Callable[..., Client]


def desk(campaign: Campaign, what: str = "") -> str:
    return f"/console/campaigns/{campaign.uid}/{what}"


def written(**values: Any) -> dict[str, Any]:
    starts = timezone.localtime(timezone.now() + dt.timedelta(days=5)).strftime("%Y-%m-%dT09:00")
    body = {"uid": str(uuid.uuid4()), "title": "2026 年最美邻长", "about": "", "starts_at": starts}
    return body | {"rules": str(rules.current_rules().number)} | values


# -- on the phone ------------------------------------------------------------------------------------------------------


def test_anybody_reads_where_it_stands_and_by_which_rules(cast: Cast, client: Client) -> None:
    campaign = make_campaign(cast, "voting", winners_count=5)
    front = client.get("/best/").content.decode()
    assert campaign.title in front
    assert "投票，到" in front
    page = client.get(f"/best/{campaign.uid}/").content.decode()
    for words in ("评委 50，联系户 30，居民投票 20", "最多选 5 位", "投票 7 天", campaign.fingerprint, REFERENCE):
        assert words in page
    assert page.index('aria-current="step"') < page.index("<b>投票</b>") < page.index("<b>开箱</b>")


def test_a_resident_reads_the_places_of_their_own_street(cast: Cast, client_for: Login) -> None:
    campaign = make_campaign(cast, "nominating", winners_count=6)
    assert "青禾街道 6 位。" in client_for(cast.resident).get(f"/best/{campaign.uid}/").content.decode()


def test_a_draft_is_for_those_who_run_campaigns(cast: Cast, client: Client, client_for: Login) -> None:
    campaign = draft(cast)
    assert client.get(f"/best/{campaign.uid}/").status_code == 404
    assert client_for(cast.worker).get(desk(campaign)).status_code == 404
    assert client_for(second_clerk(cast)).get(desk(campaign)).status_code == 200
    assert str(campaign.uid) not in client.get("/best/").content.decode()


def test_a_pause_is_said_with_its_reason(cast: Cast, client: Client, client_for: Login) -> None:
    campaign = make_campaign(cast, "nominating")
    client_for(cast.district_clerk).post(desk(campaign, "suspend/"), {"reason": "要核实一件事"})
    page = client.get(f"/best/{campaign.uid}/").content.decode()
    assert "评选暂停了" in page
    assert "要核实一件事" in page
    assert campaign.title in client.get("/best/").content.decode()


def test_the_home_offers_what_the_phase_is_about_and_costs_one_query_while_nothing_runs(
    cast: Cast, client_for: Login, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    offered = Card("给邻长投票", "最多选五位", "/best/here/", "去投票", is_main=True)
    monkeypatch.setattr(cards, "_offers", [(1, lambda user, campaign: offered if campaign.state == "voting" else None)])
    visitors = [client_for(user) for user in (cast.resident, cast.leader, cast.area_leader, cast.worker, cast.stranger)]
    for one in visitors:
        assert "/best/" not in one.get("/").content.decode()
    campaign = make_campaign(cast, "nominating")
    for one in visitors:
        page = one.get("/").content.decode()
        assert f'href="/best/{campaign.uid}/"' in page
    move_to(campaign, "voting", cast)
    for one in visitors:
        page = one.get("/").content.decode()
        assert 'href="/best/here/"' in page
        assert "给邻长投票" in page
    Campaign.objects.filter(pk=campaign.pk).update(state="awarded")
    from events.campaigns.selectors import home_card

    with django_assert_max_num_queries(1):
        assert home_card(cast.leader) is None


def test_the_main_card_comes_first_on_the_page_of_the_campaign(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = make_campaign(cast, "nominating")
    small = Card("看看候选人", "", "/best/small/", "看看")
    large = Card("提名一位邻长", "", "/best/large/", "去提名", is_main=True)
    monkeypatch.setattr(cards, "_offers", [(1, lambda *_args: small), (2, lambda *_args: large)])
    page = client.get(f"/best/{campaign.uid}/").content.decode()
    assert page.index("/best/large/") < page.index("/best/small/")


def test_the_api_gives_the_list_and_one(cast: Cast, client_for: Login) -> None:
    campaign, hidden = make_campaign(cast, "nominating", winners_count=6), draft(cast)
    client = client_for(cast.resident)
    (row,) = client.get("/api/campaigns/").json()
    assert (row["uid"], row["state"]) == (str(campaign.uid), "nominating")
    one = client.get(f"/api/campaigns/{campaign.uid}").json()
    assert one["fingerprint"] == campaign.fingerprint
    assert [phase["kind"] for phase in one["phases"]][:2] == ["nominating", "vetting"]
    assert sum(street["winners"] for street in one["quota"]) == 6
    assert client.get(f"/api/campaigns/{hidden.uid}").status_code == 404


# -- at a desk ---------------------------------------------------------------------------------------------------------


def test_a_draft_shows_its_timetable_before_it_is_kept(cast: Cast, client_for: Login) -> None:
    client, body = client_for(cast.district_clerk), written()
    assert "日程" in client.get("/console/campaigns/new/").content.decode()
    looked = client.post("/console/campaigns/new/", body | {"look": "1"}).content.decode()
    assert body["starts_at"].replace("T", " ") in looked
    assert not Campaign.objects.exists()
    kept = client.post("/console/campaigns/new/", body | {"save": "1"})
    campaign = Campaign.objects.get(uid=body["uid"])
    assert kept.headers["Location"] == desk(campaign)
    first = timezone.localtime(campaign.phases.get(kind="nominating").starts_at)
    assert f"{first:%Y-%m-%dT%H:%M}" == body["starts_at"]
    assert client.post("/console/campaigns/new/", body | {"save": "1"}).status_code == 302
    assert Campaign.objects.count() == 1


def test_a_start_in_the_past_is_refused_beside_the_field(cast: Cast, client_for: Login) -> None:
    client = client_for(cast.district_clerk)
    refused = client.post("/console/campaigns/new/", written(starts_at="2020-01-01 09:00", save="1"))
    assert refused.status_code == 422
    assert "请选以后的时间" in refused.content.decode()


@pytest.mark.parametrize("act", ["look", "save"])
def test_a_start_years_ahead_is_refused_beside_the_field(cast: Cast, client_for: Login, act: str) -> None:
    body = written(starts_at="9999-12-31 09:00") | {act: "1"}
    refused = client_for(cast.district_clerk).post("/console/campaigns/new/", body)
    assert refused.status_code == 422
    assert "两年以内" in refused.content.decode()


def test_a_draft_that_was_changed_while_it_was_looked_at_is_looked_at_again(cast: Cast, client_for: Login) -> None:
    campaign, approver = draft(cast), client_for(second_clerk(cast))
    seen = {"reference": REFERENCE, "seen": seen_on(approver, campaign)}
    body = written(uid=str(campaign.uid), title="换个名称", save="1")
    client_for(cast.district_clerk).post(desk(campaign, "edit/"), body)
    refused = approver.post(desk(campaign, "approve/"), seen)
    assert refused.status_code == 409
    told = refused.content.decode()
    assert "草稿刚刚改过" in told
    assert "换个名称" in told
    assert Campaign.objects.get().state == "draft"
    again = {"reference": REFERENCE, "seen": refused.context["approve"]["seen"].value()}
    assert approver.post(desk(campaign, "approve/"), again).status_code == 302


def seen_on(client: Client, campaign: Campaign) -> str:
    """What the page of a draft says that was looked at."""
    return str(client.get(desk(campaign)).context["approve"]["seen"].value())


def test_a_draft_that_was_put_away_stays_with_those_who_run_campaigns(
    cast: Cast, client: Client, client_for: Login
) -> None:
    campaign = draft(cast)
    client_for(cast.district_clerk).post(desk(campaign, "terminate/"), {"reason": "不办了"})
    assert Campaign.objects.get().state == "terminated"
    assert client.get(f"/best/{campaign.uid}/").status_code == 404
    assert client_for(cast.district_clerk).get(desk(campaign)).status_code == 200


def test_a_draft_can_be_changed_by_another_who_then_cannot_approve_it(cast: Cast, client_for: Login) -> None:
    campaign, client = draft(cast), client_for(second_clerk(cast))
    body = written(uid=str(campaign.uid), title="换个名称", save="1")
    assert client.post(desk(campaign, "edit/"), body).status_code == 302
    assert "换个名称" in client.get(desk(campaign)).content.decode()
    sent = {"reference": REFERENCE, "seen": seen_on(client, campaign)}
    assert client.post(desk(campaign, "approve/"), sent).status_code == 403
    assert client_for(cast.district_clerk).post(desk(campaign, "approve/"), {"reference": REFERENCE}).status_code == 422
    assert client_for(cast.district_clerk).post(desk(campaign, "approve/"), sent).status_code == 302


def test_the_history_says_who_decided_what_and_why(cast: Cast, client_for: Login) -> None:
    campaign, client = make_campaign(cast, "nominating"), client_for(cast.district_clerk)
    assert client.get(desk(campaign, "suspend/")).status_code == 200
    assert client.post(desk(campaign, "suspend/"), {"reason": ""}).status_code == 422
    assert client.post(desk(campaign, "suspend/"), {"reason": "核实一件事"}).status_code == 302
    page = client_for(cast.worker).get(desk(campaign)).content.decode()
    for words in ("核实一件事", "沈岚", "程立", REFERENCE, "到时间自动"):
        assert words in page
    assert client.post(desk(campaign, "archive/"), {"reason": "收好"}).status_code == 409


def test_rules_change_by_versions_whose_weights_are_a_hundred(cast: Cast, client_for: Login) -> None:
    campaign, client = make_campaign(cast, "approved"), client_for(cast.district_clerk)
    body = {**rules.numbers_of(rules.current_rules()), "why": "居民投票多算一些"}
    refused = client.post("/console/campaigns/rules/new/", body | {"ballot_weight": 30})
    assert refused.status_code == 422
    assert "正好是 100" in refused.content.decode()
    refused = client.post("/console/campaigns/rules/new/", body | {"panel_least": 3})
    assert "评委至少 5 位" in refused.content.decode()
    made = client.post("/console/campaigns/rules/new/", body | {"ballot_weight": 30, "panel_weight": 40})
    assert made.status_code == 302
    page = client.get(made.headers["Location"]).content.decode()
    assert "居民投票多算一些" in page
    assert "居民投票多算一些" in client.get("/console/campaigns/rules/").content.decode()
    assert Campaign.objects.get(pk=campaign.pk).rules.ballot_weight == 20


def test_staff_see_the_list_and_only_district_clerks_find_a_way_to_begin(cast: Cast, client_for: Login) -> None:
    campaign = make_campaign(cast, "nominating")
    for user, may in ((cast.worker, False), (cast.district_clerk, True)):
        page = client_for(user).get("/console/campaigns/").content.decode()
        assert campaign.title in page
        assert ("/console/campaigns/new/" in page) is may
        assert (desk(campaign, "suspend/") in client_for(user).get(desk(campaign)).content.decode()) is may
