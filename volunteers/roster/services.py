"""Import of a roster: read, judge, compare, confirm, undo. The one door for writes of this app.

Reading and judging happen in memory before any transaction; the write is all or nothing. One import at a time: on
PostgreSQL an advisory lock decides, on SQLite the write lock.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from foundation import audit, clock, failpoints, line, outbox
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Denied, Invalid
from volunteers.roster import vault
from volunteers.roster.apply import take_back, write_plan
from volunteers.roster.models import ImportBatch
from volunteers.roster.plan import Plan, make_plan
from volunteers.roster.remarks import remarks_workbook
from volunteers.roster.scan import UnsafeWorkbook
from volunteers.roster.verdicts import Verdicts, judge
from volunteers.roster.workbook import read_sheets
from volunteers.roster.writer import writer
from volunteers.structure.models import ChangeState, StructureChange
from volunteers.structure.services import TREE_LOCK
from volunteers.units.models import Unit
from volunteers.units.rights import Right, paths_where

SECONDS = 60
State = ImportBatch.State
log = structlog.get_logger(__name__)


@contextmanager
def _gc_paused() -> Iterator[None]:
    """No garbage collection while half a million objects are built: each pass would walk through all of them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(slots=True)
class Reading:
    """A roster as read, judged and compared with what is stored."""

    found: Verdicts
    plan: Plan

    @property
    def report(self) -> dict[str, Any]:
        """The report of the issue: totals, skipped sheets, hidden rows, verdicts."""
        return self.found.report()


