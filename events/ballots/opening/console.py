"""The opening in the console: its table, the two who close the box, and how far the worker is."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from wagtail import hooks
from wagtail.admin import messages

from events.ballots.opening import keys_console
from events.ballots.opening import services as opening
from events.ballots.opening.keys import fingerprint_of
from events.ballots.opening.keys_console import BOXES, may_run, run_by
from events.ballots.opening.steps import table_of
from events.ballots.suspicion.matters import open_matters
from events.campaigns.models import CampaignState
from volunteers.units.console import CAMPAIGNS_MENU, ScopedMenuItem, page
from volunteers.units.rights import Right


@never_cache
@may_run
@require_GET
def opening_page(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The steps, the numbers, and the button of whoever is needed next; for htmx the table of steps alone."""
    box = run_by(request, uid)
    if getattr(request, "htmx", False):
        return render(request, "ballots/_console_opening_table.html", table_of(box))
    may_close = box.closed_at is None and box.campaign.state == CampaignState.COUNTING
    shown = table_of(box)
    asked = shown["lines"][0].step
    context = page(
        _("%(title)s：开箱") % {"title": box.campaign.title}, icon="lock-open", trail=[BOXES], **shown,
        fingerprint=fingerprint_of(box), may_close=may_close, matters=open_matters(box) if may_close else [],
        asked_by=asked.approved_by, is_asked_by_me=asked.approved_by_id == request.user.pk,
    )  # fmt: skip
    return render(request, "ballots/console_opening.html", context)


@may_run
@require_POST
def close(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Propose to close the box, or as the second person close it."""
    box = opening.close_box(box=run_by(request, uid), acting_user=request.user)
    messages.success(request, _("票箱封好了。") if box.closed_at else _("提出了，请另一位同事来确认封箱。"))
    return redirect("console_opening", uid)


@hooks.register(CAMPAIGNS_MENU)
def menu() -> ScopedMenuItem:
    """For whoever runs campaigns, and whoever keeps a key."""
    return ScopedMenuItem(
        gettext_lazy("票箱"), reverse("console_ballot_boxes"), icon_name="key", order=60, right=Right.USE_CONSOLE
    )


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    own = keys_console
    return [
        path("ballots/boxes/", own.boxes, name="console_ballot_boxes"),
        path("ballots/<uuid:uid>/keys/", own.keys_page, name="console_keys"),
        path("ballots/<uuid:uid>/keys/appoint/", own.appoint, name="console_key_appoint"),
        path("ballots/<uuid:uid>/keys/threshold/", own.threshold, name="console_key_threshold"),
        path("ballots/<uuid:uid>/keys/make/", own.make_key, name="console_key_make"),
        path("ballots/custodian/<uuid:uid>/", own.custodian_page, name="console_custodian"),
        path(
            "ballots/custodian/<uuid:uid>/again/", own.custodian_page, {"again": True}, name="console_custodian_again"
        ),
        path("ballots/custodian/<uuid:uid>/dismiss/", own.dismiss, name="console_key_dismiss"),
        path("ballots/<uuid:uid>/opening/", opening_page, name="console_opening"),
        path("ballots/<uuid:uid>/opening/close/", close, name="console_opening_close"),
    ]
