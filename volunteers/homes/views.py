"""Phone pages of homes: a leader's house with its windows, and one's own entry on the roll."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import Conflict, Denied, Invalid, Refused
from volunteers.homes import residents, selectors
from volunteers.homes.finding import leader_title
from volunteers.homes.forms import ConfirmForm, DeclineForm, DoorForm, EnterForm
from volunteers.homes.models import Household, Resident, ResidentState
from volunteers.homes.permissions import can_answer_resident, can_enter_residents
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, paths_where, person_id_of, units_where
from volunteers.units.selectors import breadcrumbs


def take_errors(form: Any, refusal: Refused, where: str = "") -> None:
    """Show a service's refusal in the form; what it says of `where` belongs to the field of that name."""
    for name, message in refusal.errors.items():
        shown = "where" if name == where else name
        form.add_error(shown if shown in form.fields else None, str(message))
    if not refusal.errors:
        form.add_error(None, str(refusal.message))


def _held(user: Any) -> list[Unit]:
    """The units somebody looks after by several roles, to go from one to another; empty for one role. One query."""
    paths = set(paths_where(user, Right.SEE_HOMES))
    return list(units_where(user, Right.SEE_HOMES).filter(path__in=paths)) if len(paths) > 1 else []


def _unit(request: HttpRequest) -> Unit | None:
    """The unit asked for, else the first one the user looks after."""
    units = units_where(request.user, Right.SEE_HOMES)
    asked = request.GET.get("unit", "")
    if not asked:
        paths = paths_where(request.user, Right.SEE_HOMES)
        return units.filter(path__in=paths).order_by("-depth", "path").first()
    try:
        return get_object_or_404(units, uid=uuid.UUID(asked))
    except ValueError as wrong:
        raise Http404 from wrong


@login_required
@require_GET
def homes(request: HttpRequest) -> HttpResponse:
    """My households as windows of the house; for those above, the units below with their figures."""
    unit = _unit(request)
    if unit is None:
        if Resident.objects.filter(person_id=person_id_of(request.user)).exists():
            return redirect("my_home")
        raise Denied
    context = {"unit": unit, "where": breadcrumbs([unit], top=1)[unit.pk], "held": _held(request.user)}
    if unit.level == Level.NEIGHBOURHOOD:
        context |= {"house": selectors.house_of(unit), "may_enter": can_enter_residents(request.user, unit)}
        return render(request, "homes/house.html", context)
    return render(request, "homes/units.html", context | {"below": selectors.units_below(unit)})


def _household(request: HttpRequest, uid: uuid.UUID) -> Household:
    rows = Household.objects.visible_to(request.user).select_related("building__estate").with_links()
    household: Household = get_object_or_404(rows, uid=uid)
    return household


@never_cache
@login_required
@require_GET
def household_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Who lives behind a door, masked, and what they wish."""
    household = _household(request, uid)
    unit = household.neighbourhood
    context = {
        "household": household,
        "unit": unit,
        "people": selectors.who_lives_at(household),
        "may_enter": unit is not None and can_enter_residents(request.user, unit),
    }
    return render(request, "homes/household.html", context)


@login_required
@require_POST
def household_visits(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Note that a household would rather not be called on, or is glad to be."""
    household = _household(request, uid)
    residents.set_visits(household=household, welcome=request.POST.get("welcome") == "1", acting_user=request.user)
    return redirect("household_detail", household.uid)


