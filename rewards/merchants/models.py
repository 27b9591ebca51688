"""What merchants agree to, how they are invited, and what they ask for."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation.models import AppendOnlyModel
from foundation.pictures import private_storage
from rewards.benefits.models import Benefit, Merchant
from rewards.merchants.querysets import AgreementQuerySet, InvitationQuerySet, WishQuerySet
from volunteers.units.models import Unit


class Way(models.TextChoices):
    """How a merchant agreed."""

    PHONE = "phone", _("手机上同意")
    PAPER = "paper", _("纸质签字")


class Agreement(AppendOnlyModel):
    """A merchant agreed to a wording of the goodwill agreement: one row each time, never changed."""

    uid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("商家"))
    version = models.PositiveSmallIntegerField(_("版本"))
    wording_sha256 = models.CharField(_("文本指纹"), max_length=64)
    way = models.CharField(_("方式"), max_length=10, choices=Way.choices)
    signed_on = models.DateField(_("签订日期"))
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("谁同意的")
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    scan = models.ImageField(
        _("签字页照片"), upload_to="agreements", storage=private_storage, blank=True, db_default=""
    )
    at = models.DateTimeField(_("记录时间"), db_default=Now())

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("合作约定")
        verbose_name_plural = _("合作约定")
        indexes: ClassVar = [models.Index(fields=["merchant", "-at"], name="agreement_latest")]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.version}"


class MerchantInvitation(models.Model):
    """A link with which a shop that staff know joins at once, used once within two weeks. Only its digest is kept."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("所在单位"))
    shop = models.CharField(_("商家名称"), max_length=60)
    address = models.CharField(_("地址"), max_length=120, blank=True, db_default="")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("联系人"))
    token_digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("邀请时间"))
    expires_at = models.DateTimeField(_("到期时间"))
    used_at = models.DateTimeField(_("用掉时间"), null=True)
    merchant = models.OneToOneField(
        Merchant, on_delete=models.PROTECT, null=True, related_name="invitation", verbose_name=_("商家")
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("商家邀请")
        verbose_name_plural = _("商家邀请")

    def __str__(self) -> str:
        return self.shop


class Want(models.TextChoices):
    """What a merchant asks for."""

    OFFER = "offer", _("想加一项优惠")
    PAUSE = "pause", _("想停一停")
    RESUME = "resume", _("想恢复")
    END = "end", _("想结束")


class WishState(models.TextChoices):
    """waiting → taken | returned with a reason | taken back by the merchant."""

    WAITING = "waiting", _("等社区看")
    TAKEN = "taken", _("采纳了")
    RETURNED = "returned", _("退回了")
    WITHDRAWN = "withdrawn", _("收回了")


class MerchantWish(models.Model):
    """A merchant proposes an offer, or asks to pause, resume or end one. The id is made on the phone.

    A proposed offer has its own words until staff make a benefit of it; the others name the benefit.
    """

    id = models.UUIDField(primary_key=True)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="wishes", verbose_name=_("商家"))
    want = models.CharField(_("想要什么"), max_length=10, choices=Want.choices)
    benefit = models.ForeignKey(
        Benefit, on_delete=models.PROTECT, null=True, blank=True, related_name="wishes", verbose_name=_("优惠项")
    )
    offer = models.CharField(_("给什么"), max_length=40, blank=True, db_default="")
    value_text = models.CharField(_("优惠多少"), max_length=12, blank=True, db_default="")
    detail = models.CharField(_("说明"), max_length=120, blank=True, db_default="")
    how_to_use = models.CharField(_("怎么用"), max_length=200, blank=True, db_default="")
    roles = models.JSONField(_("给谁"), default=list)
    uses_each = models.PositiveSmallIntegerField(_("每人次数"), null=True, blank=True)
    ends_on = models.DateField(_("到哪天"), null=True, blank=True)
    words = models.CharField(_("补充一句"), max_length=200, blank=True, db_default="")
    state = models.CharField(
        _("状态"), max_length=10, choices=WishState.choices, default=WishState.WAITING, db_default=WishState.WAITING
    )
    reason = models.CharField(_("社区的话"), max_length=200, blank=True, db_default="")
    asked_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("谁提的")
    )
    at = models.DateTimeField(_("时间"), db_default=Now())
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("办结时间"), null=True)
    fingerprint = models.CharField(max_length=64)

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = _("商家的请求")
        verbose_name_plural = _("商家的请求")
        indexes: ClassVar = [
            models.Index(fields=["state", "-at"], name="wish_state_at"),
            models.Index(fields=["merchant", "-at"], name="wish_merchant_at"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(want="offer") | Q(benefit__isnull=False), name="wish_names_a_benefit"),
            models.CheckConstraint(condition=~Q(want="offer") | ~Q(offer=""), name="wish_says_what"),
            models.UniqueConstraint(
                fields=["merchant", "benefit"], condition=Q(state="waiting"), name="wish_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_want_display()} {self.what}"

    @property
    def what(self) -> str:
        """What it is about, in words."""
        return self.benefit.name if self.benefit else f"{self.offer} {self.value_text}".strip()
