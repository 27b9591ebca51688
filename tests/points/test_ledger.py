"""Books that always balance, and that only their owner reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid
from rewards.points.models import PointsAccount, Transfer
from rewards.points.selectors import statement
from rewards.points.services import award_points, reverse_transfer
from tests.cast import Cast
from volunteers.accounts.models import User


def award(user: User, source: str = "test:1", points: int = 1) -> Transfer:
    """Give a person points."""
    assert user.person_id
    line = award_points(
        person_id=user.person_id, rule="task_done", points=points, source_key=source, reason="看楼道", unit_id=None,
        acting_user=SYSTEM,
    )  # fmt: skip
    assert line
    return line


@pytest.mark.everywhere
def test_a_source_is_paid_once(cast: Cast) -> None:
    first = award(cast.leader)
    assert award(cast.leader) == first
    assert statement(cast.leader.person_id).balance == 1
    call_command("verify_ledger")


@pytest.mark.everywhere
def test_a_mistake_is_a_second_line_and_both_stay(cast: Cast) -> None:
    line = award(cast.leader, points=4)
    with pytest.raises(Denied):
        reverse_transfer(transfer=line, reason="录了两次", acting_user=cast.leader)
    with pytest.raises(Invalid):
        reverse_transfer(transfer=line, reason=" ", acting_user=cast.worker)
    back = reverse_transfer(transfer=line, reason="录了两次", acting_user=cast.worker)
    assert reverse_transfer(transfer=line, reason="再来一次", acting_user=cast.worker) == back
    with pytest.raises(Conflict):
        reverse_transfer(transfer=back, reason="冲正冲正", acting_user=cast.worker)
    shown = statement(cast.leader.person_id)
    assert shown.balance == 0
    assert sorted(entry.points for entry in shown.lines) == [-4, 4]
    call_command("verify_ledger")


@pytest.mark.everywhere
def test_a_line_cannot_be_changed_or_deleted_by_anybody(cast: Cast) -> None:
    line = award(cast.leader)
    for statement_ in ("UPDATE points_transfer SET points = 99", "DELETE FROM points_transfer"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement_)
    line.refresh_from_db()
    assert line.points == 1


@pytest.mark.everywhere
def test_a_balance_never_falls_below_zero(cast: Cast) -> None:
    award(cast.leader)
    with pytest.raises(IntegrityError), transaction.atomic():
        PointsAccount.objects.filter(person=cast.leader.person).update(balance=-1)


def test_the_verifier_finds_a_balance_that_was_moved_by_hand(cast: Cast) -> None:
    award(cast.leader)
    PointsAccount.objects.filter(person=cast.leader.person).update(balance=50)
    with pytest.raises(CommandError, match="is 50, its lines add up to 1"):
        call_command("verify_ledger")


def test_everybody_reads_their_own_points_and_nobody_elses(cast: Cast, client_for: Callable[[User], Client]) -> None:
    award(cast.leader, points=7)
    assert client_for(cast.leader).get("/api/points/").json()["balance"] == 7
    for user in (cast.leader2, cast.group_leader, cast.worker, cast.district_clerk):
        client = client_for(user)
        assert client.get("/api/points/").json()["balance"] == 0
        assert "看楼道" not in client.get("/points/").content.decode()
        assert client.get(f"/points/?person={cast.leader.person_id}").content.decode().count("看楼道") == 0
