"""Phone pages of roles held: proposing, public notices, what I hold, leave, stepping down, the hand-over pack."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation import clock
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.middleware import wants_json
from volunteers.posts import handover, leaves, proposals, selectors, services
from volunteers.posts.forms import LeaveForm, ObjectionForm, ProposeForm, StepDownForm, take_errors
from volunteers.posts.models import Leave, Proposal, State
from volunteers.posts.permissions import can_see_handover, is_about
from volunteers.units.models import THREE_HEADS, Appointment, Unit
from volunteers.units.rights import person_id_of
from volunteers.units.selectors import breadcrumbs

STEPS = (State.PROPOSED, State.VETTED, State.NOTICED, State.APPOINTED)
MOST_NOTICES = 50


def _next(request: HttpRequest, url: str) -> HttpResponse:
    """Where a page goes after a write: a redirect, or its address for the outbox on the phone."""
    return JsonResponse({"ok": True, "url": url}) if wants_json(request) else redirect(url)


def _invalid(form: Any) -> HttpResponse:
    errors = {name: str(messages[0]) for name, messages in form.errors.items()}
    return JsonResponse({"message": _("有地方要改一下。"), "errors": errors}, status=422)


def _unit_asked(request: HttpRequest) -> Unit | None:
    """The post named in the address, where it is one that may be proposed for."""
    try:
        uid = uuid.UUID(request.GET.get("unit", ""))
    except ValueError:
        return None
    found: Unit | None = selectors.proposable(request.user).filter(uid=uid).first()
    return found


# -- proposing ---------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def post_propose(request: HttpRequest) -> HttpResponse:
    """Propose somebody, or oneself, for a post that is vacant or soon will be."""
    if not selectors.may_propose_somewhere(request.user):
        raise Denied(_("您住的地方确认之后，就可以推荐邻长。"))
    form = ProposeForm(request.POST or None, user=request.user, chosen=_unit_asked(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = proposals.propose(**form.service_arguments(), acting_user=request.user)
        except Invalid as refusal:
            take_errors(form, refusal)
        else:
            return _next(request, reverse("post_proposal", args=[made.pk]))
    if form.is_bound and wants_json(request):
        return _invalid(form)
    return render(request, "posts/propose.html", {"form": form}, status=422 if form.is_bound else 200)


def _proposal(request: HttpRequest, uid: uuid.UUID) -> Proposal:
    rows = Proposal.objects.visible_to(request.user).select_related("unit", "person")
    found: Proposal = get_object_or_404(rows, pk=uid)
    return found


@never_cache
@login_required
@require_GET
def post_proposal(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """How far a proposal has got."""
    proposal = _proposal(request, uid)
    state = State(proposal.state)
    reached = STEPS.index(state) if state in STEPS else -1
    mine = proposal.proposed_by_id == request.user.pk or is_about(request.user, proposal)
    context = {
        "proposal": proposal,
        "where": breadcrumbs([proposal.unit])[proposal.unit_id],
        "steps": [(step, number <= reached) for number, step in enumerate(STEPS)],
        "may_withdraw": mine and proposal.is_open,
    }
    return render(request, "posts/proposal.html", context)


@login_required
@require_POST
def post_proposal_withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take it back; no reason needed."""
    proposals.withdraw(proposal=_proposal(request, uid), acting_user=request.user)
    return _next(request, reverse("post_proposal", args=[uid]))


# -- public notice -------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_GET
def post_notice_list(request: HttpRequest) -> HttpResponse:
    """Who is proposed around here, until when."""
    rows = Proposal.objects.noticed_to(request.user).select_related("unit").order_by("notice_until", "unit__path")
    shown = list(rows[:MOST_NOTICES])
    where = breadcrumbs(one.unit for one in shown)
    context = {"rows": [(one, where[one.unit_id]) for one in shown]}
    return render(request, "posts/notice_list.html", context)


def _noticed(request: HttpRequest, uid: uuid.UUID) -> Proposal:
    rows = Proposal.objects.noticed_to(request.user).select_related("unit")
    found: Proposal = get_object_or_404(rows, pk=uid)
    return found


