"""`manage.py demo`: fill an empty database with the sample district, or write its roster workbook."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from config.demo.district import build_district, small_district
from config.demo.workbook import write_roster


class Command(BaseCommand):
    """Writes the sample district's roster."""

    help = "示例区：写出名册工作簿，或把示例数据装进空数据库。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write-roster", type=Path, metavar="OUT.xlsx", help="只写出名册工作簿，不碰数据库")
        parser.add_argument("--small", action="store_true", help="只要桂花社区一角，几秒就好")

    def handle(self, *args: Any, **options: Any) -> None:
        district = small_district() if options["small"] else build_district()
        if path := options["write_roster"]:
            totals = write_roster(path, district)
            self.stdout.write(f"{path}：{totals['leaders']:,} 位三长，{totals['households']:,} 户")
