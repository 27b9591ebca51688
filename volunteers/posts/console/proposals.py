"""A proposal at a desk: its steps, and the next one as the one large button."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages

from foundation import clock
from foundation.errors import Conflict, Invalid
from volunteers.posts import proposals
from volunteers.posts.forms import ObjectionAnswerForm, ProposeForm, ReasonForm, VetForm, take_errors
from volunteers.posts.models import Objection, Proposal, State
from volunteers.posts.permissions import can_decide_proposal
from volunteers.posts.selectors import POST_LEVELS, history_of_post
from volunteers.units.console import requires
from volunteers.units.models import Unit
from volunteers.units.rights import Right, units_where
from volunteers.units.selectors import breadcrumbs

may_appoint = requires(Right.APPOINT)
STEPS = (State.PROPOSED, State.VETTED, State.NOTICED, State.APPOINTED)


def _proposal(request: HttpRequest, uid: uuid.UUID) -> Proposal:
    rows = Proposal.objects.visible_to(request.user).select_related(
        "unit", "person", "appointment", "proposed_by__person", "vetted_by__person", "decided_by__person"
    )
    found: Proposal = get_object_or_404(rows, pk=uid)
    return found


def _chosen(request: HttpRequest) -> Unit | None:
    try:
        uid = uuid.UUID(request.GET.get("unit", ""))
    except ValueError:
        return None
    found: Unit | None = units_where(request.user, Right.PROPOSE).filter(uid=uid, level__in=POST_LEVELS).first()
    return found


@may_appoint
@require_http_methods(["GET", "POST"])
def proposal_create(request: HttpRequest) -> HttpResponse:
    """Propose at a desk: on behalf of neighbours, or by the staff themselves."""
    chosen = _chosen(request)
    form = ProposeForm(request.POST or None, user=request.user, wide=True, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            made = proposals.propose(**form.service_arguments(), acting_user=request.user)
        except (Invalid, Conflict) as refusal:
            take_errors(form, Invalid(refusal.message, errors=refusal.errors))
        else:
            messages.success(request, _("记下了，下一步是审核。"))
            return redirect("console_proposal_detail", made.pk)
    context = {"form": form, "page_title": _("推荐一位"), "icon": "user", "button": _("推荐")}
    return render(request, "posts/console_form.html", context, status=422 if form.is_bound else 200)


@may_appoint
@require_GET
def proposal_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Everything about one proposal."""
    return _show(request, _proposal(request, uid))


def _vet_form(proposal: Proposal, data: Any = None) -> VetForm:
    known = proposals.known_person(proposal)
    asks_birth = known is None or known.born_on is None
    return VetForm(data, asks_birth=asks_birth, asks_consent=proposal.how != Proposal.How.SELF)


def _show(request: HttpRequest, proposal: Proposal, **forms: Any) -> HttpResponse:
    today, state = clock.today(), State(proposal.state)
    reached = STEPS.index(state) if state in STEPS else -1
    objections = list(proposal.objections.select_related("by__person", "decided_by__person").order_by("at"))
    waits = any(one.state == Objection.State.OPEN for one in objections)
    context = {
        "proposal": proposal,
        "page_title": f"{proposal.unit.name} {proposal.get_role_display()}",
        "where": breadcrumbs([proposal.unit], top=1)[proposal.unit_id],
        "steps": [(step, number <= reached, step == state) for number, step in enumerate(STEPS)],
        "objections": objections,
        "answer_form": ObjectionAnswerForm(),
        "may_decide": can_decide_proposal(request.user, proposal),
        "notice_ran": proposal.notice_ran(today),
        "waits_for_answer": waits,
        "vet_form": _vet_form(proposal) if state == State.PROPOSED else None,
        "reject_form": ReasonForm(),
        "history": history_of_post(proposal.unit, request.user)[:5],
        **forms,
    }
    return render(request, "posts/console_proposal.html", context, status=422 if forms else 200)


@may_appoint
@require_POST
def proposal_vet(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Found suitable."""
    proposal = _proposal(request, uid)
    form = _vet_form(proposal, request.POST)
    if form.is_valid():
        try:
            proposals.vet(proposal=proposal, **form.service_arguments(), acting_user=request.user)
        except Invalid as refusal:
            take_errors(form, refusal)
        except Conflict as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("审核通过，下一步是公示。"))
            return redirect("console_proposal_detail", uid)
    return _show(request, proposal, vet_form=form)


@may_appoint
@require_POST
def proposal_notice(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Tell everybody around."""
    try:
        done = proposals.open_notice(proposal=_proposal(request, uid), acting_user=request.user)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("公示开始了，到 %(day)s。") % {"day": done.notice_until})
    return redirect("console_proposal_detail", uid)


@may_appoint
@require_POST
def proposal_appoint(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Appoint, once the notice has run."""
    try:
        made = proposals.appoint(proposal=_proposal(request, uid), acting_user=request.user)
    except (Conflict, Invalid) as refusal:
        messages.error(request, refusal.message)
        return redirect("console_proposal_detail", uid)
    messages.success(request, _("任命好了，从 %(day)s 起。") % {"day": made.starts_on})
    return redirect("console_appointment_detail", made.uid)


@may_appoint
@require_POST
def proposal_reject(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Not this time, with a reason."""
    proposal = _proposal(request, uid)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, proposal, reject_form=form)
    try:
        proposals.reject(proposal=proposal, reason=form.cleaned_data["reason"], acting_user=request.user)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    return redirect("console_proposal_detail", uid)


@may_appoint
@require_POST
def proposal_phone(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The number, to ask the proposed one; written down."""
    proposal = _proposal(request, uid)
    phone = proposals.reveal_phone(proposal=proposal, acting_user=request.user)
    response = _show(request, proposal, phone=phone)
    response.status_code = 200
    response["Cache-Control"] = "no-store"
    return response


@may_appoint
@require_POST
def objection_answer(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Answer an objection with a reason."""
    rows = Objection.objects.visible_to(request.user).select_related("proposal__unit", "proposal__person")
    objection = get_object_or_404(rows, pk=uid)
    form = ObjectionAnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, _proposal(request, objection.proposal_id), answer_form=form)
    data = form.cleaned_data
    try:
        proposals.decide_objection(
            objection=objection, upheld=data["verdict"] == "upheld", reason=data["reason"], acting_user=request.user
        )
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("答复好了，提意见的人会收到。"))
    return redirect("console_proposal_detail", objection.proposal_id)
