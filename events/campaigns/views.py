"""What everybody can read of campaigns on a phone."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from events.campaigns import selectors
from events.campaigns.cards import cards_of
from events.campaigns.models import CLOSED, Campaign, CampaignState


@require_GET
def campaign_list(request: HttpRequest) -> HttpResponse:
    """The one that runs, and former ones."""
    seen = Campaign.objects.visible_to(request.user).filter(approved_at__isnull=False)
    rows = list(seen.prefetch_related("phases").order_by("-approved_at", "-pk"))
    over = {*CLOSED, CampaignState.AWARDED}
    running = [(one, selectors.stands_at(one)) for one in rows if one.state not in over]
    return render(
        request, "campaigns/list.html", {"running": running, "former": [one for one in rows if one.state in over]}
    )


@require_GET
def campaign_page(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What it is, where it stands, what one can do now, by which rules."""
    campaign = selectors.campaign_of(request.user, uid)
    stopped = campaign.is_in(CampaignState.SUSPENDED, CampaignState.TERMINATED)
    context = {
        "campaign": campaign,
        "rules": campaign.rules,
        "stands_at": selectors.stands_at(campaign),
        "way": selectors.way_of(campaign),
        "stopped": selectors.latest_reason(campaign) if stopped else "",
        "cards": cards_of(request.user, campaign),
        "quota": selectors.quota_around(request.user, campaign),
        "places": selectors.places_of(campaign),
    }
    return render(request, "campaigns/campaign.html", context)


@require_GET
def campaign_charter(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What was approved, byte for byte; its SHA-256 is the fingerprint on the page."""
    campaign = selectors.campaign_of(request.user, uid)
    return HttpResponse(campaign.charter, content_type="application/json; charset=utf-8")
