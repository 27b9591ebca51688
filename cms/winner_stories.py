"""A draft for the editors about each winner who agreed; it goes out as every story does, when its person says so."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.html import format_html
from django.utils.translation import gettext as _

from cms.stories import StoryPage
from cms.story_services import draft_story
from events.campaigns.models import Nomination
from events.results.services import STORY
from foundation import outbox, streams
from foundation.actors import SYSTEM
from volunteers.people.documents import NOMINEE
from volunteers.people.services import has_consent

SHORT = 80


@outbox.handler(STORY)
@streams.in_district_language
def draft_stories(payloads: list[dict[str, Any]]) -> None:
    """One draft for each winner, once, however often it is asked for."""
    keys = [payload["nomination"] for payload in payloads]
    rows = Nomination.objects.filter(pk__in=keys).select_related("person", "campaign", "street")
    for one in rows.order_by("pk"):
        _draft(one)


@transaction.atomic
def _draft(nomination: Nomination) -> None:
    person, told = nomination.person, nomination.story.strip()
    title = _("入选“%(title)s”") % {"title": nomination.campaign.title}
    if not told or not has_consent(person, NOMINEE) or StoryPage.objects.filter(about=person, title=title).exists():
        return
    # The name is the person's to show, so the words do without it.
    words = told.replace(person.name, _("这位邻长"))
    body = [("paragraph", format_html("<p>{}</p>", words))]
    draft_story(unit=nomination.street, about=person, title=title, summary=words[:SHORT], body=body, acting_user=SYSTEM)
