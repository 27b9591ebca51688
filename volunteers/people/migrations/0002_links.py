"""What is kept of how personal data was used: it points back at units and accounts."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import GuardTable
from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("people", "0004_personal_data"),
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
                    name="Consent",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="consents",
                                to="people.person",
                                verbose_name="本人",
                            ),
                        ),
                        ("document", models.CharField(max_length=30, verbose_name="同意书")),
                        ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                        ("wording_sha256", models.CharField(max_length=64, verbose_name="文本指纹")),
                        ("purpose", models.CharField(max_length=120, verbose_name="用途")),
                        ("is_given", models.BooleanField(verbose_name="同意")),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("self", "本人在手机上"),
                                    ("proxy", "邻长代录"),
                                    ("counter", "窗口"),
                                    ("paper", "纸质"),
                                ],
                                max_length=10,
                                verbose_name="方式",
                            ),
                        ),
                        (
                            "guardian",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="people.person",
                                verbose_name="监护人",
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
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "同意记录",
                        "verbose_name_plural": "同意记录",
                        "indexes": [models.Index(fields=["person", "document", "-at"], name="consent_latest")],
                    },
                ),
                migrations.CreateModel(
                    name="PhoneReveal",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reveals",
                                to="people.person",
                                verbose_name="谁的号码",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="people.person",
                                verbose_name="谁看的",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        ("why", models.CharField(blank=True, db_default="", max_length=60, verbose_name="用途")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "看号码记录",
                        "verbose_name_plural": "看号码记录",
                        "indexes": [models.Index(fields=["by", "-at"], name="reveal_by_at")],
                    },
                ),
                migrations.CreateModel(
                    name="PersonalRequest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="requests",
                                to="people.person",
                                verbose_name="本人",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="受理单位",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("copy", "要一份副本"),
                                    ("correct", "更正"),
                                    ("delete", "删除"),
                                    ("object", "不同意某种用法"),
                                ],
                                max_length=10,
                                verbose_name="要求",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("asked", "待处理"),
                                    ("done", "已办好"),
                                    ("refused", "没有办"),
                                    ("withdrawn", "本人撤回"),
                                ],
                                db_default="asked",
                                default="asked",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("self", "本人在手机上"),
                                    ("proxy", "邻长代录"),
                                    ("counter", "窗口"),
                                    ("paper", "纸质"),
                                ],
                                max_length=10,
                                verbose_name="方式",
                            ),
                        ),
                        ("words", models.CharField(blank=True, db_default="", max_length=200, verbose_name="说明")),
                        (
                            "wanted_name",
                            models.CharField(blank=True, db_default="", max_length=30, verbose_name="改成的姓名"),
                        ),
                        ("wanted_born_on", models.DateField(blank=True, null=True, verbose_name="改成的出生年月")),
                        ("reason", models.CharField(blank=True, db_default="", max_length=200, verbose_name="答复")),
                        (
                            "entered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "answered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
                            ),
                        ),
                        ("fingerprint", models.CharField(db_default="", editable=False, max_length=64)),
                        (
                            "asked_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="提出时间"
                            ),
                        ),
                        ("due_on", models.DateField(verbose_name="答复期限")),
                        ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                    ],
                    options={
                        "verbose_name": "个人信息请求",
                        "verbose_name_plural": "个人信息请求",
                        "indexes": [models.Index(fields=["state", "due_on"], name="personal_request_due")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "refused"), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="personal_request_reason",
                                violation_error_message="没有办的，请说明理由。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state", "asked"), ("answered_at__isnull", False), _connector="OR"),
                                name="personal_request_answered",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "asked")),
                                fields=("person", "kind"),
                                name="personal_request_one_open",
                                violation_error_message="这件事已经在办了。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Tombstone",
                    fields=[
                        (
                            "key",
                            models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="代号"),
                        ),
                        ("at", models.DateTimeField(verbose_name="时间")),
                    ],
                    options={
                        "verbose_name": "删除凭据",
                        "verbose_name_plural": "删除凭据",
                    },
                ),
            ]
        ),
        GuardTable("people_consent"),
        GuardTable("people_phonereveal"),
        GuardTable("people_tombstone"),
    ]
