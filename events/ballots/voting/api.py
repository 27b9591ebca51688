"""The ballot as JSON, for a mini program that seals on the phone: the paper, casting, the receipt.

Choices are never taken here, only envelopes; docs/voting.md says how one is sealed.
"""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema

from events.ballots.models import Envelope
from events.ballots.sealing import receipt_of
from events.ballots.suspicion.signals import signals_of
from events.ballots.voting import casting, choosing
from events.ballots.voting.forms import read_envelope
from events.ballots.voting.selectors import Booth, booth_of
from events.campaigns.selectors import campaign_of
from foundation.errors import Denied, Invalid, Missing
from volunteers.units.rights import person_id_of

router = Router()


class CandidateOut(Schema):
    """One name, in the voter's own order."""

    uid: uuid.UUID
    name: str
    community: str
    years: int
    story: str
    is_paused: bool


class PaperOut(Schema):
    """What is needed to fill in and seal a ballot. `public_key` is base64url of 65 bytes."""

    campaign: uuid.UUID
    title: str
    fingerprint: str
    public_key: str
    max_choices: int
    ends_at: dt.datetime | None
    has_voted: bool
    candidates: list[CandidateOut]


class CastIn(Schema):
    """`id` is made on the phone; `envelope` is base64url of 179 bytes."""

    id: uuid.UUID
    envelope: str


class ReceiptOut(Schema):
    """Of one length always."""

    receipt: str
    sha256: str
    cast_at: str


def _booth(request: HttpRequest, uid: uuid.UUID) -> Booth:
    booth = booth_of(campaign_of(request.user, uid), person_id_of(request.user))
    if booth is None:
        raise Denied(_("还没有开始投票，或者这次的选民名册里没有您。有疑问可以到社区窗口问。"))
    return booth


def _receipt(sha256: str, cast_at: dt.datetime, response: HttpResponse) -> ReceiptOut:
    response["Cache-Control"], response["Referrer-Policy"] = "no-store", "no-referrer"
    at = cast_at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return ReceiptOut(receipt=receipt_of(sha256), sha256=sha256, cast_at=at)


@router.get("/{uuid:uid}/paper", response=PaperOut, summary="The ballot paper")
def paper(request: HttpRequest, response: HttpResponse, uid: uuid.UUID) -> dict[str, Any]:
    """Candidates in an order that is the caller's own, and the key to seal with."""
    booth = _booth(request, uid)
    response["Cache-Control"] = "no-store"
    key = base64.urlsafe_b64encode(bytes(booth.box.public_key or b"")).rstrip(b"=").decode()
    return {
        "campaign": booth.campaign.uid,
        "title": booth.campaign.title,
        "fingerprint": booth.campaign.fingerprint,
        "public_key": key,
        "max_choices": booth.campaign.rules.max_choices,
        "ends_at": booth.ends_at,
        "has_voted": booth.standing is not None,
        "candidates": choosing.candidates_of(booth),
    }


@router.post("/{uuid:uid}/cast", response=ReceiptOut, summary="Cast a sealed ballot")
def ballot_cast(request: HttpRequest, response: HttpResponse, uid: uuid.UUID, payload: CastIn) -> ReceiptOut:
    """Idempotent by `id`; in place of the one before, until the close. 409 when voting is not open."""
    booth = _booth(request, uid)
    try:
        envelope = read_envelope(payload.envelope)
    except ValueError as wrong:
        raise Invalid(_("这张票没有封好，请再封一次。")) from wrong
    made = casting.cast(
        uid=payload.id, campaign=booth.campaign, envelope=envelope, sealed_on=Envelope.SealedOn.PHONE,
        acting_user=request.user, signals=signals_of(request),
    )  # fmt: skip
    return _receipt(made.sha256, made.cast_at, response)


@router.get("/{uuid:uid}/receipt", response=ReceiptOut, summary="My receipt")
def ballot_receipt(request: HttpRequest, response: HttpResponse, uid: uuid.UUID) -> ReceiptOut:
    """404 as long as nothing of the caller's is in the box, also once it was voided."""
    envelope = _booth(request, uid).standing
    if envelope is None:
        raise Missing
    return _receipt(envelope.sha256, envelope.cast_at, response)
