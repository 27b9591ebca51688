"""Turnout, growth of the roll, and the auditor's sample in the console. Numbers of units; persons on one list only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from wagtail import hooks

from events.ballots.roll import turnout
from events.ballots.suspicion import sampling
from events.ballots.suspicion.forms import SampleForm
from events.ballots.suspicion.matters import newest_box
from foundation.errors import Conflict, Invalid
from volunteers.orgs.console_forms import take_refusal
from volunteers.units.console import CAMPAIGNS_MENU, ScopedMenuItem, page, requires
from volunteers.units.rights import Right


@requires(Right.SEE_TURNOUT)
@require_GET
def turnout_page(request: HttpRequest) -> HttpResponse:
    """How many have voted, by street and community."""
    box = newest_box()
    context = page(
        _("投票人数"), icon="group", box=box,
        streets=turnout.turnout_of(box, request.user) if box else [],
        least=box.campaign.rules.hidden_below if box else 0,
    )  # fmt: skip
    return render(request, "ballots/console_turnout.html", context)


@requires(Right.KEEP_BOX)
@require_GET
def growth_page(request: HttpRequest) -> HttpResponse:
    """Where the roll grew fast before it was frozen."""
    box = newest_box()
    rows = turnout.growth_of(box, request.user) if box else []
    context = page(_("名册增长"), icon="history", box=box, rows=rows, fast=sum(row.is_fast for row in rows))
    return render(request, "ballots/console_turnout_growth.html", context)


@never_cache
@requires(Right.SEE_AUDIT)
@require_http_methods(["GET", "POST"])
def sampling_page(request: HttpRequest) -> HttpResponse:
    """Ask for a sample; the answer is the list to print. Nothing is stored but that it was drawn."""
    box = newest_box()
    form = SampleForm(request.POST or None)
    if box is not None and form.is_bound and form.is_valid():
        try:
            sample = sampling.draw_sample(box=box, **form.cleaned_data, acting_user=request.user)
        except (Conflict, Invalid) as refusal:
            take_refusal(form, refusal)
        else:
            context = page(_("抽查名单"), icon="doc-full-inverse", sample=sample, box=box)
            return render(request, "ballots/sampling_list.html", context)
    context = page(_("抽查投过票的人"), icon="doc-full-inverse", form=form, box=box)
    return render(request, "ballots/sampling.html", context, status=422 if form.is_bound else 200)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        path("ballots/turnout/", turnout_page, name="console_turnout"),
        path("ballots/growth/", growth_page, name="console_growth"),
        path("ballots/sampling/", sampling_page, name="console_sampling"),
    ]


def _item(label: object, name: str, icon: str, order: int, right: Right) -> ScopedMenuItem:
    return ScopedMenuItem(label, reverse(f"console_{name}"), name=name, icon_name=icon, order=order, right=right)


@hooks.register(CAMPAIGNS_MENU)
def turnout_item() -> ScopedMenuItem:
    """In the side menu."""
    return _item(gettext_lazy("投票人数"), "turnout", "group", 58, Right.SEE_TURNOUT)


@hooks.register(CAMPAIGNS_MENU)
def growth_item() -> ScopedMenuItem:
    """In the side menu."""
    return _item(gettext_lazy("名册增长"), "growth", "history", 64, Right.KEEP_BOX)


@hooks.register(CAMPAIGNS_MENU)
def sampling_item() -> ScopedMenuItem:
    """In the side menu."""
    return _item(gettext_lazy("抽查投过票的人"), "sampling", "doc-full-inverse", 66, Right.SEE_AUDIT)
