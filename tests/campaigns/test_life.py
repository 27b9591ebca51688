"""A campaign lives by the clock, from the draft to the archive; what people decide has a reason and a name."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from events.campaigns import news, phases, rules, services
from events.campaigns.models import PHASES, Campaign, CampaignState, Nomination, StreetQuota, Transition
from foundation import clock
from foundation.errors import Conflict, Denied, Invalid
from foundation.models import AuditEntry, Notification
from foundation.streams import person_key, unit_key
from tests.campaigns.making import (
    REFERENCE,
    box_is_ready,
    draft,
    end_phase,
    make_campaign,
    move_to,
    second_clerk,
    stand_in_phase,
)
from tests.cast import Cast, person_of

HOUR = dt.timedelta(hours=1)


def states(campaign: Campaign) -> list[str]:
    return list(Transition.objects.filter(campaign=campaign).order_by("at").values_list("to_state", flat=True))


def told(key: str) -> list[str]:
    rows = Notification.objects.filter(stream_key=key, kind=news.KIND).order_by("seq")
    return [one.payload["title"] for one in rows]


def nominee(campaign: Campaign, cast: Cast) -> Nomination:
    appointment = person_of(cast.leader).appointments.get()
    return Nomination.objects.create(
        uid=uuid.uuid4(), campaign=campaign, person=person_of(cast.leader), appointment=appointment,
        neighbourhood=cast.neighbourhood, street=cast.street, kind="resident", why="热心",
    )  # fmt: skip


# -- the whole way -----------------------------------------------------------------------------------------------------


def test_goes_through_all_phases_by_the_clock_and_is_awarded_and_archived_by_people(cast: Cast) -> None:
    campaign = make_campaign(cast, "archived")
    assert campaign.state == "archived"
    assert states(campaign) == ["approved", *PHASES, "awarded", "archived"]
    by = dict(Transition.objects.filter(campaign=campaign).values_list("to_state", "by"))
    assert {by[state] for state in PHASES} == {None}
    assert by["approved"] == second_clerk(cast).pk
    assert by["awarded"] == cast.district_clerk.pk
    acts = set(AuditEntry.objects.filter(object_type="campaigns.campaign").values_list("act", flat=True))
    assert {"campaign.draft", "campaign.approve", "campaign.advance", "campaign.award", "campaign.archive"} <= acts
    begins, opens, result = told(unit_key(cast.district.pk))
    assert "提名" in begins
    assert "投票" in opens
    assert "结果" in result


def test_the_district_is_told_in_its_own_language_whoever_is_at_the_desk(cast: Cast) -> None:
    campaign = make_campaign(cast, "approved")
    stand_in_phase(campaign, "nominating")
    services.advance(campaign)
    entry = Notification.objects.get(stream_key=unit_key(cast.district.pk), kind=news.KIND)
    assert entry.payload["url"] == f"/best/{campaign.uid}/"
    assert "都可以提名" in entry.payload["body"]


# -- two people, and nothing changes afterwards ------------------------------------------------------------------------


def test_whoever_wrote_a_draft_cannot_approve_it_and_whoever_changes_it_has_written_it(cast: Cast) -> None:
    campaign, other = draft(cast), second_clerk(cast)
    with pytest.raises(Denied, match="另一位同事"):
        services.approve_campaign(campaign=campaign, reference=REFERENCE, acting_user=cast.district_clerk)
    body = services.Draft("最美邻长", "", campaign.rules, clock.now() + 3 * 24 * HOUR)
    services.change_draft(campaign=campaign, draft=body, acting_user=other)
    with pytest.raises(Denied, match="另一位同事"):
        services.approve_campaign(campaign=campaign, reference=REFERENCE, acting_user=other)
    services.approve_campaign(campaign=campaign, reference=REFERENCE, acting_user=cast.district_clerk)


def test_without_a_reference_it_never_leaves_the_draft(cast: Cast) -> None:
    campaign = draft(cast)
    with pytest.raises(Invalid):
        services.approve_campaign(campaign=campaign, reference="  ", acting_user=second_clerk(cast))
    stand_in_phase(campaign, "nominating")
    assert services.advance(campaign).state == "draft"
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(state="nominating")


def test_the_approval_is_refused_once_the_start_has_passed(cast: Cast) -> None:
    campaign = draft(cast)
    stand_in_phase(campaign, "nominating")
    with pytest.raises(Conflict, match="已经过了"):
        services.approve_campaign(campaign=campaign, reference=REFERENCE, acting_user=second_clerk(cast))


def test_a_second_campaign_waits_for_the_first(cast: Cast) -> None:
    make_campaign(cast, "approved")
    other = draft(cast)
    with pytest.raises(Conflict, match="已经有一场"):
        services.approve_campaign(campaign=other, reference=REFERENCE, acting_user=second_clerk(cast))
    assert Campaign.objects.get(pk=other.pk).state == "draft"


def test_only_district_clerks_run_campaigns(cast: Cast) -> None:
    campaign = make_campaign(cast, "approved")
    for user in (cast.street_clerk, cast.worker, cast.area_leader, cast.resident):
        with pytest.raises(Denied):
            services.suspend_campaign(campaign=campaign, reason="停一停", acting_user=user)


def test_the_same_draft_twice_is_one_and_another_body_is_refused(cast: Cast) -> None:
    campaign = draft(cast)
    starts = campaign.phases.get(kind="nominating").starts_at
    same = services.Draft(campaign.title, campaign.about, campaign.rules, starts)
    values: dict[str, Any] = {"uid": campaign.uid, "unit": cast.district, "acting_user": cast.district_clerk}
    assert services.draft_campaign(draft=same, **values).pk == campaign.pk
    with pytest.raises(Invalid):
        services.draft_campaign(draft=services.Draft("别的", "", campaign.rules, starts), **values)
    assert Campaign.objects.count() == 1


@pytest.mark.everywhere
def test_what_was_approved_is_frozen_in_the_service_and_in_the_database(cast: Cast) -> None:
    campaign = make_campaign(cast, "approved")
    body = services.Draft("别的", "", campaign.rules, clock.now() + 3 * 24 * HOUR)
    with pytest.raises(Conflict):
        services.change_draft(campaign=campaign, draft=body, acting_user=cast.district_clerk)
    newer = rules.add_rules(why="另一版", winners_count=7, acting_user=cast.district_clerk)
    changes = (
        {"rules": newer},
        {"approval_reference": "别的"},
        {"charter": "{}"},
        {"fingerprint": "1" * 64},
        {"title": "别"},
    )
    for values in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            Campaign.objects.filter(pk=campaign.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        StreetQuota.objects.filter(campaign=campaign).update(winners_count=1)
    StreetQuota.objects.filter(campaign=campaign).update(electorate_count=9)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(newer).objects.filter(pk=newer.pk).update(winners_count=8)


def test_everybody_can_compute_the_fingerprint_from_what_was_approved(cast: Cast, client: Client) -> None:
    campaign = make_campaign(cast, "approved", winners_count=9)
    text = client.get(f"/best/{campaign.uid}/charter.json").content
    assert hashlib.sha256(text).hexdigest() == campaign.fingerprint
    assert campaign.fingerprint in client.get(f"/best/{campaign.uid}/").content.decode()
    told = json.loads(text)
    assert told["approval_reference"] == REFERENCE
    assert told["rules"]["winners_count"] == sum(one["winners"] for one in told["quota"]) == 9
    assert [one["phase"] for one in told["timetable"]] == [str(one) for one in PHASES]


# -- the clock ---------------------------------------------------------------------------------------------------------


def test_nothing_moves_before_its_time_and_an_hour_late_is_soon_enough(cast: Cast) -> None:
    campaign = make_campaign(cast, "approved")
    begins = campaign.phases.get(kind="nominating").starts_at
    assert services.advance(campaign, at=begins - dt.timedelta(seconds=1)).state == "approved"
    assert services.advance(campaign, at=begins).state == "nominating"
    assert services.advance(campaign, at=begins + HOUR).state == "nominating"
    assert states(campaign).count("nominating") == 1


def test_workers_that_were_away_for_weeks_take_nothing_from_any_phase(cast: Cast) -> None:
    campaign = make_campaign(cast, "approved")
    back = campaign.phases.get(kind="voting").ends_at + 9 * 24 * HOUR
    late = services.advance(campaign, at=back)
    assert states(campaign) == ["approved", "nominating"]
    nominating = late.phases.get(kind="nominating")
    assert (nominating.starts_at, nominating.ends_at - back) == (back, 14 * 24 * HOUR)
    for step in PHASES[1:4]:
        late = services.advance(late, at=late.phases.get(kind=step).starts_at + dt.timedelta(seconds=20))
        if step == CampaignState.NOTICE:
            box_is_ready(late, cast)
    assert late.state == "voting"
    slot = late.phases.get(kind="voting")
    assert slot.ends_at - slot.starts_at == 7 * 24 * HOUR
    assert "晚了一些" in Transition.objects.get(campaign=campaign, to_state="nominating").reason
    assert Transition.objects.get(campaign=campaign, to_state="voting").reason == ""


def test_a_phase_is_over_at_its_end_even_if_nobody_has_moved_it(cast: Cast) -> None:
    campaign = make_campaign(cast, "nominating")
    assert phases.is_open(campaign, CampaignState.NOMINATING)
    assert not phases.is_open(campaign, CampaignState.VOTING)
    end_phase(campaign, "nominating")
    assert campaign.state == "nominating"
    assert not phases.is_open(campaign, CampaignState.NOMINATING)


def test_a_gate_keeps_it_waiting_staff_read_why_and_voting_gets_its_seven_days(
    cast: Cast, client_for: Callable[..., Client]
) -> None:
    campaign = make_campaign(cast, "notice")
    stand_in_phase(campaign, "voting", since=5 * HOUR)
    opens, panel = (campaign.phases.get(kind=kind).starts_at for kind in ("voting", "panel"))
    waiting = services.advance(campaign)
    assert waiting.state == "notice"
    assert waiting.held_since == opens
    desk = client_for(cast.district_clerk).get(f"/console/campaigns/{campaign.uid}/").content.decode()
    assert "名册" in desk
    assert "还在等" in desk
    box_is_ready(campaign, cast)
    open_now = services.advance(waiting)
    assert open_now.state == "voting"
    assert open_now.held_since is None
    slot = open_now.phases.get(kind="voting")
    assert slot.ends_at - slot.starts_at == 7 * 24 * HOUR
    late = slot.starts_at - opens
    assert 5 * HOUR <= late < 6 * HOUR
    assert open_now.phases.get(kind="panel").starts_at - panel == late
    assert "顺延" in Transition.objects.get(campaign=campaign, to_state="voting").reason


def test_a_hook_that_fails_leaves_it_where_it_was(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = make_campaign(cast, "approved")
    stand_in_phase(campaign, "nominating")

    def fails(_campaign: Campaign) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as patch:
        patch.setitem(phases._hooks, CampaignState.NOMINATING, [fails])
        with pytest.raises(RuntimeError):
            services.advance(campaign)
    assert states(campaign) == ["approved"]
    slot = services.advance(campaign).phases.get(kind="nominating")
    assert slot.ends_at - slot.starts_at == 14 * 24 * HOUR
    assert clock.now() - slot.starts_at < HOUR / 60, "it begins now, not when it should have"


# -- suspended, resumed, ended -----------------------------------------------------------------------------------------


def test_a_pause_moves_what_is_still_to_come_by_its_length(cast: Cast) -> None:
    campaign = make_campaign(cast, "nominating")
    nomination = nominee(campaign, cast)
    services.suspend_campaign(campaign=campaign, reason="要核实一件事", acting_user=cast.district_clerk)
    Campaign.objects.filter(pk=campaign.pk).update(suspended_at=clock.now() - 50 * HOUR)
    before = {one.kind: one for one in campaign.phases.all()}
    paused = Campaign.objects.get(pk=campaign.pk)
    assert not phases.is_open(paused, CampaignState.NOMINATING)
    assert services.advance(paused, at=before["voting"].ends_at).state == "suspended"
    services.resume_campaign(campaign=paused, reason="核实好了", acting_user=second_clerk(cast))
    after = {one.kind: one for one in Campaign.objects.get(pk=campaign.pk).phases.all()}
    assert after["nominating"].starts_at == before["nominating"].starts_at
    assert abs(after["nominating"].ends_at - before["nominating"].ends_at - 50 * HOUR) < HOUR / 60
    assert abs(after["vetting"].starts_at - before["vetting"].starts_at - 50 * HOUR) < HOUR / 60
    assert all(after[kind].ends_at > before[kind].ends_at + 49 * HOUR for kind in PHASES)
    assert states(campaign) == ["approved", "nominating", "suspended", "nominating"]
    titles = told(person_key(nomination.person_id))
    assert ["暂停" in titles[0], "继续" in titles[1]] == [True, True]
    assert len(told(unit_key(cast.district.pk))) == 1, "nominating is not announced a second time"


def test_a_terminated_campaign_is_over_for_good(cast: Cast) -> None:
    campaign = make_campaign(cast, "nominating")
    nomination = nominee(campaign, cast)
    ended = services.terminate_campaign(campaign=campaign, reason="改到明年", acting_user=cast.district_clerk)
    assert services.advance(ended, at=clock.now() + 999 * 24 * HOUR).state == "terminated"
    with pytest.raises(Conflict):
        services.resume_campaign(campaign=ended, reason="还是办", acting_user=cast.district_clerk)
    assert "终止" in told(person_key(nomination.person_id))[0]
    assert AuditEntry.objects.get(act="campaign.terminate").reason == "改到明年"


@pytest.mark.parametrize("act", ["suspend_campaign", "terminate_campaign"])
def test_a_decision_needs_a_reason(cast: Cast, act: str) -> None:
    campaign = make_campaign(cast, "approved")
    for reason in ("  ", "长" * 201):
        with pytest.raises(Invalid):
            getattr(services, act)(campaign=campaign, reason=reason, acting_user=cast.district_clerk)


def test_whoever_approved_it_does_not_award_it(cast: Cast, client_for: Callable[..., Client]) -> None:
    campaign, approver = make_campaign(cast, "winners_notice"), second_clerk(cast)
    end_phase(campaign, "winners_notice")
    with pytest.raises(Denied, match="另一位同事"):
        services.award_campaign(campaign=campaign, reason="好", acting_user=approver)
    award, page = f"/console/campaigns/{campaign.uid}/award/", f"/console/campaigns/{campaign.uid}/"
    theirs = client_for(approver).get(page).content.decode()
    assert award not in theirs
    assert "请另一位同事来点" in theirs
    assert award in client_for(cast.district_clerk).get(page).content.decode()


def test_the_award_waits_for_the_end_of_the_winners_notice(cast: Cast) -> None:
    campaign = make_campaign(cast, "winners_notice")
    with pytest.raises(Conflict, match="公示到"):
        services.award_campaign(campaign=campaign, reason="早一点", acting_user=cast.district_clerk)
    end_phase(campaign, "winners_notice")
    assert services.award_campaign(campaign=campaign, reason="好", acting_user=cast.district_clerk).state == "awarded"
    assert move_to(Campaign.objects.get(pk=campaign.pk), "archived", cast).state == "archived"


def test_an_archived_campaign_leaves_room_for_the_next_year(cast: Cast) -> None:
    make_campaign(cast, "archived")
    assert make_campaign(cast, "nominating").state == "nominating"
