"""How much of the day's text messages is used, by whom, and whether somebody has to do something about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation import streams
from volunteers.accounts import limits, sms
from volunteers.accounts.models import Delivery, LoginCode
from volunteers.accounts.providers.base import Trouble
from volunteers.units.models import Level, Role, Unit

WARN_AT = 80  # percent of the day's budget
_SENTENCES: dict[str, str | Promise] = {
    Trouble.BUDGET: _("运营商那边今天的条数用完了。请到运营商后台看看。"),
    Trouble.BALANCE: _("短信账户没有余额了，充值后才能再发。"),
    Trouble.SETUP: _("运营商不认我们的密钥、签名或模板，短信一条也发不出去。"),
    "all": _("今天的短信已经用到预算的八成以上。"),
    "strange": _("陌生设备要的短信到了上限，暂停发送；登录过的手机不受影响。"),
    "new": _("新居民登记的短信到了上限，暂停发送；已登记的人不受影响。"),
}
ALARMS = tuple(str(name) for name in _SENTENCES)


@dataclass(frozen=True, slots=True)
class Purse:
    """One part of the budget: its name, how much left today, how much may."""

    name: str
    used: int
    most: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing more leaves out of it, today or in these ten minutes."""
        return limits.is_reached(f"sms.{self.name}", "")


def purse(name: str) -> Purse:
    """`all`, `strange` (browsers new to the number) or `new` (numbers new to us)."""
    daily = limits.rates(f"sms.{name}")[-1]
    return Purse(name, limits.count(f"sms.{name}", "", daily.seconds), daily.most)


def purses() -> list[Purse]:
    """The whole first."""
    return [purse(name) for name in ("all", "strange", "new")]


def alarms() -> list[str]:
    """What is wrong now, as keys of sentences; empty when nothing is."""
    found: list[str] = []
    if trouble := sms.needs_somebody():
        found.append(trouble.value)
    whole, strange, new = purses()
    if whole.used * 100 >= whole.most * WARN_AT or whole.is_empty:
        found.append("all")
    return found + [one.name for one in (strange, new) if one.is_empty]


def sentence(alarm: str) -> str:
    """What to tell staff."""
    return str(_SENTENCES[alarm])


def troubles_today() -> dict[str, int]:
    """How many messages of the last day came to what: sent, held, barred, failed by reason."""
    told: dict[str, int] = {}
    rows = LoginCode.objects.exclude(delivery__in=(Delivery.WAITING, Delivery.NOBODY))
    for delivery, trouble, count in rows.values_list("delivery", "trouble").annotate(Count("pk")):
        name = delivery if delivery != Delivery.FAILED else f"failed_{trouble or 'unknown'}"
        told[name] = told.get(name, 0) + count
    return told


@streams.in_district_language
def tell_of_alarms() -> int:
    """Tell the district's clerks, once a day for each alarm. Returns how many were told of."""
    district = Unit.objects.filter(level=Level.DISTRICT).only("pk").first()
    told = 0
    for alarm in alarms() if district else ():
        assert district
        if limits.take("alarm", alarm):
            continue
        payload = {"title": str(_("短信需要看一看")), "body": sentence(alarm), "url": "/console/", "icon": "alert"}
        roles = [Role.DISTRICT_CLERK.value]
        streams.publish(streams.unit_key(district.pk), kind="sms", payload=payload, roles=roles, ref=f"sms:{alarm}")
        told += 1
    return told


def is_worth_a_look() -> bool:
    """Whether this place sends messages at all."""
    return bool(settings.SMS_PROVIDER or settings.SMS_GATEWAY_URL)
