"""A campaign may be published again, when an objection changed who is chosen. Nothing was published before this."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.append_only


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_schema"), ("results", "0001_schema")]

    operations = [
        migrations.DeleteModel(name="Publication"),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("edition", models.PositiveSmallIntegerField(verbose_name="第几版")),
                ("fingerprint", models.CharField(max_length=64, unique=True, verbose_name="公布文件的指纹")),
                ("files", models.JSONField(verbose_name="各个文件的指纹")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="公布时间"
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "verbose_name": "公布",
                "verbose_name_plural": "公布",
                "ordering": ["campaign", "edition"],
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "edition"), name="publication_edition_once")
                ],
            },
        ),
        foundation.append_only.GuardTable(table="results_publication"),
    ]
