"""The recount of the whole ledger: silent where all is well, and naming what was touched by hand."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from foundation import append_only
from foundation.actors import SYSTEM
from foundation.models import Notification
from rewards.points import nightly
from rewards.points.accounts import budget_account_id, provider_account_id, system_account_id
from rewards.points.books import verify
from rewards.points.holds import hold_points, post_hold, void_hold
from rewards.points.models import AccountKind, Hold, MonthEarned, PointsAccount, RuleVersion, Transfer
from rewards.points.seal_models import LedgerCheck
from rewards.points.services import award_points, move_points, reverse_transfer
from tests.cast import Cast, person_of
from volunteers.accounts.models import User


def give(user: User, rule: str, source: str, quantity: int = 1, budget: int | None = None) -> Transfer:
    """An award by the rules."""
    line = award_points(
        person_id=person_of(user).pk, rule=rule, quantity=quantity, source_key=source, reason="看楼道", unit_id=None,
        acting_user=SYSTEM, from_account_id=budget,
    )  # fmt: skip
    assert line
    return line


def move(from_id: int, to_id: int, points: int, source: str) -> Transfer:
    """A move of the system."""
    return move_points(
        from_account_id=from_id, to_account_id=to_id, points=points, rule="settle", source_key=source, reason="结算",
        unit_id=None, acting_user=SYSTEM,
    )  # fmt: skip


@pytest.fixture
def circle(cast: Cast) -> Transfer:
    """Every sort of line: awards, one cut by the ceiling, budget, store, settlement, expiry, a reversal, holds."""
    first = give(cast.leader, "on_duty", "duty:1")
    for number in range(3):
        give(cast.leader, "suggestion_adopted", f"idea:{number}")
    cut = [give(cast.leader2, rule, f"{rule}:2") for rule in ("on_duty", "suggestion_adopted")]
    cut += [give(cast.leader2, "event_hour", f"event:{n}", quantity=2) for n in range(4)]
    cut.append(give(cast.leader2, "dispute_settled", "dispute"))  # full: 4 of 5
    budget = budget_account_id(cast.community.pk)
    move(system_account_id(AccountKind.ISSUING), budget, 50, "budget:1")
    give(cast.other_leader, "hazard_found", "hazard:1", budget=budget)
    reverse_transfer(transfer=cut[0], reason="录了两次", acting_user=SYSTEM)
    shop = provider_account_id(uuid.uuid4())
    until = timezone.now() + dt.timedelta(days=1)
    holds = [
        hold_points(
            id=uuid.uuid4(), person_id=person_of(cast.leader).pk, points=points, reason="一袋米", until=until,
            unit_id=None, acting_user=SYSTEM,
        )
        for points in (3, 4, 5)
    ]  # fmt: skip
    post_hold(hold=holds[0], to_account_id=shop, rule="store", acting_user=SYSTEM)
    void_hold(hold=holds[1], reason="不要了", acting_user=SYSTEM)
    move(shop, system_account_id(AccountKind.SETTLED), 3, "settle:1")
    move(first.to_account_id, system_account_id(AccountKind.EXPIRY), 2, "expiry:1")
    return first


@pytest.mark.everywhere
def test_books_that_balance_have_no_fault(circle: Transfer) -> None:
    verdict = verify()
    assert verdict.faults == []
    assert (verdict.transfers, verdict.accounts) == (17, PointsAccount.objects.count())
    told = io.StringIO()
    call_command("verify_ledger", stdout=told)
    assert "17 笔" in told.getvalue()


def _change(line: Transfer, **values: object) -> None:
    """As somebody would who owns the database and has lifted the guard."""
    with append_only.lifted():
        Transfer.objects.filter(pk=line.pk).update(**values)


def _system_balance(line: Transfer) -> None:
    PointsAccount.objects.filter(kind=AccountKind.EXPIRY).update(balance=3)


def _other_points(line: Transfer) -> None:
    back = Transfer.objects.get(reverses__isnull=False)
    _change(back, points=back.points + 1)


def _posted_without_line(line: Transfer) -> None:
    Hold.objects.filter(state="voided").update(state="posted")


def _unknown_version(line: Transfer) -> None:
    _change(line, version_number=7)


def _draft(line: Transfer) -> None:
    RuleVersion.objects.update(state="draft")


def _more_than_it_is_worth(line: Transfer) -> None:
    _change(line, points=12)


def _less_than_it_is_worth(line: Transfer) -> None:
    _change(Transfer.objects.get(source_key="hazard:1"), points=1)


TOUCHES: dict[str, Callable[[Transfer], object]] = {
    "the balance of account": lambda line: PointsAccount.objects.filter(pk=line.to_account_id).update(balance=50),
    "all accounts together come to": lambda line: PointsAccount.objects.filter(kind="budget").update(balance=99),
    "belongs to nobody (expiry), but keeps a balance of 3": _system_balance,
    "held, its open holds add up to 5": lambda line: PointsAccount.objects.filter(pk=line.to_account_id).update(held=6),
    "points was posted as line": lambda line: Hold.objects.filter(state="posted").update(points=9),
    "but its line is missing": _posted_without_line,
    "with other points or sides": _other_points,
    "which never was in force": _unknown_version,
    "names version 1 of the rules, which never was in force": _draft,
    "does not have": lambda line: _change(line, rule="opened_the_app"),
    "more than version 1 allows": _more_than_it_is_worth,
    "instead of 5, and the month was not full": _less_than_it_is_worth,
    "and names no version of the rules": lambda line: _change(
        Transfer.objects.get(source_key="hazard:1"), version_number=None
    ),
    "points are noted for person": lambda line: MonthEarned.objects.update(points=39),
    "nothing is noted for person": lambda line: MonthEarned.objects.all().delete(),
    "the ceiling is 20": lambda line: RuleVersion.objects.update(ceiling=20),
    "the account of the system for settled is missing": lambda line: PointsAccount.objects.filter(
        kind="settled"
    ).update(kind="provider", owner_uid=uuid.uuid4()),
}


@pytest.mark.parametrize("words", TOUCHES)
def test_every_touch_by_hand_is_found_and_named(circle: Transfer, words: str) -> None:
    TOUCHES[words](circle)
    with pytest.raises(CommandError) as found:
        call_command("verify_ledger")
    assert words in str(found.value)


@pytest.mark.everywhere
def test_a_changed_line_shows_in_its_account_and_its_month(circle: Transfer) -> None:
    _change(circle, points=9)
    faults = " ".join(verify().faults)
    for words in (f"the balance of account {circle.to_account_id} is", "points are noted for person", str(circle.pk)):
        assert words in faults


@pytest.mark.everywhere
def test_a_recount_looks_only(circle: Transfer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM foundation_auditentry")
        before = cursor.fetchone()
        verify()
        cursor.execute("SELECT COUNT(*) FROM foundation_auditentry")
        assert cursor.fetchone() == before


def test_a_fault_found_at_night_is_told_to_the_district_once(
    circle: Transfer, cast: Cast, client_for: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(day: int, hour: int) -> None:
        moment = dt.datetime(2030, 1, day, hour, tzinfo=timezone.get_default_timezone())
        monkeypatch.setattr("foundation.clock.now", lambda: moment)
        monkeypatch.setattr("foundation.clock.today", moment.date)
        nightly.recount_at_night()

    def panel(user: User) -> bool:
        return "积分账要看一看" in client_for(user).get("/console/").content.decode()

    at(1, 14)
    assert not LedgerCheck.objects.exists()
    at(1, 2)
    assert nightly.alarms() == []
    assert not panel(cast.district_clerk)
    PointsAccount.objects.filter(pk=circle.to_account_id).update(balance=50)
    at(2, 2)
    at(2, 3)
    told = Notification.objects.filter(kind="ledger")
    assert [(one.stream_key, one.roles) for one in told] == [(f"u:{cast.district.pk}", ["district_clerk"])]
    assert LedgerCheck.objects.get(pk="2030-01-02").fault_count
    assert panel(cast.district_clerk)
    assert not panel(cast.worker)
    LedgerCheck.objects.create(day=dt.date(2030, 1, 3))
    at(4, 12)
    assert "没有核对完" in nightly.alarms()[1]
