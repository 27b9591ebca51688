"""Pages of the package for leaders."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import Conflict
from foundation.middleware import wants_json
from frontend import qr
from rewards.benefits import codes, entitlements, offers, selectors
from rewards.benefits.entitled import benefits_of
from rewards.benefits.forms import RefusalForm
from rewards.benefits.models import Benefit, Entitlement
from rewards.benefits.periods import uses_left
from rewards.benefits.permissions import can_print_for_somebody
from rewards.points.selectors import balance_of
from volunteers.units.rights import person_id_of

SHELVES = {"mine": selectors.by_kind, "near": selectors.by_nearness, "new": selectors.newest}


def _benefit(request: HttpRequest, uid: uuid.UUID) -> Benefit:
    benefit: Benefit = get_object_or_404(benefits_of(request.user), uid=uid)
    return benefit


def symbol_of(text: str) -> SafeString:
    """The QR code that a shop scans, with words for those who do not see it."""
    return qr.drawn(text, _("二维码，给店员扫；扫不上就念下面的数字"))


@login_required
@require_GET
def benefit_list(request: HttpRequest) -> HttpResponse:
    """What I have, what is near, what is new: three views of the same tickets."""
    show = request.GET.get("show", "mine")
    show = show if show in SHELVES else "mine"
    tickets = selectors.tickets_of(request.user)
    context = {
        "show": show,
        "shelves": SHELVES[show](tickets),
        "has_any": bool(tickets),
        "new_count": sum(ticket.is_new for ticket in tickets),
        "until": max((ticket.ends_on for ticket in tickets), default=None),
        "points": balance_of(person_id_of(request.user)),
        "may_print": can_print_for_somebody(request.user),
    }
    return render(request, "benefits/benefit_list.html", context)


@login_required
@require_GET
def benefit_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """How one benefit is used, where and until when."""
    benefit = _benefit(request, uid)
    ticket = next(t for t in selectors.tickets_of(request.user) if t.uid == uid)
    mine = Entitlement.objects.filter(benefit=benefit, person_id=person_id_of(request.user)).first()
    context: dict[str, Any] = {
        "benefit": benefit,
        "ticket": ticket,
        "uses": selectors.my_uses(request.user, benefit, limit=12),
        "may_give_back": bool(benefit.places and mine and entitlements.can_give_back(mine)),
    }
    return render(request, "benefits/benefit_detail.html", context)


@login_required
@require_POST
def benefit_claim(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take a place, or join the line."""
    row = entitlements.claim(benefit=_benefit(request, uid), acting_user=request.user)
    return redirect(reverse("benefit_detail", args=[uid]) + f"?now={row.state}")


@login_required
@require_POST
def benefit_give_back(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Leave the line, or let the next one have the place."""
    row = entitlements.give_back(benefit=_benefit(request, uid), acting_user=request.user)
    return redirect(reverse("benefit_detail", args=[uid]) + f"?now={row.state}")


@login_required
@require_GET
def benefit_history(request: HttpRequest) -> HttpResponse:
    """What I have used, newest first."""
    return render(request, "benefits/benefit_history.html", {"uses": selectors.my_uses(request.user)})


@login_required
@never_cache
@require_GET
def benefit_code(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One large code, new every minute. Showing it writes nothing that a repeat could harm."""
    benefit = _benefit(request, uid)
    try:
        shown = codes.issue_code(benefit=benefit, acting_user=request.user)
    except Conflict as refusal:
        return render(request, "benefits/benefit_none.html", {"benefit": benefit, "refusal": refusal}, status=409)
    mine = get_object_or_404(Entitlement, benefit=benefit, person_id=person_id_of(request.user))
    context = {"benefit": benefit, "shown": shown, "qr": symbol_of(shown.qr), "left": uses_left(benefit, mine)}
    is_part = request.htmx  # type: ignore[attr-defined]
    template = "benefits/_benefit_code.html" if is_part else "benefits/benefit_code.html"
    response = render(request, template, context)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def benefit_refused(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A shop did not honour it: tell staff."""
    benefit = _benefit(request, uid)
    form = RefusalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        offers.report_refusal(id=data["id"], benefit=benefit, words=data["words"], acting_user=request.user)
        url = reverse("benefit_list") + "?told=1"
        return JsonResponse({"ok": True, "url": url}) if wants_json(request) else redirect(url)
    return render(request, "benefits/benefit_refused.html", {"benefit": benefit, "form": form})
