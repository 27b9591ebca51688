"""Goal G8: a code is used once however many scan it; places are never given twice. On both databases."""

from __future__ import annotations

import os
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.actors import SYSTEM
from foundation.errors import Conflict, Missing
from rewards.benefits.entitlements import claim, give_back, set_places
from rewards.benefits.models import Benefit, BenefitState, Entitlement, Voucher, VoucherUse
from rewards.benefits.offers import set_benefit_state
from rewards.benefits.tokens import LIFE, new_code
from rewards.benefits.verifying import confirm_use
from tests.benefits.making import at_once, make_benefit, make_leaders, make_people, until_somebody_waits
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.people.models import Person

TILLS = 16


@pytest.fixture(autouse=True)
def room_for_tills() -> Iterator[None]:
    """A connection for every till at once, more than one process of ours keeps open; addresses known beforehand."""
    reverse("benefit_list")  # the first one asked for takes seconds, and would be asked for under a lock
    options = connection.settings_dict["OPTIONS"]
    usual = options.get("pool")
    if usual is None:
        yield
        return
    options["pool"] = {"min_size": 1, "max_size": TILLS + 8, "timeout": 30}
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    yield
    options["pool"] = usual
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def codes_for(benefit: Benefit, people: list[Person], each: int = 1) -> list[uuid.UUID]:
    """A code that counts now for every one of the people, or a few for each as if they had been shown one by one."""
    now, unit = timezone.now(), benefit.package.unit
    rows = [Entitlement(benefit=benefit, person=person, unit=unit, state="claimed") for person in people]
    vouchers = []
    for right in Entitlement.objects.bulk_create(rows, batch_size=1000):
        for _code in range(each):
            code = new_code(now + LIFE)
            vouchers.append(
                Voucher(
                    entitlement=right, code_digest=code.code_digest, qr_digest=code.qr_digest, state="cancelled",
                    issued_at=now, expires_at=now + 600 * LIFE,
                )
            )  # fmt: skip
    return [voucher.pk for voucher in Voucher.objects.bulk_create(vouchers, batch_size=1000)]


def until_answered(code: uuid.UUID, clerk: User) -> str:
    """One scan, sent again under its id where the database was too slow to answer, as a phone does."""
    id_ = uuid.uuid4()
    while True:
        try:
            confirm_use(id=id_, voucher_id=code, acting_user=clerk)
        except Conflict:
            return "refused"
        except Missing:
            return "elsewhere"
        except OperationalError:
            connection.close()
        else:
            return "used"


def scan_all(codes: list[uuid.UUID], clerks: list[User], stranger: User) -> Counter[str]:
    """Every code at sixteen tills at once, one of them of a shop that does not give the benefit."""
    outcomes: Counter[str] = Counter()
    barrier, counting = threading.Barrier(len(clerks) + 1), threading.Lock()

    def till(clerk: User) -> None:
        seen: Counter[str] = Counter()
        try:
            for number, code in enumerate(codes):
                if number % 20 == 0:
                    barrier.wait(300)  # side by side again
                seen[until_answered(code, clerk)] += 1
                if number % 500 == 0 and clerk is clerks[0] and len(codes) > 500:
                    os.write(2, f"{number} of {len(codes)} codes\n".encode())
        finally:
            connection.close()
            with counting:
                outcomes.update(seen)

    tills = [threading.Thread(target=till, args=(clerk,)) for clerk in [*clerks, stranger]]
    for thread in tills:
        thread.start()
    for thread in tills:
        thread.join()
    return outcomes


def race(cast: Cast, count: int, tills: int = TILLS) -> None:
    """No code twice, none elsewhere, and every count agrees."""
    benefit = make_benefit(cast, uses_each=None)
    codes = codes_for(benefit, make_people(cast, count))
    clerks = [User.objects.get(pk=cast.merchant_person.pk) for _ in range(tills)]
    outcomes = scan_all(codes, clerks, cast.other_merchant_person)
    assert outcomes == {"used": count, "refused": count * (tills - 1), "elsewhere": count}
    assert VoucherUse.objects.count() == count
    assert VoucherUse.objects.values("voucher").distinct().count() == count
    assert not VoucherUse.objects.exclude(merchant=cast.merchant).exists()
    assert sum(Entitlement.objects.values_list("used_count", flat=True)) == count


@pytest.mark.everywhere
@pytest.mark.django_db(transaction=True)
def test_a_hundred_codes_at_sixteen_tills_are_a_hundred_uses(committed_cast: Cast) -> None:
    """SQLite takes one writer at a time, so it is asked less."""
    race(committed_cast, *((100, TILLS) if connection.vendor == "postgresql" else (20, 8)))


