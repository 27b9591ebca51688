"""What the benefits add to the world of the matrix: somebody to print for, and a paper voucher."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import timezone

from rewards.benefits.models import Benefit, BenefitPackage, Entitlement, Voucher
from rewards.benefits.tokens import paper_code
from tests.cast import SINCE
from tests.permissions.world import World
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role, Unit


def add(world: World, name: str, unit: Unit) -> None:
    """A leader without a phone in the unit, with a voucher for two uses that was printed once; a draft of an offer."""
    today, now = timezone.localdate(), timezone.now()
    dates = {"starts_on": today, "ends_on": today + dt.timedelta(days=60)}
    package = BenefitPackage.objects.create(name=f"纸质 {name}", unit=unit, **dates)
    values = {"package": package, "kind": "life", "value_text": "8 折", "roles": ["area_leader"], "uses_each": 2}
    benefit = Benefit.objects.create(name=f"纸质 {name}", state="live", **values, **dates)
    world.things["draft", name] = Benefit.objects.create(name=f"草稿 {name}", places=3, **values, **dates)
    person = Person.objects.create(name=f"没手机{name}")
    world.things["paper_post", name] = Appointment.objects.create(
        person=person, role=Role.AREA_LEADER, unit=unit, starts_on=SINCE, ends_on=today + dt.timedelta(days=300)
    )
    row = Entitlement.objects.create(benefit=benefit, person=person, unit=unit, state="claimed")
    world.things["entitlement", name] = row
    id_, until = uuid.uuid4(), now + dt.timedelta(days=9)
    code = paper_code(id_, until)
    world.things["paper", name] = Voucher.objects.create(
        id=id_, entitlement=row, is_paper=True, code_digest=code.code_digest, qr_digest=code.qr_digest,
        issued_at=now, expires_at=until,
    )  # fmt: skip
