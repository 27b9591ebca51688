"""Budgets at a desk: by place what was put in, given and is left; fillings that two people decide; taking back."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from rewards.points import budgets
from rewards.points.console import asked
from rewards.points.forms import AnswerForm, FillForm, TakeBackForm
from rewards.points.models import AccountKind, BudgetFill, PointsAccount
from rewards.points.permissions import can_decide_fill
from volunteers.orgs.console_forms import form_page, fresh
from volunteers.units.console import DayColumn, ExportColumn, NumberColumn, PlaceFilter, ScopedListView, requires
from volunteers.units.models import Unit
from volunteers.units.rights import Right, units_where
from volunteers.units.selectors import breadcrumbs, named_like

FILLS = asked.Asked("fill", gettext_lazy("预算申请"), "folder-open-1")
may_keep = requires(Right.KEEP_BUDGETS)


class BudgetFilterSet(WagtailFilterSet):
    """By place."""

    place = PlaceFilter("path")

    class Meta:
        model = Unit
        fields = ("place",)


def _with_budgets(units: Any) -> list[Any]:
    """Units with what is in their budgets; three queries."""
    listed = list(units)
    found = budgets.budgets_of(listed)
    for one in listed:
        one.budget = found.get(one.pk, budgets.NOTHING)
    return listed


class BudgetListView(ScopedListView):
    """Units that may have a budget, in the order of the tree: filled, given, left."""

    right = Right.KEEP_BUDGETS
    model = Unit
    page_title = gettext_lazy("积分预算")
    header_icon = "folder-open-1"
    search_hint = gettext_lazy("单位名称、拼音")
    empty_text = gettext_lazy("您这里没有可以放预算的单位。")
    filterset_class = BudgetFilterSet
    default_ordering = "path"
    columns = (
        TitleColumn(
            "name", label=gettext_lazy("单位"), get_url=lambda row: reverse("console_budget_back", args=[row.uid])
        ),
        Column("level", label=gettext_lazy("层级"), accessor="get_level_display"),
        NumberColumn("filled", label=gettext_lazy("拨入"), accessor="budget.filled"),
        NumberColumn("spent", label=gettext_lazy("发出"), accessor="budget.spent"),
        NumberColumn("left", label=gettext_lazy("还有"), accessor="budget.left"),
    )
    export_columns = (
        ExportColumn(gettext_lazy("单位"), "name"),
        ExportColumn(gettext_lazy("层级"), "get_level_display"),
        ExportColumn(gettext_lazy("拨入"), "budget.filled"),
        ExportColumn(gettext_lazy("发出"), "budget.spent"),
        ExportColumn(gettext_lazy("还有"), "budget.left"),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """Where the user keeps budgets; of units that ended those in which something is left."""
        levels = [level.value for level in budgets.LEVELS]
        units = units_where(self.request.user, Right.KEEP_BUDGETS).filter(level__in=levels)
        left = PointsAccount.objects.filter(kind=AccountKind.BUDGET, balance__gt=0).values("unit")
        return units.filter(Q(pk__in=Unit.objects.current().values("pk")) | Q(pk__in=left))

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """As units are found everywhere."""
        return rows.filter(named_like(words))

    def get_table(self, object_list: Any) -> Any:
        """With what is in the budgets."""
        return super().get_table(_with_budgets(object_list))

    def rows_to_export(self, rows: QuerySet[Any]) -> list[Any]:
        """All of them: at most some hundreds."""
        return _with_budgets(rows)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Ask for some; those that wait."""
        return [
            HeaderButton(_("申请预算"), url=reverse("console_fill_ask"), icon_name="plus"),
            HeaderButton(_("预算申请"), url=reverse("console_fill_list"), icon_name="list-ul"),
        ]