@never_cache
@login_required
@require_GET
def post_notice(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One public notice, and room for a word."""
    return _show_notice(request, _noticed(request, uid), ObjectionForm())


def _show_notice(request: HttpRequest, proposal: Proposal, form: ObjectionForm) -> HttpResponse:
    context = {
        "proposal": proposal,
        "where": breadcrumbs([proposal.unit])[proposal.unit_id],
        "form": form,
        "said": proposal.objections.filter(by_id=request.user.pk).order_by("-at").first(),
        "is_over": proposal.notice_ran(clock.today()),
    }
    return render(request, "posts/notice.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def post_objection(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Say what speaks against it; sent by the outbox of the phone, or plainly without JavaScript."""
    proposal = _noticed(request, uid)
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        return _invalid(form) if wants_json(request) else _show_notice(request, proposal, form)
    data = form.cleaned_data
    proposals.object_to(uid=data["id"], proposal=proposal, words=data["words"], acting_user=request.user)
    return _next(request, reverse("post_notice", args=[uid]))


# -- what I hold ---------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_GET
def post_mine(request: HttpRequest) -> HttpResponse:
    """My roles, since when, until when; leave, hand-over, stepping down; what I have proposed."""
    context = {
        "held": selectors.mine(request.user),
        "proposals": list(selectors.proposed_by(request.user)[:10]),
        "may_propose": selectors.may_propose_somewhere(request.user),
        "today": clock.today(),
    }
    return render(request, "posts/mine.html", context)


def _own(request: HttpRequest, uid: uuid.UUID) -> Appointment:
    rows = Appointment.objects.filter(person_id=person_id_of(request.user)).exclude(ends_on__lt=clock.today())
    found: Appointment = get_object_or_404(rows.select_related("unit", "person"), uid=uid)
    return found


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def post_leave(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take leave for some days, with somebody who stands in if one likes."""
    appointment = _own(request, uid)
    if appointment.role not in THREE_HEADS or appointment.stands_in_for_id is not None:
        raise Missing
    form = LeaveForm(request.POST or None, appointment=appointment)
    if request.method == "POST" and form.is_valid():
        try:
            leaves.take_leave(appointment=appointment, **form.service_arguments(), acting_user=request.user)
        except Invalid as refusal:
            take_errors(form, refusal)
        else:
            return _next(request, reverse("post_mine"))
    if form.is_bound and wants_json(request):
        return _invalid(form)
    context = {"appointment": appointment, "form": form}
    return render(request, "posts/leave.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def post_leave_end(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Back again."""
    rows = Leave.objects.filter(appointment__person_id=person_id_of(request.user))
    leave = get_object_or_404(rows.select_related("appointment__unit"), pk=uid)
    leaves.end_leave(leave=leave, acting_user=request.user)
    return _next(request, reverse("post_mine"))


@login_required
@require_POST
def post_stand_in_decline(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Not convenient to stand in."""
    appointment = _own(request, uid)
    if appointment.stands_in_for_id is None:
        raise Missing
    leaves.decline_stand_in(stand_in=appointment, acting_user=request.user)
    return _next(request, reverse("post_mine"))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def post_step_down(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Say kindly what ends and what stays, then end it."""
    appointment = _own(request, uid)
    form = StepDownForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.end_appointment(
                appointment=appointment, reason=data["reason"], last_day=data["last_day"], acting_user=request.user
            )
        except (Invalid, Conflict) as refusal:
            take_errors(form, Invalid(refusal.message, errors=refusal.errors))
        else:
            return _next(request, reverse("post_mine"))
    context = {"appointment": appointment, "form": form, "homes": appointment.unit.households_declared}
    return render(request, "posts/step_down.html", context, status=422 if form.is_bound else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def post_handover(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The pack of a post for whoever holds it today; a POST says that it has been looked at."""
    seen = Appointment.objects.visible_to(request.user) | Appointment.objects.filter(
        person_id=person_id_of(request.user)
    )
    appointment = get_object_or_404(seen.select_related("unit", "person"), uid=uid)
    if not can_see_handover(request.user, appointment, is_held=handover.is_held(appointment)):
        raise Missing
    if request.method == "POST":
        proposals.acknowledge_hand_over(successor=appointment, acting_user=request.user)
        return _next(request, reverse("post_mine"))
    pack = handover.pack_of(appointment)
    mine = appointment.person_id == person_id_of(request.user)
    return render(request, "posts/handover.html", {"pack": pack, "mine": mine})
