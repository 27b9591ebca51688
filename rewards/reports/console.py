"""The reports in the console: points, promises, costs; each place opens to the places below, each as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from wagtail import hooks

from foundation.sheets import Format
from rewards.reports.costs import Cost, cost_report
from rewards.reports.period import Asked, asked, months_to_choose
from rewards.reports.points import Line, Sheet, points_report, rule_labels
from rewards.reports.promises import Promise, promises_report
from rewards.reports.rollup import rolled_up_until
from volunteers.units.console import POINTS_MENU, ExportColumn, ScopedMenuItem, requires
from volunteers.units.console.export import Wish, export, only_where_one_may_export
from volunteers.units.console.pages import page
from volunteers.units.rights import Right, has_right

POINTS, PROMISES, COSTS = "console_reward_points", "console_reward_promises", "console_reward_costs"
TITLES = {POINTS: gettext_lazy("积分收支"), PROMISES: gettext_lazy("承诺与兑现"), COSTS: gettext_lazy("每户成本")}
MOST_RULE = 30


def _shown(request: HttpRequest, name: str, template: str, wanted: Asked, **more: Any) -> HttpResponse:
    """What the three pages share: the way to the others, the months to choose from, the file."""
    context = page(
        f"{TITLES[name]}：{wanted.name}",
        icon="table",
        asked=wanted,
        tabs=[(label, f"{reverse(one)}?{wanted.query}", one == name) for one, label in TITLES.items()],
        months=months_to_choose(),
        until=rolled_up_until(),
        export_url=reverse(f"{name}_export") if has_right(request.user, Right.EXPORT, wanted.unit) else "",
        **more,
    )
    return render(request, template, context)


def _rule(request: HttpRequest) -> str:
    rule = request.GET.get("rule", "")
    if len(rule) > MOST_RULE:
        raise Http404
    return rule


@requires(Right.SEE_REWARD_REPORTS)
@require_GET
def reward_points(request: HttpRequest) -> HttpResponse:
    """Points issued, spent, expired, taken back and held."""
    wanted, rule = asked(request), _rule(request)
    label = rule_labels().get(rule, rule) if rule else ""
    sheets = points_report(wanted, rule)
    return _shown(request, POINTS, "reports/console_points.html", wanted, sheets=sheets, rule=rule, rule_label=label)


@requires(Right.SEE_REWARD_REPORTS)
@require_GET
def reward_promises(request: HttpRequest) -> HttpResponse:
    """What was promised against what was given."""
    wanted = asked(request)
    benefits, providers = promises_report(wanted)
    parts = {"benefits": benefits, "providers": providers}
    return _shown(request, PROMISES, "reports/console_promises.html", wanted, **parts)


@requires(Right.SEE_REWARD_REPORTS)
@require_GET
def reward_costs(request: HttpRequest) -> HttpResponse:
    """What it costs for each household."""
    wanted = asked(request)
    lines, whole = cost_report(wanted)
    return _shown(request, COSTS, "reports/console_costs.html", wanted, lines=lines, whole=whole)


# -- as files ----------------------------------------------------------------------------------------------------------


def _file(
    request: HttpRequest, user: Any, name: str, *, wanted: Asked, rows: Sequence[Any], columns: Sequence[ExportColumn]
) -> HttpResponseBase:
    wish = Wish(
        name=f"{name}_export",
        title=f"{wanted.name} {wanted.period} {TITLES[name]}",
        format=Format.CSV if request.POST.get("format") == Format.CSV else Format.XLSX,
        full=False,
        reason=request.POST.get("reason", "").strip()[:200],
        conditions=[(_("月份"), str(wanted.period)), (_("单位"), wanted.name)],
        searched="",
    )
    return export(rows=rows, columns=columns, wish=wish, acting_user=user)


def _narrowed(request: HttpRequest) -> tuple[Any, Asked]:
    """The reader, and what they asked for in the places that they may export of."""
    user = request.user
    request.user = only_where_one_may_export(user)
    return user, asked(request, Right.EXPORT, user)


def _cell(place: int) -> Any:
    def told(pair: tuple[Sheet, Line]) -> object:
        cells = pair[1].cells
        return cells[place].told if place < len(cells) else ""

    return told


@requires(Right.SEE_REWARD_REPORTS)
@require_POST
def reward_points_export(request: HttpRequest) -> HttpResponseBase:
    """Every table of the page, one below the other."""
    user, wanted = _narrowed(request)
    sheets = points_report(wanted, _rule(request))
    rows = [(sheet, line) for sheet in sheets for line in [*sheet.lines, *([sheet.total] if sheet.total else [])]]
    labels = max((sheet.columns for sheet in sheets), key=len)
    columns = [
        ExportColumn(gettext_lazy("表"), lambda pair: pair[0].title),
        ExportColumn(gettext_lazy("名称"), lambda pair: pair[1].label),
        *(ExportColumn(label, _cell(place)) for place, label in enumerate(labels)),
    ]
    return _file(request, user, POINTS, wanted=wanted, rows=rows, columns=columns)


@requires(Right.SEE_REWARD_REPORTS)
@require_POST
def reward_promises_export(request: HttpRequest) -> HttpResponseBase:
    """Benefits, then providers."""
    user, wanted = _narrowed(request)
    benefits, providers = promises_report(wanted)
    rows: list[Promise] = [*benefits, *providers]
    columns = [
        ExportColumn(gettext_lazy("名称"), "label"),
        ExportColumn(gettext_lazy("属于"), "what"),
        ExportColumn(gettext_lazy("承诺"), "places"),
        ExportColumn(gettext_lazy("领取"), lambda row: row.claimed.told),
        ExportColumn(gettext_lazy("候补"), lambda row: row.waiting.told),
        ExportColumn(gettext_lazy("用了"), lambda row: row.used.told),
        ExportColumn(gettext_lazy("没兑现"), "refused"),
        ExportColumn(gettext_lazy("兑现率"), "rate"),
    ]
    return _file(request, user, PROMISES, wanted=wanted, rows=rows, columns=columns)


@requires(Right.SEE_REWARD_REPORTS)
@require_POST
def reward_costs_export(request: HttpRequest) -> HttpResponseBase:
    """Places, then the whole."""
    user, wanted = _narrowed(request)
    lines, whole = cost_report(wanted)
    rows: list[Cost] = [*lines, whole]
    columns = [
        ExportColumn(gettext_lazy("地方"), "label"),
        ExportColumn(gettext_lazy("结算积分"), "settled"),
        ExportColumn(gettext_lazy("货品成本（元）"), "yuan"),
        ExportColumn(gettext_lazy("登记户数"), "households"),
        ExportColumn(gettext_lazy("每户积分"), "points_each"),
        ExportColumn(gettext_lazy("每户成本（元）"), "yuan_each"),
    ]
    return _file(request, user, COSTS, wanted=wanted, rows=rows, columns=columns)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        path("rewards/reports/points/", reward_points, name=POINTS),
        path("rewards/reports/points/export/", reward_points_export, name=f"{POINTS}_export"),
        path("rewards/reports/promises/", reward_promises, name=PROMISES),
        path("rewards/reports/promises/export/", reward_promises_export, name=f"{PROMISES}_export"),
        path("rewards/reports/costs/", reward_costs, name=COSTS),
        path("rewards/reports/costs/export/", reward_costs_export, name=f"{COSTS}_export"),
    ]


@hooks.register(POINTS_MENU)
def menu_item() -> ScopedMenuItem:
    """In the side menu."""
    return ScopedMenuItem(
        gettext_lazy("报表"), reverse(POINTS), name="reward-reports", icon_name="table", order=90,
        right=Right.SEE_REWARD_REPORTS,
    )  # fmt: skip
