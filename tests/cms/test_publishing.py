"""Publishing tells the audience once; photos lose what they knew."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Picture
from wagtail.blocks import StreamValue
from wagtail.images import get_image_model
from wagtail.images.forms import get_image_form

from cms.models import NoticePage, UnitSectionPage
from cms.sections import section_of
from cms.services import announce_notice, write_event, write_notice
from events.gatherings.models import Event
from events.gatherings.services import Plan
from foundation.actors import SYSTEM
from foundation.errors import Denied, Invalid
from foundation.models import AuditEntry, Notification
from tests.cast import Cast
from volunteers.accounts.models import User

NewNotice = Callable[..., NoticePage]


@pytest.mark.everywhere
def test_a_notice_is_one_row_a_unit_told_once(cast: Cast, new_notice: NewNotice) -> None:
    notice = new_notice(targets=[cast.area], roles=["neighbour_leader"])
    told = Notification.objects.get(kind="notice")
    assert (told.stream_key, told.roles) == (f"u:{cast.area.pk}", ["neighbour_leader"])
    assert told.payload["url"] == notice.get_absolute_url()
    notice.title = "改了一个字"
    notice.save_revision(user=cast.worker).publish()
    assert announce_notice(notice=notice, acting_user=SYSTEM) == 0
    assert Notification.objects.filter(kind="notice").count() == 1
    acts = AuditEntry.objects.filter(act__startswith="notice.").order_by("pk").values_list("act", "actor_id")
    assert acts[0] == ("notice.announce", cast.worker.pk)
    assert {act for act, _actor in acts[1:]} == {"notice.change"}


def test_a_unit_added_later_is_told_when_it_is_added(cast: Cast, new_notice: NewNotice) -> None:
    notice = new_notice(unit=cast.street, targets=[cast.community], acting_user=cast.street_clerk)
    notice.targets = [cast.community, cast.other_community]
    notice.save_revision().publish()
    keys = Notification.objects.filter(kind="notice").values_list("stream_key", flat=True)
    assert sorted(keys) == sorted([f"u:{cast.community.pk}", f"u:{cast.other_community.pk}"])


def test_a_draft_tells_nobody(cast: Cast) -> None:
    notice = NoticePage(unit=cast.community, title="还没写完", summary="草稿", live=False)
    notice.targets = [cast.community]
    section_of(cast.community).add_child(instance=notice)
    notice.save_revision(user=cast.worker)
    assert not Notification.objects.exists()


def test_nobody_writes_for_another_unit(cast: Cast, new_notice: NewNotice) -> None:
    for fields in ({"unit": cast.other_community}, {"targets": [cast.other_community]}, {"acting_user": cast.leader}):
        with pytest.raises(Denied):
            new_notice(**fields)
    with pytest.raises(Invalid):
        new_notice(is_public=True, roles=["group_leader"])
    assert not NoticePage.objects.exists()
    assert not Notification.objects.exists()


def test_text_is_text(cast: Cast, client_for: Callable[[User], Client]) -> None:
    notice = write_notice(
        unit=cast.community, title="<b>标题</b>", summary="<script>", paragraphs=["<script>alert(1)</script>"],
        acting_user=cast.worker,
    )  # fmt: skip
    page = client_for(cast.leader).get(notice.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def _picture() -> SimpleUploadedFile:
    exif = Picture.Exif()
    exif[0x010F] = "Secret Maker"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Picture.new("RGB", (640, 480), "green").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("IMG_0001.jpg", out.getvalue(), content_type="image/jpeg")


def test_a_photo_loses_its_metadata_and_is_shown_to_readers_only(
    cast: Cast, new_notice: NewNotice, client_for: Callable[[User], Client]
) -> None:
    section = section_of(cast.community)
    client_for(cast.worker)  # signing in makes the worker a member of the section's group
    form = get_image_form(get_image_model())(
        {"title": "水管", "collection": section.collection_id}, {"file": _picture()}, user=cast.worker
    )
    assert form.is_valid(), form.errors
    image = form.save()
    with Picture.open(image.file.path) as stored:
        assert not stored.getexif()
        assert b"Secret Maker" not in open(image.file.path, "rb").read()  # noqa: SIM115
    notice = new_notice()
    notice.body = StreamValue(
        notice.body.stream_block,
        [{"type": "photo", "value": {"photo": image.pk, "caption": "换下来的阀门"}}],
        is_lazy=True,
    )
    notice.save_revision().publish()
    address = f"{notice.get_absolute_url()}photos/{image.pk}/"
    reader = client_for(cast.leader)
    assert address in reader.get(notice.get_absolute_url()).content.decode()
    answer = reader.get(address)
    assert answer["Content-Type"] == "image/jpeg"
    assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"  # type: ignore[attr-defined]
    assert client_for(cast.other_leader).get(address).status_code == 404
    media = f"/media/{image.file.name}"
    assert client_for(cast.worker).get(media).status_code == 200
    for user in (cast.leader, cast.other_worker, cast.stranger):
        assert client_for(user).get(media).status_code == 404
    assert Client().get(media).status_code == 302


def test_what_is_no_picture_is_refused_in_words(cast: Cast, sections: None) -> None:
    section = section_of(cast.community)
    fake = SimpleUploadedFile("a.jpg", b"\xff\xd8 no picture", content_type="image/jpeg")
    form = get_image_form(get_image_model())(
        {"title": "x", "collection": section.collection_id}, {"file": fake}, user=cast.worker
    )
    assert not form.is_valid()


def test_an_event_page_hands_its_plan_to_the_event(cast: Cast, plan: Plan) -> None:
    page = write_event(unit=cast.community, plan=plan, summary="人来就行。", acting_user=cast.worker)
    event = Event.objects.get(uid=page.uid)
    assert (event.title, event.capacity, event.unit) == ("邻里包饺子", 50, cast.community)
    page.place = "食堂二楼"
    page.save_revision().publish()
    event.refresh_from_db()
    assert event.place == "食堂二楼"
    assert Notification.objects.filter(kind="event").count() == 1
    page.unpublish()
    event.refresh_from_db()
    assert event.state == "called_off"


def test_sections_are_made_once(cast: Cast, sections: None) -> None:
    assert UnitSectionPage.objects.count() == 4
    section = section_of(cast.community)
    assert list(section.staff_group.user_set.all()) == [cast.worker]
