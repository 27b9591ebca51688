"""`manage.py import_outlines FILE`: what the console does, for operators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.actors import SYSTEM
from foundation.errors import Refused
from volunteers.atlas.geojson import MAX_BYTES, Problem
from volunteers.atlas.models import Crs
from volunteers.atlas.services import import_outlines, look_at_outlines

SHOWN = 50


class Command(BaseCommand):
    """Imports outlines as the system. Exit code 1 when some are refused and the good ones were not asked for."""

    help = "导入社区边界（GeoJSON）：先试读，再全部写入；有问题的默认一个也不写。"

    def add_arguments(self, parser: CommandParser) -> None:
        """File and options."""
        parser.add_argument("file", type=Path, metavar="FILE", help="GeoJSON 文件，属性里有 street 和 community")
        parser.add_argument("--crs", choices=Crs.values, default=Crs.WGS84, help="文件的坐标系，默认 wgs84")
        parser.add_argument("--dry-run", action="store_true", help="只读不写")
        parser.add_argument("--take-good", action="store_true", help="有问题的跳过，其余写入")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, report, write."""
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
            counts, problems = look_at_outlines(content=content, crs=options["crs"], acting_user=SYSTEM)
            self._tell(counts, problems)
            if options["dry_run"]:
                self.stdout.write("试读完毕，没有写入。")
                return
            batch = import_outlines(
                content=content,
                file_name=path.name,
                crs=options["crs"],
                acting_user=SYSTEM,
                take_good=options["take_good"],
            )
        except OSError as error:
            raise CommandError(f"读不到文件 {path}：{error.strerror}") from error
        except Refused as refused:
            raise CommandError(str(refused.message), returncode=1) from refused
        self.stdout.write(f"已导入 {batch.counts['good']:,} 个边界，批次 {batch.uid}。")

    def _tell(self, counts: dict[str, int], problems: list[Problem]) -> None:
        self.stdout.write(
            f"边界：新增 {counts['new']:,}，更换 {counts['replaced']:,}，没变 {counts['same']:,}，"
            f"有问题 {counts['error']:,}"
        )
        for problem in problems[:SHOWN]:
            self.stdout.write(f"第 {problem.number} 个 {problem.name}：{problem.text}")
        if len(problems) > SHOWN:
            self.stdout.write(f"……还有 {len(problems) - SHOWN} 个")
