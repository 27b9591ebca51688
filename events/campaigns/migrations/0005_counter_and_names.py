"""Names of communities as voting opened; who wrote an objection down for somebody at a counter (代录)."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Additive."""

    dependencies: ClassVar = [
        ("campaigns", "0004_proxy_seconding"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="campaign",
            name="place_names",
            field=models.JSONField(editable=False, null=True, verbose_name="投票时的社区名称"),
        ),
        migrations.AddField(
            model_name="nomineeobjection",
            name="entered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="代录人",
            ),
        ),
        migrations.AlterField(
            model_name="nomination",
            name="state",
            field=models.CharField(
                choices=[
                    ("asked", "等本人同意"),
                    ("declined", "本人婉拒"),
                    ("agreed", "审核中"),
                    ("candidate", "候选人"),
                    ("refused", "审核没有通过"),
                    ("lapsed", "没有走到公示"),
                    ("withdrawn", "本人退出"),
                    ("struck", "异议成立，取消"),
                ],
                default="asked",
                max_length=10,
                verbose_name="状态",
            ),
        ),
    ]
