"""What honours add to the world of the matrix: hours, papers, certificates, cards and a story of every unit."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone

from cms.stories import StoryConsent, StoryPage
from cms.story_services import ask_person, draft_story
from foundation.actors import SYSTEM
from rewards.honours.models import (
    Certificate,
    CertificateKind,
    HandOver,
    HandOverLine,
    ServiceEntry,
    ServiceProof,
    ThanksCard,
)
from rewards.honours.numbers import new_number
from rewards.honours.services import record_hours
from tests.permissions.world import World
from volunteers.people.models import Person
from volunteers.units.models import Unit

NO_BODY = "0" * 64


def add(world: World, name: str, unit: Unit) -> None:
    """Somebody who served there, what was written down of that, and what was given to them."""
    person = Person.objects.create(name=f"服务者{name}")
    now, today = timezone.now(), timezone.localdate()
    values: dict[str, Any] = {"person_id": person.pk, "project": f"值守 {name}", "started_at": now, "unit_id": unit.pk}
    record = record_hours(minutes=60, source_key=f"matrix:{uuid.uuid4()}", acting_user=SYSTEM, **values)
    entry = ServiceEntry.objects.create(
        id=uuid.uuid4(), project=f"清扫 {name}", started_at=now, minutes=30, unit=unit, fingerprint=NO_BODY
    )
    entry.people.set([person])
    batch = HandOver.objects.create(
        id=uuid.uuid4(), unit=unit, first_on=today, last_on=today, fingerprint=NO_BODY, at=now
    )
    HandOverLine.objects.create(hand_over=batch, record=record)
    proof = ServiceProof.objects.create(
        id=uuid.uuid4(), number=new_number(), person=person, first_on=today, last_on=today, minutes=60, count=1,
        fingerprint=NO_BODY,
    )  # fmt: skip
    kind = CertificateKind.objects.create(name="感谢状", words="谢谢您。")
    cards = [
        ThanksCard.objects.create(
            id=uuid.uuid4(), to=person, sender=Person.objects.create(name=f"邻居{name}"), part="neighbour", unit=unit,
            picture="tea", words=f"谢谢 {name}", fingerprint=NO_BODY, reported_at=reported,
        )
        for reported in (None, now)
    ]  # fmt: skip
    made = {
        "service": record, "service_entry": entry, "hand_over": batch, "proof": proof, "kind": kind,
        "certificate": _certificate(person, unit, kind, "issued"),
        "certificate_waiting": _certificate(person, unit, kind, "waiting"),
        "card": cards[0], "reported_card": cards[1], "thanked": world.things["appointment", name],
    }  # fmt: skip
    made |= _story(person, unit, name)
    for sort, thing in made.items():
        world.things[sort, name] = thing


def _certificate(person: Person, unit: Unit, kind: CertificateKind, state: str) -> Certificate:
    return Certificate.objects.create(
        id=uuid.uuid4(), number=new_number(), kind=kind, person=person, unit=unit, title=kind.name, text=kind.words,
        dated_on=timezone.localdate(), state=state,
    )  # fmt: skip


def _story(person: Person, unit: Unit, name: str) -> dict[str, object]:
    """One that is out, agreed to by somebody who is none of the visitors; only units with staff have pages."""
    if unit.level not in {"district", "street", "community"}:
        return {}
    story = draft_story(
        unit=unit, about=person, title=f"故事 {name}", summary="说明", body=[("paragraph", "<p>好</p>")], acting_user=SYSTEM
    )  # fmt: skip
    consent = ask_person(story=story, acting_user=SYSTEM)
    StoryConsent.objects.filter(pk=consent.pk).update(state="agreed")
    story.latest_revision.publish(skip_permission_checks=True)
    return {"story": StoryPage.objects.get(pk=story.pk), "story_consent": consent}
