"""Add the ledger up again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rewards.points.books import verify


class Command(BaseCommand):
    """Every balance, ceiling, reversal, hold, award and sealed day. Exit code 1 and the faults if any does not fit."""

    help = "Add the whole ledger up again (an operator; the worker does it every night)"

    def add_arguments(self, parser: CommandParser) -> None:
        """A link that was kept elsewhere may be given."""
        parser.add_argument("--link", default="", help="a link from `ledger_seals`; it must be part of the chain")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the verdict."""
        verdict = verify(link=options["link"])
        if verdict.faults:
            raise CommandError("\n".join(verdict.faults))
        told = (
            f"积分流水 {verdict.transfers:,} 笔，账户 {verdict.accounts:,} 个，日封 {verdict.seals:,} 天，全部对得上。"
        )
        self.stdout.write(told)
