"""Packages, benefits, vouchers with their uses, and the shops that take them."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import foundation.clock
from foundation.append_only import GuardTable
from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("benefits", "0001_initial"),
        ("benefits", "0002_append_only"),
        ("benefits", "0003_clerks"),
        ("benefits", "0004_merchants_join"),
        ("benefits", "0005_places_and_periods"),
        ("benefits", "0006_first_places"),
    ]

    dependencies = [
        ("people", "0001_schema"),
        ("units", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Merchant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("name", models.CharField(max_length=60, verbose_name="名称")),
                        ("address", models.CharField(blank=True, db_default="", max_length=120, verbose_name="地址")),
                        ("about", models.CharField(blank=True, db_default="", max_length=120, verbose_name="做什么的")),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merchants",
                                to="units.unit",
                                verbose_name="所在单位",
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="people.person",
                                verbose_name="联系人",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("applied", "申请中"),
                                    ("active", "合作中"),
                                    ("paused", "暂停"),
                                    ("ended", "已结束"),
                                    ("refused", "没有通过"),
                                ],
                                db_default="active",
                                default="active",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, db_default="", max_length=200, verbose_name="原因")),
                        ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="申请时间")),
                        ("starts_on", models.DateField(blank=True, null=True, verbose_name="合作开始")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="合作结束")),
                        (
                            "pinyin",
                            models.CharField(
                                blank=True, db_default="", editable=False, max_length=240, verbose_name="拼音"
                            ),
                        ),
                        (
                            "initials",
                            models.CharField(
                                blank=True, db_default="", editable=False, max_length=60, verbose_name="拼音首字母"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "爱心商家",
                        "verbose_name_plural": "爱心商家",
                        "indexes": [models.Index(fields=["state", "pinyin"], name="merchant_state_name")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "applied")),
                                fields=("contact",),
                                name="merchant_one_application_at_a_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("starts_on__isnull", True),
                                    ("ends_on__isnull", True),
                                    ("ends_on__gte", models.F("starts_on")),
                                    _connector="OR",
                                ),
                                name="merchant_dates",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MerchantClerk",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "merchant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="clerks",
                                to="benefits.merchant",
                                verbose_name="商家",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="clerkships",
                                to="people.person",
                                verbose_name="店员",
                            ),
                        ),
                        ("starts_on", models.DateField(default=foundation.clock.today, verbose_name="开始日期")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                    ],
                    options={
                        "verbose_name": "店员",
                        "verbose_name_plural": "店员",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ends_on__isnull", True)),
                                fields=("merchant", "person"),
                                name="clerk_once_at_a_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                                ),
                                name="clerk_dates",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BenefitPackage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("name", models.CharField(max_length=60, verbose_name="名称")),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="packages",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="开始")),
                        ("ends_on", models.DateField(verbose_name="结束")),
                    ],
                    options={
                        "verbose_name": "专属优惠包",
                        "verbose_name_plural": "专属优惠包",
                    },
                ),
                migrations.CreateModel(
                    name="Benefit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "package",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="benefits",
                                to="benefits.benefitpackage",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("political", "政治"), ("work", "工作"), ("life", "生活")],
                                max_length=10,
                                verbose_name="类别",
                            ),
                        ),
                        ("name", models.CharField(max_length=40, verbose_name="名称")),
                        (
                            "value_text",
                            models.CharField(help_text="票面上的大字，例如：8 折", max_length=12, verbose_name="大字"),
                        ),
                        ("detail", models.CharField(blank=True, db_default="", max_length=120, verbose_name="说明")),
                        (
                            "how_to_use",
                            models.CharField(blank=True, db_default="", max_length=200, verbose_name="怎么用"),
                        ),
                        ("roles", models.JSONField(default=list, verbose_name="给谁")),
                        ("uses_each", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="每人次数")),
                        (
                            "renews",
                            models.CharField(
                                choices=[
                                    ("none", "不更新"),
                                    ("month", "每月"),
                                    ("quarter", "每季度"),
                                    ("year", "每年"),
                                ],
                                db_default="none",
                                default="none",
                                max_length=10,
                                verbose_name="次数多久更新",
                            ),
                        ),
                        ("places", models.PositiveIntegerField(blank=True, null=True, verbose_name="名额")),
                        ("needs_code", models.BooleanField(default=True, verbose_name="凭码使用")),
                        (
                            "agreement",
                            models.CharField(
                                blank=True,
                                db_default="",
                                help_text="协议或文件的名称和编号，只给工作人员看",
                                max_length=120,
                                verbose_name="依据",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "草稿"),
                                    ("reviewed", "已审核"),
                                    ("live", "进行中"),
                                    ("paused", "暂停"),
                                    ("ended", "已结束"),
                                ],
                                default="draft",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "pause_note",
                            models.CharField(blank=True, db_default="", max_length=60, verbose_name="为什么暂停"),
                        ),
                        ("starts_on", models.DateField(verbose_name="开始")),
                        ("ends_on", models.DateField(verbose_name="结束")),
                        (
                            "drafted_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "reviewed_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("live_since", models.DateTimeField(editable=False, null=True, verbose_name="上线时间")),
                        (
                            "merchants",
                            models.ManyToManyField(
                                blank=True, related_name="benefits", to="benefits.merchant", verbose_name="商家"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "优惠项",
                        "verbose_name_plural": "优惠项",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="benefit_dates"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("reviewed_by__isnull", True),
                                    models.Q(("reviewed_by", models.F("drafted_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="benefit_two_persons",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Entitlement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "benefit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entitlements",
                                to="benefits.benefit",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entitlements",
                                to="people.person",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "候补"),
                                    ("claimed", "已领取"),
                                    ("part_used", "用过几次"),
                                    ("used_up", "已用完"),
                                    ("returned", "已退回"),
                                    ("expired", "已过期"),
                                    ("revoked", "已收回"),
                                ],
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("used_count", models.PositiveSmallIntegerField(db_default=0, verbose_name="已用次数")),
                        ("period_start", models.DateField(null=True, verbose_name="本期开始")),
                        ("waiting_since", models.DateTimeField(null=True, verbose_name="候补时间")),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "verbose_name": "权益",
                        "verbose_name_plural": "权益",
                        "indexes": [
                            models.Index(fields=["benefit", "state", "waiting_since"], name="entitlement_line")
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("benefit", "person"), name="entitlement_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "waiting"), _negated=True),
                                    ("waiting_since__isnull", False),
                                    _connector="OR",
                                ),
                                name="entitlement_waits_since",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Voucher",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        (
                            "entitlement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="vouchers",
                                to="benefits.entitlement",
                            ),
                        ),
                        ("code_digest", models.CharField(db_index=True, max_length=64)),
                        ("qr_digest", models.CharField(blank=True, db_default="", db_index=True, max_length=64)),
                        ("is_paper", models.BooleanField(db_default=False, default=False, verbose_name="纸质券")),
                        (
                            "issued_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("issued", "有效"), ("verified", "已使用"), ("cancelled", "已换新")],
                                default="issued",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "issued_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="出码时间"
                            ),
                        ),
                        ("expires_at", models.DateTimeField(verbose_name="到期时间")),
                    ],
                    options={
                        "verbose_name": "券",
                        "verbose_name_plural": "券",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "issued")),
                                fields=("entitlement", "is_paper"),
                                name="voucher_one_live_each_way",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="VoucherUse",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "voucher",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="use", to="benefits.voucher"
                            ),
                        ),
                        (
                            "merchant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="benefits.merchant"
                            ),
                        ),
                        ("clerk_id", models.BigIntegerField()),
                        ("number", models.PositiveSmallIntegerField(verbose_name="第几次")),
                        ("fingerprint", models.CharField(max_length=64)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "核销",
                        "verbose_name_plural": "核销",
                        "indexes": [models.Index(fields=["merchant", "-at"], name="use_merchant_at")],
                    },
                ),
                migrations.CreateModel(
                    name="VoucherVoid",
                    fields=[
                        (
                            "use",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="void",
                                serialize=False,
                                to="benefits.voucheruse",
                            ),
                        ),
                        ("reason", models.CharField(max_length=120, verbose_name="为什么")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "撤回的核销",
                        "verbose_name_plural": "撤回的核销",
                    },
                ),
                migrations.CreateModel(
                    name="RefusalReport",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "benefit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="refusals",
                                to="benefits.benefit",
                                verbose_name="优惠项",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("words", models.CharField(blank=True, db_default="", max_length=200, verbose_name="怎么回事")),
                        ("fingerprint", models.CharField(max_length=64)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                        (
                            "merchant",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="refusals",
                                to="benefits.merchant",
                                verbose_name="商家",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "在核实"), ("confirmed", "确实没兑现"), ("cleared", "不是没兑现")],
                                db_default="open",
                                default="open",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(blank=True, db_default="", max_length=200, verbose_name="怎么处理的"),
                        ),
                        ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                        (
                            "closed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "未兑现反映",
                        "verbose_name_plural": "未兑现反映",
                        "indexes": [
                            models.Index(fields=["merchant", "state"], name="refusal_merchant_state"),
                            models.Index(fields=["state", "-at"], name="refusal_state_at"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state", "open"), ("closed_at__isnull", False), _connector="OR"),
                                name="refusal_closed_has_time",
                            )
                        ],
                    },
                ),
            ]
        ),
        GuardTable("benefits_voucheruse"),
        GuardTable("benefits_vouchervoid"),
    ]
