"""The people whose eyes one can see with on /demo/. Names and numbers are invented (154 is not issued)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HOME_STREET, HOME_COMMUNITY, HOME_ESTATE = "青禾街道", "桂花社区", "荷香苑"
HOME_AREA, HOME_GROUP, HOME_NEIGHBOURHOOD = 2, 3, 2  # counted from one, as in 第2片区


@dataclass(frozen=True, slots=True)
class Persona:
    """One card of the demo page: who it is, what her day is about, and what signs her in."""

    key: str
    name: str
    phone: str
    gender: str
    age: int
    title: str | Promise
    hint: str | Promise
    home: str = "/"
    at_a_desk: bool = False
    portrait: str = ""  # a seed that draws somebody of her age

    def born_on(self, on: date) -> date:
        """The first day of a birth month that makes her `age` on that day, with half a year to spare."""
        month = (on.month + 5) % 12 + 1
        return date(on.year - self.age - (1 if month > on.month else 0), month, 1)


LEADER = Persona(
    "leader", "周桂兰", "15400000001", "女", 68, _("邻长"), _("看任务、打卡、用福利"), portrait="leader 128"
)
GROUP_LEADER = Persona(
    "group", "许敏", "15400000002", "女", 57, _("组长"), _("看 5 个邻，确认大家的打卡"), portrait="group 1"
)
AREA_LEADER = Persona(
    "area", "高远", "15400000003", "男", 34, _("片长"), _("看通知和任务传到哪儿了"), portrait="area 351"
)
WORKER = Persona(
    "worker", "何静", "15400000004", "女", 31, _("社区工作者"), _("发任务、告诉大家结果"), portrait="worker 16"
)
STREET_CLERK = Persona(
    "street", "罗晴", "15400000005", "女", 36, _("街道干部"), _("看全街道的进展"), at_a_desk=True, portrait="street 539"
)
DISTRICT_CLERK = Persona(
    "district",
    "沈岚",
    "15400000006",
    "女",
    42,
    _("区级干部"),
    _("导入名册、发公告"),
    at_a_desk=True,
    portrait="district 158",
)
OFFICER = Persona(
    "department",
    "孟德海",
    "15400000007",
    "男",
    55,
    _("住房部门"),
    _("看部门的事，也当评选的评委"),
    portrait="department 93",
)
RESIDENT = Persona(
    "resident", "方晓", "15400000008", "男", 29, _("居民"), _("找邻长、看通知、给最美邻长投票"), portrait="resident 5"
)
MERCHANT = Persona(
    "merchant",
    "赵小青",
    "15400000009",
    "女",
    33,
    _("理发铺"),
    _("扫码核销"),
    home="/merchant/",
    portrait="merchant 369",
)

PERSONAS: tuple[Persona, ...] = (
    LEADER,
    GROUP_LEADER,
    AREA_LEADER,
    WORKER,
    STREET_CLERK,
    DISTRICT_CLERK,
    OFFICER,
    RESIDENT,
    MERCHANT,
)


def persona(key: str) -> Persona:
    """The persona with that key; raises KeyError when there is none."""
    for one in PERSONAS:
        if one.key == key:
            return one
    raise KeyError(key)
