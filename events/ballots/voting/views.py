"""The booth on a phone or at the counter's screen: pick, read back, cast; the receipt, and where to look it up.

With a script the phone seals, and what is picked never leaves it. Without one the server seals, and the page says so.
Nothing that was picked is kept between two requests: it travels in the form, in the body, never in an address.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from events.ballots import sealing
from events.ballots.models import CounterPass, Envelope
from events.ballots.paper import counter
from events.ballots.suspicion.signals import Signals, signals_of
from events.ballots.voting import casting, choosing, opinion, receipts
from events.ballots.voting.forms import AnswerForm, CastForm, CodeForm, LookForm, read_back_mark
from events.ballots.voting.selectors import Booth, booth_of, box_with_roll
from events.campaigns.models import Campaign
from events.campaigns.selectors import campaign_of
from foundation import clock
from foundation.actors import SYSTEM
from foundation.errors import Denied, Invalid, Missing, TooMany
from frontend import qr
from volunteers.accounts import challenge
from volunteers.accounts.limits import subnet_of
from volunteers.units.rights import person_id_of

View = Callable[..., HttpResponse]
PASS, VOTED = "counter_pass", "counter_voted"
"""What a session at the counter holds: the pass it votes with, and that it has. Never a choice, and no receipt, which
would tie the pass to the envelope for longer than the box does.
"""


def shut(response: HttpResponse) -> HttpResponse:
    """Kept by nobody on the way, and no address of ours is told to anybody else.

    `same-origin` where a form follows: with `no-referrer` a browser would not say that the form is ours.
    """
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin" if response.status_code == 200 else "no-referrer"
    return response


def _at_counter(request: HttpRequest, campaign: Campaign, *, after: bool) -> Booth:
    """The booth of the pass in this session; raises `Missing` once it is over. `after`: also with one used up, for a
    vote that is sent again since its answer was lost.
    """
    held = request.session.get(PASS, "")
    good = Q(used_at=None, expires_at__gt=clock.now())
    rows = CounterPass.objects.select_related("entry").filter(good | Q(used_at__isnull=False) if after else good)
    found = rows.filter(pk=held, entry__box=campaign.pk).first() if held else None
    box = box_with_roll(campaign)
    if found is None or box is None:
        raise Missing(_("这次投票的时间到了，或者已经投好了。要投，请工作人员再给一个号码。"))
    return Booth(campaign, box, found.entry, found)


def in_booth(view: View) -> View:
    """For a voter of the roll: signed in, or at the counter with a pass. The view gets the booth."""

    @wraps(view)
    def entered(request: HttpRequest, uid: uuid.UUID, *, at_counter: bool = False, after: bool = False) -> HttpResponse:
        if at_counter:
            return shut(view(request, _at_counter(request, campaign_of(request.user, uid), after=after)))
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        campaign = campaign_of(request.user, uid)
        booth = booth_of(campaign, person_id_of(request.user))
        if booth is None:
            raise Denied(_("还没有开始投票，或者这次的选民名册里没有您。有疑问可以到社区窗口问。"))
        return shut(view(request, booth))

    return entered


# -- picking and reading back ------------------------------------------------------------------------------------------


def _frame(booth: Booth) -> dict[str, Any]:
    """What every page in the booth needs, the script's part among it."""
    key = base64.urlsafe_b64encode(bytes(booth.box.public_key or b"")).rstrip(b"=").decode()
    return {"booth": booth, "campaign": booth.campaign, "public_key": key, "most": booth.campaign.rules.max_choices}


@require_http_methods(["GET", "POST"])
@in_booth
def vote(request: HttpRequest, booth: Booth) -> HttpResponse:
    """The candidates; by POST another part of the list, with what is picked so far when no script keeps it."""
    if not booth.is_open:
        return redirect("campaign", booth.campaign.uid) if booth.envelope is None else _to_receipt(booth)
    if booth.refusal is not None:
        raise booth.refusal
    return _candidates(request, booth)


def _candidates(request: HttpRequest, booth: Booth, refusal: Invalid | None = None) -> HttpResponse:
    everybody = choosing.candidates_of(booth)
    listing = choosing.listing(booth, everybody, LookForm(request.POST).asked())
    picked = set(request.POST.getlist("choice"))
    context = _frame(booth) | {
        "listing": listing,
        "picked": [one for one in everybody if str(one.uid) in picked],
        "shown_uids": {one.uid for one in listing.shown},
        "refusal": refusal,
    }
    part = "X-Part" in request.headers
    template = "ballots/vote_list.html" if part else "ballots/vote.html"
    return render(request, template, context, status=422 if refusal else 200)


