"""A store, its goods and their prices, every piece that came or went, the money for them, and stock-taking."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation.models import AppendOnlyModel
from foundation.pictures import private_storage
from foundation.pinyin import sounds
from rewards.store.querysets import GoodsQuerySet, OfStoreQuerySet, OfUnitQuerySet
from volunteers.units.models import Unit


def by_staff(verb: Any, **kwargs: Any) -> Any:
    """A member of staff who did something, by account."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=verb, **kwargs
    )


class Store(models.Model):
    """Where points buy goods: a room of a community with its own shelves."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="stores", verbose_name=_("社区"))
    name = models.CharField(_("名称"), max_length=40)
    pinyin = models.CharField(_("拼音"), max_length=240, blank=True, db_default="", editable=False)
    initials = models.CharField(_("拼音首字母"), max_length=60, blank=True, db_default="", editable=False)
    place = models.CharField(_("地点"), max_length=80)
    opening = models.CharField(_("开放时间"), max_length=80, blank=True, db_default="")
    is_open = models.BooleanField(_("开放"), default=True, db_default=True)

    objects = OfUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("积分超市")
        verbose_name_plural = _("积分超市")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="store_name_once",
                violation_error_message=_("这个社区已经有一家同名的积分超市。"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep how the name sounds beside the name."""
        self.pinyin, self.initials = sounds(self.name)
        super().save(*args, **kwargs)


class FormerUnit(models.Model):
    """To which community a store belonged until an instant: that of a merge, by which it went on in another one."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="former_units", verbose_name=_("积分超市"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("社区"))
    until = models.DateTimeField(_("到什么时候"))

    class Meta:
        verbose_name = _("原来的社区")
        verbose_name_plural = _("原来的社区")
        constraints: ClassVar = [models.UniqueConstraint(fields=["store", "until"], name="former_unit_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.unit_id} {self.until}"


class Category(models.TextChoices):
    """The shelves, in the order in which they are shown."""

    FOOD = "food", _("米面粮油")
    WASH = "wash", _("洗护清洁")
    HOME = "home", _("居家日用")
    OTHER = "other", _("其他")


class Goods(models.Model):
    """One sort of thing. `stock` is what lies there, `reserved` what of it is promised; both move conditionally.

    `price` is there after `priced()`.
    """

    price: int | None
    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="goods", verbose_name=_("积分超市"))
    name = models.CharField(_("名称"), max_length=40)
    pinyin = models.CharField(_("拼音"), max_length=240, blank=True, db_default="", editable=False)
    initials = models.CharField(_("拼音首字母"), max_length=60, blank=True, db_default="", editable=False)
    category = models.CharField(_("类别"), max_length=8, choices=Category.choices, default=Category.OTHER)
    measure = models.CharField(_("规格"), max_length=20, help_text=_("像“5 公斤一袋”"))
    photo = models.ImageField(_("照片"), upload_to="store", storage=private_storage, blank=True, db_default="")
    cost_fen = models.PositiveIntegerField(_("进价（分）"), default=0, help_text=_("架上每件平均的进价"))
    most_a_month = models.PositiveSmallIntegerField(_("每人每月最多几件"), null=True, blank=True)
    is_active = models.BooleanField(_("在架"), default=True, db_default=True)
    stock = models.PositiveIntegerField(_("库存"), db_default=0, editable=False)
    reserved = models.PositiveIntegerField(_("已预约"), db_default=0, editable=False)

    objects = GoodsQuerySet.as_manager()

    class Meta:
        verbose_name = _("货品")
        verbose_name_plural = _("货品")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["store", "name"], name="goods_name_once", violation_error_message=_("已经有这样货品了。")
            ),
            models.CheckConstraint(condition=Q(reserved__gte=0, stock__gte=F("reserved")), name="goods_not_below_zero"),
            models.CheckConstraint(
                condition=Q(most_a_month__isnull=True) | Q(most_a_month__gt=0), name="goods_limit_lets_some"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep how the name sounds beside the name."""
        self.pinyin, self.initials = sounds(self.name)
        super().save(*args, **kwargs)

    @property
    def left(self) -> int:
        """Pieces that nobody has reserved."""
        return self.stock - self.reserved


