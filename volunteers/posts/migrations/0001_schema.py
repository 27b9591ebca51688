"""Proposals with objections, leaves, terms, and what a successor finds."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("posts", "0001_proposals_leaves"),
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
                    name="Proposal",
                    fields=[
                        (
                            "uid",
                            models.UUIDField(
                                default=uuid.uuid4,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                                verbose_name="编号",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="proposals",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("area_leader", "片长"),
                                    ("group_leader", "组长"),
                                    ("neighbour_leader", "邻长"),
                                ],
                                max_length=20,
                                verbose_name="职务",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="proposals",
                                to="people.person",
                                verbose_name="人",
                            ),
                        ),
                        ("name", models.CharField(max_length=30, verbose_name="姓名")),
                        (
                            "phone_encrypted",
                            models.CharField(blank=True, db_default="", max_length=200, verbose_name="手机号（加密）"),
                        ),
                        ("phone_index", models.CharField(editable=False, max_length=64, null=True)),
                        (
                            "how",
                            models.CharField(
                                choices=[
                                    ("neighbours", "邻居推荐"),
                                    ("self", "自荐"),
                                    ("staff", "工作人员推荐"),
                                    ("leader", "三长推荐"),
                                ],
                                max_length=12,
                                verbose_name="怎么推荐的",
                            ),
                        ),
                        ("why", models.CharField(blank=True, db_default="", max_length=300, verbose_name="为什么合适")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("proposed", "已推荐"),
                                    ("vetted", "已审核"),
                                    ("noticed", "公示中"),
                                    ("appointed", "已任命"),
                                    ("rejected", "没有通过"),
                                    ("withdrawn", "已撤回"),
                                ],
                                db_default="proposed",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="推荐人",
                            ),
                        ),
                        ("proposed_at", models.DateTimeField(verbose_name="推荐时间")),
                        (
                            "vetted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("vetted_at", models.DateTimeField(null=True, verbose_name="审核时间")),
                        ("notice_from", models.DateField(null=True, verbose_name="公示开始")),
                        ("notice_until", models.DateField(null=True, verbose_name="公示到")),
                        ("notice_over_told_at", models.DateTimeField(editable=False, null=True)),
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
                        ("reason", models.CharField(blank=True, db_default="", max_length=200, verbose_name="理由")),
                        (
                            "appointment",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="proposal",
                                to="units.appointment",
                                verbose_name="任职",
                            ),
                        ),
                        ("fingerprint", models.CharField(db_default="", max_length=64)),
                    ],
                    options={
                        "verbose_name": "推荐",
                        "verbose_name_plural": "推荐",
                        "indexes": [
                            models.Index(fields=["unit", "role"], name="proposal_unit_role"),
                            models.Index(fields=["state", "notice_until"], name="proposal_state_until"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("role__in", ["area_leader", "group_leader", "neighbour_leader"])),
                                name="proposal_role_of_heads",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["vetted", "noticed", "appointed"]), _negated=True),
                                    ("person__isnull", False),
                                    _connector="OR",
                                ),
                                name="proposal_vetted_has_person",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "noticed"), _negated=True),
                                    models.Q(
                                        ("notice_from__isnull", False), ("notice_until__gte", models.F("notice_from"))
                                    ),
                                    _connector="OR",
                                ),
                                name="proposal_notice_dates",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "appointed"), _negated=True),
                                    ("appointment__isnull", False),
                                    _connector="OR",
                                ),
                                name="proposal_appointed_has_post",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ("proposed", "vetted", "noticed"))),
                                fields=("unit", "role", "phone_index"),
                                name="proposal_once",
                                violation_error_message="已经有人推荐过这一位了。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Objection",
                    fields=[
                        (
                            "uid",
                            models.UUIDField(
                                default=uuid.uuid4,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                                verbose_name="编号",
                            ),
                        ),
                        (
                            "proposal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="objections",
                                to="posts.proposal",
                                verbose_name="推荐",
                            ),
                        ),
                        ("words", models.CharField(max_length=300, verbose_name="说了什么")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "待处理"), ("upheld", "成立"), ("dismissed", "不成立")],
                                db_default="open",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(blank=True, db_default="", max_length=200, verbose_name="处理说明"),
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
                        ("decided_at", models.DateTimeField(null=True, verbose_name="处理时间")),
                        ("fingerprint", models.CharField(db_default="", max_length=64)),
                    ],
                    options={
                        "verbose_name": "异议",
                        "verbose_name_plural": "异议",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "open")),
                                fields=("proposal", "by"),
                                name="objection_one_open_each",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "open"), models.Q(("reason", ""), _negated=True), _connector="OR"
                                ),
                                name="objection_decided_with_reason",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Leave",
                    fields=[
                        (
                            "uid",
                            models.UUIDField(
                                default=uuid.uuid4,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                                verbose_name="编号",
                            ),
                        ),
                        (
                            "appointment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="leaves",
                                to="units.appointment",
                                verbose_name="任职",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="从哪天")),
                        ("ends_on", models.DateField(verbose_name="到哪天")),
                        ("reason", models.CharField(blank=True, db_default="", max_length=100, verbose_name="原因")),
                        (
                            "stand_in",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stand_in_of",
                                to="units.appointment",
                                verbose_name="代理",
                            ),
                        ),
                        (
                            "taken_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("taken_at", models.DateTimeField(verbose_name="登记时间")),
                        ("begun_told_at", models.DateTimeField(editable=False, null=True)),
                        ("closed_at", models.DateTimeField(null=True, verbose_name="结束登记")),
                        ("fingerprint", models.CharField(db_default="", max_length=64)),
                    ],
                    options={
                        "verbose_name": "休假",
                        "verbose_name_plural": "休假",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("closed_at__isnull", True)),
                                fields=("appointment",),
                                name="leave_one_open",
                                violation_error_message="已经登记过休假了。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="leave_dates"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HandOver",
                    fields=[
                        (
                            "uid",
                            models.UUIDField(
                                default=uuid.uuid4,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                                verbose_name="编号",
                            ),
                        ),
                        (
                            "appointment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="handed_over",
                                to="units.appointment",
                                verbose_name="前任",
                            ),
                        ),
                        (
                            "successor",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="taken_over",
                                to="units.appointment",
                                verbose_name="继任",
                            ),
                        ),
                        ("handed_at", models.DateTimeField(verbose_name="准备好的时间")),
                        ("acknowledged_at", models.DateTimeField(null=True, verbose_name="接手时间")),
                    ],
                    options={
                        "verbose_name": "交接",
                        "verbose_name_plural": "交接",
                    },
                ),
                migrations.CreateModel(
                    name="TermReminder",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "appointment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="units.appointment"
                            ),
                        ),
                        ("term_ends_on", models.DateField(verbose_name="任期到")),
                        ("told_at", models.DateTimeField(verbose_name="提醒时间")),
                    ],
                    options={
                        "verbose_name": "任期提醒",
                        "verbose_name_plural": "任期提醒",
                        "constraints": [
                            models.UniqueConstraint(fields=("appointment", "term_ends_on"), name="term_reminder_once")
                        ],
                    },
                ),
            ]
        ),
    ]
