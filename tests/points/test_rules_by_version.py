"""The rules change by versions: drafted, rehearsed, approved by another, in force from their day, never edited."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody
from foundation.models import Notification
from foundation.streams import unit_key
from rewards.points import editing, rules
from rewards.points.accounts import account_id_of, system_account_id
from rewards.points.editing import Draft
from rewards.points.models import AccountKind, PointsAccount, RuleVersion, Transfer
from rewards.points.posting import month_begins
from rewards.points.rehearsal import last_month, rehearse
from rewards.points.rule_words import differences
from rewards.points.rules import Version, Worth
from rewards.points.services import reverse_transfer
from tests.cast import Cast
from tests.points.by_hand import colleague, days
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import Role


@pytest.fixture(autouse=True)
def fresh_rules() -> Iterator[None]:
    """A version that a test approves is nobody else's."""
    rules.forget()
    yield
    rules.forget()


def draft(**values: Any) -> Draft:
    """The rules in force, with something changed; `points` by code."""
    now = rules.version_in_force()
    points: dict[str, int] = values.pop("points", {})
    lines = [replace(line, points=points.get(line.code, line.points)) for line in now.rules.values()]
    shape: dict[str, Any] = {"ceiling": now.ceiling, "valid_months": now.valid_months, "warn_days": now.warn_days}
    shape |= {"starts_on": days(10), "why": "调解太辛苦了", "lines": lines}
    return Draft(**shape | values)


def drafted(cast: Cast, **values: Any) -> RuleVersion:
    """沈岚 drafts a second version."""
    wished = draft(**values)
    return editing.draft_version(uid=uuid.uuid4(), draft=wished, acting_user=cast.district_clerk)


@pytest.mark.everywhere
def test_a_version_is_approved_by_another_and_begins_by_itself(cast: Cast, time_machine_on: Any) -> None:
    version = drafted(cast, points={"dispute_settled": 6})
    second = colleague(cast.district, Role.DISTRICT_CLERK)
    for user in (cast.district_clerk, cast.street_clerk, cast.worker, cast.leader):
        with pytest.raises(Denied):
            editing.approve_version(version=version, acting_user=user)
    editing.approve_version(version=version, acting_user=second)
    rules.forget()
    assert rules.worth("dispute_settled") == 5
    time_machine_on(days(10))
    assert rules.worth("dispute_settled") == 6
    told = Notification.objects.get(stream_key=f"u:{cast.district.pk}")
    assert told.payload["body"] == "调解太辛苦了"


@pytest.fixture
def time_machine_on(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.date], None]:
    """Go to a day."""

    def go(day: dt.date) -> None:
        monkeypatch.setattr("foundation.clock.today", lambda: day)

    return go


def test_what_is_approved_is_never_changed_and_is_withdrawn_only_before_its_day(
    cast: Cast, time_machine_on: Any
) -> None:
    version = drafted(cast)
    second = colleague(cast.district, Role.DISTRICT_CLERK)
    editing.change_draft(version=version, draft=draft(ceiling=45), acting_user=cast.district_clerk)
    editing.approve_version(version=version, acting_user=second)
    with pytest.raises(Conflict):
        editing.change_draft(version=version, draft=draft(ceiling=50), acting_user=cast.district_clerk)
    time_machine_on(days(10))
    with pytest.raises(Conflict):
        editing.withdraw_version(version=version, acting_user=cast.district_clerk)
    time_machine_on(days(9))
    editing.withdraw_version(version=version, acting_user=cast.district_clerk)
    version.refresh_from_db()
    assert (version.state, version.ceiling) == ("withdrawn", 45)
    day = f"{version.starts_on.month}月{version.starts_on.day}日"
    assert [(one.payload["title"], day in one.payload["body"]) for one in told_to_all(cast)] == [
        (f"积分规则从 {day} 起有变化", False),
        ("积分规则这次不改了", True),
    ]


def told_to_all(cast: Cast) -> list[Notification]:
    """What everybody in the district heard."""
    return list(Notification.objects.filter(stream_key=unit_key(cast.district.pk)).order_by("seq"))


def test_nobody_hears_of_a_draft_that_is_dropped(cast: Cast) -> None:
    editing.withdraw_version(version=drafted(cast), acting_user=cast.district_clerk)
    assert told_to_all(cast) == []


