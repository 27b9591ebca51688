"""One redemption at the desk: what became of it, cancelling it, taking goods back."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from rewards.store import desk, selectors, services
from rewards.store.console.shelf import may_keep
from rewards.store.forms import ReasonForm, ReturnForm
from rewards.store.models import Collector, Redemption, RedemptionState
from volunteers.orgs.console_forms import form_page, fresh
from volunteers.units.console import page

REDEMPTIONS = ("console_redemption_list", gettext_lazy("兑换"))


def _redemption(request: HttpRequest, uid: UUID) -> Redemption:
    rows = selectors.with_names(Redemption.objects.visible_to(request.user)).select_related("store__unit", "handed_by")
    return get_object_or_404(rows, pk=uid)


@may_keep
@require_GET
def detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What was reserved, by whom it was collected, and the pieces that moved for it."""
    row = _redemption(request, uid)
    context = page(
        f"{row.person.name} {row.goods.name}",
        icon="tick-inverse",
        trail=[REDEMPTIONS],
        row=row,
        is_open=row.state == RedemptionState.RESERVED,
        is_collected=row.state == RedemptionState.COLLECTED,
        collectors=Collector.objects.of_person(row.person_id),
        moved=row.movements.order_by("at", "pk"),
        here=reverse("console_redemption", args=[row.pk]),
    )
    return render(request, "store/console_redemption.html", context)


@may_keep
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Staff cancel, with a reason that the person reads."""
    row = _redemption(request, uid)
    return form_page(
        request,
        ReasonForm(fresh(request.POST)),
        lambda data: services.cancel(redemption=row, reason=data["reason"], acting_user=request.user),
        title=_("取消预约：%(name)s %(goods)s") % {"name": row.person.name, "goods": row.goods.name},
        back=reverse("console_redemption", args=[row.pk]),
        done=_("取消了，积分退回去了，对方会收到。"),
        button=_("取消这一单"),
    )


@may_keep
def take_back(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Not the right thing, or damaged."""
    row = _redemption(request, uid)
    return form_page(
        request,
        ReturnForm(fresh(request.POST)),
        lambda data: desk.take_back(redemption=row, **data, acting_user=request.user),
        title=_("退货：%(name)s %(goods)s") % {"name": row.person.name, "goods": row.goods.name},
        back=reverse("console_redemption", args=[row.pk]),
        done=_("退好了，积分退回去了。"),
        intro=_("积分冲正回去，原来那一笔和冲正都留着。坏了的不放回货架，记作损耗。"),
        button=_("退货"),
    )
