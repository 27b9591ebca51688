"""What tasks store about people: what a leader said of one, with a photo or a place if they chose to."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from events.tasks.models import CheckIn
from foundation import outbox, privacy
from foundation.privacy import Basis, Erase, PersonalField, Sort
from foundation.retention import retention

FILES = "erased_files"


def _answer(row: CheckIn) -> str:
    """What was chosen, in the words that were offered."""
    return str((row.task.answer(row.answer) or {}).get("label", row.answer))


privacy.register(
    "tasks.CheckIn",
    PersonalField("person", Sort.LINK),
    PersonalField("note", Sort.TEXT),
    PersonalField("photo", Sort.PHOTO, purpose=_("本人自己附上，说明办得怎样")),
    PersonalField("place", Sort.PLACE, purpose=_("本人自己附上，精确到一百米左右")),
    PersonalField("return_reason", Sort.TEXT),
    PersonalField("decided_by", Sort.ACTOR),
    PersonalField("entered_by", Sort.ACTOR),
    title=_("打卡"),
    purpose=_("知道任务办得怎样，谁要帮忙"),
    basis=Basis.DUTY,
    keep="visits",
    subject="person",
    shows=("task", "unit", "state", (_("回答"), _answer), "note", "place", "return_reason", "submitted_at"),
)
privacy.register(
    "tasks.Task",
    PersonalField("created_by", Sort.ACTOR),
    title=_("任务"),
    purpose=_("知道是谁发的"),
    basis=Basis.DUTY,
    keep="content",
)
privacy.register(
    "tasks.Outcome",
    PersonalField("thanks", Sort.TEXT, Erase.KEEP, purpose=_("一位邻居说的话，不写名字")),
    PersonalField("photo_before", Sort.PHOTO, Erase.KEEP),
    PersonalField("photo_after", Sort.PHOTO, Erase.KEEP),
    title=_("任务的结果"),
    purpose=_("让大家看到事情办成了；照片拍的是地方"),
    basis=Basis.DUTY,
    keep="content",
)
privacy.impersonal("tasks.Outcome", "story", because=_("讲的是事情"))
privacy.impersonal("tasks.Task", "why", "answers", "roles", because=_("任务的内容"))


def _drop_photos(rows: object) -> int:
    """Clear the column and leave the files to the outbox."""
    filled = list(rows.exclude(photo="").exclude(photo=None).values_list("pk", "photo"))  # type: ignore[attr-defined]
    if filled:
        outbox.put(FILES, {"files": [("tasks.CheckIn.photo", name) for _pk, name in filled]})
        CheckIn.objects.filter(pk__in=[pk for pk, _name in filled]).update(photo=None)
    return len(filled)


@privacy.on_withdrawal("photo")
def drop_my_photos(person_id: int) -> None:
    """Every photo that somebody has attached."""
    _drop_photos(CheckIn.objects.filter(person=person_id))


@privacy.on_withdrawal("location")
def drop_my_places(person_id: int) -> None:
    """Every place that somebody has attached."""
    CheckIn.objects.filter(person=person_id, place__isnull=False).update(place=None)


@retention("photos")
def forget_photos(before: dt.datetime) -> int:
    """Photos of check-ins, as long as visits are kept."""
    return _drop_photos(CheckIn.objects.filter(submitted_at__lt=before))


@retention("places")
def forget_places(before: dt.datetime) -> int:
    """Places of check-ins."""
    return CheckIn.objects.filter(submitted_at__lt=before, place__isnull=False).update(place=None)


@retention("visits")
def forget_notes(before: dt.datetime) -> int:
    """What was added in words; that it was done stays for the reports."""
    return (
        CheckIn.objects.filter(submitted_at__lt=before)
        .exclude(note="", return_reason="")
        .update(note="", return_reason="")
    )
