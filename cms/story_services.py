"""Asking somebody about the story written of them, their answer, and taking it down when they take it back."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.images import get_image_model
from wagtail.log_actions import LogContext

from cms.sections import section_of
from cms.stories import ConsentState, StoryConsent, StoryPage
from foundation import audit, clock, privacy, streams
from foundation.actors import SYSTEM, Actor
from foundation.errors import Conflict, Missing
from volunteers.people.documents import PUBLICATION, document
from volunteers.people.models import Channel, Person
from volunteers.people.services import give_consent
from volunteers.units.models import Unit
from volunteers.units.rights import Right, has_right, person_id_of, require


@transaction.atomic
def draft_story(*, unit: Unit, about: Person, title: str, summary: str, body: Any, acting_user: Actor) -> StoryPage:
    """Write a draft without the console. Who may: PUBLISH_NOTICE in the unit."""
    require(acting_user, Right.PUBLISH_NOTICE, unit)
    user = acting_user if acting_user.pk else None
    story = StoryPage(unit=unit, about=about, title=title, summary=summary, body=body, owner=user, live=False)
    with LogContext(user=user):
        section_of(unit).add_child(instance=story)
        story.save_revision(user=user)
    return StoryPage.objects.get(pk=story.pk)


def _draft(story: StoryPage) -> StoryPage:
    """What was last written of it."""
    found: StoryPage = story.get_latest_revision_as_object()
    return found


@transaction.atomic
def ask_person(*, story: StoryPage, acting_user: Actor) -> StoryConsent:
    """Ask the person whether what was last written may go out; once for a text.

    Who may: PUBLISH_NOTICE in its unit. Raises `Denied`; `Conflict` when they said no to this very text.
    """
    require(acting_user, Right.PUBLISH_NOTICE, story.unit)
    locked = StoryPage.objects.select_for_update(of=("self",)).get(pk=story.pk)
    draft = _draft(locked)
    sha256 = draft.fingerprint()
    others = StoryConsent.objects.filter(story=locked, state=ConsentState.ASKED).exclude(text_sha256=sha256)
    others.update(state=ConsentState.REPLACED)
    asked, is_new = StoryConsent.objects.get_or_create(
        story=locked,
        text_sha256=sha256,
        defaults={
            "person": draft.about,
            "revision": locked.latest_revision,
            "wording_sha256": document(PUBLICATION).sha256,
            "asked_by": acting_user if acting_user.pk else None,
            "asked_at": clock.now(),
        },
    )
    if asked.state in {ConsentState.REFUSED, ConsentState.WITHDRAWN}:
        raise Conflict(_("本人不同意登这一版。换个写法，再请本人看。"))
    if asked.state == ConsentState.REPLACED:  # an earlier text again
        StoryConsent.objects.filter(pk=asked.pk).update(state=ConsentState.ASKED, asked_at=clock.now())
    if is_new:
        audit.record(actor=acting_user, act="story.ask", obj=asked, unit_id=locked.unit_id)
        _tell(asked.person_id, asked, _asking_words)
    return asked


def _asking_words() -> tuple[str, str]:
    return _("写了一篇您的邻里故事"), _("登出去之前请您先看看，不同意也没关系。")


def _withdrawn_words() -> tuple[str, str]:
    return _("一篇邻里故事撤下来了"), _("本人收回了同意，页面和照片都已经看不到。")


@streams.in_district_language
def _tell(person_id: int, consent: StoryConsent, words: Any) -> None:
    title, body = words()
    payload = {"title": title, "body": body, "url": f"/stories/consents/{consent.pk}/", "icon": "heart"}
    streams.publish(streams.person_key(person_id), kind="story", payload=payload, ref=f"story:{consent.pk}")


def _of_person(consent: StoryConsent, acting_user: Actor) -> StoryConsent:
    rows = StoryConsent.objects.select_for_update(of=("self",)).filter(pk=consent.pk)
    locked = rows.filter(person_id=person_id_of(acting_user), story__isnull=False).first()
    if locked is None:
        raise Missing
    return locked


@transaction.atomic
def agree(*, consent: StoryConsent, full_name: bool, acting_user: Actor) -> StoryConsent:
    """The person agrees to this text and its photos, with the full name or the surname; it goes out at once.

    Raises `Missing` for anybody else, `Conflict` when the text has changed since it was shown.
    """
    locked = _of_person(consent, acting_user)
    story: Any = StoryPage.objects.select_related("unit").get(pk=locked.story_id)
    draft = _draft(story)
    if locked.state == ConsentState.REPLACED or draft.fingerprint() != locked.text_sha256:
        raise Conflict(_("文字又改过了，请看新的一版。"))
    give_consent(person=locked.person, document=PUBLICATION, channel=Channel.SELF, acting_user=acting_user)
    locked.state, locked.full_name, locked.answered_at = ConsentState.AGREED, full_name, clock.now()
    locked.withdrawn_at = None
    locked.save(update_fields=["state", "full_name", "answered_at", "withdrawn_at"])
    audit.record(actor=acting_user, act="story.agree", obj=locked, unit_id=story.unit_id)
    if locked.asked_by is None or has_right(locked.asked_by, Right.PUBLISH_NOTICE, story.unit):
        _publish(story, locked)
    return locked


def _publish(story: StoryPage, consent: StoryConsent) -> None:
    """In the name of who asked, which is what the console's button meant."""
    with LogContext(user=consent.asked_by):
        story.latest_revision.publish(user=consent.asked_by, skip_permission_checks=True)


