"""A member of a panel says yes before anything else."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("campaigns", "0002_charter")]

    operations = [
        migrations.AddField(
            model_name="panelmember",
            name="accepted_at",
            field=models.DateTimeField(null=True, verbose_name="答应时间"),
        ),
    ]
