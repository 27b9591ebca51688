"""One's own statement on the phone and on paper: what there is, where it came from, in plain words."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from foundation.actors import SYSTEM
from rewards.points import awards
from rewards.points.accounts import account_id_of, system_account_id
from rewards.points.holds import hold_points
from rewards.points.models import AccountKind, PointsAccount, Transfer
from rewards.points.selectors import statement
from rewards.points.services import award_points, reverse_transfer
from tests.cast import Cast
from tests.points.by_hand import ask, fund
from volunteers.accounts.models import User

Phone = Callable[[User], Client]


def read(client: Client, url: str = "/points/") -> str:
    """What one reads, without the markup."""
    page = client.get(url).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main))


def give(user: User, source: str, by: User | object = SYSTEM, **values: object) -> Transfer:
    """A line by rule."""
    given = {"rule": "task_done", "reason": "看楼道", "unit_id": None, "source_key": source}
    line = award_points(person_id=user.person_id or 0, acting_user=by, **given | values)  # type: ignore[arg-type]
    assert line
    return line


def test_it_says_what_there_is_what_is_free_and_how_much_this_month(cast: Cast, client_for: Phone) -> None:
    give(cast.leader, "a", rule="on_duty", reason="三季度在岗")
    hold_points(
        id=uuid.uuid4(), person_id=cast.leader.person_id or 0, points=4, reason="一桶油", unit_id=None,
        until=timezone.now() + dt.timedelta(days=3), acting_user=SYSTEM,
    )  # fmt: skip
    text = read(client_for(cast.leader))
    for words in (
        "10 分",
        "大约能换 10 元",
        "现在能用 6 分",
        "4 分先给您留着",
        "一桶油",
        "这个月得了 10 分，一个月最多 40 分",
    ):
        assert words in text
    assert "三季度在岗" in text
    assert "三季度在岗" not in read(client_for(cast.leader2))


def test_a_reversal_stands_with_what_it_takes_back_in_its_month(cast: Cast, client_for: Phone) -> None:
    account = account_id_of(cast.leader.person_id or 0)
    PointsAccount.objects.filter(pk=account).update(balance=3)
    old = Transfer.objects.create(
        from_account_id=system_account_id(AccountKind.ISSUING), to_account_id=account, rule="task_done", points=3,
        reason="旧的一件", source_key="old", at=timezone.now() - dt.timedelta(days=70), version_number=1,
    )  # fmt: skip
    give(cast.leader, "b", reason="新的一件")
    reverse_transfer(transfer=old, reason="录了两次", acting_user=SYSTEM)
    text = read(client_for(cast.leader))
    month = timezone.localtime(old.at)
    order = [
        text.index(words) for words in ("这个月 ", "新的一件", f"{month.year}年{month.month}月", "旧的一件", "录了两次")
    ]
    assert order == sorted(order)
    assert text.count("录了两次") == 1
    assert "已冲正" in text


def test_who_confirmed_is_told_as_a_role_never_as_a_name(cast: Cast, client_for: Phone) -> None:
    give(cast.leader, "c", by=cast.group_leader)
    give(cast.leader, "d", by=cast.leader, reason="自己报的")
    fund(cast.community)
    awards.approve_award(award=ask(cast)[0], acting_user=cast.street_clerk)
    text = read(client_for(cast.leader))
    assert text.count("组长确认") == 1
    assert "邻长确认" not in text
    assert text.count("工作人员录入") == 1
    for name in ("许敏", "罗晴", "何静"):
        assert name not in text


def test_an_empty_one_says_how_points_come(cast: Cast, client_for: Phone) -> None:
    text = read(client_for(cast.leader))
    assert "还没有积分" in text
    assert "季度在岗" in text
    assert "打印一张" not in text


def test_on_paper_it_has_the_name_and_what_was_left_after_each_line(cast: Cast, client_for: Phone) -> None:
    give(cast.leader, "e")
    give(cast.leader, "f", rule="on_duty", reason="三季度在岗")
    text = read(client_for(cast.leader), "/points/print/")
    assert "周桂兰 的积分" in text
    assert "一共 11 分" in text
    assert re.search(r"三季度在岗.*\+10\s+11\s.*看楼道.*\+1\s+1\s", text)


def many(cast: Cast, count: int) -> None:
    """So many lines of one point, a day apart, the newest yesterday."""
    account = account_id_of(cast.leader.person_id or 0)
    PointsAccount.objects.filter(pk=account).update(balance=count)
    Transfer.objects.bulk_create(
        Transfer(
            from_account_id=system_account_id(AccountKind.ISSUING), to_account_id=account, rule="task_done", points=1,
            reason=f"第{number}件事", source_key=f"many:{number}", version_number=1,
            at=timezone.now() - dt.timedelta(days=count - number + 1),
        )
        for number in range(1, count + 1)
    )  # fmt: skip


@pytest.mark.parametrize(("url", "size"), [("/points/", 100), ("/points/print/", 200)])
def test_a_long_one_goes_on_for_as_long_as_there_is_something(
    cast: Cast, client_for: Phone, url: str, size: int
) -> None:
    many(cast, 2 * size + 5)
    client = client_for(cast.leader)
    first, last = read(client, url), read(client, f"{url}?page=3")
    assert f"第 1 到第 {size} 笔" in first
    assert "看更早的" in first
    assert "第1件事" not in first
    assert "第5件事" in last
    assert "第1件事" in last
    assert "看更近的" in last
    assert "看更早的" not in last
    for page in ("4", "0", "x", "99999"):
        assert client.get(f"{url}?page={page}").status_code == 404
    told = statement(cast.leader.person_id, size, 2 * size)
    assert [line.after for line in told.lines] == [5, 4, 3, 2, 1]


def test_a_short_one_says_nothing_of_pages(cast: Cast, client_for: Phone) -> None:
    give(cast.leader, "g")
    assert "最近的在前" not in read(client_for(cast.leader))


def test_of_what_runs_out_the_first_day_is_told_as_that_of_the_first(cast: Cast, client_for: Phone) -> None:
    account = account_id_of(cast.leader.person_id or 0)
    PointsAccount.objects.filter(pk=account).update(balance=7)
    two_years = (timezone.localtime() - dt.timedelta(days=730)).replace(hour=12)
    for number, days in enumerate((20, 40)):
        Transfer.objects.create(
            from_account_id=system_account_id(AccountKind.ISSUING), to_account_id=account, rule="task_done",
            points=3 + number, reason="旧的", source_key=f"old:{number}", at=two_years + dt.timedelta(days=days),
            version_number=1,
        )  # fmt: skip
    text = read(client_for(cast.leader))
    assert "有 7 分快到期，最早的一批用到" in text
