"""Phone pages of who is put forward: naming, answering, seconding, vetting; the candidates and what is said of them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from events.campaigns.models import Campaign, CampaignState, Nomination, NominationState, NomineeObjection
from events.campaigns.nominees import nominations, objections, selectors, vetting
from events.campaigns.nominees.facts import facts_of
from events.campaigns.nominees.forms import (
    PASS,
    REFUSE,
    NominateForm,
    ObjectionForm,
    Once,
    ProxyForm,
    StoryForm,
    VetForm,
)
from events.campaigns.nominees.permissions import can_vet, community_of, serves_counter
from events.campaigns.phases import is_open, phase_of
from events.campaigns.selectors import campaign_of
from foundation.errors import Conflict, Denied, Invalid, Missing
from volunteers.homes.selectors import home_path
from volunteers.homes.views import take_errors
from volunteers.people.documents import NOMINEE, document
from volunteers.units.rights import Right, paths_where, person_id_of
from volunteers.units.selectors import breadcrumbs

N = NominationState


def _nomination(request: HttpRequest, uid: uuid.UUID) -> Nomination:
    rows = Nomination.objects.visible_to(request.user).select_related(
        "person", "street", "neighbourhood", "campaign__rules"
    )
    nomination: Nomination = get_object_or_404(rows, pk=uid)
    return nomination


def _own(request: HttpRequest, uid: uuid.UUID) -> Nomination:
    nomination = _nomination(request, uid)
    if nomination.person_id != person_id_of(request.user):
        raise Missing
    return nomination


def _refusal(form: Any, refusal: Invalid | Conflict) -> None:
    if isinstance(refusal, Invalid):
        take_errors(form, refusal)
    else:
        form.add_error(None, str(refusal.message))


def _sent(request: HttpRequest) -> Any:
    """What was sent, an empty form too; None when nothing was."""
    return request.POST if request.method == "POST" else None


def _status(form: Any) -> int:
    return 422 if form.is_bound else 200


# -- naming --------------------------------------------------------------------------------------------------------


def _chosen(request: HttpRequest, campaign: Campaign) -> selectors.Choice | None:
    asked = request.POST.get("leader") or request.GET.get("leader", "")
    if not asked:
        return None
    try:
        choice = selectors.choice_of(request.user, campaign, uuid.UUID(asked))
    except ValueError as wrong:
        raise Http404 from wrong
    if choice is None:
        raise Missing
    return choice


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def nominate(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Choose a leader, say why, sent."""
    campaign = campaign_of(request.user, uid)
    choice = _chosen(request, campaign)
    context: dict[str, Any] = {"campaign": campaign, "is_open": is_open(campaign, CampaignState.NOMINATING)}
    if choice is None:
        words = request.GET.get("q", "").strip()[:20]
        context |= {"choices": selectors.choices_for(request.user, campaign, words), "q": words}
        return render(request, "campaigns/nominate.html", context, status=422 if request.method == "POST" else 200)
    form = NominateForm(_sent(request), initial={"leader": choice.held.uid})
    if request.method == "POST" and form.is_valid():
        sent = {"uid": form.cleaned_data["uid"], "why": form.cleaned_data["why"]}
        try:
            made = nominations.nominate(campaign=campaign, appointment=choice.held, acting_user=request.user, **sent)
        except (Invalid, Conflict) as refusal:
            _refusal(form, refusal)
        else:
            return _after_naming(request, made)
    return render(
        request, "campaigns/nominate_why.html", context | {"choice": choice, "form": form}, status=_status(form)
    )


def _after_naming(request: HttpRequest, made: nominations.Nominated) -> HttpResponse:
    row = made.nomination
    if row.person_id == person_id_of(request.user):
        return redirect("nomination_answer", row.pk)
    if made.is_new:
        messages.success(request, _("送到了。我们先问问本人愿不愿意。"))
    elif made.seconding:
        messages.success(request, _("已经有邻居推荐过这位，您家的一份记作附议。"))
    else:
        messages.success(request, _("已经有邻居推荐过这位了，谢谢您。"))
    return redirect("nomination", row.pk)


