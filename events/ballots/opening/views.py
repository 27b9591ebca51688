"""The box as everybody sees it: sealed until when, its fingerprint, how far the opening is, and that a receipt is
in it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from events.ballots import merkle
from events.ballots.models import BallotBox
from events.ballots.opening.keys import fingerprint_of
from events.ballots.opening.steps import table_of
from events.ballots.roll.turnout import places_of
from events.campaigns.cards import Card, card
from events.campaigns.models import Campaign
from foundation.actors import Actor
from foundation.errors import Missing

LINES = 20_000


def _box(request: HttpRequest, uid: uuid.UUID) -> BallotBox:
    seen = Campaign.objects.visible_to(request.user)
    return get_object_or_404(BallotBox.objects.select_related("campaign"), campaign__in=seen.filter(uid=uid))


def _published(request: HttpRequest, uid: uuid.UUID) -> BallotBox:
    box = _box(request, uid)
    if not box.root:
        raise Missing(_("票箱还没有封，指纹要等封箱以后才有。"))
    return box


def proof_for(box: BallotBox, code: str) -> dict[str, Any] | None:
    """What proves that a receipt, or a whole hash, is in the box; None when it is not."""
    tree = merkle.tree_of(box.pk, box.root)
    found = tree.find(code)
    if found is None:
        return None
    steps = [{"side": side, "hash": other.hex()} for side, other in tree.proof(found)]
    return {"envelope": found.hex(), "root": box.root, "count": len(tree.hashes), "proof": steps}


@require_GET
def box_page(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """For everybody; with a receipt in the address, whether it is in the box."""
    box, code = _box(request, uid), request.GET.get("receipt", "")[:80].strip()
    table = table_of(box)
    if getattr(request, "htmx", False):
        return render(request, "ballots/_opening_steps.html", table)
    context = table | {
        "fingerprint": fingerprint_of(box), "custodian_count": box.custodians.count(), "code": code,
        "proof": proof_for(box, code) if code and box.root else None, "places": places_of(box),
    }  # fmt: skip
    return render(request, "ballots/opening.html", context)


@require_GET
def proof(request: HttpRequest, uid: uuid.UUID, code: str) -> HttpResponse:
    """The proof of inclusion of one receipt, for a program; 404 when it is not in the box."""
    found = proof_for(_published(request, uid), code)
    if found is None:
        raise Missing(_("箱子里没有这个回执。"))
    return JsonResponse(found)


@require_GET
def hashes(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Every envelope hash in hex, sorted, one a line."""
    box = _published(request, uid)
    joined = bytes(BallotBox.objects.filter(pk=box.pk).values_list("hashes", flat=True).get() or b"")

    def lines() -> Iterator[str]:
        for start in range(0, len(joined), merkle.WIDTH * LINES):
            part = joined[start : start + merkle.WIDTH * LINES]
            yield part.hex("\n", merkle.WIDTH) + "\n"

    response = StreamingHttpResponse(lines(), content_type="text/plain; charset=ascii")
    response["Content-Disposition"] = 'attachment; filename="envelopes.txt"'
    return response


@card(60)
def box_card(_user: Actor, campaign: Campaign) -> Card | None:
    """On the campaign's page as soon as the roll is frozen: its hash is there for everybody from then on (rule R17)."""
    box = BallotBox.objects.filter(campaign=campaign, roll_frozen_at__isnull=False).first()
    if box is None:
        return None
    text = _("票箱封好了，指纹已公布。") if box.root else _("选民名册定好了，人数和指纹已公布。")
    if box.opened_at is not None:
        text = _("票箱已经打开，可以核对您的回执。")
    return Card(_("票箱"), text, reverse("ballot_box", args=[campaign.uid]), _("看票箱"), icon="shield")
