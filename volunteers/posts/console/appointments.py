"""One role held, at a desk: who, where, since when, its history; end, leave, stand-in, correct; staff."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages

from foundation import clock
from foundation.errors import Conflict, Denied, Invalid, Missing
from volunteers.people.models import Person
from volunteers.posts import handover, leaves, services
from volunteers.posts.forms import CorrectForm, EndForm, LeaveForm, StaffForm, StandInForm, take_errors
from volunteers.posts.models import Leave
from volunteers.posts.permissions import can_appoint_staff, can_manage_appointment
from volunteers.posts.selectors import history_of_person, history_of_post
from volunteers.units.console import requires
from volunteers.units.models import LEVEL_OF_ROLE, STAFF, THREE_HEADS, Appointment, Unit
from volunteers.units.rights import Right, units_where
from volunteers.units.selectors import breadcrumbs

may_see = requires(Right.SEE_PEOPLE)
may_appoint = requires(Right.APPOINT)


def _appointment(request: HttpRequest, uid: uuid.UUID) -> Appointment:
    rows = Appointment.objects.visible_to(request.user).select_related("person", "unit", "stands_in_for__person")
    found: Appointment = get_object_or_404(rows, uid=uid)
    return found


def _managed(request: HttpRequest, uid: uuid.UUID) -> Appointment:
    appointment = _appointment(request, uid)
    if not can_manage_appointment(request.user, appointment):
        raise Denied
    return appointment


def _title(appointment: Appointment) -> str:
    return f"{appointment.person.name} · {appointment.unit.name} {appointment.get_role_display()}"


@may_see
@require_GET
def appointment_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One role held: who, where, since when, leaves, who was there before, what can be done."""
    appointment = _appointment(request, uid)
    is_head = appointment.role in THREE_HEADS
    context = {
        "appointment": appointment,
        "page_title": _title(appointment),
        "where": breadcrumbs([appointment.unit], top=1)[appointment.unit_id],
        "leave": Leave.objects.open().filter(appointment=appointment).select_related("stand_in__person").first(),
        "history": history_of_post(appointment.unit, request.user),
        "may_manage": can_manage_appointment(request.user, appointment),
        "is_over": appointment.ends_on is not None and appointment.ends_on < clock.today(),
        "may_leave": is_head and appointment.stands_in_for_id is None,
        "has_pack": is_head,
    }
    return render(request, "posts/console_appointment.html", context)


def _form(request: HttpRequest, form: Any, title: str, button: str, **more: Any) -> HttpResponse:
    context = {"form": form, "page_title": title, "icon": "user", "button": button, **more}
    return render(request, "posts/console_form.html", context, status=422 if form.is_bound else 200)


