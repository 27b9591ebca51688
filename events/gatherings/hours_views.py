"""Hours on a phone and at a desk: the same two pages in two frames. Who is ticked is confirmed with one button."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from events.gatherings import hours, selectors
from events.gatherings.forms import HoursForm, TakeBackForm
from events.gatherings.models import Attendance, Event
from events.gatherings.permissions import can_take_back, reach_at
from events.gatherings.places import places_of
from events.gatherings.words import length
from foundation.errors import Denied
from volunteers.units.console import page as console_page

STEP = 30
"""Minutes between the lengths one may choose."""


@dataclass(frozen=True, slots=True)
class Frame:
    """In which surroundings the pages appear: templates and addresses of the phone, or of the console."""

    folder: str
    hours_name: str
    back_name: str
    at_a_desk: bool = False

    def context(self, title: str, **context: Any) -> dict[str, Any]:
        """What the templates of the frame need; the console wants a title and a way back."""
        if not self.at_a_desk:
            return context
        return console_page(title, icon="date", trail=[("console_event_list", _("活动"))], **context)

    def done(self, request: HttpRequest, event: Event, message: str) -> HttpResponse:
        """Back to the page of hours, which says what came of it."""
        messages.success(request, message)
        return redirect(self.hours_name, uid=event.uid)


PHONE = Frame("gatherings/", "event_hours", "hours_back")
DESK = Frame("gatherings/console_", "console_event_hours", "console_hours_back", at_a_desk=True)


def choices(event: Event) -> list[tuple[int, str]]:
    """Lengths that one may choose: the whole event, then shorter by half an hour each."""
    full = event.minutes
    shorter = range((full - 1) // STEP * STEP, 0, -STEP)
    return [(minutes, length(minutes)) for minutes in (full, *shorter)]


def hours_page(request: HttpRequest, uid: uuid.UUID, frame: Frame) -> HttpResponse:
    """Everybody who signed up is ticked; others are looked up by name. `find` looks up, anything else confirms."""
    event = get_object_or_404(Event.objects.visible_to(request.user).select_related("unit"), uid=uid)
    if not reach_at(request.user, event):
        raise Denied
    form, said, words = HoursForm(initial={"id": uuid.uuid4()}), None, ""
    if request.method == "POST":
        sent = HoursForm(request.POST)
        said, words = sent.ticked(), request.POST.get("words", "")
        if "find" not in request.POST:
            form = sent
            if form.is_valid():
                given = form.cleaned_data["id"]
                batch = hours.confirm_hours(id=given, event=event, came=form.came(), acting_user=request.user)
                return frame.done(request, event, _confirmed(batch.count))
    found = selectors.hours_of(event, request.user, said=said, words=words)
    context = frame.context(_("确认时长"), event=event, form=form, hours=found, choices=choices(event), words=words)
    return render(request, f"{frame.folder}hours.html", context, status=422 if form.errors else 200)


def _confirmed(count: int) -> str:
    return _("%(n)d 人确认好了，积分和时长已经到他们账上。") % {"n": count} if count else _("记下了，不用再管。")


def hours_back_page(request: HttpRequest, uid: uuid.UUID, frame: Frame) -> HttpResponse:
    """Take back one person's hours, with a reason."""
    rows = Attendance.objects.visible_to(request.user).select_related("event__unit", "unit", "person")
    attendance = get_object_or_404(rows, pk=uid)
    if not can_take_back(request.user, attendance, places_of([attendance.person_id])[attendance.person_id]):
        raise Denied
    sent = request.POST if request.method == "POST" else None
    form = TakeBackForm(sent, initial={"reason": _("录了两次")})
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        hours.take_back(attendance=attendance, reason=reason, acting_user=request.user)
        return frame.done(request, attendance.event, _("收回了，两笔都看得到。"))
    context = frame.context(_("收回时长"), row=attendance, form=form, length=length(attendance.minutes))
    context["back"] = reverse(frame.hours_name, args=[attendance.event.uid])
    return render(request, f"{frame.folder}hours_back.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def event_hours(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """On a phone."""
    return hours_page(request, uid, PHONE)


@login_required
@require_http_methods(["GET", "POST"])
def hours_back(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """On a phone."""
    return hours_back_page(request, uid, PHONE)


@login_required
@require_GET
def hours_list(request: HttpRequest) -> HttpResponse:
    """Events whose hours wait for whoever asks."""
    return render(request, "gatherings/hours_list.html", {"events": selectors.waiting_for(request.user)})
