"""Departments, their officers, and party organisations."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import foundation.clock
from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("orgs", "0001_initial"),
        ("orgs", "0002_party_and_dates"),
    ]

    dependencies = [
        ("people", "0001_schema"),
        ("units", "0001_schema"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Department",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        ("name", models.CharField(max_length=60, unique=True, verbose_name="名称")),
                        (
                            "pinyin",
                            models.CharField(
                                blank=True, db_default="", editable=False, max_length=240, verbose_name="拼音"
                            ),
                        ),
                        (
                            "initials",
                            models.CharField(
                                blank=True, db_default="", editable=False, max_length=60, verbose_name="拼音首字母"
                            ),
                        ),
                        ("fingerprint", models.CharField(blank=True, db_default="", editable=False, max_length=64)),
                    ],
                    options={
                        "verbose_name": "部门",
                        "verbose_name_plural": "部门",
                    },
                ),
                migrations.CreateModel(
                    name="DepartmentOfficer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "department",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="officers",
                                to="orgs.department",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="offices", to="people.person"
                            ),
                        ),
                        ("starts_on", models.DateField(default=foundation.clock.today, verbose_name="开始日期")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                    ],
                    options={
                        "verbose_name": "部门人员",
                        "verbose_name_plural": "部门人员",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ends_on__isnull", True)),
                                fields=("department", "person"),
                                name="officer_once_at_a_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                                ),
                                name="officer_dates",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PartyOrg",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("path", models.CharField(max_length=255, unique=True)),
                        ("depth", models.PositiveIntegerField()),
                        ("numchild", models.PositiveIntegerField(default=0)),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "level",
                            models.CharField(
                                choices=[
                                    ("committee", "党(工)委"),
                                    ("general_branch", "党总支"),
                                    ("branch", "党支部"),
                                    ("party_group", "党小组"),
                                ],
                                max_length=20,
                                verbose_name="层级",
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="名称")),
                        (
                            "pinyin",
                            models.CharField(
                                blank=True, db_default="", editable=False, max_length=240, verbose_name="拼音"
                            ),
                        ),
                        (
                            "initials",
                            models.CharField(
                                blank=True, db_default="", editable=False, max_length=60, verbose_name="拼音首字母"
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="party_seats",
                                to="units.unit",
                                verbose_name="设在哪里",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="成立日期")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                        ("fingerprint", models.CharField(blank=True, db_default="", editable=False, max_length=64)),
                    ],
                    options={
                        "verbose_name": "党组织",
                        "verbose_name_plural": "党组织",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("level__in", ["committee", "general_branch", "branch", "party_group"])
                                ),
                                name="party_level_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                                ),
                                name="party_org_dates",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PartyLink",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "org",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="links",
                                to="orgs.partyorg",
                                verbose_name="党组织",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="party_links",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="开始日期")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                    ],
                    options={
                        "verbose_name": "党组织覆盖",
                        "verbose_name_plural": "党组织覆盖",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ends_on__isnull", True)),
                                fields=("org", "unit"),
                                name="party_link_once_at_a_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                                ),
                                name="party_link_dates",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
