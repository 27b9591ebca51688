"""What a role lets a person see, and when it ends."""

from __future__ import annotations

import datetime as dt

import pytest

from foundation import clock
from foundation.actors import SYSTEM
from tests.cast import Cast
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Unit
from volunteers.units.rights import Right, forget_grants, has_right, units_where


def test_a_leader_sees_their_own_neighbourhood_only(cast: Cast) -> None:
    assert list(Unit.objects.visible_to(cast.leader)) == [cast.neighbourhood]


def test_a_right_reaches_down_and_never_sideways_or_up(cast: Cast) -> None:
    assert has_right(cast.worker, Right.POST_TASK, cast.neighbourhood)
    assert not has_right(cast.worker, Right.POST_TASK, cast.other_community)
    assert not has_right(cast.worker, Right.POST_TASK, cast.street)
    assert not has_right(cast.leader, Right.POST_TASK, cast.neighbourhood)


def test_the_system_has_every_right_and_a_stranger_none(cast: Cast) -> None:
    assert units_where(SYSTEM, Right.SEE_UNIT).count() == Unit.objects.count()
    assert not units_where(cast.stranger, Right.SEE_UNIT).exists()
    assert not has_right(cast.stranger, Right.SEE_UNIT, cast.neighbourhood)


def test_an_unknown_right_raises(cast: Cast) -> None:
    with pytest.raises(ValueError, match="see_everything"):
        has_right(cast.worker, "see_everything", cast.community)  # type: ignore[arg-type]


def test_access_ends_at_midnight_of_the_last_day(cast: Cast) -> None:
    today = clock.today()
    appointment = Appointment.objects.get(person=cast.leader.person)
    appointment.ends_on = today
    appointment.save(update_fields=["ends_on"])
    assert has_right(cast.leader, Right.CHECK_IN, cast.neighbourhood)
    appointment.ends_on = today - dt.timedelta(days=1)
    appointment.save(update_fields=["ends_on"])
    forget_grants(cast.leader)
    assert not has_right(cast.leader, Right.CHECK_IN, cast.neighbourhood)


def test_people_are_seen_from_above_and_never_by_their_neighbours(cast: Cast) -> None:
    seen = set(Person.objects.visible_to(cast.group_leader).values_list("name", flat=True))
    assert seen == {"许敏", "周桂兰", "马建国"}
    assert list(Person.objects.visible_to(cast.leader)) == [cast.leader.person]


def test_a_sealed_number_is_found_by_its_index_and_opens_only_in_its_row(cast: Cast) -> None:
    person = cast.leader.person
    assert person is not None
    assert Person.objects.by_phone(person.phone).get() == person
    assert person.phone not in person.phone_encrypted
    assert person.masked_phone.endswith(person.phone[-4:])
    assert "****" in person.masked_phone
