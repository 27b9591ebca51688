"""The JSON API of this app: the inbox, sync and the read mark."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from volunteers.inbox import selectors, services

router = Router()


class EntryOut(Schema):
    """One notification, ready for display."""

    kind: str
    title: str
    body: str
    url: str
    icon: str
    at: dt.datetime
    is_new: bool


class InboxOut(Schema):
    """A page of the inbox; pass `older` as `before` for the next one, `cursor` to mark this one read."""

    entries: list[EntryOut]
    older: str
    cursor: str


class EventOut(Schema):
    """One notification with its place in its stream."""

    stream: str
    seq: int
    kind: str
    title: str
    body: str
    url: str
    icon: str
    at: dt.datetime
    ref: str


class SyncOut(Schema):
    """What follows the cursors. Keep `heads` as the new cursors; ask again at once when there is more."""

    events: list[EventOut]
    heads: dict[str, int]
    reset: list[str]
    more: bool
    epoch: int
    unread: int


class ReadIn(Schema):
    """Up to where was read; left out: everything."""

    cursor: str = ""


@router.get("", response=InboxOut, summary="What reached me, newest first")
def inbox(request: HttpRequest, before: str = "") -> Any:
    """Thirty notifications a page."""
    assert request.user.is_authenticated
    places = list(selectors.cursors_from(before).items())
    return asdict(selectors.inbox(request.user, places[0] if places else None))


@router.get("/sync", response=SyncOut, summary="What follows my cursors")
def sync(request: HttpRequest, c: str = "") -> Any:
    """The same as `/sync` of the pages: cursors as `u:3:17,p:5:2`."""
    assert request.user.is_authenticated
    return asdict(selectors.sync(request.user, selectors.cursors_from(c)))


@router.post("/read", response={204: None}, summary="I have read this far")
def read(request: HttpRequest, body: ReadIn) -> tuple[int, None]:
    """Raise my read marks; they never go back."""
    assert request.user.is_authenticated
    cursors = selectors.cursors_from(body.cursor) if body.cursor else None
    services.mark_read(acting_user=request.user, cursors=cursors)
    return 204, None
