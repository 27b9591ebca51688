"""What the pages of an import show."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from volunteers.roster import vault
from volunteers.roster.models import ImportBatch

SHOWN_ROWS = 200
TOTALS = ("streets", "communities", "areas", "groups", "neighbourhoods", "households", "leaders")


@dataclass(frozen=True, slots=True)
class BatchPage:
    """One import, ready for its page. `changes` has names and is empty once the file is gone."""

    batch: ImportBatch
    totals: list[tuple[str, int]]
    groups_per_area: float
    neighbourhoods_per_group: float
    faulty: list[dict[str, Any]]
    faulty_matching: int
    columns: list[tuple[str, int]]
    column: str
    changes: list[tuple[str, int, list[dict[str, str]]]]
    notes: list[str]
    has_remarks: bool


def batch_page(batch: ImportBatch, *, column: str = "") -> BatchPage:
    """The page of one import: totals, refused rows (the first 200, of one column when asked), changes, notes."""
    report = batch.report
    rows: list[dict[str, Any]] = report["rows"]
    columns = Counter(name for row in rows for name in row["columns"])
    matching = [row for row in rows if not column or column in row["columns"]]
    for row in matching[:SHOWN_ROWS]:
        row["faults"] = list(zip(row["columns"], row["messages"], strict=True))
    totals = batch.totals
    return BatchPage(
        batch=batch,
        totals=list(zip(_total_names(), (totals[name] for name in TOTALS), strict=True)),
        groups_per_area=totals["groups"] / max(1, totals["areas"]),
        neighbourhoods_per_group=totals["neighbourhoods"] / max(1, totals["groups"]),
        faulty=matching[:SHOWN_ROWS],
        faulty_matching=len(matching),
        columns=columns.most_common(),
        column=column if column in columns else "",
        changes=_changes(batch),
        notes=_notes(report),
        has_remarks=bool(rows) and any(vault.fetch(batch.uid, part) is not None for part in ("remarks", "file")),
    )


def _total_names() -> list[str]:
    return [_("镇街"), _("社区"), _("片"), _("组"), _("邻"), _("户"), _("三长")]


def _changes(batch: ImportBatch) -> list[tuple[str, int, list[dict[str, str]]]]:
    kept = vault.fetch(batch.uid, "preview")
    shown: dict[str, list[dict[str, str]]] = json.loads(kept)["changes"] if kept else {}
    names = {"new": _("新任"), "changed": _("改动"), "ended": _("结束任职"), "vacant": _("空缺")}
    return [(name, batch.changes[kind], shown.get(kind, [])) for kind, name in names.items()]


def _notes(report: dict[str, Any]) -> list[str]:
    """What a careful clerk wants to know before confirming."""
    notes = [_("跳过工作表“%(name)s”：没有找到表头") % {"name": name} for name in report["skipped_sheets"]]
    for hidden in report["hidden"]:
        values = {"name": hidden["sheet"], "count": len(hidden["rows"])}
        notes.append(_("“%(name)s”里有 %(count)d 行是隐藏的，已经照常读取") % values)
    for note in report["notes"]:
        if note["columns"]:
            values = {"name": note["sheet"], "columns": "、".join(note["columns"])}
            notes.append(_("“%(name)s”里有隐藏的列：%(columns)s，已经照常读取") % values)
        if note["declared"] is not None and note["declared"] < note["read"]:
            values = {"name": note["sheet"], "declared": note["declared"], "read": note["read"]}
            notes.append(_("“%(name)s”自称有 %(declared)d 行，实际读到 %(read)d 行，以实际为准") % values)
    if report["absent_communities"]:
        names = "、".join(report["absent_communities"])
        notes.append(_("这份名册里没有这些社区，它们保持原样：%(names)s") % {"names": names})
    return notes