def test_whoever_changes_a_draft_cannot_approve_it(cast: Cast) -> None:
    version = drafted(cast)
    second = colleague(cast.district, Role.DISTRICT_CLERK)
    changed = editing.change_draft(version=version, draft=draft(ceiling=45), acting_user=second)
    with pytest.raises(Denied):
        editing.approve_version(version=changed, acting_user=second)
    editing.approve_version(version=changed, acting_user=cast.district_clerk)


def test_a_draft_that_cannot_be_is_refused(cast: Cast) -> None:
    now = rules.version_in_force()
    by_itself = [line for line in now.rules.values() if not line.by_hand]
    for wished, field in (
        (draft(starts_on=days(0)), "starts_on"),
        (draft(why=" "), "why"),
        (draft(ceiling=0), "ceiling"),
        (draft(lines=by_itself[1:]), "lines"),
        (draft(lines=[*by_itself, by_itself[0]]), "lines"),
    ):
        with pytest.raises(Invalid) as refusal:
            editing.draft_version(uid=uuid.uuid4(), draft=wished, acting_user=cast.district_clerk)
        assert set(refusal.value.errors) == {field}
    uid = uuid.uuid4()
    made = editing.draft_version(uid=uid, draft=draft(), acting_user=cast.district_clerk)
    assert editing.draft_version(uid=uid, draft=draft(), acting_user=cast.district_clerk) == made
    with pytest.raises(DifferentBody):
        editing.draft_version(uid=uid, draft=draft(ceiling=41), acting_user=cast.district_clerk)


def test_a_draft_whose_day_has_come_has_to_be_moved_first(cast: Cast, time_machine_on: Any) -> None:
    version = drafted(cast)
    time_machine_on(days(10))
    with pytest.raises(Conflict, match="日子已经到了"):
        editing.approve_version(version=version, acting_user=colleague(cast.district, Role.DISTRICT_CLERK))


# -- the rehearsal -------------------------------------------------------------------------------------------------


def old_lines(people: int, seed: int) -> list[Transfer]:
    """Lines of last month, dated; each as the rules of then would have had it, some cut by the ceiling."""
    rng, made = random.Random(seed), []
    now = list(rules.version_in_force().rules.values())
    for number in range(people):
        account = account_id_of(Person.objects.create(name=f"人{number}").pk)
        for at in range(rng.randint(1, 9)):
            rule = rng.choice(now)
            quantity = rng.randint(1, rule.most_at_once or 3)
            made.append(
                Transfer(
                    from_account_id=system_account_id(AccountKind.ISSUING), to_account_id=account, rule=rule.code,
                    points=max(1, rule.points * quantity - rng.choice([0, 0, 0, 1])), quantity=quantity,
                    version_number=1, reason="x", source_key=f"old:{number}:{at}:{uuid.uuid4()}",
                    at=month_begins(last_month()) + dt.timedelta(hours=rng.randint(1, 600), seconds=at),
                )
            )  # fmt: skip
    Transfer.objects.bulk_create(made)
    return made


