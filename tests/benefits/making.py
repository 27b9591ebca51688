"""A benefit for the tests, and what a screen and a till do with it."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone

from foundation.actors import SYSTEM
from rewards.benefits.codes import ShownCode, issue_code
from rewards.benefits.models import Benefit, BenefitPackage, Merchant, VoucherUse
from rewards.benefits.verifying import check_code, confirm_use
from rewards.merchants.agreeing import file_paper
from tests.cast import SINCE, Cast
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role


def make_benefit(cast: Cast, **fields: Any) -> Benefit:
    """A barber's offer for the leaders of the cast's district."""
    today = timezone.localdate()
    dates = {"starts_on": today - dt.timedelta(days=120), "ends_on": today + dt.timedelta(days=60)}
    package, _made = BenefitPackage.objects.get_or_create(name="专属优惠包", unit=cast.district, defaults=dates)
    values = {"kind": "life", "name": "理发", "value_text": "8 折", "roles": ["neighbour_leader"], "uses_each": 2}
    benefit = Benefit.objects.create(**({"package": package, "state": "live"} | dates | values | fields))
    benefit.merchants.add(cast.merchant)
    return benefit


def have_agreed(*merchants: Merchant) -> None:
    """The goodwill agreement of each is on file."""
    for merchant in merchants:
        file_paper(merchant=merchant, signed_on=timezone.localdate(), acting_user=SYSTEM)


def make_people(cast: Cast, count: int) -> list[Person]:
    """So many neighbour leaders besides those of the cast, all in one neighbourhood, which takes more than one only
    for a time: each with a last day."""
    people = Person.objects.bulk_create((Person(name=f"邻长{n}") for n in range(count)), batch_size=1000)
    until = timezone.localdate() + dt.timedelta(days=300)
    fields = {"role": Role.NEIGHBOUR_LEADER, "unit": cast.neighbourhood, "starts_on": SINCE, "ends_on": until}
    Appointment.objects.bulk_create((Appointment(person=one, **fields) for one in people), batch_size=1000)
    return people


def make_leaders(cast: Cast, count: int) -> list[User]:
    """The same, each with an account."""
    people = enumerate(make_people(cast, count))
    return [User.objects.create(username=f"leader-{n}", person=person) for n, person in people]


def show(benefit: Benefit, user: User) -> ShownCode:
    """What the leader's screen shows."""
    return issue_code(benefit=benefit, acting_user=user)


def use_once(benefit: Benefit, user: User, clerk: User) -> VoucherUse:
    """From the screen to the till."""
    check = check_code(code=show(benefit, user).code, acting_user=clerk)
    assert check.voucher_id, check
    return confirm_use(id=uuid.uuid4(), voucher_id=check.voucher_id, acting_user=clerk)


def until_somebody_waits() -> None:
    """Go on when another session waits for a lock, on PostgreSQL; fails when none does within two seconds."""
    until = time.monotonic() + 2
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody came to the lock")


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Everything begun together, each in a thread with a connection of its own; what each gave or raised."""
    barrier = threading.Barrier(len(acts))
    outcomes: list[object] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            outcomes[number] = act()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
