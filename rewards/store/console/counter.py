"""The counter: somebody stands there, with a card, a number or only a name, and gets goods at once (代录)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages

from foundation.errors import Conflict, Invalid, Missing, Refused, TooMany
from rewards.store import collectors, desk, selectors
from rewards.store.console.shelf import STORES, may_keep, store_of
from rewards.store.forms import CollectorForm, NumberForm, ServeForm
from rewards.store.models import Collector, Confirmed, Passbook, Store
from volunteers.people.models import Person
from volunteers.people.search import matching
from volunteers.units.console import page

OFFERED = 12
MOST_SIGNS = 60


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def person_at(store: Store, text: str) -> Person:
    """Somebody whom the store is for, by their uid."""
    person: Person = get_object_or_404(selectors.shoppers(store), uid=_uid(text))
    return person


def _card(person: Person, text: str) -> Passbook | None:
    """The card that was shown, if it is this person's and in use."""
    uid = _uid(text)
    book = selectors.passbook_of(person.pk)
    return book if book and uid == book.uid else None


def counter_url(store: Store, person: Person, card: Passbook | None = None) -> str:
    """The counter with somebody at it."""
    asked = {"person": str(person.uid)} | ({"card": str(card.uid)} if card else {})
    return f"{reverse('console_counter', args=[store.uid])}?{urlencode(asked)}"


@may_keep
@require_http_methods(["GET", "POST"])
def counter(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Find who stands there: by card or code, typed or scanned, or by name."""
    store = store_of(request, uid)
    form = NumberForm(request.POST if "number" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            met = desk.meet(store=store, number=form.cleaned_data["number"], acting_user=request.user)
        except (Invalid, Missing) as refusal:
            form.add_error("number", str(refusal.errors.get("number", refusal.message)))
        else:
            return redirect(counter_url(store, met.person, met.card))
    if request.GET.get("person") and request.method == "GET":
        return _served(request, store)
    words = request.POST.get("q", "").strip()[:MOST_SIGNS]
    found = list(matching(selectors.shoppers(store), words, "").order_by("pinyin", "pk")[:OFFERED]) if words else []
    context = page(
        _("柜台"), icon="home", trail=[STORES], store=store, form=form, words=words,
        offered=[(one, counter_url(store, one)) for one in found],
    )  # fmt: skip
    return render(request, "store/console_counter.html", context, status=422 if form.errors else 200)


def _served(
    request: HttpRequest, store: Store, *, form: ServeForm | None = None, naming: CollectorForm | None = None
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    person = person_at(store, asked.get("person", ""))
    card = _card(person, asked.get("card", ""))
    how = Confirmed.CARD if card else Confirmed.PAPER
    rows = selectors.waiting_at(store).filter(person=person)
    context = page(
        person.name,
        icon="user",
        trail=[STORES],
        store=store,
        person=person,
        card=card,
        reserved=selectors.with_names(rows).order_by("until", "pk"),
        collectors=Collector.objects.of_person(person.pk),
        form=form or ServeForm(store=store, initial={"confirmed": how}),
        naming=naming or CollectorForm(),
        passbook=selectors.passbook_of(person.pk),
        here=counter_url(store, person, card),
    )
    return render(request, "store/console_person.html", context, status=422 if form or naming else 200)


def _refuse(form: Any, refusal: Refused) -> None:
    for name, text in (refusal.errors or {"": refusal.message}).items():
        form.add_error(name if name in form.fields else None, str(text))


@may_keep
@require_POST
def serve(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Goods over the desk there and then."""
    store = store_of(request, uid)
    person = person_at(store, request.POST.get("person", ""))
    form = ServeForm(request.POST, store=store)
    if form.is_valid():
        card = _card(person, request.POST.get("card", ""))
        try:
            made = desk.serve(store=store, person=person, card=card, **form.cleaned_data, acting_user=request.user)
        except (Invalid, Conflict, TooMany) as refusal:
            _refuse(form, refusal)
        else:
            words = _("%(name)s 领走了 %(goods)s × %(n)d，记作代录。")
            told = {"name": person.name, "goods": made.goods.name, "n": made.quantity}
            messages.success(request, words % told)
            return redirect(counter_url(store, person, card))
    return _served(request, store, form=form)


@may_keep
@require_POST
def collector_name(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Somebody may collect for the person at the counter."""
    store = store_of(request, uid)
    person = person_at(store, request.POST.get("person", ""))
    form = CollectorForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            collectors.name_collector(
                uid=data["id"], person=person, name=data["name"], relation=data["relation"], store=store,
                acting_user=request.user,
            )  # fmt: skip
        except (Invalid, Conflict) as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("登记好了，下次就认得。"))
            return redirect(counter_url(store, person))
    return _served(request, store, naming=form)


@may_keep
@require_POST
def collector_end(request: HttpRequest, uid: UUID) -> HttpResponse:
    """They collect no more."""
    store = store_of(request, uid)
    person = person_at(store, request.POST.get("person", ""))
    rows = Collector.objects.of_person(person.pk).select_related("person")
    found = get_object_or_404(rows, uid=_uid(request.POST.get("collector", "")))
    collectors.end_collector(collector=found, store=store, acting_user=request.user)
    messages.success(request, _("去掉了。"))
    return redirect(counter_url(store, person))
