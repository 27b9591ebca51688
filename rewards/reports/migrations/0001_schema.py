"""Sums by month."""

import django.db.models.deletion
from django.db import migrations, models

from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("reports", "0001_months"),
    ]

    dependencies = [
        ("benefits", "0001_schema"),
        ("units", "0001_schema"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="MonthPoints",
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
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        ("month", models.DateField(verbose_name="月份")),
                        ("rule", models.CharField(max_length=30, verbose_name="规则")),
                        (
                            "flow",
                            models.CharField(
                                choices=[
                                    ("issued", "发放"),
                                    ("spent", "兑换"),
                                    ("expired", "到期"),
                                    ("reversed", "冲正"),
                                    ("returned", "退回"),
                                    ("settled", "结算"),
                                ],
                                max_length=8,
                                verbose_name="种类",
                            ),
                        ),
                        ("points", models.BigIntegerField(verbose_name="积分")),
                        ("lines", models.PositiveIntegerField(verbose_name="笔数")),
                        ("heads", models.PositiveIntegerField(verbose_name="人数")),
                    ],
                    options={
                        "verbose_name": "月度积分",
                        "verbose_name_plural": "月度积分",
                        "indexes": [models.Index(fields=["month", "unit"], name="month_points_unit")],
                    },
                ),
                migrations.CreateModel(
                    name="MonthUses",
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
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        ("month", models.DateField(verbose_name="月份")),
                        (
                            "benefit",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="benefits.benefit",
                            ),
                        ),
                        (
                            "merchant",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="benefits.merchant",
                            ),
                        ),
                        ("uses", models.PositiveIntegerField(verbose_name="次数")),
                        ("heads", models.PositiveIntegerField(verbose_name="人数")),
                    ],
                    options={
                        "verbose_name": "月度使用",
                        "verbose_name_plural": "月度使用",
                        "indexes": [models.Index(fields=["month", "unit"], name="month_uses_unit")],
                    },
                ),
                migrations.CreateModel(
                    name="RolledUp",
                    fields=[
                        ("name", models.CharField(max_length=10, primary_key=True, serialize=False)),
                        ("until", models.DateField(null=True)),
                    ],
                    options={
                        "verbose_name": "汇总进度",
                        "verbose_name_plural": "汇总进度",
                    },
                ),
            ]
        ),
    ]
