"""A11 over these reports: what November said, it says after a change of the tree too, counted before it or after."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from foundation.actors import SYSTEM
from rewards.benefits.models import Benefit, BenefitPackage, Entitlement, RefusalReport, Voucher, VoucherUse
from rewards.points.accounts import account_id_of, provider_account_id, system_account_id
from rewards.points.models import AccountKind, Transfer
from rewards.reports.models import MonthPoints, MonthUses
from rewards.reports.rollup import POINTS, USES, roll_up
from rewards.store.models import Category, Goods, Movement, Store, Why
from tests.cast import Cast, person_of
from tests.structure.conftest import THE_1ST, THE_30TH, Travel, approved, draft, travel
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.structure import services
from volunteers.units.models import Unit

__all__ = ["travel"]

pytestmark = pytest.mark.everywhere
ClientFor = Callable[[User], Client]
NOVEMBER = "from=2026-11&to=2026-11"
PAGES = ("points", "promises", "costs")
THE_10TH = dt.datetime(2026, 11, 10, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def line(giver: int, taker: int, points: int, unit: Unit, rule: str) -> None:
    """A line of the 10th, as the books would have it."""
    Transfer.objects.create(
        from_account_id=giver, to_account_id=taker, points=points, rule=rule, reason="看楼道",
        source_key=str(uuid.uuid4()), unit=unit, at=THE_10TH,
    )  # fmt: skip


def something_happened(cast: Cast, unit: Unit, people: int) -> None:
    """Points were earned and settled in a neighbourhood, and a benefit was used and once refused."""
    issuing, settled = system_account_id(AccountKind.ISSUING), system_account_id(AccountKind.SETTLED)
    benefit = Benefit.objects.get()
    store = Store.objects.create(unit=unit.get_ancestors().get(level="community"), name="积分超市")
    rice = Goods.objects.create(store=store, name="大米", category=Category.FOOD, measure="袋", cost_fen=2500)
    Movement.objects.create(goods=rice, why=Why.INTAKE, quantity=10, cost_fen=2500, at=THE_10TH)
    Movement.objects.create(goods=rice, why=Why.COLLECTED, quantity=-people, cost_fen=100, at=THE_10TH)
    crowd = [Person.objects.create(name=f"某{number}") for number in range(people)]
    for person in crowd:
        account = account_id_of(person.pk)
        line(issuing, account, 10, unit, "on_duty")
        line(account, provider_account_id(store.uid), 3, unit, "store")
        right = Entitlement.objects.create(benefit=benefit, person=person, unit=unit, state="part_used")
        code = f"{unit.pk}-{person.pk}"
        voucher = Voucher.objects.create(entitlement=right, code_digest=code, state="verified", expires_at=THE_10TH)
        VoucherUse.objects.create(
            id=uuid.uuid4(), voucher=voucher, merchant=cast.merchant, clerk_id=1, number=1, fingerprint="", at=THE_10TH
        )
    line(provider_account_id(store.uid), settled, 3 * people, store.unit, "store_settled")
    RefusalReport.objects.create(
        id=uuid.uuid4(), benefit=benefit, merchant=cast.merchant, person=crowd[-1], at=THE_10TH, fingerprint="",
        state="confirmed", closed_at=THE_10TH,
    )  # fmt: skip


def count(day: dt.date) -> None:
    """As the worker does in the night to a day."""
    for table in (POINTS, USES):
        while roll_up(table, before=day):
            pass


@pytest.fixture
def november(travel: Travel, cast: Cast) -> Cast:
    """Seven people in one community, nine in another of the same street, twelve in another street's."""
    package = BenefitPackage.objects.create(
        name="包", unit=cast.district, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31)
    )
    Benefit.objects.create(
        package=package, kind="life", name="理发八折", value_text="8 折", roles=["neighbour_leader"], uses_each=2,
        places=50, state="live", starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31),
    )  # fmt: skip
    something_happened(cast, cast.neighbourhood, 7)
    something_happened(cast, cast.other_neighbourhood, 9)
    travel(THE_30TH)
    count(THE_30TH)
    return cast


