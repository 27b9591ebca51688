"""Of every unit: a shop that asks to join, one that is in, one that pauses, one's request, what was not honoured."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.utils import timezone

from rewards.benefits.models import Benefit, BenefitPackage, Merchant, RefusalReport
from rewards.merchants.models import Agreement, MerchantWish
from tests.permissions.world import World
from volunteers.people.models import Person
from volunteers.units.models import Unit

NO_PRINT = "0" * 64


def add(world: World, name: str, unit: Unit) -> None:
    """All of them in the unit, with a package of its own to take a proposal into."""
    today = timezone.localdate()
    dates = {"starts_on": today, "ends_on": today + dt.timedelta(days=60)}
    contact = Person(name=f"店主{name}")
    contact.set_phone(f"1548888{unit.pk:04d}")
    contact.save()
    package = BenefitPackage.objects.create(name=f"商家 {name}", unit=unit, **dates)
    shop = Merchant.objects.create(name=f"合作店 {name}", unit=unit)
    offer = Benefit.objects.create(
        package=package,
        kind="life",
        name=f"理发 {name}",
        value_text="8 折",
        roles=["area_leader"],
        state="live",
        **dates,
    )
    offer.merchants.add(shop)
    wish = MerchantWish.objects.create(
        id=uuid.uuid4(), merchant=shop, want="offer", offer="烫发", value_text="7 折", roles=["area_leader"],
        fingerprint=NO_PRINT,
    )  # fmt: skip
    report = RefusalReport.objects.create(
        id=uuid.uuid4(), benefit=offer, person=contact, words="说没听过", fingerprint=NO_PRINT
    )
    scan = ContentFile(b"a page with a name under it", "page.jpg")
    signed = {"version": 1, "wording_sha256": NO_PRINT, "way": "paper", "signed_on": today}
    world.things |= {
        ("partner", name): shop,
        ("applicant", name): Merchant.objects.create(
            name=f"申请店 {name}", unit=unit, state="applied", contact=contact
        ),
        ("paused_shop", name): Merchant.objects.create(name=f"暂停店 {name}", unit=unit, state="paused"),
        ("wish", name): SimpleNamespace(uid=wish.pk, row=wish, package=package),
        ("refusal", name): SimpleNamespace(uid=report.pk, row=report, shop=shop),
        ("agreement", name): Agreement.objects.create(merchant=shop, scan=scan, **signed),
    }
