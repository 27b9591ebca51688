"""Places are shared over the streets by largest remainder, in whole numbers."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.campaigns.models import Campaign
from events.campaigns.quota import largest_remainder, leaders_by_street
from tests.campaigns.making import make_campaign
from tests.cast import SINCE, Cast, person_of
from volunteers.units.models import Appointment, Level

counts = st.dictionaries(st.integers(0, 99), st.integers(0, 14_000), min_size=1, max_size=40)


@given(counts, st.integers(0, 1000))
def test_places_add_up_and_nobody_is_a_whole_place_away_from_their_share(leaders: dict[int, int], seats: int) -> None:
    given_out, total = largest_remainder(leaders, seats), sum(leaders.values())
    assert given_out.keys() == leaders.keys()
    assert sum(given_out.values()) == (seats if total else 0)
    for street, count in leaders.items():
        assert abs(given_out[street] * total - count * seats) < max(total, 1)


@given(counts, st.integers(0, 1000))
def test_a_larger_street_never_gets_fewer_and_the_order_of_the_list_only_settles_ties(
    leaders: dict[int, int], seats: int
) -> None:
    given_out = largest_remainder(leaders, seats)
    in_order = sorted(leaders, key=lambda street: leaders[street])
    assert [given_out[street] for street in in_order if leaders[street] == 0] == [0] * list(leaders.values()).count(0)
    for small, large in itertools.pairwise(in_order):
        if leaders[small] < leaders[large]:
            assert given_out[small] <= given_out[large]
    again = largest_remainder(dict(reversed(leaders.items())), seats)
    assert sorted(again.values()) == sorted(given_out.values())


def test_a_hundred_places_over_fourteen_streets_add_up_to_a_hundred() -> None:
    leaders = [1204, 1100, 1043, 1012, 998, 987, 961, 955, 950, 942, 930, 905, 890, 875]
    shared = largest_remainder(dict(enumerate(leaders)), 100)
    assert sum(shared.values()) == 100
    assert list(shared.values()) == [9, 8, 8, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 6]


def test_stand_ins_former_leaders_and_other_roles_are_not_counted(cast: Cast) -> None:
    held = Appointment.objects.get(person=person_of(cast.leader))
    values = {"role": "neighbour_leader", "unit": cast.neighbourhood, "starts_on": SINCE}
    Appointment.objects.create(person=person_of(cast.stranger), stands_in_for=held, **values)
    gone = SINCE + dt.timedelta(days=9)
    Appointment.objects.create(person=person_of(cast.resident), ends_on=gone, **values)
    assert leaders_by_street(cast.district) == {cast.street: 3, cast.other_street: 0}
    Appointment.objects.filter(person=person_of(cast.leader2)).update(ends_on=gone)
    assert leaders_by_street(cast.district)[cast.street] == 2


@pytest.mark.everywhere
def test_every_street_has_its_row_and_the_campaign_keeps_it(cast: Cast) -> None:
    campaign = make_campaign(cast, "approved", winners_count=5)
    rows = {one.street.name: (one.leaders_count, one.winners_count) for one in campaign.quotas.select_related("street")}
    assert rows == {"青禾街道": (3, 5), "临溪街道": (0, 0)}
    Appointment.objects.filter(person=person_of(cast.leader2)).update(ends_on=SINCE + dt.timedelta(days=9))
    assert Campaign.objects.get(pk=campaign.pk).quotas.get(street=cast.street).leaders_count == 3
    assert cast.street.level == Level.STREET
