"""Give the database role of pages and workers its rights, and nothing more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from foundation.app_role import NotFit, grant, trespasses


class Command(BaseCommand):
    """Idempotent; `district-prepare` runs it after every migration. Exit code 1 where the role could change a line."""

    help = "Give the role of pages and workers its rights (an operator, as the role that owns the tables)"

    def add_arguments(self, parser: CommandParser) -> None:
        """Which role."""
        parser.add_argument("role", help="the name of the role in DATABASE_URL of pages and workers")
        parser.add_argument("--create", action="store_true", help="make the role where there is none")
        parser.add_argument("--check", action="store_true", help="change nothing, only look")

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant, then look."""
        role = options["role"]
        if connection.vendor != "postgresql":
            raise CommandError("roles are a matter of PostgreSQL; this database is another")
        try:
            if not options["check"]:
                changed, added = grant(role, create=options["create"])
                self.stdout.write(f"{role}: {changed} tables to work with, {added} to add to and read only")
            if found := trespasses(role):
                raise CommandError("\n".join(found))
        except NotFit as reason:
            raise CommandError(str(reason)) from None
