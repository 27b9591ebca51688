"""邻里故事: nobody reads a word about somebody who has not agreed to exactly this text, and a no works at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from cms import story_services
from cms.sections import sync_staff_groups
from cms.stories import ConsentState, StoryConsent, StoryPage
from foundation.errors import Conflict, Denied, Missing
from foundation.models import Notification
from foundation.streams import person_key
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.people.documents import PUBLICATION
from volunteers.people.erasure import erase_person
from volunteers.people.models import Channel
from volunteers.people.services import has_consent, withdraw_consent
from volunteers.units.models import Appointment

ClientFor = Callable[[User], Client]
WORDS = "她把楼道的灯一盏盏修好了。"


@pytest.fixture
def story(cast: Cast) -> StoryPage:
    """A draft about the neighbour leader, as the community's worker wrote it."""
    return story_services.draft_story(
        unit=cast.community,
        about=person_of(cast.leader),
        title="楼道里的灯",
        summary="周邻长和七栋的灯",
        body=[("paragraph", f"<p>{WORDS}</p>")],
        acting_user=cast.worker,
    )


def change(story: StoryPage, words: str) -> None:
    """Another text, as an editor saves it."""
    story = StoryPage.objects.get(pk=story.pk)
    story.body = [("paragraph", f"<p>{words}</p>")]
    story.save_revision()


def is_read(client: Client, story: StoryPage) -> bool:
    """Whether a reader gets it, in the list and by its address."""
    listed = story.title in client.get(reverse("story_list")).content.decode()
    answer = client.get(story.get_absolute_url())
    assert listed == (answer.status_code == 200)
    return listed


def test_a_story_goes_out_when_its_person_agrees_and_comes_down_when_they_do_not(
    cast: Cast, client_for: ClientFor, story: StoryPage
) -> None:
    consent = story_services.ask_person(story=story, acting_user=cast.worker)
    told = Notification.objects.get(stream_key=person_key(cast.leader.person_id or 0), kind="story")
    reader, person = client_for(cast.resident), client_for(cast.leader)
    address = reverse("story_consent", args=[consent.pk])
    assert told.payload["url"] == address
    assert WORDS in person.get(address).content.decode()
    assert not is_read(reader, story)
    person.post(address, {"agree": "yes"})
    assert is_read(reader, story)
    page = reader.get(story.get_absolute_url()).content.decode()
    assert "周*" in page
    assert "周桂兰" not in page
    assert has_consent(person_of(cast.leader), PUBLICATION)
    person.post(address, {"agree": "no"})
    assert not is_read(reader, story)
    assert StoryConsent.objects.get(pk=consent.pk).state == ConsentState.WITHDRAWN


def test_the_full_name_is_shown_where_its_person_wants_that(
    cast: Cast, client_for: ClientFor, story: StoryPage
) -> None:
    consent = story_services.ask_person(story=story, acting_user=cast.worker)
    client_for(cast.leader).post(reverse("story_consent", args=[consent.pk]), {"agree": "yes", "full_name": "1"})
    assert "周桂兰" in client_for(cast.resident).get(story.get_absolute_url()).content.decode()


def test_another_text_needs_another_yes(cast: Cast, client_for: ClientFor, story: StoryPage) -> None:
    first = story_services.ask_person(story=story, acting_user=cast.worker)
    change(story, "改过的话")
    with pytest.raises(Conflict):
        story_services.agree(consent=first, full_name=False, acting_user=cast.leader)
    second = story_services.ask_person(story=story, acting_user=cast.worker)
    assert second.pk != first.pk
    assert StoryConsent.objects.get(pk=first.pk).state == ConsentState.REPLACED
    story_services.agree(consent=second, full_name=False, acting_user=cast.leader)
    change(story, "又改了")
    reader = client_for(cast.resident)
    assert "改过的话" in reader.get(story.get_absolute_url()).content.decode()  # what was agreed stays out
    with pytest.raises(Conflict):
        StoryPage.objects.get(pk=story.pk).latest_revision.publish(skip_permission_checks=True)


