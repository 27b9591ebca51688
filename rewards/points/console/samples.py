"""The monthly sample at a desk: what was drawn, how it was drawn, and a second look at each."""

from __future__ import annotations

import csv
import uuid
from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from foundation.errors import Conflict, Invalid
from rewards.points import sampling
from rewards.points.console.asked import common_facts
from rewards.points.console.awards import pieces
from rewards.points.forms import LookForm
from rewards.points.models import AwardSample, SampledAward, Verdict
from rewards.points.permissions import can_look_at
from volunteers.orgs.console_forms import take_refusal
from volunteers.people.search import matching
from volunteers.units.console import DayColumn, PlaceFilter, ScopedListView, page, requires
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right
from volunteers.units.selectors import breadcrumbs

LIST = ("console_sample_list", gettext_lazy("积分抽查"))
may_audit = requires(Right.SEE_AUDIT)


class MonthFilter(django_filters.ModelChoiceFilter):
    """By the month that was drawn."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("月份"), empty_label=gettext_lazy("全部"), to_field_name="uid", field_name="sample",
            queryset=lambda request: AwardSample.objects.visible_to(request.user).order_by("-month"), **kwargs,
        )  # fmt: skip


class SampleFilterSet(WagtailFilterSet):
    """By month, result and place."""

    sample = MonthFilter()
    verdict = django_filters.ChoiceFilter(
        label=gettext_lazy("结果"), empty_label=gettext_lazy("全部"), choices=Verdict.choices
    )
    place = PlaceFilter("award__unit__path")

    class Meta:
        model = SampledAward
        fields = ("sample", "verdict", "place")


class SampleListView(ScopedListView):
    """Awards that were drawn, the latest month first, in the order of the tree."""

    right = Right.SEE_AUDIT
    model = SampledAward
    page_title = gettext_lazy("积分抽查")
    header_icon = "view"
    search_hint = gettext_lazy("姓名、拼音、首字母，或者手机后四位")
    empty_text = gettext_lazy("还没有抽查。每月 2 号自动抽上个月批准的申请。")
    filterset_class = SampleFilterSet
    default_ordering = ("-sample__month", "award__unit__path", "pk")
    columns = (
        TitleColumn(
            "person", label=gettext_lazy("给谁"), accessor="award.person.name",
            get_url=lambda row: reverse("console_sample", args=[row.uid]),
        ),
        Column("month", label=gettext_lazy("月份"), accessor="sample"),
        Column("where", label=gettext_lazy("在哪里")),
        Column("rule", label=gettext_lazy("什么事"), accessor=lambda row: pieces(row.award)),
        DayColumn("happened_on", label=gettext_lazy("哪天的事"), accessor="award.happened_on"),
        Column("verdict", label=gettext_lazy("结果"), accessor="get_verdict_display"),
    )  # fmt: skip

    def get_base_queryset(self) -> QuerySet[Any]:
        """With the award, its person and unit."""
        return super().get_base_queryset().select_related("sample", "award__person", "award__unit")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """As people are found everywhere."""
        return matching(rows, words, "award__person__")

    def get_table(self, object_list: Any) -> Any:
        """With the places; one query."""
        where = breadcrumbs((row.award.unit for row in object_list), top=1)
        for row in object_list:
            row.where = where[row.award.unit_id]
        return super().get_table(object_list)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """The seeds."""
        return [HeaderButton(_("怎么抽的"), url=reverse("console_sample_drawn"), icon_name="help")]


@may_audit
@require_GET
def sample_drawn(request: HttpRequest) -> HttpResponse:
    """Seeds, numbers and method, so that anybody can draw again."""
    rows = AwardSample.objects.visible_to(request.user).order_by("-month")
    done = Count("items", filter=~Q(items__verdict=Verdict.OPEN))
    context = page(
        _("怎么抽的"), icon="view", trail=[LIST], samples=rows.annotate(drawn=Count("items"), looked=done)[:36]
    )
    return render(request, "points/console_drawn.html", context)


@may_audit
@require_GET
def sample_numbers(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Numbers of all awards of the month by community, with what was drawn; no names."""
    sample = get_object_or_404(AwardSample.objects.visible_to(request.user), uid=uid)
    drawn = set(sample.items.values_list("award_id", flat=True))
    awards = sampling.approved_in(sample.month)
    paths = {award.unit.path_at(Level.COMMUNITY) for award in awards}
    names = dict(Unit.objects.filter(path__in=paths).values_list("path", "name"))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{sample.month:%Y-%m}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([_("社区"), _("社区编号"), _("申请编号"), _("计算值"), _("抽中")])
    for award in awards:
        path = award.unit.path_at(Level.COMMUNITY)
        value = sampling.value_of(sample.seed, award.pk)
        writer.writerow([names.get(path, ""), path, award.pk, value, "1" if award.pk in drawn else ""])
    return response


def _item(request: HttpRequest, uid: uuid.UUID) -> SampledAward:
    rows = SampledAward.objects.visible_to(request.user)
    named = ("sample", "looked_by__person", "award__person", "award__unit", "award__transfer__reversed_by")
    return get_object_or_404(
        rows.select_related(*named, "award__asked_by__person", "award__decided_by__person"), uid=uid
    )


@may_audit
@require_http_methods(["GET", "POST"])
def sample_look(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One award that was drawn: its facts, and in order or not."""
    item = _item(request, uid)
    form = LookForm(request.POST or None)
    if form.is_bound and form.is_valid() and _looked(request, item, form):
        return redirect("console_sample", uid)
    award, line = item.award, item.award.transfer
    assert line
    facts = [
        (_("给谁"), award.person.name),
        (_("在哪里"), f"{breadcrumbs([award.unit], top=1)[award.unit_id]} · {award.unit.name}".strip(" ·")),
        (_("什么事"), pieces(award)),
        (_("哪天的事"), award.happened_on),
        *common_facts(award),
        (_("记了"), _("%(points)d 分") % {"points": line.points}),
    ]
    context = page(
        _("抽查一条"), icon="view", trail=[LIST], item=item, facts=facts, form=form, line=line,
        may_look=item.verdict == Verdict.OPEN and can_look_at(request.user, item),
        back_line=getattr(line, "reversed_by", None),
    )  # fmt: skip
    return render(request, "points/console_sample.html", context, status=422 if form.is_bound else 200)


def _looked(request: HttpRequest, item: SampledAward, form: LookForm) -> bool:
    in_order = form.cleaned_data["verdict"] == Verdict.IN_ORDER
    try:
        sampling.look_at(item=item, in_order=in_order, reason=form.cleaned_data["reason"], acting_user=request.user)
    except (Conflict, Invalid) as refusal:
        take_refusal(form, refusal)
        return False
    messages.success(request, _("记下了。") if in_order else _("记下了。下一步把这一笔冲正。"))
    return True
