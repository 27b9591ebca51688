"""Passbooks at the desk: opening one, printing its pages and its card, replacing a lost one."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages

from foundation.errors import Conflict, Invalid
from frontend import qr
from rewards.store import passbooks
from rewards.store.console.counter import counter_url, person_at
from rewards.store.console.shelf import may_keep, store_of
from rewards.store.forms import ReplaceForm, ReprintForm, WithId
from rewards.store.models import Passbook, PassbookPrint
from rewards.store.selectors import passbook_of, stores_of
from volunteers.people.console.panels import person_panel
from volunteers.people.models import Person
from volunteers.units.console import page
from volunteers.units.rights import Right, paths_where

PASSBOOKS = ("console_passbook_list", gettext_lazy("积分存折"))


def _book(request: HttpRequest, uid: UUID) -> Passbook:
    rows = Passbook.objects.visible_to(request.user).select_related("person", "unit")
    book: Passbook = get_object_or_404(rows, uid=uid)
    return book


@may_keep
@require_POST
def issue(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Open one for somebody at the counter."""
    store = store_of(request, uid)
    person = person_at(store, request.POST.get("person", ""))
    made = passbooks.issue(person=person, store=store, acting_user=request.user)
    messages.success(request, _("存折开好了，先印一页，再印卡。"))
    return redirect("console_passbook", made.uid)


@may_keep
@require_GET
def detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One passbook: what was printed when, and what can be printed now."""
    book = _book(request, uid)
    context = page(
        _("%(name)s 的积分存折") % {"name": book.person.name},
        icon="doc-full-inverse",
        trail=[PASSBOOKS],
        book=book,
        prints=book.prints.order_by("-first_page"),
        fresh=uuid.uuid4(),
        replacing=ReplaceForm(),
    )
    return render(request, "store/console_passbook.html", context)


def _on_paper(request: HttpRequest, printed: PassbookPrint) -> HttpResponse:
    """The pages, with the balance after every line."""
    balance, pages = printed.before, dict[int, list[Any]]()
    for number in range(printed.first_page, printed.last_page + 1):
        pages[number] = []
    for line in printed.lines.select_related("transfer").order_by("pk"):
        balance += line.points
        pages[line.page].append((line, balance))
    sums = []
    before = printed.before
    for number, lines in pages.items():
        after = lines[-1][1] if lines else before
        sums.append({"number": number, "lines": lines, "before": before, "after": after})
        before = after
    context = {"printed": printed, "book": printed.passbook, "person": printed.passbook.person, "pages": sums}
    return render(request, "store/passbook_pages.html", context)


def _refused(request: HttpRequest, book: Passbook, refusal: Conflict | Invalid) -> HttpResponse:
    messages.error(request, str(next(iter(refusal.errors.values()), refusal.message)))
    return redirect("console_passbook", book.uid)


@may_keep
@never_cache
@require_POST
def print_pages(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The lines since the last print, as pages of the booklet."""
    book = _book(request, uid)
    form = WithId(request.POST)
    if not form.is_valid():
        return redirect("console_passbook", book.uid)
    try:
        printed = passbooks.print_pages(id=form.cleaned_data["id"], passbook=book, acting_user=request.user)
    except Conflict as refusal:
        return _refused(request, book, refusal)
    return _on_paper(request, printed)


@may_keep
@never_cache
@require_POST
def print_again(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The same pages once more, with a reason."""
    book = _book(request, uid)
    form = ReprintForm(request.POST)
    printed = book.prints.filter(first_page=form.cleaned_data["page"]).first() if form.is_valid() else None
    if printed is None:
        return _refused(request, book, Invalid(_("写一句为什么重印。")))
    printed.passbook = book
    passbooks.print_again(printed=printed, reason=form.cleaned_data["reason"], acting_user=request.user)
    return _on_paper(request, printed)


@may_keep
@never_cache
@require_POST
def print_card(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The card, as large as a credit card."""
    book = _book(request, uid)
    try:
        passbooks.print_card(passbook=book, acting_user=request.user)
    except Conflict as refusal:
        return _refused(request, book, refusal)
    symbol = qr.drawn(book.number, _("二维码，内容是下面的 10 个数字"))
    return render(request, "store/passbook_card.html", {"book": book, "person": book.person, "qr": symbol})


@may_keep
@require_POST
def replace(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The old number counts no more; a new passbook takes over its balance."""
    book = _book(request, uid)
    try:
        made = passbooks.replace(passbook=book, why=request.POST.get("why", ""), acting_user=request.user)
    except Invalid as refusal:
        return _refused(request, book, refusal)
    messages.success(request, _("旧的停用了，这是新的一本。印一页，再印卡。"))
    return redirect("console_passbook", made.uid)


@person_panel(40)
def of_person(request: HttpRequest, person: Person) -> SafeString | str:
    """On the page of a person: their passbook, and the counter where one is opened; for those who keep their store."""
    paths = paths_where(request.user, Right.KEEP_STORE)
    stores = [one for one in stores_of(person.pk) if one.unit.path.startswith(tuple(paths))] if paths else []
    if not stores:
        return ""
    context = {"passbook": passbook_of(person.pk), "counter": counter_url(stores[0], person), "store": stores[0]}
    return render_to_string("store/_person_panel.html", context, request)
