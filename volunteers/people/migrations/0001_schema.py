"""Persons, to whom accounts and units point."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("people", "0001_initial"),
        ("people", "0002_sounds"),
        ("people", "0003_search"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                ("name", models.CharField(db_index=True, max_length=30, verbose_name="姓名")),
                (
                    "phone_encrypted",
                    models.CharField(blank=True, db_default="", max_length=200, verbose_name="手机号（加密）"),
                ),
                ("phone_index", models.CharField(blank=True, editable=False, max_length=64, null=True, unique=True)),
                (
                    "tail_index",
                    models.CharField(blank=True, db_default="", db_index=True, editable=False, max_length=24),
                ),
                (
                    "pinyin",
                    models.CharField(blank=True, db_default="", editable=False, max_length=240, verbose_name="拼音"),
                ),
                (
                    "initials",
                    models.CharField(
                        blank=True, db_default="", editable=False, max_length=60, verbose_name="拼音首字母"
                    ),
                ),
                (
                    "gender",
                    models.CharField(
                        blank=True, choices=[("m", "男"), ("f", "女")], db_default="", max_length=1, verbose_name="性别"
                    ),
                ),
                ("born_on", models.DateField(blank=True, null=True, verbose_name="出生年月")),
                (
                    "political_status",
                    models.CharField(blank=True, db_default="", max_length=20, verbose_name="政治面貌"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="建立时间")),
                ("erased_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="删除时间")),
            ],
            options={
                "verbose_name": "人员",
                "verbose_name_plural": "人员",
                "indexes": [
                    models.Index(fields=["pinyin"], name="person_pinyin", opclasses=["varchar_pattern_ops"]),
                    models.Index(fields=["initials"], name="person_initials", opclasses=["varchar_pattern_ops"]),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("phone_index__isnull", False), ("phone_encrypted", ""), _connector="OR"),
                        name="person_phone_has_index",
                    )
                ],
            },
        ),
    ]
