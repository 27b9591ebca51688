"""Points given by hand in the sample district: budgets, awards in each state, a draft of rules, last month's sample."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils import timezone

from config.demo.district import SEED
from config.demo.people import BATCH, Ground
from config.demo.personas import LEADER
from config.demo.when import Calendar
from foundation.idempotency import fingerprint
from rewards.points import awards, editing, posting, sampling
from rewards.points.accounts import system_account_id
from rewards.points.budgets import FILLED
from rewards.points.models import (
    AccountKind,
    AskedState,
    BudgetFill,
    ManualAward,
    PointsAccount,
    SampledAward,
    Transfer,
)
from rewards.points.rehearsal import last_month
from rewards.points.rules import version_in_force
from volunteers.accounts.models import User
from volunteers.units.models import THREE_HEADS, Appointment, Unit

BUDGET = 300
AT_HOME, ELSEWHERE, PLACES = 9, 3, 6
STORIES: tuple[tuple[str, str], ...] = (
    ("hazard_found", "三楼电表箱冒火花，当天就换了"),
    ("dispute_settled", "楼上漏水，两家说和了"),
    ("case_fixed", "东门路灯不亮，报上去修好了"),
    ("suggestion_adopted", "建议单元门口装扶手，装好了"),
    ("dispute_settled", "停车位的事，坐下来谈妥了"),
    ("care_contact", "给独居的陈奶奶打了电话"),
    ("hazard_found", "消防通道堆了杂物，一起清走了"),
    ("successor_trained", "带新邻长走了一个月"),
    ("case_fixed", "二单元下水道疏通了"),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who asks and who decides in a community."""

    unit: Unit
    asks: User
    decides: User


def load_awards(ground: Ground, calendar: Calendar) -> tuple[int, int]:
    """After the ledger is written. Returns how many awards there are, and how many were drawn for the sample."""
    rng = random.Random(SEED + 7)  # noqa: S311 - a sample, not a secret
    people = (ground.users.get(key) for key in ("worker", "street", "district"))
    worker, street, district = people
    if worker is None or street is None or district is None:
        return 0, 0
    budgets = _fill_budgets(ground, street, district, calendar, rng)
    near = [one for one in ground.communities if one.path.startswith(ground.home_street.path)]
    others = [one for one in near if one.pk != ground.home_community.pk][: PLACES - 1]
    home = Desk(ground.home_community, worker, street)
    for desk, count in ((home, AT_HOME), *((Desk(one, street, district), ELSEWHERE) for one in others)):
        _give_last_month(desk, count, budgets[desk.unit.pk], rng)
    _wait(home, calendar)
    _draft_rules(district, calendar)
    sampling.draw_month(last_month())
    if first := SampledAward.objects.order_by("pk").exclude(award__decided_by=district).first():
        sampling.look_at(item=first, in_order=True, reason="问过当事人，属实", acting_user=district)
    return ManualAward.objects.count(), SampledAward.objects.count()


def _fill_budgets(
    ground: Ground, asks: User, decides: User, calendar: Calendar, rng: random.Random
) -> dict[int, PointsAccount]:
    """The same for every community, in bulk: account, line, and the filling that two clerks decided."""
    day = last_month().replace(day=1)
    at = timezone.make_aware(dt.datetime.combine(day, dt.time(9)))
    PointsAccount.objects.bulk_create(
        [PointsAccount(kind=AccountKind.BUDGET, unit=unit, balance=BUDGET) for unit in ground.communities],
        batch_size=BATCH,
    )
    accounts = {one.unit_id: one for one in PointsAccount.objects.filter(kind=AccountKind.BUDGET) if one.unit_id}
    issuing, reason = system_account_id(AccountKind.ISSUING), f"{calendar.today.year}年下半年工作人员录入的积分"
    fills = [
        BudgetFill(
            uid=_uid(rng), unit=unit, points=BUDGET, reason=reason, state=AskedState.APPROVED, asked_by=asks,
            asked_at=at - dt.timedelta(hours=20), decided_by=decides, decided_at=at,
            fingerprint=fingerprint({"unit": unit.pk, "points": BUDGET, "reason": reason}),
        )
        for unit in ground.communities
    ]  # fmt: skip
    for fill in fills:
        fill.transfer = Transfer(
            from_account_id=issuing, to_account=accounts[fill.unit_id], points=BUDGET, rule=FILLED, reason=reason,
            source_key=f"budget:{fill.pk}", unit_id=fill.unit_id, actor_id=decides.pk, at=at,
        )  # fmt: skip
    Transfer.objects.bulk_create([fill.transfer for fill in fills if fill.transfer], batch_size=BATCH)
    BudgetFill.objects.bulk_create(fills, batch_size=BATCH)
    return accounts


