"""Honour that costs nothing: hours that somebody served, certificates, thank-you cards. Nothing here is worth points.

What was served is append-only: a mistake is a withdrawal that points at the record, and both stay.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation.models import AppendOnlyModel
from rewards.honours.querysets import (
    CertificateKindQuerySet,
    CertificateQuerySet,
    HandOverQuerySet,
    ServiceEntryQuerySet,
    ServiceProofQuerySet,
    ServiceRecordQuerySet,
    ThanksCardQuerySet,
)
from volunteers.units.models import Role, Unit

LONGEST = 24 * 60
"""Minutes that one record can speak of."""


def by_account(verb: Any) -> Any:
    """Who of the staff did something; none for what the program did by itself."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=verb
    )


def of_unit(name: Any) -> Any:
    """The unit in which something happened; it keeps it, wherever the unit moves."""
    return models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=name)


class ServiceRecord(AppendOnlyModel):
    """That somebody served: when, for what, how long, and who vouches for it in which role. One for each source."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="service_records", verbose_name=_("人")
    )
    project = models.CharField(_("服务项目"), max_length=60)
    started_at = models.DateTimeField(_("服务时间"))
    minutes = models.PositiveSmallIntegerField(_("时长（分钟）"))
    unit = of_unit(_("单位"))
    certifier = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("证明人")
    )
    certifier_role = models.CharField(_("证明人职务"), max_length=20, choices=Role.choices, db_default="")
    source_key = models.CharField(_("来源"), max_length=80, unique=True)
    at = models.DateTimeField(_("记下的时间"), db_default=Now())

    objects = ServiceRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("服务时长")
        verbose_name_plural = _("服务时长")
        indexes: ClassVar = [
            models.Index(fields=["person", "-started_at"], name="service_person"),
            models.Index(fields=["unit", "started_at"], name="service_unit"),
            models.Index(fields=["started_at"], name="service_started"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(minutes__gt=0, minutes__lte=LONGEST), name="service_minutes"),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.minutes}"


class ServiceWithdrawal(AppendOnlyModel):
    """That a record was wrong: it counts no longer, and still shows."""

    record = models.OneToOneField(ServiceRecord, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(_("原因"), max_length=200)
    actor_id = models.BigIntegerField(_("经办"), null=True)
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("撤回的服务时长")
        verbose_name_plural = _("撤回的服务时长")

    def __str__(self) -> str:
        return f"{self.record_id}"


class EntryState(models.TextChoices):
    """waiting → certified by a second person (the records are written) | refused."""

    WAITING = "waiting", _("等另一位同事证明")
    CERTIFIED = "certified", _("已证明")
    REFUSED = "refused", _("没有通过")


class ServiceEntry(models.Model):
    """What staff type in by hand: one thing that happened outside of events, for several people. The id is the form's.

    A second person certifies it; only then do the records exist.
    """

    id = models.UUIDField(primary_key=True)
    project = models.CharField(_("服务项目"), max_length=60, help_text=_("做了什么，例如：防汛值守"))
    started_at = models.DateTimeField(_("开始时间"))
    minutes = models.PositiveSmallIntegerField(_("时长（分钟）"))
    unit = of_unit(_("单位"))
    people: Any = models.ManyToManyField("people.Person", related_name="+", verbose_name=_("参加的人"))
    state = models.CharField(_("状态"), max_length=10, choices=EntryState.choices, default=EntryState.WAITING)
    entered_by = by_account(_("录入人"))
    decided_by = by_account(_("证明人"))
    decided_at = models.DateTimeField(_("证明时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True, db_default="")
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(_("录入时间"), db_default=Now())

    objects = ServiceEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("手工录入的时长")
        verbose_name_plural = _("手工录入的时长")
        indexes: ClassVar = [models.Index(fields=["state", "-at"], name="service_entry_state")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(minutes__gt=0, minutes__lte=LONGEST), name="service_entry_minutes"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(entered_by__isnull=True) | ~Q(decided_by=F("entered_by")),
                name="service_entry_second_person",
                violation_error_message=_("录入的人不能自己证明，请另一位同事来。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.minutes}"


class HandOver(models.Model):
    """One export for the national volunteer system: whose unit, which days, what is new since the last."""

    id = models.UUIDField(primary_key=True)
    unit = of_unit(_("单位"))
    first_on = models.DateField(_("从"))
    last_on = models.DateField(_("到"))
    by = by_account(_("经办人"))
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(_("时间"), db_default=Now())

    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = _("时长移交")
        verbose_name_plural = _("时长移交")
        indexes: ClassVar = [models.Index(fields=["unit", "-at"], name="hand_over_unit")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")),
                name="hand_over_dates",
                violation_error_message=_("结束日期不能早于开始日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_on} {self.last_on}"


class HandOverLine(AppendOnlyModel):
    """That a record was handed over, once; and once more if it was withdrawn later."""

    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="lines")
    record = models.ForeignKey(ServiceRecord, on_delete=models.PROTECT, related_name="handed_over")
    is_withdrawal = models.BooleanField(_("撤回"), default=False)

    class Meta:
        verbose_name = _("移交的时长")
        verbose_name_plural = _("移交的时长")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "is_withdrawal"], name="handed_over_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}"


class ServiceProof(models.Model):
    """A certificate of service as it was printed: what it says, and whether strangers may read that with its number."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(_("验证编号"), max_length=20, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="service_proofs")
    year = models.PositiveSmallIntegerField(_("年份"), null=True)
    first_on = models.DateField(_("从"))
    last_on = models.DateField(_("到"))
    minutes = models.PositiveIntegerField(_("时长（分钟）"))
    count = models.PositiveIntegerField(_("次数"))
    shows_details = models.BooleanField(_("查验时显示日期和时长"), default=False)
    fingerprint = models.CharField(max_length=64)
    printed_at = models.DateTimeField(_("打印时间"), db_default=Now())
    withdrawn_at = models.DateTimeField(_("作废时间"), null=True)
    reason = models.CharField(_("作废原因"), max_length=200, blank=True, db_default="")

    objects = ServiceProofQuerySet.as_manager()

    class Meta:
        verbose_name = _("服务证明")
        verbose_name_plural = _("服务证明")
        indexes: ClassVar = [models.Index(fields=["person", "-printed_at"], name="proof_person")]

    def __str__(self) -> str:
        return self.number


