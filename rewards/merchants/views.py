"""Pages of a shop about itself: its record and months, what it gives and asks for, its agreement, its window sign."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation import clock, sheets
from foundation.errors import Conflict, Invalid
from rewards.benefits.models import Benefit, Merchant
from rewards.merchants import selectors, wishes
from rewards.merchants.agreeing import agree, agreement_of
from rewards.merchants.forms import AskForm, OfferForm
from rewards.merchants.models import MerchantWish, Want
from rewards.merchants.paper import Size, sign_of
from rewards.merchants.served import around, my_shop
from rewards.merchants.wording import to_read
from volunteers.orgs.console_forms import take_refusal


def _month(request: HttpRequest) -> dt.date:
    """The month that was asked for, else this one; none to come."""
    this = clock.today().replace(day=1)
    try:
        asked = dt.date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return this
    return max(selectors.EARLIEST, min(asked, this))


@login_required
@require_GET
def merchant_history(request: HttpRequest) -> HttpResponse:
    """The shop's own record: today's uses, and a month by day and offer; what and when, never who."""
    shop, month = my_shop(request), _month(request)
    is_now = month == clock.today().replace(day=1)
    context = around(
        request,
        statement=selectors.statement(shop, month),
        months=selectors.months_of(shop),
        today=selectors.uses_today(shop) if is_now else [],
        district=selectors.district_name(),
    )
    return render(request, "merchants/merchant_history.html", context)


@login_required
@require_GET
def merchant_statement(request: HttpRequest) -> HttpResponseBase:
    """The month as a table to keep: CSV."""
    shop, told = my_shop(request), selectors.statement(my_shop(request), _month(request))
    labels = (_("日期"), _("优惠项"), _("次数"))
    rows = [(day.day, name, count) for day in told.days for name, count in day.offers]
    said = [(_("商家"), shop.name), (_("月份"), f"{told.month:%Y-%m}"), (_("合计"), str(told.total))]
    said.append((_("作废"), str(told.voided)))
    answer = StreamingHttpResponse(
        sheets.stream(sheets.Format.CSV, labels, rows, said), content_type=sheets.Format.CSV.content_type
    )
    name = f"{shop.name}-{told.month:%Y-%m}.csv"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return answer


@login_required
@require_GET
def merchant_benefits(request: HttpRequest) -> HttpResponse:
    """What the shop gives, what it proposed, whether its promises are kept."""
    shop = my_shop(request)
    context = around(
        request,
        given=selectors.given_by(shop),
        proposals=selectors.proposals_of(shop),
        kept=selectors.fulfilment_of([shop.pk])[shop.pk],
        agreement=agreement_of(shop),
    )
    return render(request, "merchants/merchant_benefits.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def merchant_offer(request: HttpRequest) -> HttpResponse:
    """Propose an offer; one that came back can be the beginning."""
    shop = my_shop(request)
    form = OfferForm(request.POST or None, initial=_before(request, shop))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            id_ = form.cleaned_data["id"]
            try:
                wishes.propose(id=id_, merchant=shop, terms=form.terms(), acting_user=request.user)
            except (Invalid, Conflict) as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                return redirect(reverse("merchant_benefits") + "?told=1")
    return render(request, "merchants/merchant_offer.html", around(request, form=form), status=status)


def _before(request: HttpRequest, shop: Merchant) -> dict[str, Any]:
    """The words of an earlier proposal of this shop, when the address names one."""
    try:
        asked = uuid.UUID(request.GET.get("again", ""))
    except ValueError:
        return {}
    found = MerchantWish.objects.filter(pk=asked, merchant=shop, want=Want.OFFER).first()
    names = ("offer", "value_text", "detail", "how_to_use", "roles", "uses_each", "ends_on")
    return {name: getattr(found, name) for name in names} if found else {}


@login_required
@require_http_methods(["GET", "POST"])
def merchant_ask(request: HttpRequest, uid: uuid.UUID, want: Want) -> HttpResponse:
    """Ask to pause, resume or end what the shop gives; staff confirm."""
    shop = my_shop(request)
    benefit: Benefit = get_object_or_404(selectors.asked_about(shop), uid=uid)
    form = AskForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                wishes.ask(**form.cleaned_data, merchant=shop, want=want, benefit=benefit, acting_user=request.user)
            except Conflict as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                return redirect(reverse("merchant_benefits") + "?told=1")
    is_shared = benefit.merchants.active().exclude(pk=shop.pk).exists()
    context = around(request, form=form, benefit=benefit, want=want, is_shared=is_shared)
    return render(request, "merchants/merchant_ask.html", context, status=status)


@login_required
@require_POST
def merchant_take_back(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Thought better of it."""
    shop = my_shop(request)
    wish = get_object_or_404(MerchantWish.objects.filter(merchant=shop).select_related("merchant__unit"), pk=uid)
    wishes.take_back(wish=wish, acting_user=request.user)
    return redirect("merchant_benefits")


@require_http_methods(["GET", "POST"])
def merchant_agreement(request: HttpRequest) -> HttpResponse:
    """The goodwill agreement: for everybody to read and print, for a shop to agree to."""
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect(f"{reverse('login')}?next={request.path}")
        agree(merchant=my_shop(request), acting_user=request.user)
        return redirect(reverse("merchant_benefits") + "?agreed=1")
    shops = list(Merchant.objects.served_by(request.user)) if request.user.is_authenticated else []
    shop = my_shop(request) if shops else None
    context = {"document": to_read(), "merchant": shop, "agreement": agreement_of(shop) if shop else None}
    return render(request, "merchants/merchant_agreement.html", context)


@login_required
@require_GET
def merchant_sign(request: HttpRequest) -> HttpResponse:
    """The sign for the shop's window, on A4 or two of A5."""
    return sign_page(request, my_shop(request))


def sign_page(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """The sheet of paper of a shop's sign."""
    size = Size.A5 if request.GET.get("size") == Size.A5 else Size.A4
    context = {"sign": sign_of(merchant, size=size, request=request), "size": size, "copies": range(size.on_a_page)}
    return render(request, "merchants/sign.html", context)
