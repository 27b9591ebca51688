"""The benefit package, who gives it, and what was used of it so far this year."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from config.demo.district import FIRST_APPOINTMENT
from config.demo.offers import BARBER, IN_COMMUNITY, IN_STREET, NEWEST, OFFERS, REFUSED, SHOPS, Offer, Shop
from config.demo.people import BATCH, Ground, accounts_for, invent, make_person
from config.demo.personas import DISTRICT_CLERK, LEADER, MERCHANT
from config.demo.timeline import Timeline
from config.demo.when import Calendar
from foundation import clock
from foundation.idempotency import fingerprint
from rewards.benefits.codes import digest
from rewards.benefits.models import (
    Benefit,
    BenefitPackage,
    BenefitState,
    Entitlement,
    EntitlementState,
    Merchant,
    MerchantClerk,
    Voucher,
    VoucherState,
    VoucherUse,
)
from rewards.benefits.offers import report_refusal, set_benefit_state
from rewards.benefits.periods import period_start, state_after
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import THREE_HEADS, Appointment, Unit

CLERKS_FROM = 500  # last digits of the shop clerks' numbers
PACKAGE = "三长专属优惠包"
CLAIM_SHARE = 0.03
WAITING_FOR_CHECK_UP = 7
CHECK_UP, TRAINING = "健康体检", "急救培训"
PAUSE_NOTE = "店里换了人，教会了就恢复"


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody the package is for."""

    person_id: int
    role: str
    unit_id: int


def load_benefits(timeline: Timeline, ground: Ground, rng: random.Random, calendar: Calendar) -> int:
    """Write shops, package and what was used of it; returns how often it was used. One refusal was reported lately."""
    shops, clerks = _open_shops(ground, rng)
    package = _make_package(ground, calendar)
    benefits = _promise(package, shops, ground.users[DISTRICT_CLERK.key])
    rows = Appointment.objects.active().of_roles(THREE_HEADS).order_by("unit__path", "pk")
    holders = [Holder(*row) for row in rows.values_list("person_id", "role", "unit_id")]
    book = _Book(rng, calendar, clerks, LEADER.phone)
    for offer in OFFERS:
        if offer.title != NEWEST:
            book.hand_out(offer, benefits[offer.title], shops[offer.shop], holders)
    refused, unhappy = benefits[REFUSED], accounts_for([holders[rng.randrange(len(holders))].person_id])
    desk = ground.users[DISTRICT_CLERK.key]
    opened = calendar.at(4, 9, 30)
    timeline.add(opened, lambda: _open(benefits[NEWEST], desk, opened))
    timeline.add(calendar.at(3, 12, 40), lambda: _report(refused, next(iter(unhappy.values()))))
    timeline.add(calendar.at(2, 10, 15), lambda: _pause(refused, desk))
    return book.save()


def _open(benefit: Benefit, desk: User, moment: dt.datetime) -> None:
    set_benefit_state(benefit=benefit, state=BenefitState.LIVE, acting_user=desk)
    Benefit.objects.filter(pk=benefit.pk).update(live_since=moment)


def _pause(benefit: Benefit, desk: User) -> None:
    set_benefit_state(benefit=benefit, state=BenefitState.PAUSED, reason=PAUSE_NOTE, acting_user=desk)


def _report(benefit: Benefit, leader: User) -> None:
    report_refusal(id=uuid.uuid4(), benefit=benefit, words="店员说没听过这回事，让我改天来。", acting_user=leader)


def _open_shops(ground: Ground, rng: random.Random) -> tuple[dict[str, Merchant], dict[str, User]]:
    """The shops, and somebody who verifies in each."""
    shops, people = {}, {}
    for number, shop in enumerate(SHOPS, start=CLERKS_FROM):
        shops[shop.key] = Merchant.objects.create(name=shop.name, address=shop.address, unit=_where(shop, ground))
        person = invent(rng, number)
        if shop.key == BARBER:
            person = make_person(MERCHANT.name, MERCHANT.phone, MERCHANT.gender, MERCHANT.born_on(clock.today()))
        elif shop.clerk:
            person.name = shop.clerk
        person.save()
        people[shop.key] = person
        MerchantClerk.objects.create(merchant=shops[shop.key], person=person, starts_on=FIRST_APPOINTMENT)
    users = accounts_for(person.pk for person in people.values())
    ground.users[MERCHANT.key] = users[people[BARBER].pk]
    return shops, {key: users[person.pk] for key, person in people.items()}


def _where(shop: Shop, ground: Ground) -> Unit:
    places = {IN_COMMUNITY: ground.home_community, IN_STREET: ground.home_street}
    return places.get(shop.level, ground.district)


def _make_package(ground: Ground, calendar: Calendar) -> BenefitPackage:
    """Of this year; of the next one too in its last weeks, so that there is always something to use."""
    year = calendar.today.year + (calendar.today.month == 12)
    return BenefitPackage.objects.create(
        name=PACKAGE,
        unit=ground.district,
        starts_on=dt.date(calendar.today.year, 1, 1),
        ends_on=dt.date(year, 12, 31),
    )