@never_cache
@login_required
@require_GET
def nomination(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """How a nomination stands, for whoever may see it; the nominee and everybody after the notice have other pages."""
    row = _nomination(request, uid)
    if row.person_id == person_id_of(request.user):
        return redirect("nomination_answer", uid)
    if row.lot or row.state in {N.CANDIDATE, N.STRUCK}:
        return redirect("candidate", uid)
    residents = selectors.proxies_for(request.user, row)
    waiting = row.state in nominations.WAITING and row.campaign.is_in(CampaignState.NOMINATING, CampaignState.VETTING)
    lives_here = home_path(request.user).startswith(community_of(row.neighbourhood))
    context = {
        "nomination": row,
        "name": selectors.called(request.user, row),
        "waiting": waiting,
        "is_mine": row.nominated_by_id == person_id_of(request.user),
        "seconded": selectors.has_seconded(request.user, row),
        "may_second": waiting and lives_here,
        "form": Once(),
        "proxy_form": ProxyForm(residents=residents) if residents and waiting else None,
    }
    return render(request, "campaigns/nomination.html", context)


# -- the nominee ---------------------------------------------------------------------------------------------------


@login_required
@require_GET
def nomination_mine(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """To one's own nomination in a campaign."""
    row = selectors.own_nomination(request.user, campaign_of(request.user, uid))
    if row is None:
        raise Missing
    return redirect("nomination_answer", row.pk)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def nomination_answer(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What it means, what becomes public; agree with a story, decline without a reason, and later rewrite the story."""
    row = _own(request, uid)
    form = StoryForm(request.POST if "agree" in request.POST else None, initial={"story": row.story})
    if request.method == "POST" and "decline" in request.POST:
        nominations.answer_nomination(nomination=row, agrees=False, acting_user=request.user)
        return redirect("nomination_answer", uid)
    if request.method == "POST" and form.is_valid():
        try:
            _tell_story(request, row, form.cleaned_data["story"])
        except (Invalid, Conflict) as refusal:
            _refusal(form, refusal)
        else:
            return redirect("nomination_answer", uid)
    context = {
        "nomination": row,
        "campaign": row.campaign,
        "form": form,
        "wording": document(NOMINEE).to_read,
        "facts": facts_of(row, public_only=True),
        "may_change": row.campaign.is_in(CampaignState.NOMINATING, CampaignState.VETTING),
        "may_leave": selectors.still_stands(row) and not row.campaign.is_in(*nominations.OVER),
        "by_self": row.nominated_by_id == row.person_id,
    }
    return render(request, "campaigns/nomination_answer.html", context, status=422 if request.method == "POST" else 200)


def _tell_story(request: HttpRequest, row: Nomination, story: str) -> None:
    if row.state == N.ASKED:
        nominations.answer_nomination(nomination=row, agrees=True, story=story, acting_user=request.user)
        messages.success(request, _("谢谢您答应，故事记下了。"))
    else:
        nominations.change_story(nomination=row, story=story, acting_user=request.user)
        messages.success(request, _("故事改好了。"))


@login_required
@require_POST
def nomination_withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Leave, without a reason."""
    nominations.withdraw(nomination=_own(request, uid), acting_user=request.user)
    messages.success(request, _("您已经退出了，谢谢您。"))
    return redirect("nomination_answer", uid)


# -- households ----------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_GET
def second_list(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Who of one's own community asks for households, by place."""
    campaign = campaign_of(request.user, uid)
    rows = selectors.asking_for_households(request.user, campaign)
    listed = [(row, selectors.called(request.user, row)) for row in rows]
    return render(request, "campaigns/second_list.html", {"campaign": campaign, "rows": listed})


@login_required
@require_POST
def nomination_second(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """My household stands behind it; or, by the group leader, that of somebody without a phone."""
    row = _nomination(request, uid)
    resident = None
    if "resident" in request.POST:
        form: Any = ProxyForm(request.POST, residents=selectors.proxies_for(request.user, row))
        if form.is_valid():
            resident = form.residents[form.cleaned_data["resident"]]
    else:
        form = Once(request.POST)
    if not form.is_valid():
        raise Invalid
    nominations.second(uid=form.cleaned_data["uid"], nomination=row, resident=resident, acting_user=request.user)
    messages.success(request, _("记下了，代录的一户。") if resident else _("记下了，您家附议了。谢谢您。"))
    return redirect("nomination", uid)


# -- vetting -------------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_GET
def vet_list(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Who waits for the user, by place; without any figure."""
    campaign = campaign_of(request.user, uid)
    if not paths_where(request.user, Right.VET_NOMINEE):
        raise Denied
    rows = list(
        Nomination.objects.to_vet_by(request.user)
        .filter(campaign=campaign)
        .select_related("person", "neighbourhood")
        .by_place()[:200]
    )
    where = breadcrumbs((row.neighbourhood for row in rows), top=1)
    context = {"campaign": campaign, "rows": [(row, where[row.neighbourhood_id]) for row in rows]}
    return render(request, "campaigns/nomination_vet_list.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def nomination_vet(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One nominee with what is stored: pass or refuse, with a reason."""
    rows = Nomination.objects.vetted_below(request.user).with_level()
    row: Nomination = get_object_or_404(
        rows.select_related("person", "street", "neighbourhood", "campaign__rules"), pk=uid
    )
    open_now = row.state == N.AGREED and is_open(row.campaign, CampaignState.VETTING)
    form = VetForm(_sent(request), initial={"due": row.due})  # type: ignore[attr-defined]
    said = request.POST.get("decision", "")
    if request.method == "POST" and said not in {PASS, REFUSE}:
        raise Invalid
    if request.method == "POST" and form.is_valid():
        try:
            vetting.vet(nomination=row, is_passed=said == PASS, acting_user=request.user, **form.cleaned_data)
        except Invalid as refusal:
            _refusal(form, refusal)
        except Conflict as refusal:
            messages.warning(request, str(refusal.message))
            return redirect("vet_list", row.campaign.uid)
        else:
            messages.success(request, _("记下了，谢谢您。"))
            return redirect("vet_list", row.campaign.uid)
    context = {
        "nomination": row,
        "where": breadcrumbs([row.neighbourhood], top=1)[row.neighbourhood_id],
        "facts": facts_of(row),
        "steps": selectors.steps_of(row),
        "form": form if open_now and can_vet(request.user, row) else None,
    }
    return render(request, "campaigns/nomination_vet.html", context, status=_status(form))


# -- candidates ----------------------------------------------------------------------------------------------------


@require_GET
def candidate_list(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The candidates of a street, one's own first; community by community as they are numbered."""
    campaign = campaign_of(request.user, uid)
    if not Nomination.objects.visible_to(request.user).filter(campaign=campaign).candidates().exists():
        return render(request, "campaigns/candidate_list.html", {"campaign": campaign})
    streets = selectors.streets_with_candidates(campaign)
    asked = request.GET.get("street", "")
    street = next((one for one in streets if str(one.uid) == asked), None) or selectors.own_street(
        request.user, streets
    )
    assert street
    context = {
        "campaign": campaign,
        "streets": streets,
        "street": street,
        "candidates": selectors.candidates_in(campaign, street),
        "notice": phase_of(campaign, CampaignState.NOTICE) if campaign.is_in(CampaignState.NOTICE) else None,
    }
    return render(request, "campaigns/candidate_list.html", context)


def _candidate(request: HttpRequest, uid: uuid.UUID) -> Nomination:
    """Somebody who is or was on the list; before the notice nobody is."""
    row = _nomination(request, uid)
    if row.state not in {N.CANDIDATE, N.STRUCK} and row.lot is None:
        raise Missing
    return row


@require_GET
def candidate(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One candidate: the story, what is public, and a way to say something during the notices."""
    row = _candidate(request, uid)
    stands = row.state == N.CANDIDATE
    mine = NomineeObjection.objects.visible_to(request.user).filter(nomination=row, by_id=person_id_of(request.user))
    context = {
        "nomination": row,
        "campaign": row.campaign,
        "stands": stands,
        "described": selectors.described(row.campaign, [row])[0],
        "facts": facts_of(row, public_only=True) if stands else [],
        "said": mine.order_by("-raised_at").first(),
        "may_object": stands
        and objections.takes_objections(row.campaign)
        and row.person_id != person_id_of(request.user),
    }
    context["at_counter"] = context["may_object"] and serves_counter(request.user)
    return render(request, "campaigns/candidate.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def objection_raise(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Say something against a candidate, in one's own name."""
    row = _candidate(request, uid)
    form = ObjectionForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            objections.raise_objection(nomination=row, acting_user=request.user, **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            _refusal(form, refusal)
        else:
            messages.success(request, _("收到了。核实以后会告诉您结果，候选人看不到是谁说的。"))
            return redirect("candidate", uid)
    context = {"nomination": row, "form": form, "lives_here": bool(home_path(request.user))}
    return render(request, "campaigns/objection.html", context, status=_status(form))