class RowsRefused(Invalid):
    """Some rows are refused and nobody chose to take the good ones; nothing was written."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(_("有 %(count)d 行有问题，没有导入。") % {"count": len(reading.found.faulty)})
        self.reading = reading


def read_roster(content: bytes, *, acting_user: Actor) -> Reading:
    """Read and judge a workbook and compare it; writes nothing.

    Raises Denied when the user may import nowhere, Invalid when the file is unsafe or holds no roster.
    """
    found = _read_and_judge(content, acting_user)
    return Reading(found, make_plan(found, actor=acting_user, today=clock.today()))


def _read_and_judge(content: bytes, acting_user: Actor) -> Verdicts:
    if not paths_where(acting_user, Right.IMPORT_ROSTER):
        raise Denied
    try:
        found = judge(read_sheets(content), today=clock.today())
    except UnsafeWorkbook as refusal:
        raise Invalid(refusal.message, errors={"file": refusal.message}) from refusal
    if not found.rows:
        message = _("没有找到花名册：请检查表头里有“社区”“片区名称”“组名称”“邻名称”“邻长姓名”“邻长电话”这些列。")
        raise Invalid(message, errors={"file": message})
    return found


@_gc_paused()
def preview_import(*, content: bytes, file_name: str, acting_user: Actor) -> ImportBatch:
    """Keep an uploaded roster, sealed, with its report and diff, for 24 hours. Saves no unit and no person."""
    reading = read_roster(content, acting_user=acting_user)
    expire_uploads()
    batch = _new_batch(reading, content, file_name, acting_user)
    with transaction.atomic():
        batch.save(force_insert=True)
        audit.record(actor=acting_user, act="roster.preview", obj=batch, data=_audit_data(batch))
        vault.keep(batch.uid, "file", content)
        vault.keep(batch.uid, "preview", json.dumps(_shown(reading), ensure_ascii=False).encode())
    return batch


@_gc_paused()
def confirm_import(*, batch: ImportBatch, take_good_rows: bool, acting_user: Actor) -> ImportBatch:
    """Write what the preview showed. Needs the right over everything in the file at this moment.

    Raises RowsRefused when rows are faulty and `take_good_rows` is false, Conflict when the import is no longer open,
    when another one runs, or when the database has changed so that the preview no longer holds.
    """
    content = vault.fetch(batch.uid, "file")
    if content is None or not batch.is_open:
        raise Conflict(_("这份上传已经处理过或者过期了，请重新上传。"))
    found = _read_and_judge(content, acting_user)
    with _one_import(_("导入没有完成，数据没有改动，请再试一次。")):
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if not locked.is_open:
            raise Conflict(_("这份上传已经处理过了。"))
        reading = Reading(found, make_plan(found, actor=acting_user, today=clock.today()))
        if (reading.plan.changes(), reading.found.counts()) != (locked.changes, locked.counts):
            raise Conflict(_("预览之后数据有了变化，请重新上传，再看一遍。"))
        _commit(locked, reading, take_good_rows=take_good_rows, acting_user=acting_user)
    vault.forget(batch.uid)
    if reading.found.faulty:
        vault.keep(batch.uid, "remarks", remarks_workbook(reading.found))
    return locked


@_gc_paused()
def import_roster(*, content: bytes, file_name: str, acting_user: Actor, take_good_rows: bool = False) -> ImportBatch:
    """Read, judge and write in one go, for commands and programs; nothing of the file is kept.

    Raises as `read_roster` and `confirm_import` do.
    """
    found = _read_and_judge(content, acting_user)
    with _one_import(_("导入没有完成，数据没有改动，请再试一次。")):
        reading = Reading(found, make_plan(found, actor=acting_user, today=clock.today()))
        batch = _new_batch(reading, content, file_name, acting_user)
        _commit(batch, reading, take_good_rows=take_good_rows, acting_user=acting_user)
    return batch


def _new_batch(reading: Reading, content: bytes, file_name: str, acting_user: Actor) -> ImportBatch:
    batch = ImportBatch(
        file_name=os.path.basename(file_name)[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        state=State.PREVIEWED,
        acting_user_id=None if is_system(acting_user) else acting_user.pk,
        totals=reading.found.totals(),
        counts=reading.found.counts(),
        changes=reading.plan.changes(),
        scope_path=_common_path(reading.plan.paths),
    )
    batch.set_report(_kept_report(reading))
    return batch


def _kept_report(reading: Reading) -> dict[str, Any]:
    """The report without its good rows, which are all alike."""
    report = reading.found.report(only_faulty=True)
    report["notes"] = [
        {
            "sheet": n.sheet,
            "declared": n.declared_rows,
            "read": n.read_rows,
            "columns": n.hidden_columns,
            "hidden": n.is_hidden,
        }
        for n in reading.found.notes
    ]
    report["absent_communities"] = reading.plan.absent_communities
    return report


def _shown(reading: Reading) -> dict[str, Any]:
    """What the preview shows of the changes; names, so it is sealed."""
    return {"changes": reading.plan.shown}


def _common_path(paths: list[str]) -> str:
    common = min(paths, default="")
    while not all(path.startswith(common) for path in paths):
        common = common[: -Unit.steplen]
    return common


def _audit_data(batch: ImportBatch) -> dict[str, Any]:
    return {"sha256": batch.sha256, "totals": batch.totals, "rows": batch.counts, "changes": batch.changes}


def _commit(batch: ImportBatch, reading: Reading, *, take_good_rows: bool, acting_user: Actor) -> None:
    """The write itself, inside the caller's transaction."""
    if not reading.found.good or (reading.found.faulty and not take_good_rows):
        raise RowsRefused(reading)
    journal, written = write_plan(reading.plan, writer())
    failpoints.hit("roster.after_write")
    batch.state = State.COMMITTED
    batch.took_good_rows = bool(reading.found.faulty)
    batch.rows_written = written
    batch.committed_at = clock.now()
    units = [reading.plan.stored.nearest(row.path[:2]) for row in reading.found.good]
    batch.scope_path = _common_path(sorted({unit.path for unit in units if unit is not None}))
    batch.set_journal(journal)
    batch.save()
    unit = reading.plan.stored.units[()]
    audit.record(actor=acting_user, act="roster.import", obj=batch, unit_id=unit.id, data=_audit_data(batch))
    outbox.put(line.REVOKE, {"everyone": True})


