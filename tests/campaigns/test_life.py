"""A campaign lives by the clock, from the draft to the archive."""

from __future__ import annotations

import datetime as dt

import pytest

from events.campaigns import services
from events.campaigns.models import PHASES, Campaign, CampaignState, Transition
from foundation import clock
from foundation.errors import Conflict, Denied, Invalid
from tests.campaigns.making import REFERENCE, draft, make_campaign, move_to, second_clerk
from tests.cast import Cast


def states(campaign: Campaign) -> list[str]:
    return list(Transition.objects.filter(campaign=campaign).order_by("at").values_list("to_state", flat=True))


def test_goes_through_all_phases_by_the_clock_and_is_awarded_and_archived_by_people(cast: Cast) -> None:
    campaign = make_campaign(cast, "archived")
    assert campaign.state == "archived"
    assert states(campaign) == ["approved", *PHASES, "awarded", "archived"]
    by = dict(Transition.objects.filter(campaign=campaign).values_list("to_state", "by"))
    assert by["voting"] is None
    assert by["approved"] == second_clerk(cast).pk
    assert by["awarded"] == cast.district_clerk.pk
