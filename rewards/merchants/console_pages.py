"""One merchant at a desk: what is known of it, what can be done next, its paper."""

from __future__ import annotations

import uuid

from django import forms
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages

from foundation import clock
from foundation.errors import Conflict, Invalid
from frontend.inputs import DayInput
from rewards.benefits.models import BenefitState, Merchant, MerchantState, RefusalReport, RefusalState
from rewards.merchants import agreeing, joining, keeping
from rewards.merchants.models import Agreement, MerchantWish, WishState
from rewards.merchants.selectors import fulfilment_of
from rewards.merchants.views import sign_page
from volunteers.orgs.console_forms import form_page, fresh, take_refusal
from volunteers.units.console import page, requires
from volunteers.units.rights import Right

RIGHT = Right.MANAGE_BENEFITS
LIST = ("console_merchant_list", gettext_lazy("爱心商家"))


class WhyForm(forms.Form):
    """Why; the shop reads it."""

    reason = forms.CharField(label=gettext_lazy("为什么"), max_length=200, help_text=gettext_lazy("店家看得到这句话。"))


class MaybeWhyForm(forms.Form):
    """A word on the way, or none."""

    reason = forms.CharField(label=gettext_lazy("说一句"), max_length=200, required=False)


class PaperForm(forms.Form):
    """An agreement that was signed on paper."""

    signed_on = forms.DateField(label=gettext_lazy("签字的日子"), widget=DayInput, initial=clock.today)
    scan = forms.FileField(
        label=gettext_lazy("签字页照片"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=gettext_lazy("可以不传。只有管这家店的工作人员看得到。"),
    )


STEPS: dict[str, tuple[MerchantState, str | Promise, type[forms.Form]]] = {
    "refuse": (MerchantState.REFUSED, gettext_lazy("这次不通过"), WhyForm),
    "pause": (MerchantState.PAUSED, gettext_lazy("暂停合作"), WhyForm),
    "resume": (MerchantState.ACTIVE, gettext_lazy("恢复合作"), MaybeWhyForm),
    "end": (MerchantState.ENDED, gettext_lazy("结束合作"), WhyForm),
}
OPEN_TO: dict[str, tuple[str, ...]] = {
    MerchantState.APPLIED: ("refuse",),
    MerchantState.ACTIVE: ("pause", "end"),
    MerchantState.PAUSED: ("resume", "end"),
}


def _rows(request: HttpRequest) -> QuerySet[Merchant]:
    return Merchant.objects.visible_to(request.user).select_related("unit", "contact")


def _merchant(request: HttpRequest, uid: uuid.UUID) -> Merchant:
    return get_object_or_404(_rows(request), uid=uid)


def _show(request: HttpRequest, merchant: Merchant, phone: str = "") -> HttpResponse:
    offers = merchant.benefits.exclude(state=BenefitState.ENDED).select_related("package").order_by("name", "pk")
    reports = RefusalReport.objects.visible_to(request.user).filter(state=RefusalState.OPEN)
    wishes = MerchantWish.objects.filter(merchant=merchant, state=WishState.WAITING).select_related("benefit")
    context = page(
        merchant.name,
        icon="group",
        trail=[LIST],
        merchant=merchant,
        phone=phone,
        steps=[
            (reverse(f"console_merchant_{name}", args=[merchant.uid]), STEPS[name][1])
            for name in OPEN_TO.get(merchant.state, ())
        ],
        agreement=agreeing.agreement_of(merchant),
        clerks=merchant.clerks.active().count(),
        kept=fulfilment_of([merchant.pk])[merchant.pk],
        offers=offers,
        wishes=wishes.order_by("at"),
        reports=reports.filter(benefit__merchants=merchant).select_related("benefit").order_by("-at"),
    )
    return render(request, "merchants/console_merchant.html", context)


@requires(RIGHT)
@require_GET
def merchant_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One merchant."""
    return _show(request, _merchant(request, uid))


@never_cache
@requires(RIGHT)
@require_POST
def merchant_phone(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The contact's number, to call the shop; written down and counted."""
    merchant = _merchant(request, uid)
    return _show(request, merchant, phone=keeping.open_contact(merchant=merchant, acting_user=request.user))


@requires(RIGHT)
@require_POST
def merchant_accept(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Welcome."""
    try:
        merchant = joining.accept(merchant=_merchant(request, uid), acting_user=request.user)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("%s 是爱心商家了，店里已经收到消息。") % merchant.name)
    return redirect("console_merchant", uid)


@requires(RIGHT)
def merchant_step(request: HttpRequest, uid: uuid.UUID, step: str) -> HttpResponse:
    """Refuse an application, pause, resume or end: with a reason that the shop reads."""
    merchant = _merchant(request, uid)
    state, title, form_class = STEPS[step]

    def act(data: dict[str, str]) -> object:
        if state == MerchantState.REFUSED:
            return joining.refuse(merchant=merchant, **data, acting_user=request.user)
        return keeping.set_merchant_state(merchant=merchant, state=state, **data, acting_user=request.user)

    return form_page(
        request,
        form_class(fresh(request.POST)),
        act,
        title=f"{title}：{merchant.name}",
        back=reverse("console_merchant", args=[uid]),
        done=_("办好了，店里会收到消息。"),
        intro=_("只有这一家给的优惠项，会跟着暂停、恢复或结束，邻长们看得到。")
        if state != MerchantState.REFUSED
        else "",
        button=title,
    )


@requires(RIGHT)
def agreement_file(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """File an agreement that was signed on paper."""
    merchant = _merchant(request, uid)
    form = PaperForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                agreeing.file_paper(merchant=merchant, **form.cleaned_data, acting_user=request.user)
            except (Conflict, Invalid) as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("约定存好了。"))
                return redirect("console_merchant", uid)
    context = page(_("登记纸质约定"), icon="doc-full", trail=[LIST], form=form, action=_("存好"))
    return render(request, "merchants/console_form.html", context, status=status)


@requires(RIGHT)
@require_GET
def agreement_scan(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """The photo of the signed page."""
    found = get_object_or_404(Agreement.objects.visible_to(request.user), pk=uid)
    if not found.scan:
        raise Http404
    response = FileResponse(found.scan.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@requires(RIGHT)
@require_GET
def merchant_sign(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The window sign, printed by staff for a shop."""
    return sign_page(request, _merchant(request, uid))