@may_appoint
@require_http_methods(["GET", "POST"])
def appointment_end(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """End it at midnight of a day, or at once."""
    appointment = _managed(request, uid)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.end_appointment(appointment=appointment, **form.cleaned_data, acting_user=request.user)
        except (Invalid, Conflict) as refusal:
            take_errors(form, Invalid(refusal.message, errors=refusal.errors))
        else:
            messages.success(request, _("办好了。"))
            return redirect("console_appointment_detail", uid)
    return _form(request, form, _("结束任职：%(who)s") % {"who": _title(appointment)}, _("结束任职"))


@may_appoint
@require_http_methods(["GET", "POST"])
def appointment_correct(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Put right what was written down wrongly."""
    appointment = _managed(request, uid)
    form = CorrectForm(request.POST or None, instance=appointment)
    if request.method == "POST" and form.is_valid():
        try:
            services.correct(
                appointment=appointment, to=form.correction(), reason=form.cleaned_data["reason"],
                acting_user=request.user,
            )  # fmt: skip
        except (Invalid, Conflict) as refusal:
            take_errors(form, Invalid(refusal.message, errors=refusal.errors))
        else:
            messages.success(request, _("改好了。"))
            return redirect("console_appointment_detail", uid)
    return _form(request, form, _("更正：%(who)s") % {"who": _title(appointment)}, _("更正"))


@may_appoint
@require_http_methods(["GET", "POST"])
def appointment_leave(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Note a leave for a leader, with somebody who stands in."""
    appointment = _managed(request, uid)
    if appointment.role not in THREE_HEADS or appointment.stands_in_for_id is not None:
        raise Missing
    form = LeaveForm(request.POST or None, appointment=appointment, wide=True)
    if request.method == "POST" and form.is_valid():
        try:
            leaves.take_leave(appointment=appointment, **form.service_arguments(), acting_user=request.user)
        except (Invalid, Conflict) as refusal:
            take_errors(form, Invalid(refusal.message, errors=refusal.errors))
        else:
            messages.success(request, _("登记好了。"))
            return redirect("console_appointment_detail", uid)
    return _form(request, form, _("登记休假：%(who)s") % {"who": _title(appointment)}, _("登记"))


def _leave(request: HttpRequest, uid: uuid.UUID) -> Leave:
    rows = Leave.objects.visible_to(request.user).select_related("appointment__unit", "appointment__person")
    leave = get_object_or_404(rows, pk=uid)
    if not can_manage_appointment(request.user, leave.appointment):
        raise Denied
    return leave


@may_appoint
@require_POST
def leave_end(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Back again."""
    leave = _leave(request, uid)
    leaves.end_leave(leave=leave, acting_user=request.user)
    messages.success(request, _("休假结束了。"))
    return redirect("console_appointment_detail", leave.appointment.uid)


@may_appoint
@require_http_methods(["GET", "POST"])
def leave_stand_in(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Choose who stands in."""
    leave = _leave(request, uid)
    form = StandInForm(request.POST or None, appointment=leave.appointment)
    if request.method == "POST" and form.is_valid():
        try:
            leaves.set_stand_in(leave=leave, person=form.cleaned_data["stand_in"].person, acting_user=request.user)
        except (Invalid, Conflict) as refusal:
            take_errors(form, Invalid(refusal.message, errors=refusal.errors))
        else:
            messages.success(request, _("安排好了，对方会收到消息。"))
            return redirect("console_appointment_detail", leave.appointment.uid)
    return _form(request, form, _("请谁代：%(who)s") % {"who": _title(leave.appointment)}, _("就这位"))


@may_see
@require_GET
def handover_print(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The hand-over pack on paper."""
    appointment = _appointment(request, uid)
    if appointment.role not in THREE_HEADS:
        raise Missing
    pack = handover.pack_of(appointment)
    return render(
        request, "posts/console_handover.html", {"pack": pack, "page_title": _("交接清单"), "now": clock.now()}
    )


@may_see
@require_GET
def post_history(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """这个岗位的历任: everybody who has served in a unit."""
    unit = get_object_or_404(units_where(request.user, Right.SEE_PEOPLE), uid=uid)
    context = {
        "page_title": _("%(unit)s的历任") % {"unit": unit.name},
        "where": breadcrumbs([unit], top=1)[unit.pk],
        "history": history_of_post(unit, request.user),
        "of_person": False,
    }
    return render(request, "posts/console_history.html", context)


@may_see
@require_GET
def person_posts(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """这个人的任职经历: what somebody has held, as far as the user may look."""
    appointed = Appointment.objects.visible_to(request.user)
    person = get_object_or_404(Person.objects.filter(pk__in=appointed.values("person_id")), uid=uid)
    context = {
        "page_title": _("%(name)s的任职经历") % {"name": person.name},
        "where": "",
        "history": history_of_person(person, request.user),
        "of_person": True,
    }
    return render(request, "posts/console_history.html", context)


def _staffed_units(request: HttpRequest) -> list[Unit]:
    """Units for which the user may appoint staff, in the order of the tree."""
    roles = {LEVEL_OF_ROLE[role]: role for role in STAFF}
    units = units_where(request.user, Right.APPOINT).filter(level__in=list(roles)).current().order_by("path")
    return [unit for unit in units if can_appoint_staff(request.user, roles[unit.level], unit)]


@may_appoint
@require_http_methods(["GET", "POST"])
def staff_appoint(request: HttpRequest) -> HttpResponse:
    """Appoint a community worker, a street or a district clerk; without notice, from strictly above."""
    units = _staffed_units(request)
    if not units:
        raise Denied(_("工作人员由上一级任命。"))
    form = StaffForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.appoint_staff(**form.service_arguments(), acting_user=request.user)
        except (Invalid, Conflict) as refusal:
            take_errors(form, Invalid(refusal.message, errors=refusal.errors))
        else:
            messages.success(request, _("任命好了。请告诉对方设好密码和第二步验证。"))
            return redirect("console_appointment_detail", made.uid)
    return _form(request, form, _("任命工作人员"), _("任命"))
