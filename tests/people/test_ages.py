"""Accounts from fourteen, leaders from eighteen, a guardian for whoever is younger."""

from __future__ import annotations

import datetime as dt

import pytest

from foundation import clock
from foundation.errors import Denied, Invalid
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.accounts.services import user_of_phone
from volunteers.homes.models import Resident
from volunteers.people.models import Consent, Person
from volunteers.people.services import TooYoung, age_on, give_consent, require_age, withdraw_consent


def born(years: int, days: int = 0) -> dt.date:
    """So many years ago, and some days more or less."""
    today = clock.today()
    return today.replace(year=today.year - years) + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("born_on", "day", "years"),
    [
        (dt.date(2012, 3, 1), dt.date(2026, 2, 28), 13),
        (dt.date(2012, 3, 1), dt.date(2026, 3, 1), 14),
        (dt.date(2012, 2, 29), dt.date(2026, 2, 28), 13),
        (dt.date(2012, 2, 29), dt.date(2026, 3, 1), 14),
    ],
)
def test_years_are_full_years(born_on: dt.date, day: dt.date, years: int) -> None:
    assert age_on(born_on, day) == years


def test_a_twelve_year_old_cannot_open_an_account(db: None) -> None:
    child = Person(name="小石头", born_on=born(12))
    child.set_phone("15488889999")
    child.save()
    with pytest.raises(TooYoung):
        user_of_phone("15488889999")
    assert not User.objects.exists()
    child.born_on = born(14)
    child.save()
    assert user_of_phone("15488889999")


def test_a_child_who_signs_in_is_told_kindly(db: None) -> None:
    with pytest.raises(TooYoung) as refused:
        require_age(Person(born_on=born(12)), 14)
    assert "14" in str(refused.value.message)
    require_age(Person(born_on=born(14)), 14)
    require_age(Person(born_on=None), 14)
    with pytest.raises(TooYoung):
        require_age(Person(born_on=born(18, days=1)), 18)


def test_a_childs_consent_needs_a_guardian(cast: Cast) -> None:
    child = Person.objects.create(name="小石头", born_on=born(8))
    guardian = person_of(cast.resident)
    Resident.objects.create(person=child, neighbourhood=cast.neighbourhood)
    with pytest.raises(Invalid):
        give_consent(person=child, document="minors", channel="proxy", acting_user=cast.leader)
    row = give_consent(person=child, document="minors", channel="proxy", acting_user=cast.leader, guardian=guardian)
    assert (row.guardian, row.channel, row.entered_by) == (guardian, "proxy", cast.leader)


def test_nobody_agrees_for_somebody_elses_person(cast: Cast) -> None:
    resident = person_of(cast.resident)
    give_consent(person=resident, document="residents", channel="proxy", acting_user=cast.leader)
    give_consent(person=resident, document="photo", channel="paper", acting_user=cast.worker)
    for user in (cast.leader2, cast.other_worker, cast.stranger):
        with pytest.raises(Denied):
            give_consent(person=resident, document="location", channel="proxy", acting_user=user)
        with pytest.raises(Denied):
            withdraw_consent(person=resident, document="residents", channel="counter", acting_user=user)
    with pytest.raises(Denied):
        give_consent(person=resident, document="location", channel="self", acting_user=cast.leader)
    assert Consent.objects.filter(person=resident).count() == 2
