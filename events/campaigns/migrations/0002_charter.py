"""What was approved, word for word, and columns that are frozen from then on."""

from __future__ import annotations

from django.db import migrations, models

from foundation.frozen_columns import FreezeColumns


class Migration(migrations.Migration):
    """Additive."""

    dependencies = [("campaigns", "0001_schema")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="charter",
            field=models.TextField(blank=True, db_default="", editable=False, verbose_name="批准的内容"),
        ),
        migrations.AddField(
            model_name="campaign",
            name="held_since",
            field=models.DateTimeField(editable=False, null=True, verbose_name="等着进下一阶段"),
        ),
        FreezeColumns(
            "campaigns_campaign",
            [
                "uid", "unit_id", "title", "about", "rules_id", "approval_reference", "charter", "fingerprint",
                "made_by_id", "approved_by_id", "approved_at",
            ],
            once="fingerprint",
        ),
        FreezeColumns("campaigns_streetquota", ["campaign_id", "street_id", "leaders_count", "winners_count"]),
    ]
