"""Stock-taking at the desk: the sheet to walk along the shelves with, what was counted, what came of it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages

from foundation import clock
from foundation.errors import Conflict, Denied, Invalid
from rewards.store.console.shelf import may_keep, store_of
from rewards.store.counting import decide_count, enter_count
from rewards.store.forms import CountForm
from rewards.store.models import CountState, Goods, StockCount, Store
from volunteers.orgs.console_forms import take_refusal
from volunteers.units.console import page

COUNTS = ("console_count_list", gettext_lazy("盘点"))


def _on_the_shelves(store: Store) -> list[Goods]:
    return list(Goods.objects.filter(store=store).order_by("category", "pinyin", "pk"))


@may_keep
@require_GET
def sheet(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The goods with an empty box for each, A4; without the numbers of the books, so that somebody really counts."""
    store = store_of(request, uid)
    context = {"store": store, "goods": _on_the_shelves(store), "now": clock.now()}
    return render(request, "store/sheet_count.html", context)


@may_keep
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What was counted."""
    store = store_of(request, uid)
    goods = _on_the_shelves(store)
    form = CountForm(request.POST or None, goods=goods)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            made = enter_count(
                id=data["id"], store=store, counted=form.counted(), reason=data["reason"], acting_user=request.user
            )
        except (Invalid, Conflict) as refusal:
            take_refusal(form, refusal)
            status = refusal.status
        else:
            return redirect("console_count", made.pk)
    rows = [(one, form[f"n{one.pk}"]) for one in goods]
    context = page(_("盘点：%s") % store.name, icon="clipboard-list", trail=[COUNTS], store=store, form=form, rows=rows)
    return render(request, "store/console_count_form.html", context, status=status)


def _count(request: HttpRequest, uid: UUID) -> StockCount:
    rows = StockCount.objects.visible_to(request.user).select_related(
        "store__unit", "entered_by__person", "decided_by__person"
    )
    count: StockCount = get_object_or_404(rows, pk=uid)
    return count


@may_keep
@require_GET
def detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What came of a stock-taking: the books, what was there, the difference."""
    count = _count(request, uid)
    context = page(
        f"{count.store.name} {_('盘点')}",
        icon="clipboard-list",
        trail=[COUNTS],
        count=count,
        lines=count.lines.select_related("goods").order_by("goods__category", "goods__pinyin"),
        is_waiting=count.state == CountState.WAITING,
        is_mine=count.entered_by_id == request.user.pk,
    )
    return render(request, "store/console_count.html", context)


@may_keep
@require_POST
def decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A second person books it, or drops it."""
    count = _count(request, uid)
    approve = request.POST.get("approve") == "1"
    try:
        decide_count(count=count, approve=approve, acting_user=request.user)
    except (Conflict, Denied) as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("记进账了。") if approve else _("作废了，重新盘一次。"))
    return redirect(reverse("console_count", args=[count.pk]))
