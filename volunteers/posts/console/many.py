"""Ending several roles held at once: ticked in the list of 任职, looked at, and only then done, all of them or none."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from foundation.errors import Conflict, Denied, Invalid
from volunteers.posts import services
from volunteers.posts.forms import EndForm, take_errors
from volunteers.posts.permissions import can_manage_appointment
from volunteers.units.console import back_to, page, picked, requires
from volunteers.units.models import Appointment
from volunteers.units.rights import Right
from volunteers.units.selectors import breadcrumbs

LIST = ("console_appointment_list", gettext_lazy("任职"))


def _ticked(request: HttpRequest) -> list[Any]:
    """Those ticked, in sight and running; each with where it is and whether it is this reader's to end."""
    rows = picked(request, Appointment.objects.visible_to(request.user).active())
    found: list[Any] = list(rows.select_related("person", "unit").order_by("unit__path", "pk"))
    where = breadcrumbs((one.unit for one in found), top=1)
    for one in found:
        one.where = where[one.unit_id]
        one.is_mine_to_end = can_manage_appointment(request.user, one)
    return found


@requires(Right.APPOINT)
@require_POST
def appointment_end_many(request: HttpRequest) -> HttpResponse:
    """First the list of whom it concerns, with day and reason to fill in; then all of them in one transaction."""
    back = back_to(request, "console_appointment_list")
    try:
        ticked = _ticked(request)
    except Invalid as refusal:
        messages.error(request, refusal.message)
        return redirect(back)
    mine = [one for one in ticked if one.is_mine_to_end]
    form = EndForm(request.POST if "confirm" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            with transaction.atomic():
                for one in mine:
                    services.end_appointment(appointment=one, **form.cleaned_data, acting_user=request.user)
        except (Invalid, Conflict, Denied) as refusal:
            take_errors(form, Invalid(refusal.message, errors=refusal.errors))
        else:
            messages.success(request, _("办好了，%(count)d 位的任职结束了。") % {"count": len(mine)})
            return redirect(back)
    context = page(
        _("结束任职"), icon="user", trail=[LIST], ticked=mine, others=[one for one in ticked if one not in mine],
        form=form, back=back,
    )  # fmt: skip
    return render(request, "posts/console_end_many.html", context, status=422 if form.is_bound else 200)
