"""Streams, notifications, outbox, and the audit trail with its seals, which never change."""

import django.db.models.functions.datetime
from django.db import migrations, models

from foundation.append_only import GuardTable
from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("foundation", "0001_initial"),
        ("foundation", "0002_append_only"),
        ("foundation", "0003_audit_seals"),
    ]

    dependencies = []

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                        ("actor_id", models.BigIntegerField(null=True, verbose_name="账号")),
                        ("act", models.CharField(max_length=60, verbose_name="动作")),
                        ("object_type", models.CharField(max_length=60, verbose_name="对象类型")),
                        ("object_id", models.CharField(max_length=60, verbose_name="对象")),
                        ("unit_id", models.BigIntegerField(null=True, verbose_name="单位")),
                        ("result", models.CharField(db_default="ok", max_length=20, verbose_name="结果")),
                        ("reason", models.CharField(db_default="", max_length=300, verbose_name="理由")),
                        ("request_id", models.CharField(db_default="", max_length=36, verbose_name="请求编号")),
                        ("address", models.CharField(db_default="", max_length=45, verbose_name="网络地址")),
                        ("data", models.JSONField(db_default={}, verbose_name="说明")),
                    ],
                    options={
                        "verbose_name": "审计记录",
                        "verbose_name_plural": "审计记录",
                        "indexes": [
                            models.Index(fields=["unit_id", "-at"], name="audit_unit_at"),
                            models.Index(fields=["object_type", "object_id"], name="audit_object"),
                            models.Index(fields=["actor_id", "-at"], name="audit_actor_at"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditSeal",
                    fields=[
                        ("seq", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="序号")),
                        ("first_id", models.BigIntegerField(verbose_name="从")),
                        ("last_id", models.BigIntegerField(verbose_name="到")),
                        ("count", models.PositiveIntegerField(verbose_name="条数")),
                        ("marks", models.BinaryField()),
                        ("root", models.CharField(max_length=64, verbose_name="指纹")),
                        ("previous", models.CharField(max_length=64, verbose_name="上一个指纹")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "审计封条",
                        "verbose_name_plural": "审计封条",
                        "indexes": [models.Index(fields=["at"], name="audit_seal_at")],
                        "constraints": [
                            models.UniqueConstraint(fields=("previous",), name="audit_seal_one_successor"),
                            models.CheckConstraint(
                                condition=models.Q(("last_id__gte", models.F("first_id"))), name="audit_seal_span"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OutboxMessage",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("topic", models.CharField(max_length=40)),
                        ("payload", models.JSONField()),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("attempts", models.PositiveSmallIntegerField(db_default=0)),
                        ("not_before", models.DateTimeField(null=True)),
                        ("error", models.TextField(db_default="")),
                    ],
                    options={
                        "indexes": [models.Index(fields=["topic", "id"], name="outbox_topic")],
                    },
                ),
                migrations.CreateModel(
                    name="Stream",
                    fields=[
                        ("key", models.CharField(max_length=40, primary_key=True, serialize=False)),
                        ("head", models.BigIntegerField(db_default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="Notification",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("stream_key", models.CharField(max_length=40)),
                        ("seq", models.BigIntegerField()),
                        ("kind", models.CharField(max_length=30)),
                        ("roles", models.JSONField(default=list)),
                        ("payload", models.JSONField()),
                        ("ref", models.CharField(db_default="", max_length=60)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [models.Index(fields=["created_at"], name="notification_created")],
                        "constraints": [
                            models.UniqueConstraint(fields=("stream_key", "seq"), name="notification_stream_seq")
                        ],
                    },
                ),
            ]
        ),
        GuardTable("foundation_auditentry"),
        GuardTable("foundation_auditseal"),
    ]
