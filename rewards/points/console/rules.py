"""The rules at a desk: versions, a draft from the one in force, its rehearsal over last month, approval by another."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from foundation.errors import Conflict, Invalid
from rewards.points import editing
from rewards.points.console.asked import done_or_said
from rewards.points.forms import LineFormSet, RulesForm, draft_from, initial_lines, initial_version
from rewards.points.models import RuleState, RuleVersion
from rewards.points.permissions import can_approve_rules
from rewards.points.rehearsal import rehearse
from rewards.points.rule_words import differences, words_of
from rewards.points.rules import Worth, label_of, version_in_force
from volunteers.orgs.console_forms import take_refusal
from volunteers.units.console import DayColumn, NumberColumn, ScopedListView, page, requires
from volunteers.units.rights import Right

LIST = ("console_rules_list", gettext_lazy("积分规则"))
may_set = requires(Right.SET_RULES)


class RulesListView(ScopedListView):
    """Versions of the rules, the newest first."""

    right = Right.SET_RULES
    model = RuleVersion
    page_title = gettext_lazy("积分规则")
    header_icon = "list-ul"
    is_searchable = False
    default_ordering = "-number"
    columns = (
        TitleColumn(
            "number", label=gettext_lazy("版本"), accessor=str,
            get_url=lambda row: reverse("console_rules", args=[row.uid]),
        ),
        Column("state", label=gettext_lazy("状态"), accessor="get_state_display"),
        DayColumn("starts_on", label=gettext_lazy("从哪天起")),
        NumberColumn("ceiling", label=gettext_lazy("每人每月最多")),
        Column("why", label=gettext_lazy("为什么改")),
    )  # fmt: skip

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Begin a new version."""
        return [HeaderButton(_("起草新的一版"), url=reverse("console_rules_draft"), icon_name="plus")]


def _version(request: HttpRequest, uid: uuid.UUID) -> RuleVersion:
    rows = RuleVersion.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("drafted_by__person", "approved_by__person"), uid=uid)


def _in_force() -> RuleVersion:
    return RuleVersion.objects.get(number=version_in_force().number)


@may_set
@require_GET
def rules_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What a version says, what it changes, and what can be done with it."""
    version, before = _version(request, uid), version_in_force()
    after = editing.as_version(version)
    is_draft = version.state == RuleState.DRAFT
    to_come = is_draft or (version.state == RuleState.APPROVED and version.starts_on > before.starts_on)
    context = page(
        str(version), icon="list-ul", trail=[LIST], version=version, is_draft=is_draft, to_come=to_come,
        in_force=version.number == before.number, may_approve=can_approve_rules(request.user, version),
        lines=[(line, words_of(line)) for line in after.rules.values()],
        changes=differences(before, after) if to_come else [],
    )  # fmt: skip
    return render(request, "points/console_rules.html", context)


def _write(request: HttpRequest, version: RuleVersion | None) -> HttpResponse:
    """The form of a new draft, or of one that is there."""
    source = version or _in_force()
    known = editing.lines_of(source)
    initial = initial_version(source, again=version is not None)
    form = RulesForm(request.POST or None, initial=initial)
    lines = LineFormSet(request.POST or None, initial=initial_lines(known), prefix="lines")
    if form.is_bound and form.is_valid() and lines.is_valid():
        made = _keep(request, form, lines, {line.code: line for line in known}, version)
        if made is not None:
            return redirect("console_rules", made.uid)
    title = str(version) if version else _("起草新的一版")
    context = page(title, icon="list-ul", trail=[LIST], form=form, lines=lines)
    return render(request, "points/console_rules_form.html", context, status=422 if form.is_bound else 200)


def _keep(
    request: HttpRequest, form: RulesForm, lines: Any, known: dict[str, Worth], version: RuleVersion | None
) -> RuleVersion | None:
    draft = draft_from(form, lines, known)
    try:
        if version is None:
            made = editing.draft_version(uid=form.cleaned_data["uid"], draft=draft, acting_user=request.user)
        else:
            made = editing.change_draft(version=version, draft=draft, acting_user=request.user)
    except (Conflict, Invalid) as refusal:
        take_refusal(form, refusal)
        return None
    messages.success(request, _("草稿存好了。先试算，再请另一位同事批准。"))
    return made


@may_set
@require_http_methods(["GET", "POST"])
def rules_draft(request: HttpRequest) -> HttpResponse:
    """A new version, beginning with the rules in force."""
    return _write(request, None)


@may_set
@require_http_methods(["GET", "POST"])
def rules_edit(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Change a draft; an approved version is never changed."""
    version = _version(request, uid)
    if version.state != RuleState.DRAFT:
        raise Conflict(_("批准了的不能再改，请另起草一版。"))
    return _write(request, version)


@may_set
@require_GET
def rules_rehearsal(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What last month would have cost under this version."""
    version = _version(request, uid)
    found = rehearse(editing.as_version(version))
    names = {line.code: line.label for line in editing.lines_of(version)}
    context = page(
        _("上个月按新规则会花多少"), icon="list-ul", trail=[LIST], version=version, found=found,
        rows=[(names.get(cost.code) or label_of(cost.code), cost) for cost in found.rules],
    )  # fmt: skip
    return render(request, "points/console_rehearsal.html", context)


@may_set
@require_POST
def rules_approve(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """In force from its day; everybody is told."""
    version, back = _version(request, uid), reverse("console_rules", args=[uid])
    return done_or_said(
        request, lambda: editing.approve_version(version=version, acting_user=request.user),
        _("批准了，到那天自动生效，大家会收到通知。"), back,
    )  # fmt: skip


@may_set
@require_POST
def rules_withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Not any more."""
    version, back = _version(request, uid), reverse("console_rules", args=[uid])
    return done_or_said(
        request, lambda: editing.withdraw_version(version=version, acting_user=request.user), _("收回了。"), back
    )
