"""Roles held in the sample district: who was there before, proposals in every state, a notice, a leave."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from config.demo.district import FIRST_APPOINTMENT, SEED
from config.demo.people import BATCH, Ground, account_of, invent
from config.demo.personas import HOME_AREA, HOME_GROUP
from config.demo.timeline import Timeline
from config.demo.when import Calendar
from foundation import clock
from foundation.working_days import after_working_days
from volunteers.accounts.models import User
from volunteers.homes.models import HouseholdLink
from volunteers.people.models import Person
from volunteers.posts import leaves, news, proposals
from volunteers.posts.models import HandOver, Leave, Proposal, State
from volunteers.posts.services import term_end
from volunteers.units.models import THREE_HEADS, Appointment, Level, Role, Unit

FORMER_FROM = 700  # last digits of their numbers
CANDIDATES_FROM = 780
MOST_FORMER = 40
SERVED_A_WHILE = dt.timedelta(days=150)
REASONS = ("换届", "搬到儿子家住", "工作忙，顾不过来", "回老家了", "推荐了更年轻的邻居", "搬到别处住")
WHY = ("住了二十年，楼上楼下都认识", "退休前是老师，说话大家听得进去", "白天都在家，敲门就应", "平时就爱帮忙")


def load_former(ground: Ground, calendar: Calendar) -> int:
    """Whoever served before, for posts of the home community whose leader came later; terms of those who serve now."""
    rng = random.Random(SEED + 3)  # noqa: S311 - a sample, not a secret
    held = list(
        Appointment.objects.active()
        .filter(unit__path__startswith=ground.home_community.path, role__in=[role.value for role in THREE_HEADS])
        .order_by("unit__path")
    )
    for one in held:
        end = term_end(one.starts_on)
        one.term_ends_on = end if end and end > calendar.today else None
    Appointment.objects.bulk_update(held, ["term_ends_on"], batch_size=BATCH)
    late = [one for one in held if one.starts_on > FIRST_APPOINTMENT + SERVED_A_WHILE and rng.random() < 0.4]
    for number, one in enumerate(late[:MOST_FORMER]):
        person = invent(rng, FORMER_FROM + number, youngest=48, oldest=74)
        person.save()
        before = Appointment.objects.create(
            person=person, role=one.role, unit_id=one.unit_id, starts_on=FIRST_APPOINTMENT,
            ends_on=one.starts_on - dt.timedelta(days=1), ended_reason=rng.choice(REASONS),
        )  # fmt: skip
        at = timezone.make_aware(dt.datetime.combine(one.starts_on, dt.time(9)))
        HandOver.objects.create(appointment=before, successor=one, handed_at=at, acknowledged_at=at)
    return len(late[:MOST_FORMER])


def unbalance(ground: Ground) -> int:
    """One neighbour leader of the home community has too many households, the next one hardly any: it happens."""
    area = f"{ground.home_community.path}{HOME_AREA:04d}"
    units = (
        Unit.objects.at(Level.NEIGHBOURHOOD)
        .filter(path__startswith=area)
        .exclude(path__startswith=f"{area}{HOME_GROUP:04d}")
    )
    pair = list(units.order_by("path")[3:5])
    if len(pair) < 2:
        return 0
    few, many = pair
    links = HouseholdLink.objects.active().filter(neighbourhood=few).order_by("household__position", "pk")
    moved = list(links.values_list("pk", flat=True))[3:]
    return HouseholdLink.objects.filter(pk__in=moved).update(neighbourhood=many)


class Posts:
    """Puts proposals, a notice and a leave on the timeline, all in the home community."""

    def __init__(self, ground: Ground, calendar: Calendar) -> None:
        self.ground, self.calendar = ground, calendar
        self.rng = random.Random(SEED + 4)  # noqa: S311 - a sample, not a secret
        self.worker, self.area_leader = ground.users.get("worker"), ground.users.get("area")
        self.candidates = 0

    def plan(self, timeline: Timeline) -> None:
        """What happened in the last ten days."""
        if self.worker is None or self.area_leader is None:
            return
        vacant, held = self._units()
        stories: list[tuple[list[Unit], Callable[[Unit], None], int, int]] = [
            (vacant[:1], self._noticed, 2, 10),
            (vacant[1:2], self._vetted, 1, 15),
            (vacant[1:2], self._proposed, 1, 17),
            (held[:1], self._rejected, 6, 11),
            (held[1:2], self._withdrawn, 5, 9),
            (held[2:3], self._away, 1, 19),
        ]
        for units, happening, days_ago, hour in stories:
            for unit in units:
                moment = self.calendar.at(days_ago, hour, self.rng.randrange(50))
                timeline.add(moment, self._dated(happening, unit, moment))

    def _units(self) -> tuple[list[Unit], list[Unit]]:
        """Vacant neighbourhoods of 高远's area, and held ones beside her own group."""
        home = self.ground.home_community.path
        area = f"{home}{HOME_AREA:04d}"
        units = list(Unit.objects.at(Level.NEIGHBOURHOOD).filter(path__startswith=area).order_by("path"))
        held = set(Appointment.objects.active().filter(unit__in=units).values_list("unit_id", flat=True))
        away = [unit for unit in units if unit.pk in held and not unit.path.startswith(f"{area}{HOME_GROUP:04d}")]
        return [unit for unit in units if unit.pk not in held], away

    def _dated(self, happening: Callable[[Unit], None], unit: Unit, moment: dt.datetime) -> Callable[[], None]:
        def happen() -> None:
            known = list(Proposal.objects.values_list("pk", flat=True))
            happening(unit)
            fresh = Proposal.objects.exclude(pk__in=known)
            fresh.update(proposed_at=moment)
            later = moment + dt.timedelta(hours=2)
            fresh.filter(vetted_at__isnull=False).update(vetted_at=min(later, self.calendar.now))
            fresh.filter(decided_at__isnull=False).update(decided_at=min(later, self.calendar.now))

        return happen

    def _propose(self, unit: Unit, by: User | None) -> Proposal:
        person = invent(self.rng, CANDIDATES_FROM + self.candidates, youngest=45, oldest=68)
        phone = person.phone
        self.candidates += 1
        return proposals.propose(
            uid=uuid.UUID(int=self.rng.getrandbits(128), version=4), unit=unit, name=person.name, phone=phone,
            why=self.rng.choice(WHY), acting_user=by,
        )  # fmt: skip

    def _proposed(self, unit: Unit) -> None:
        self._propose(unit, self.area_leader)

    def _vetted(self, unit: Unit) -> Any:
        made = self._propose(unit, self.area_leader)
        born = dt.date(self.calendar.today.year - self.rng.randint(46, 66), self.rng.randint(1, 12), 1)
        return proposals.vet(proposal=made, agreed=True, born_on=born, acting_user=self.worker)

    def _noticed(self, unit: Unit) -> None:
        """Since the day before yesterday; written here, since the service begins a notice today."""
        made = self._vetted(unit)
        made.state = State.NOTICED
        made.notice_from = self.calendar.today - dt.timedelta(days=2)
        made.notice_until = after_working_days(made.notice_from, 5)
        made.save(update_fields=["state", "notice_from", "notice_until"])
        news.noticed(made)

    def _rejected(self, unit: Unit) -> None:
        made = self._propose(unit, self.area_leader)
        proposals.reject(proposal=made, reason="现在的邻长还愿意做，先不换", acting_user=self.worker)

    def _withdrawn(self, unit: Unit) -> None:
        made = self._propose(unit, self.area_leader)
        proposals.withdraw(proposal=made, acting_user=self.area_leader)

    def _away(self, unit: Unit) -> None:
        """A neighbour leader visits her grandchild; the one next door stands in."""
        away = Appointment.objects.active().filter(unit=unit, role=Role.NEIGHBOUR_LEADER).select_related("unit").first()
        if away is None:
            return
        near = leaves.candidates(away, wide=False).filter(role=Role.NEIGHBOUR_LEADER).first()
        person: Person | None = near.person if near else None
        today = clock.today()  # midnight may have passed since the calendar was opened
        leave = leaves.take_leave(
            uid=uuid.UUID(int=self.rng.getrandbits(128), version=4), appointment=away, starts_on=today,
            until=today + dt.timedelta(days=12), reason="去看孙子", stand_in=person,
            acting_user=account_of(away.person),
        )  # fmt: skip
        Leave.objects.filter(pk=leave.pk).update(begun_told_at=self.calendar.now)
