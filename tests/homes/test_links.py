"""Which neighbourhood looks after which household: one at a time, by date, moved and never overwritten."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid
from foundation.models import AuditEntry
from tests.cast import Cast, make_cast, person_of
from tests.homes.conftest import Homes, make_homes
from volunteers.homes.jobs import follow
from volunteers.homes.links import link_households, unlink_households
from volunteers.homes.models import Household, HouseholdLink, Resident

DAY = dt.timedelta(days=1)


def days_of(household: Household) -> list[tuple[str, int, int | None]]:
    """Links as (name, days from today, days from today)."""
    today = timezone.localdate()
    rows = household.links.select_related("neighbourhood").order_by("starts_on")
    return [
        (row.neighbourhood.name, (row.starts_on - today).days, (row.ends_on - today).days if row.ends_on else None)
        for row in rows
    ]


def back(homes: Homes, days: int) -> None:
    HouseholdLink.objects.update(starts_on=timezone.localdate() - days * DAY)


def test_a_household_moves_from_a_day_on(homes: Homes, cast: Cast) -> None:
    back(homes, 100)
    start = timezone.localdate() - 3 * DAY
    moved = homes.first[:2]
    count = link_households(
        households=moved, neighbourhood=cast.neighbourhood2, starts_on=start, acting_user=cast.worker
    )
    assert count == 2
    assert days_of(moved[0]) == [("1-1-1邻", -100, -4), ("1-1-2邻", -3, None)]
    assert moved[0].neighbourhood == cast.neighbourhood2
    assert Household.objects.linked_to(cast.neighbourhood).count() == 8
    assert Household.objects.linked_to(cast.neighbourhood, on=start - DAY).count() == 10


def test_linking_again_changes_nothing(homes: Homes, cast: Cast) -> None:
    count = link_households(households=homes.first, neighbourhood=cast.neighbourhood, acting_user=cast.worker)
    assert count == 0
    assert HouseholdLink.objects.count() == 10


def test_a_link_that_never_lasted_a_day_leaves_the_audit_trail_only(homes: Homes, cast: Cast) -> None:
    link_households(households=homes.first[:1], neighbourhood=cast.neighbourhood2, acting_user=cast.worker)
    assert days_of(homes.first[0]) == [("1-1-2邻", 0, None)]
    entries = AuditEntry.objects.filter(act="household.link", data__households__contains=homes.first[0].pk)
    if connection.vendor == "postgresql":
        assert entries.count() == 2


def test_what_is_planned_is_not_overtaken(homes: Homes, cast: Cast) -> None:
    later = timezone.localdate() + 10 * DAY
    one = homes.second[:1]
    link_households(households=one, neighbourhood=cast.neighbourhood2, starts_on=later, acting_user=cast.worker)
    with pytest.raises(Conflict, match="已经安排了"):
        link_households(households=one, neighbourhood=cast.neighbourhood, acting_user=cast.worker)


def test_refusals_say_what_to_change(homes: Homes, cast: Cast) -> None:
    far = timezone.localdate() + 400 * DAY
    for neighbourhood, starts_on, field in (
        (cast.group, None, "neighbourhood"),
        (cast.other_neighbourhood, None, "neighbourhood"),
        (cast.neighbourhood2, far, "starts_on"),
    ):
        with pytest.raises(Invalid) as refused:
            link_households(
                households=homes.second, neighbourhood=neighbourhood, starts_on=starts_on, acting_user=SYSTEM
            )
        assert set(refused.value.errors) == {field}
    with pytest.raises(Invalid, match="先选上"):
        link_households(households=[], neighbourhood=cast.neighbourhood, acting_user=cast.worker)
    type(cast.neighbourhood2).objects.filter(pk=cast.neighbourhood2.pk).update(ends_on=timezone.localdate() - DAY)
    cast.neighbourhood2.refresh_from_db()
    with pytest.raises(Invalid):
        link_households(households=homes.second, neighbourhood=cast.neighbourhood2, acting_user=cast.worker)


def test_leaders_and_strangers_link_nothing(homes: Homes, cast: Cast) -> None:
    for user in (cast.leader, cast.group_leader, cast.area_leader, cast.other_worker, cast.resident):
        with pytest.raises(Denied):
            link_households(households=homes.second, neighbourhood=cast.neighbourhood, acting_user=user)
        with pytest.raises(Denied):
            unlink_households(households=homes.first, reason="试", acting_user=user)


def test_the_database_keeps_one_current_neighbourhood(homes: Homes, cast: Cast) -> None:
    row: dict[str, Any] = {"household": homes.first[0], "neighbourhood": cast.neighbourhood2}
    tomorrow = timezone.localdate() + DAY
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseholdLink.objects.create(**row, starts_on=tomorrow)
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseholdLink.objects.create(**row, starts_on=tomorrow, ends_on=tomorrow - DAY)


def test_unlinking_ends_today_and_says_why(homes: Homes, cast: Cast) -> None:
    back(homes, 5)
    assert unlink_households(households=homes.first[:3], reason="拆迁", acting_user=cast.worker) == 3
    assert days_of(homes.first[0]) == [("1-1-1邻", -5, 0)]
    assert Household.objects.linked_to(cast.neighbourhood, on=timezone.localdate() + DAY).count() == 7
    assert AuditEntry.objects.get(act="household.unlink").reason == "拆迁"
    with time_machine.travel(timezone.now() + DAY):
        assert Household.objects.unlinked().filter(pk=homes.first[0].pk).exists()
        link_households(households=homes.first[:1], neighbourhood=cast.neighbourhood2, acting_user=cast.worker)
    assert days_of(homes.first[0]) == [("1-1-1邻", -5, 0), ("1-1-2邻", 1, None)]


def test_residents_follow_their_household_on_its_day(homes: Homes, cast: Cast) -> None:
    back(homes, 5)
    resident = Resident.objects.get(person=person_of(cast.resident))
    Resident.objects.filter(pk=resident.pk).update(household=homes.first[0])
    soon = timezone.localdate() + 2 * DAY
    link_households(
        households=homes.first[:1], neighbourhood=cast.neighbourhood2, starts_on=soon, acting_user=cast.worker
    )
    assert follow() == 0
    with time_machine.travel(timezone.now() + 2 * DAY):
        assert follow() == 1
    resident.refresh_from_db()
    assert resident.neighbourhood == cast.neighbourhood2
    link_households(households=homes.first[1:2], neighbourhood=cast.neighbourhood2, acting_user=cast.worker)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_one_household_at_once_one_current_link_stays() -> None:
    cast = make_cast()
    homes = make_homes(cast)
    HouseholdLink.objects.update(starts_on=timezone.localdate() - 9 * DAY)
    targets = [cast.neighbourhood, cast.neighbourhood2] * 4
    barrier = threading.Barrier(len(targets))

    def move(target: Any) -> int:
        try:
            barrier.wait(10)
            return link_households(households=homes.first + homes.second, neighbourhood=target, acting_user=SYSTEM)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(targets)) as pool:
        list(pool.map(move, targets))
    for household in homes.first + homes.second:
        current = household.links.active()
        assert current.count() == 1
        assert household.links.filter(ends_on__isnull=True).count() == 1
    assert len({household.neighbourhood for household in homes.first}) == 1
