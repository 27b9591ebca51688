"""The result on the phone and on paper: winners by street and name, one's own in private, posters, a link to share.

Nobody, staff included, sees any of it before the winners' notice begins.
"""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from events.campaigns.models import Campaign
from events.results import poster, selectors, services
from events.results.models import Outcome
from events.results.publishing import bytes_to_fetch
from events.results.querysets import is_told
from volunteers.homes.signs import base_of
from volunteers.units.rights import person_id_of


def _campaign(request: HttpRequest, uid: uuid.UUID) -> Campaign:
    """A campaign whose result is told."""
    rows = Campaign.objects.visible_to(request.user).filter(is_told())
    campaign: Campaign = get_object_or_404(rows.whole(), uid=uid)
    return campaign


def _winner(request: HttpRequest, uid: uuid.UUID) -> Outcome:
    """Somebody who was chosen."""
    rows = Outcome.objects.visible_to(request.user).winners().select_related("campaign__unit", "campaign__rules")
    outcome: Outcome = get_object_or_404(rows, pk=uid)
    return outcome


@require_GET
def result(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Everybody who was chosen, by street and name, and how many voted."""
    campaign = _campaign(request, uid)
    whole, streets = selectors.turnout_of(campaign)
    mine = Outcome.objects.visible_to(request.user).filter(nomination__person_id=person_id_of(request.user))
    context = {
        "campaign": campaign,
        "streets": selectors.winners_by_street(campaign, request.user),
        "turnout": whole,
        "by_street": streets,
        "is_mine": mine.filter(campaign=campaign).exists(),
        "publication_bytes": bytes_to_fetch(campaign),
    }
    return render(request, "results/result.html", context)


@require_GET
def winner(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One winner: the story, and the score down to the ballots, answers and marks."""
    outcome = _winner(request, uid)
    context = {
        "one": selectors.opened(outcome),
        "nomination": outcome.nomination,
        "home": selectors.home_of(outcome),
        "campaign": outcome.campaign,
        "certificate": services.certificate_of(outcome.nomination),
    }
    return render(request, "results/winner.html", context)


@never_cache
@login_required
@require_GET
def result_mine(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A candidate's own result, chosen or not: for nobody else."""
    campaign = _campaign(request, uid)
    mine = Outcome.objects.visible_to(request.user).filter(nomination__person_id=person_id_of(request.user))
    rows = mine.select_related("nomination__street", "campaign__rules")
    outcome = get_object_or_404(rows, campaign=campaign)
    context = {"one": selectors.opened(outcome), "nomination": outcome.nomination, "campaign": campaign}
    return render(request, "results/mine.html", context)


@require_GET
def result_poster(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """All winners on a sheet of A4 or A3."""
    campaign = _campaign(request, uid)
    address = f"{base_of(request)}{reverse('result', args=[campaign.uid])}"
    context = {
        "campaign": campaign,
        "streets": selectors.winners_by_street(campaign, request.user),
        "sheet": poster.sheet_of(request.GET.get("paper", ""), address),
        "back": reverse("result", args=[campaign.uid]),
    }
    return render(request, "results/poster_all.html", context)


@require_GET
def winner_poster(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One winner on a sheet of A4 or A3."""
    outcome = _winner(request, uid)
    address = f"{base_of(request)}{reverse('result_winner', args=[outcome.pk])}"
    context = {
        "nomination": outcome.nomination,
        "home": selectors.home_of(outcome),
        "campaign": outcome.campaign,
        "sheet": poster.sheet_of(request.GET.get("paper", ""), address),
        "back": reverse("result_winner", args=[outcome.pk]),
    }
    return render(request, "results/poster.html", context)


@require_GET
def result_share(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The plain link of a result; nothing is counted, nothing is given for it."""
    campaign = _campaign(request, uid)
    return _share(request, campaign.title, reverse("result", args=[campaign.uid]))


@require_GET
def winner_share(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The plain link of a winner's page."""
    outcome = _winner(request, uid)
    title = _("%(name)s，最美邻长") % {"name": outcome.nomination.person.name}
    return _share(request, title, reverse("result_winner", args=[outcome.pk]))


def _share(request: HttpRequest, title: str, path: str) -> HttpResponse:
    address = f"{base_of(request)}{path}"
    context = {"title": title, "address": address, "back": path, "sheet": poster.sheet_of("", address)}
    return render(request, "results/share.html", context)
