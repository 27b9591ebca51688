"""`manage.py import_roster FILE`: what the console does, for operators."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.actors import SYSTEM
from foundation.errors import Refused
from volunteers.roster.services import Reading, RowsRefused, import_roster, read_roster

SHOWN = 50
TOTALS = {
    "streets": "镇街",
    "communities": "社区",
    "areas": "片",
    "groups": "组",
    "neighbourhoods": "邻",
    "households": "户",
    "leaders": "三长",
}


class Command(BaseCommand):
    """Imports a roster as the system. Exit code 1 when rows are refused and the good ones were not asked for."""

    help = "导入花名册：先试读，再全部写入；有错的行默认一行也不写。"

    def add_arguments(self, parser: CommandParser) -> None:
        """File and options."""
        parser.add_argument("file", type=Path, metavar="FILE", help="花名册 .xlsx")
        parser.add_argument("--dry-run", action="store_true", help="只读不写：合计、每一行的结论、将有的变动")
        parser.add_argument("--report", type=Path, metavar="OUT.json", help="把结论写成 JSON")
        parser.add_argument("--take-good-rows", action="store_true", help="有错的行跳过，其余写入")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, report, write."""
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"读不到文件 {path}：{error.strerror}") from error
        try:
            if options["dry_run"] or options["report"]:
                reading = read_roster(content, acting_user=SYSTEM)
                self._tell(reading)
                if options["report"]:
                    text = json.dumps(reading.report, ensure_ascii=False, indent=1)
                    options["report"].write_text(text + "\n", encoding="utf-8")
                if options["dry_run"]:
                    self.stdout.write("试读完毕，没有写入。")
                    return
            take_good_rows = options["take_good_rows"]
            batch = import_roster(
                content=content, file_name=path.name, acting_user=SYSTEM, take_good_rows=take_good_rows
            )
        except RowsRefused as refused:
            if not options["report"]:
                self._tell(refused.reading)
            raise CommandError(str(refused.message), returncode=1) from refused
        except Refused as refused:
            raise CommandError(str(refused.message), returncode=1) from refused
        totals = "，".join(f"{name} {batch.totals[key]:,}" for key, name in TOTALS.items())
        self.stdout.write(f"已导入：{totals}。写入 {batch.rows_written:,} 行，批次 {batch.uid}。")

    def _tell(self, reading: Reading) -> None:
        totals, counts, changes = reading.found.totals(), reading.found.counts(), reading.plan.changes()
        self.stdout.write("合计：" + "，".join(f"{name} {totals[key]:,}" for key, name in TOTALS.items()))
        self.stdout.write(f"行数：无误 {counts['ok']:,}，空缺 {counts['vacant']:,}，有问题 {counts['error']:,}")
        self.stdout.write(
            f"变动：新任 {changes['new']:,}，改动 {changes['changed']:,}，结束 {changes['ended']:,}，"
            f"空缺 {changes['vacant']:,}，新单位 {changes['units']:,}"
        )
        for name in reading.found.skipped_sheets:
            self.stdout.write(f"跳过工作表“{name}”：没有表头")
        for hidden in reading.found.hidden:
            self.stdout.write(f"工作表“{hidden['sheet']}”有隐藏的行：{len(hidden['rows'])} 行，已照常读取")
        for row in reading.found.faulty[:SHOWN]:
            faults = "；".join(f"【{column}】{message}" for column, message in row.faults.items())
            self.stdout.write(f"{row.sheet} 第 {row.number} 行：{faults}")
        if len(reading.found.faulty) > SHOWN:
            self.stdout.write(f"……还有 {len(reading.found.faulty) - SHOWN} 行，用 --report 看全部")
