"""Outlines on the map and their imports."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("atlas", "0001_initial"),
    ]

    dependencies = [
        ("units", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Outline",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "unit",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="outline",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        ("geometry", models.JSONField(verbose_name="边界")),
                        ("bbox", models.JSONField(verbose_name="范围")),
                        ("source", models.CharField(max_length=200, verbose_name="来源")),
                        ("imported_at", models.DateTimeField(verbose_name="导入时间")),
                    ],
                    options={
                        "verbose_name": "边界",
                        "verbose_name_plural": "边界",
                    },
                ),
                migrations.CreateModel(
                    name="OutlineImport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        ("file_name", models.CharField(max_length=200, verbose_name="文件名")),
                        (
                            "crs",
                            models.CharField(
                                choices=[
                                    ("wgs84", "WGS-84 或 CGCS2000（测绘成果、天地图）"),
                                    ("gcj02", "GCJ-02（高德、腾讯地图上描出来的）"),
                                ],
                                max_length=10,
                                verbose_name="坐标系",
                            ),
                        ),
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
                        ("scope_path", models.CharField(db_default="", max_length=255, verbose_name="范围")),
                        ("counts", models.JSONField(verbose_name="各类个数")),
                        ("problems", models.JSONField(default=list, verbose_name="有问题的")),
                        ("read_packed", models.BinaryField(default=bytes)),
                        ("former_packed", models.BinaryField(default=bytes)),
                        ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="上传时间")),
                        ("committed_at", models.DateTimeField(null=True, verbose_name="导入时间")),
                    ],
                    options={
                        "verbose_name": "边界导入",
                        "verbose_name_plural": "边界导入",
                        "indexes": [models.Index(fields=["state", "created_at"], name="outline_import_state")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["previewed", "committed", "undone", "dropped"])),
                                name="outline_import_known",
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
