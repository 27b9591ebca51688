"""One's own honours as JSON; nobody else's, and no totals but one's own."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpRequest
from ninja import Router, Schema

from rewards.honours import selectors
from volunteers.units.rights import person_id_of

router = Router()


class RecordOut(Schema):
    """One record of service."""

    id: uuid.UUID
    project: str
    started_at: dt.datetime
    minutes: int
    unit: str
    certifier: str
    certifier_role: str


class CertificateOut(Schema):
    """One certificate."""

    id: uuid.UUID
    title: str
    text: str
    unit: str
    dated_on: dt.date
    number: str


class CardOut(Schema):
    """One thank-you card."""

    id: uuid.UUID
    picture: str
    words: str
    part: str
    surname: str
    at: dt.datetime


class HonoursOut(Schema):
    """The newest two hundred records, all certificates, the newest cards."""

    service: list[RecordOut]
    certificates: list[CertificateOut]
    cards: list[CardOut]


@router.get("/", response=HonoursOut, summary="My honours")
def honours(request: HttpRequest) -> dict[str, object]:
    """The caller's own, never anybody else's."""
    person_id = person_id_of(request.user)
    records = selectors.hours_of(person_id).select_related("unit", "certifier")[:200]
    return {
        "service": [
            {
                "id": row.pk,
                "project": row.project,
                "started_at": row.started_at,
                "minutes": row.minutes,
                "unit": row.unit.name,
                "certifier": row.certifier.name if row.certifier else "",
                "certifier_role": row.certifier_role,
            }
            for row in records
        ],
        "certificates": [
            {
                "id": row.pk,
                "title": row.title,
                "text": row.text,
                "unit": row.unit.name,
                "dated_on": row.dated_on,
                "number": row.number,
            }
            for row in selectors.certificates_of(person_id)
        ],
        "cards": [
            {
                "id": row.pk,
                "picture": row.picture,
                "words": row.words,
                "part": row.part,
                "surname": row.sender.surname,
                "at": row.at,
            }
            for row in selectors.cards_of(person_id)
        ],
    }