@login_required
@require_http_methods(["GET", "POST"])
def resident_enter(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """代录: enter a neighbour without a phone, who agreed."""
    units = units_where(request.user, Right.SEE_HOMES).at(Level.NEIGHBOURHOOD)
    unit = get_object_or_404(units, uid=uid)
    if not can_enter_residents(request.user, unit):
        raise Denied
    initial = {"household": request.GET.get("household", "")}
    form = EnterForm(request.POST or None, unit=unit, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            residents.enter_for(neighbourhood=unit, **form.cleaned_data, acting_user=request.user)
        except Invalid as refusal:
            take_errors(form, refusal)
        except Conflict as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return redirect(reverse("homes") + f"?unit={unit.uid}&entered=1")
    return render(request, "homes/enter.html", {"unit": unit, "form": form}, status=422 if form.is_bound else 200)


def _answerable(request: HttpRequest, uid: uuid.UUID) -> Resident:
    rows = Resident.objects.visible_to(request.user).select_related("person", "neighbourhood", "household__building")
    resident: Resident = get_object_or_404(rows, uid=uid)
    if not can_answer_resident(request.user, resident):
        raise Denied
    return resident


@login_required
@require_POST
def resident_confirm(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One tap: yes, they live here; with the door where one was picked."""
    resident = _answerable(request, uid)
    form = ConfirmForm(request.POST, unit=resident.neighbourhood)
    if not form.is_valid():
        raise Invalid
    residents.confirm_resident(resident=resident, household=form.cleaned_data["household"], acting_user=request.user)
    return redirect(reverse("homes") + f"?unit={resident.neighbourhood.uid}&confirmed=1")


@login_required
@require_http_methods(["GET", "POST"])
def resident_decline(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Not here, with a reason; or yes, behind a door that is picked here."""
    resident = _answerable(request, uid)
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        residents.decline_resident(resident=resident, reason=form.cleaned_data["reason"], acting_user=request.user)
        return redirect(reverse("homes") + f"?unit={resident.neighbourhood.uid}")
    context = {"row": resident, "form": form, "doors": ConfirmForm(unit=resident.neighbourhood)}
    return render(request, "homes/answer.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def resident_door(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The door of a neighbour who was confirmed without one."""
    resident = _answerable(request, uid)
    if request.method == "GET" and resident.household:
        return redirect("household_detail", resident.household.uid)
    form = DoorForm(request.POST or None, unit=resident.neighbourhood)
    if request.method == "POST" and form.is_valid():
        try:
            residents.set_door(resident=resident, **form.cleaned_data, acting_user=request.user)
        except (Invalid, Conflict) as refusal:
            take_errors(form, refusal)
        else:
            return redirect(reverse("homes") + f"?unit={resident.neighbourhood.uid}&door=1")
    context = {"row": resident, "form": form}
    return render(request, "homes/door.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def resident_left(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Somebody who could not say so themselves has moved away."""
    resident = _answerable(request, uid)
    residents.move_away(resident=resident, acting_user=request.user)
    return redirect(reverse("homes") + f"?unit={resident.neighbourhood.uid}")


# -- one's own entry -----------------------------------------------------------------------------------------------


def _mine(request: HttpRequest) -> Resident | None:
    rows = Resident.objects.filter(person_id=person_id_of(request.user))
    return rows.select_related("neighbourhood", "household__building__estate", "person").first()


def _mine_or_404(request: HttpRequest) -> Resident:
    mine = _mine(request)
    if mine is None or not mine.is_here:
        raise Http404
    return mine


@never_cache
@login_required
@require_GET
def my_home(request: HttpRequest) -> HttpResponse:
    """Where I am registered, who my leader is, and what I would rather not."""
    mine = _mine(request)
    if mine is None:
        return redirect("find")
    led = selectors.leader_of([mine.neighbourhood_id]).get(mine.neighbourhood_id)
    context = {
        "mine": mine,
        "state": mine.state,
        "states": ResidentState,
        "where": breadcrumbs([mine.neighbourhood])[mine.neighbourhood_id],
        "leader": leader_title(led.person.surname) if led else "",
        "led": led,
    }
    return render(request, "homes/mine.html", context)


@login_required
@require_POST
def my_visits(request: HttpRequest) -> HttpResponse:
    """I would rather not be called on at home, or I am glad to be."""
    mine = _mine_or_404(request)
    if mine.household is None:
        raise Http404
    residents.set_visits(household=mine.household, welcome=request.POST.get("welcome") == "1", acting_user=request.user)
    return redirect("my_home")


@login_required
@require_POST
def my_listing(request: HttpRequest) -> HttpResponse:
    """My name in lists, or not."""
    listed = request.POST.get("listed") == "1"
    residents.set_listed(resident=_mine_or_404(request), listed=listed, acting_user=request.user)
    return redirect("my_home")


@login_required
@require_POST
def my_leaving(request: HttpRequest) -> HttpResponse:
    """I have moved away."""
    residents.move_away(resident=_mine_or_404(request), acting_user=request.user)
    return redirect("my_home")
