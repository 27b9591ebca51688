"""A voter at the counter, in the console: found by name, handed paper, or let vote on the screen behind the desk."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages

from events.ballots.paper import counter, issuing
from events.ballots.paper.console import DESK, campaign_of_today, may_key
from events.ballots.paper.forms import IssueForm, MarkForm, PassForm
from events.ballots.paper.issuing import Voter
from events.campaigns.models import Campaign, CampaignState
from events.campaigns.phases import is_open
from foundation.errors import Conflict, Invalid
from frontend import qr
from volunteers.homes.signs import base_of
from volunteers.homes.views import take_errors
from volunteers.units.console import page

VOTERS = ("console_paper_voters", gettext_lazy("查选民，发纸质票"))
MOST_SIGNS = 60


@may_key
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Somebody by name, sound or the last four digits; by POST, so that no name lies in a log of addresses."""
    words = request.POST.get("q", "").strip()[:MOST_SIGNS]
    found = []
    if words:
        found = issuing.find_voters(campaign=campaign_of_today(), words=words, user=request.user)
    context = page(VOTERS[1], icon="user", trail=[DESK], words=words, found=found, most=issuing.MOST_FOUND)
    return render(request, "ballots/console_paper_voters.html", context)


def _voter(request: HttpRequest, uid: UUID) -> tuple[Campaign, Voter]:
    campaign = campaign_of_today()
    return campaign, issuing.voter_of(campaign, uid, request.user)


@never_cache
@may_key
@require_GET
def voter(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One voter: on the roll or not, voted or not, and what can be done."""
    return _page(request, *_voter(request, uid))


def _page(request: HttpRequest, campaign: Campaign, found: Voter, **forms: object) -> HttpResponse:
    bound = bool(forms)
    context = page(
        found.resident.person.name, icon="user", trail=[DESK, VOTERS], voter=found,
        is_voting=is_open(campaign, CampaignState.VOTING),
        issue=forms.get("issue") or IssueForm(user=request.user),
        back=forms.get("back") or MarkForm(),
        counter_pass=PassForm(),
    )  # fmt: skip
    return render(request, "ballots/console_paper_voter.html", context, status=422 if bound else 200)


@may_key
@require_POST
def issue(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Hand a paper ballot out."""
    campaign, found = _voter(request, uid)
    form = IssueForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            issuing.issue_paper(
                campaign=campaign, person=found.resident.person, acting_user=request.user, **form.cleaned_data
            )
        except (Invalid, Conflict) as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, _("登记好了。请让本人从没用过的票里随手抽一张，不要看票号。"))
            return redirect("console_paper_voter", uid)
    return _page(request, campaign, found, issue=form)


@may_key
@require_POST
def take_back(request: HttpRequest, uid: UUID) -> HttpResponse:
    """An unused ballot comes back, by its mark."""
    campaign, found = _voter(request, uid)
    form = MarkForm(request.POST)
    if form.is_valid():
        try:
            issuing.take_back(
                campaign=campaign, person=found.resident.person, acting_user=request.user, **form.cleaned_data
            )
        except (Invalid, Conflict) as refusal:
            take_errors(form, refusal)
        else:
            again = is_open(campaign, CampaignState.VOTING)
            said = (
                _("收回了，这张票作废。这一位可以用手机、到窗口，或者再领一张来投。")
                if again
                else _("收回了，这张票作废。")
            )
            messages.success(request, said)
            return redirect("console_paper_voter", uid)
    return _page(request, campaign, found, back=form)


@never_cache
@may_key
@require_POST
def give_pass(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A pass for the screen at the counter: eight digits and a QR code, shown on this page only."""
    campaign, found = _voter(request, uid)
    form = PassForm(request.POST)
    if not form.is_valid():
        raise Invalid
    made = counter.issue_pass(
        uid=form.cleaned_data["uid"], campaign=campaign, person=found.resident.person, acting_user=request.user
    )
    link = f"{base_of(request)}{reverse('counter_enter', args=[campaign.uid])}"
    context = page(
        _("窗口投票凭条"), icon="user", trail=[DESK, VOTERS], voter=found,
        code=f"{made.code[:4]} {made.code[4:]}", link=link, expires_at=made.row.expires_at,
        symbol=qr.drawn(f"{link}?code={made.code}", _("二维码，选民自己扫")),
    )  # fmt: skip
    return render(request, "ballots/counter_pass.html", context)