@require_POST
@in_booth
def review(request: HttpRequest, booth: Booth) -> HttpResponse:
    """Read back what was picked, for a phone that cannot seal; nothing of it is kept here."""
    try:
        chosen = _chosen(request, booth)
    except Invalid as refusal:
        return _candidates(request, booth, refusal)
    uid = uuid.uuid4()
    context = _frame(booth) | {
        "chosen": chosen,
        "left": booth.campaign.rules.max_choices - len(chosen),
        "id": uid,
        "mark": read_back_mark(uid, [one.uid for one in chosen]),
    }
    return render(request, "ballots/review.html", context)


def _chosen(request: HttpRequest, booth: Booth) -> list[choosing.Candidate]:
    dropped = request.POST.get("drop")
    given = [one for one in request.POST.getlist("choice") if one != dropped]
    return choosing.chosen_of(booth, choosing.candidates_of(booth), given)


# -- casting -----------------------------------------------------------------------------------------------------------


@require_POST
@in_booth
def cast(request: HttpRequest, booth: Booth) -> HttpResponse:
    """Into the box. The answer is of one length, whatever was chosen: a redirect, or nothing for the page's script."""
    form = CastForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("这张票没有封好，请再封一次。"))
    uid, envelope = form.cleaned_data["id"], form.cleaned_data["envelope"]
    is_sealed_here = not envelope
    if is_sealed_here:
        envelope = _seal(booth, [one.uid for one in _chosen(request, booth)], form)
    if booth.counter_pass is None:
        sealed_on = Envelope.SealedOn.SERVER if is_sealed_here else booth.sealed_on
        casting.cast(
            uid=uid, campaign=booth.campaign, envelope=envelope, sealed_on=sealed_on, acting_user=request.user,
            signals=signals_of(request),
        )  # fmt: skip
        return _cast_answer(request, booth)
    casting.cast_for_entry(
        uid=uid, campaign=booth.campaign, counter_pass=booth.counter_pass, envelope=envelope, acting_user=SYSTEM,
        is_sealed_here=is_sealed_here,
    )  # fmt: skip
    request.session[VOTED] = True
    return _cast_answer(request, booth)


def _cast_answer(request: HttpRequest, booth: Booth) -> HttpResponse:
    """The script stays on its page until it hears this, and goes on by itself."""
    if "X-Part" in request.headers:
        return HttpResponse(status=204)
    return _see("counter_done", booth.campaign) if booth.counter_pass else _to_receipt(booth)


def _seal(booth: Booth, choices: list[uuid.UUID], form: CastForm) -> bytes:
    if not form.is_for(choices):
        raise Invalid(_("这张票和刚才看的不一样，请再看一遍。"))
    paper = sealing.write_paper(booth.campaign.uid, choices)
    return sealing.seal(booth.campaign.uid, bytes(booth.box.public_key or b""), paper)


def _see(name: str, campaign: Campaign) -> HttpResponse:
    """Look there, by GET."""
    response = redirect(name, campaign.uid)
    response.status_code = 303
    return response


def _to_receipt(booth: Booth) -> HttpResponse:
    return _see("ballot_receipt", booth.campaign)


# -- the receipt -------------------------------------------------------------------------------------------------------


def _check_address(request: HttpRequest, campaign: Campaign, receipt: str) -> str:
    return request.build_absolute_uri(reverse("ballot_check", args=[campaign.uid])) + f"?code={receipt}"


def _shown(request: HttpRequest, campaign: Campaign, receipt: str) -> dict[str, Any]:
    address = _check_address(request, campaign, receipt)
    symbol = qr.drawn(address, _("二维码，内容是查票的地址和您的回执号"))
    return {"campaign": campaign, "receipt": receipts.grouped(receipt), "code": receipt, "qr": symbol}


@require_GET
@in_booth
def receipt(request: HttpRequest, booth: Booth) -> HttpResponse:
    """That the envelope lies in the box, with the receipt for it; or why not. What can be done next."""
    if booth.envelope is None:
        return redirect("ballot_vote" if booth.is_open else "campaign", booth.campaign.uid)
    context = _shown(request, booth.campaign, sealing.receipt_of(booth.envelope.sha256)) | {
        "booth": booth,
        "envelope": booth.envelope,
        "voided": receipts.why_voided(booth.envelope, booth.entry) if booth.standing is None else "",
        "question": opinion.question_for(booth.box, person_id_of(request.user)) if booth.is_open else None,
    }
    return render(request, "ballots/receipt.html", context)


@require_GET
@in_booth
def receipt_save(request: HttpRequest, booth: Booth) -> HttpResponse:
    """The receipt as a picture for the phone's album."""
    if booth.standing is None:
        raise Http404
    code = sealing.receipt_of(booth.standing.sha256)
    content = receipts.picture(booth.standing, _check_address(request, booth.campaign, code))
    response = HttpResponse(content, content_type="image/png")
    response["Content-Disposition"] = f'attachment; filename="receipt-{code}.png"'
    return response


