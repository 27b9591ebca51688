"""The roll in the console: how many of each community may vote, and the two persons who freeze it."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from wagtail import hooks
from wagtail.admin import messages

from events.ballots.models import BallotBox, RollCount, RollKind
from events.ballots.moments import BEFORE
from events.ballots.permissions import can_freeze_roll
from events.ballots.roll import entries
from events.campaigns.models import Campaign
from events.campaigns.selectors import running_campaign
from foundation.actors import Actor
from foundation.errors import Conflict
from volunteers.units.console import CAMPAIGNS_MENU, ScopedMenuItem, page, requires
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, units_where

may_keep = requires(Right.KEEP_BOX)


@dataclass(frozen=True, slots=True)
class Line:
    """One community: its voters, and its households that are asked."""

    community: Unit
    voters: int
    households: int


def lines_of(campaign: Campaign, box: BallotBox | None, user: Actor) -> list[Line]:
    """The communities where the user keeps the box, in order: as frozen, before that as it would be now."""
    communities = list(units_where(user, Right.KEEP_BOX).at(Level.COMMUNITY).order_by("path"))
    counts: Counter[tuple[int | str, str]] = Counter()
    if box is not None and box.roll_frozen_at is not None:
        rows = RollCount.objects.filter(box=box).values_list("community_id", "kind", "count")
        counts.update({(community, kind): count for community, kind, count in rows})
        return [_line(one, counts, one.pk) for one in communities]
    width = Unit.steplen * 3
    found = entries.residents_of(campaign).order_by().values_list("neighbourhood__path").annotate(n=Count("pk"))
    for unit_path, count in found:
        counts[unit_path[:width], RollKind.VOTER] += count
    return [_line(one, counts, one.path) for one in communities]


def _line(community: Unit, counts: Counter[tuple[int | str, str]], key: int | str) -> Line:
    return Line(community, counts[key, RollKind.VOTER], counts[key, RollKind.HOUSEHOLD])


def _context(campaign: Campaign | None, user: Any) -> dict[str, Any]:
    if campaign is None:
        return {"campaign": None}
    box = BallotBox.objects.filter(campaign=campaign).first()
    rows = lines_of(campaign, box, user)
    return {
        "campaign": campaign,
        "box": box,
        "rows": rows,
        "voters": sum(row.voters for row in rows),
        "households": sum(row.households for row in rows),
        "progress": entries.progress_of(box) if box and box.roll_confirmed_at and not box.roll_frozen_at else None,
        "may_freeze": can_freeze_roll(user, campaign, box) and campaign.state in BEFORE,
    }


@may_keep
@require_GET
def roll_page(request: HttpRequest) -> HttpResponse:
    """How many may vote, who agreed on the freezing, the fingerprint once it is frozen."""
    context = page(_("选民名册"), icon="group", **_context(running_campaign(), request.user))
    return render(request, "ballots/roll_console.html", context)


@may_keep
@require_POST
def roll_freeze(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Propose, or as the second person confirm."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user).select_related("unit"), uid=uid)
    try:
        box = entries.freeze_roll(campaign=campaign, acting_user=request.user)
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
    else:
        words = _("两个人都定了，到投票开始时冻结。") if box.roll_confirmed_at else _("提出了，请另一位同事来确认。")
        messages.success(request, words)
    return redirect("console_roll")


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        path("ballots/roll/", roll_page, name="console_roll"),
        path("ballots/roll/<uuid:uid>/freeze/", roll_freeze, name="console_roll_freeze"),
    ]


@hooks.register(CAMPAIGNS_MENU)
def roll_item() -> ScopedMenuItem:
    """In the side menu."""
    url, label = reverse("console_roll"), gettext_lazy("选民名册")
    return ScopedMenuItem(label, url, name="console_roll", icon_name="group", order=40, right=Right.KEEP_BOX)
