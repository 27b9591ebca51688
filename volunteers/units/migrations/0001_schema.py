"""Units and appointments, after all tables of Django and Wagtail."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("units", "0001_initial"),
        ("units", "0002_sounds"),
    ]

    dependencies = [
        ("people", "0001_schema"),
        # Each of these many small steps renders every related model anew: they go first, while there are few.
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailimages", "0027_image_description"),
        ("wagtailsearch", "0010_add_text_fields"),
        ("wagtailusers", "0015_userprofile_keyboard_shortcuts"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Unit",
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
                                    ("district", "区"),
                                    ("street", "镇街"),
                                    ("community", "社区"),
                                    ("area", "片"),
                                    ("group", "组"),
                                    ("neighbourhood", "邻"),
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
                        ("place", models.CharField(blank=True, db_default="", max_length=80, verbose_name="小区楼栋")),
                        (
                            "households_declared",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="登记户数"),
                        ),
                        ("starts_on", models.DateField(blank=True, null=True, verbose_name="设立日期")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                    ],
                    options={
                        "verbose_name": "单位",
                        "verbose_name_plural": "单位",
                        "indexes": [models.Index(fields=["level"], name="unit_level")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("level__in", ["district", "street", "community", "area", "group", "neighbourhood"])
                                ),
                                name="unit_level_known",
                                violation_error_message="没有这个层级。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Appointment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appointments",
                                to="people.person",
                                verbose_name="人",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("area_leader", "片长"),
                                    ("group_leader", "组长"),
                                    ("neighbour_leader", "邻长"),
                                    ("community_worker", "社区工作人员"),
                                    ("street_clerk", "镇街工作人员"),
                                    ("district_clerk", "区级工作人员"),
                                ],
                                max_length=20,
                                verbose_name="职务",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appointments",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="开始日期")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                        (
                            "ended_reason",
                            models.CharField(blank=True, db_default="", max_length=200, verbose_name="结束原因"),
                        ),
                        (
                            "stands_in_for",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stand_ins",
                                to="units.appointment",
                                verbose_name="代谁",
                            ),
                        ),
                        ("term_ends_on", models.DateField(blank=True, null=True, verbose_name="任期到")),
                        (
                            "post_title",
                            models.CharField(blank=True, db_default="", max_length=40, verbose_name="职务名称"),
                        ),
                        ("is_cadre", models.BooleanField(db_default=False, verbose_name="机关党员干部")),
                        (
                            "employer",
                            models.CharField(blank=True, db_default="", max_length=60, verbose_name="工作单位"),
                        ),
                    ],
                    options={
                        "verbose_name": "任职",
                        "verbose_name_plural": "任职",
                        "indexes": [
                            models.Index(fields=["unit", "role"], name="appointment_unit_role"),
                            models.Index(fields=["role", "ends_on"], name="appointment_role_end"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("ends_on__isnull", True),
                                    ("role__in", ["area_leader", "group_leader", "neighbour_leader"]),
                                    ("stands_in_for__isnull", True),
                                ),
                                fields=("unit", "role"),
                                name="appointment_one_leader",
                                violation_error_message="这里已经有一位了，请先结束原来的任职。",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ends_on__isnull", True)),
                                fields=("person", "unit", "role"),
                                name="appointment_once",
                                violation_error_message="这个人已经在这里任这个职。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                                ),
                                name="appointment_dates",
                                violation_error_message="结束日期不能早于开始日期。",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
