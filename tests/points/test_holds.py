"""Points set aside: held, then spent, given free or run out; never spent twice."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from foundation.actors import SYSTEM
from foundation.errors import Conflict, Invalid
from foundation.idempotency import DifferentBody
from rewards.points import holds
from rewards.points.accounts import provider_account_id
from rewards.points.models import Hold, PointsAccount
from rewards.points.selectors import balance_of, spendable_of, statement
from tests.cast import Cast, person_of
from tests.points.making import Travel, given

DAY = dt.date(2026, 11, 20)


def hold(cast: Cast, points: int = 6, **more: Any) -> Hold:
    """The leader sets points aside for a bag of rice."""
    asked: dict[str, Any] = {
        "id": uuid.uuid4(), "person_id": person_of(cast.leader).pk, "points": points, "reason": "一袋米",
        "until": dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC), "unit_id": cast.community.pk, "acting_user": cast.leader,
    }  # fmt: skip
    return holds.hold_points(**(asked | more))


@pytest.fixture
def ten(cast: Cast, travel: Travel) -> Cast:
    """The leader has ten points."""
    travel(DAY)
    given(cast.leader, "on_duty")
    return cast


def free(cast: Cast) -> tuple[int, int]:
    """Balance, and what of it can be spent."""
    return balance_of(cast.leader.person_id), spendable_of(cast.leader.person_id)


def test_what_is_held_cannot_be_held_again(ten: Cast) -> None:
    one = hold(ten)
    assert hold(ten, id=one.pk) == one
    assert free(ten) == (10, 4)
    with pytest.raises(DifferentBody):
        hold(ten, id=one.pk, points=2)
    with pytest.raises(Conflict, match="再攒一攒"):
        hold(ten, points=5)
    with pytest.raises(Invalid):
        hold(ten, points=0)
    hold(ten, points=4)
    assert free(ten) == (10, 0)
    assert [(held.points, held.reason) for held in statement(ten.leader.person_id).holds] == [
        (6, "一袋米"),
        (4, "一袋米"),
    ]


def test_posted_once_and_then_never_voided(ten: Cast) -> None:
    one, store = hold(ten), provider_account_id(uuid.uuid4())
    line = holds.post_hold(hold=one, to_account_id=store, rule="redeem", acting_user=ten.worker)
    again = holds.post_hold(hold=Hold.objects.get(), to_account_id=store, rule="redeem", acting_user=ten.worker)
    assert again == line
    assert (line.points, line.reason, line.actor_id) == (6, "一袋米", ten.worker.pk)
    with pytest.raises(Conflict):
        holds.void_hold(hold=one, reason="不要了", acting_user=ten.worker)
    assert free(ten) == (4, 4)
    assert PointsAccount.objects.get(pk=store).balance == 6


def test_voided_points_are_free_again_once(ten: Cast) -> None:
    one = hold(ten)
    for _twice in range(2):
        holds.void_hold(hold=one, reason="没有货了", acting_user=ten.worker)
    assert free(ten) == (10, 10)
    with pytest.raises(Conflict, match="重新兑换"):
        holds.post_hold(hold=one, to_account_id=provider_account_id(uuid.uuid4()), rule="redeem", acting_user=SYSTEM)


def test_a_hold_runs_out_and_whoever_asked_for_it_hears(
    ten: Cast, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Hold] = []

    def fails_first(hold: Hold) -> None:
        if not heard:
            heard.append(hold)
            raise OSError
        heard.append(hold)

    monkeypatch.setattr(holds, "_expired", [fails_first])
    one, two = hold(ten, points=3), hold(ten, points=4, until=dt.datetime(2026, 11, 28, tzinfo=dt.UTC))
    travel(dt.date(2026, 11, 26))
    assert holds.let_run_out() == 0
    travel(dt.date(2026, 11, 29))
    with pytest.raises(Conflict):
        holds.post_hold(hold=one, to_account_id=provider_account_id(uuid.uuid4()), rule="redeem", acting_user=SYSTEM)
    assert holds.let_run_out() == 1  # the first one's listener failed: nothing of it happened
    assert free(ten) == (10, 7)
    assert holds.let_run_out() == 1
    assert (free(ten), holds.let_run_out()) == ((10, 10), 0)
    assert heard == [one, two, one]
