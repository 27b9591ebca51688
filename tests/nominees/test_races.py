"""Two at once: the same person named, the same level decided, the last household. On PostgreSQL."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.urls import reverse

from events.campaigns.models import Nomination, Seconding, Vetting
from events.campaigns.nominees import nominations, vetting
from foundation.errors import Conflict, Denied
from tests.benefits.making import at_once
from tests.campaigns.making import clerk_of, make_campaign, move_to
from tests.cast import Cast
from tests.nominees.making import agreed, household, neighbour, post_of
from volunteers.units.models import Role

pytestmark = pytest.mark.postgres


def outcome(act: Callable[[], Any]) -> str:
    try:
        act()
    except (Conflict, Denied):
        return "told"
    return "done"


def test_two_name_the_same_leader_and_the_second_one_seconds(committed_cast: Cast) -> None:
    cast, campaign = committed_cast, make_campaign(committed_cast, "nominating")
    people = [neighbour(cast.neighbourhood) for _ in range(6)]
    held = post_of(cast.leader)
    reverse("campaigns")

    def name(number: int) -> str:
        return outcome(
            partial(
                nominations.nominate, uid=uuid.uuid4(), campaign=campaign, appointment=held, why=f"理由{number}",
                acting_user=people[number],
            )
        )  # fmt: skip

    assert Counter(at_once(*(partial(name, number) for number in range(6)))) == {"done": 6}
    row = Nomination.objects.get()
    assert Seconding.objects.count() == row.seconded_count == 5


def test_one_household_from_four_phones_counts_once(committed_cast: Cast) -> None:
    cast, campaign = committed_cast, make_campaign(committed_cast, "nominating")
    row, door = agreed(campaign, cast.leader, cast.group_leader), household(cast.neighbourhood)
    people = [neighbour(cast.neighbourhood, door=door) for _ in range(4)]

    def say(number: int) -> str:
        return outcome(lambda: nominations.second(uid=uuid.uuid4(), nomination=row, acting_user=people[number]))

    assert Counter(at_once(*(partial(say, number) for number in range(4)))) == {"done": 1, "told": 3}
    row.refresh_from_db()
    assert Seconding.objects.count() == row.seconded_count == 1


def test_of_two_vetters_of_a_level_one_decides(committed_cast: Cast) -> None:
    cast, campaign = committed_cast, make_campaign(committed_cast, "nominating")
    row = agreed(campaign, cast.leader, cast.group_leader)
    move_to(campaign, "vetting", cast)
    vetting.vet(uid=uuid.uuid4(), nomination=row, due=0, is_passed=True, reason="属实", acting_user=cast.area_leader)
    users = [cast.worker, *(clerk_of(cast.community, Role.COMMUNITY_WORKER, name) for name in ("甲", "乙", "丙"))]

    def decide(number: int) -> str:
        return outcome(
            partial(
                vetting.vet, uid=uuid.uuid4(), nomination=row, due=1, is_passed=number % 2 == 0, reason=f"看过{number}",
                acting_user=users[number],
            )
        )  # fmt: skip

    assert Counter(at_once(*(partial(decide, number) for number in range(4)))) == {"done": 1, "told": 3}
    one = Vetting.objects.get(level="community")
    row.refresh_from_db()
    assert (one.by in users, row.state) == (True, "agreed" if one.is_passed else "refused")
