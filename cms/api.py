"""Notices as JSON: what the caller may read, and saying that a must-read one was read."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from cms import selectors, services
from cms.models import NoticePage

router = Router()


class NoticeOut(Schema):
    """A notice in the list; `wants_reading` while a must-read one is not acknowledged."""

    uid: uuid.UUID
    title: str
    summary: str
    unit_name: str
    url: str
    published_at: dt.datetime | None
    wants_reading: bool

    @staticmethod
    def from_card(card: selectors.NoticeCard) -> NoticeOut:
        """The card of the page, as JSON."""
        notice = card.notice
        return NoticeOut(
            uid=notice.uid,
            title=notice.title,
            summary=notice.summary,
            unit_name=card.unit_name,
            url=notice.get_absolute_url(),
            published_at=notice.first_published_at,
            wants_reading=card.wants_reading,
        )


class ReadIn(Schema):
    """Read; `id` is made on the phone."""

    id: uuid.UUID


@router.get("/", response=list[NoticeOut], summary="Notices addressed to me")
def notice_list(request: HttpRequest, offset: int = 0) -> list[NoticeOut]:
    """Newest first, fifty at a time."""
    cards = selectors.notice_cards(request.user, limit=50, offset=max(0, offset))
    return [NoticeOut.from_card(card) for card in cards]


@router.post("/{uuid:uid}/read", summary="Say that it was read")
def notice_read(request: HttpRequest, uid: uuid.UUID, payload: ReadIn) -> dict[str, bool]:
    """Idempotent by `id`."""
    notice = get_object_or_404(NoticePage.objects.visible_to(request.user), uid=uid)
    services.read_notice(id=payload.id, notice=notice, acting_user=request.user)
    return {"read": True}
