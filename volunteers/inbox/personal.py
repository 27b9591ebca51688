"""What the inbox stores about people: messages to them, and how far they have read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.models import Notification, Stream
from foundation.privacy import Basis, Erasing, PersonalField, Section, Sort
from foundation.retention import retention, words_of
from foundation.streams import person_key, unit_key
from volunteers.homes.models import Resident
from volunteers.inbox.services import purge_old_notifications
from volunteers.people.erasure import NAME
from volunteers.units.models import Appointment, Unit

privacy.register(
    "inbox.ReadMark",
    PersonalField("user", Sort.LINK),
    title=_("消息读到哪里"),
    purpose=_("只为您自己的小红点，别人看不到"),
    basis=Basis.SERVICE,
    keep="person",
    subject="user__person",
    delete_rows=True,
)


@privacy.section
def my_messages(person_id: int) -> Section | None:
    """Messages to one person alone."""
    rows = Notification.objects.filter(stream_key=person_key(person_id)).order_by("-seq")
    told = [
        {
            str(_("时间")): timezone.localtime(row.created_at).strftime("%Y-%m-%d %H:%M"),
            str(_("标题")): str(row.payload.get("title", "")),
            str(_("内容")): str(row.payload.get("body", "")),
        }
        for row in rows
    ]
    if not told:
        return None
    purpose = _("把和您有关的事告诉您")
    return Section(
        "foundation.Notification", _("给您的消息"), purpose, Basis.SERVICE.label, words_of("notifications"), told
    )


@privacy.eraser
def forget_messages(one: Erasing) -> None:
    """The person's own stream goes; where messages around them say their name, they say the pseudonym."""
    key = person_key(one.person_id)
    Notification.objects.filter(stream_key=key).delete()
    Stream.objects.filter(key=key).delete()
    for row in Notification.objects.filter(stream_key__in=_streams_around(one.person_id)).iterator():
        if one.name in json.dumps(row.payload, ensure_ascii=False):
            row.payload = _without(row.payload, one.name)
            row.save(update_fields=["payload"])


def _streams_around(person_id: int) -> list[str]:
    """Streams in which somebody may have been named: of their units, those above, and whoever serves there."""
    held = list(Appointment.objects.filter(person=person_id).select_related("unit"))
    units = [one.unit for one in held]
    units += [r.neighbourhood for r in Resident.objects.filter(person=person_id).select_related("neighbourhood")]
    paths = {path for unit in units for path in unit.ancestor_paths()}
    unit_ids = list(Unit.objects.filter(path__in=paths).values_list("pk", flat=True))
    people: Iterable[int] = Appointment.objects.filter(unit__in=unit_ids).values_list("person_id", flat=True).distinct()
    return [unit_key(pk) for pk in unit_ids] + [person_key(pk) for pk in people]


def _without(payload: Any, name: str) -> Any:
    if isinstance(payload, dict):
        return {key: _without(value, name) for key, value in payload.items()}
    return payload.replace(name, NAME) if isinstance(payload, str) else payload


@retention("notifications")
def forget_notifications(_before: dt.datetime) -> int:
    """Notifications are kept for 90 days (rule R20)."""
    return purge_old_notifications()
