"""How far each account has read."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("inbox", "0001_initial"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReadMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="read_marks",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
                ("stream_key", models.CharField(max_length=40, verbose_name="消息流")),
                ("seq", models.BigIntegerField(verbose_name="读到")),
            ],
            options={
                "verbose_name": "已读位置",
                "verbose_name_plural": "已读位置",
                "constraints": [models.UniqueConstraint(fields=("user", "stream_key"), name="read_mark_once")],
            },
        ),
    ]
