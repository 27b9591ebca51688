"""Brought shares lie apart, where PostgreSQL logs nothing; when a stopped step is tried again; paper found invalid."""

import django.db.models.deletion
from django.db import migrations, models


def _keep_out_of_the_log(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE ballots_broughtshare SET UNLOGGED")


class Migration(migrations.Migration):

    dependencies = [
        ("ballots", "0006_roll_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="BroughtShare",
            fields=[
                (
                    "custodian",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="brought",
                        serialize=False,
                        to="ballots.custodian",
                        verbose_name="保管人",
                    ),
                ),
                ("sealed", models.CharField(max_length=400)),
            ],
            options={"verbose_name": "带到场的一份", "verbose_name_plural": "带到场的几份"},
        ),
        migrations.RunPython(_keep_out_of_the_log, migrations.RunPython.noop),
        migrations.RemoveField(model_name="custodian", name="brought"),
        migrations.AddField(
            model_name="openingstep", name="retry_at", field=models.DateTimeField(null=True, verbose_name="再试")
        ),
        migrations.AddField(
            model_name="ballotbox",
            name="invalid_paper_count",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="纸质废票"),
        ),
    ]