def test_a_page_that_was_made_live_by_force_is_read_by_nobody(
    cast: Cast, client_for: ClientFor, story: StoryPage
) -> None:
    StoryPage.objects.filter(pk=story.pk).update(live=True)
    assert not is_read(client_for(cast.resident), story)
    assert not is_read(client_for(cast.worker), story)


def test_a_no_is_not_asked_again(cast: Cast, story: StoryPage) -> None:
    consent = story_services.ask_person(story=story, acting_user=cast.worker)
    story_services.refuse(consent=consent, acting_user=cast.leader)
    with pytest.raises(Conflict):
        story_services.ask_person(story=story, acting_user=cast.worker)


def test_only_the_person_answers_and_only_staff_ask(cast: Cast, client_for: ClientFor, story: StoryPage) -> None:
    for stranger in (cast.leader2, cast.other_worker, cast.resident):
        with pytest.raises(Denied):
            story_services.ask_person(story=story, acting_user=stranger)
    consent = story_services.ask_person(story=story, acting_user=cast.worker)
    for other in (cast.leader2, cast.worker, cast.group_leader):
        with pytest.raises(Missing):
            story_services.agree(consent=consent, full_name=True, acting_user=other)
        assert client_for(other).get(reverse("story_consent", args=[consent.pk])).status_code == 404
    assert Client().get(reverse("story_consent", args=[consent.pk])).status_code == 302
    assert client_for(cast.leader).get(reverse("story_consent", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.everywhere
def test_taking_back_the_general_consent_takes_every_story_down(
    cast: Cast, client_for: ClientFor, story: StoryPage
) -> None:
    consent = story_services.ask_person(story=story, acting_user=cast.worker)
    story_services.agree(consent=consent, full_name=False, acting_user=cast.leader)
    withdraw_consent(person=person_of(cast.leader), document=PUBLICATION, channel=Channel.SELF, acting_user=cast.leader)
    assert not is_read(client_for(cast.resident), story)
    assert not StoryPage.objects.get(pk=story.pk).live


def test_the_button_of_the_console_asks_first(cast: Cast, client_for: ClientFor, story: StoryPage) -> None:
    sync_staff_groups()
    desk = client_for(cast.worker)
    edit = reverse("wagtailadmin_pages:edit", args=[story.pk])
    form = desk.get(edit)
    assert form.status_code == 200
    body = {
        "title": "楼道里的灯", "slug": story.slug, "summary": "七栋的灯", "action-publish": "1",
        "about": str(person_of(cast.leader).uid), "about-q": "", "body-count": "1", "body-0-deleted": "",
        "body-0-order": "0", "body-0-type": "facts", "body-0-id": "", "body-0-value-count": "1",
        "body-0-value-0-deleted": "", "body-0-value-0-order": "0", "body-0-value-0-type": "item",
        "body-0-value-0-id": "", "body-0-value-0-value-label": "修灯", "body-0-value-0-value-text": "七盏",
    }  # fmt: skip
    answer = desk.post(edit, body)
    assert (answer.status_code, answer["Location"]) == (302, edit)
    consent = StoryConsent.objects.get(story=story)
    assert consent.state == ConsentState.ASKED
    assert not StoryPage.objects.get(pk=story.pk).live
    story_services.agree(consent=consent, full_name=False, acting_user=cast.leader)
    assert StoryPage.objects.get(pk=story.pk).live
    assert "七盏" in client_for(cast.resident).get(story.get_absolute_url()).content.decode()
    named = desk.post(edit, body | {"summary": "周桂兰和七栋的灯"})
    assert named.status_code == 200
    assert "别写全名" in named.content.decode()


def test_a_story_goes_with_its_person(cast: Cast, client_for: ClientFor, story: StoryPage) -> None:
    consent = story_services.ask_person(story=story, acting_user=cast.worker)
    story_services.agree(consent=consent, full_name=False, acting_user=cast.leader)
    Appointment.objects.filter(person=person_of(cast.leader)).delete()
    erase_person(person=person_of(cast.leader), acting_user=cast.leader)
    assert not StoryPage.objects.exists()
    kept = StoryConsent.objects.get(pk=consent.pk)
    assert (kept.story_id, kept.revision_id) == (None, None)