def refused_rows(*, batch: ImportBatch, acting_user: Actor) -> bytes | None:
    """The refused rows as a workbook with remarks; None when there are none or the file is gone. Audited."""
    content = vault.fetch(batch.uid, "remarks")
    if content is None:
        original = vault.fetch(batch.uid, "file") if batch.counts["error"] else None
        if original is None:
            return None
        reading = read_roster(original, acting_user=acting_user)
        content = remarks_workbook(reading.found)
    audit.record(actor=acting_user, act="roster.remarks", obj=batch, data={"rows": batch.counts["error"]})
    return content


def drop_import(*, batch: ImportBatch, acting_user: Actor) -> None:
    """Give up a preview and delete its file. Raises Conflict when it was confirmed meanwhile."""
    with transaction.atomic():
        if not ImportBatch.objects.filter(pk=batch.pk, state=State.PREVIEWED).update(state=State.DROPPED):
            raise Conflict(_("这份上传已经处理过了。"))
        audit.record(actor=acting_user, act="roster.drop", obj=batch)
    vault.forget(batch.uid)


def undo_import(*, batch: ImportBatch, acting_user: Actor) -> dict[str, int]:
    """Restore what was before an import: the latest one only, and only while nothing refers to what it made.

    Needs the right to import over the whole of its scope. Raises Denied or Conflict.
    """
    if not any(batch.scope_path.startswith(path) for path in paths_where(acting_user, Right.IMPORT_ROSTER)):
        raise Denied
    with _one_import(_("这些单位里已经有了任务、打卡或别的记录，不能整批撤销。请上传改正后的花名册。")):
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if not locked.is_committed:
            raise Conflict(_("这次导入已经撤销，或者还没有确认。"))
        if not locked.journal_sealed:  # gone by retention
            raise Conflict(_("这次导入过去很久了，原来的姓名已经不再保存，不能撤销。"))
        later = ImportBatch.objects.committed().filter(committed_at__gt=locked.committed_at, rows_written__gt=0)
        if any(_overlap(locked.scope_path, path) for path in later.values_list("scope_path", flat=True)):
            raise Conflict(_("之后还有一次导入，请先撤销那一次。"))
        _refuse_after_a_change_of_the_tree(locked)
        restored = take_back(locked.journal, writer())
        writer().check()
        now = clock.now()
        ImportBatch.objects.filter(pk=locked.pk).update(state=State.UNDONE, undone_at=now, journal_sealed="")
        audit.record(actor=acting_user, act="roster.undo", obj=locked, data=restored)
        outbox.put(line.REVOKE, {"everyone": True})
    vault.forget(batch.uid)
    return restored


def _refuse_after_a_change_of_the_tree(batch: ImportBatch) -> None:
    """What was split, merged, moved or renamed since is no longer what the import made."""
    entered = StructureChange.objects.filter(state=ChangeState.IN_FORCE, entered_at__gt=batch.committed_at)
    if any(_overlap(batch.scope_path, path) for path in entered.values_list("scope__path", flat=True)):
        raise Conflict(_("导入之后这里做过结构调整，不能再整批撤销。请上传改正后的花名册。"))


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def expire_uploads() -> int:
    """Delete files kept for more than 24 hours and close their previews; returns how many imports were concerned."""
    gone: list[uuid.UUID] = vault.forget_old()
    if gone:
        ImportBatch.objects.waiting().filter(uid__in=gone).update(state=State.DROPPED)
    return len(gone)


@contextmanager
def _one_import(refusal: str) -> Iterator[None]:
    """A transaction that holds the import's lock. Raises Conflict when another one runs or a row is in the way."""
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TREE_LOCK])
                    if not cursor.fetchone()[0]:
                        raise Conflict(_("另一份花名册正在导入，请过一会儿再试。"))
                    cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
                    cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{SECONDS}s'")
            yield
    except (IntegrityError, OperationalError) as error:
        log.warning("roster import rolled back", error=str(error).partition("\n")[0])
        raise Conflict(refusal) from error
