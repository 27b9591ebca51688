"""Who proposed and who confirmed that the roll is frozen."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """Two persons, never the same."""

    dependencies = [
        ("ballots", "0002_paper_again"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="ballotbox",
            name="roll_proposed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="提出冻结的人",
            ),
        ),
        migrations.AddField(
            model_name="ballotbox",
            name="roll_proposed_at",
            field=models.DateTimeField(null=True, verbose_name="提出冻结的时间"),
        ),
        migrations.AddField(
            model_name="ballotbox",
            name="roll_confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="确认冻结的人",
            ),
        ),
        migrations.AddField(
            model_name="ballotbox",
            name="roll_confirmed_at",
            field=models.DateTimeField(null=True, verbose_name="确认冻结的时间"),
        ),
        migrations.AddConstraint(
            model_name="ballotbox",
            constraint=models.CheckConstraint(
                condition=Q(roll_confirmed_by__isnull=True)
                | (Q(roll_proposed_by__isnull=False) & ~Q(roll_confirmed_by=F("roll_proposed_by"))),
                name="roll_second_person",
                violation_error_message="提出的人不能自己确认，请另一位同事来看。",
            ),
        ),
    ]
