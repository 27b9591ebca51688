"""Imports of rosters."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("roster", "0001_initial"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                ("file_name", models.CharField(max_length=200, verbose_name="文件名")),
                ("sha256", models.CharField(max_length=64, verbose_name="文件指纹")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("previewed", "待确认"),
                            ("committed", "已导入"),
                            ("undone", "已撤销"),
                            ("dropped", "已放弃"),
                        ],
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                (
                    "acting_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                ("took_good_rows", models.BooleanField(db_default=False, verbose_name="只导入无误的行")),
                ("totals", models.JSONField(verbose_name="合计")),
                ("counts", models.JSONField(verbose_name="各类行数")),
                ("changes", models.JSONField(verbose_name="变动数")),
                ("rows_written", models.PositiveIntegerField(db_default=0, verbose_name="写入行数")),
                ("scope_path", models.CharField(db_default="", max_length=255, verbose_name="范围")),
                ("report_packed", models.BinaryField(default=bytes)),
                ("journal_sealed", models.TextField(db_default="")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="上传时间")),
                ("committed_at", models.DateTimeField(null=True, verbose_name="导入时间")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="撤销时间")),
            ],
            options={
                "verbose_name": "花名册导入",
                "verbose_name_plural": "花名册导入",
                "indexes": [models.Index(fields=["state", "created_at"], name="roster_batch_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["previewed", "committed", "undone", "dropped"])),
                        name="roster_batch_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "committed"), _negated=True),
                            ("committed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="roster_batch_committed_at",
                    ),
                ],
            },
        ),
    ]