@transaction.atomic
def refuse(*, consent: StoryConsent, acting_user: Actor) -> StoryConsent:
    """The person says no, or takes a yes back: what is out comes down at once. No reason is asked."""
    locked = _of_person(consent, acting_user)
    if locked.state == ConsentState.AGREED:
        _take_back(locked, acting_user)
    elif locked.state == ConsentState.ASKED:
        locked.state, locked.answered_at = ConsentState.REFUSED, clock.now()
        locked.save(update_fields=["state", "answered_at"])
        audit.record(actor=acting_user, act="story.refuse", obj=locked)
    return locked


def _take_back(consent: StoryConsent, acting_user: Actor) -> None:
    consent.state, consent.withdrawn_at = ConsentState.WITHDRAWN, clock.now()
    consent.save(update_fields=["state", "withdrawn_at"])
    story: Any = StoryPage.objects.get(pk=consent.story_id)
    if story.live and story.text_sha256 == consent.text_sha256:
        story.unpublish(user=None)
    audit.record(actor=acting_user, act="story.withdraw", obj=consent, unit_id=story.unit_id)
    asker = getattr(consent.asked_by, "person_id", None)
    if asker:
        _tell(asker, consent, _withdrawn_words)


@privacy.on_withdrawal(PUBLICATION)
def take_down_all(person_id: int) -> None:
    """Somebody no longer wants to be named anywhere: every story of theirs comes down in the same transaction."""
    rows = StoryConsent.objects.select_for_update(of=("self",)).filter(person_id=person_id, story__isnull=False)
    rows.filter(state=ConsentState.ASKED).update(state=ConsentState.REFUSED, answered_at=clock.now())
    for consent in rows.filter(state=ConsentState.AGREED):
        _take_back(consent, SYSTEM)


@privacy.eraser
def stories_go(one: privacy.Erasing) -> None:
    """Stories about somebody who is erased are deleted, with the pictures that no other page shows."""
    stories = list(StoryPage.objects.filter(about_id=one.person_id))
    pictures = {photo.pk for story in stories for version in (story, _draft(story)) for photo in version.photos}
    for story in stories:
        story.delete()
    for picture in get_image_model().objects.filter(pk__in=pictures):
        if not picture.get_usage().exists():
            picture.delete()
    one.counts["cms.StoryPage"] = len(stories)


def consent_to_read(*, uid: uuid.UUID, acting_user: Actor) -> tuple[StoryConsent, StoryPage]:
    """What somebody was asked, with the text as they are to read it. Raises `Missing` for anybody else."""
    rows = StoryConsent.objects.filter(pk=uid, person_id=person_id_of(acting_user), story__isnull=False)
    consent = rows.select_related("story__unit", "revision", "person").first()
    if consent is None or consent.revision is None:
        raise Missing
    return consent, consent.revision.as_object()
