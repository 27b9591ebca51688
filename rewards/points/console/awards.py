"""Awards made by hand at a desk: ask for one person or several, approve or refuse, one by one or many at once."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from foundation.errors import Conflict, Invalid
from foundation.secrets import mask_name
from rewards.points import awards
from rewards.points.budgets import nearest_budget
from rewards.points.console import asked
from rewards.points.forms import AnswerForm, AwardForm
from rewards.points.models import AskedState, ManualAward
from rewards.points.permissions import can_decide_award
from rewards.points.rules import label_of
from rewards.points.rules import rule as rule_of
from volunteers.orgs.console_forms import take_refusal
from volunteers.people.choosing import people_to_choose
from volunteers.people.models import Person
from volunteers.people.search import matching
from volunteers.units.console import (
    BulkAction,
    DayColumn,
    ExportColumn,
    PlaceFilter,
    ScopedListView,
    page,
    requires,
)
from volunteers.units.rights import Right
from volunteers.units.selectors import breadcrumbs

AWARDS = asked.Asked("award", gettext_lazy("积分申请"), "plus")
LIST = ("console_award_list", AWARDS.list_label)
may_award, may_approve = requires(Right.AWARD_POINTS), requires(Right.APPROVE_POINTS)


class AwardFilterSet(WagtailFilterSet):
    """By state and place."""

    state = asked.AskedFilter()
    place = PlaceFilter()

    class Meta:
        model = ManualAward
        fields = ("state", "place")


def pieces(award: ManualAward) -> str:
    """调解了纠纷 2 件."""
    found = rule_of(award.rule)
    return f"{label_of(award.rule)} {award.quantity} {found.measure if found else ''}".strip()


class AwardListView(ScopedListView):
    """What was asked for in the reader's units; what waits first, the latest first."""

    right = Right.AWARD_POINTS
    model = ManualAward
    page_title = gettext_lazy("积分申请")
    header_icon = "plus"
    search_hint = gettext_lazy("姓名、拼音、首字母，或者手机后四位")
    empty_text = gettext_lazy("没有等批准的申请。")
    filterset_class = AwardFilterSet
    default_ordering = ("-asked_at", "pk")
    columns = (
        TitleColumn(
            "person", label=gettext_lazy("给谁"), accessor="person.name",
            get_url=lambda row: reverse("console_award", args=[row.pk]),
        ),
        Column("where", label=gettext_lazy("在哪里")),
        Column("rule", label=gettext_lazy("什么事"), accessor=pieces),
        DayColumn("happened_on", label=gettext_lazy("哪天的事")),
        Column("reason", label=gettext_lazy("说明")),
        Column("asked_by", label=gettext_lazy("谁申请的"), accessor=lambda row: row.asked_by and row.asked_by.person),
        Column("state", label=gettext_lazy("状态"), accessor="get_state_display"),
        DayColumn("asked_at", label=gettext_lazy("申请时间")),
    )  # fmt: skip
    export_columns = (
        ExportColumn(gettext_lazy("给谁"), "person.name", mask_name),
        ExportColumn(gettext_lazy("单位"), "unit.name"),
        ExportColumn(gettext_lazy("什么事"), pieces),
        ExportColumn(gettext_lazy("哪天的事"), "happened_on"),
        ExportColumn(gettext_lazy("说明"), "reason"),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
        ExportColumn(gettext_lazy("申请时间"), "asked_at"),
        ExportColumn(gettext_lazy("办结时间"), "decided_at"),
    )
    bulk_actions = (
        BulkAction("approve", gettext_lazy("批准"), "console_award_approve_many"),
        BulkAction("refuse", gettext_lazy("不批准"), "console_award_refuse_many"),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """With who, where, and who asked."""
        return super().get_base_queryset().select_related("person", "unit", "asked_by__person")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """As people are found everywhere."""
        return matching(rows, words)

    def get_table(self, object_list: Any) -> Any:
        """With the places; one query."""
        where = breadcrumbs((row.unit for row in object_list), top=1)
        for row in object_list:
            row.where = where[row.unit_id]
        return super().get_table(object_list)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Ask."""
        return [HeaderButton(_("申请积分"), url=reverse("console_award_ask"), icon_name="plus")]


# -- asking --------------------------------------------------------------------------------------------------------


def _chosen(request: HttpRequest) -> list[Person]:
    """Who was chosen before, in the order of choosing, without the one that was just taken off."""
    uids = [*request.POST.getlist("people"), request.GET.get("person", "")]
    wanted: list[uuid.UUID] = []
    for text in uids[: awards.MOST_AT_ONCE + 1]:
        try:
            wanted.append(uuid.UUID(text))
        except ValueError:
            continue
    found = {one.uid: one for one in people_to_choose(request.user).filter(uid__in=wanted)}
    return [found[uid] for uid in dict.fromkeys(wanted) if uid in found and str(uid) != request.POST.get("drop")]


def _retyped(request: HttpRequest, people: list[Person]) -> AwardForm:
    """The form as it was, with an empty box for the next name."""
    names = ("uid", "rule", "quantity", "happened_on", "reason")
    said = {name: request.POST[name] for name in names if request.POST.get(name)}
    return AwardForm(initial=said, user=request.user, needs_person=not people)


def _choose(request: HttpRequest, people: list[Person]) -> AwardForm:
    """One more person, or one fewer; what else was typed stays."""
    if "drop" in request.POST:
        return _retyped(request, people)
    form = AwardForm(request.POST, user=request.user, needs_person=True)
    form.is_valid()
    one = form.cleaned_data.get("person")
    if one is None:
        form.forget(but="person")
        return form
    if one not in people:
        people.append(one)
    return _retyped(request, people)


def _ask(request: HttpRequest, form: AwardForm, people: list[Person]) -> bool:
    if not form.is_valid():
        return False
    data = dict(form.cleaned_data)
    one = data.pop("person")
    if one is not None and one not in people:
        people.append(one)
    try:
        made = awards.ask_awards(people=people, **data, acting_user=request.user)
    except (Conflict, Invalid) as refusal:
        take_refusal(form, refusal)
        return False
    messages.success(request, _("申请了 %(count)d 条，等另一位同事批准。") % {"count": len(made)})
    return True


@may_award
@require_http_methods(["GET", "POST"])
def award_ask(request: HttpRequest) -> HttpResponse:
    """For whom, for what, how much, when and why; several people get a row each."""
    people = _chosen(request)
    if request.method == "POST" and {"add", "drop"} & set(request.POST):
        form = _choose(request, people)
    elif request.method == "POST":
        form = AwardForm(request.POST, user=request.user, needs_person=not people)
        if _ask(request, form, people):
            return redirect("console_award_list")
    else:
        form = AwardForm(user=request.user, needs_person=not people)
    context = page(_("申请积分"), icon="plus", trail=[LIST], form=form, people=people)
    return render(request, "points/console_award_ask.html", context, status=422 if form.is_bound else 200)


# -- one award -----------------------------------------------------------------------------------------------------


def _award(request: HttpRequest, uid: uuid.UUID) -> ManualAward:
    rows = ManualAward.objects.visible_to(request.user)
    named = ("person", "unit", "asked_by__person", "decided_by__person", "transfer__reversed_by")
    return get_object_or_404(rows.select_related(*named), pk=uid)


def _notes(award: ManualAward) -> list[str]:
    """What is worth knowing before deciding: the same asked for twice, and the budget."""
    same = ManualAward.objects.filter(person=award.person_id, rule=award.rule, happened_on=award.happened_on)
    live = same.filter(state__in=[AskedState.ASKED, AskedState.APPROVED]).exclude(pk=award.pk).count()
    notes = [_("同一个人、同一天、同一件事还有 %(count)d 条，看看是不是录了两次。") % {"count": live}] if live else []
    if not award.is_open:
        return notes
    budget = nearest_budget(award.unit)
    if budget is None or budget.unit is None:
        return [*notes, _("这里还没有积分预算，批准之前请镇街先拨一些。")]
    words = _("批准后从%(unit)s的预算里出，现在还有 %(left)d 分。")
    return [*notes, words % {"unit": budget.unit.name, "left": budget.balance - budget.held}]


def _show(request: HttpRequest, award: ManualAward, refuse_form: AnswerForm | None = None) -> HttpResponse:
    facts: asked.Facts = [
        (_("给谁"), award.person.name),
        (_("在哪里"), f"{breadcrumbs([award.unit], top=1)[award.unit_id]} · {award.unit.name}".strip(" ·")),
        (_("什么事"), pieces(award)),
        (_("哪天的事"), award.happened_on),
        *asked.common_facts(award),
    ]
    if award.is_open:
        facts.append((_("按现在的规则"), _("%(points)d 分") % {"points": awards.wanted_points(award)}))
    elif award.transfer:
        facts.append((_("记了"), _("%(points)d 分，工作人员录入") % {"points": award.transfer.points}))
        if hasattr(award.transfer, "reversed_by"):
            facts.append((_("冲正"), award.transfer.reversed_by.reason))
    return asked.show(
        request, AWARDS, award, title=label_of(award.rule), facts=facts, notes=_notes(award),
        may_decide=can_decide_award(request.user, award), refuse_form=refuse_form,
    )  # fmt: skip


@may_award
@require_GET
def award_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Everything about one award."""
    return _show(request, _award(request, uid))


def cut_words(given: awards.Given) -> str:
    """What the caps left of an award, in words."""
    words = _("%(name)s：按规则 %(wanted)d 分，到上限了，记了 %(given)d 分。")
    return words % {"name": given.award.person.name, "wanted": given.wanted, "given": given.given}


@may_approve
@require_POST
def award_approve(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The points are given; what was cut is said."""
    award = _award(request, uid)
    try:
        given = awards.approve_award(award=award, acting_user=request.user)
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("console_award", uid)
    messages.success(request, _("批准了，%(points)d 分已经到账。") % {"points": given.given})
    if given.cut:
        messages.warning(request, cut_words(given))
    return redirect("console_award", uid)


@may_approve
@require_POST
def award_refuse(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Not approved, with a reason."""
    award = _award(request, uid)
    form = asked.refused(
        request, lambda reason: awards.refuse_award(award=award, reason=reason, acting_user=request.user)
    )
    return _show(request, award, form) if form else redirect("console_award", uid)


@may_award
@require_POST
def award_withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Taken back by whoever asked."""
    award = _award(request, uid)
    back = reverse("console_award", args=[uid])
    return asked.done_or_said(
        request, lambda: awards.withdraw_award(award=award, acting_user=request.user), _("收回了。"), back
    )
