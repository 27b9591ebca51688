"""The edge between Wagtail and our services: a page went out, was taken back; somebody signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from wagtail.log_actions import get_active_log_context
from wagtail.signals import page_published, page_unpublished

from cms import sections, services
from cms.models import EventPage, NoticePage
from foundation.actors import SYSTEM, Actor


def _acting_user() -> Actor:
    """Who pressed the button in the console; outside it the clock acts, and what was scheduled was allowed."""
    return get_active_log_context().user or SYSTEM


@receiver(page_published, sender=NoticePage)
def notice_published(*, instance: NoticePage, **_kwargs: Any) -> None:
    """Tell the audience."""
    services.announce_notice(notice=instance, acting_user=_acting_user())


@receiver(page_published, sender=EventPage)
def event_published(*, instance: EventPage, **_kwargs: Any) -> None:
    """Take the plan."""
    services.put_event_of(page=instance, acting_user=_acting_user())


@receiver(page_unpublished, sender=NoticePage)
def notice_unpublished(*, instance: NoticePage, **_kwargs: Any) -> None:
    """Note it."""
    services.withdraw_notice(notice=instance, acting_user=_acting_user())


@receiver(page_unpublished, sender=EventPage)
def event_unpublished(*, instance: EventPage, **_kwargs: Any) -> None:
    """The event does not take place."""
    services.call_off_event_of(page=instance, acting_user=_acting_user())


@receiver(user_logged_in)
def staff_signed_in(*, user: Any, **_kwargs: Any) -> None:
    """Who came to a unit today finds its section, and loses that of yesterday's."""
    sections.sync_user(user)
