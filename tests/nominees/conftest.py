"""Shared by the tests of nominees."""

from __future__ import annotations

import pytest

from events.campaigns.models import Campaign, Nomination
from tests.campaigns.making import make_campaign, move_to
from tests.cast import Cast
from tests.nominees.making import agreed, neighbour, passed, seconded


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    """In the phase of nominating."""
    return make_campaign(cast, "nominating")


@pytest.fixture
def candidate(cast: Cast, campaign: Campaign) -> Nomination:
    """周桂兰, all the way to the candidates' notice."""
    row = seconded(agreed(campaign, cast.leader, neighbour(cast.neighbourhood)))
    move_to(campaign, "vetting", cast)
    passed(row, cast)
    move_to(Campaign.objects.get(pk=campaign.pk), "notice", cast)
    row.refresh_from_db()
    return row
