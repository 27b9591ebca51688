"""A seat on a panel of whoever serves here, a candidate before it, a panel in the district's hands, and a winner."""

from __future__ import annotations

import uuid

from django.utils import timezone

from events.campaigns.models import PanelMember
from events.results.models import Outcome
from tests.permissions.things_nominees import archived, named
from tests.permissions.world import World
from volunteers.people.models import Person
from volunteers.units.models import Unit


def add(world: World, name: str, unit: Unit) -> None:
    """In every unit, whatever its level."""
    campaign, now = archived(unit), timezone.now()
    held = world.things["appointment", name]
    seat = PanelMember.objects.create(
        campaign=campaign, person=held.person, title="居民代表", accepted_at=now, declared_at=now
    )
    winner = named(campaign, unit, Person.objects.create(name=f"入选{name}"), "candidate")
    Outcome.objects.create(
        nomination=winner, campaign=campaign, ballots_count=30, electorate_count=100, ballot_score=300_000,
        opinion_count=0, opinion_score=None, marks_count=3, panel_score=800_000, score=600_000, is_winner=True,
    )  # fmt: skip
    world.things |= {
        ("seat", name): seat,
        ("asked_seat", name): PanelMember.objects.create(campaign=archived(unit), person=held.person, title="代表"),
        ("marked", name): named(campaign, unit, Person.objects.create(name=f"待评{uuid.uuid4().hex[:6]}"), "candidate"),
        ("result", name): campaign,
        ("winner", name): winner,
    }
