"""The benefit package: what leaders are promised, the codes that show it, the merchants who honour it."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.models import AppendOnlyModel
from foundation.pinyin import sounds
from rewards.benefits.querysets import (
    BenefitQuerySet,
    ClerkQuerySet,
    EntitlementQuerySet,
    MerchantQuerySet,
    PackageQuerySet,
    RefusalReportQuerySet,
)
from volunteers.units.models import Unit


class MerchantState(models.TextChoices):
    """applied → active ⇄ paused → ended;  applied → refused."""

    APPLIED = "applied", _("申请中")
    ACTIVE = "active", _("合作中")
    PAUSED = "paused", _("暂停")
    ENDED = "ended", _("已结束")
    REFUSED = "refused", _("没有通过")


class Merchant(models.Model):
    """A shop or office that gives a benefit, or has asked to."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("名称"), max_length=60)
    address = models.CharField(_("地址"), max_length=120, blank=True, db_default="")
    about = models.CharField(_("做什么的"), max_length=120, blank=True, db_default="")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="merchants", verbose_name=_("所在单位"))
    contact = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("联系人")
    )
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=MerchantState.choices,
        default=MerchantState.ACTIVE,
        db_default=MerchantState.ACTIVE,
    )
    reason = models.CharField(_("原因"), max_length=200, blank=True, db_default="")
    applied_at = models.DateTimeField(_("申请时间"), null=True, blank=True)
    starts_on = models.DateField(_("合作开始"), null=True, blank=True)
    ends_on = models.DateField(_("合作结束"), null=True, blank=True)
    pinyin = models.CharField(_("拼音"), max_length=240, blank=True, db_default="", editable=False)
    initials = models.CharField(_("拼音首字母"), max_length=60, blank=True, db_default="", editable=False)

    objects = MerchantQuerySet.as_manager()

    class Meta:
        verbose_name = _("爱心商家")
        verbose_name_plural = _("爱心商家")
        indexes: ClassVar = [models.Index(fields=["state", "pinyin"], name="merchant_state_name")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(state="applied"), name="merchant_one_application_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="merchant_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep how the name sounds beside the name."""
        self.pinyin, self.initials = sounds(self.name)
        super().save(*args, **kwargs)

    @property
    def is_active(self) -> bool:
        """Whether its codes are verified today."""
        return self.state == MerchantState.ACTIVE


class MerchantClerk(models.Model):
    """A person verifies codes for a merchant from a day to a day; it ends at midnight of the last day."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="clerks", verbose_name=_("商家"))
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="clerkships", verbose_name=_("店员")
    )
    starts_on = models.DateField(_("开始日期"), default=clock.today)
    ends_on = models.DateField(_("结束日期"), null=True, blank=True)

    objects = ClerkQuerySet.as_manager()

    class Meta:
        verbose_name = _("店员")
        verbose_name_plural = _("店员")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merchant", "person"], condition=Q(ends_on__isnull=True), name="clerk_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="clerk_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.person_id}"


class Kind(models.TextChoices):
    """The three kinds of benefits."""

    POLITICAL = "political", _("政治")
    WORK = "work", _("工作")
    LIFE = "life", _("生活")


class BenefitState(models.TextChoices):
    """draft → reviewed → live ⇄ paused → ended; what is changed after its review is a draft again."""

    DRAFT = "draft", _("草稿")
    REVIEWED = "reviewed", _("已审核")
    LIVE = "live", _("进行中")
    PAUSED = "paused", _("暂停")
    ENDED = "ended", _("已结束")


class Renewal(models.TextChoices):
    """How often the uses of each begin anew."""

    NONE = "none", _("不更新")
    MONTH = "month", _("每月")
    QUARTER = "quarter", _("每季度")
    YEAR = "year", _("每年")


class BenefitPackage(models.Model):
    """The set of benefits that a unit gives to the leaders in and below it."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("名称"), max_length=60)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="packages", verbose_name=_("单位"))
    starts_on = models.DateField(_("开始"))
    ends_on = models.DateField(_("结束"))

    objects = PackageQuerySet.as_manager()

    class Meta:
        verbose_name = _("专属优惠包")
        verbose_name_plural = _("专属优惠包")

    def __str__(self) -> str:
        return self.name


class Benefit(models.Model):
    """One promise of a package: what, by whom, how often, for which roles, how many in all."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    package = models.ForeignKey(BenefitPackage, on_delete=models.PROTECT, related_name="benefits")
    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=40)
    value_text = models.CharField(_("大字"), max_length=12, help_text=_("票面上的大字，例如：8 折"))
    detail = models.CharField(_("说明"), max_length=120, blank=True, db_default="")
    how_to_use = models.CharField(_("怎么用"), max_length=200, blank=True, db_default="")
    roles = models.JSONField(_("给谁"), default=list)
    uses_each = models.PositiveSmallIntegerField(_("每人次数"), null=True, blank=True)
    renews = models.CharField(
        _("次数多久更新"), max_length=10, choices=Renewal.choices, default=Renewal.NONE, db_default=Renewal.NONE
    )
    places = models.PositiveIntegerField(_("名额"), null=True, blank=True)
    needs_code = models.BooleanField(_("凭码使用"), default=True)
    merchants = models.ManyToManyField(Merchant, related_name="benefits", blank=True, verbose_name=_("商家"))
    agreement = models.CharField(
        _("依据"), max_length=120, blank=True, db_default="", help_text=_("协议或文件的名称和编号，只给工作人员看")
    )
    state = models.CharField(_("状态"), max_length=10, choices=BenefitState.choices, default=BenefitState.DRAFT)
    pause_note = models.CharField(_("为什么暂停"), max_length=60, blank=True, db_default="")
    starts_on = models.DateField(_("开始"))
    ends_on = models.DateField(_("结束"))
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    live_since = models.DateTimeField(_("上线时间"), null=True, editable=False)

    objects = BenefitQuerySet.as_manager()

    class Meta:
        verbose_name = _("优惠项")
        verbose_name_plural = _("优惠项")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="benefit_dates"),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("drafted_by")), name="benefit_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EntitlementState(models.TextChoices):
    """eligible (no row, or returned) → claimed → part used → used up | expired | revoked; waiting = in line."""

    WAITING = "waiting", _("候补")
    CLAIMED = "claimed", _("已领取")
    PART_USED = "part_used", _("用过几次")
    USED_UP = "used_up", _("已用完")
    RETURNED = "returned", _("已退回")
    EXPIRED = "expired", _("已过期")
    REVOKED = "revoked", _("已收回")


