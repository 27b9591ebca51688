"""The store on the phone: what I can get, what I have reserved, who may collect for me; the price list for the wall."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation import clock
from foundation.errors import Conflict, Invalid
from frontend import qr
from rewards.points.selectors import spendable_of
from rewards.store import collectors, desk, selectors, services
from rewards.store.forms import CollectorForm, ReserveForm
from rewards.store.models import Collector, Goods, Redemption, RedemptionState, Store
from volunteers.people.models import Person
from volunteers.units.rights import person_id_of


def _stores(request: HttpRequest) -> list[Store]:
    return selectors.stores_of(person_id_of(request.user))


@login_required
@require_GET
def store_home(request: HttpRequest) -> HttpResponse:
    """When the next exchange day is, what I have reserved, and what there is for my points."""
    stores, person_id = _stores(request), person_id_of(request.user)
    if not stores:
        return render(request, "store/none.html")
    store = next((one for one in stores if str(one.uid) == request.GET.get("store")), stores[0])
    points = spendable_of(person_id)
    context = {
        "store": store,
        "others": [one for one in stores if one != store],
        "day": selectors.next_day(store),
        "points": points,
        "reserved": selectors.reserved_by(person_id),
        "lately": selectors.lately_of(person_id),
        "shelves": selectors.shelves_of(store),
    }
    return render(request, "store/home.html", context)


def _goods(request: HttpRequest, uid: uuid.UUID) -> Goods:
    rows = Goods.objects.filter(store__in=_stores(request)).on_offer().select_related("store__unit")
    goods: Goods = get_object_or_404(rows, uid=uid)
    return goods


@login_required
@require_http_methods(["GET", "POST"])
def store_goods(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One sort of goods, and reserving it."""
    goods = _goods(request, uid)
    form = ReserveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.reserve(goods=goods, **form.cleaned_data, acting_user=request.user)
        except Conflict as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return redirect("store_redemption", made.pk)
    points = spendable_of(person_id_of(request.user))
    context = {"goods": goods, "form": form, "day": selectors.next_day(goods.store), "points": points}
    return render(request, "store/goods.html", context, status=409 if form.is_bound else 200)


@login_required
@require_GET
def store_photo(request: HttpRequest, uid: uuid.UUID) -> FileResponse:
    """What it looks like."""
    goods = _goods(request, uid)
    get_object_or_404(Goods.objects.exclude(photo=""), pk=goods.pk)
    response = FileResponse(goods.photo.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _mine(request: HttpRequest) -> QuerySet[Redemption]:
    return selectors.with_names(Redemption.objects.of_person(person_id_of(request.user)))


@login_required
@never_cache
@require_GET
def store_redemption(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One's own reservation, with a large code for the desk."""
    redemption = get_object_or_404(_mine(request), pk=uid)
    is_open = redemption.state == RedemptionState.RESERVED
    symbol = qr.drawn(redemption.code, _("二维码，内容是下面的 8 个数字")) if is_open else ""
    context = {"redemption": redemption, "is_open": is_open, "qr": symbol}
    return render(request, "store/redemption.html", context)


@login_required
@require_POST
def store_cancel(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Not needed any more: points and goods are free again."""
    redemption = get_object_or_404(_mine(request), pk=uid)
    services.cancel(redemption=redemption, acting_user=request.user)
    return redirect("store_home")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def store_collectors(request: HttpRequest) -> HttpResponse:
    """Who may collect for me; and the six digits that I say at the counter."""
    person = get_object_or_404(Person.objects.living(), pk=person_id_of(request.user))
    form = CollectorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            collectors.name_collector(
                uid=data["id"], person=person, name=data["name"], relation=data["relation"], acting_user=request.user
            )
        except (Invalid, Conflict) as refusal:
            form.add_error("name", str(refusal.errors.get("name", refusal.message)))
        else:
            return redirect("store_collectors")
    named = Collector.objects.of_person(person.pk)
    context = {"form": form, "named": named, "code": desk.counter_code(person)}
    return render(request, "store/collectors.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def store_collector_end(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """They collect no more."""
    rows = Collector.objects.filter(person_id=person_id_of(request.user)).select_related("person")
    collector = get_object_or_404(rows, uid=uid)
    collectors.end_collector(collector=collector, acting_user=request.user)
    return redirect("store_collectors")


@require_GET
def store_prices(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The price list, for everybody and for the wall: nothing about people."""
    store = get_object_or_404(Store.objects.select_related("unit"), uid=uid)
    context = {
        "store": store,
        "shelves": selectors.shelves_of(store),
        "day": selectors.next_day(store),
        "today": clock.today(),
    }
    return render(request, "store/prices.html", context)
