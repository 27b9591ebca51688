"""Ten points for a quarter on duty, whether or not anybody opened the app."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command

from rewards.points import duty
from rewards.points.models import Transfer
from tests.cast import Cast, person_of
from tests.points.making import Travel, given, lines_of
from volunteers.units.models import THREE_HEADS, Appointment, Role

QUARTER_END = dt.date(2026, 9, 30)
FIRST = dt.date(2026, 10, 1)


@pytest.mark.everywhere
def test_a_leader_who_never_opened_the_app_gets_ten_points_once(cast: Cast, travel: Travel) -> None:
    travel(FIRST)
    leaders = Appointment.objects.of_roles(THREE_HEADS).values("person_id").distinct().count()
    assert cast.leader.last_login is None
    assert duty.pay_duty() == leaders
    assert duty.pay_duty() == 0
    assert lines_of(cast.leader) == [("on_duty", 10)]
    line = Transfer.objects.get(to_account__person=cast.leader.person)
    assert (line.source_key, line.reason) == (f"on_duty:2026Q3:{cast.leader.person_id}", "三季度在岗")
    assert (line.unit, line.version_number) == (cast.neighbourhood, 1)
    assert lines_of(cast.worker) == lines_of(cast.resident) == []
    call_command("verify_ledger")


def test_who_counts_is_decided_on_the_last_day(cast: Cast, travel: Travel) -> None:
    Appointment.objects.filter(person=cast.leader.person).update(ends_on=QUARTER_END)
    Appointment.objects.filter(person=cast.leader2.person).update(ends_on=QUARTER_END - dt.timedelta(days=1))
    Appointment.objects.filter(person=cast.other_leader.person).update(starts_on=FIRST)
    Appointment.objects.create(
        person=person_of(cast.group_leader), role=Role.NEIGHBOUR_LEADER, unit=cast.neighbourhood2,
        starts_on=QUARTER_END,
    )  # fmt: skip
    travel(FIRST)
    duty.pay_duty()
    assert [lines_of(user) for user in (cast.leader2, cast.other_leader)] == [[], []]
    assert lines_of(cast.leader) == lines_of(cast.group_leader) == [("on_duty", 10)]


def test_only_in_the_first_days_and_within_the_ceiling(
    cast: Cast, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duty, "BATCH", 2)
    travel(dt.date(2026, 10, 16))
    assert duty.pay_duty() == 0
    travel(dt.date(2026, 10, 15))
    given(cast.leader, "hazard_found", "h:1", points=36)
    given(cast.leader2, "hazard_found", "h:2", points=40)
    assert duty.pay_duty() > 0
    assert lines_of(cast.leader) == [("hazard_found", 36), ("on_duty", 4)]
    assert lines_of(cast.leader2) == [("hazard_found", 40)]


def test_the_quarters_of_a_year() -> None:
    days = [dt.date(2026, 1, 1), dt.date(2026, 4, 15), dt.date(2026, 9, 30), dt.date(2026, 12, 31)]
    ends = [duty.quarter_before(day) for day in days]
    assert ends == [dt.date(2025, 12, 31), dt.date(2026, 3, 31), dt.date(2026, 6, 30), QUARTER_END]
    assert [duty.source_of(end, 7) for end in ends[:2]] == ["on_duty:2025Q4:7", "on_duty:2026Q1:7"]
    assert [duty.reason_of(end) for end in ends[:2]] == ["四季度在岗", "一季度在岗"]
