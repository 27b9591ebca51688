"""Recompute the chain over the audit trail; name the first bad entry."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.audit_chain import verify


class Command(BaseCommand):
    """Exit code 1 with the first entry that is not as it was sealed."""

    help = "Recompute the chain over the audit trail (an operator, and after every restore)"

    def add_arguments(self, parser: CommandParser) -> None:
        """A root that was kept elsewhere may be given."""
        parser.add_argument("--head", default="", help="a root from the log; it must be part of the chain")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and say what was found."""
        verdict = verify(head=options["head"])
        if verdict.fault:
            raise CommandError(f"the audit trail was changed: {verdict.fault}")
        self.stdout.write(
            f"{verdict.entries} entries under {verdict.seals} seals are as they were; "
            f"{verdict.unsealed} are not sealed yet"
        )
        self.stdout.write(f"newest root: {verdict.head}")