class Entitlement(models.Model):
    """A person's right to a benefit; the row is made when it is first claimed.

    `used_count` counts the uses of the period that began on `period_start`; a benefit that does not renew has one
    period and no date.
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    benefit = models.ForeignKey(Benefit, on_delete=models.PROTECT, related_name="entitlements")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="entitlements")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("状态"), max_length=10, choices=EntitlementState.choices)
    used_count = models.PositiveSmallIntegerField(_("已用次数"), db_default=0)
    period_start = models.DateField(_("本期开始"), null=True)
    waiting_since = models.DateTimeField(_("候补时间"), null=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = EntitlementQuerySet.as_manager()

    class Meta:
        verbose_name = _("权益")
        verbose_name_plural = _("权益")
        indexes: ClassVar = [
            models.Index(fields=["benefit", "state", "waiting_since"], name="entitlement_line"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["benefit", "person"], name="entitlement_once"),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(waiting_since__isnull=False), name="entitlement_waits_since"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.benefit_id} {self.person_id}"


class VoucherState(models.TextChoices):
    """issued → verified (final) | cancelled; an issued code simply runs out at its time."""

    ISSUED = "issued", _("有效")
    VERIFIED = "verified", _("已使用")
    CANCELLED = "cancelled", _("已换新")


class Voucher(models.Model):
    """A one-time code: digits and a QR, both kept as keyed digests. On a screen it lives a minute, on paper a month.

    `issued_by` is whoever printed it for somebody without a phone (代录); nobody on a screen.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="vouchers")
    code_digest = models.CharField(max_length=64, db_index=True)
    qr_digest = models.CharField(max_length=64, blank=True, db_default="", db_index=True)
    is_paper = models.BooleanField(_("纸质券"), default=False, db_default=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    state = models.CharField(_("状态"), max_length=10, choices=VoucherState.choices, default=VoucherState.ISSUED)
    issued_at = models.DateTimeField(_("出码时间"), db_default=Now())
    expires_at = models.DateTimeField(_("到期时间"))

    class Meta:
        verbose_name = _("券")
        verbose_name_plural = _("券")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entitlement", "is_paper"], condition=Q(state="issued"), name="voucher_one_live_each_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entitlement_id} {self.state}"


class VoucherUse(AppendOnlyModel):
    """A merchant confirmed a use. The row's id is made by the merchant's phone; one use a voucher."""

    id = models.UUIDField(primary_key=True)
    voucher = models.OneToOneField(Voucher, on_delete=models.PROTECT, related_name="use")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="uses")
    clerk_id = models.BigIntegerField()
    number = models.PositiveSmallIntegerField(_("第几次"))
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("核销")
        verbose_name_plural = _("核销")
        indexes: ClassVar = [models.Index(fields=["merchant", "-at"], name="use_merchant_at")]

    def __str__(self) -> str:
        return f"{self.voucher_id}"


class VoucherVoid(AppendOnlyModel):
    """A use that was taken back within its day: a slip of the hand. The use stays on record; at most one a use."""

    use = models.OneToOneField(VoucherUse, on_delete=models.PROTECT, primary_key=True, related_name="void")
    reason = models.CharField(_("为什么"), max_length=120)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("撤回的核销")
        verbose_name_plural = _("撤回的核销")

    def __str__(self) -> str:
        return f"{self.use_id}"


class RefusalState(models.TextChoices):
    """open → confirmed (the shop did not honour it) | cleared (a misunderstanding, or nothing to be found out)."""

    OPEN = "open", _("在核实")
    CONFIRMED = "confirmed", _("确实没兑现")
    CLEARED = "cleared", _("不是没兑现")


class RefusalReport(models.Model):
    """A leader says that a shop did not honour a benefit. The id is made on the phone."""

    id = models.UUIDField(primary_key=True)
    benefit = models.ForeignKey(Benefit, on_delete=models.PROTECT, related_name="refusals", verbose_name=_("优惠项"))
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    words = models.CharField(_("怎么回事"), max_length=200, blank=True, db_default="")
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(_("时间"), db_default=Now())
    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, null=True, blank=True, related_name="refusals", verbose_name=_("商家")
    )
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=RefusalState.choices,
        default=RefusalState.OPEN,
        db_default=RefusalState.OPEN,
    )
    outcome = models.CharField(_("怎么处理的"), max_length=200, blank=True, db_default="")
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RefusalReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("未兑现反映")
        verbose_name_plural = _("未兑现反映")
        indexes: ClassVar = [
            models.Index(fields=["merchant", "state"], name="refusal_merchant_state"),
            models.Index(fields=["state", "-at"], name="refusal_state_at"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="open") | Q(closed_at__isnull=False), name="refusal_closed_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.benefit_id}"
