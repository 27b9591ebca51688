"""The sum of the steps that households answered: what the opinion is made of."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("results", "0002_publication_editions")]

    operations = [
        migrations.AddField(
            model_name="outcome",
            name="opinion_steps",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="各档加起来"),
        ),
    ]