def by_hand(version: Version, lines: list[Transfer]) -> tuple[Counter[str], Counter[str], int]:
    """The same counted line by line, as a child could: then and now by rule, and for how many people it differs."""
    then: Counter[str] = Counter()
    now: Counter[str] = Counter()
    used: dict[Any, int] = defaultdict(int)
    earned: dict[int, int] = defaultdict(int)
    was: dict[int, int] = defaultdict(int)
    old = rules.version_in_force().rules
    for line in sorted(lines, key=lambda one: (one.at, one.pk.hex)):
        then[line.rule] += line.points
        was[line.to_account_id] += line.points
        rule = version.rules.get(line.rule)
        if rule is None:
            continue
        pieces = max(line.quantity, line.points // old[line.rule].points)
        key = (line.to_account_id, line.rule)
        left = None if rule.most_a_month is None else rule.most_a_month - used[key]
        once = rule.pieces(pieces)
        counted = rule.pieces(pieces, left)
        used[key] += once
        given = min(counted * rule.points, version.ceiling - earned[line.to_account_id])
        earned[line.to_account_id] += given
        now[line.rule] += given
    return then, now, sum(was[one] != earned[one] for one in was)


@pytest.mark.everywhere
@pytest.mark.parametrize("seed", [1, 2])
def test_a_rehearsal_counts_as_one_would_by_hand(cast: Cast, seed: int) -> None:
    lines = old_lines(40, seed)
    wished = draft(points={"dispute_settled": 6, "care_contact": 2}, ceiling=22)
    made = [replace(line, most_a_month=2) if line.code == "care_contact" else line for line in wished.lines]
    new = Worth("hand_new", "帮忙搬家", 3, "次", 1, None, True)
    version = editing.as_version(
        drafted(cast, lines=[*(one for one in made if one.code != "case_fixed"), new], ceiling=22)
    )
    found = rehearse(version)
    then, now, people = by_hand(version, lines)
    assert {cost.code: (cost.then, cost.now) for cost in found.rules} == {
        code: (then[code], now[code]) for code in {*rules.version_in_force().rules, "hand_new"}
    }
    assert (found.total.then, found.total.now, found.total.people) == (then.total(), now.total(), people)
    assert found.total.difference == now.total() - then.total()


def test_a_rehearsal_of_the_rules_of_then_changes_nothing_and_leaves_out_what_was_taken_back(cast: Cast) -> None:
    account = account_id_of(cast.leader.person_id or 0)
    PointsAccount.objects.filter(pk=account).update(balance=5)
    line = Transfer.objects.create(
        from_account_id=system_account_id(AccountKind.ISSUING), to_account_id=account, rule="dispute_settled", points=5,
        quantity=1, version_number=1, reason="x", source_key="old:1", at=month_begins(last_month()),
    )  # fmt: skip
    version = rules.version_in_force()
    assert (rehearse(version).total.then, rehearse(version).total.now, rehearse(version).total.people) == (5, 5, 0)
    reverse_transfer(transfer=line, reason="录了两次", acting_user=SYSTEM)
    assert rehearse(version).total.then == 0


def test_few_people_are_not_counted_aloud(cast: Cast, client_for: Callable[[User], Client]) -> None:
    version = drafted(cast, points={"dispute_settled": 9})
    for number in range(4):
        Transfer.objects.create(
            from_account_id=system_account_id(AccountKind.ISSUING), rule="dispute_settled", points=5, quantity=1,
            to_account_id=account_id_of(Person.objects.create(name=f"人{number}").pk), version_number=1, reason="x",
            source_key=f"old:{number}", at=month_begins(last_month()),
        )  # fmt: skip
    page = client_for(cast.district_clerk).get(f"/console/points/rules/{version.uid}/rehearsal/").content.decode()
    assert page.count("不到 5 人") == 2
    assert "+16" in page


# -- what everybody reads ------------------------------------------------------------------------------------------


def test_everybody_reads_the_rules_and_what_will_change(cast: Cast, client_for: Callable[[User], Client]) -> None:
    page = client_for(cast.resident).get("/points/rules/").content.decode()
    for words in ("调解了纠纷", "每件 5 分", "最多 40 分", "管 24 个月", "投票", "从来不给分"):
        assert words in page
    version = drafted(cast, points={"dispute_settled": 6}, ceiling=45)
    assert "有变化" not in client_for(cast.leader).get("/points/rules/").content.decode()
    editing.approve_version(version=version, acting_user=colleague(cast.district, Role.DISTRICT_CLERK))
    rules.forget()
    page = client_for(cast.leader).get("/points/rules/").content.decode()
    assert "有变化" in page
    assert "从每件 5 分，变为每件 6 分" in page
    assert Client().get("/points/rules/").status_code == 302


def test_differences_say_what_is_new_changed_and_gone() -> None:
    old = Worth("a", "甲", 1, "件", None, None, True)
    gone = Worth("b", "乙", 2, "次", None, None, True)
    before = Version(1, timezone.localdate(), 40, 24, 60, {"a": old, "b": gone})
    after = Version(
        2, timezone.localdate(), 40, 12, 60, {"a": replace(old, most_a_month=3), "c": replace(gone, code="c")}
    )
    said = "\n".join(differences(before, after))
    assert "每月最多 3 件" in said
    assert "“乙”不再记分" in said
    assert "新增“乙”" in said
    assert "管 12 个月" in said
