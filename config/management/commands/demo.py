"""`manage.py demo`: fill an empty database with the sample district, or write its roster workbook."""

from __future__ import annotations

import logging
import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.demo.checks import demo_is_allowed
from config.demo.district import build_district, small_district
from config.demo.load import is_empty, is_loaded, load_demo
from config.demo.personas import PERSONAS
from config.demo.workbook import write_roster


class Command(BaseCommand):
    """Loads the sample district once; a second run changes nothing and is instant."""

    help = "示例区：装进空数据库，或写出它的花名册工作簿。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options."""
        parser.add_argument("--if-empty", action="store_true", help="数据库里已有数据就什么都不做，也不算错")
        parser.add_argument("--small", action="store_true", help="只要桂花社区一角，几秒就好")
        parser.add_argument("--write-roster", type=Path, metavar="OUT.xlsx", help="只写出花名册工作簿，不碰数据库")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the workbook, or load and say where to look."""
        if path := options["write_roster"]:
            totals = write_roster(path, small_district() if options["small"] else build_district())
            self.stdout.write(f"{path}：{totals['leaders']:,} 位三长，{totals['households']:,} 户")
            return
        if not demo_is_allowed():
            raise CommandError("演示数据只在演示模式里装：请用 config.settings.dev，并且不要关掉 DEMO。")
        if is_empty():
            self._load(small=options["small"])
        elif not options["if_empty"] and not is_loaded():
            raise CommandError("数据库里已经有别的数据，没有动它。要从头来，请运行 make reset。")
        if is_loaded():
            self._say_where()

    def _load(self, *, small: bool) -> None:
        started = time.monotonic()

        def say(line: str) -> None:
            self.stdout.write(f"  {time.monotonic() - started:5.1f} 秒  {line}")
            self.stdout.flush()

        logging.getLogger("wagtail").setLevel(logging.WARNING)  # it tells every page
        self.stdout.write("正在装入示例区（都是编的），只在第一次需要：")
        load_demo(small_district() if small else build_district(), say)
        say("好了")

    def _say_where(self) -> None:
        address = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
        self.stdout.write(f"\n打开 {address}/demo/ ，点一下就能以他们的身份看看：")
        for one in PERSONAS:
            self.stdout.write(f"  {one.name}  {one.title}：{one.hint}")
        self.stdout.write(f"电脑上的工作台 {address}/console/ ，接口说明 {address}/api/openapi.json\n")
