"""Exchange days at the desk: who collects what, ticked one by one or many at once, and the list on paper."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages

from foundation import clock
from foundation.errors import Invalid
from rewards.store import days, desk, selectors
from rewards.store.console.shelf import may_keep, store_of
from rewards.store.forms import CallOffForm, DayForm, NumberForm
from rewards.store.models import Collector, ExchangeDay, Redemption
from volunteers.orgs.console_forms import form_page, fresh
from volunteers.units.console import back_to, page, picked

DAYS = ("console_exchange_list", gettext_lazy("兑换日"))


def _day(request: HttpRequest, uid: UUID) -> ExchangeDay:
    rows = ExchangeDay.objects.visible_to(request.user).select_related("store__unit")
    day: ExchangeDay = get_object_or_404(rows, uid=uid)
    return day


@may_keep
def day_create(request: HttpRequest) -> HttpResponse:
    """A new exchange day, announced to the leaders of the community."""
    form = DayForm(fresh(request.POST), user=request.user)
    return form_page(
        request,
        form,
        lambda _data: days.keep_day(day=form.save(commit=False), acting_user=request.user),
        title=_("定一个兑换日"),
        back=reverse("console_exchange_list"),
        done=_("定好了，大家会收到通知。"),
    )


@may_keep
def day_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Hours and place; the date while nobody has reserved."""
    day = _day(request, uid)
    form = DayForm(fresh(request.POST), user=request.user, instance=day)
    return form_page(
        request,
        form,
        lambda _data: days.keep_day(day=form.save(commit=False), acting_user=request.user),
        title=_("改兑换日"),
        back=reverse("console_exchange", args=[day.uid]),
        done=_("改好了，大家会收到通知。"),
    )


@may_keep
def day_call_off(request: HttpRequest, uid: UUID) -> HttpResponse:
    """It does not take place; what was reserved waits for the next one."""
    day = _day(request, uid)
    return form_page(
        request,
        CallOffForm(fresh(request.POST)),
        lambda data: days.call_off_day(day=day, reason=data["reason"], acting_user=request.user),
        title=_("取消这个兑换日"),
        back=reverse("console_exchange", args=[day.uid]),
        done=_("取消了，大家会收到通知。约好的都留到下一个兑换日。"),
        button=_("取消这一天"),
    )


def _waiting_on(day: ExchangeDay) -> QuerySet[Redemption]:
    """What is reserved for the day, and what was not collected before it."""
    rows = selectors.waiting_at(day.store)
    return rows.filter(Q(day=day) | Q(day__isnull=True) | Q(day__on__lt=day.on))


@may_keep
@require_GET
def day_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Who collects what, by the sound of the name; nothing about anybody's points."""
    day = _day(request, uid)
    context = page(
        f"{day.on:%Y-%m-%d} {day.store.name}",
        icon="calendar-alt",
        trail=[DAYS],
        day=day,
        store=day.store,
        customers=selectors.customers(_waiting_on(day)),
        form=NumberForm(),
        here=reverse("console_exchange", args=[day.uid]),
    )
    return render(request, "store/console_day.html", context)


@may_keep
@require_GET
def day_sheet(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The same list for a desk without a screen: A4, with room to sign."""
    day = _day(request, uid)
    context = {"day": day, "customers": selectors.customers(_waiting_on(day)), "now": clock.now()}
    return render(request, "store/sheet_day.html", context)


def _collectors(request: HttpRequest, rows: list[Redemption]) -> dict[int, Collector]:
    """Who collects for whom: a menu beside each name, empty for the person themselves."""
    wanted = {row.person_id: request.POST.get(f"collector-{row.person.uid}", "") for row in rows}
    uids = [UUID(one) for one in wanted.values() if len(one) == 36]
    found = Collector.objects.filter(uid__in=uids, ended_at__isnull=True, person_id__in=wanted)
    return {one.person_id: one for one in found.select_related("collector")}


@may_keep
@require_POST
def collect(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is ticked goes over the desk."""
    store = store_of(request, uid)
    back = back_to(request, "console_exchange_list")
    try:
        rows = list(picked(request, Redemption.objects.filter(store=store), "pk").select_related(
            "person", "goods", "store__unit"
        ))  # fmt: skip
        whom = _collectors(request, rows)
    except (Invalid, ValueError):
        messages.error(request, _("先勾选领走了哪些。"))
        return redirect(back)
    found = desk.collect_many(redemptions=rows, collectors=whom, acting_user=request.user)
    if found.done:
        messages.success(request, ngettext("领走了 %(n)d 样。", "领走了 %(n)d 样。", found.done) % {"n": found.done})
    for one, words in found.refused:
        messages.error(request, f"{one.person.name} {one.goods.name}：{words}")
    return redirect(back)
