"""What the panel has to look at, what is left of it, and which marks count."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from events.campaigns.models import Campaign, Conflict, Mark, Nomination, PanelMember, Seconding, Vetting

if TYPE_CHECKING:
    from volunteers.units.models import Unit

FEWEST = 5
"""Marks that a candidate needs when nobody on the panel is too near: three are left without the highest and lowest."""
FEWEST_NEAR = 3
"""Marks that are enough where somebody is too near."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One candidate before one member: too near and why, or marked already, or still to be marked."""

    nomination: Nomination
    too_near: str
    is_marked: bool

    @property
    def is_left(self) -> bool:
        """Whether a mark is still wanted."""
        return not self.too_near and not self.is_marked


@dataclass(frozen=True, slots=True)
class Street:
    """The candidates of one street, in the order in which this member sees them."""

    unit: Unit
    seen: list[Seen]

    @property
    def left_count(self) -> int:
        """How many are still to be marked."""
        return sum(one.is_left for one in self.seen)


def candidates_of(campaign: Campaign) -> QuerySet[Nomination]:
    """Whom the panel marks: who stands on the ballot, paused or not."""
    return Nomination.objects.filter(campaign=campaign).candidates()


def counted_members(campaign: Campaign) -> QuerySet[PanelMember]:
    """Who accepted and has not left."""
    return PanelMember.objects.filter(campaign=campaign, accepted_at__isnull=False).sitting()


def counted_marks(campaign: Campaign) -> QuerySet[Mark]:
    """The marks that make up scores: of counted members, without those who said that they are too near."""
    near = Conflict.objects.filter(member_id=OuterRef("member_id"), nomination_id=OuterRef("nomination_id"))
    return Mark.objects.filter(member__in=counted_members(campaign)).filter(~Exists(near))


def marks_by_candidate(campaign: Campaign) -> dict[UUID, tuple[int, ...]]:
    """Every candidate's marks from low to high, without saying whose; for scores, and for nothing before them."""
    found: dict[UUID, list[int]] = defaultdict(list)
    for nomination_id, points in counted_marks(campaign).values_list("nomination_id", "points"):
        found[nomination_id].append(points)
    return {nomination_id: tuple(sorted(marks)) for nomination_id, marks in found.items()}


def short_of_marks(campaign: Campaign) -> set[UUID]:
    """Candidates with too few marks to drop the highest and the lowest."""
    have = Counter(counted_marks(campaign).values_list("nomination_id", flat=True))
    near = set(
        Conflict.objects.filter(member__in=counted_members(campaign)).values_list("nomination_id", flat=True).distinct()
    )
    wanted = candidates_of(campaign).values_list("pk", flat=True)
    return {one for one in wanted if have[one] < (FEWEST_NEAR if one in near else FEWEST)}


def near_by_record(member: PanelMember) -> dict[UUID, str]:
    """Candidates to whom somebody is too near by what is stored: who vetted, proposed or seconded them, and oneself."""
    person = Q(person_id=member.person_id)
    of_campaign = Nomination.objects.filter(campaign_id=member.campaign_id)
    inside = {"nomination__campaign_id": member.campaign_id}
    seconded = Seconding.objects.filter(person, **inside)
    vetted = Vetting.objects.filter(by__person_id=member.person_id, **inside)
    found = dict.fromkeys(seconded.values_list("nomination_id", flat=True), _("您家附议过这位候选人"))
    proposed = of_campaign.filter(nominated_by_id=member.person_id)
    found |= dict.fromkeys(proposed.values_list("pk", flat=True), _("您提名了这位候选人"))
    found |= dict.fromkeys(vetted.values_list("nomination_id", flat=True), _("您审核过这位候选人"))
    found |= dict.fromkeys(of_campaign.filter(person).values_list("pk", flat=True), _("这是您本人"))
    return found


def too_near(member: PanelMember) -> dict[UUID, str]:
    """Candidates whom a member gives no mark, with the reason: by record, and as declared."""
    declared = Conflict.objects.filter(member=member).values_list("nomination_id", "reason")
    return near_by_record(member) | dict(declared)


def _shuffled(member: PanelMember, nomination: Nomination) -> bytes:
    return hashlib.sha256(member.uid.bytes + nomination.pk.bytes).digest()


def streets_of(member: PanelMember) -> list[Street]:
    """All candidates by street; inside a street in an order of the member's own, the same at every visit."""
    near = too_near(member)
    marked = set(Mark.objects.filter(member=member).values_list("nomination_id", flat=True))
    rows = candidates_of(member.campaign).select_related("person", "street", "neighbourhood", "appointment")
    streets: dict[int, Street] = {}
    for one in rows.order_by("street__path", "pk"):
        street = streets.setdefault(one.street_id, Street(one.street, []))
        street.seen.append(Seen(one, near.get(one.pk, ""), one.pk in marked))
    for street in streets.values():
        street.seen.sort(key=lambda seen: _shuffled(member, seen.nomination))
    return list(streets.values())


def as_written(streets: Iterable[Street], near: Mapping[UUID, str], by_record: Container[UUID]) -> list[Street]:
    """The same candidates with what was just written beside them, where it could not be kept."""

    def written(one: Seen) -> Seen:
        uid = one.nomination.pk
        return one if uid in by_record else replace(one, too_near=near.get(uid, ""))

    return [Street(street.unit, [written(one) for one in street.seen]) for street in streets]


def next_after(streets: Iterable[Street], here: UUID) -> Nomination | None:
    """The next candidate to be marked after one, round to the beginning; None when nobody is left."""
    everybody = [seen for street in streets for seen in street.seen]
    place = next((number for number, seen in enumerate(everybody) if seen.nomination.pk == here), -1)
    turned = everybody[place + 1 :] + everybody[: place + 1]
    return next((seen.nomination for seen in turned if seen.is_left), None)


def left_to_mark(members: Iterable[PanelMember]) -> dict[int, int]:
    """How many candidates each of some members still has before them; three queries, whatever campaigns they are of."""
    listed = list(members)
    candidates: dict[int, set[UUID]] = defaultdict(set)
    rows = Nomination.objects.filter(campaign__in={one.campaign_id for one in listed}).candidates()
    for campaign_id, nomination_id in rows.values_list("campaign_id", "pk"):
        candidates[campaign_id].add(nomination_id)
    done: dict[int, set[UUID]] = defaultdict(set)
    for seen in (Mark.objects, Conflict.objects):
        for member_id, nomination_id in seen.filter(member__in=listed).values_list("member_id", "nomination_id"):
            done[member_id].add(nomination_id)
    return {one.pk: len(candidates[one.campaign_id] - done[one.pk]) for one in listed}
