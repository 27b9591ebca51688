"""A photo is never required, loses every trace of where and with what, and is seen by those above only."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from events.tasks.models import CheckIn, Task
from foundation import pictures
from tests.cast import Cast
from volunteers.accounts.models import User


def photo(**options: object) -> bytes:
    """A JPEG with a place and a camera in its metadata."""
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(buffer, "JPEG", exif=exif, **options)
    return buffer.getvalue()


def test_a_photo_arrives_without_its_traces_and_only_upwards(
    cast: Cast, new_task: Callable[..., Task], client_for: Callable[[User], Client]
) -> None:
    task = new_task(evidence="photo")
    assert b"SecretCamera" in photo()
    body = {"id": uuid.uuid4(), "answer": "done", "photo": SimpleUploadedFile("a.jpg", photo())}
    assert client_for(cast.leader).post(f"/tasks/{task.pk}/", body, headers={"X-Outbox": "1"}).status_code == 200
    row = CheckIn.objects.get()
    path = f"/tasks/check-ins/{row.pk}/photo/"
    answer = client_for(cast.group_leader).get(path)
    seen = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert b"SecretCamera" not in seen
    assert not Image.open(io.BytesIO(seen)).getexif()
    assert answer["Cache-Control"] == "private, no-store"
    for user in (cast.leader2, cast.other_leader, cast.other_worker, cast.resident):
        assert client_for(user).get(path).status_code == 404


def test_without_a_photo_it_is_taken_all_the_same(
    cast: Cast, new_task: Callable[..., Task], client_for: Callable[[User], Client]
) -> None:
    task = new_task(evidence="photo")
    body = {"id": uuid.uuid4(), "answer": "done"}
    assert client_for(cast.leader).post(f"/tasks/{task.pk}/", body, headers={"X-Outbox": "1"}).json()["ok"]


def test_a_task_that_asks_for_no_photo_keeps_none(cast: Cast, task: Task, client_for: Callable[[User], Client]) -> None:
    body = {"id": uuid.uuid4(), "answer": "done", "photo": SimpleUploadedFile("a.jpg", photo())}
    client_for(cast.leader).post(f"/tasks/{task.pk}/", body, headers={"X-Outbox": "1"})
    assert not CheckIn.objects.get().photo


@pytest.mark.parametrize(
    "raw",
    [b"", b"<svg xmlns='x'/>", b"GIF89a" + b"\0" * 60, photo()[:200], b"\x89PNG\r\n\x1a\n" + b"\0" * 64],
    ids=["empty", "svg", "gif", "cut off", "broken png"],
)
def test_what_is_no_photo_is_refused_with_words(raw: bytes) -> None:
    with pytest.raises(pictures.BadPicture, match="打不开"):
        pictures.clean(io.BytesIO(raw), name="x")


def test_a_bomb_of_pixels_costs_a_child_process_and_nothing_else() -> None:
    buffer = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(buffer, "PNG")
    assert len(buffer.getvalue()) < 500_000
    with pytest.raises(pictures.BadPicture):
        pictures.clean(io.BytesIO(buffer.getvalue()), name="x")