@require_GET
def check(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Whether an envelope is in the box, for anybody with its receipt: no name, no choice."""
    campaign = campaign_of(request.user, uid)
    box, code = box_with_roll(campaign), request.GET.get("code", "")[:80]
    found = receipts.find(box, code) if box is not None and code else None
    booth = booth_of(campaign, person_id_of(request.user)) if request.user.is_authenticated else None
    mine = booth.standing if booth is not None else None
    context = {
        "campaign": campaign,
        "box": box,
        "code": code,
        "found": found,
        "mine": receipts.grouped(sealing.receipt_of(mine.sha256)) if mine is not None else "",
        "is_changed": mine is not None and mine.replaced_count > 0,
    }
    return shut(render(request, "ballots/receipt_check.html", context))


# -- the household's question ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@in_booth
def answer(request: HttpRequest, booth: Booth) -> HttpResponse:
    """Would you choose this neighbour leader again: five steps in words, sealed like a ballot, or skipped."""
    if booth.counter_pass and not request.session.get(VOTED):
        raise Missing(_("先投票，投好了再答。"))
    person_id = _person_in(request, booth)
    question = opinion.question_for(booth.box, person_id)
    if question is None:
        raise Missing
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        envelope, sealed_on = form.cleaned_data["envelope"], booth.sealed_on
        if not envelope:
            envelope, sealed_on = _seal_answer(booth, question, form.cleaned_data["step"]), Envelope.SealedOn.SERVER
        opinion.answer_household(
            uid=form.cleaned_data["id"], campaign=booth.campaign, envelope=envelope, sealed_on=sealed_on,
            acting_user=SYSTEM if booth.counter_pass else request.user, person_id=person_id,
            signals=Signals(clerk_id=booth.counter_pass.issued_by_id) if booth.counter_pass else signals_of(request),
        )  # fmt: skip
        return _see("counter_done" if booth.counter_pass else "ballot_opinion", booth.campaign)
    steps = [(step, f"{step}.{uuid.uuid4()}", words) for step, words in opinion.STEPS]
    context = _frame(booth) | {"question": question, "form": form, "steps": steps, "is_open": booth.is_open}
    return render(request, "ballots/opinion.html", context, status=422 if form.is_bound else 200)


def _person_in(request: HttpRequest, booth: Booth) -> int:
    """Who stands in the booth; at the counter nobody is signed in, and the entry of the pass tells."""
    return casting.person_behind(booth.box, booth.entry) if booth.counter_pass else person_id_of(request.user)


def _seal_answer(booth: Booth, question: opinion.Question, step: int) -> bytes:
    paper = sealing.write_paper(booth.campaign.uid, [question.nomination.pk], step)
    return sealing.seal(booth.campaign.uid, bytes(booth.box.public_key or b""), paper)


# -- the counter's screen ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def counter_enter(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Without signing in: the digits of a pass open the booth, once, for a quarter of an hour. Whoever stood here
    before has left nothing.
    """
    campaign = campaign_of(request.user, uid)
    if PASS in request.session:
        request.session.flush()
    if request.method == "GET":
        return _screen(request, campaign, CodeForm(initial={"code": request.GET.get("code", "")[:8]}))
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _screen(request, campaign, form, 422)
    if challenge.is_busy(request, "counter") and not challenge.is_met(request, busy=True):
        form.add_error("answer", _("先答对这道小题。"))
        return _screen(request, campaign, form, 422)
    try:
        found = counter.pass_of(
            campaign=campaign, code=form.cleaned_data["code"], session=_session(request), subnet=subnet_of(request)
        )
    except (Missing, TooMany) as refusal:
        form.add_error("code", str(refusal.message))
        return _screen(request, campaign, form, 429 if isinstance(refusal, TooMany) else 422)
    request.session.flush()
    request.session[PASS] = str(found.pk)
    request.session.set_expiry(int(counter.LIFE.total_seconds()))
    return shut(_see("counter_vote", campaign))


def _session(request: HttpRequest) -> str:
    """What wrong digits are counted by."""
    if not request.session.session_key:
        request.session.create()
    return str(request.session.session_key)


def _screen(request: HttpRequest, campaign: Campaign, form: CodeForm, status: int = 200) -> HttpResponse:
    question = challenge.make(busy=True) if challenge.is_busy(request, "counter") else None
    context = {"campaign": campaign, "form": form, "challenge": question}
    return shut(render(request, "ballots/counter_screen.html", context, status=status))


@require_GET
def counter_done(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The receipt, until the screen is cleared for the next voter; and what the household is asked."""
    campaign = campaign_of(request.user, uid)
    booth = _at_counter(request, campaign, after=True) if request.session.get(VOTED) else None
    if booth is None or booth.standing is None:
        return shut(redirect("counter_enter", campaign.uid))
    context = _shown(request, campaign, sealing.receipt_of(booth.standing.sha256)) | {
        "booth": booth,
        "question": opinion.question_for(booth.box, _person_in(request, booth)) if booth.is_open else None,
    }
    return shut(render(request, "ballots/counter_screen_done.html", context))
