"""Points at a desk, as staff see it: asking, approving, correcting, budgets, rules."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.test import Client

from foundation.actors import SYSTEM
from rewards.points import awards, rules
from rewards.points.models import BudgetFill, ManualAward, RuleVersion, Transfer
from rewards.points.selectors import balance_of
from rewards.points.services import award_points
from tests.cast import Cast, person_of
from tests.points.by_hand import ask, colleague, days, fund, left_in
from volunteers.accounts.models import User
from volunteers.units.models import Role

Desk = Callable[[User], Client]


def said(client: Client, url: str) -> str:
    """The page, with what was just done above it."""
    return str(client.get(url).content.decode())


def form(**values: Any) -> dict[str, Any]:
    """What 何静 types."""
    return {
        "uid": str(uuid.uuid4()), "rule": "dispute_settled", "quantity": "1", "happened_on": days(-1).isoformat(),
        "reason": "楼上漏水两家说和了", "ask": "1",
    } | values  # fmt: skip


def test_nothing_is_filled_in_that_would_be_a_guess(cast: Cast, client_for: Desk) -> None:
    page = said(client_for(cast.worker), "/console/points/awards/new/")
    assert "调解了纠纷（每件 5 分）" in page
    assert "checked" not in page
    for name in ("quantity", "happened_on", "reason"):
        field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
        assert field
        assert "value=" not in field[0]


def test_people_are_found_by_name_and_added_one_after_another(cast: Cast, client_for: Desk) -> None:
    client, url = client_for(cast.worker), "/console/points/awards/new/"
    page = client.post(url, form(add="1", **{"person-q": "周桂兰", "rule": ""})).content.decode()
    assert f'name="people" value="{person_of(cast.leader).uid}"' in page
    assert "楼上漏水" in page
    assert "请填" not in page
    people = [str(person_of(user).uid) for user in (cast.leader, cast.leader2)]
    page = client.post(url, form(people=people, drop=people[0])).content.decode()
    assert people[0] not in page
    assert people[1] in page
    answer = client.post(url, form(people=people[:1], **{"person-q": "马建国"}))
    assert answer.status_code == 302
    assert {row.person_id for row in ManualAward.objects.all()} == {cast.leader.person_id, cast.leader2.person_id}


def test_a_person_out_of_sight_cannot_be_put_into_the_form(cast: Cast, client_for: Desk) -> None:
    client = client_for(cast.worker)
    answer = client.post("/console/points/awards/new/", form(people=[str(person_of(cast.other_leader).uid)]))
    assert answer.status_code == 422
    assert not ManualAward.objects.exists()


def test_one_page_tells_all_before_it_is_approved(cast: Cast, client_for: Desk) -> None:
    fund(cast.community, 30)
    award, twice = ask(cast)[0], ask(cast, reason="又录了一次")[0]
    client = client_for(cast.street_clerk)
    url = f"/console/points/awards/{award.pk}/"
    page = said(client, url)
    for words in ("周桂兰", "按现在的规则", "5 分", "桂花社区的预算", "还有 30 分", "是不是录了两次"):
        assert words in page
    assert "要请另一位同事" in said(client_for(cast.worker), url)
    client.post(f"{url}approve/")
    page = said(client, url)
    assert "批准了，5 分已经到账" in page
    assert "工作人员录入" in page
    answer = client.post(f"/console/points/awards/{twice.pk}/refuse/", {"reason": ""})
    assert answer.status_code == 422
    client.post(f"/console/points/awards/{twice.pk}/refuse/", {"reason": "是同一件"})
    assert "是同一件" in said(client_for(cast.worker), f"/console/points/awards/{twice.pk}/")


def test_many_are_looked_at_before_they_are_approved_and_cuts_are_said(cast: Cast, client_for: Desk) -> None:
    fund(cast.community, 30)
    award_points(
        person_id=cast.leader.person_id or 0, rule="on_duty", points=38, source_key="before", reason="季度在岗",
        unit_id=None, acting_user=SYSTEM,
    )  # fmt: skip
    rows = ask(cast, cast.leader, cast.leader2)
    own = ask(cast, cast.group_leader, by=cast.street_clerk)
    client, uids = client_for(cast.street_clerk), [str(row.pk) for row in [*rows, *own]]
    page = client.post("/console/points/awards/approve/", {"uids": uids}).content.decode()
    assert "这些要请另一位同事来批" in page
    assert ManualAward.objects.filter(state="asked").count() == 3
    client.post("/console/points/awards/approve/", {"uids": uids, "confirm": "1"})
    page = said(client, "/console/points/awards/")
    assert "批准了 2 条" in page
    assert "周桂兰：按规则 5 分，到上限了，记了 2 分" in page
    assert left_in(cast.community) == 23
    late = ask(cast, cast.leader2, reason="第三件")
    answer = client.post("/console/points/awards/refuse/", {"uids": [late[0].pk], "confirm": "1", "reason": ""})
    assert answer.status_code == 422
    client.post("/console/points/awards/refuse/", {"uids": [late[0].pk], "confirm": "1", "reason": "记过了"})
    late[0].refresh_from_db()
    assert late[0].state == "refused"


def test_a_line_is_found_by_its_person_and_taken_back_with_both_in_sight(cast: Cast, client_for: Desk) -> None:
    line = award_points(
        person_id=cast.leader.person_id or 0, rule="hazard_found", source_key="x:1", reason="三楼电线",
        unit_id=cast.neighbourhood.pk, acting_user=SYSTEM,
    )  # fmt: skip
    assert line
    client = client_for(cast.worker)
    found = f"/console/points/lines/?person={person_of(cast.leader).uid}"
    page = said(client, found)
    assert "三楼电线" in page
    assert "余额" not in page
    client.post(f"/console/points/lines/{line.pk}/reverse/", {"reason": "不是这一户"})
    page = said(client, found)
    assert page.index("三楼电线") < page.index("不是这一户")
    assert "已冲正" in page
    assert balance_of(cast.leader.person_id) == 0
    told = client_for(cast.leader).get("/inbox/").content.decode()
    assert "不是这一户" in told
    outside = client_for(cast.other_worker)
    assert outside.get(f"/console/points/lines/{line.pk}/reverse/").status_code == 404
    assert "三楼电线" not in said(outside, found)
    call_command("verify_ledger")


def test_one_entered_twice_at_an_event_is_found_beside_itself(cast: Cast, client_for: Desk) -> None:
    lines = []
    for user, turn in ((cast.leader, ""), (cast.leader2, ""), (cast.leader2, ":2")):
        source = f"clean:{uuid.UUID(int=7)}:{user.person_id}{turn}"
        lines.append(
            award_points(
                person_id=user.person_id or 0, rule="event_hour", quantity=2, source_key=source, reason="大扫除",
                unit_id=cast.neighbourhood.pk, acting_user=SYSTEM,
            )
        )  # fmt: skip
    client = client_for(cast.worker)
    url = f"/console/points/lines/{lines[0].pk}/beside/"  # type: ignore[union-attr]
    page = said(client, url)
    assert page.count("有两笔") == 2
    assert client.post(url, {"reason": "录了两次"}).status_code == 422
    client.post(url, {"uids": [lines[2].pk], "reason": "录了两次"})  # type: ignore[union-attr]
    assert "冲正了 1 笔" in said(client, url)
    assert (balance_of(cast.leader.person_id), balance_of(cast.leader2.person_id)) == (4, 4)
    assert Transfer.objects.filter(reverses__isnull=False).count() == 1


def test_budgets_are_asked_for_and_listed_by_place(cast: Cast, client_for: Desk) -> None:
    client = client_for(cast.street_clerk)
    asked = {"uid": str(uuid.uuid4()), "unit-q": "桂花社区", "points": "50", "reason": "下半年"}
    client.post("/console/points/fills/new/", asked)
    fill = BudgetFill.objects.get()
    assert client.post(f"/console/points/fills/{fill.pk}/approve/").status_code == 403
    client_for(cast.district_clerk).post(f"/console/points/fills/{fill.pk}/approve/")
    award = ask(cast)[0]
    awards.approve_award(award=award, acting_user=cast.street_clerk)
    page = re.sub(r"\s+", "", re.sub(r"<[^>]*>", " ", said(client, "/console/points/budgets/")))
    assert "桂花社区社区50545" in page  # filled, given, left
    assert "石桥社区" not in page
    client.post(
        f"/console/points/budgets/{cast.community.uid}/back/",
        {"uid": str(uuid.uuid4()), "points": "45", "reason": "用不完"},
    )
    assert left_in(cast.community) == 0
    assert client_for(cast.worker).get("/console/points/budgets/").status_code == 302


def rule_fields(version: Any, **changed: str) -> dict[str, str]:
    """The form of a version, as it comes, with something changed."""
    lines = list(version.rules.values())
    data = {"lines-TOTAL_FORMS": str(len(lines) + 2), "lines-INITIAL_FORMS": str(len(lines))}
    for at, line in enumerate(lines):
        for name in ("code", "label", "measure", "points", "most_at_once", "most_a_month"):
            data[f"lines-{at}-{name}"] = str(getattr(line, name) or "")
    return data | changed


def test_rules_are_drafted_rehearsed_and_approved_by_another(cast: Cast, client_for: Desk) -> None:
    client, now = client_for(cast.district_clerk), rules.version_in_force()
    page = said(client, "/console/points/rules/new/")
    assert 'value="调解了纠纷"' in page
    at = len(now.rules)
    head = {"uid": str(uuid.uuid4()), "ceiling": "40", "valid_months": "24", "warn_days": "60", "why": "大家提的"}
    new = {f"lines-{at}-label": "帮忙搬家", f"lines-{at}-measure": "次", f"lines-{at}-points": "3"}
    wrong = client.post("/console/points/rules/new/", head | rule_fields(now) | {"starts_on": days(0).isoformat()})
    assert wrong.status_code == 422
    sent = head | rule_fields(now, **new) | {"starts_on": days(5).isoformat()}
    for _again in range(2):
        assert client.post("/console/points/rules/new/", sent).status_code == 302
    version = RuleVersion.objects.get(number=2)
    assert version.rules.get(label="帮忙搬家").by_hand
    assert version.rules.filter(by_hand=False).count() == 3
    url = f"/console/points/rules/{version.uid}/"
    assert "新增“帮忙搬家”：每次 3 分" in said(client, url)
    assert "只是试算" in said(client, f"{url}rehearsal/")
    assert client.post(f"{url}approve/").status_code == 403
    second = client_for(colleague(cast.district, Role.DISTRICT_CLERK))
    second.post(f"{url}approve/")
    assert second.get(f"{url}edit/").status_code == 409
    rules.forget()
    assert "从" in client_for(cast.leader).get("/points/rules/").content.decode()
    second.post(f"{url}withdraw/")
    version.refresh_from_db()
    assert version.state == "withdrawn"
    rules.forget()
