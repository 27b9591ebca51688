"""Events, who signed up, and who was there."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("gatherings", "0001_initial"),
        ("gatherings", "0002_attendance"),
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
                    name="Event",
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
                                related_name="events",
                                to="units.unit",
                                verbose_name="主办单位",
                            ),
                        ),
                        ("title", models.CharField(max_length=60, verbose_name="名称")),
                        ("place", models.CharField(max_length=80, verbose_name="地点")),
                        ("starts_at", models.DateTimeField(verbose_name="开始")),
                        ("ends_at", models.DateTimeField(verbose_name="结束")),
                        (
                            "capacity",
                            models.PositiveIntegerField(
                                blank=True, help_text="不填就是不限", null=True, verbose_name="名额"
                            ),
                        ),
                        ("signed_count", models.PositiveIntegerField(db_default=0, verbose_name="已报名")),
                        ("needs_sign_up", models.BooleanField(default=True, verbose_name="需要报名")),
                        ("is_public", models.BooleanField(db_default=False, default=False, verbose_name="对外公开")),
                        (
                            "state",
                            models.CharField(
                                choices=[("planned", "照常"), ("called_off", "取消了")],
                                db_default="planned",
                                default="planned",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "活动",
                        "verbose_name_plural": "活动",
                        "indexes": [models.Index(fields=["unit", "starts_at"], name="event_unit_start")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                                name="event_times",
                                violation_error_message="结束要在开始之后。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("capacity__isnull", True),
                                    ("signed_count__lte", models.F("capacity")),
                                    _connector="OR",
                                ),
                                name="event_capacity",
                                violation_error_message="名额不能少于已经报名的人数。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SignUp",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "event",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sign_ups",
                                to="gatherings.event",
                                verbose_name="活动",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sign_ups",
                                to="people.person",
                                verbose_name="人员",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("signed", "已报名"), ("cancelled", "已取消")],
                                default="signed",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("fingerprint", models.CharField(max_length=64)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "报名",
                        "verbose_name_plural": "报名",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "signed")),
                                fields=("event", "person"),
                                name="sign_up_once",
                                violation_error_message="已经报过名了。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HoursBatch",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "event",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="batches",
                                to="gatherings.event",
                                verbose_name="活动",
                            ),
                        ),
                        ("count", models.PositiveIntegerField(db_default=0, verbose_name="几位")),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="确认人",
                            ),
                        ),
                        ("fingerprint", models.CharField(max_length=64)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                        ("units", models.ManyToManyField(related_name="+", to="units.unit", verbose_name="管哪里")),
                    ],
                    options={
                        "verbose_name": "时长确认",
                        "verbose_name_plural": "时长确认",
                    },
                ),
                migrations.CreateModel(
                    name="Attendance",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                        (
                            "event",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attendances",
                                to="gatherings.event",
                                verbose_name="活动",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attendances",
                                to="people.person",
                                verbose_name="人员",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        ("turn", models.PositiveSmallIntegerField(default=1, verbose_name="第几次")),
                        (
                            "state",
                            models.CharField(
                                choices=[("signed_in", "到了"), ("confirmed", "已确认"), ("withdrawn", "已收回")],
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "how",
                            models.CharField(
                                choices=[("qr", "自己扫码"), ("staff", "报过名"), ("walk_in", "没报名，来了")],
                                max_length=8,
                                verbose_name="怎么知道的",
                            ),
                        ),
                        ("minutes", models.PositiveSmallIntegerField(db_default=0, verbose_name="时长（分钟）")),
                        ("signed_in_at", models.DateTimeField(null=True, verbose_name="到场时间")),
                        (
                            "batch",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attendances",
                                to="gatherings.hoursbatch",
                                verbose_name="确认",
                            ),
                        ),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="确认人",
                            ),
                        ),
                        ("confirmed_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                        (
                            "withdrawn_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="收回人",
                            ),
                        ),
                        ("withdrawn_at", models.DateTimeField(null=True, verbose_name="收回时间")),
                        (
                            "reason",
                            models.CharField(blank=True, db_default="", max_length=100, verbose_name="收回的原因"),
                        ),
                    ],
                    options={
                        "verbose_name": "到场",
                        "verbose_name_plural": "到场",
                        "indexes": [
                            models.Index(fields=["unit", "confirmed_at"], name="attendance_unit_at"),
                            models.Index(fields=["confirmed_at"], name="attendance_at"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("event", "person", "turn"), name="attendance_turn"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "withdrawn"), _negated=True),
                                fields=("event", "person"),
                                name="attendance_once",
                                violation_error_message="这场活动里已经有这个人了。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("confirmed_at__isnull", True), ("state", "signed_in")),
                                    models.Q(
                                        ("confirmed_at__isnull", False), ("minutes__gte", 1), ("minutes__lte", 1440)
                                    ),
                                    _connector="OR",
                                ),
                                name="attendance_confirmed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "withdrawn"), _negated=True),
                                    models.Q(("withdrawn_at__isnull", False), models.Q(("reason", ""), _negated=True)),
                                    _connector="OR",
                                ),
                                name="attendance_withdrawn",
                                violation_error_message="收回要写一句原因。",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
