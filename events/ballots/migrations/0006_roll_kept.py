"""Nobody joins a frozen roll, and its hash stays; an envelope keeps no more of its voter than is looked at."""

from django.db import migrations

from events.ballots.guards import GuardBox


class Migration(migrations.Migration):

    dependencies = [
        ("ballots", "0005_former_uids"),
    ]

    operations = [
        migrations.RemoveField(model_name="envelope", name="account_key"),
        migrations.RemoveField(model_name="envelope", name="bound_at"),
        GuardBox(),
    ]