def shown(client: Client, page: str, unit: Unit) -> str:
    """The tables of November; without what is told as it is now: who has claimed, and where a provider is."""
    answer = client.get(f"/console/rewards/reports/{page}/?unit={unit.uid}&{NOVEMBER}")
    assert answer.status_code == 200, (page, unit)
    main = answer.content.decode().split('class="listing"', 1)[-1]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))
    return re.sub(r"(?<=每人 2 次) \S+ \S+|(?<=青禾理发铺) \S+", "", text)


def read(client: Client, cast: Cast) -> dict[tuple[str, str], str]:
    """All reports of all places."""
    units = {
        name: getattr(cast, name) for name in ("district", "street", "other_street", "community", "other_community")
    }
    return {(name, page): shown(client, page, unit) for name, unit in units.items() for page in PAGES}


def _move(cast: Cast) -> None:
    """The area goes to the other community, with everything that lies in it."""
    moving = Unit.objects.get(pk=cast.area.pk)
    approved("move", moving, {"units": [str(moving.uid)], "to": str(cast.other_community.uid)}, cast)


def _move_community(cast: Cast) -> None:
    """The community goes to the other street."""
    moving = Unit.objects.get(pk=cast.community.pk)
    change = draft("move", moving, {"units": [str(moving.uid)], "to": str(cast.other_street.uid)}, SYSTEM)
    services.record_consultation(change=change, note="开了居民议事会，大家同意。", acting_user=SYSTEM)
    services.approve_change(change=change, acting_user=cast.district_clerk)


def _merge(cast: Cast) -> None:
    """Both communities become one, and the street has another name."""
    one, two = cast.community, cast.other_community
    approved("merge", one, {"units": [str(one.uid), str(two.uid)], "into": str(two.uid)}, cast)
    approved("rename", cast.street, {"name": "青禾镇"}, cast)


@pytest.mark.parametrize("happens", [_move, _move_community, _merge])
def test_november_stays_what_it_was(
    november: Cast, travel: Travel, client_for: ClientFor, happens: Callable[[Cast], None]
) -> None:
    cast = november
    client = client_for(cast.district_clerk)
    happens(cast)
    before = read(client, cast)
    assert "桂花社区 70" in before["street", "points"]
    assert "桂花社区 21 7.00" in before["street", "costs"]
    travel(THE_1ST, 0)
    assert services.enter_due()
    count(THE_1ST)
    assert MonthPoints.objects.get(unit=cast.community, flow="issued").points == 70
    assert MonthUses.objects.get(unit=cast.community).uses == 7
    travel(dt.date(2026, 12, 5))
    after = read(client_for(cast.district_clerk), cast)
    for key, text in before.items():
        assert after[key] == text, key


def test_from_the_1st_on_it_counts_where_the_area_lies_now(
    november: Cast, travel: Travel, client_for: ClientFor
) -> None:
    cast = november
    _move_community(cast)
    travel(THE_1ST)
    services.enter_due()
    Transfer.objects.create(
        from_account_id=system_account_id(AccountKind.ISSUING), to_account_id=account_id_of(person_of(cast.leader).pk),
        points=44, rule="on_duty", reason="在岗", source_key="december", unit=cast.neighbourhood, at=timezone.now(),
    )  # fmt: skip
    count(dt.date(2026, 12, 2))
    travel(dt.date(2026, 12, 5))
    client = client_for(cast.district_clerk)
    page = client.get(f"/console/rewards/reports/points/?unit={cast.other_street.uid}&from=2026-11&to=2026-12")
    rows = dict(
        re.findall(
            r'<td class="title">(?:<a[^>]*>)?([^<]+)<.*?<td class="number">([^<]*)<', page.content.decode(), re.S
        )
    )
    assert (rows["桂花社区"], rows["2026-11"], rows["2026-12"]) == ("人少不显示", "0", "人少不显示")
    row = MonthPoints.objects.get(month=THE_1ST)
    assert (row.unit_id, row.points) == (cast.community.pk, 44)
