"""Pages on the phone: my honours, a paper to print, saying thanks, and the public check of a number."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import Conflict, Invalid, TooMany
from rewards.honours import cards, certificates, proofs, selectors
from rewards.honours.forms import CardForm, ProofForm, take_errors
from rewards.honours.models import Certificate, Picture, ServiceProof, ThanksCard
from rewards.honours.numbers import Answer, normal_number, verdict_on
from volunteers.accounts import limits
from volunteers.homes.signs import base_of, drawing_of, qr_of
from volunteers.people.search import matching
from volunteers.units.models import Appointment
from volunteers.units.rights import person_id_of
from volunteers.units.selectors import breadcrumbs

SHOWN_LEADERS = 40


@login_required
@require_GET
def honours(request: HttpRequest) -> HttpResponse:
    """我的荣誉: what I served by year, what I was given, who said thanks. All of it one's own."""
    person_id = person_id_of(request.user)
    years = selectors.service_by_year(selectors.hours_of(person_id).select_related("unit", "certifier"))
    minutes = sum(year.minutes for year in years)
    context = {
        "years": years,
        "total": selectors.hours_text(minutes) if minutes else "",
        "form": ProofForm(years=[year.year for year in years]),
        "proofs": list(ServiceProof.objects.visible_to(request.user).order_by("-printed_at")[:5]),
        "certificates": selectors.certificates_of(person_id),
        "put_away": selectors.certificates_of(person_id, hidden=True),
        "cards": selectors.cards_of(person_id),
        "may_thank": cards.thankable(request.user).exists(),
    }
    return render(request, "honours/honours.html", context)


@login_required
@require_POST
def proof_print(request: HttpRequest) -> HttpResponse:
    """Make the paper, then show it."""
    years = selectors.service_by_year(selectors.hours_of(person_id_of(request.user)))
    form = ProofForm(request.POST, years=[year.year for year in years])
    if not form.is_valid():
        raise Invalid
    proof = proofs.print_proof(**form.cleaned_data, acting_user=request.user)
    return redirect("service_proof", proof.pk)


def _proof(request: HttpRequest, uid: uuid.UUID) -> ServiceProof:
    rows = ServiceProof.objects.visible_to(request.user).select_related("person")
    proof: ServiceProof = get_object_or_404(rows, pk=uid)
    return proof


def _qr(request: HttpRequest, number: str, side_mm: int) -> SafeString:
    """Leads to the check of the number."""
    address = f"{base_of(request)}{reverse('certificate_check', args=[number])}"
    return drawing_of(qr_of(address), side_mm, number)


@never_cache
@login_required
@require_GET
def service_proof(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """服务证明, to be printed on A4."""
    proof = _proof(request, uid)
    rows = proofs.hours_in(proof.person_id, proof.year).filter(at__lte=proof.printed_at)
    context = {
        "proof": proof,
        "records": rows.select_related("unit", "certifier").order_by("started_at", "pk"),
        "hours": selectors.hours_text(proof.minutes),
        "qr": _qr(request, proof.number, 26),
        "host": base_of(request).partition("//")[2],
    }
    return render(request, "honours/proof.html", context)


@login_required
@require_POST
def service_proof_withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """作废 a paper of one's own."""
    proofs.withdraw_proof(proof=_proof(request, uid), acting_user=request.user)
    return redirect("service_proof", uid)


def _certificate(request: HttpRequest, uid: uuid.UUID) -> Certificate:
    rows = Certificate.objects.visible_to(request.user).select_related("person", "unit")
    certificate: Certificate = get_object_or_404(rows, pk=uid)
    return certificate


@login_required
@require_GET
def certificate(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One certificate: to look at, to print, to put away."""
    found = _certificate(request, uid)
    context = {
        "certificate": found,
        "mine": found.person_id == person_id_of(request.user),
        "qr": _qr(request, found.number, 22),
    }
    return render(request, "honours/certificate.html", context)


@login_required
@require_POST
def certificate_hide(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Put it away, or take it out again."""
    hidden = request.POST.get("show") != "1"
    certificates.put_away(certificate=_certificate(request, uid), hidden=hidden, acting_user=request.user)
    return redirect("honours")


@never_cache
@require_GET
def certificate_check(request: HttpRequest, number: str = "") -> HttpResponse:
    """Anybody: is this paper good? What is asked wrongly is counted, by session and by network."""
    typed = (number or request.GET.get("number", "")).strip()[:40]
    canonical = normal_number(typed)
    if canonical and canonical != number:
        return redirect("certificate_check", canonical)
    verdict = None
    if typed:
        network = limits.subnet_of(request)
        if limits.is_reached("certificate.subnet", network):
            raise TooMany(_("查得太多了，请过一会儿再查。"))
        verdict = verdict_on(canonical)
        if verdict.answer == Answer.UNKNOWN:
            limits.note("certificate.subnet", network)
    context = {"verdict": verdict, "typed": canonical or typed}
    return render(request, "honours/check.html", context)


@login_required
@require_GET
def thanks_choose(request: HttpRequest) -> HttpResponse:
    """Whom do you want to thank? By place; with a box for whoever sees many."""
    words = request.GET.get("q", "").strip()[:40]
    rows = matching(cards.thankable(request.user).select_related("person", "unit"), words)
    found = list(rows[: SHOWN_LEADERS + 1])
    where = breadcrumbs((one.unit for one in found), top=1)
    context = {
        "words": words,
        "leaders": [(one, where[one.unit_id]) for one in found[:SHOWN_LEADERS]],
        "more": len(found) > SHOWN_LEADERS,
    }
    return render(request, "honours/thanks_choose.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def thanks_send(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A card to one leader."""
    rows = cards.thankable(request.user).select_related("person", "unit")
    appointment: Appointment = get_object_or_404(rows, uid=uid)
    form = CardForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            cards.send_card(appointment=appointment, **form.cleaned_data, acting_user=request.user)
        except (Invalid, Conflict, TooMany) as refusal:
            take_errors(form, refusal)
        else:
            return render(request, "honours/thanks_sent.html", {"leader": appointment})
    context = {"leader": appointment, "form": form, "pictures": Picture.choices}
    return render(request, "honours/thanks_form.html", context, status=422 if form.is_bound else 200)


def _card(request: HttpRequest, uid: uuid.UUID) -> ThanksCard:
    found: ThanksCard = get_object_or_404(ThanksCard.objects.of(person_id_of(request.user)), pk=uid)
    return found


@login_required
@require_POST
def thanks_hide(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Put a card away."""
    cards.hide_card(card=_card(request, uid), acting_user=request.user)
    return redirect(f"{reverse('honours')}#thanks")


@login_required
@require_POST
def thanks_report(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """This is no thanks: put it away and let the staff look."""
    cards.report_card(card=_card(request, uid), acting_user=request.user)
    return redirect(f"{reverse('honours')}#thanks")