def _promise(package: BenefitPackage, shops: dict[str, Merchant], reviewer: User) -> dict[str, Benefit]:
    benefits = {}
    since = dt.datetime.combine(package.starts_on, dt.time(9), tzinfo=timezone.get_current_timezone())
    for offer in OFFERS:
        state = BenefitState.REVIEWED if offer.title == NEWEST else BenefitState.LIVE
        benefit = Benefit.objects.create(
            package=package,
            kind=offer.kind,
            name=offer.title,
            value_text=offer.value,
            detail=offer.detail,
            how_to_use=offer.how_to_use,
            roles=list(offer.roles),
            uses_each=None if offer.passive else offer.times,
            places=offer.places or None,
            needs_code=not offer.passive,
            renews=offer.renews,
            agreement=f"{offer.source}（{package.starts_on.year}）",
            state=state,
            reviewed_by=reviewer,
            live_since=since if state == BenefitState.LIVE else None,
            starts_on=package.starts_on,
            ends_on=package.ends_on,
        )
        benefit.merchants.add(shops[offer.shop])
        benefits[offer.title] = benefit
    return benefits


class _Book:
    """Collects entitlements, vouchers and uses; the numbers of each agree."""

    def __init__(self, rng: random.Random, calendar: Calendar, clerks: dict[str, User], her_phone: str) -> None:
        self.rng, self.calendar, self.clerks = rng, calendar, clerks
        self.her_id = Person.objects.by_phone(her_phone).values_list("pk", flat=True).get()
        self.entitlements: list[Entitlement] = []
        self.visits: list[tuple[Entitlement, Merchant, User, list[dt.datetime]]] = []

    def hand_out(self, offer: Offer, benefit: Benefit, shop: Merchant, holders: Sequence[Holder]) -> None:
        """Who opened this benefit, who used it, who waits for a place."""
        entitled = [h for h in holders if h.role in offer.roles]
        others = [h for h in entitled if h.person_id != self.her_id]
        mine = [h for h in entitled if h.person_id == self.her_id]
        wanted = offer.places or round(len(others) * CLAIM_SHARE * (0.4 + self.rng.random()))
        chosen = self.rng.sample(others, min(wanted, len(others)))
        if offer.title == CHECK_UP:
            self._fill(offer, benefit, shop, chosen)
            rest = [h for h in others if h not in chosen][:WAITING_FOR_CHECK_UP]
            self._queue(benefit, [*rest[:2], *mine, *rest[2:]])
            return
        if offer.places:
            chosen = chosen[: offer.places * 3 // 4]
        self._fill(offer, benefit, shop, chosen)
        if offer.title == TRAINING and mine:
            self._fill(offer, benefit, shop, mine, always=True)

    def _queue(self, benefit: Benefit, holders: Iterable[Holder]) -> None:
        for place, holder in enumerate(holders):
            row = self._entitle(benefit, holder, self.calendar.at(9 - place, 9 + place), EntitlementState.WAITING)
            self.entitlements.append(row)

    def _fill(
        self, offer: Offer, benefit: Benefit, shop: Merchant, holders: Iterable[Holder], *, always: bool = False
    ) -> None:
        for holder in holders:
            claimed = self.calendar.at(self.rng.randrange(10, 56), self.rng.randrange(8, 20), self.rng.randrange(60))
            row = self._entitle(benefit, holder, claimed, EntitlementState.CLAIMED)
            self.entitlements.append(row)
            if offer.passive:
                continue
            times = sum(self.rng.random() < (1 if always else 0.6) for _ in range(min(offer.times, 2)))
            dates = sorted(self.calendar.between(claimed, self.calendar.now) for _ in range(times))
            if dates:
                self._use(row, shop, self.clerks[offer.shop], dates)

    def _use(self, row: Entitlement, shop: Merchant, clerk: User, dates: Sequence[dt.datetime]) -> None:
        """Used on these dates; what the row counts are those of the period that runs today."""
        now = period_start(row.benefit)
        counted = [at for at in dates if period_start(row.benefit, timezone.localdate(at)) == now]
        row.used_count, row.period_start = len(counted), now
        row.state = state_after(row.benefit, len(counted))
        self.visits.append((row, shop, clerk, list(dates)))

    def _entitle(self, benefit: Benefit, holder: Holder, at: dt.datetime, state: EntitlementState) -> Entitlement:
        return Entitlement(
            uid=uuid.uuid4(),
            benefit=benefit,
            person_id=holder.person_id,
            unit_id=holder.unit_id,
            state=state,
            period_start=period_start(benefit),
            waiting_since=at if state == EntitlementState.WAITING else None,
            created_at=at,
        )

    def save(self) -> int:
        """Write everything; returns the number of uses."""
        Entitlement.objects.bulk_create(self.entitlements, batch_size=BATCH)
        ids = dict(Entitlement.objects.values_list("uid", "pk"))
        vouchers, uses = [], []
        for entitlement, shop, clerk, dates in self.visits:
            periods = [period_start(entitlement.benefit, timezone.localdate(at)) for at in dates]
            for place, at in enumerate(dates):
                voucher = Voucher(
                    id=uuid.uuid4(),
                    entitlement_id=ids[entitlement.uid],
                    code_digest=digest(f"{self.rng.randrange(10**8):08d}"),
                    state=VoucherState.VERIFIED,
                    issued_at=at - dt.timedelta(seconds=20),
                    expires_at=at + dt.timedelta(seconds=40),
                )
                vouchers.append(voucher)
                uses.append(
                    VoucherUse(
                        id=uuid.uuid4(),
                        voucher=voucher,
                        merchant=shop,
                        clerk_id=clerk.pk,
                        number=periods[: place + 1].count(periods[place]),
                        fingerprint=fingerprint({"voucher": str(voucher.id), "merchant": shop.pk}),
                        at=at,
                    )
                )
        Voucher.objects.bulk_create(vouchers, batch_size=BATCH)
        VoucherUse.objects.bulk_create(uses, batch_size=BATCH)
        return len(uses)
