"""The link that a new colleague was handed: a password of their own, then the second factor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from foundation.errors import Conflict, Invalid
from volunteers.accounts import staff
from volunteers.accounts.forms import PasswordForm, refuse
from volunteers.accounts.views.staff import begin_second_step


def _over(request: HttpRequest) -> HttpResponse:
    refused = Conflict(_("这个链接用过了，或者过期了。请让邀请您的同事再发一个。"))
    return render(request, "errors/refused.html", {"refused": refused}, status=404)


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET looks and uses nothing up (a chat that previews links asks for it too); POST sets the password, once."""
    found = staff.open_invitation(token)
    if found is None:
        return _over(request)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    words = {"form": form, "name": found.user.get_full_name()}
    if request.method == "POST" and form.is_valid():
        try:
            user = staff.accept(token=token, password=form.cleaned_data["password"])
        except Invalid as refusal:
            refuse(form, "password", refusal.errors.get("password", refusal.message))
        except Conflict:
            return _over(request)
        else:
            return begin_second_step(request, user)
    return render(request, "accounts/invitation.html", words, status=422 if form.is_bound else 200)
