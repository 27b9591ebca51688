"""统计月报 in the console: a page for each unit and month, and the same as a file."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from foundation import clock
from foundation.errors import Denied
from foundation.sheets import Format
from volunteers.structure.months import Month
from volunteers.structure.reports import MonthReport, MonthRow, month_of
from volunteers.units.console import ExportColumn, requires
from volunteers.units.console.export import Wish, export, only_where_one_may_export
from volunteers.units.console.pages import page
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, has_right, units_where

MONTHS = 24


def _report(request: HttpRequest, right: Right = Right.SEE_ROLLUP) -> MonthReport:
    """The report asked for by `?unit=` and `?month=`; one's own first unit and the last month when not said."""
    asked = request.GET.get("unit", "")
    mine = units_where(request.user, right)
    if asked:
        try:
            unit = Unit.objects.visible_to(request.user).filter(uid=uuid.UUID(asked)).first()
        except ValueError as wrong:
            raise Http404 from wrong
    else:
        unit = mine.order_by("depth", "path").first()
    if unit is None or unit.level == Level.NEIGHBOURHOOD:
        raise Http404
    if not has_right(request.user, right, unit):
        raise Denied
    month = _month(request.GET.get("month", ""))
    return month_of(unit, month)


def _month(text: str) -> Month:
    this = Month.of(clock.today())
    if not text:
        return Month.of(this.first.replace(day=1) - this.first.resolution)
    month = Month.read(text)
    if month is None or month.first > this.first:
        raise Http404
    return month


def _months() -> list[str]:
    """The months to choose from, the running one first."""
    month, found = Month.of(clock.today()), []
    for _number in range(MONTHS):
        found.append(str(month))
        month = Month.of(month.first - month.first.resolution)
    return found


@requires(Right.SEE_ROLLUP)
@require_GET
def month_report(request: HttpRequest) -> HttpResponse:
    """A unit in a month: itself and those right below, in the order of the tree."""
    report = _report(request)
    above = Unit.objects.visible_to(request.user).filter(path__in=report.unit.ancestor_paths()[:-1])
    title = _("统计月报：%(unit)s") % {"unit": report.name}
    may_export = has_right(request.user, Right.EXPORT, report.unit)
    context = page(title, icon="date", report=report, months=_months(), above=above, may_export=may_export)
    return render(request, "structure/console_month.html", context)


@requires(Right.SEE_ROLLUP)
@require_POST
def month_export(request: HttpRequest) -> HttpResponseBase:
    """The same numbers as a file that says who took it and when."""
    user = request.user
    request.user = only_where_one_may_export(user)
    report = _report(request, Right.EXPORT)
    columns = [
        ExportColumn(_("单位"), lambda pair: pair[0].name),
        *(ExportColumn(label, _number(place)) for place, label in enumerate(report.labels)),
    ]
    format_ = Format.CSV if request.POST.get("format") == Format.CSV else Format.XLSX
    wish = Wish(
        name="console_month_export",
        title=f"{report.name} {report.month} {_('统计月报')}",
        format=format_,
        full=False,
        reason=request.POST.get("reason", "").strip()[:200],
        conditions=[(_("月份"), str(report.month)), (_("单位"), report.name), (_("截至"), report.day.isoformat())],
        searched="",
    )
    rows: list[tuple[MonthRow, list[int]]] = [*report.table, (MonthRow(_("合计")), report.sum)]
    return export(rows=rows, columns=columns, wish=wish, acting_user=user)


def _number(place: int) -> Any:
    return lambda pair: pair[1][place]
