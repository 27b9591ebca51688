"""Reports of rewards: equal to a count over the lines themselves, inside the reader's places, and never of a person."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from foundation.actors import SYSTEM
from foundation.models import AuditEntry
from rewards.benefits.models import (
    Benefit,
    BenefitPackage,
    Entitlement,
    Merchant,
    RefusalReport,
    Voucher,
    VoucherUse,
    VoucherVoid,
)
from rewards.points.accounts import account_id_of, budget_account_id, provider_account_id, system_account_id
from rewards.points.holds import hold_points
from rewards.points.models import AccountKind, Transfer
from rewards.points.services import award_points
from rewards.reports.models import Flow, MonthPoints, MonthUses
from rewards.reports.rollup import POINTS, USES, count_points, count_uses, roll_up, rolled_up_until
from rewards.reports.veil import Cell, rate, veil
from rewards.store.models import Category, Goods, Movement, Store, Why
from tests.cast import SINCE, Cast, person_of
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import Unit

ClientFor = Callable[[User], Client]
TODAY = timezone.localdate()
THIS = TODAY.replace(day=1)
LAST = (THIS - dt.timedelta(days=1)).replace(day=1)
BEFORE = (LAST - dt.timedelta(days=1)).replace(day=1)
MONTHS = f"from={BEFORE:%Y-%m}&to={THIS:%Y-%m}"


def person(number: int) -> int:
    """Somebody."""
    return int(Person.objects.create(name=f"某{number}").pk)


def line(giver: int, taker: int, points: int, day: dt.date, unit: Unit | None, *rule: str) -> Transfer:
    """A line of a day, as the books would have it."""
    at = dt.datetime.combine(day, dt.time(10), timezone.get_default_timezone())
    return Transfer.objects.create(
        from_account_id=giver, to_account_id=taker, points=points, rule="".join(rule) or "task_done", reason="看楼道",
        source_key=str(uuid.uuid4()), unit_id=unit.pk if unit else None, at=at,
    )  # fmt: skip


@pytest.fixture
def months(cast: Cast) -> dict[str, int]:
    """Two months: seven people of one community, three of another, five lines of no unit; spent, run out, undone."""
    issuing = system_account_id(AccountKind.ISSUING)
    shop, budget = provider_account_id(uuid.uuid4()), budget_account_id(cast.community.pk)
    people = [account_id_of(person(number)) for number in range(12)]
    for account in people[:7]:
        line(issuing, account, 10, LAST, cast.neighbourhood, "on_duty")
        line(issuing, account, 1, BEFORE, cast.neighbourhood2)
    for account in people[7:10]:
        line(issuing, account, 5, LAST, cast.other_neighbourhood, "hazard_found")
    for account in people[5:10]:
        line(issuing, account, 2, LAST, None)
    line(issuing, budget, 100, LAST, cast.community, "budget")
    wrong = line(budget, people[0], 5, LAST, cast.group, "hazard_found")
    for account in people[:6]:
        line(account, shop, 3, LAST, cast.community, "store")
    line(shop, system_account_id(AccountKind.SETTLED), 18, LAST, cast.community, "store_settled")
    line(people[0], system_account_id(AccountKind.EXPIRY), 1, LAST, cast.neighbourhood, "expired")
    line(people[0], budget, 5, LAST, cast.group, "hazard_found")
    Transfer.objects.create(
        from_account_id=people[1], to_account_id=issuing, points=10, rule="on_duty", reason="重复",
        source_key="reverse:1", unit=cast.neighbourhood, at=wrong.at,
        reverses=Transfer.objects.get(to_account_id=people[1], rule="on_duty"),
    )  # fmt: skip
    run_all()
    return {"shop": shop}


def run_all() -> None:
    """As the worker does, until nothing is left to do."""
    for table in (POINTS, USES):
        while roll_up(table, before=TODAY):
            pass


def _sums() -> dict[tuple[str, str, int | None], int]:
    rows = MonthPoints.objects.values_list("flow", "rule", "unit_id").annotate(Sum("points")).order_by()
    return {(flow, rule, unit): points for flow, rule, unit, points in rows}


@pytest.mark.everywhere
def test_the_months_are_equal_to_a_count_over_the_lines(cast: Cast, months: dict[str, int]) -> None:
    here, there = cast.community.pk, cast.other_community.pk
    assert _sums() == {
        (Flow.ISSUED, "on_duty", here): 70,
        (Flow.ISSUED, "task_done", here): 7,
        (Flow.ISSUED, "hazard_found", here): 5,
        (Flow.ISSUED, "hazard_found", there): 15,
        (Flow.ISSUED, "task_done", None): 10,
        (Flow.SPENT, "store", here): 18,
        (Flow.SETTLED, "store_settled", here): 18,
        (Flow.EXPIRED, "expired", here): 1,
        (Flow.REVERSED, "on_duty", here): 10,
    }
    assert MonthPoints.objects.get(rule="on_duty", flow=Flow.ISSUED).heads == 7
    assert rolled_up_until() in {TODAY, None}


def test_counting_again_changes_nothing_and_a_new_day_is_added(cast: Cast, months: dict[str, int]) -> None:
    before = _sums()
    assert not roll_up(POINTS, before=TODAY)
    assert _sums() == before
    line(system_account_id(AccountKind.ISSUING), account_id_of(person_of(cast.leader).pk), 1, TODAY, cast.neighbourhood)
    assert not roll_up(POINTS, before=TODAY)
    assert roll_up(POINTS, before=TODAY + dt.timedelta(days=1))
    assert sum(_sums().values()) == sum(before.values()) + 1
    counted = [
        (row.unit_id, row.rule, str(row.flow), row.points, row.lines, row.heads)
        for row in count_points(_midnight(LAST), _midnight(THIS))
    ]
    stored = MonthPoints.objects.filter(month=LAST).values_list("unit_id", "rule", "flow", "points", "lines", "heads")
    assert sorted(map(str, counted)) == sorted(map(str, stored))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), timezone.get_default_timezone())


def shown(client: Client, page: str, unit: Unit, more: str = MONTHS) -> str:
    """The text of a report, without its tags."""
    answer = client.get(f"/console/rewards/reports/{page}/?unit={unit.uid}&{more}")
    assert answer.status_code == 200
    main = answer.content.decode().split("<main", 1)[-1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def test_a_place_opens_to_the_places_below_and_a_rule_to_its_months(
    cast: Cast, months: dict[str, int], client_for: ClientFor
) -> None:
    client = client_for(cast.district_clerk)
    text = shown(client, "points", cast.district)
    assert "青禾街道 97 18" in text
    assert "季度在岗 70" in text
    assert f"{LAST:%Y-%m} 100 18" in text
    address = f"?unit={cast.street.uid}&from={BEFORE:%Y-%m}&to={THIS:%Y-%m}"
    assert address in client.get(f"/console/rewards/reports/points/{address}").content.decode().replace("&amp;", "&")
    assert "桂花社区 70" in shown(client, "points", cast.street, f"{MONTHS}&rule=on_duty")


def test_few_people_are_hidden_and_cannot_be_worked_out(
    cast: Cast, months: dict[str, int], client_for: ClientFor
) -> None:
    client = client_for(cast.street_clerk)
    text = shown(client, "points", cast.street)
    assert "月桂社区 人少不显示" in text
    assert "桂花社区 人少不显示" in text  # with the total of both, it would tell the other
    assert "15" not in text.split("按规则")[0].split("桂花社区")[1][:40]
    assert "发现了隐患 人少不显示" in shown(client, "points", cast.community)
    for page in ("points", "promises", "costs"):
        assert "某" not in shown(client, page, cast.community)


def test_one_person_under_five_rules_is_one_person(cast: Cast, client_for: ClientFor) -> None:
    issuing, alone = system_account_id(AccountKind.ISSUING), account_id_of(person(1))
    for rule in ("on_duty", "task_done", "hazard_found", "care_contact", "event_hour"):
        line(issuing, alone, 10, LAST, cast.neighbourhood, rule)
    line(budget_account_id(cast.community.pk), alone, 10, LAST, cast.neighbourhood, "on_duty")
    run_all()
    for unit in (cast.district, cast.street, cast.community):
        text = shown(client_for(cast.district_clerk), "points", unit)
        assert "60" not in text
        assert f"{LAST:%Y-%m} 人少不显示" in text
        assert "合计 人少不显示" in text


def test_what_a_page_hides_no_page_behind_its_links_tells(
    cast: Cast, months: dict[str, int], client_for: ClientFor
) -> None:
    client = client_for(cast.street_clerk)
    street = shown(client, "points", cast.street)
    assert "桂花社区 人少不显示" in street
    community = shown(client, "points", cast.community)
    assert "合计 人少不显示" in community
    assert " 82 " not in community
    assert f"{LAST:%Y-%m} 人少不显示" in community
    file = client.post(f"/console/rewards/reports/points/export/?unit={cast.community.uid}&{MONTHS}", {"format": "csv"})
    assert "82" not in b"".join(file).decode("utf-8-sig")
    assert "发现了隐患 人少不显示" in shown(client, "points", cast.community)


def test_a_rule_that_is_hidden_tells_nothing_on_its_own_page(cast: Cast, client_for: ClientFor) -> None:
    issuing = system_account_id(AccountKind.ISSUING)
    people = [account_id_of(person(number)) for number in range(9)]
    for account in people:
        line(issuing, account, 10, LAST, cast.neighbourhood, "on_duty")
    for account in people[:6]:
        line(issuing, account, 7, LAST, cast.neighbourhood, "task_done")
    line(issuing, people[0], 3, LAST, cast.neighbourhood, "hazard_found")
    run_all()
    client = client_for(cast.street_clerk)
    text = shown(client, "points", cast.street)
    assert "季度在岗 90" in text
    assert "135" in text
    for unit in (cast.street, cast.community):
        for rule in ("task_done", "hazard_found"):
            page = shown(client, "points", unit, f"{MONTHS}&rule={rule}")
            assert "合计 人少不显示" in page
            assert " 42 " not in page
        assert " 42 " not in shown(client, "points", unit)


def test_who_sees_no_page_above_reads_all_numbers_of_their_own_place(
    cast: Cast, months: dict[str, int], client_for: ClientFor
) -> None:
    assert "合计 82 18" in shown(client_for(cast.worker), "points", cast.community)


def test_small_cells_take_the_next_with_them() -> None:
    cells = [Cell(9, 3), Cell(40, 20), Cell(30, 7), Cell(0, 0)]
    veil(cells)
    assert [cell.hidden for cell in cells] == [True, False, True, False]
    both = [Cell(9, 3), Cell(4, 2), Cell(30, 7)]
    veil(both)
    assert [cell.hidden for cell in both] == [True, True, False]
    large = [Cell(9, 5), Cell(4, 8)]
    veil(large)
    assert not any(cell.hidden for cell in large)
    assert rate(9, 0) == ""
    assert rate(9, 1) == "90%（n=10）"


def test_what_is_held_is_told_as_it_is_now(cast: Cast, months: dict[str, int], client_for: ClientFor) -> None:
    until = timezone.now() + dt.timedelta(days=1)
    for number in range(5):
        somebody = person(100 + number)
        award_points(
            person_id=somebody, rule="on_duty", source_key=f"held:{number}", reason="在岗", unit_id=None,
            acting_user=SYSTEM,
        )  # fmt: skip
        hold_points(
            id=uuid.uuid4(), person_id=somebody, points=4, reason="一袋米", until=until,
            unit_id=cast.neighbourhood.pk, acting_user=SYSTEM,
        )  # fmt: skip
    assert re.search(r"青禾街道 97 18 \S+ \S+ 0 20", shown(client_for(cast.district_clerk), "points", cast.district))


@pytest.fixture
def promises(cast: Cast) -> Benefit:
    """Twelve people claimed, eleven used once, one use was taken back, one refusal is confirmed and one is not."""
    package = BenefitPackage.objects.create(name="包", unit=cast.district, starts_on=SINCE, ends_on=TODAY)
    benefit = Benefit.objects.create(
        package=package, kind="life", name="理发八折", value_text="8 折", roles=["neighbour_leader"], uses_each=2,
        places=50, state="live", starts_on=SINCE, ends_on=TODAY + dt.timedelta(days=9),
    )  # fmt: skip
    at = _midnight(LAST) + dt.timedelta(days=3)
    for number in range(12):
        right = Entitlement.objects.create(
            benefit=benefit, person_id=person(number), unit=cast.neighbourhood, state="part_used"
        )
        voucher = Voucher.objects.create(entitlement=right, code_digest=str(number), state="verified", expires_at=at)
        use = VoucherUse.objects.create(
            id=uuid.uuid4(), voucher=voucher, merchant=cast.merchant, clerk_id=1, number=1, fingerprint="", at=at
        )
        if number == 11:
            VoucherVoid.objects.create(use=use, reason="点错了", by=cast.merchant_person)
        if number < 2:
            state = {"state": "confirmed", "closed_at": at} if number else {}
            RefusalReport.objects.create(
                id=uuid.uuid4(), benefit=benefit, merchant=cast.merchant, person_id=right.person_id, at=at,
                fingerprint="", **state,
            )  # fmt: skip
    run_all()
    return benefit


@pytest.mark.everywhere
def test_promises_stand_beside_what_was_given(cast: Cast, promises: Benefit, client_for: ClientFor) -> None:
    assert list(MonthUses.objects.values_list("unit_id", "uses", "heads")) == [(cast.community.pk, 11, 11)]
    assert [row.uses for row in count_uses(_midnight(LAST), _midnight(THIS))] == [11]
    for unit in (cast.district, cast.community):
        text = shown(client_for(cast.district_clerk), "promises", unit)
        assert "50 个名额，每人 2 次 12 0 11 1 92%（n=12）" in text
        assert "青禾理发铺 桂花社区 11 1 92%（n=12）" in text
    elsewhere = shown(client_for(cast.district_clerk), "promises", cast.other_community)
    assert "50 个名额，每人 2 次 0 0 0 0" in elsewhere
    assert "青禾理发铺" not in elsewhere


def test_a_leader_who_uses_five_offers_of_a_shop_is_one_person(
    cast: Cast, promises: Benefit, client_for: ClientFor
) -> None:
    cast.other_merchant.name = "五样小店"
    cast.other_merchant.save()
    MonthUses.objects.bulk_create(
        MonthUses(
            unit=cast.community, month=LAST, merchant=cast.other_merchant, uses=37, heads=1,
            benefit=Benefit.objects.create(
                package=promises.package, kind="life", name=f"小样{number}", value_text="1 份", roles=[],
                state="live", starts_on=SINCE, ends_on=TODAY,
            ),
        )
        for number in range(5)
    )  # fmt: skip
    text = shown(client_for(cast.district_clerk), "promises", cast.district)
    assert "五样小店 桂花社区 人少不显示" in text or "五样小店 月桂社区 人少不显示" in text
    assert "185" not in text


def test_uses_hidden_beside_another_place_are_not_told_on_the_places_own_page(
    cast: Cast, promises: Benefit, client_for: ClientFor
) -> None:
    MonthUses.objects.create(
        unit=cast.other_community, month=LAST, merchant=cast.merchant, benefit=promises, uses=2, heads=1
    )
    client = client_for(cast.district_clerk)
    assert "青禾理发铺 桂花社区 13" in shown(client, "promises", cast.street)
    for unit in (cast.community, cast.other_community):
        assert "青禾理发铺 桂花社区 人少不显示" in shown(client, "promises", unit)
    assert "青禾理发铺 桂花社区 11" in shown(client_for(cast.worker), "promises", cast.community)


def test_costs_are_spread_over_the_households(cast: Cast, months: dict[str, int], client_for: ClientFor) -> None:
    store = Store.objects.create(unit=cast.community, name="桂花积分超市")
    rice = Goods.objects.create(store=store, name="大米", category=Category.FOOD, measure="袋", cost_fen=2500)
    Movement.objects.create(goods=rice, why=Why.INTAKE, quantity=10, cost_fen=2500, at=_midnight(LAST))
    Movement.objects.create(goods=rice, why=Why.COLLECTED, quantity=-4, cost_fen=2500, at=_midnight(LAST))
    client = client_for(cast.district_clerk)
    assert "青禾街道 18 100.00 30 0.60 3.33" in shown(client, "costs", cast.district)
    text = shown(client, "costs", cast.street)
    assert "桂花社区 18 100.00 20 0.90 5.00" in text
    assert "月桂社区 0 10 0.00" in text
    assert "合计 18 100.00 30 0.60 3.33" in text


PAGES = ("points", "promises", "costs")


@pytest.mark.parametrize("page", PAGES)
def test_everybody_sees_their_own_places_only(cast: Cast, client_for: ClientFor, page: str) -> None:
    address = f"/console/rewards/reports/{page}/"
    worker = client_for(cast.worker)
    assert "桂花社区" in worker.get(address).content.decode()
    for unit, status in ((cast.community, 200), (cast.other_community, 404), (cast.street, 403), (cast.area, 404)):
        found = worker.get(f"{address}?unit={unit.uid}").status_code
        assert found == status or (found in {403, 404} and status != 200)
    assert worker.get(f"{address}?unit=x").status_code == 404
    assert worker.get(f"{address}?from=x").status_code == 404
    assert worker.get(f"{address}?from=0001-01&to=0001-01").status_code == 200
    assert worker.get(f"{address}?from=9999-12&to=9999-12").status_code == 200
    assert client_for(cast.leader).get(address).status_code in {302, 403}


@pytest.mark.parametrize("page", PAGES)
def test_a_file_holds_what_the_page_shows_and_leaves_an_entry(
    cast: Cast, months: dict[str, int], promises: Benefit, client_for: ClientFor, page: str
) -> None:
    answer = client_for(cast.district_clerk).post(
        f"/console/rewards/reports/{page}/export/?unit={cast.street.uid}&{MONTHS}", {"format": "csv"}
    )
    assert answer.status_code == 200
    text = b"".join(answer).decode("utf-8-sig")
    assert {"points": "人少不显示", "promises": "理发八折", "costs": "桂花社区"}[page] in text
    assert "某1" not in text
    assert AuditEntry.objects.filter(act="console.export").count() == 1


@pytest.mark.parametrize("page", PAGES)
def test_a_report_takes_few_queries_however_large_the_district(
    cast: Cast, months: dict[str, int], promises: Benefit, client_for: ClientFor, page: str
) -> None:
    client = client_for(cast.district_clerk)
    shown(client, page, cast.district)
    with CaptureQueriesContext(connection) as queries:
        shown(client, page, cast.district)
    assert len(queries) <= 24, "\n".join(query["sql"][:90] for query in queries)
    rows = list(MonthPoints.objects.all())
    MonthPoints.objects.bulk_create(
        MonthPoints(
            unit_id=row.unit_id, month=row.month, rule=f"{row.rule}{n}", flow=row.flow, points=1, lines=1, heads=9
        )
        for n in range(8)
        for row in rows
    )
    with CaptureQueriesContext(connection) as more:
        shown(client, page, cast.district)
    assert len(more) == len(queries)
    assert not any('FROM "points_transfer"' in query["sql"] for query in more)
    assert Merchant.objects.exists()
