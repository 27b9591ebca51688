"""Tasks, check-ins, tallies and outcomes."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import foundation.pictures
from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("tasks", "0001_initial"),
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
                    name="Task",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tasks",
                                to="units.unit",
                                verbose_name="发布单位",
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("title", models.CharField(max_length=40, verbose_name="做什么")),
                        ("why", models.TextField(blank=True, db_default="", max_length=500, verbose_name="为什么")),
                        ("question", models.CharField(blank=True, db_default="", max_length=40, verbose_name="问一句")),
                        ("answers", models.JSONField(default=list, verbose_name="可选的回答")),
                        ("roles", models.JSONField(default=list, verbose_name="给谁")),
                        ("minutes", models.PositiveSmallIntegerField(default=2, verbose_name="大约几分钟")),
                        (
                            "evidence",
                            models.CharField(
                                choices=[("none", "不用附什么"), ("photo", "可以附照片"), ("place", "可以附位置")],
                                default="none",
                                max_length=10,
                                verbose_name="附件",
                            ),
                        ),
                        ("needs_confirmation", models.BooleanField(default=True, verbose_name="由上级确认")),
                        ("points", models.PositiveSmallIntegerField(default=1, verbose_name="积分")),
                        ("due_at", models.DateTimeField(verbose_name="到什么时候")),
                        (
                            "state",
                            models.CharField(
                                choices=[("published", "进行中"), ("closed", "已完成"), ("cancelled", "已取消")],
                                default="published",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("fingerprint", models.CharField(db_default="", editable=False, max_length=64)),
                        (
                            "published_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="发布时间"
                            ),
                        ),
                        ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="完成时间")),
                    ],
                    options={
                        "verbose_name": "任务",
                        "verbose_name_plural": "任务",
                        "indexes": [models.Index(fields=["state", "due_at"], name="task_state_due")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("minutes__gte", 1), ("minutes__lte", 240)), name="task_minutes"
                            ),
                            models.CheckConstraint(condition=models.Q(("points__lte", 5)), name="task_points"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TaskTarget",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "task",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="targets", to="tasks.task"
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "任务范围",
                        "verbose_name_plural": "任务范围",
                        "constraints": [models.UniqueConstraint(fields=("task", "unit"), name="target_once")],
                    },
                ),
                migrations.CreateModel(
                    name="CheckIn",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "task",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="check_ins",
                                to="tasks.task",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="check_ins",
                                to="people.person",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="check_ins",
                                to="units.unit",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("area_leader", "片长"),
                                    ("group_leader", "组长"),
                                    ("neighbour_leader", "邻长"),
                                    ("community_worker", "社区工作人员"),
                                    ("street_clerk", "镇街工作人员"),
                                    ("district_clerk", "区级工作人员"),
                                ],
                                max_length=20,
                                verbose_name="职务",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("submitted", "已送出"),
                                    ("confirmed", "已确认"),
                                    ("returned", "请再看看"),
                                    ("declined", "这次不方便"),
                                ],
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("answer", models.CharField(blank=True, db_default="", max_length=20, verbose_name="回答")),
                        ("note", models.CharField(blank=True, db_default="", max_length=200, verbose_name="补一句")),
                        (
                            "photo",
                            models.ImageField(
                                blank=True,
                                null=True,
                                storage=foundation.pictures.private_storage,
                                upload_to="checkins",
                                verbose_name="照片",
                            ),
                        ),
                        ("place", models.JSONField(blank=True, null=True, verbose_name="位置")),
                        ("needs_help", models.BooleanField(db_default=False, verbose_name="要人帮忙")),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("client_at", models.DateTimeField(blank=True, null=True, verbose_name="手机上的时间")),
                        (
                            "submitted_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="送出时间"
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "return_reason",
                            models.CharField(blank=True, db_default="", max_length=100, verbose_name="请再看看的原因"),
                        ),
                    ],
                    options={
                        "verbose_name": "打卡",
                        "verbose_name_plural": "打卡",
                        "indexes": [
                            models.Index(fields=["person", "-submitted_at"], name="check_in_person"),
                            models.Index(fields=["unit", "state"], name="check_in_unit_state"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("task", "unit", "person"), name="check_in_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TaskTally",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "task",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="tallies", to="tasks.task"
                            ),
                        ),
                        (
                            "community",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"
                            ),
                        ),
                        ("asked", models.PositiveIntegerField(verbose_name="请了几位")),
                        ("done", models.PositiveIntegerField(db_default=0, verbose_name="做了")),
                        ("confirmed", models.PositiveIntegerField(db_default=0, verbose_name="确认了")),
                        ("help", models.PositiveIntegerField(db_default=0, verbose_name="要帮忙")),
                        ("declined", models.PositiveIntegerField(db_default=0, verbose_name="不方便")),
                    ],
                    options={
                        "verbose_name": "任务汇总",
                        "verbose_name_plural": "任务汇总",
                        "constraints": [
                            models.UniqueConstraint(fields=("task", "community"), name="tally_once"),
                            models.CheckConstraint(
                                condition=models.Q(("confirmed__lte", models.F("done"))), name="tally_confirmed_of_done"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Outcome",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "task",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="outcome", to="tasks.task"
                            ),
                        ),
                        ("title", models.CharField(max_length=40, verbose_name="结果一句话")),
                        ("story", models.TextField(max_length=500, verbose_name="后来怎样")),
                        (
                            "thanks",
                            models.CharField(blank=True, db_default="", max_length=120, verbose_name="一位邻居的话"),
                        ),
                        (
                            "photo_before",
                            models.ImageField(
                                blank=True,
                                null=True,
                                storage=foundation.pictures.private_storage,
                                upload_to="outcomes",
                                verbose_name="之前",
                            ),
                        ),
                        (
                            "photo_after",
                            models.ImageField(
                                blank=True,
                                null=True,
                                storage=foundation.pictures.private_storage,
                                upload_to="outcomes",
                                verbose_name="之后",
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
                        "verbose_name": "结果",
                        "verbose_name_plural": "结果",
                    },
                ),
            ]
        ),
    ]
