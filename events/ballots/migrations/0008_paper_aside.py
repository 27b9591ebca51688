"""Paper that cannot be keyed is put aside by two people; a mark brings one voter back; a repeat is known as one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


def _person(words):
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name=words,
    )


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("ballots", "0007_brought_shares"),
    ]

    operations = [
        migrations.AlterField(
            model_name="paperballot",
            name="state",
            field=models.CharField(
                choices=[
                    ("printed", "已印"),
                    ("keyed", "录了一遍"),
                    ("mismatch", "两遍不一样"),
                    ("sealed", "已入箱"),
                    ("invalid", "废票"),
                    ("spoilt", "没用，作废"),
                    ("aside", "另外收好，不算"),
                ],
                default="printed",
                max_length=8,
                verbose_name="状态",
            ),
        ),
        migrations.AddField(
            model_name="paperballot",
            name="is_returned",
            field=models.BooleanField(db_default=False, default=False, verbose_name="领票人交回"),
        ),
        migrations.AddField(
            model_name="paperballot", name="last_uid", field=models.UUIDField(editable=False, null=True, unique=True)
        ),
        migrations.AddField(
            model_name="paperballot",
            name="last_fingerprint",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=64),
        ),
        migrations.AddField(model_name="paperballot", name="aside_asked_by", field=_person("谁提议另外收好")),
        migrations.AddField(model_name="paperballot", name="aside_by", field=_person("谁同意另外收好")),
        migrations.AddConstraint(
            model_name="paperballot",
            constraint=models.CheckConstraint(
                condition=~Q(state="aside")
                | (Q(aside_asked_by__isnull=False, aside_by__isnull=False) & ~Q(aside_by=F("aside_asked_by"))),
                name="paper_aside_by_two",
            ),
        ),
    ]