@pytest.mark.soak(minutes=16)
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_codes_at_sixteen_tills_are_ten_thousand_uses(committed_cast: Cast) -> None:
    race(committed_cast, 10_000)


@pytest.mark.everywhere
@pytest.mark.django_db(transaction=True)
def test_sixteen_scans_of_the_last_use_are_one_use(committed_cast: Cast) -> None:
    benefit = make_benefit(committed_cast, uses_each=1)
    codes = codes_for(benefit, [person_of(committed_cast.leader)], each=2)
    clerk = committed_cast.merchant_person
    scans = [partial(confirm_use, id=uuid.uuid4(), voucher_id=codes[n % 2], acting_user=clerk) for n in range(TILLS)]
    outcomes = at_once(*scans)
    kinds = Counter(type(one) for one in outcomes)
    assert kinds == {VoucherUse: 1, Conflict: TILLS - 1}
    assert Entitlement.objects.get().used_count == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_taps_with_one_id_that_overlap_all_hear_that_it_worked(committed_cast: Cast) -> None:
    """What a shaking finger, or a phone that sends again, does to a slow line."""
    benefit, clerk = make_benefit(committed_cast, uses_each=1), committed_cast.merchant_person
    (code,) = codes_for(benefit, [person_of(committed_cast.leader)])
    outcomes = at_once(*[partial(confirm_use, id=uuid.uuid4(), voucher_id=code, acting_user=clerk)] * TILLS)
    assert {type(one) for one in outcomes} == {VoucherUse}
    assert {one.pk for one in outcomes if isinstance(one, VoucherUse)} == {VoucherUse.objects.get().pk}
    assert Entitlement.objects.get().used_count == 1


@pytest.mark.everywhere
@pytest.mark.django_db(transaction=True)
def test_of_sixty_claims_at_once_fifty_get_a_place_and_ten_wait_in_order(committed_cast: Cast) -> None:
    check_up = make_benefit(committed_cast, name="健康体检", places=50, uses_each=1)
    leaders = make_leaders(committed_cast, 60)
    at_once(*[partial(claim, benefit=check_up, acting_user=leader) for leader in leaders])
    states = Counter(Entitlement.objects.values_list("state", flat=True))
    assert states == {"claimed": 50, "waiting": 10}
    since = [row.waiting_since for row in Entitlement.objects.in_line() if row.waiting_since]
    assert since == sorted(since)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_places_given_back_while_others_claim_are_never_given_twice(committed_cast: Cast) -> None:
    check_up = make_benefit(committed_cast, name="健康体检", places=10, uses_each=1)
    leaders = make_leaders(committed_cast, 30)
    for leader in leaders[:15]:
        claim(benefit=check_up, acting_user=leader)
    frees = [partial(give_back, benefit=check_up, acting_user=leader) for leader in leaders[:4]]
    claims = [partial(claim, benefit=check_up, acting_user=leader) for leader in leaders[15:]]
    more = partial(set_places, benefit=check_up, places=12, acting_user=committed_cast.district_clerk)
    outcomes = at_once(*frees, *claims, more)
    assert not [one for one in outcomes if isinstance(one, Exception)]
    states = Counter(Entitlement.objects.values_list("state", flat=True))
    assert states == {"claimed": 12, "returned": 4, "waiting": 14}
    held = Entitlement.objects.filter(state="claimed").values_list("person_id", flat=True)
    waited = [leader.person_id for leader in leaders[10:15]]
    assert set(waited) <= set(held)  # who was in line before the race got the places that became free


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_edit_that_comes_while_somebody_pauses_does_not_undo_the_pause(
    committed_cast: Cast, client_for: Callable[[User], Client]
) -> None:
    offer, desk = make_benefit(committed_cast), client_for(committed_cast.district_clerk)
    form = {"name": "理发", "how_to_use": "给店员看", "ends_on": offer.ends_on.isoformat()}
    form["merchants"] = str(committed_cast.merchant.pk)
    has_paused = threading.Event()

    def pause() -> None:
        with transaction.atomic():
            set_benefit_state(benefit=offer, state=BenefitState.PAUSED, reason="店里装修", acting_user=SYSTEM)
            has_paused.set()
            until_somebody_waits()

    def edit() -> int:
        has_paused.wait(10)
        return desk.post(f"/console/rewards/benefit/{offer.uid}/edit/", form).status_code

    assert at_once(pause, edit) == [None, 302]
    offer = Benefit.objects.get()
    assert (offer.state, offer.pause_note, offer.how_to_use) == ("paused", "店里装修", "给店员看")