@may_keep
@require_http_methods(["GET", "POST"])
def budget_back(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take back what a unit does not need."""
    levels = [level.value for level in budgets.LEVELS]
    unit = get_object_or_404(units_where(request.user, Right.KEEP_BUDGETS).filter(level__in=levels), uid=uid)
    left = budgets.budgets_of([unit]).get(unit.pk, budgets.NOTHING).left
    return form_page(
        request,
        TakeBackForm(fresh(request.POST)),
        lambda data: budgets.take_back(unit=unit, **data, acting_user=request.user),
        title=_("收回%s没用的预算") % unit.name,
        back=reverse("console_budget_list"),
        done=_("收回了。"),
        intro=_("现在还有 %(left)d 分。") % {"left": left},
        button=_("收回"),
    )


# -- fillings ------------------------------------------------------------------------------------------------------


class FillFilterSet(WagtailFilterSet):
    """By state and place."""

    state = asked.AskedFilter()
    place = PlaceFilter()

    class Meta:
        model = BudgetFill
        fields = ("state", "place")


class FillListView(ScopedListView):
    """Fillings asked for in the reader's units, the latest first."""

    right = Right.KEEP_BUDGETS
    model = BudgetFill
    page_title = gettext_lazy("预算申请")
    header_icon = "folder-open-1"
    search_hint = gettext_lazy("单位名称、拼音")
    empty_text = gettext_lazy("没有等批准的预算申请。")
    filterset_class = FillFilterSet
    default_ordering = ("-asked_at", "pk")
    columns = (
        TitleColumn(
            "unit", label=gettext_lazy("单位"), accessor="unit.name",
            get_url=lambda row: reverse("console_fill", args=[row.pk]),
        ),
        NumberColumn("points", label=gettext_lazy("多少分")),
        Column("reason", label=gettext_lazy("用在哪里")),
        Column("asked_by", label=gettext_lazy("谁申请的"), accessor=lambda row: row.asked_by and row.asked_by.person),
        Column("state", label=gettext_lazy("状态"), accessor="get_state_display"),
        DayColumn("asked_at", label=gettext_lazy("申请时间")),
    )  # fmt: skip

    def get_base_queryset(self) -> QuerySet[Any]:
        """With the unit, and who asked."""
        return super().get_base_queryset().select_related("unit", "asked_by__person")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the unit."""
        return rows.filter(named_like(words, "unit__"))

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Ask."""
        return [HeaderButton(_("申请预算"), url=reverse("console_fill_ask"), icon_name="plus")]


@may_keep
@require_http_methods(["GET", "POST"])
def fill_ask(request: HttpRequest) -> HttpResponse:
    """Ask for points in a budget; another clerk approves."""
    return form_page(
        request,
        FillForm(fresh(request.POST), user=request.user),
        lambda data: budgets.ask_fill(**data, acting_user=request.user),
        title=_("申请预算"),
        back=reverse("console_fill_list"),
        done=_("申请了，等另一位同事批准。"),
        intro=_("社区由工作人员录入的积分从预算里出；自动记的分不用预算。"),
        button=_("送去批准"),
    )


def _fill(request: HttpRequest, uid: uuid.UUID) -> BudgetFill:
    rows = BudgetFill.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("unit", "asked_by__person", "decided_by__person"), pk=uid)


def _show(request: HttpRequest, fill: BudgetFill, refuse_form: AnswerForm | None = None) -> HttpResponse:
    left = budgets.budgets_of([fill.unit]).get(fill.unit_id, budgets.NOTHING).left
    facts: asked.Facts = [
        (_("单位"), f"{breadcrumbs([fill.unit], top=1)[fill.unit_id]} · {fill.unit.name}".strip(" ·")),
        (_("多少分"), fill.points),
        *asked.common_facts(fill),
    ]
    return asked.show(
        request, FILLS, fill, title=_("%s的预算") % fill.unit.name, facts=facts,
        notes=[_("现在还有 %(left)d 分。") % {"left": left}],
        may_decide=can_decide_fill(request.user, fill), refuse_form=refuse_form,
    )  # fmt: skip


@may_keep
@require_GET
def fill_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Everything about one filling."""
    return _show(request, _fill(request, uid))


@may_keep
@require_POST
def fill_approve(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The points are put in."""
    fill, back = _fill(request, uid), reverse("console_fill", args=[uid])
    return asked.done_or_said(
        request, lambda: budgets.approve_fill(fill=fill, acting_user=request.user), _("批准了，分已经拨入。"), back
    )


@may_keep
@require_POST
def fill_refuse(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Not approved, with a reason."""
    fill = _fill(request, uid)
    form = asked.refused(
        request, lambda reason: budgets.refuse_fill(fill=fill, reason=reason, acting_user=request.user)
    )
    return _show(request, fill, form) if form else redirect("console_fill", uid)


@may_keep
@require_POST
def fill_withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Taken back by whoever asked."""
    fill, back = _fill(request, uid), reverse("console_fill", args=[uid])
    return asked.done_or_said(
        request, lambda: budgets.withdraw_fill(fill=fill, acting_user=request.user), _("收回了。"), back
    )
