"""The panel on the phone: being asked, saying to whom one is too near, and marking candidates one by one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from events.campaigns.models import CLOSED, CampaignState, Mark, Nomination, PanelMember
from events.campaigns.nominees.facts import facts_of
from events.campaigns.panel import selectors
from events.campaigns.panel import services as panel
from events.campaigns.panel.forms import LeaveForm, MarkForm, near_of
from events.campaigns.phases import phase_of
from foundation.errors import Conflict, Invalid
from volunteers.units.rights import person_id_of


def _seats(request: HttpRequest):  # type: ignore[no-untyped-def]
    """The user's own seats: staff who run a campaign see members in the console, never from here."""
    mine = PanelMember.objects.visible_to(request.user).filter(person_id=person_id_of(request.user))
    return mine.select_related("campaign__unit", "campaign__rules")


def _seat(request: HttpRequest, uid: uuid.UUID) -> PanelMember:
    found: PanelMember = get_object_or_404(_seats(request), uid=uid)
    return found


@login_required
@require_GET
def panel_home(request: HttpRequest) -> HttpResponse:
    """To one's seat in the campaign that runs."""
    seat = _seats(request).exclude(campaign__state__in=CLOSED).sitting().order_by("-pk").first()
    if seat is None:
        return render(request, "campaigns/panel_nothing.html")
    return redirect("panel_member", seat.uid)


@never_cache
@login_required
@require_GET
def panel_member(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What is to be done next: say yes, declare, mark; then thanks."""
    seat = _seat(request, uid)
    campaign = seat.campaign
    streets = selectors.streets_of(seat) if seat.declared_at and campaign.is_in(CampaignState.PANEL) else []
    context = {
        "seat": seat,
        "campaign": campaign,
        "streets": streets,
        "left_count": sum(street.left_count for street in streets),
        "phase": phase_of(campaign, CampaignState.PANEL),
        "may_declare": campaign.is_in(*panel.FROM_NOTICE),
        "is_over": campaign.has_passed(CampaignState.PANEL) or campaign.is_in(CampaignState.TERMINATED),
    }
    return render(request, "campaigns/panel_member.html", context)


@login_required
@require_POST
def panel_accept(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """愿意."""
    panel.accept(member=_seat(request, uid), acting_user=request.user)
    return redirect("panel_member", uid)


@login_required
@require_http_methods(["GET", "POST"])
def panel_leave(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """不方便, or no longer."""
    seat = _seat(request, uid)
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        panel.leave(member=seat, reason=form.cleaned_data["reason"], acting_user=request.user)
        return redirect("panel_member", uid)
    status = 422 if form.is_bound else 200
    return render(request, "campaigns/panel_leave.html", {"seat": seat, "form": form}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def panel_declare(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """回避: a reason beside whom one is too near to; nothing beside anybody is an answer too."""
    seat = _seat(request, uid)
    streets, by_record, refusal = selectors.streets_of(seat), selectors.near_by_record(seat), ""
    if request.method == "POST":
        near = near_of(request.POST, [seen.nomination.pk for street in streets for seen in street.seen])
        try:
            panel.declare(member=seat, near=near, acting_user=request.user)
        except (Invalid, Conflict) as error:
            refusal, streets = str(error.message), selectors.as_written(streets, near, by_record)
        else:
            messages.success(request, _("记下了，谢谢您。"))
            return redirect("panel_member", uid)
    context = {"seat": seat, "streets": streets, "by_record": by_record, "refusal": refusal}
    return render(request, "campaigns/panel_declare.html", context, status=422 if refusal else 200)


def _candidate(request: HttpRequest, uid: uuid.UUID) -> tuple[PanelMember, Nomination]:
    """A candidate before oneself as a member of that panel; nobody else gets here."""
    rows = Nomination.objects.visible_to(request.user).candidates()
    nomination: Nomination = get_object_or_404(
        rows.select_related("person", "street", "neighbourhood", "appointment"), pk=uid
    )
    seat: PanelMember = get_object_or_404(_seats(request).sitting(), campaign_id=nomination.campaign_id)
    return seat, nomination


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def panel_mark(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One candidate: story, facts, and one's own mark. Saved at once; then comes the next one."""
    seat, nomination = _candidate(request, uid)
    mine = Mark.objects.filter(member=seat, nomination=nomination).first()
    sent = request.POST.copy()
    form = MarkForm(sent if request.method == "POST" else None, mark=mine)
    following = selectors.next_after(selectors.streets_of(seat), nomination.pk)
    if request.method == "POST" and form.is_valid():
        try:
            panel.give_mark(member=seat, nomination=nomination, **form.cleaned_data, acting_user=request.user)
        except Conflict as refusal:
            form.add_error(None, str(refusal.message))
            mine = Mark.objects.filter(member=seat, nomination=nomination).first()
            sent.update(form.renewed(mine))
        else:
            messages.success(request, _("记下了：%(name)s。") % {"name": nomination.person.name})
            onward = following is not None and following.pk != nomination.pk
            return redirect("panel_mark", following.pk) if onward and following else redirect("panel_member", seat.uid)
    context = {
        "seat": seat,
        "nomination": nomination,
        "form": form,
        "mine": mine,
        "facts": facts_of(nomination, public_only=True),
        "following": following if following and following.pk != nomination.pk else None,
        "refusal": panel.may_mark(seat, nomination, changing=mine is not None),
    }
    return render(request, "campaigns/panel_mark.html", context, status=422 if form.is_bound else 200)
