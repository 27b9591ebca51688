"""Putting outlines on the map: read, look, confirm, undo. Nothing that stands is touched before somebody confirms."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Denied, Invalid
from volunteers.atlas.geojson import Found, Problem, read
from volunteers.atlas.models import Crs, Outline, OutlineImport, packed
from volunteers.atlas.querysets import paths_drawn_by
from volunteers.units.models import Unit

State = OutlineImport.State
KEPT_DAYS = 1
"""How long a file that nobody confirmed is kept."""
UNDO_DAYS = 30
"""How long what stood before is kept."""


def bbox_of(geometry: dict[str, Any]) -> list[float]:
    """West, south, east, north."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    points = [point for polygon in polygons for ring in polygon for point in ring]
    return [
        min(p[0] for p in points),
        min(p[1] for p in points),
        max(p[0] for p in points),
        max(p[1] for p in points),
    ]


def preview_outlines(*, content: bytes, file_name: str, crs: str, acting_user: Actor) -> OutlineImport:
    """Read a file and keep what is good in it until somebody confirms; nothing on the map changes.

    Raises Denied when the user may draw nowhere, Invalid when the file is none.
    """
    batch = _read(content, file_name, crs, acting_user)
    with transaction.atomic():
        batch.save(force_insert=True)
        audit.record(actor=acting_user, act="outlines.preview", obj=batch, data=dict(batch.counts))
    return batch


def _read(content: bytes, file_name: str, crs: str, acting_user: Actor) -> OutlineImport:
    paths = [""] if is_system(acting_user) else paths_drawn_by(acting_user)
    if not paths:
        raise Denied
    if crs not in Crs.values:
        raise Invalid(_("没有这个坐标系。"), errors={"crs": _("没有这个坐标系。")})
    found = read(content, crs=crs, paths=paths)
    return OutlineImport(
        file_name=os.path.basename(file_name)[:200],
        crs=crs,
        state=State.PREVIEWED,
        acting_user_id=acting_user.pk,
        scope_path=_scope(found, paths),
        counts=_counts(found),
        problems=[asdict(problem) for problem in found.problems],
        read_packed=packed(found.outlines),
    )


def _scope(found: Found, paths: list[str]) -> str:
    """The smallest of the user's own units that holds all of them."""
    reached = [unit.path for unit in found.units.values()]
    if not reached:
        return min(paths, key=len)
    first, last = min(reached), max(reached)
    shared = [first[:end] for end in range(0, len(first) + 1, Unit.steplen) if last.startswith(first[:end])]
    return shared[-1] if any(shared[-1].startswith(path) for path in paths) else min(paths, key=len)


def _counts(found: Found) -> dict[str, int]:
    stored = dict(Outline.objects.filter(unit_id__in=found.outlines).values_list("unit_id", "geometry"))
    same = sum(stored.get(key) == geometry for key, geometry in found.outlines.items())
    return {
        "good": len(found.outlines),
        "new": len(found.outlines) - len(stored),
        "replaced": len(stored) - same,
        "same": same,
        "error": len(found.problems),
    }


def confirm_outlines(*, batch: OutlineImport, take_good: bool, acting_user: Actor) -> OutlineImport:
    """Put on the map what the preview showed; the same twice is the same answer.

    Raises Invalid when some are refused and nobody chose to take the others, Conflict when it is no longer open.
    """
    with transaction.atomic():
        locked = OutlineImport.objects.select_for_update().get(pk=batch.pk)
        if locked.is_committed:
            return locked
        if not locked.is_open:
            raise Conflict(_("这次上传已经放弃或撤销了。要用的话请重新上传。"))
        outlines = {int(key): geometry for key, geometry in locked.outlines.items()}
        if not outlines:
            raise Invalid(_("没有可以导入的边界。"))
        if locked.counts["error"] and not take_good:
            raise Invalid(_("有 %(count)d 个边界有问题，没有导入。") % {"count": locked.counts["error"]})
        _require_all(acting_user, outlines)
        locked.former_packed = packed(_write({key: (one, locked.file_name) for key, one in outlines.items()}))
        locked.read_packed, locked.state, locked.committed_at = packed({}), State.COMMITTED, clock.now()
        locked.save(update_fields=["former_packed", "read_packed", "state", "committed_at"])
        audit.record(actor=acting_user, act="outlines.import", obj=locked, data=dict(locked.counts))
    return locked