class Price(models.Model):
    """What one piece costs from a day on; a reservation keeps the price under which it was made."""

    goods = models.ForeignKey(Goods, on_delete=models.PROTECT, related_name="prices", verbose_name=_("货品"))
    starts_on = models.DateField(_("从哪天起"))
    points = models.PositiveIntegerField(_("几分"))
    set_by = by_staff(_("定价人"), null=True)
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("价格")
        verbose_name_plural = _("价格")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["goods", "starts_on"], name="price_once_a_day"),
            models.CheckConstraint(condition=Q(points__gt=0), name="price_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.points}"


class Why(models.TextChoices):
    """Why pieces came or went."""

    INTAKE = "intake", _("进货")
    COLLECTED = "collected", _("领走")
    RETURNED = "returned", _("退回")
    CORRECTION = "correction", _("盘点")
    SPOILED = "spoiled", _("损耗")


class Movement(AppendOnlyModel):
    """Pieces that came (above zero) or went (below); never changed. The stock of goods is the sum of theirs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    goods = models.ForeignKey(Goods, on_delete=models.PROTECT, related_name="movements", verbose_name=_("货品"))
    why = models.CharField(_("缘由"), max_length=10, choices=Why.choices)
    quantity = models.IntegerField(_("件数"))
    cost_fen = models.PositiveIntegerField(_("单价（分）"), db_default=0)
    redemption = models.ForeignKey(
        "store.Redemption", on_delete=models.PROTECT, null=True, related_name="movements", verbose_name=_("兑换")
    )
    count = models.ForeignKey(
        "store.StockCount", on_delete=models.PROTECT, null=True, related_name="movements", verbose_name=_("盘点")
    )
    reason = models.CharField(_("说明"), max_length=120, blank=True, db_default="")
    actor_id = models.BigIntegerField(_("经办"), null=True)
    fingerprint = models.CharField(max_length=64, db_default="", editable=False)
    at = models.DateTimeField(_("时间"), db_default=Now())

    objects = OfStoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("出入库")
        verbose_name_plural = _("出入库")
        indexes: ClassVar = [
            models.Index(fields=["goods", "-at"], name="movement_goods_at"),
            models.Index(fields=["-at"], name="movement_at"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(why__in=["intake", "returned"], quantity__gt=0)
                | Q(why__in=["collected", "spoiled"], quantity__lt=0)
                | (Q(why="correction") & ~Q(quantity=0)),
                name="movement_sign",
            )
        ]

    def __str__(self) -> str:
        return f"{self.why} {self.quantity}"


class GoodsBudget(models.Model):
    """Money for goods of a community in a year, in fen; intake beyond it is refused."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="goods_budgets", verbose_name=_("社区"))
    year = models.PositiveSmallIntegerField(_("年份"))
    fen = models.PositiveBigIntegerField(_("预算（分）"))
    spent_fen = models.PositiveBigIntegerField(_("已用（分）"), db_default=0, editable=False)

    objects = OfUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("采购预算")
        verbose_name_plural = _("采购预算")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "year"],
                name="goods_budget_once",
                violation_error_message=_("这个社区这一年的预算已经有了，请直接改。"),
            ),
            models.CheckConstraint(
                condition=Q(spent_fen__lte=F("fen")),
                name="goods_budget_not_overspent",
                violation_error_message=_("预算不能比已经用掉的少。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year}"

    @property
    def left_fen(self) -> int:
        """What can still be bought."""
        return self.fen - self.spent_fen


class CountState(models.TextChoices):
    """entered → done, or → waiting for a second person → done | dropped."""

    WAITING = "waiting", _("等另一位核对")
    DONE = "done", _("已入账")
    DROPPED = "dropped", _("作废")


class StockCount(models.Model):
    """One stock-taking: what was counted, against what the books said at that instant. The id is made by the form."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="counts", verbose_name=_("积分超市"))
    state = models.CharField(_("状态"), max_length=8, choices=CountState.choices, default=CountState.DONE)
    reason = models.CharField(_("说明"), max_length=120, blank=True, db_default="")
    entered_by = by_staff(_("盘点人"))
    decided_by = by_staff(_("核对人"), null=True, blank=True)
    fingerprint = models.CharField(max_length=64, editable=False)
    at = models.DateTimeField(_("时间"), db_default=Now())
    decided_at = models.DateTimeField(_("核对时间"), null=True, blank=True)

    objects = OfStoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("盘点")
        verbose_name_plural = _("盘点")
        indexes: ClassVar = [models.Index(fields=["store", "-at"], name="count_store_at")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("entered_by")), name="count_second_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.at}"

    @property
    def uid(self) -> uuid.UUID:
        """The id, under the name that addresses use."""
        return self.pk


class CountLine(models.Model):
    """One sort of goods in a stock-taking."""

    count = models.ForeignKey(StockCount, on_delete=models.CASCADE, related_name="lines")
    goods = models.ForeignKey(Goods, on_delete=models.PROTECT, related_name="+", verbose_name=_("货品"))
    booked = models.PositiveIntegerField(_("账上"))
    counted = models.PositiveIntegerField(_("实数"))

    class Meta:
        verbose_name = _("盘点明细")
        verbose_name_plural = _("盘点明细")
        constraints: ClassVar = [models.UniqueConstraint(fields=["count", "goods"], name="count_line_once")]

    def __str__(self) -> str:
        return f"{self.goods_id} {self.booked} {self.counted}"

    @property
    def difference(self) -> int:
        """Above zero: more there than in the books."""
        return self.counted - self.booked
