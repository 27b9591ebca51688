"""Keys in the console: who keeps them, and the page of a custodian's own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages

from events.ballots.models import BallotBox, Custodian
from events.ballots.moments import BEFORE
from events.ballots.opening import keys
from events.ballots.opening import services as opening
from events.ballots.opening.forms import AppointForm, EnrolForm, PassphraseForm, ThresholdForm
from events.ballots.roll.entries import make_box
from events.campaigns.models import Campaign, CampaignState
from foundation.errors import Conflict, Invalid, Missing, TooMany
from volunteers.orgs.console_forms import take_refusal
from volunteers.units.console import page, requires
from volunteers.units.rights import Right, paths_where

BOXES = ("console_ballot_boxes", gettext_lazy("票箱"))
may_run = requires(Right.RUN_CAMPAIGN)
may_enter = requires(Right.USE_CONSOLE)


def run_by(request: HttpRequest, uid: uuid.UUID) -> BallotBox:
    """The box of a campaign that the reader runs, made where there is none; raises 404, `Missing` for a draft."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user).select_related("unit", "rules"), uid=uid)
    if not any(campaign.unit.path.startswith(path) for path in paths_where(request.user, Right.RUN_CAMPAIGN)):
        raise Missing
    box = BallotBox.objects.filter(campaign=campaign).first()
    if box is None:
        if campaign.state not in BEFORE:
            raise Missing(_("这场评选没有票箱。"))
        box = make_box(campaign)
    box.campaign = campaign
    return box


@may_enter
@require_GET
def boxes(request: HttpRequest) -> HttpResponse:
    """The boxes that the reader runs, newest first, and the keys that the reader keeps."""
    run = BallotBox.objects.visible_to(request.user).select_related("campaign").order_by("-campaign_id")[:20]
    kept = Custodian.objects.visible_to(request.user).select_related("box__campaign").order_by("-pk")[:20]
    return render(request, "ballots/console_keys_boxes.html", page(BOXES[1], icon="key", boxes=run, kept=kept))


def _keys_page(
    request: HttpRequest, box: BallotBox, *, appoint: AppointForm | None = None, threshold: ThresholdForm | None = None
) -> HttpResponse:
    custodians = list(box.custodians.select_related("user__person").order_by("pk"))
    context = page(
        _("%(title)s：钥匙") % {"title": box.campaign.title}, icon="key", trail=[BOXES], box=box, custodians=custodians,
        campaign=box.campaign, fingerprint=keys.fingerprint_of(box), is_fixed=keys.is_fixed(box),
        appoint=appoint or AppointForm(user=request.user),
        threshold=threshold or ThresholdForm(initial={"threshold": max(box.threshold, keys.least_threshold())}),
        is_enough=box.threshold >= keys.least_threshold(),
        is_ready=bool(custodians) and all(one.enrolled_at for one in custodians),
        is_asked_by_me=box.key_asked_by_id == request.user.pk,
    )  # fmt: skip
    bound = (appoint and appoint.is_bound) or (threshold and threshold.is_bound)
    return render(request, "ballots/console_keys.html", context, status=422 if bound else 200)


