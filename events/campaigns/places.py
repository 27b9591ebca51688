"""How streets and communities are called in what is published of a campaign, whatever they are called afterwards:
streets as in the charter, communities as voting opened.
"""

from __future__ import annotations

import json

from events.campaigns.models import Campaign, CampaignState
from events.campaigns.phases import entering
from volunteers.units.models import Level, Unit


@entering(CampaignState.VOTING)
def keep_names(campaign: Campaign) -> None:
    """Kept as voting opens, since a community may be renamed before the last edition is published."""
    rows = Unit.objects.under(campaign.unit).at(Level.COMMUNITY)
    campaign.place_names = {str(pk): name for pk, name in rows.values_list("pk", "name")}
    Campaign.objects.filter(pk=campaign.pk).update(place_names=campaign.place_names)


def names_then(campaign: Campaign) -> dict[int, str]:
    """By the key of the unit; what is not in it has the name of today. The charter names streets in the order in which
    their places were written.
    """
    found = {int(pk): name for pk, name in (campaign.place_names or {}).items()}
    if campaign.charter:
        named = [street["street"] for street in json.loads(campaign.charter)["quota"]]
        found |= zip(campaign.quotas.order_by("pk").values_list("street_id", flat=True), named, strict=True)
    return found
