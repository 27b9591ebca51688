"""The site's pages: notices and the words of events, published as an editor would."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.utils.html import escape
from wagtail.log_actions import LogContext
from wagtail.models import Page

from cms.models import EventPage, NoticeAnnouncement, NoticePage, NoticeRead, ToldPage
from cms.sections import section_of, sync_user
from config.demo import stories
from config.demo.happenings import EVENTS, NOTICES, EventStory, NoticeStory
from config.demo.people import Ground
from config.demo.timeline import Timeline
from config.demo.when import Calendar
from events.gatherings.models import Event
from volunteers.accounts.models import User
from volunteers.units.models import Unit


class Pages:
    """Publishes what each unit with staff had to say."""

    def __init__(self, ground: Ground, calendar: Calendar, posters: dict[int, User]) -> None:
        self.ground, self.calendar, self.posters = ground, calendar, posters
        self.events: list[tuple[EventStory, Event, dt.datetime]] = []
        self.notices = 0

    def plan(self, timeline: Timeline) -> None:
        """Put every notice and every event on the timeline; the editors join the groups of their units first."""
        for where in (stories.HOME, stories.STREET, stories.DISTRICT):
            sync_user(self.posters[self._unit(where).pk])
        for notice in NOTICES:
            moment = self.calendar.at(notice.days_ago, notice.hour, notice.minute)
            timeline.add(moment, lambda notice=notice, moment=moment: self._tell(notice, moment))  # type: ignore[misc]
        for event in EVENTS:
            moment = self.calendar.at(max(event.announced - event.in_days, 1), 10, 20)
            timeline.add(moment, lambda event=event, moment=moment: self._invite(event, moment))  # type: ignore[misc]

    def _unit(self, where: str) -> Unit:
        return {
            stories.HOME: self.ground.home_community,
            stories.STREET: self.ground.home_street,
            stories.DISTRICT: self.ground.district,
        }[where]

    def _tell(self, story: NoticeStory, moment: dt.datetime) -> None:
        unit = self._unit(story.where)
        tomorrow = self.calendar.named(1)
        facts = [(label, text.format(tomorrow=tomorrow)) for label, text in story.facts]
        page = NoticePage(
            title=story.title.format(tomorrow=tomorrow),
            unit=unit,
            summary=story.summary,
            body=body_of(story.body, facts),
            must_read=story.must_read,
            is_public=story.where == stories.DISTRICT,
        )
        self._publish(page, moment, [unit])
        NoticeAnnouncement.objects.filter(notice=page).update(at=moment)
        self._read(page, moment)
        self.notices += 1

    def _invite(self, story: EventStory, moment: dt.datetime) -> None:
        unit = self._unit(story.where)
        starts_at = self.calendar.ahead(story.in_days, story.hour)
        page = EventPage(
            title=story.title,
            unit=unit,
            summary=story.summary,
            body=body_of(story.body),
            place=story.place,
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(hours=story.hours),
            capacity=story.places or None,
            needs_sign_up=story.needs_sign_up,
            is_public=story.is_public,
        )
        self._publish(page, moment)
        self.events.append((story, Event.objects.get(uid=page.uid), moment))

    def _publish(self, page: ToldPage, moment: dt.datetime, targets: Iterable[Unit] = ()) -> None:
        """Below its unit's section, as the unit's own staff; dated."""
        user = self.posters[page.unit_id]
        page.slug, page.live = f"demo-{page.uid.hex[:12]}", False
        page.owner = user
        with LogContext(user=user):
            section_of(page.unit).add_child(instance=page)
            if isinstance(page, NoticePage):
                page.targets.set(targets)
            page.save_revision(user=user).publish(user=user)
        page.refresh_from_db()
        Page.objects.filter(pk=page.pk).update(
            first_published_at=moment, last_published_at=moment, latest_revision_created_at=moment
        )

    def _read(self, page: NoticePage, moment: dt.datetime) -> None:
        """Whoever has an account read what is some days old; the newest still waits for them."""
        if not page.must_read or self.calendar.now - moment < dt.timedelta(days=1.5):
            return
        NoticeRead.objects.bulk_create(
            NoticeRead(id=uuid.uuid4(), notice=page, user=user, at=self.calendar.after(moment, 30))
            for user in self.ground.users.values()
            if NoticePage.objects.visible_to(user).filter(pk=page.pk).exists()
        )


def body_of(paragraphs: Iterable[str], facts: Iterable[tuple[str, str]] = ()) -> list[dict[str, Any]]:
    """The raw value of a page's body: what to know at a glance first, then the paragraphs."""
    at_a_glance = [{"label": label, "text": text} for label, text in facts]
    blocks: list[dict[str, Any]] = [{"type": "paragraph", "value": f"<p>{escape(text)}</p>"} for text in paragraphs]
    if at_a_glance:
        blocks.insert(0, {"type": "facts", "value": at_a_glance})
    return blocks
