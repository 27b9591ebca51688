"""The box, the roll beside it, and the envelopes in it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events.ballots.querysets import (
    BallotBoxManager,
    DisputeQuerySet,
    EnvelopeQuerySet,
    QuarantineBatchQuerySet,
    RollEntryQuerySet,
)

KEY_LENGTH = 65
"""Bytes of an uncompressed point of P-256: the public key, and the head of every sealed ballot."""


class BallotBox(models.Model):
    """The box of one campaign: its keys, the fingerprint of its roll, and what is published before it is opened.

    `private_key` is sealed with a key that only the custodians together can make (opening.py). `hashes` holds the
    SHA-256 of every envelope that is in the box at the close, sorted and joined, 32 bytes each; `root` is the root of
    the Merkle tree over them. Counts hold at the end: counted + spoilt + voided + replaced = cast. Paper that two
    clerks found invalid never became an envelope, and is told beside that sum.
    """

    campaign = models.OneToOneField(
        "campaigns.Campaign", on_delete=models.PROTECT, primary_key=True, related_name="box", verbose_name=_("评选")
    )
    voter_secret = models.CharField(_("名册密钥（加密）"), max_length=200)
    threshold = models.PositiveSmallIntegerField(_("几人到场才能开箱"), default=1)
    public_key = models.BinaryField(_("公钥"), max_length=KEY_LENGTH, null=True)
    private_key = models.BinaryField(_("私钥（封存）"), null=True)
    roll_proposed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("提出冻结的人")
    )
    roll_proposed_at = models.DateTimeField(_("提出冻结的时间"), null=True)
    roll_confirmed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("确认冻结的人")
    )
    roll_confirmed_at = models.DateTimeField(_("确认冻结的时间"), null=True)
    key_asked_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("提出做钥匙")
    )
    key_made_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("确认做钥匙")
    )
    key_made_at = models.DateTimeField(_("做好钥匙"), null=True)
    roll_frozen_at = models.DateTimeField(_("名册冻结时间"), null=True)
    roll_hash = models.CharField(_("名册指纹"), max_length=64, blank=True, db_default="")
    roll_count = models.PositiveIntegerField(_("选民人数"), db_default=0, default=0)
    closed_at = models.DateTimeField(_("截止时间"), null=True)
    root = models.CharField(_("票箱指纹"), max_length=64, blank=True, db_default="")
    hashes = models.BinaryField(_("信封指纹"), null=True)
    cast_count = models.PositiveIntegerField(_("投出"), db_default=0, default=0)
    replaced_count = models.PositiveIntegerField(_("本人改过"), db_default=0, default=0)
    voided_count = models.PositiveIntegerField(_("作废"), db_default=0, default=0)
    spoilt_count = models.PositiveIntegerField(_("打不开或不合格"), db_default=0, default=0)
    counted_count = models.PositiveIntegerField(_("计入"), db_default=0, default=0)
    invalid_paper_count = models.PositiveIntegerField(_("纸质废票"), db_default=0, default=0)
    opened_at = models.DateTimeField(_("开箱时间"), null=True)

    objects = BallotBoxManager()

    class Meta:
        verbose_name = _("票箱")
        verbose_name_plural = _("票箱")
        base_manager_name = "objects"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(key_made_by__isnull=True)
                | Q(key_asked_by__isnull=True)
                | ~Q(key_made_by=F("key_asked_by")),
                name="box_key_second_person",
                violation_error_message=_("提出的人不能自己确认，请另一位同事来。"),
            ),
            models.CheckConstraint(
                condition=Q(roll_confirmed_by__isnull=True)
                | (Q(roll_proposed_by__isnull=False) & ~Q(roll_confirmed_by=F("roll_proposed_by"))),
                name="roll_second_person",
                violation_error_message=_("提出的人不能自己确认，请另一位同事来看。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}"

    @property
    def is_ready(self) -> bool:
        """Whether the roll is frozen and there is a key to seal with."""
        return self.roll_frozen_at is not None and self.public_key is not None


class RollKind(models.TextChoices):
    """A voter's entry, or a household's for the one question about its neighbour leader."""

    VOTER = "voter", _("选民")
    HOUSEHOLD = "household", _("联系户")


class RollEntry(models.Model):
    """One entry of the frozen roll. `voter_key` is an HMAC of the person (of the household) under the box's own secret.

    A household's entry names the nomination it is asked about. `channel` says which way the vote is taken: a paper
    ballot handed out shuts the phone, and the other way round.
    """

    class Channel(models.TextChoices):
        """Not used yet, or in which way."""

        NONE = "", _("还没投")
        PHONE = "phone", _("手机")
        COUNTER = "counter", _("窗口")
        PAPER = "paper", _("纸质")

    box = models.ForeignKey(BallotBox, on_delete=models.PROTECT, related_name="roll", db_index=False)
    kind = models.CharField(max_length=9, choices=RollKind.choices, default=RollKind.VOTER, db_default="voter")
    voter_key = models.CharField(max_length=64)
    neighbourhood = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    community = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    street = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    about = models.ForeignKey("campaigns.Nomination", on_delete=models.PROTECT, null=True, related_name="+")
    bound_at = models.DateTimeField(_("确认为居民的时间"), null=True)
    channel = models.CharField(_("方式"), max_length=8, choices=Channel.choices, blank=True, default="", db_default="")

    objects = RollEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("名册条目")
        verbose_name_plural = _("选民名册")
        indexes: ClassVar = [models.Index(fields=["box", "kind", "community"], name="roll_community")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["box", "kind", "voter_key"], name="roll_entry_once"),
            models.CheckConstraint(
                condition=Q(kind="voter", about__isnull=True) | Q(kind="household", about__isnull=False),
                name="roll_household_about_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.voter_key[:8]}"


class EnvelopeState(models.TextChoices):
    """sealed ⇄ replaced in place; sealed → quarantined → released | voided. Opened ones are gone with their links."""

    SEALED = "sealed", _("已封好")
    QUARANTINED = "quarantined", _("待核")
    RELEASED = "released", _("核过，有效")
    VOIDED = "voided", _("作废")


IN_THE_BOX = (EnvelopeState.SEALED, EnvelopeState.RELEASED)
"""What is opened. What is still quarantined at the close holds the opening up."""


class Envelope(models.Model):
    """A sealed choice, one for each roll entry, replaced in place until the close; of a paper ballot without an entry.

    `ciphertext` is `enc‖ct` of HPKE (sealing.py), always of one length. `former_uids` are those of the envelopes that
    lay in its place before, 16 bytes each, so that a late repeat of one of them does not count as a change. The signals
    are keyed digests, gone with the row when the box is opened.
    """

    class SealedOn(models.TextChoices):
        """Where the choice was sealed, and so who could have seen it on the way."""

        PHONE = "phone", _("在手机上封的")
        SERVER = "server", _("在服务器上封的")
        COUNTER = "counter", _("在窗口封的")
        PAPER = "paper", _("纸质票")

    uid = models.UUIDField(_("编号"), unique=True)
    box = models.ForeignKey(BallotBox, on_delete=models.PROTECT, related_name="envelopes", db_index=False)
    entry = models.OneToOneField(RollEntry, on_delete=models.PROTECT, null=True, related_name="envelope")
    kind = models.CharField(max_length=9, choices=RollKind.choices, default=RollKind.VOTER, db_default="voter")
    community = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    ciphertext = models.BinaryField(max_length=400)
    sha256 = models.CharField(max_length=64, unique=True)
    state = models.CharField(
        _("状态"), max_length=11, choices=EnvelopeState.choices, default=EnvelopeState.SEALED, db_default="sealed"
    )
    sealed_on = models.CharField(_("在哪里封的"), max_length=8, choices=SealedOn.choices)
    cast_at = models.DateTimeField(_("投出时间"))
    replaced_count = models.PositiveIntegerField(_("改过几次"), db_default=0, default=0)
    former_uids = models.BinaryField(db_default=b"", default=b"")
    device_key = models.CharField(max_length=24, blank=True, db_default="")
    network_key = models.CharField(max_length=24, blank=True, db_default="")
    signals = models.CharField(_("可疑之处"), max_length=60, blank=True, db_default="")
    batch = models.ForeignKey(
        "ballots.QuarantineBatch", on_delete=models.SET_NULL, null=True, related_name="envelopes", db_index=False
    )

    objects = EnvelopeQuerySet.as_manager()

    class Meta:
        verbose_name = _("信封")
        verbose_name_plural = _("信封")
        indexes: ClassVar = [
            models.Index(fields=["box", "device_key"], name="envelope_device"),
            models.Index(fields=["box", "network_key", "cast_at"], name="envelope_network"),
            models.Index(fields=["box", "community"], name="envelope_quarantined", condition=Q(state="quarantined")),
            models.Index(fields=["batch"], name="envelope_batch", condition=Q(batch__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(entry__isnull=False) | Q(sealed_on="paper"), name="envelope_of_an_entry_or_paper"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.state}"

    def uids_before(self) -> set[uuid.UUID]:
        """Of the envelopes that lay here before."""
        joined = bytes(self.former_uids)
        return {uuid.UUID(bytes=joined[start : start + 16]) for start in range(0, len(joined), 16)}


class TurnoutShard(models.Model):
    """How many entries of a community have voted, in sixteen rows so that writers seldom meet; the sum is the turnout.

    Kept by the casting write itself, so that turnout pages never read envelopes.
    """

    SHARDS = 16

    box = models.ForeignKey(BallotBox, on_delete=models.CASCADE, related_name="turnout", db_index=False)
    community = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=9, choices=RollKind.choices)
    shard = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(db_default=0, default=0)

    class Meta:
        verbose_name = _("投票人数")
        verbose_name_plural = _("投票人数")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["box", "kind", "community", "shard"], name="turnout_shard_once"),
            models.CheckConstraint(condition=Q(shard__lt=16), name="turnout_sixteen_shards"),
        ]

    def __str__(self) -> str:
        return f"{self.community_id} {self.count}"


class RollCount(models.Model):
    """How many entries the frozen roll has in a community; written once, as the roll is frozen."""

    box = models.ForeignKey(BallotBox, on_delete=models.CASCADE, related_name="roll_counts", db_index=False)
    community = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    street = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=9, choices=RollKind.choices)
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("名册人数")
        verbose_name_plural = _("名册人数")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["box", "kind", "community"], name="roll_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.community_id} {self.count}"


class DisputeState(models.TextChoices):
    """open → voided (and the voter may vote again) | kept, if a second person agrees; with a reason."""

    OPEN = "open", _("核实中")
    VOIDED = "voided", _("那张票作废了")
    KEPT = "kept", _("核实是本人投的")


class Dispute(models.Model):
    """ "That was not me": a voter disputes the envelope cast in their name; it is quarantined at once."""

    uid = models.UUIDField(_("编号"), primary_key=True)
    entry = models.ForeignKey(RollEntry, on_delete=models.PROTECT, related_name="disputes")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("本人"))
    words = models.CharField(_("说明"), max_length=200, blank=True, db_default="")
    state = models.CharField(_("状态"), max_length=8, choices=DisputeState.choices, default=DisputeState.OPEN)
    raised_at = models.DateTimeField(_("提出时间"))
    reason = models.CharField(_("处理说明"), max_length=200, blank=True, db_default="")
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    decided_at = models.DateTimeField(_("处理时间"), null=True)
    fingerprint = models.CharField(max_length=64, db_default="", editable=False)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("不是我投的")
        verbose_name_plural = _("不是我投的")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry"], condition=Q(state="open"), name="dispute_one_open"),
            models.CheckConstraint(condition=Q(state="open") | ~Q(reason=""), name="dispute_decided_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.state}"


class QuarantineBatch(models.Model):
    """Quarantined envelopes that one member of staff proposes to release or to void, and another decides."""

    class Verdict(models.TextChoices):
        """What is proposed for all of them."""

        RELEASE = "release", _("放行")
        VOID = "void", _("作废")

    class State(models.TextChoices):
        """proposed → done | refused."""

        PROPOSED = "proposed", _("等第二个人")
        DONE = "done", _("已办")
        REFUSED = "refused", _("没有同意")

    uid = models.UUIDField(_("编号"), primary_key=True)
    box = models.ForeignKey(BallotBox, on_delete=models.PROTECT, related_name="batches")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("单位"))
    verdict = models.CharField(_("怎么办"), max_length=8, choices=Verdict.choices)
    reason = models.CharField(_("理由"), max_length=200)
    envelope_count = models.PositiveIntegerField(_("几张"), db_default=0, default=0)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    answer = models.CharField(_("第二个人的意见"), max_length=200, blank=True, db_default="")
    fingerprint = models.CharField(max_length=64, db_default="", editable=False)

    objects = QuarantineBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("待核批次")
        verbose_name_plural = _("待核批次")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="quarantine_second_person",
                violation_error_message=_("提出的人不能自己决定，请另一位同事来看。"),
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | (Q(decided_by__isnull=False) & ~Q(answer="")),
                name="quarantine_decided_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.envelope_count}"
