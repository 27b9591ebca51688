"""Write the table of personal fields into its guide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.privacy_table import GUIDE, replaced


class Command(BaseCommand):
    """With --check only compare: exit code 1 when the guide is behind the registry."""

    help = "Write the table of personal fields into docs/personal-data.md (a developer, after changing a model)"

    def add_arguments(self, parser: CommandParser) -> None:
        """Compare instead of writing."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replace what stands between the marks."""
        path = Path(settings.BASE_DIR) / GUIDE
        former = path.read_text(encoding="utf-8")
        now = replaced(former)
        if options["check"] and now != former:
            raise CommandError(f"{GUIDE} is behind the registry; run manage.py personal_fields")
        if not options["check"]:
            path.write_text(now, encoding="utf-8")
