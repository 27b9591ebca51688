"""One store and one sort of goods at a desk: what is said of them, prices, what comes in and what is written off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from foundation import clock, pictures
from rewards.store import selectors, stock
from rewards.store.forms import GoodsForm, IntakeForm, PriceForm, SpoilForm, StoreForm
from rewards.store.models import CountState, Goods, Store
from rewards.store.money import yuan
from volunteers.orgs.console_forms import form_page, fresh
from volunteers.units.console import page, requires
from volunteers.units.rights import Right

may_keep = requires(Right.KEEP_STORE)
STORES = ("console_store_list", gettext_lazy("积分超市"))
GOODS = ("console_goods_list", gettext_lazy("货品和价格"))
SHOWN = 30


def store_of(request: HttpRequest, uid: UUID) -> Store:
    """A store that the reader keeps."""
    store: Store = get_object_or_404(Store.objects.visible_to(request.user).select_related("unit"), uid=uid)
    return store


def goods_of(request: HttpRequest, uid: UUID) -> Goods:
    """Goods of a store that the reader keeps."""
    rows = Goods.objects.visible_to(request.user).priced().select_related("store__unit")
    goods: Goods = get_object_or_404(rows, uid=uid)
    return goods


def _page_of(goods: Goods) -> str:
    return reverse("console_goods", args=[goods.uid])


@may_keep
def store_create(request: HttpRequest) -> HttpResponse:
    """Open a store."""
    form = StoreForm(fresh(request.POST), user=request.user)
    return form_page(
        request,
        form,
        lambda _data: stock.keep_store(store=form.save(commit=False), acting_user=request.user),
        title=_("开一家积分超市"),
        back=reverse("console_store_list"),
        done=_("开好了，接着添货品。"),
    )


@may_keep
def store_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is said of a store."""
    store = store_of(request, uid)
    form = StoreForm(fresh(request.POST), user=request.user, instance=store)
    return form_page(
        request,
        form,
        lambda _data: stock.keep_store(store=form.save(commit=False), acting_user=request.user),
        title=store.name,
        back=reverse("console_store", args=[store.uid]),
        done=_("改好了。"),
    )


@may_keep
@require_GET
def store_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One store, and the ways on from it."""
    store = store_of(request, uid)
    context = page(
        store.name,
        icon="home",
        trail=[STORES],
        store=store,
        day=selectors.next_day(store),
        waiting=selectors.waiting_at(store).count(),
        counts=store.counts.filter(state=CountState.WAITING),
        goods=store.goods.on_offer(),
    )
    return render(request, "store/console_store.html", context)


def _kept(goods: Goods, data: dict[str, Any], request: HttpRequest) -> Goods:
    if data.get("photo"):
        goods.photo = pictures.clean(data["photo"], name=str(goods.uid))
    return stock.keep_goods(goods=goods, points=data.get("points"), acting_user=request.user)


def _goods_page(request: HttpRequest, form: GoodsForm, **words: str) -> HttpResponse:
    return form_page(request, form, lambda data: _kept(form.save(commit=False), data, request), **words)


@may_keep
def goods_create(request: HttpRequest) -> HttpResponse:
    """Put goods on the list."""
    form = GoodsForm(fresh(request.POST), request.FILES or None, user=request.user)
    back = reverse("console_goods_list")
    return _goods_page(request, form, title=_("添一样货品"), back=back, done=_("添好了，进货以后就能约。"))


@may_keep
def goods_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is said of goods."""
    goods = goods_of(request, uid)
    form = GoodsForm(fresh(request.POST), request.FILES or None, user=request.user, instance=goods)
    return _goods_page(request, form, title=goods.name, back=_page_of(goods), done=_("改好了。"))


@may_keep
@require_GET
def goods_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One sort of goods: price, shelf, what came and went."""
    goods = goods_of(request, uid)
    moved: list[Any] = list(goods.movements.order_by("-at", "pk")[:SHOWN])
    for one in moved:
        one.yuan = yuan(one.cost_fen)
    context = page(
        goods.name,
        icon="pick",
        trail=[GOODS],
        goods=goods,
        cost=yuan(goods.cost_fen),
        prices=goods.prices.order_by("-starts_on"),
        moved=moved,
        today=clock.today(),
    )
    return render(request, "store/console_goods.html", context)


def _goods_act(
    request: HttpRequest, goods: Goods, form: forms.Form, act: Any, *, title: str, done: str
) -> HttpResponse:
    return form_page(request, form, act, title=f"{title}：{goods.name}", back=_page_of(goods), done=done)


@may_keep
def goods_price(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a piece costs from a day on."""
    goods = goods_of(request, uid)
    form = PriceForm(fresh(request.POST), initial={"starts_on": clock.today(), "points": goods.price})

    def act(data: dict[str, Any]) -> object:
        return stock.set_price(goods=goods, **data, acting_user=request.user)

    return _goods_act(request, goods, form, act, title=_("改价格"), done=_("改好了。已约好的按约时的价格。"))


@may_keep
def goods_intake(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Goods that were bought."""
    goods = goods_of(request, uid)
    form = IntakeForm(fresh(request.POST), initial={"cost": yuan(selectors.last_paid(goods))})

    def act(data: dict[str, Any]) -> object:
        return stock.take_in(
            id=data["id"], goods=goods, quantity=data["quantity"], cost_fen=data["cost"], reason=data["reason"],
            acting_user=request.user,
        )  # fmt: skip

    return _goods_act(request, goods, form, act, title=_("进货"), done=_("进好了，可以约了。"))


@may_keep
def goods_spoil(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Pieces that cannot be given any more."""
    goods = goods_of(request, uid)
    form = SpoilForm(fresh(request.POST))

    def act(data: dict[str, Any]) -> object:
        return stock.spoil(goods=goods, **data, acting_user=request.user)

    return _goods_act(request, goods, form, act, title=_("报损"), done=_("记下了。"))