@may_run
@require_GET
def keys_page(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Custodians, how many it takes, the key."""
    return _keys_page(request, run_by(request, uid))


@may_run
@require_POST
def appoint(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One more custodian."""
    box, form = run_by(request, uid), AppointForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            keys.appoint_custodian(box=box, user=form.cleaned_data["person"], acting_user=request.user)
        except (Conflict, Invalid) as refusal:
            take_refusal(form, refusal)
        else:
            messages.success(request, _("已经告诉这位，请他来设口令。"))
            return redirect("console_keys", uid)
    return _keys_page(request, box, appoint=form)


@may_run
@require_POST
def threshold(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """How many it takes."""
    box, form = run_by(request, uid), ThresholdForm(request.POST)
    if form.is_valid():
        try:
            keys.set_threshold(box=box, **form.cleaned_data, acting_user=request.user)
        except (Conflict, Invalid) as refusal:
            take_refusal(form, refusal)
        else:
            messages.success(request, _("存好了。"))
            return redirect("console_keys", uid)
    return _keys_page(request, box, threshold=form)


@may_run
@require_POST
def make_key(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Ask for the key, or as the second person make it."""
    box = keys.make_key(box=run_by(request, uid), acting_user=request.user)
    done = _("钥匙做好了。") if box.public_key else _("提出了，请另一位同事来确认。")
    messages.success(request, done)
    return redirect("console_keys", uid)


@may_run
@require_POST
def dismiss(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Not a custodian any more."""
    rows = Custodian.objects.filter(box__in=BallotBox.objects.visible_to(request.user))
    custodian = get_object_or_404(rows.select_related("box__campaign__unit"), uid=uid)
    keys.dismiss_custodian(custodian=custodian, acting_user=request.user)
    messages.success(request, _("换下来了。"))
    return redirect("console_keys", custodian.box.campaign.uid)


# -- a custodian's own page --------------------------------------------------------------------------------------------

Act = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Offer:
    """The one thing that the page lets a custodian do now: its form, its service, its button, what is said then."""

    form: type[PassphraseForm]
    act: Act
    button: str
    done: str


def _offer(custodian: Custodian, again: bool) -> Offer | None:
    box = custodian.box
    if again:
        return Offer(EnrolForm, keys.enrol, _("换成这个口令"), _("换好了。钥匙要重新做一次。"))
    if box.opened_at or custodian.brought_at or box.campaign.state == CampaignState.TERMINATED:
        return None
    if box.root:
        return Offer(PassphraseForm, opening.bring_share, _("带上我这一份，开箱"), _("收到您的这一份了，谢谢。"))
    if custodian.enrolled_at is None:
        return Offer(EnrolForm, keys.enrol, _("设好口令"), _("口令设好了。请记牢，别写在这台电脑上。"))
    done = _("口令没忘，能打开您的这一份。什么都没有动。")
    return Offer(PassphraseForm, keys.check_passphrase, _("试一试"), done)


@never_cache
@sensitive_post_parameters("passphrase", "again")
@may_enter
@require_http_methods(["GET", "POST"])
def custodian_page(request: HttpRequest, uid: uuid.UUID, *, again: bool = False) -> HttpResponse:
    """One's own: set the passphrase, see that one still knows it, bring the share to the opening."""
    rows = Custodian.objects.visible_to(request.user).select_related("box__campaign__unit", "user")
    custodian = get_object_or_404(rows, uid=uid)
    offer, status = _offer(custodian, again), 200
    form = offer.form(request.POST or None) if offer else None
    if offer and form and form.is_bound:
        status = _try(offer, form, custodian, request)
        if status == 200:
            messages.success(request, offer.done)
            return redirect("console_custodian", uid)
    box = custodian.box
    context = page(
        _("我保管的一份钥匙"), icon="key", trail=[BOXES], custodian=custodian, box=box, campaign=box.campaign,
        form=form, button=offer.button if offer else "", count=box.custodians.count(),
        may_change=custodian.enrolled_at is not None and not again and not keys.is_fixed(box),
        fingerprint=keys.fingerprint_of(box), is_ended=box.campaign.state == CampaignState.TERMINATED,
    )  # fmt: skip
    return render(request, "ballots/console_keys_own.html", context, status=status)


@sensitive_variables()
def _try(offer: Offer, form: PassphraseForm, custodian: Custodian, request: HttpRequest) -> int:
    """Do it; the status of the answer, with the refusal beside its field."""
    if not form.is_valid():
        return 422
    try:
        offer.act(custodian=custodian, passphrase=form.cleaned_data["passphrase"], acting_user=request.user)
    except (Conflict, Invalid, TooMany) as refusal:
        take_refusal(form, refusal)
        return refusal.status
    return 200
