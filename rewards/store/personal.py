"""What the store keeps about people: what they reserved and collected, who may collect for them, their passbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.actors import SYSTEM
from foundation.privacy import Basis, Erase, Erasing, PersonalField, Sort, Text
from foundation.retention import retention
from rewards.store import services
from rewards.store.models import Collector, Passbook, PassbookEnd, Redemption, RedemptionState

privacy.register(
    "store.Redemption",
    PersonalField("person", Sort.LINK),
    PersonalField("handed_by", Sort.ACTOR),
    PersonalField("reason", Sort.TEXT),
    title=_("积分兑换"),
    purpose=_("您预约了什么、领走了什么，领的人是谁"),
    basis=Basis.SERVICE,
    keep="ledger",
    subject="person",
    shows=("store", "goods", "quantity", "state", "collector", "reserved_at", "done_at", "reason"),
)
privacy.register(
    "store.Collector",
    PersonalField("person", Sort.LINK),
    PersonalField("collector", Sort.LINK),
    PersonalField("name", Sort.NAME, Erase.CLEAR),
    PersonalField("relation", Sort.TEXT),
    PersonalField("named_by", Sort.ACTOR),
    title=_("代领人"),
    purpose=_("家里人、邻居替您领东西，柜台认得出"),
    basis=Basis.SERVICE,
    keep="collectors",
    subject="person",
    shows=((_("谁来领"), lambda row: row.shown_name), "relation", "named_at", "ended_at"),
)
privacy.register(
    "store.Passbook",
    PersonalField("person", Sort.LINK),
    PersonalField("issued_by", Sort.ACTOR),
    PersonalField("ended_why", Sort.TEXT, Erase.KEEP),
    title=_("积分存折"),
    purpose=_("没有手机也看得到积分，凭卡在柜台兑换"),
    basis=Basis.SERVICE,
    keep="ledger",
    subject="person",
    shows=("number", "page", "printed", "printed_at", "issued_at", "ended_at", "ended_why"),
)
privacy.register(
    "store.PassbookPrint",
    PersonalField("printed_by", Sort.ACTOR),
    title=_("存折打印"),
    purpose=_("存折由谁印到了第几页"),
    basis=Basis.SERVICE,
    keep="ledger",
)
privacy.register(
    "store.Price",
    PersonalField("set_by", Sort.ACTOR),
    title=_("积分超市的价格"),
    purpose=_("价格由谁定的"),
    basis=Basis.DUTY,
    keep="ledger",
)
privacy.register(
    "store.Movement",
    PersonalField("actor_id", Sort.ACTOR),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    title=_("出入库"),
    purpose=_("每一件货从哪里来、到哪里去都查得到"),
    basis=Basis.DUTY,
    keep="ledger",
)
privacy.register(
    "store.StockCount",
    PersonalField("entered_by", Sort.ACTOR),
    PersonalField("decided_by", Sort.ACTOR),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    title=_("盘点"),
    purpose=_("由谁盘点、谁核对"),
    basis=Basis.DUTY,
    keep="ledger",
)
privacy.register(
    "store.Settlement",
    PersonalField("asked_by", Sort.ACTOR),
    PersonalField("decided_by", Sort.ACTOR),
    title=_("积分超市的结算"),
    purpose=_("由谁申请、谁核对"),
    basis=Basis.DUTY,
    keep="ledger",
)
_PLACE = _("积分超市的名称和地点")
privacy.impersonal("store.Store", "name", "pinyin", "initials", "place", because=_PLACE)
privacy.impersonal("store.ExchangeDay", "place", because=_PLACE)
privacy.impersonal("store.ExchangeDay", "called_off_reason", because=_("兑换日为什么取消，不写人"))
privacy.impersonal("store.Goods", "name", "pinyin", "initials", "photo", because=_("货品的名称和照片"))
privacy.impersonal("store.Movement", "why", because=_("缘由是几个固定的词"))


@privacy.warning
def something_is_reserved(person_id: int) -> Iterator[Text]:
    """What is reserved and not collected is given up."""
    if Redemption.objects.of_person(person_id).filter(state=RedemptionState.RESERVED).exists():
        yield _("您在积分超市还有预约没领，一旦删除，预约就取消了。")


@privacy.eraser
def give_up_reservations(one: Erasing) -> None:
    """Nobody will collect them: points and pieces are free again."""
    rows = Redemption.objects.of_person(one.person_id).filter(state=RedemptionState.RESERVED)
    for redemption in rows.select_related("store__unit", "goods"):
        services.cancel(redemption=redemption, reason=gettext("本人删除了信息"), acting_user=SYSTEM)


@privacy.eraser
def end_the_passbook(one: Erasing) -> None:
    """The card of somebody who is erased opens nothing any more; nobody collects for them, nor they for others."""
    Passbook.objects.of_person(one.person_id).filter(ended_at__isnull=True).update(
        ended_at=one.at, ended_why=PassbookEnd.LEFT
    )
    Collector.objects.filter(person_id=one.person_id, ended_at__isnull=True).update(ended_at=one.at)
    Collector.objects.filter(collector_id=one.person_id, ended_at__isnull=True).update(ended_at=one.at)


@retention("collectors")
def let_go_of_collectors(before: dt.datetime) -> int:
    """Names of those who no longer collect for anybody; that somebody did is kept."""
    gone = Collector.objects.filter(ended_at__lt=before).exclude(name="", relation="", collector__isnull=True)
    return gone.update(name="", relation="", collector=None)
