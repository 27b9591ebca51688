"""Two workers, two clerks, at once: one of them moves it, and everything is written once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from events.campaigns import services
from events.campaigns.calendar import timetable
from events.campaigns.models import Campaign, StreetQuota, Transition
from events.campaigns.rules import add_rules, versions
from foundation import clock
from foundation.errors import Refused
from foundation.models import AuditEntry, Notification
from tests.campaigns.making import REFERENCE, clerk_of, draft, make_campaign, second_clerk, stand_in_phase
from tests.cast import Cast
from volunteers.units.models import Role

pytestmark = pytest.mark.postgres


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each gave, refusals as they are."""
    barrier, gave = threading.Barrier(len(calls)), list[object]()

    def run(call: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            gave.append(call())
        except Refused as refusal:
            gave.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(gave) == len(calls)
    return gave


def test_four_workers_move_it_once_and_put_it_off_once(committed_cast: Cast) -> None:
    campaign = make_campaign(committed_cast, "approved")
    stand_in_phase(campaign, "notice")
    length = timetable(campaign.rules, clock.now())[0].ends_at - clock.now()
    at_once(*[lambda: services.advance(campaign)] * 4)
    assert Campaign.objects.get(pk=campaign.pk).state == "nominating"
    states = Transition.objects.filter(campaign=campaign).order_by("at").values_list("to_state", flat=True)
    assert list(states) == ["approved", "nominating"]
    left = campaign.phases.get(kind="nominating").ends_at - clock.now()
    assert abs(length - left).total_seconds() < 60
    assert AuditEntry.objects.filter(act="campaign.advance").count() == 1
    assert Notification.objects.filter(kind="campaign").count() == 1


def test_two_approvals_at_once_are_one(committed_cast: Cast) -> None:
    campaign = draft(committed_cast, winners_count=4)
    clerks = [second_clerk(committed_cast), clerk_of(committed_cast.district, Role.DISTRICT_CLERK, "第三位")]
    gave = at_once(
        *[
            lambda clerk=clerk: services.approve_campaign(campaign=campaign, reference=REFERENCE, acting_user=clerk)
            for clerk in clerks
        ]
    )
    assert sum(isinstance(one, Campaign) for one in gave) == 1
    assert StreetQuota.objects.filter(campaign=campaign).count() == 2
    assert Transition.objects.filter(campaign=campaign).count() == 1


def test_two_campaigns_approved_at_once_leave_one_running(committed_cast: Cast) -> None:
    drafts, clerk = [draft(committed_cast), draft(committed_cast)], second_clerk(committed_cast)
    gave = at_once(
        *[
            lambda one=one: services.approve_campaign(campaign=one, reference=REFERENCE, acting_user=clerk)
            for one in drafts
        ]
    )
    assert sum(isinstance(one, Campaign) for one in gave) == 1
    assert sorted(Campaign.objects.values_list("state", flat=True)) == ["approved", "draft"]


def test_suspended_at_the_instant_at_which_the_clock_would_move_it(committed_cast: Cast) -> None:
    campaign = make_campaign(committed_cast, "approved")
    stand_in_phase(campaign, "nominating")
    clerk = committed_cast.district_clerk
    at_once(
        lambda: services.advance(campaign),
        lambda: services.suspend_campaign(campaign=campaign, reason="停一停", acting_user=clerk),
    )
    found = Campaign.objects.get(pk=campaign.pk)
    assert found.state == "suspended"
    assert found.suspended_from in {"approved", "nominating"}
    resumed = services.resume_campaign(campaign=found, reason="继续", acting_user=clerk)
    assert services.advance(resumed).state == "nominating"


def test_two_new_versions_of_the_rules_at_once_have_two_numbers_or_one_is_refused(committed_cast: Cast) -> None:
    add_rules(why="第一版以后", winners_count=50, acting_user=committed_cast.district_clerk)
    gave = at_once(
        *[
            lambda n=n: add_rules(why=f"改成{n}", winners_count=n, acting_user=committed_cast.district_clerk)
            for n in (60, 70)
        ]
    )
    made = [one for one in gave if not isinstance(one, Refused)]
    numbers = list(versions().values_list("number", flat=True))
    assert len(set(numbers)) == len(numbers) == 2 + len(made)
