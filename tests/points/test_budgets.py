"""Budgets: filled by two people up to a limit, taken back when unused, never below zero."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody
from rewards.points import awards, budgets
from rewards.points.budgets import Budget
from rewards.points.models import BudgetFill, ManualAward
from rewards.points.services import reverse_transfer
from tests.cast import Cast
from tests.points.by_hand import ask, colleague, days, fund, left_in, together
from volunteers.accounts.models import User
from volunteers.structure import services as structure
from volunteers.structure.models import StructureChange
from volunteers.structure.touches import touched_by
from volunteers.units.models import Role, Unit

Desk = Callable[[User], Client]


def merge(cast: Cast) -> None:
    """月桂社区 takes in 桂花社区, from today on."""
    one, two = cast.community, cast.other_community
    change = structure.draft_change(
        uid=uuid.uuid4(), kind="merge", unit=one, in_force_on=days(1), why="户数太少",
        plan={"units": [str(one.uid), str(two.uid)], "into": str(two.uid)}, acting_user=cast.street_clerk,
    )  # fmt: skip
    structure.record_consultation(change=change, note="大家同意。", acting_user=cast.street_clerk)
    assert "积分预算还有 42 分" in " ".join(touch.text for touch in touched_by(change))
    structure.approve_change(change=change, acting_user=cast.district_clerk)
    StructureChange.objects.filter(pk=change.pk).update(in_force_on=days(0))
    assert structure.enter_due()


def fill(cast: Cast, points: int = 50, **values: Any) -> BudgetFill:
    """罗晴 asks for a budget of the community."""
    given: dict[str, Any] = {"uid": uuid.uuid4(), "unit": cast.community, "points": points, "reason": "下半年"}
    return budgets.ask_fill(**given | {"acting_user": cast.street_clerk} | values)


@pytest.mark.everywhere
def test_two_people_fill_a_budget_and_what_is_unused_goes_back(cast: Cast) -> None:
    asked = fill(cast)
    for user in (cast.street_clerk, cast.worker, cast.other_worker):
        with pytest.raises(Denied):
            budgets.approve_fill(fill=asked, acting_user=user)
    budgets.approve_fill(fill=asked, acting_user=cast.district_clerk)
    assert left_in(cast.community) == 50
    award = ask(cast)[0]
    awards.approve_award(award=award, acting_user=cast.street_clerk)
    with pytest.raises(Conflict):
        budgets.take_back(
            uid=uuid.uuid4(), unit=cast.community, points=46, reason="用不完", acting_user=cast.street_clerk
        )
    uid = uuid.uuid4()
    for _again in range(2):
        budgets.take_back(uid=uid, unit=cast.community, points=40, reason="用不完", acting_user=cast.street_clerk)
    assert budgets.budgets_of([cast.community, cast.street]) == {cast.community.pk: Budget(10, 5, 5)}
    call_command("verify_ledger")


@pytest.mark.everywhere
def test_the_budget_of_a_merged_community_goes_on_in_the_one_that_remains(cast: Cast, client_for: Desk) -> None:
    fund(cast.community, 30)
    fund(cast.other_community, 12)
    waiting, asked = fill(cast), ask(cast)[0]
    merge(cast)
    assert (left_in(cast.community), left_in(cast.other_community)) == (0, 42)
    found = budgets.budgets_of([cast.community, cast.other_community])
    assert found == {cast.community.pk: Budget(0, 0, 0), cast.other_community.pk: Budget(42, 0, 42)}
    budgets.approve_fill(fill=BudgetFill.objects.get(pk=waiting.pk), acting_user=cast.district_clerk)
    awards.approve_award(award=ManualAward.objects.get(pk=asked.pk), acting_user=cast.street_clerk)
    assert left_in(cast.other_community) == 42 + 50 - 5
    call_command("verify_ledger")


def test_what_lies_in_the_budget_of_a_unit_that_ended_is_seen_and_can_be_taken_back(
    cast: Cast, client_for: Desk
) -> None:
    Unit.objects.filter(pk__in=[cast.community.pk, cast.other_community.pk]).update(ends_on=days(-1))
    fund(cast.community, 30)
    page = client_for(cast.street_clerk).get("/console/points/budgets/").content.decode()
    assert f"{cast.community.uid}/back/" in page
    assert f"{cast.other_community.uid}/back/" not in page
    address = f"/console/points/budgets/{cast.community.uid}/back/"
    client = client_for(cast.street_clerk)
    asked = {"uid": str(uuid.uuid4()), "reason": "撤并了"}
    assert client.post(address, asked | {"points": "9" * 30}).status_code in {200, 422}
    assert client.post(address, asked | {"points": "30"}).status_code == 302
    assert left_in(cast.community) == 0


def test_what_is_reversed_comes_back_into_the_budget(cast: Cast) -> None:
    fund(cast.community, 20)
    award = ask(cast)[0]
    given = awards.approve_award(award=award, acting_user=cast.street_clerk)
    assert given.award.transfer
    reverse_transfer(transfer=given.award.transfer, reason="录错了", acting_user=SYSTEM)
    assert budgets.budgets_of([cast.community]) == {cast.community.pk: Budget(20, 0, 20)}


def test_a_budget_never_holds_more_than_its_limit(cast: Cast, settings: Any) -> None:
    settings.POINTS_BUDGET_MOST = 60
    with pytest.raises(Invalid, match="要改") as refusal:
        fill(cast, 61)
    assert "最多放 60 分" in str(refusal.value.errors["points"])
    first, second = fill(cast, 40), fill(cast, 40)
    budgets.approve_fill(fill=first, acting_user=cast.district_clerk)
    with pytest.raises(Conflict, match="现在还有 40 分"):
        budgets.approve_fill(fill=second, acting_user=cast.district_clerk)
    assert left_in(cast.community) == 40


def test_only_clerks_above_keep_budgets_of_their_own_units(cast: Cast) -> None:
    for user in (cast.worker, cast.group_leader):
        with pytest.raises(Denied):
            fill(cast, acting_user=user)
    with pytest.raises(Denied):
        fill(cast, unit=cast.far_community)
    with pytest.raises(Invalid):
        fill(cast, unit=cast.group)
    uid = uuid.uuid4()
    assert fill(cast, uid=uid) == fill(cast, uid=uid)
    with pytest.raises(DifferentBody):
        fill(cast, 51, uid=uid)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_fillings_at_once_do_not_pass_the_limit_together(committed_cast: Cast, settings: Any) -> None:
    settings.POINTS_BUDGET_MOST = 60
    cast = committed_cast
    second = colleague(cast.district, Role.DISTRICT_CLERK)
    one, other = fill(cast, 40), fill(cast, 40)
    answers = together(
        lambda: budgets.approve_fill(fill=one, acting_user=cast.district_clerk),
        lambda: budgets.approve_fill(fill=other, acting_user=second),
    )
    assert answers == ["409", "done"]
    assert left_in(cast.community) == 40
