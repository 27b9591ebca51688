"""Agreements with merchants, invitations, and what merchants ask for."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import foundation.pictures
from foundation.append_only import GuardTable
from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("merchants", "0001_first"),
        ("merchants", "0002_append_only"),
    ]

    dependencies = [
        ("benefits", "0001_schema"),
        ("people", "0001_schema"),
        ("units", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Agreement",
                    fields=[
                        (
                            "uid",
                            models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                        ),
                        (
                            "merchant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="agreements",
                                to="benefits.merchant",
                                verbose_name="商家",
                            ),
                        ),
                        ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                        ("wording_sha256", models.CharField(max_length=64, verbose_name="文本指纹")),
                        (
                            "way",
                            models.CharField(
                                choices=[("phone", "手机上同意"), ("paper", "纸质签字")],
                                max_length=10,
                                verbose_name="方式",
                            ),
                        ),
                        ("signed_on", models.DateField(verbose_name="签订日期")),
                        (
                            "person",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="people.person",
                                verbose_name="谁同意的",
                            ),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
                            ),
                        ),
                        (
                            "scan",
                            models.ImageField(
                                blank=True,
                                db_default="",
                                storage=foundation.pictures.private_storage,
                                upload_to="agreements",
                                verbose_name="签字页照片",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="记录时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "合作约定",
                        "verbose_name_plural": "合作约定",
                        "indexes": [models.Index(fields=["merchant", "-at"], name="agreement_latest")],
                    },
                ),
                migrations.CreateModel(
                    name="MerchantInvitation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="所在单位",
                            ),
                        ),
                        ("shop", models.CharField(max_length=60, verbose_name="商家名称")),
                        ("address", models.CharField(blank=True, db_default="", max_length=120, verbose_name="地址")),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="people.person",
                                verbose_name="联系人",
                            ),
                        ),
                        ("token_digest", models.CharField(max_length=64, unique=True)),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("made_at", models.DateTimeField(verbose_name="邀请时间")),
                        ("expires_at", models.DateTimeField(verbose_name="到期时间")),
                        ("used_at", models.DateTimeField(null=True, verbose_name="用掉时间")),
                        (
                            "merchant",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="invitation",
                                to="benefits.merchant",
                                verbose_name="商家",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "商家邀请",
                        "verbose_name_plural": "商家邀请",
                    },
                ),
                migrations.CreateModel(
                    name="MerchantWish",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "merchant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="wishes",
                                to="benefits.merchant",
                                verbose_name="商家",
                            ),
                        ),
                        (
                            "want",
                            models.CharField(
                                choices=[
                                    ("offer", "想加一项优惠"),
                                    ("pause", "想停一停"),
                                    ("resume", "想恢复"),
                                    ("end", "想结束"),
                                ],
                                max_length=10,
                                verbose_name="想要什么",
                            ),
                        ),
                        (
                            "benefit",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="wishes",
                                to="benefits.benefit",
                                verbose_name="优惠项",
                            ),
                        ),
                        ("offer", models.CharField(blank=True, db_default="", max_length=40, verbose_name="给什么")),
                        (
                            "value_text",
                            models.CharField(blank=True, db_default="", max_length=12, verbose_name="优惠多少"),
                        ),
                        ("detail", models.CharField(blank=True, db_default="", max_length=120, verbose_name="说明")),
                        (
                            "how_to_use",
                            models.CharField(blank=True, db_default="", max_length=200, verbose_name="怎么用"),
                        ),
                        ("roles", models.JSONField(default=list, verbose_name="给谁")),
                        ("uses_each", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="每人次数")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="到哪天")),
                        ("words", models.CharField(blank=True, db_default="", max_length=200, verbose_name="补充一句")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "等社区看"),
                                    ("taken", "采纳了"),
                                    ("returned", "退回了"),
                                    ("withdrawn", "收回了"),
                                ],
                                db_default="waiting",
                                default="waiting",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(blank=True, db_default="", max_length=200, verbose_name="社区的话"),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="people.person",
                                verbose_name="谁提的",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="办结时间")),
                        ("fingerprint", models.CharField(max_length=64)),
                    ],
                    options={
                        "verbose_name": "商家的请求",
                        "verbose_name_plural": "商家的请求",
                        "indexes": [
                            models.Index(fields=["state", "-at"], name="wish_state_at"),
                            models.Index(fields=["merchant", "-at"], name="wish_merchant_at"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("want", "offer"), ("benefit__isnull", False), _connector="OR"),
                                name="wish_names_a_benefit",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("want", "offer"), _negated=True),
                                    models.Q(("offer", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="wish_says_what",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "waiting")),
                                fields=("merchant", "benefit"),
                                name="wish_one_at_a_time",
                            ),
                        ],
                    },
                ),
            ]
        ),
        GuardTable("merchants_agreement"),
    ]
