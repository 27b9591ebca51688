"""Money at the desk: the budget for goods, and what the store took in, settled once a month."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages

from foundation import clock
from foundation.errors import Conflict, Denied, Invalid
from rewards.points.posting import next_month
from rewards.store import selectors, settling, stock
from rewards.store.console.shelf import STORES, may_keep, store_of
from rewards.store.forms import BudgetForm
from rewards.store.models import GoodsBudget, Settlement, SettlementState, Store
from rewards.store.money import yuan
from volunteers.orgs.console_forms import form_page, fresh
from volunteers.units.console import page, requires
from volunteers.units.rights import Right, has_right

BUDGETS = ("console_goods_budget_list", gettext_lazy("采购预算"))
FIRST_YEAR = 2000
may_budget = requires(Right.KEEP_BUDGETS)


def _budget_page(request: HttpRequest, form: BudgetForm, title: str) -> HttpResponse:
    return form_page(
        request,
        form,
        lambda _data: stock.set_budget(budget=form.save(commit=False), acting_user=request.user),
        title=title,
        back=reverse("console_goods_budget_list"),
        done=_("定好了。"),
    )


@may_budget
def budget_create(request: HttpRequest) -> HttpResponse:
    """Money for a community and a year."""
    form = BudgetForm(fresh(request.POST), user=request.user, initial={"year": clock.today().year})
    return _budget_page(request, form, _("定采购预算"))


@may_keep
def budget_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Another sum."""
    budget = get_object_or_404(GoodsBudget.objects.visible_to(request.user).select_related("unit"), uid=uid)
    if not has_right(request.user, Right.KEEP_BUDGETS, budget.unit):
        raise Denied(_("采购预算由镇街和区里定。"))
    form = BudgetForm(fresh(request.POST), user=request.user, instance=budget)
    return _budget_page(request, form, f"{budget.unit.name} {budget.year}")


def _month(text: str) -> dt.date:
    """The month that was asked for, 2026-11; last month where that says nothing, or is of no year of a store."""
    today = clock.today()
    try:
        month = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        month = dt.date.max
    is_one = FIRST_YEAR <= month.year <= today.year + 1
    return month if is_one else settling.month_before(settling.first_of(today))


def _url(store: Store, month: dt.date) -> str:
    return f"{reverse('console_settlement', args=[store.uid])}?month={month:%Y-%m}"


@may_keep
@require_GET
def settlement(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A month of a store: points taken in and given back, what the goods did cost, and the settlement."""
    store = store_of(request, uid)
    month = _month(request.GET.get("month", ""))
    seen = settling.month_of(store, month)
    cost = selectors.costs([store.unit_id], month, next_month(month))
    context = page(
        _("%(name)s 月度结算") % {"name": store.name},
        icon="table",
        trail=[STORES],
        store=store,
        seen=seen,
        cost=yuan(sum(one.fen for one in cost)),
        pieces=sum(one.pieces for one in cost),
        is_over=next_month(month) <= clock.today(),
        is_asked=seen.settlement is not None and seen.settlement.state == SettlementState.ASKED,
        is_mine=seen.settlement is not None and seen.settlement.asked_by_id == request.user.pk,
        before=settling.month_before(month),
        after=next_month(month),
    )
    return render(request, "store/console_settlement.html", context)


@may_keep
@require_POST
def settlement_ask(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask to settle a month."""
    store = store_of(request, uid)
    month = _month(request.POST.get("month", ""))
    try:
        settling.ask_settlement(store=store, month=month, acting_user=request.user)
    except (Conflict, Invalid) as refusal:
        messages.error(request, str(next(iter(refusal.errors.values()), refusal.message)))
    else:
        messages.success(request, _("申请好了，请另一位同事核对。"))
    return redirect(_url(store, month))


@may_keep
@require_POST
def settlement_decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Book it, or take it back."""
    rows = Settlement.objects.visible_to(request.user).select_related("store__unit")
    found = get_object_or_404(rows, uid=uid)
    approve = request.POST.get("approve") == "1"
    try:
        settling.decide_settlement(settlement=found, approve=approve, acting_user=request.user)
    except (Conflict, Denied) as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("结算好了。") if approve else _("撤回了。"))
    return redirect(_url(found.store, found.month))
