"""Print the seals of the ledger's days."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from rewards.points.seal_models import LedgerSeal


class Command(BaseCommand):
    """One line a day: day, number of lines, root, link. Kept off the machine, the newest link holds all days fast."""

    help = "Print the seals of the ledger's days, to be kept off this machine (an operator, every day)"

    def add_arguments(self, parser: CommandParser) -> None:
        """All of them, or the newest."""
        parser.add_argument("--last", type=int, default=0, metavar="DAYS", help="the newest so many days only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Oldest first."""
        rows = LedgerSeal.objects.order_by("-day")
        for one in reversed(rows[: options["last"]] if options["last"] > 0 else rows):
            self.stdout.write(f"{one.day} {one.count} {one.root} {one.link}")
