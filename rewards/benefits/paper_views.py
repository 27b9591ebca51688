"""Paper vouchers on a leader's or a clerk's phone: for whom, for what, and the paper itself."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from foundation import clock
from foundation.errors import Conflict, Denied, Invalid, Missing
from rewards.benefits.entitled import post_of
from rewards.benefits.forms import PaperForm
from rewards.benefits.models import Voucher, VoucherState
from rewards.benefits.paper import code_of, issue_paper_voucher
from rewards.benefits.permissions import can_print_for, can_print_for_somebody
from rewards.benefits.selectors import tickets_by_post
from rewards.benefits.views import symbol_of
from volunteers.people.search import matching
from volunteers.units.models import THREE_HEADS, Appointment

MOST = 40


def _posts(request: HttpRequest) -> QuerySet[Appointment]:
    held = Appointment.objects.visible_to(request.user).active().of_roles(THREE_HEADS)
    return held.select_related("unit", "person")


@login_required
@require_GET
def paper_people(request: HttpRequest) -> HttpResponse:
    """For whom: the leaders below, by place; found by name."""
    if not can_print_for_somebody(request.user):
        raise Denied
    words = request.GET.get("q", "").strip()[:30]
    rows = _posts(request).order_by("unit__path", "pk")
    if words:
        rows = matching(rows, words)
    shown = [post for post in rows[: MOST * 2] if can_print_for(request.user, post.unit)][:MOST]
    return render(request, "benefits/paper_people.html", {"posts": shown, "words": words, "most": MOST})


@login_required
@require_http_methods(["GET", "POST"])
def paper_print(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """For what: the benefits that this person's role gives and that are shown at a counter."""
    post = get_object_or_404(_posts(request), uid=uid)
    if not can_print_for(request.user, post.unit):
        raise Denied
    offered = tickets_by_post(post)
    refusal = ""
    if request.method == "POST":
        form = PaperForm(request.POST)
        if not form.is_valid():
            raise Invalid
        benefit = next((one for one, _left in offered if one.uid == form.cleaned_data["benefit"]), None)
        if benefit is None:
            raise Missing
        try:
            voucher = issue_paper_voucher(
                id=form.cleaned_data["id"], benefit=benefit, appointment=post, acting_user=request.user
            )
            return redirect("benefit_paper_show", voucher.pk)
        except Conflict as conflict:
            refusal = str(conflict.message)
    rows = [(benefit, left, uuid.uuid4()) for benefit, left in offered]
    context = {"post": post, "rows": rows, "refusal": refusal}
    return render(request, "benefits/paper_print.html", context, status=409 if refusal else 200)


@login_required
@never_cache
@require_GET
def paper_show(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The paper, to be printed or copied by hand; only for those who may print it."""
    rows = Voucher.objects.select_related("entitlement__person", "entitlement__benefit__package__unit")
    voucher = get_object_or_404(rows, pk=uid, is_paper=True)
    benefit = voucher.entitlement.benefit
    post = post_of(benefit, voucher.entitlement.person_id)
    if post is None or not can_print_for(request.user, post.unit):
        raise Missing
    if voucher.state != VoucherState.ISSUED or voucher.expires_at < clock.now():
        raise Conflict(_("这张纸质券用过了，或者换过新的了。"))
    code = code_of(voucher)
    context = {"voucher": voucher, "benefit": benefit, "post": post, "code": code, "qr": symbol_of(code.qr)}
    response = render(request, "benefits/paper_show.html", context)
    response["Cache-Control"] = "no-store"
    return response
