"""Taking a list home: who may, how much, and what the file and the audit trail say about it (rules R34 and T5).

What leaves is what the reader sees under the current search and filters, through `visible_to`, and only where a role
of theirs carries the right to export. Masked is the rule; in full only with a written purpose and few rows a day.
"""

from __future__ import annotations

import copy
import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import audit, clock, sheets
from foundation.actors import Actor
from foundation.errors import Denied, Invalid
from foundation.models import AuditEntry
from foundation.sheets import Format
from volunteers.units.console.columns import ExportColumn
from volunteers.units.rights import Right, grants, remember_grants

SHORTEST_REASON = 4
ACT, KIND = "console.export", "console.export"


class ExportForm(forms.Form):
    """Which format, masked or in full, and what for."""

    format = forms.ChoiceField(choices=[(one.value, one.value) for one in Format], required=False)
    full = forms.BooleanField(required=False)
    reason = forms.CharField(max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """A purpose for what is not masked; a workbook when nothing was said."""
        data: dict[str, Any] = super().clean() or {}
        data["format"] = Format(data.get("format") or Format.XLSX)
        if data.get("full") and len(str(data.get("reason", "")).strip()) < SHORTEST_REASON:
            self.add_error("reason", gettext_lazy("要完整的，请写明用途，至少 4 个字。"))
        return data


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for."""

    name: str
    title: str
    format: Format
    full: bool
    reason: str
    conditions: Sequence[tuple[str, str]]
    searched: str


def only_where_one_may_export(user: Any) -> Any:
    """The same user with those roles alone that carry the right to export; raises `Denied` when there is none."""
    kept = [(one.role, one.unit_id, one.path) for one in grants(user) if one.allows(Right.EXPORT)]
    if not kept:
        raise Denied(_("导出要有导出的权限，请找上级单位的工作人员。"))
    narrowed = copy.copy(user)
    remember_grants(narrowed, kept)
    return narrowed


def export(
    *,
    rows: Iterable[Any],
    columns: Sequence[ExportColumn],
    wish: Wish,
    acting_user: Actor,
    count: int | None = None,
) -> StreamingHttpResponse:
    """Write the audit entry, then send the file while its rows are read. `count` is needed where there may be many.

    Raises `Invalid` when it is more than one may take.
    """
    if wish.full:
        with transaction.atomic():
            # One after another for one account, so that two at once cannot both fit into what is left of the day.
            get_user_model()._default_manager.select_for_update().filter(pk=acting_user.pk).first()
            most = settings.EXPORT_FULL_ROWS
            left = max(0, min(most, most - _taken_today(acting_user)))
            rows = list(itertools.islice(rows, left + 1))
            if len(rows) > left:
                raise Invalid(_TOO_MUCH_IN_FULL % {"most": most, "left": left})
            _record(len(rows), wish, acting_user)
            count = len(rows)
    else:
        if count is None:
            rows = list(itertools.islice(rows, settings.EXPORT_ROWS + 1))
            count = len(rows)
        if count > settings.EXPORT_ROWS:
            raise Invalid(_("一次最多导出 %(most)d 行，请先筛选再导出。") % {"most": settings.EXPORT_ROWS})
        _record(count, wish, acting_user)
    return _response(itertools.islice(rows, settings.EXPORT_ROWS), columns, wish, _about(wish, acting_user, count))


_TOO_MUCH_IN_FULL = gettext_lazy(
    "完整的信息每人每天最多导出 %(most)d 行，今天还能导出 %(left)d 行。"
    "请先筛选，只要用得到的；确实都要，请上级单位另一位工作人员导出其余的，或者改要脱敏的。"
)


def _response(
    rows: Iterable[Any], columns: Sequence[ExportColumn], wish: Wish, said: sheets.Said
) -> StreamingHttpResponse:
    values = ([column.of(row, full=wish.full) for column in columns] for row in rows)
    labels = [str(column.label) for column in columns]
    response = StreamingHttpResponse(
        sheets.stream(wish.format, labels, values, said), content_type=wish.format.content_type
    )
    name = f"{wish.title}-{timezone.localtime():%Y%m%d-%H%M}.{wish.format}"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["Cache-Control"] = "no-store"
    return response


def _about(wish: Wish, user: Actor, count: int) -> list[tuple[str, str]]:
    conditions = [f"{label}：{text}" for label, text in wish.conditions]
    if wish.searched:
        conditions.insert(0, _("查找：%(words)s") % {"words": wish.searched})
    return [
        (_("内容"), wish.title),
        (_("谁导出的"), user.get_full_name() or user.get_username()),
        (_("什么时候"), timezone.localtime().strftime("%Y-%m-%d %H:%M")),
        (_("完整还是脱敏"), _("完整") if wish.full else _("脱敏")),
        (_("用途"), wish.reason or _("（没有写）")),
        (_("条件"), "；".join(conditions) or _("全部")),
        (_("行数"), str(count)),
        (_("提醒"), _("含个人信息，只用于写明的用途，用完删除，不要转发。")),
    ]


def _record(count: int, wish: Wish, user: Actor) -> None:
    """The words searched for may be somebody's name: that there were some is all that the trail keeps of them."""
    audit.record(
        actor=user,
        act=ACT,
        obj=(KIND, str(user.pk)),
        unit_id=next((one.unit_id for one in grants(user) if one.allows(Right.EXPORT)), None),
        reason=wish.reason,
        data={
            "list": wish.name,
            "format": str(wish.format),
            "full": wish.full,
            "rows": count,
            "filters": [list(pair) for pair in wish.conditions],
            "searched": bool(wish.searched),
        },
    )


def _taken_today(user: Actor) -> int:
    """Rows that somebody has exported in full today."""
    midnight = dt.datetime.combine(clock.today(), dt.time.min, timezone.get_current_timezone())
    entries = AuditEntry.objects.filter(object_type=KIND, object_id=str(user.pk), at__gte=midnight)
    return sum(one.get("rows", 0) for one in entries.values_list("data", flat=True) if one.get("full"))
