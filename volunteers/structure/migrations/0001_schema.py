"""Changes of the structure, and the places that were."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("structure", "0001_changes"),
    ]

    dependencies = [
        ("units", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="StructureChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("split", "拆分"), ("merge", "合并"), ("move", "划转"), ("rename", "更名")],
                                max_length=10,
                                verbose_name="类别",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="structure_changes",
                                to="units.unit",
                                verbose_name="调整的单位",
                            ),
                        ),
                        (
                            "scope",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="涉及范围",
                            ),
                        ),
                        ("in_force_on", models.DateField(verbose_name="生效日期")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "草案"),
                                    ("consulted", "已征求意见"),
                                    ("approved", "已批准"),
                                    ("in_force", "已生效"),
                                    ("withdrawn", "已撤回"),
                                ],
                                default="draft",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("why", models.CharField(max_length=300, verbose_name="为什么调整")),
                        ("plan", models.JSONField(default=dict, verbose_name="方案")),
                        ("fingerprint", models.CharField(editable=False, max_length=64)),
                        ("picture", models.JSONField(default=dict, editable=False, verbose_name="前后对照")),
                        (
                            "drafted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="起草人",
                            ),
                        ),
                        ("drafted_at", models.DateTimeField(verbose_name="起草时间")),
                        (
                            "consultation",
                            models.TextField(blank=True, db_default="", max_length=1000, verbose_name="征求意见情况"),
                        ),
                        ("consulted_at", models.DateTimeField(blank=True, null=True, verbose_name="征求意见时间")),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="批准人",
                            ),
                        ),
                        ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="批准时间")),
                        ("entered_at", models.DateTimeField(blank=True, null=True, verbose_name="生效时间")),
                        (
                            "withdrawn_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="撤回人",
                            ),
                        ),
                        ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
                        (
                            "withdrawn_reason",
                            models.CharField(blank=True, db_default="", max_length=200, verbose_name="撤回原因"),
                        ),
                        (
                            "problem",
                            models.CharField(blank=True, db_default="", max_length=300, verbose_name="没有生效的原因"),
                        ),
                    ],
                    options={
                        "verbose_name": "结构调整",
                        "verbose_name_plural": "结构调整",
                        "indexes": [
                            models.Index(fields=["state", "in_force_on"], name="structure_state_day"),
                            models.Index(fields=["unit", "-in_force_on"], name="structure_unit_day"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["split", "merge", "move", "rename"])),
                                name="structure_kind_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["approved", "in_force"]), _negated=True),
                                    ("approved_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="structure_approved_at",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    ("drafted_by__isnull", True),
                                    models.Q(("approved_by", models.F("drafted_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="structure_second_person",
                                violation_error_message="起草的人不能自己批准，请另一位同事来批。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FormerPlace",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="former_places",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        ("path", models.CharField(max_length=255, verbose_name="位置")),
                        ("name", models.CharField(max_length=60, verbose_name="名称")),
                        ("households_declared", models.PositiveIntegerField(db_default=0, verbose_name="登记户数")),
                        ("until", models.DateField(verbose_name="到哪一天")),
                        (
                            "change",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="former_places",
                                to="structure.structurechange",
                                verbose_name="结构调整",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "原来的位置",
                        "verbose_name_plural": "原来的位置",
                        "indexes": [models.Index(fields=["until", "path"], name="former_until_path")],
                        "constraints": [models.UniqueConstraint(fields=("unit", "until"), name="former_once")],
                    },
                ),
            ]
        ),
    ]
