"""Days on which goods are handed out, what is reserved and collected, by whom, and the monthly settlement."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rewards.store.models.shelf import Goods, Store, by_staff
from rewards.store.querysets import CollectorQuerySet, OfStoreQuerySet, RedemptionQuerySet
from volunteers.units.models import Unit


class ExchangeDay(models.Model):
    """兑换日: when goods are handed out; in the store unless another place is named."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="days", verbose_name=_("积分超市"))
    on = models.DateField(_("哪天"))
    hours = models.CharField(_("几点"), max_length=40, default="9:00 到 11:30")
    place = models.CharField(_("地点"), max_length=80, blank=True, db_default="", help_text=_("空着就是在超市里"))
    called_off_at = models.DateTimeField(_("取消时间"), null=True, editable=False)
    called_off_reason = models.CharField(_("为什么取消"), max_length=80, blank=True, db_default="", editable=False)

    objects = OfStoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("兑换日")
        verbose_name_plural = _("兑换日")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["store", "on"],
                condition=models.Q(called_off_at__isnull=True),
                name="exchange_day_once",
                violation_error_message=_("这一天已经有了。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}"

    @property
    def where(self) -> str:
        """The place in words."""
        return self.place or self.store.place

    @property
    def is_called_off(self) -> bool:
        """Whether it does not take place."""
        return self.called_off_at is not None


class Collector(models.Model):
    """Somebody who may collect for a person: a person that is known, or a name and how they are related."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="collectors", verbose_name=_("替谁领")
    )
    collector = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("谁来领")
    )
    name = models.CharField(_("姓名"), max_length=30, blank=True, db_default="")
    relation = models.CharField(_("是您的什么人"), max_length=20, blank=True, db_default="")
    named_by = by_staff(_("登记人"))
    is_proxy = models.BooleanField(_("代录"), db_default=False)
    fingerprint = models.CharField(max_length=64, editable=False, db_default="")
    named_at = models.DateTimeField(_("登记时间"), db_default=Now())
    ended_at = models.DateTimeField(_("到"), null=True, blank=True)

    objects = CollectorQuerySet.as_manager()

    class Meta:
        verbose_name = _("代领人")
        verbose_name_plural = _("代领人")
        indexes: ClassVar = [models.Index(fields=["ended_at"], name="collector_ended")]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """How the desk calls them."""
        return str(self.collector.name if self.collector else self.name) or str(_("已清除"))


class RedemptionState(models.TextChoices):
    """reserved → collected → returned;  reserved → cancelled | expired (points back)."""

    RESERVED = "reserved", _("已预约")
    COLLECTED = "collected", _("已领")
    CANCELLED = "cancelled", _("已取消")
    EXPIRED = "expired", _("已到期")
    RETURNED = "returned", _("已退")


class Confirmed(models.TextChoices):
    """How a person at the counter said that it is them."""

    CARD = "card", _("出示了积分卡")
    CODE = "code", _("报了手机上的码")
    PAPER = "paper", _("在纸上签了字")


class Redemption(models.Model):
    """Goods for points (rule R10). The id is made by whoever asks and is the id of the hold on the points too."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="redemptions", verbose_name=_("谁的")
    )
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="redemptions", verbose_name=_("积分超市"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("社区"))
    goods = models.ForeignKey(Goods, on_delete=models.PROTECT, related_name="redemptions", verbose_name=_("货品"))
    quantity = models.PositiveSmallIntegerField(_("件数"), default=1)
    points_each = models.PositiveIntegerField(_("每件几分"))
    code = models.CharField(_("兑换码"), max_length=8)
    state = models.CharField(
        _("状态"), max_length=10, choices=RedemptionState.choices, default=RedemptionState.RESERVED
    )
    day = models.ForeignKey(
        ExchangeDay, on_delete=models.PROTECT, null=True, blank=True, related_name="redemptions",
        verbose_name=_("兑换日"),
    )  # fmt: skip
    until = models.DateTimeField(_("留到"))
    is_proxy = models.BooleanField(_("代录"), db_default=False)
    confirmed = models.CharField(_("怎么确认的"), max_length=6, choices=Confirmed.choices, blank=True, db_default="")
    collector = models.ForeignKey(
        Collector, on_delete=models.PROTECT, null=True, blank=True, related_name="collected",
        verbose_name=_("谁领走的"),
    )  # fmt: skip
    handed_by = by_staff(_("经办人"), null=True, blank=True)
    reason = models.CharField(_("说明"), max_length=120, blank=True, db_default="")
    fingerprint = models.CharField(max_length=64, editable=False)
    reserved_at = models.DateTimeField(_("预约时间"), db_default=Now())
    done_at = models.DateTimeField(_("办结时间"), null=True, blank=True)

    objects = RedemptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("兑换")
        verbose_name_plural = _("兑换")
        indexes: ClassVar = [
            models.Index(fields=["store", "-reserved_at"], name="redemption_store_at"),
            models.Index(fields=["unit", "-reserved_at"], name="redemption_unit_at"),
            models.Index(fields=["person", "-reserved_at"], name="redemption_person_at"),
            models.Index(fields=["until"], condition=Q(state="reserved"), name="redemption_open_until"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gt=0, points_each__gt=0), name="redemption_positive"),
            models.UniqueConstraint(
                fields=["store", "code"], condition=Q(state="reserved"), name="redemption_code_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.goods_id}"

    @property
    def uid(self) -> uuid.UUID:
        """The id, under the name that addresses use."""
        return self.pk

    @property
    def points(self) -> int:
        """What it costs in all."""
        return self.points_each * self.quantity

    @property
    def last_day(self) -> dt.date:
        """The last day on which it waits."""
        return timezone.localdate(self.until - dt.timedelta(seconds=1))

    @property
    def where(self) -> str:
        """Where it is collected, in words."""
        return (self.day.place if self.day else "") or self.store.place


class SettlementState(models.TextChoices):
    """asked → settled (a transfer) | withdrawn."""

    ASKED = "asked", _("等另一位核对")
    SETTLED = "settled", _("已结算")
    WITHDRAWN = "withdrawn", _("已撤回")


class Settlement(models.Model):
    """The points that a store has taken in up to the end of a month leave its pool; two people."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="settlements", verbose_name=_("积分超市"))
    month = models.DateField(_("月份"))
    points = models.PositiveBigIntegerField(_("积分"))
    state = models.CharField(_("状态"), max_length=10, choices=SettlementState.choices, default=SettlementState.ASKED)
    asked_by = by_staff(_("申请人"))
    decided_by = by_staff(_("核对人"), null=True, blank=True)
    transfer = models.OneToOneField("points.Transfer", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("时间"), db_default=Now())
    decided_at = models.DateTimeField(_("核对时间"), null=True, blank=True)

    objects = OfStoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("月度结算")
        verbose_name_plural = _("月度结算")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["store", "month"], condition=~Q(state="withdrawn"), name="settlement_once_a_month"
            ),
            models.CheckConstraint(condition=Q(points__gt=0), name="settlement_positive"),
            models.CheckConstraint(
                condition=~Q(state="settled") | ~Q(decided_by=F("asked_by")), name="settlement_second_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.month:%Y-%m}"
