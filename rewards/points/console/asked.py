"""The page of one thing that two people decide, an award or a filling: its facts, and what the reader may do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from foundation.errors import Conflict, Invalid
from rewards.points.forms import AnswerForm
from rewards.points.models import AskedState, BudgetFill, ManualAward
from rewards.points.permissions import can_withdraw
from volunteers.orgs.console_forms import take_refusal
from volunteers.units.console import page

Facts = list[tuple[str, object]]
ALL = "all"


@dataclass(frozen=True, slots=True)
class Asked:
    """How one sort of row is shown: the beginning of its addresses, its list, and an icon."""

    name: str
    list_label: str | Promise
    icon: str


class AskedFilter(django_filters.ChoiceFilter):
    """Those that wait, unless something else is chosen."""

    def __init__(self, **kwargs: Any) -> None:
        others = [(state.value, state.label) for state in AskedState if state != AskedState.ASKED]
        choices = [*others, (ALL, gettext_lazy("全部"))]
        super().__init__(label=gettext_lazy("状态"), empty_label=AskedState.ASKED.label, choices=choices, **kwargs)

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        """By state."""
        return qs if value == ALL else qs.filter(state=value or AskedState.ASKED)


def _minute(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def common_facts(row: ManualAward | BudgetFill) -> Facts:
    """Who asked and decided, and when."""
    told: Facts = [(_("说明"), row.reason)]
    by = row.asked_by.get_full_name() if row.asked_by else _("系统")
    told.append((_("申请"), f"{by}，{_minute(row.asked_at)}"))
    if row.decided_at:
        by = row.decided_by.get_full_name() if row.decided_by else _("系统")
        told.append((row.get_state_display(), f"{by}，{_minute(row.decided_at)}"))
    if row.answer:
        told.append((_("答复"), row.answer))
    return told


def show(
    request: HttpRequest,
    sort: Asked,
    row: ManualAward | BudgetFill,
    *,
    title: str,
    facts: Facts,
    notes: Sequence[str],
    may_decide: bool,
    refuse_form: AnswerForm | None = None,
) -> HttpResponse:
    """The page; 422 when the reader's reason was not taken."""
    steps = ("approve", "refuse", "withdraw")
    urls = {f"{step}_url": reverse(f"console_{sort.name}_{step}", args=[row.pk]) for step in steps}
    context = page(
        title, icon=sort.icon, trail=[(f"console_{sort.name}_list", sort.list_label)], row=row, facts=facts,
        notes=notes, may_decide=may_decide and row.is_open,
        may_withdraw=can_withdraw(request.user, row) and row.is_open,
        refuse_form=refuse_form or AnswerForm(), **urls,
    )  # fmt: skip
    return render(request, "points/console_asked.html", context, status=422 if refuse_form else 200)


def refused(request: HttpRequest, act: Callable[[str], object]) -> AnswerForm | None:
    """Refuse with the reason that was sent; the form when it cannot be taken, None when it is done."""
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except (Conflict, Invalid) as refusal:
            take_refusal(form, refusal)
        else:
            messages.success(request, _("记下了，申请的同事会看到原因。"))
            return None
    return form


def done_or_said(request: HttpRequest, act: Callable[[], object], done: str, back: str) -> HttpResponse:
    """Do it and go back; what stands in the way is said there. No right is 403."""
    try:
        act()
    except (Conflict, Invalid) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect(back)


def split(rows: Iterable[Any], mine: Callable[[Any], bool]) -> tuple[list[Any], list[Any]]:
    """Those that the reader decides, and the others."""
    listed = list(rows)
    own = [row for row in listed if mine(row)]
    return own, [row for row in listed if row not in own]