def _require_all(acting_user: Actor, unit_ids: Any) -> None:
    """The right is asked again for every unit, as it lies now."""
    if is_system(acting_user):
        return
    paths = paths_drawn_by(acting_user)
    for path in Unit.objects.filter(pk__in=list(unit_ids)).values_list("path", flat=True):
        if not any(path.startswith(mine) for mine in paths):
            raise Denied


def _write(rows: dict[int, tuple[dict[str, Any], str]]) -> dict[int, Any]:
    """Insert or replace geometry and source by key of the unit; returns what stood before."""
    now = clock.now()
    stored = {one.unit_id: one for one in Outline.objects.select_for_update().filter(unit_id__in=rows).order_by("pk")}
    former: dict[int, Any] = {}
    fresh, changed = [], []
    for unit_id in Unit.objects.filter(pk__in=list(rows)).values_list("pk", flat=True):
        one = stored.get(unit_id)
        former[unit_id] = {"geometry": one.geometry, "source": one.source} if one else None
        if one is None:
            one = Outline(unit_id=unit_id)
            fresh.append(one)
        else:
            changed.append(one)
        one.geometry, one.source = rows[unit_id]
        one.bbox, one.imported_at = bbox_of(one.geometry), now
    Outline.objects.bulk_create(fresh)
    Outline.objects.bulk_update(changed, ["geometry", "bbox", "source", "imported_at"], batch_size=200)
    return former


def drop_outlines(*, batch: OutlineImport, acting_user: Actor) -> None:
    """Give up a preview."""
    with transaction.atomic():
        open_one = OutlineImport.objects.filter(pk=batch.pk, state=State.PREVIEWED)
        if not open_one.update(state=State.DROPPED, read_packed=packed({})):
            raise Conflict(_("这次上传已经确认或放弃了。"))
        audit.record(actor=acting_user, act="outlines.drop", obj=batch)


def undo_outlines(*, batch: OutlineImport, acting_user: Actor) -> None:
    """Put back what stood before, unless a later file has drawn the same places again."""
    with transaction.atomic():
        locked = OutlineImport.objects.select_for_update().get(pk=batch.pk)
        if not locked.is_committed or not locked.former_packed:
            raise Conflict(_("这次导入已经撤销过，或者时间太久，不能撤销了。"))
        former = {int(key): one for key, one in locked.former.items()}
        _require_all(acting_user, former)
        if Outline.objects.filter(unit_id__in=former, imported_at__gt=locked.committed_at).exists():
            raise Conflict(_("其中有的边界后来又换过，不能整批撤销。请重新上传对的文件。"))
        Outline.objects.filter(unit_id__in=[key for key, one in former.items() if one is None]).delete()
        _write({key: (one["geometry"], one["source"]) for key, one in former.items() if one is not None})
        locked.state, locked.former_packed = State.UNDONE, packed({})
        locked.save(update_fields=["state", "former_packed"])
        audit.record(actor=acting_user, act="outlines.undo", obj=locked)


def import_outlines(
    *, content: bytes, file_name: str, crs: str, acting_user: Actor, take_good: bool = False
) -> OutlineImport:
    """Preview and confirm in one step, for the command and the sample district."""
    with transaction.atomic():
        batch = preview_outlines(content=content, file_name=file_name, crs=crs, acting_user=acting_user)
        return confirm_outlines(batch=batch, take_good=take_good, acting_user=acting_user)


def look_at_outlines(*, content: bytes, crs: str, acting_user: Actor) -> tuple[dict[str, int], list[Problem]]:
    """What a file holds, without keeping anything: for the command's trial."""
    batch = _read(content, "", crs, acting_user)
    return batch.counts, [Problem(**problem) for problem in batch.problems]


def forget_files() -> int:
    """Drop files nobody confirmed within a day, and what stood before after a month; returns how many."""
    now = clock.now()
    waiting = OutlineImport.objects.filter(state=State.PREVIEWED, created_at__lt=now - dt.timedelta(days=KEPT_DAYS))
    dropped = waiting.update(state=State.DROPPED, read_packed=packed({}))
    old = OutlineImport.objects.filter(state=State.COMMITTED, committed_at__lt=now - dt.timedelta(days=UNDO_DAYS))
    return dropped + old.exclude(former_packed=b"").update(former_packed=b"")