def _uid(rng: random.Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def _leaders(unit: Unit, count: int, rng: random.Random) -> Iterator[Appointment]:
    """Some of the three heads of a community; 周桂兰 first where she serves."""
    held = Appointment.objects.active().of_roles(THREE_HEADS).filter(unit__path__startswith=unit.path)
    rows = list(held.select_related("person", "unit").order_by("pk"))
    hers = [one for one in rows if one.person.name == LEADER.name]
    others = [one for one in rows if one not in hers]
    yield from [*hers, *rng.sample(others, min(len(others), count))][:count]


def _give_last_month(desk: Desk, count: int, budget: PointsAccount, rng: random.Random) -> None:
    """Approved awards, dated; as `approve_award` books them, but then."""
    version = version_in_force(last_month())
    for (rule, reason), held in zip(STORIES, _leaders(desk.unit, count, rng), strict=False):
        day = last_month() + dt.timedelta(days=rng.randint(2, 24))
        at = timezone.make_aware(dt.datetime.combine(day, dt.time(rng.randint(9, 16), rng.randrange(60))))
        given = posting.take_room(held.person_id, day.replace(day=1), version.rules[rule].points, version.ceiling)
        if not given:
            continue
        award = ManualAward(
            uid=_uid(rng), person=held.person, unit=held.unit, rule=rule, quantity=1, reason=reason,
            happened_on=day - dt.timedelta(days=rng.randint(0, 2)), state=AskedState.APPROVED, asked_by=desk.asks,
            asked_at=at - dt.timedelta(hours=3), decided_by=desk.decides, decided_at=at, fingerprint="0" * 64,
        )  # fmt: skip
        account, _new = PointsAccount.objects.get_or_create(kind=AccountKind.PERSON, person=held.person)
        award.transfer = Transfer(
            from_account=budget, to_account=account, points=given, rule=rule, quantity=1,
            version_number=version.number, reason=reason, source_key=f"award:{award.pk}", unit=held.unit,
            actor_id=desk.decides.pk, by_staff=True, at=at,
        )  # fmt: skip
        posting.book(award.transfer)
        award.save(force_insert=True)


def _wait(desk: Desk, calendar: Calendar) -> None:
    """This week: three wait, one was approved, one refused, one taken back."""
    rng = random.Random(SEED + 8)  # noqa: S311 - a sample, not a secret
    held = list(_leaders(desk.unit, 6, rng))
    made = [
        awards.ask_awards(
            uid=_uid(rng), people=[one.person], rule=rule, quantity=1, reason=reason,
            happened_on=calendar.today - dt.timedelta(days=2 + number), acting_user=desk.asks,
        )[0]
        for number, ((rule, reason), one) in enumerate(zip(STORIES[1:], held, strict=False))
    ]  # fmt: skip
    if len(made) > 5:
        awards.approve_awards(awards=made[3:4], acting_user=desk.decides)
        awards.refuse_award(award=made[4], reason="上个月已经记过这一件了", acting_user=desk.decides)
        awards.withdraw_award(award=made[5], acting_user=desk.asks)


def _draft_rules(by: User, calendar: Calendar) -> None:
    """A second version to rehearse: settling disputes counts more, from the first day of the month after next."""
    now = version_in_force()
    first = (calendar.today.replace(day=1) + dt.timedelta(days=62)).replace(day=1)
    points = {"dispute_settled": 6, "successor_trained": 8}
    lines = [replace(one, points=points.get(code, one.points)) for code, one in now.rules.items()]
    draft = editing.Draft(first, 45, now.valid_months, now.warn_days, "大家说调解和带新人最费心，多记一点", lines)
    editing.draft_version(uid=uuid.UUID(int=SEED, version=4), draft=draft, acting_user=by)