class CertificateKind(models.Model):
    """A kind of certificate with its text, typed in by the district. With `years` it comes by itself on that day."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("名称"), max_length=20, help_text=_("例如：感谢状"))
    words = models.CharField(_("证书上的话"), max_length=200)
    years = models.PositiveSmallIntegerField(_("任职满几年"), unique=True, null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("启用"), default=True)

    objects = CertificateKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("证书种类")
        verbose_name_plural = _("证书种类")

    def __str__(self) -> str:
        return self.name


class CertificateState(models.TextChoices):
    """waiting → issued by a second signature | refused; issued → withdrawn with a reason."""

    WAITING = "waiting", _("等另一位同事签发")
    ISSUED = "issued", _("已签发")
    REFUSED = "refused", _("没有签发")
    WITHDRAWN = "withdrawn", _("已撤回")


class Certificate(models.Model):
    """A certificate for one person. The id is the form's; its text is the kind's of that day, and stays.

    Two people sign. The anniversaries are made by the program, since the calendar vouches for them: nobody signs.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(_("编号"), max_length=20, unique=True)
    kind = models.ForeignKey(
        CertificateKind, on_delete=models.PROTECT, related_name="certificates", verbose_name=_("种类")
    )
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="certificates", verbose_name=_("给谁")
    )
    unit = of_unit(_("签发单位"))
    title = models.CharField(_("名称"), max_length=20)
    text = models.CharField(_("证书上的话"), max_length=200)
    since = models.DateField(_("任职从"), null=True, blank=True)
    dated_on = models.DateField(_("日期"))
    state = models.CharField(
        _("状态"), max_length=10, choices=CertificateState.choices, default=CertificateState.WAITING
    )
    issued_by = by_account(_("申请人"))
    approved_by = by_account(_("签发人"))
    decided_at = models.DateTimeField(_("签发时间"), null=True, blank=True)
    withdrawn_by = by_account(_("撤回人"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True, db_default="")
    hidden_at = models.DateTimeField(_("本人收起的时间"), null=True, blank=True)
    fingerprint = models.CharField(max_length=64, db_default="")
    at = models.DateTimeField(_("时间"), db_default=Now())

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("证书")
        verbose_name_plural = _("证书")
        indexes: ClassVar = [
            models.Index(fields=["person", "-dated_on"], name="certificate_person"),
            models.Index(fields=["unit", "state", "-dated_on"], name="certificate_unit"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(issued_by__isnull=True) | ~Q(approved_by=F("issued_by")),
                name="certificate_second_person",
                violation_error_message=_("申请的人不能自己签发，请另一位同事来。"),
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "since"], condition=Q(since__isnull=False), name="certificate_anniversary"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"


class Picture(models.TextChoices):
    """The cards there are, all drawn by us."""

    LAMP = "lamp", _("一盏灯")
    FLOWERS = "flowers", _("一束花")
    TEA = "tea", _("一杯热茶")
    UMBRELLA = "umbrella", _("一把伞")


class SenderPart(models.TextChoices):
    """As what somebody says thanks."""

    NEIGHBOUR = "neighbour", _("邻居")
    LEADER = "leader", _("上一级的三长")
    STAFF = "staff", _("工作人员")


class ThanksCard(models.Model):
    """Somebody says thanks to a leader. The id is made on the phone. Nobody counts them."""

    id = models.UUIDField(primary_key=True)
    to = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="thanks_received", verbose_name=_("给谁")
    )
    sender = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="thanks_sent", verbose_name=_("谁写的")
    )
    part = models.CharField(_("身份"), max_length=10, choices=SenderPart.choices)
    unit = of_unit(_("单位"))
    picture = models.CharField(_("卡片"), max_length=10, choices=Picture.choices)
    words = models.CharField(_("一句话"), max_length=60, blank=True, db_default="")
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(_("时间"), db_default=Now())
    hidden_at = models.DateTimeField(_("收起的时间"), null=True)
    reported_at = models.DateTimeField(_("反映的时间"), null=True)
    removed_at = models.DateTimeField(_("撤下的时间"), null=True)
    settled_at = models.DateTimeField(_("处理的时间"), null=True)
    settled_by = by_account(_("处理人"))

    objects = ThanksCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("感谢卡")
        verbose_name_plural = _("感谢卡")
        indexes: ClassVar = [
            models.Index(fields=["to", "-at"], name="thanks_to"),
            models.Index(fields=["sender", "-at"], name="thanks_sender"),
            models.Index(fields=["unit", "-reported_at"], condition=Q(reported_at__isnull=False), name="thanks_said"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(sender=F("to")), name="thanks_not_to_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.to_id} {self.picture}"
