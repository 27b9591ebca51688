"""Erase again whoever a restored database still knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from volunteers.people.erasure import replay_tombstones, tombstones_file


class Command(BaseCommand):
    """Run after every restore, before the pages are opened again."""

    help = "Erase again whoever a restored database still knows (an operator, after every restore)"

    def add_arguments(self, parser: CommandParser) -> None:
        """Another file may be named."""
        parser.add_argument("--file", default="", help="the list of tombstones; the one of the settings when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay table and file."""
        path = Path(options["file"]) if options["file"] else tombstones_file()
        if options["file"] and not path.exists():
            raise CommandError(f"{path} is not there")
        self.stdout.write(f"erased again: {replay_tombstones(path)}")
