"""The day of a line, the seals of the days, and what each night's recount found."""

import django.db.models.functions.datetime
from django.db import migrations, models

from foundation.append_only import GuardTable
from rewards.points.day_index import AddDayIndex


class Migration(migrations.Migration):
    dependencies = [("points", "0005_first_rules")]

    operations = [
        AddDayIndex(model_name="transfer", index=models.Index(fields=["at"], name="transfer_at")),
        migrations.CreateModel(
            name="LedgerSeal",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="日期")),
                ("count", models.PositiveIntegerField(verbose_name="笔数")),
                ("root", models.CharField(max_length=64, verbose_name="根")),
                ("previous", models.CharField(max_length=64, verbose_name="上一环")),
                ("link", models.CharField(max_length=64, verbose_name="本环")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="时间")),
            ],
            options={
                "verbose_name": "积分日封",
                "verbose_name_plural": "积分日封",
                "constraints": [models.UniqueConstraint(fields=("previous",), name="ledger_seal_one_successor")],
            },
        ),
        migrations.CreateModel(
            name="LedgerCheck",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="日期")),
                (
                    "began_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="开始"),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="结束")),
                ("transfers", models.BigIntegerField(null=True, verbose_name="笔数")),
                ("fault_count", models.PositiveIntegerField(null=True, verbose_name="出入")),
                ("faults", models.JSONField(default=list, verbose_name="说明")),
            ],
            options={"verbose_name": "积分核对", "verbose_name_plural": "积分核对"},
        ),
        GuardTable("points_ledgerseal"),
    ]
