"""Pages before the door: who the goodwill merchants are, and how a shop becomes one."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from foundation.errors import Conflict, Denied, Invalid, TooMany
from rewards.benefits.models import Merchant, MerchantState
from rewards.merchants import joining, selectors
from rewards.merchants.forms import ApplyForm, ShopForm
from rewards.merchants.wording import to_read
from volunteers.orgs.console_forms import take_refusal
from volunteers.units.rights import person_id_of


@require_GET
def shop_list(request: HttpRequest) -> HttpResponse:
    """The goodwill merchants by community and name."""
    return render(request, "merchants/shop_list.html", {"places": selectors.shops_by_community()})


@require_GET
def shop_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What a shop gives; where the QR of its window sign leads."""
    shop = get_object_or_404(Merchant.objects.partners().select_related("unit"), uid=uid)
    context = {"shop": shop, "offers": selectors.offers_shown(shop) if shop.is_active else []}
    return render(request, "merchants/shop_detail.html", context)


def _to_login(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('login')}?{urlencode({'next': request.path})}")


@never_cache
@require_http_methods(["GET", "POST"])
def merchant_join(request: HttpRequest) -> HttpResponse:
    """I would like to be a goodwill merchant: what it means, then one form; afterwards where it stands."""
    if not request.user.is_authenticated:
        if request.method == "POST":
            return _to_login(request)
        return render(request, "merchants/join.html", {"document": to_read()})
    person_id = person_id_of(request.user)
    if not person_id:
        raise Denied
    mine = Merchant.objects.filter(contact_id=person_id).select_related("unit").order_by("-applied_at", "-pk")
    form = ApplyForm(request.POST or None, communities=selectors.communities())
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                joining.apply(
                    uid=form.cleaned_data["uid"],
                    unit=form.cleaned_data["unit"],
                    shop=form.shop(),
                    agreed=form.cleaned_data["agreed"],
                    acting_user=request.user,
                )
            except (Invalid, Conflict, TooMany) as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                return redirect("merchant_join")
    shops = list(mine[:5])
    waits = any(shop.state == MerchantState.APPLIED for shop in shops)
    context = {"form": None if waits else form, "mine": shops, "document": to_read()}
    return render(request, "merchants/join.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def merchant_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The link that staff handed over: GET uses nothing up, POST of the invited contact joins, once."""
    found = joining.open_invitation(token)
    if found is None:
        refused = Conflict(_("这个链接用过了，或者过期了。请让社区再发一个。"))
        return render(request, "errors/refused.html", {"refused": refused}, status=404)
    if not request.user.is_authenticated:
        if request.method == "POST":
            return _to_login(request)
        return render(request, "merchants/invited.html", {"invitation": found, "document": to_read()})
    form = ShopForm(request.POST or None, initial={"name": found.shop, "address": found.address})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                joining.take_invitation(
                    token=token,
                    shop=form.shop(),
                    agreed=form.cleaned_data["agreed"],
                    acting_user=request.user,
                )
            except (Invalid, Conflict) as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                return redirect("merchant_verify")
    is_mine = found.person_id == person_id_of(request.user)
    context = {"invitation": found, "form": form if is_mine else None, "document": to_read(), "is_mine": is_mine}
    return render(request, "merchants/invited.html", context, status=status)
