"""Let go of what has been kept long enough."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from foundation.retention import let_go


class Command(BaseCommand):
    """The worker does the same every day, except for guarded tables that its database role does not own."""

    help = "Let go of what has been kept long enough (every night, with the role that owns the tables)"

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply every rule once and print the counts."""
        for name, count in sorted(let_go().items()):
            self.stdout.write(f"{name}: {count}")
