"""Add the ledger up again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rewards.points.selectors import verify


class Command(BaseCommand):
    """Every balance against its lines, every reversal against its original. Exit code 1 and the faults otherwise."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the verdict."""
        verdict = verify()
        if verdict.faults:
            raise CommandError("\n".join(verdict.faults))
        self.stdout.write(f"积分流水 {verdict.transfers:,} 笔，账户 {verdict.accounts:,} 个，全部对得上。")
