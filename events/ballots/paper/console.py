"""The desk of paper ballots in the console: how many are out, printing, spoiling, keying, what does not agree."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from events.ballots.models import PaperBallot, PaperKeying, PaperRun
from events.ballots.paper import keying, runs, sheets, spoiling
from events.ballots.paper.forms import AsideForm, KeyForm, MarkForm, ReasonForm, RowForm, RunForm, SettleForm, SpoilForm
from events.campaigns import phases
from events.campaigns.models import Campaign, CampaignState, Nomination
from foundation.errors import Conflict, Invalid, Missing
from volunteers.homes.views import take_errors
from volunteers.units.console import NumberColumn, PlaceFilter, ScopedListView, page, requires
from volunteers.units.console.columns import DayColumn
from volunteers.units.models import Level
from volunteers.units.rights import Right, units_where

may_key = requires(Right.KEY_BALLOTS)
DESK = ("console_paper", gettext_lazy("纸质选票"))
RUNS = ("console_paper_run_list", gettext_lazy("印过的批次"))
ASKED = gettext_lazy("登记好了。请另一位同事在“印过的批次”里看过同意，这张票就另外收好。")
State = PaperBallot.State


def campaign_of_today() -> Campaign:
    """The campaign that paper belongs to; raises `Missing` while nobody votes."""
    campaign = runs.voting_campaign()
    if campaign is None:
        raise Missing(_("现在没有评选在投票。"))
    return campaign


@may_key
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Every community of the reader that has paper: printed, handed out, brought back, keyed."""
    campaign, rows, is_open = runs.voting_campaign(), [], False
    is_voting = campaign is not None and phases.is_open(campaign, CampaignState.VOTING)
    if campaign is not None:
        try:
            box = runs.box_of(campaign)
        except Conflict:
            pass
        else:
            communities = units_where(request.user, Right.KEY_BALLOTS).at(Level.COMMUNITY).order_by("path")
            rows, is_open = runs.stands(box, communities), runs.takes_paper(campaign, box)
    context = page(DESK[1], icon="doc-full", campaign=campaign, rows=rows, is_open=is_open, is_voting=is_voting)
    return render(request, "ballots/console_paper.html", context)


# -- printing ------------------------------------------------------------------------------------------------------


