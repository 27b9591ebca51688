"""`manage.py appoint_staff 13800000000 --name 沈岚 --role district_clerk --unit 云溪区`: staff, before anybody can sign in.

For an operator at the machine, who may appoint anywhere: the very first district clerk is made so, and in an empty
database the district itself, called as `--unit` says. Afterwards district clerks appoint the others in the console.
"""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from foundation import clock
from foundation.actors import SYSTEM
from foundation.errors import Refused
from volunteers.accounts.phones import normal_phone
from volunteers.posts.services import appoint_staff
from volunteers.units.models import LEVEL_OF_ROLE, STAFF, Level, Role, Unit


class Command(BaseCommand):
    """Appoint a community worker, a street or a district clerk."""

    help = "Appoint staff from the machine itself; for an operator. The first district clerk is made with it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, as what, where."""
        parser.add_argument("phone")
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", choices=[role.value for role in STAFF], default=Role.DISTRICT_CLERK.value)
        parser.add_argument("--unit", default="", help="name of the unit, or 街道/社区; the district when left out")
        parser.add_argument("--title", default="")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Find the unit, make the district when there is none, appoint."""
        phone = normal_phone(options["phone"])
        if not phone:
            raise CommandError(f"{options['phone']} is no mobile number of 11 digits")
        role = Role(options["role"])
        unit = self._unit(options["unit"], LEVEL_OF_ROLE[role])
        try:
            made = appoint_staff(
                uid=uuid.uuid4(),
                name=options["name"],
                phone=phone,
                role=role.value,
                unit=unit,
                post_title=options["title"],
                acting_user=SYSTEM,
            )
        except Refused as refusal:
            raise CommandError(str(refusal.message)) from refusal
        self.stdout.write(f"{made.person.name}: {made.get_role_display()}, {unit.name}")

    def _unit(self, name: str, level: Level) -> Unit:
        if level == Level.DISTRICT and not Unit.objects.exists():
            if not name:
                raise CommandError("say with --unit what the district is called")
            made: Unit = Unit.add_root(level=Level.DISTRICT, name=name, starts_on=clock.today())
            return made
        found = Unit.objects.at(level)
        *above, last = name.split("/") if name else [""]
        found = found.filter(name=last) if last else found
        for one in above:
            paths = list(Unit.objects.filter(name=one).values_list("path", flat=True))
            found = found.filter(path__startswith=paths[0]) if len(paths) == 1 else found.none()
        units: list[Unit] = list(found[:2])
        if len(units) != 1:
            raise CommandError(f"{'no' if not units else 'more than one'} unit of the level {level} is called {name!r}")
        return units[0]
