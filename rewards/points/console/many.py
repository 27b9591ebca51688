"""Many awards decided at once: ticked in the list, looked at, and only then done."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from foundation.errors import Invalid
from rewards.points import awards
from rewards.points.console import asked
from rewards.points.console.awards import LIST, cut_words, may_approve, pieces
from rewards.points.forms import AnswerForm
from rewards.points.models import AskedState, ManualAward
from rewards.points.permissions import can_decide_award
from volunteers.units.console import back_to, page, picked
from volunteers.units.selectors import breadcrumbs


def _ticked(request: HttpRequest) -> tuple[list[Any], list[Any]]:
    """Those that wait and are the reader's to decide, each with where and how many points; and the others."""
    rows = picked(request, ManualAward.objects.visible_to(request.user), "pk")
    waiting = rows.filter(state=AskedState.ASKED).select_related("person", "unit", "asked_by__person")
    found: list[Any] = list(waiting.order_by("unit__path", "pk"))
    where = breadcrumbs((one.unit for one in found), top=1)
    for one in found:
        one.where, one.what, one.wanted = where[one.unit_id], pieces(one), awards.wanted_points(one)
    return asked.split(found, lambda one: can_decide_award(request.user, one))


def _say(request: HttpRequest, outcome: awards.Outcome) -> None:
    """How many were given, what was cut, and why the others wait."""
    if outcome.given:
        messages.success(request, _("批准了 %(count)d 条。") % {"count": len(outcome.given)})
    for given in outcome.given:
        if given.cut:
            messages.warning(request, cut_words(given))
    for award, why in outcome.waiting:
        messages.warning(request, _("%(name)s：%(why)s") % {"name": award.person.name, "why": why})


def _many(request: HttpRequest, *, refusing: bool) -> HttpResponse:
    """First the list of what it concerns; then, asked again, done one by one."""
    back = back_to(request, "console_award_list")
    try:
        mine, others = _ticked(request)
    except Invalid as refusal:
        messages.error(request, refusal.message)
        return redirect(back)
    confirmed = "confirm" in request.POST
    form = AnswerForm(request.POST if confirmed else None) if refusing else None
    if confirmed and form is None:
        _say(request, awards.approve_awards(awards=mine, acting_user=request.user))
        return redirect(back)
    if confirmed and form is not None and form.is_valid():
        for one in mine:
            awards.refuse_award(award=one, reason=form.cleaned_data["reason"], acting_user=request.user)
        messages.success(request, _("%(count)d 条没有批准，申请的同事会看到原因。") % {"count": len(mine)})
        return redirect(back)
    title = _("不批准这些申请") if refusing else _("批准这些申请")
    context = page(title, icon="plus", trail=[LIST], ticked=mine, others=others, form=form, back=back)
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "points/console_award_many.html", context, status=status)


@may_approve
@require_POST
def award_approve_many(request: HttpRequest) -> HttpResponse:
    """Several at once: each by itself, what does not fit waits."""
    return _many(request, refusing=False)


@may_approve
@require_POST
def award_refuse_many(request: HttpRequest) -> HttpResponse:
    """Several at once, with one reason."""
    return _many(request, refusing=True)