@never_cache
@may_key
@require_http_methods(["GET", "POST"])
def print_run(request: HttpRequest) -> HttpResponse:
    """A form, and after it the sheets themselves: the one time that the marks are seen."""
    form = RunForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            printed = runs.print_run(campaign=campaign_of_today(), acting_user=request.user, **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            take_errors(form, refusal)
        else:
            return _sheets(request, printed)
    context = page(_("印纸质选票"), icon="download", trail=[DESK], form=form, most=runs.MOST_IN_A_RUN)
    return render(request, "ballots/console_paper_print.html", context, status=422 if form.is_bound else 200)


def _sheets(request: HttpRequest, printed: runs.Printed) -> HttpResponse:
    campaign = printed.run.box.campaign
    lines = sheets.lines_of(campaign)
    columned = sheets.sheets_of(lines)
    context = {
        "campaign": campaign,
        "run": printed.run,
        "ballots": sheets.ballots_of(printed),
        "lists": [render_to_string("ballots/paper_list.html", {"columns": columns}) for columns in columned],
        "has_empty_back": len(columned) % 2 == 1,
        "layout": sheets.layout_of(lines).name,
    }
    return render(request, "ballots/paper_sheets.html", context)


class RunFilterSet(WagtailFilterSet):
    """By place."""

    place = PlaceFilter("community__path")

    class Meta:
        model = PaperRun
        fields = ("place",)


class RunListView(ScopedListView):
    """What was printed, newest first."""

    right = Right.KEY_BALLOTS
    model = PaperRun
    page_title = RUNS[1]
    header_icon = "download"
    is_searchable = False
    empty_text = gettext_lazy("还没有印过纸质选票。")
    filterset_class = RunFilterSet
    default_ordering = ("-printed_at", "pk")
    columns = (
        TitleColumn(
            "community", label=gettext_lazy("社区"), accessor="community.name",
            get_url=lambda run: reverse("console_paper_run", args=[run.pk]),
        ),
        DayColumn("printed_at", label=gettext_lazy("印制时间")),
        Column("printed_by", label=gettext_lazy("谁印的"), accessor="printed_by.get_full_name"),
        NumberColumn("count", label=gettext_lazy("几张")),
        NumberColumn("left", label=gettext_lazy("还没用的")),
        NumberColumn("half", label=gettext_lazy("没录成的")),
    )  # fmt: skip

    def get_base_queryset(self) -> QuerySet[Any]:
        """With how many of each are still unused, and how many are keyed but not alike by two people."""
        seen = PaperRun.objects.visible_to(self.request.user).select_related("community", "printed_by__person")
        return seen.annotate(
            left=Count("ballots", filter=Q(ballots__state=State.PRINTED)),
            half=Count("ballots", filter=Q(ballots__state__in=[State.KEYED, State.MISMATCH])),
        )


@may_key
@require_GET
def run_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One run in numbers, the way to spoil what is left of it, and what is keyed but not alike by two people."""
    return _run_page(request, _run(request, uid))


def _run(request: HttpRequest, uid: UUID) -> PaperRun:
    rows = PaperRun.objects.visible_to(request.user).select_related("community", "printed_by__person", "box__campaign")
    run: PaperRun = get_object_or_404(rows, pk=uid)
    return run


def _run_page(request: HttpRequest, run: PaperRun, refused: ReasonForm | None = None) -> HttpResponse:
    """`refused` is what was filled in wrongly: for the run, or for one of its ballots."""
    counted = dict(run.ballots.order_by().values_list("state").annotate(n=Count("pk")))
    half = run.ballots.half_keyed().select_related("aside_asked_by__person").order_by("pk")
    row = refused.data.get("ballot") if isinstance(refused, AsideForm) else ""
    context = page(
        f"{run.community.name} {run.count}", icon="download", trail=[DESK, RUNS], run=run,
        states=[(state, state.label, counted[state]) for state in State if state in counted],
        left=counted.get(State.PRINTED, 0),
        form=refused if refused and not row else ReasonForm(),
        half=[
            (one, refused if row == str(one.pk) else AsideForm(auto_id=f"id_{one.pk}_%s", initial={"ballot": one.pk}))
            for one in half.prefetch_related(_keyings())
        ],
    )  # fmt: skip
    return render(request, "ballots/console_paper_run.html", context, status=422 if refused else 200)


def _keyings() -> Prefetch[Any]:
    """Who keyed a ballot and when, without what was read."""
    rows = PaperKeying.objects.select_related("clerk__person").order_by("keyed_at").defer("choices_sealed")
    return Prefetch("keyings", queryset=rows)


@may_key
@require_POST
def run_spoil(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is left of a run out of use."""
    run, form = _run(request, uid), ReasonForm(request.POST)
    if not form.is_valid():
        return _run_page(request, run, form)
    count = spoiling.spoil_run(run=run, acting_user=request.user, **form.cleaned_data)
    messages.success(request, _("作废了 %(n)d 张没用过的票。") % {"n": count})
    return redirect("console_paper_run", run.pk)


@may_key
@require_POST
def ask_aside(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A ballot that cannot be keyed to the end: the first of two people asks for it to be put aside."""
    run, form = _run(request, uid), AsideForm(request.POST, auto_id="id_row_%s")
    if form.is_valid():
        found = get_object_or_404(run.ballots, pk=form.cleaned_data["ballot"])
        try:
            spoiling.ask_aside(ballot=found, reason=form.cleaned_data["reason"], acting_user=request.user)
        except (Invalid, Conflict) as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, ASKED)
            return redirect("console_paper_run", run.pk)
    return _run_page(request, run, form)


@may_key
@require_POST
def agree_aside(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The second agrees."""
    run, form = _run(request, uid), RowForm(request.POST)
    if not form.is_valid():
        raise Invalid
    found = get_object_or_404(run.ballots, pk=form.cleaned_data["ballot"])
    spoiling.agree_aside(ballot=found, acting_user=request.user)
    messages.success(request, _("登记好了：这张票另外收好，不算。录过的内容删掉了。"))
    return redirect("console_paper_run", run.pk)


@may_key
@require_http_methods(["GET", "POST"])
def spoil(request: HttpRequest) -> HttpResponse:
    """One ballot out of use, by its mark: unused, at once; keyed, when a second person agrees."""
    form = SpoilForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ballot = spoiling.spoil_ballot(campaign=campaign_of_today(), acting_user=request.user, **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, ASKED if ballot.is_half_keyed else _("这张票作废了。"))
            return redirect("console_paper_run", ballot.run_id) if ballot.is_half_keyed else redirect(request.path)
    context = page(_("作废一张票"), icon="cross", trail=[DESK], form=form, action=_("作废"))
    return render(request, "ballots/console_paper_form.html", context, status=422 if form.is_bound else 200)


# -- keying --------------------------------------------------------------------------------------------------------


def _lots(campaign: Campaign) -> list[tuple[int, str]]:
    rows = Nomination.objects.filter(campaign=campaign).on_ballot().order_by("lot")
    return [(lot or 0, f"{lot} {name}") for lot, name in rows.values_list("lot", "person__name")]


def _reading(campaign: Campaign, form: KeyForm) -> keying.Reading:
    data = form.cleaned_data
    return keying.reading_of(campaign, form.numbers(), is_blank=data["is_blank"], flaw=data["flaw"])


_SAID = {
    State.KEYED: gettext_lazy("第一遍录好了。等另一位同事录第二遍。"),
    State.SEALED: gettext_lazy("两遍一样，已经封好入箱。"),
    State.INVALID: gettext_lazy("两遍一样，记为废票。"),
    State.MISMATCH: gettext_lazy("两遍录得不一样。请把这张纸放到一边，到“两遍不一样”里看。"),
}


def _say(request: HttpRequest, state: str) -> None:
    tell = messages.warning if state == State.MISMATCH else messages.success
    tell(request, _SAID[State(state)])


@never_cache
@may_key
@require_http_methods(["GET", "POST"])
def key(request: HttpRequest) -> HttpResponse:
    """One ballot after the other: mark, numbers, Enter."""
    campaign = campaign_of_today()
    form = KeyForm(request.POST or None, lots=_lots(campaign))
    if request.method == "POST" and form.is_valid():
        try:
            ballot = keying.key_ballot(
                uid=form.cleaned_data["uid"], campaign=campaign, mark=form.cleaned_data["mark"],
                reading=_reading(campaign, form), acting_user=request.user,
            )  # fmt: skip
        except (Invalid, Conflict) as refusal:
            take_errors(form, refusal)
        else:
            _say(request, ballot.state)
            return redirect("console_paper_key")
    context = page(_("录入纸质选票"), icon="edit", trail=[DESK], form=form, most=campaign.rules.max_choices)
    return render(request, "ballots/keying.html", context, status=422 if form.is_bound else 200)


def clerks_of(ballot: PaperBallot) -> str:
    """The names of those who keyed a ballot."""
    return "、".join(one.clerk.get_full_name() for one in ballot.keyings.all())


class MismatchListView(ScopedListView):
    """Ballots that two clerks read differently: where and when, never what either of them read."""

    right = Right.KEY_BALLOTS
    model = PaperBallot
    page_title = gettext_lazy("两遍不一样")
    header_icon = "warning"
    is_searchable = False
    empty_text = gettext_lazy("没有两遍不一样的票。")
    default_ordering = ("run__community__path", "pk")
    columns = (
        TitleColumn(
            "community", label=gettext_lazy("社区"), accessor="run.community.name",
            get_url=lambda _ballot: reverse("console_paper_compare"),
        ),
        DayColumn("printed_at", label=gettext_lazy("哪天印的"), accessor="run.printed_at"),
        Column("clerks", label=gettext_lazy("谁录的"), accessor=clerks_of),
    )  # fmt: skip

    def get_base_queryset(self) -> QuerySet[Any]:
        """With who keyed them."""
        rows = PaperBallot.objects.visible_to(self.request.user).mismatched().select_related("run__community")
        return rows.prefetch_related(_keyings())


@never_cache
@may_key
@require_http_methods(["GET", "POST"])
def compare(request: HttpRequest) -> HttpResponse:
    """Both versions side by side, for whoever has the paper in hand and types its mark."""
    campaign, form = campaign_of_today(), MarkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        mark = form.cleaned_data["mark"]
        try:
            versions = keying.compare(campaign=campaign, mark=mark, acting_user=request.user)
        except (Invalid, Conflict) as refusal:
            take_errors(form, refusal)
        else:
            return _side_by_side(request, versions, SettleForm(lots=_lots(campaign), initial={"mark": mark}))
    context = page(_("对一张两遍不一样的票"), icon="warning", trail=[DESK], form=form, action=_("看两遍录的"))
    return render(request, "ballots/console_paper_form.html", context, status=422 if form.is_bound else 200)


def _side_by_side(request: HttpRequest, versions: list[keying.Version], form: SettleForm) -> HttpResponse:
    context = page(_("对一张两遍不一样的票"), icon="warning", trail=[DESK], versions=versions, form=form)
    return render(request, "ballots/keying_compare.html", context, status=422 if form.is_bound else 200)


@may_key
@require_POST
def settle(request: HttpRequest) -> HttpResponse:
    """The paper is read once more, with a reason."""
    campaign = campaign_of_today()
    form = SettleForm(request.POST, lots=_lots(campaign))
    if form.is_valid():
        data = form.cleaned_data
        try:
            ballot = keying.settle(
                uid=data["uid"], campaign=campaign, mark=data["mark"], reading=_reading(campaign, form),
                reason=data["reason"], acting_user=request.user,
            )  # fmt: skip
        except (Invalid, Conflict) as refusal:
            take_errors(form, refusal)
        else:
            _say(request, ballot.state)
            return redirect("console_paper_mismatch_list")
    return _side_by_side(request, _versions(request, campaign, form.data.get("mark", "")[:30]), form)


def _versions(request: HttpRequest, campaign: Campaign, mark: str) -> list[keying.Version]:
    """Both versions once more after a slip; none when the mark itself is wrong."""
    try:
        return keying.compare(campaign=campaign, mark=mark, acting_user=request.user)
    except (Invalid, Conflict):
        return []
