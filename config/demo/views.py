"""Whose eyes do you want to see with? One click signs in as somebody of the sample district."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.demo.checks import demo_is_allowed
from config.demo.personas import persona
from config.demo.waiting import cards
from foundation import audit
from volunteers.accounts.models import User
from volunteers.people.models import Person

BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@require_http_methods(["GET", "POST"])
def demo(request: HttpRequest) -> HttpResponse:
    """Choose (GET) and become (POST). Not there outside demo mode, whatever the addresses say."""
    if not demo_is_allowed():
        raise Http404
    if request.method == "GET":
        return render(request, "demo/demo.html", {"cards": cards()})
    try:
        chosen = persona(request.POST.get("persona", ""))
        user = User.objects.get(person__in=Person.objects.by_phone(chosen.phone), is_active=True)
    except (KeyError, User.DoesNotExist) as missing:
        raise Http404 from missing
    request.session.flush()
    login(request, user, backend=BACKEND)
    audit.record(actor=user, act="demo.sign_in", obj=user)
    return redirect(chosen.home)
