"""The one campaign of the district that nominates, the same for every unit, and a draft for each."""

from __future__ import annotations

import datetime as dt
import uuid

from events.campaigns.models import Campaign, CampaignState
from events.campaigns.rules import current_rules
from events.campaigns.services import Draft, draft_campaign
from foundation import clock
from foundation.actors import SYSTEM
from tests.campaigns.making import stand_in_phase
from tests.permissions.world import World
from volunteers.units.models import Level, Unit


def _draft(unit: Unit) -> Campaign:
    district = Unit.objects.get(path=unit.path_at(Level.DISTRICT))
    body = Draft("最美邻长", "", current_rules(), clock.now() + dt.timedelta(days=3))
    return draft_campaign(uid=uuid.uuid4(), unit=district, draft=body, acting_user=SYSTEM)


def campaign_of(world: World, unit: Unit) -> Campaign:
    """The running campaign of the world, made when it is first asked for; in its nominating."""
    if ("campaign", "") not in world.things:
        made, now = _draft(unit), clock.now()
        values = {"approval_reference": "云民发〔2026〕1号", "fingerprint": "0" * 64, "approved_at": now}
        Campaign.objects.filter(pk=made.pk).update(state=CampaignState.NOMINATING, charter="{}", **values)
        stand_in_phase(made, CampaignState.NOMINATING)
        world.things["campaign", ""] = Campaign.objects.get(pk=made.pk)
    campaign: Campaign = world.things["campaign", ""]
    return campaign


def add(world: World, name: str, unit: Unit) -> None:
    """Both."""
    world.things["campaign", name] = campaign_of(world, unit)
    world.things["draft_campaign", name] = _draft(unit)
