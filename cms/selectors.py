"""What the pages of notices and events show; a fixed number of queries each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cms.models import EventPage, NoticePage, NoticeRead
from events.gatherings.models import Event, SignUp


@dataclass(frozen=True, slots=True)
class NoticeCard:
    """A notice in a list; `wants_reading` while a must-read one is not acknowledged."""

    notice: NoticePage
    unit_name: str
    wants_reading: bool


@dataclass(frozen=True, slots=True)
class EventCard:
    """An event in a list, with the sentence of its page; `signed` when the reader has a place."""

    event: Event
    summary: str
    signed: bool


def notice_cards(user: Any, *, limit: int, offset: int = 0) -> list[NoticeCard]:
    """What the user may read, the newest first."""
    rows = NoticePage.objects.visible_to(user).newest_first().select_related("unit")[offset : offset + limit]
    return cards_of(list(rows), user)


def cards_of(notices: list[NoticePage], user: Any) -> list[NoticeCard]:
    """Cards of given notices; one query says which of them still want reading."""
    unread = set(
        NoticePage.objects.unread_by(user).filter(pk__in=[notice.pk for notice in notices]).values_list("pk", flat=True)
    )
    return [NoticeCard(notice, notice.unit.name, notice.pk in unread) for notice in notices]


def unread_must_reads(user: Any, *, limit: int = 3) -> list[NoticePage]:
    """For the home page: must-read notices addressed to the user and not yet acknowledged, the newest first."""
    return list(NoticePage.objects.unread_by(user).newest_first().select_related("unit")[:limit])


def has_read(user: Any, notice: NoticePage) -> bool:
    """Whether the user has said 知道了."""
    return bool(getattr(user, "pk", None)) and NoticeRead.objects.filter(notice=notice, user_id=user.pk).exists()


def event_cards(user: Any, *, past: bool = False, limit: int = 30) -> list[EventCard]:
    """Events the user may see: what is coming, the next one first, or what is over, the latest first."""
    events = Event.objects.visible_to(user).planned().select_related("unit")
    chosen = list((events.past() if past else events.upcoming())[:limit])
    return _event_cards(chosen, user)


def _event_cards(events: Iterable[Event], user: Any) -> list[EventCard]:
    listed = list(events)
    pages = EventPage.objects.live().filter(uid__in=[event.uid for event in listed])
    summaries = dict(pages.values_list("uid", "summary"))
    signed: set[int] = set()
    if person_id := getattr(user, "person_id", None):
        mine = SignUp.objects.current().filter(person_id=person_id, event__in=listed)
        signed = set(mine.values_list("event_id", flat=True))
    return [EventCard(event, summaries[event.uid], event.pk in signed) for event in listed if event.uid in summaries]
