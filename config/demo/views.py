"""Whose eyes do you want to see with? One click signs in as somebody of the sample district."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.demo.campaigns import PASSPHRASE
from config.demo.checks import demo_is_allowed
from config.demo.personas import DISTRICT_CLERK, persona
from config.demo.waiting import cards
from volunteers.accounts.services import mark_second_factor, may_use_console, sign_in, user_of_phone


@never_cache
@require_http_methods(["GET", "POST"])
def demo(request: HttpRequest) -> HttpResponse:
    """Choose (GET) and become (POST). Not there outside demo mode, whatever the addresses say."""
    if not demo_is_allowed():
        raise Http404
    if request.method == "GET":
        return render(
            request, "demo/demo.html", {"cards": cards(), "custodian": DISTRICT_CLERK, "passphrase": PASSPHRASE}
        )
    try:
        chosen = persona(request.POST.get("persona", ""))
    except KeyError as unknown:
        raise Http404 from unknown
    user = user_of_phone(chosen.phone)
    if user is None:
        raise Http404
    request.session.flush()
    sign_in(request, user, how="demo")
    if may_use_console(user):  # nobody has an authenticator here; the page is not there in production
        mark_second_factor(request.session)
    return redirect(chosen.home)
