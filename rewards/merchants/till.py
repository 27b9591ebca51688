"""Pages at the till: which shop, does a code count, use it up, take it back."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from foundation.errors import Conflict, Invalid, TooMany
from rewards.benefits import verifying
from rewards.benefits.models import VoucherUse
from rewards.merchants.forms import CodeForm, UseForm, VoidForm
from rewards.merchants.selectors import chosen_among, uses_today
from rewards.merchants.served import KEY, around, my_shop, my_shops
from volunteers.orgs.console_forms import take_refusal

FEW = 6


@login_required
@require_POST
def merchant_choose(request: HttpRequest) -> HttpResponse:
    """Which of one's shops one stands in."""
    request.session[KEY] = str(chosen_among(my_shops(request), request.POST.get("shop", "")).uid)
    return redirect("merchant_verify")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def merchant_verify(request: HttpRequest) -> HttpResponse:
    """Type or scan a code; the answer is readable from two metres."""
    shop = my_shop(request)
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                code = form.cleaned_data["code"]
                check = verifying.check_code(code=code, shop=shop, acting_user=request.user)
            except (Invalid, TooMany) as refusal:
                form.add_error("code", str(refusal.errors.get("code", refusal.message)))
                status = refusal.status
            else:
                context = around(request, check=check, use_id=uuid.uuid4())
                return render(request, "merchants/merchant_verdict.html", context)
    lines = uses_today(shop)
    context = around(request, form=form, lines=lines[:FEW], count=sum(not line.is_voided for line in lines))
    return render(request, "merchants/merchant_verify.html", context, status=status)


@never_cache
@login_required
@require_POST
def merchant_confirm(request: HttpRequest) -> HttpResponse:
    """Use the code up."""
    shop = my_shop(request)
    form = UseForm(request.POST)
    if not form.is_valid():
        raise Invalid
    id_, voucher = form.cleaned_data["id"], form.cleaned_data["voucher"]
    try:
        use = verifying.confirm_use(id=id_, voucher_id=voucher, shop=shop, acting_user=request.user)
    except Conflict as refusal:
        return render(request, "merchants/merchant_refused.html", {"refusal": refusal}, status=409)
    rows = VoucherUse.objects.filter(merchant=shop).select_related("voucher__entitlement__benefit")
    return render(request, "merchants/merchant_used.html", around(request, use=rows.get(pk=use.pk)))


@login_required
@require_http_methods(["GET", "POST"])
def merchant_void(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take a use of today back, with a reason."""
    shop = my_shop(request)
    rows = VoucherUse.objects.filter(merchant=shop).select_related("voucher__entitlement__benefit", "void")
    use = get_object_or_404(rows, pk=uid)
    form = VoidForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                verifying.void_use(use=use, reason=form.cleaned_data["reason"], acting_user=request.user)
            except (Conflict, Invalid) as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                return redirect(reverse("merchant_history") + "?voided=1")
    title = _("作废这一次")
    context = around(request, use=use, form=form, title=title, benefit=use.voucher.entitlement.benefit)
    return render(request, "merchants/merchant_void.html", context, status=status)
