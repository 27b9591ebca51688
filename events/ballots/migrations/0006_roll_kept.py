"""Nobody joins a frozen roll, and its hash stays; an envelope keeps no more of its voter than is looked at."""

from django.db import migrations, models

from events.ballots.guards import GuardBox


class Migration(migrations.Migration):

    dependencies = [
        ("ballots", "0005_former_uids"),
    ]

    operations = [
        migrations.RemoveField(model_name="envelope", name="account_key"),
        migrations.RemoveField(model_name="envelope", name="bound_at"),
        migrations.AlterField(
            model_name="dispute",
            name="state",
            field=models.CharField(
                choices=[("open", "核实中"), ("voided", "那张票作废了"), ("kept", "核实是本人投的")],
                default="open",
                max_length=8,
                verbose_name="状态",
            ),
        ),
        GuardBox(),
    ]
