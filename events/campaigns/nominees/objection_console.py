"""评选异议 at a desk: what residents said against candidates, decided by the clerks of street and district."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from events.campaigns.models import NomineeObjection
from events.campaigns.nominees.forms import DISMISS, UPHOLD, DecideForm
from events.campaigns.nominees.objections import decide_objection
from events.campaigns.nominees.permissions import can_decide_objection
from foundation.errors import Conflict, Invalid
from volunteers.orgs.console_forms import take_refusal
from volunteers.people.search import matching
from volunteers.units.console import DayColumn, PlaceFilter, ScopedListView, page, requires
from volunteers.units.rights import Right
from volunteers.units.selectors import breadcrumbs

LIST = ("console_nominee_objection_list", gettext_lazy("评选异议"))
ALL = "all"
State = NomineeObjection.State
may_decide = requires(Right.KEEP_BOX)


class OpenFilter(django_filters.ChoiceFilter):
    """Those to be decided, unless something else is chosen."""

    def __init__(self, **kwargs: Any) -> None:
        others = [(one.value, one.label) for one in State if one != State.OPEN]
        choices = [*others, (ALL, gettext_lazy("全部"))]
        super().__init__(label=gettext_lazy("状态"), empty_label=State.OPEN.label, choices=choices, **kwargs)

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        """By state."""
        return qs if value == ALL else qs.filter(state=value or State.OPEN)


class ObjectionFilterSet(WagtailFilterSet):
    """By state and place."""

    state = OpenFilter()
    place = PlaceFilter("nomination__neighbourhood__path")

    class Meta:
        model = NomineeObjection
        fields = ("state", "place")


class ObjectionListView(ScopedListView):
    """What was said in the reader's units; the oldest first."""

    right = Right.KEEP_BOX
    model = NomineeObjection
    page_title = gettext_lazy("评选异议")
    header_icon = "comment"
    search_hint = gettext_lazy("候选人的姓名、拼音、首字母")
    empty_text = gettext_lazy("没有要核实的异议。")
    filterset_class = ObjectionFilterSet
    default_ordering = ("raised_at", "pk")
    columns = (
        TitleColumn(
            "person", label=gettext_lazy("候选人"), accessor="nomination.person.name",
            get_url=lambda row: reverse("console_nominee_objection", args=[row.pk]),
        ),
        Column("where", label=gettext_lazy("在哪里")),
        Column("words", label=gettext_lazy("说了什么")),
        Column("state", label=gettext_lazy("状态"), accessor="get_state_display"),
        DayColumn("raised_at", label=gettext_lazy("提出时间")),
    )  # fmt: skip

    def get_base_queryset(self) -> QuerySet[Any]:
        """Where the reader decides; one's own are read on the phone."""
        rows = NomineeObjection.objects.decided_by(self.request.user)
        return rows.select_related("nomination__person", "nomination__neighbourhood")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the candidate."""
        return matching(rows, words, "nomination__person__")

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With the places; one query."""
        listed: list[Any] = list(object_list)
        where = breadcrumbs((row.nomination.neighbourhood for row in listed), top=1)
        for row in listed:
            row.where = where[row.nomination.neighbourhood_id]
        return super().get_table(listed)


def _objection(request: HttpRequest, uid: uuid.UUID) -> NomineeObjection:
    rows = NomineeObjection.objects.decided_by(request.user)
    named = ("nomination__person", "nomination__neighbourhood", "nomination__campaign", "by", "decided_by__person",
             "entered_by__person")  # fmt: skip
    found: NomineeObjection = get_object_or_404(rows.select_related(*named), pk=uid)
    return found


def _show(request: HttpRequest, row: NomineeObjection, form: DecideForm | None = None) -> HttpResponse:
    mine = row.state == State.OPEN and can_decide_objection(request.user, row)
    unit = row.nomination.neighbourhood
    context = page(
        _("关于%(name)s的异议") % {"name": row.nomination.person.name}, icon="comment", trail=[LIST], row=row,
        where=breadcrumbs([unit], top=1)[unit.pk], form=(form or DecideForm()) if mine else None,
    )  # fmt: skip
    return render(request, "campaigns/console_nominee_objection.html", context, status=422 if form else 200)


@may_decide
@require_GET
def objection_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What was said, by whom, and what was decided."""
    return _show(request, _objection(request, uid))


@may_decide
@require_POST
def objection_decide(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """It holds, or it does not, with a reason."""
    row, form, said = _objection(request, uid), DecideForm(request.POST), request.POST.get("decision", "")
    if said not in {UPHOLD, DISMISS}:
        raise Invalid
    if form.is_valid():
        try:
            decide_objection(
                objection=row, is_upheld=said == UPHOLD, reason=form.cleaned_data["reason"], acting_user=request.user
            )
        except (Conflict, Invalid) as refusal:
            take_refusal(form, refusal)
        else:
            messages.success(request, _("定好了，提的人和候选人都会收到。"))
            return redirect("console_nominee_objection", uid)
    return _show(request, row, form)
