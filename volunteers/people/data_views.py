"""/me/data/: what is stored about me, a copy, a correction, consents, deleting myself; and opening a number."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation import privacy
from foundation.errors import Invalid, Missing
from volunteers.people import copies, requests, services
from volunteers.people.confirming import confirm_first
from volunteers.people.documents import MINORS, current
from volunteers.people.erasure import reasons_against
from volunteers.people.forms import BirthForm, CorrectForm, DeleteForm, ObjectForm
from volunteers.people.models import Channel, Person, PersonalRequest

Kind = PersonalRequest.Kind


def _me(request: HttpRequest) -> Person:
    """The person behind the account; whoever has none has no such pages."""
    person: Person | None = getattr(request.user, "person", None)
    if person is None:
        raise Missing
    return person


def _posted(request: HttpRequest) -> Any:
    """What was sent, an empty form too; None when nothing was."""
    return request.POST if request.method == "POST" else None


def _take_errors(form: Any, refusal: Invalid) -> None:
    for name, text in refusal.errors.items():
        form.add_error(name if name in form.fields else None, str(text))
    if not refusal.errors:
        form.add_error(None, str(refusal.message))


@never_cache
@login_required
@require_GET
def my_data(request: HttpRequest) -> HttpResponse:
    """What is stored about me, by section; what I agreed to; what I asked for."""
    person = _me(request)
    consents = [(one, services.latest_consent(person, one.name)) for one in current() if one.name != MINORS]
    context = {
        "sections": privacy.sections(person.pk),
        "consents": consents,
        "requests": PersonalRequest.objects.filter(person=person).order_by("-asked_at")[:20],
    }
    return render(request, "people/data.html", context)


@never_cache
@login_required
@require_POST
def my_copy(request: HttpRequest) -> HttpResponse:
    """Everything as a file, made at once."""
    person = _me(request)
    if first := confirm_first(request, reverse("my_data")):
        return first
    response = HttpResponse(copies.make_copy(person=person, acting_user=request.user), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return response


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def my_corrections(request: HttpRequest) -> HttpResponse:
    """The birth month at once; the name, and anything else, by staff."""
    person = _me(request)
    wants_birth = "born_on" in request.POST
    known = {"born_on": f"{person.born_on:%Y-%m}" if person.born_on else ""}
    birth = BirthForm(request.POST if wants_birth else None, initial=known)
    form = CorrectForm(request.POST if request.method == "POST" and not wants_birth else None)
    if request.method == "POST" and _correct(request, person, birth if wants_birth else form):
        return redirect("my_data")
    context = {"birth": birth, "form": form, "person": person}
    return render(request, "people/data_correct.html", context, status=422 if request.method == "POST" else 200)


def _correct(request: HttpRequest, person: Person, form: BirthForm | CorrectForm) -> bool:
    if not form.is_valid():
        return False
    try:
        if isinstance(form, BirthForm):
            born_on = form.cleaned_data["born_on"]
            requests.correct_birth_month(person=person, born_on=born_on, acting_user=request.user)
        else:
            requests.ask(
                **form.cleaned_data, person=person, kind=Kind.CORRECT, channel=Channel.SELF, acting_user=request.user
            )
    except Invalid as refusal:
        _take_errors(form, refusal)
        return False
    return True


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def my_objection(request: HttpRequest) -> HttpResponse:
    """Say that something should not be done with my data."""
    person = _me(request)
    form = ObjectForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        requests.ask(
            **form.cleaned_data, person=person, kind=Kind.OBJECT, channel=Channel.SELF, acting_user=request.user
        )
        return redirect("my_data")
    return render(request, "people/data_object.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def my_deletion(request: HttpRequest) -> HttpResponse:
    """Delete myself: what goes, what stays, what I lose; or what has to end first, and how."""
    person = _me(request)
    if first := confirm_first(request, reverse("my_deletion")):
        return first
    form = DeleteForm(_posted(request))
    reasons = reasons_against(person)
    if request.method == "POST" and form.is_valid() and not reasons:
        requests.delete_oneself(person=person, id=form.cleaned_data["id"], acting_user=request.user)
        logout(request)
        return redirect("data_gone")
    context = {"form": form, "reasons": reasons, "warnings": [str(text) for text in privacy.warnings(person.pk)]}
    status = 409 if form.is_bound and reasons else 422 if form.is_bound else 200
    return render(request, "people/data_delete.html", context, status=status)


@require_GET
def data_gone(request: HttpRequest) -> HttpResponse:
    """What somebody reads who has just deleted themselves; for everybody, since nobody is left to be asked."""
    return render(request, "people/data_gone.html")


@login_required
@require_POST
def my_consent(request: HttpRequest, document: str) -> HttpResponse:
    """Agree to a wording, or take it back."""
    person = _me(request)
    if document == MINORS:
        raise Missing
    write = services.give_consent if request.POST.get("give") == "yes" else services.withdraw_consent
    write(person=person, document=document, channel=Channel.SELF, acting_user=request.user)
    return redirect(reverse("my_data") + "#consents")


@login_required
@require_POST
def my_request_withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take one's own request back."""
    row = get_object_or_404(PersonalRequest, uid=uid, person=_me(request))
    requests.take_back(request=row, acting_user=request.user)
    return redirect("my_data")


@never_cache
@login_required
@require_POST
def phone(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Open one number: the fragment for htmx, else a page of its own."""
    person = Person.objects.living().filter(uid=uid).first()
    if person is None:
        raise Missing
    number = services.reveal_phone(person=person, acting_user=request.user, why=request.POST.get("why", ""))
    context = {"person": person, "number": number, "back": _back(request)}
    name = "people/_phone_open.html" if request.headers.get("HX-Request") else "people/phone.html"
    return render(request, name, context)


def _back(request: HttpRequest) -> str:
    """Where the tap came from, on this site only."""
    url = request.headers.get("Referer", "")
    allowed = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if allowed else "/"
