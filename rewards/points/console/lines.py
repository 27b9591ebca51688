"""Lines taken back at a desk: found by the person, or beside one of the same event; no balance, no sum of anybody."""

from __future__ import annotations

import uuid

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.admin import messages

from foundation.errors import Conflict, Invalid
from rewards.points import reversing
from rewards.points.forms import FindLinesForm, ReasonForm
from rewards.points.models import Transfer
from volunteers.orgs.console_forms import form_page, fresh, take_refusal
from volunteers.people.models import Person
from volunteers.units.console import page, requires
from volunteers.units.rights import Right

LIST = ("console_line_find", gettext_lazy("积分更正"))
A_PAGE = 30
may_correct = requires(Right.AWARD_POINTS)


def _found_url(person: Person | None) -> str:
    query = f"?person={person.uid}" if person else ""
    return f"{reverse('console_line_find')}{query}"


@may_correct
@require_GET
def line_find(request: HttpRequest) -> HttpResponse:
    """Whose lines; then what this person was given in the reader's units, by time."""
    form = FindLinesForm(request.GET or None, user=request.user)
    person: Person | None = form.cleaned_data["person"] if form.is_bound and form.is_valid() else None
    lines = None
    if person is not None:
        lines = Paginator(reversing.lines_of(person.pk, request.user), A_PAGE).get_page(request.GET.get("page"))
        for line in lines:
            line.has_others = bool(reversing.group_of(line))  # type: ignore[attr-defined]
    context = page(_("积分更正"), icon="undo", form=form, person=person, lines=lines)
    return render(request, "points/console_lines.html", context)


def _given(request: HttpRequest) -> QuerySet[Transfer]:
    rows = Transfer.objects.visible_to(request.user).filter(to_account__kind="person", reverses__isnull=True)
    return rows.select_related("unit", "to_account__person", "reversed_by")


@may_correct
@require_http_methods(["GET", "POST"])
def line_reverse(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take one line back, with a reason; both lines stay in sight."""
    line = get_object_or_404(_given(request), pk=uid)
    person = line.to_account.person
    assert person
    words = {"name": person.name, "what": line.reason, "points": line.points}
    return form_page(
        request,
        ReasonForm(fresh(request.POST)),
        lambda data: reversing.reverse_line(line=line, **data, acting_user=request.user),
        title=_("冲正一笔积分"),
        back=_found_url(person),
        done=_("冲正好了，两笔都看得到，本人会收到说明。"),
        intro=_("%(name)s，“%(what)s”，%(points)d 分。原来的一笔不会删，会再记一笔对冲。") % words,
        button=_("冲正"),
    )


@may_correct
@require_http_methods(["GET", "POST"])
def line_beside(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """All lines of the same event, by name; those ticked are taken back with one reason, all or none."""
    line = get_object_or_404(_given(request), pk=uid)
    beside = reversing.lines_beside(line, request.user)
    form = ReasonForm(request.POST or None)
    ticked = set(request.POST.getlist("uids"))
    if form.is_bound:
        chosen = [one for one in beside if str(one.pk) in ticked]
        if not chosen:
            form.add_error(None, _("先勾选要冲正的。"))
        elif form.is_valid() and _reverse(request, form, chosen):
            return redirect(request.path)
    people = [one.to_account.person_id for one in beside]
    for one in beside:
        one.twice = people.count(one.to_account.person_id) > 1  # type: ignore[attr-defined]
    context = page(line.reason, icon="undo", trail=[LIST], lines=beside, form=form, ticked=ticked)
    return render(request, "points/console_beside.html", context, status=422 if form.is_bound else 200)


def _reverse(request: HttpRequest, form: ReasonForm, chosen: list[Transfer]) -> bool:
    try:
        count = reversing.reverse_lines(lines=chosen, reason=form.cleaned_data["reason"], acting_user=request.user)
    except (Conflict, Invalid) as refusal:
        take_refusal(form, refusal)
        return False
    messages.success(request, _("冲正了 %(count)d 笔，两笔都看得到。") % {"count": count})
    return True
