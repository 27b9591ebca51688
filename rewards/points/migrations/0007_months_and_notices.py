"""What was earned in a month, by person: known before the account is. And what was told of points that run out."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_personal_data"),
        ("points", "0006_ledger_seals"),
    ]

    operations = [
        migrations.DeleteModel(name="MonthEarned"),
        migrations.CreateModel(
            name="MonthEarned",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(verbose_name="月份")),
                ("points", models.PositiveIntegerField(db_default=0, verbose_name="积分")),
                ("last_given", models.PositiveIntegerField(db_default=0, verbose_name="最近一次")),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                        verbose_name="人",
                    ),
                ),
            ],
            options={
                "verbose_name": "当月所得",
                "verbose_name_plural": "当月所得",
                "constraints": [
                    models.UniqueConstraint(fields=("person", "month"), name="points_month_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PointsNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("age", "快到期"), ("role_ended", "卸任"), ("last_call", "卸任后快到期")],
                        max_length=10,
                        verbose_name="类型",
                    ),
                ),
                ("through", models.DateField(verbose_name="说到哪天")),
                (
                    "told_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="points.pointsaccount",
                    ),
                ),
            ],
            options={
                "verbose_name": "积分到期提醒",
                "verbose_name_plural": "积分到期提醒",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "kind", "through"), name="points_notice_once"),
                ],
            },
        ),
    ]
