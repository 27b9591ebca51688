"""Who makes the key of a box, when a passphrase was tried, where an opening stopped; and what the database guards."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from events.ballots.guards import GuardBox


class Migration(migrations.Migration):
    """Additive."""

    dependencies = [
        ("ballots", "0003_roll_persons"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="ballotbox",
            options={"base_manager_name": "objects", "verbose_name": "票箱", "verbose_name_plural": "票箱"},
        ),
        migrations.AddField(
            model_name="ballotbox",
            name="key_asked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="提出做钥匙",
            ),
        ),
        migrations.AddField(
            model_name="ballotbox",
            name="key_made_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="确认做钥匙",
            ),
        ),
        migrations.AddField(
            model_name="ballotbox",
            name="key_made_at",
            field=models.DateTimeField(null=True, verbose_name="做好钥匙"),
        ),
        migrations.AddField(
            model_name="custodian",
            name="checked_at",
            field=models.DateTimeField(null=True, verbose_name="试过口令"),
        ),
        migrations.AddField(
            model_name="openingstep",
            name="fault",
            field=models.CharField(blank=True, db_default="", max_length=200, verbose_name="停在哪里"),
        ),
        migrations.AddConstraint(
            model_name="ballotbox",
            constraint=models.CheckConstraint(
                condition=Q(key_made_by__isnull=True)
                | Q(key_asked_by__isnull=True)
                | ~Q(key_made_by=F("key_asked_by")),
                name="box_key_second_person",
                violation_error_message="提出的人不能自己确认，请另一位同事来。",
            ),
        ),
        GuardBox(),
    ]
