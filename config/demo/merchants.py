"""Merchants of the sample district: agreements on file, shops that ask to join, a proposal, a shop's own record."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable

from config.demo.district import FIRST_APPOINTMENT
from config.demo.offers import BARBER, SHOPS
from config.demo.people import Ground, accounts_for, invent
from config.demo.personas import DISTRICT_CLERK, MERCHANT, WORKER
from config.demo.timeline import Timeline
from config.demo.when import Calendar
from rewards.benefits.models import Benefit, Merchant, RefusalReport, RefusalState, VoucherUse, VoucherVoid
from rewards.benefits.offers import report_refusal
from rewards.merchants.joining import Shop, apply, refuse
from rewards.merchants.models import Agreement, Want, Way
from rewards.merchants.refusals import close_report
from rewards.merchants.wishes import Terms, ask, propose, send_back
from rewards.merchants.wording import VERSION, wording
from volunteers.accounts.models import User
from volunteers.units.models import THREE_HEADS, Appointment, Unit

APPLICANTS_FROM = 560  # last digits of the numbers of those who ask to join
SEED = 8
ABOUT = {
    BARBER: "理发、烫发、上门理发",
    "pharmacy": "药店，代煎中药",
    "clinic": "看病、体检、打疫苗",
    "grocer": "米面油、干货",
    "noodles": "面馆，早上六点开门",
}
WAITING = (
    (3, "老街修鞋铺", "荷香路 7 号门口", "修鞋、配钥匙、修伞"),
    (1, "向阳照相馆", "榴园巷 12 号", "证件照、全家福、老照片翻新"),
)
TURNED_DOWN = ("快充充值店", "荷香路 40 号", "预付卡、充值卡")
TOO_DEAR = "预付卡不能当优惠。换成给看得见的东西，我们再聊。"
PERM = Terms("烫发", "7 折", detail="提前一天打个招呼。", how_to_use="到店里打开码，扫一下就行。", uses_each=2)
WASH = Terms("洗头", "免费", detail="", uses_each=12)


def load_merchants(timeline: Timeline, ground: Ground, calendar: Calendar) -> int:
    """Complete the shops that the package has made, and plan what they ask for; returns how many ask to join."""
    rng = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    shops = {shop.key: Merchant.objects.get(name=shop.name) for shop in SHOPS}
    _agree(shops)
    _take_some_back(shops[BARBER], ground.users[MERCHANT.key])
    _plan_applications(timeline, ground, calendar, rng)
    _plan_wishes(timeline, ground, calendar, shops)
    _plan_a_closed_report(timeline, ground, calendar, shops["grocer"])
    return len(WAITING)


def _agree(shops: dict[str, Merchant]) -> None:
    """Every shop signed on the first day; whoever verifies is the contact."""
    rows = []
    for key, shop in shops.items():
        shop.about = ABOUT.get(key, "")
        shop.starts_on = FIRST_APPOINTMENT
        shop.contact_id = shop.clerks.values_list("person_id", flat=True).first()
        shop.save()
        rows.append(
            Agreement(
                merchant=shop, version=VERSION, wording_sha256=wording().sha256, way=Way.PHONE,
                signed_on=FIRST_APPOINTMENT, person_id=shop.contact_id,
            )
        )  # fmt: skip
    Agreement.objects.bulk_create(rows)


def _take_some_back(shop: Merchant, clerk: User) -> None:
    """A slip of the hand now and then: each was taken back within the hour."""
    slips = VoucherUse.objects.filter(merchant=shop, voucher__entitlement__used_count__gt=1).order_by("-at")[:2]
    hour = dt.timedelta(minutes=20)
    VoucherVoid.objects.bulk_create(
        VoucherVoid(use=use, reason="点错了，顾客没有理", by=clerk, at=use.at + hour) for use in slips
    )


def _plan_applications(timeline: Timeline, ground: Ground, calendar: Calendar, rng: random.Random) -> None:
    people = [invent(rng, number) for number in range(APPLICANTS_FROM, APPLICANTS_FROM + len(WAITING) + 1)]
    for person in people:
        person.save()
    users = accounts_for(person.pk for person in people)
    accounts = [users[person.pk] for person in people]

    def turn_down() -> None:
        made = _apply(ground.home_community, TURNED_DOWN, accounts[-1])
        refuse(merchant=made, reason=TOO_DEAR, acting_user=ground.users[WORKER.key])

    timeline.add(calendar.at(12, 15, 20), turn_down)
    for (days_ago, *told), user in zip(WAITING, accounts, strict=False):
        timeline.add(calendar.at(days_ago, 10, 5), _applying(ground.home_community, (told[0], told[1], told[2]), user))


def _applying(unit: Unit, told: tuple[str, str, str], user: User) -> Callable[[], None]:
    def happen() -> None:
        _apply(unit, told, user)

    return happen


def _apply(unit: Unit, told: tuple[str, str, str], user: User) -> Merchant:
    return apply(uid=uuid.uuid4(), unit=unit, shop=Shop(*told), agreed=True, acting_user=user)


def _plan_wishes(timeline: Timeline, ground: Ground, calendar: Calendar, shops: dict[str, Merchant]) -> None:
    barber, desk = ground.users[MERCHANT.key], ground.users[WORKER.key]

    def come_back() -> None:
        wish = propose(id=uuid.uuid4(), merchant=shops[BARBER], terms=WASH, acting_user=barber)
        send_back(wish=wish, reason="一年十二次，店里忙得过来吗？写个宽一点的日子再提。", acting_user=desk)

    def offer() -> None:
        propose(id=uuid.uuid4(), merchant=shops[BARBER], terms=PERM, acting_user=barber)

    def rest() -> None:
        grocer = shops["grocer"]
        users = accounts_for([grocer.contact_id or 0])
        benefit = Benefit.objects.get(merchants=grocer)
        words = "月底盘点三天，想停一停。"
        ask(
            id=uuid.uuid4(), merchant=grocer, want=Want.PAUSE, benefit=benefit, words=words,
            acting_user=next(iter(users.values())),
        )  # fmt: skip

    timeline.add(calendar.at(9, 11, 30), come_back)
    timeline.add(calendar.at(1, 16, 45), offer)
    timeline.add(calendar.at(0, 9, 10), rest)


def _plan_a_closed_report(timeline: Timeline, ground: Ground, calendar: Calendar, shop: Merchant) -> None:
    """One of the weeks before: looked into, cleared up, told."""
    benefit = Benefit.objects.select_related("package__unit").get(merchants=shop)
    held = Appointment.objects.active().of_roles(THREE_HEADS).order_by("-pk").values_list("person_id", flat=True)[:1]
    leader = next(iter(accounts_for(held).values()))

    def report() -> None:
        told = report_refusal(id=uuid.uuid4(), benefit=benefit, words="说只有袋装的才打折。", acting_user=leader)
        RefusalReport.objects.filter(pk=told.pk).update(at=calendar.at(20, 18, 5))

    def close() -> None:
        told = RefusalReport.objects.filter(benefit=benefit, state=RefusalState.OPEN).get()
        close_report(
            report=told,
            state=RefusalState.CONFIRMED,
            merchant=shop,
            outcome="店里新来的帮工没听清，老板教过了，散装一样九折。下次再去，跟老板说一声。",
            acting_user=ground.users[DISTRICT_CLERK.key],
        )

    timeline.add(calendar.at(20, 18, 5), report)
    timeline.add(calendar.at(18, 10, 40), close)
