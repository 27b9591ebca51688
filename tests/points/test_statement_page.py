"""One's own statement on the phone and on paper: what there is, where it came from, in plain words."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from foundation.actors import SYSTEM
from rewards.points import awards
from rewards.points.accounts import account_id_of, system_account_id
from rewards.points.holds import hold_points
from rewards.points.models import AccountKind, PointsAccount, Transfer
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
