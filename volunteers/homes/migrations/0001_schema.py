"""Estates, buildings, doors, and who lives behind them."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import volunteers.homes.codes
from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("homes", "0001_initial"),
        ("homes", "0002_places"),
    ]

    dependencies = [
        ("people", "0001_schema"),
        ("units", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Estate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "community",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="estates",
                                to="units.unit",
                                verbose_name="社区",
                            ),
                        ),
                        ("name", models.CharField(max_length=40, verbose_name="小区名称")),
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
                    ],
                    options={
                        "verbose_name": "小区",
                        "verbose_name_plural": "小区",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("community", "name"),
                                name="estate_once",
                                violation_error_message="这个社区里已经有同名的小区。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Building",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "estate",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="buildings",
                                to="homes.estate",
                                verbose_name="小区",
                            ),
                        ),
                        ("name", models.CharField(max_length=40, verbose_name="楼栋名称")),
                        ("number", models.PositiveIntegerField(db_default=0, editable=False)),
                        (
                            "sign_code",
                            models.CharField(
                                default=volunteers.homes.codes.new_code,
                                editable=False,
                                max_length=9,
                                unique=True,
                                verbose_name="楼栋标识",
                            ),
                        ),
                        ("entrances", models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name="单元数")),
                        ("longitude", models.FloatField(blank=True, null=True, verbose_name="经度")),
                        ("latitude", models.FloatField(blank=True, null=True, verbose_name="纬度")),
                    ],
                    options={
                        "verbose_name": "楼栋",
                        "verbose_name_plural": "楼栋",
                        "indexes": [models.Index(fields=["estate", "number"], name="building_order")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("estate", "name"),
                                name="building_once",
                                violation_error_message="这个小区里已经有同名的楼栋。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                                    models.Q(
                                        ("latitude__gte", -90),
                                        ("latitude__lte", 90),
                                        ("longitude__gte", -180),
                                        ("longitude__lte", 180),
                                    ),
                                    _connector="OR",
                                ),
                                name="building_place",
                                violation_error_message="经度和纬度要一起填。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Household",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "building",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="households",
                                to="homes.building",
                                verbose_name="楼栋",
                            ),
                        ),
                        ("entrance", models.CharField(blank=True, db_default="", max_length=20, verbose_name="单元")),
                        ("door_sealed", models.CharField(max_length=120, verbose_name="门牌号（加密）")),
                        ("door_index", models.CharField(editable=False, max_length=24)),
                        ("position", models.PositiveIntegerField(db_default=0, verbose_name="次序")),
                        ("opted_out_at", models.DateTimeField(blank=True, null=True, verbose_name="不希望上门，自")),
                    ],
                    options={
                        "verbose_name": "住户",
                        "verbose_name_plural": "住户",
                        "indexes": [models.Index(fields=["building", "entrance", "position"], name="household_order")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("building", "door_index"),
                                name="household_door_once",
                                violation_error_message="这一栋里已经有这个门牌。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HouseholdLink",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "household",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="links",
                                to="homes.household",
                            ),
                        ),
                        (
                            "neighbourhood",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="household_links",
                                to="units.unit",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="开始日期")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                    ],
                    options={
                        "verbose_name": "联系关系",
                        "verbose_name_plural": "联系关系",
                        "indexes": [models.Index(fields=["neighbourhood", "ends_on"], name="link_neighbourhood")],
                        "constraints": [
                            models.UniqueConstraint(fields=("household", "starts_on"), name="link_day"),
                            models.UniqueConstraint(
                                condition=models.Q(("ends_on__isnull", True)),
                                fields=("household",),
                                name="link_one_current",
                                violation_error_message="一户同一时间只能由一个邻来联系。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                                ),
                                name="link_dates",
                                violation_error_message="结束日期不能早于开始日期。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Resident",
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
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="resident",
                                to="people.person",
                                verbose_name="人",
                            ),
                        ),
                        (
                            "neighbourhood",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="residents",
                                to="units.unit",
                                verbose_name="邻",
                            ),
                        ),
                        (
                            "household",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="residents",
                                to="homes.household",
                                verbose_name="住户",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("asked", "等确认"),
                                    ("confirmed", "已确认"),
                                    ("declined", "没有确认"),
                                    ("left", "已搬走"),
                                ],
                                db_default="asked",
                                default="asked",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "how",
                            models.CharField(
                                choices=[("self", "自己登记"), ("proxy", "代录")],
                                db_default="self",
                                default="self",
                                max_length=10,
                                verbose_name="登记方式",
                            ),
                        ),
                        (
                            "asked_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="登记时间"
                            ),
                        ),
                        ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="确认人",
                            ),
                        ),
                        ("declined_at", models.DateTimeField(blank=True, null=True, verbose_name="回复时间")),
                        (
                            "declined_reason",
                            models.CharField(blank=True, db_default="", max_length=100, verbose_name="没有确认的原因"),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="代录人",
                            ),
                        ),
                        (
                            "consent_by",
                            models.CharField(
                                blank=True,
                                choices=[("resident", "本人同意"), ("family", "家里人代为同意")],
                                db_default="",
                                max_length=10,
                                verbose_name="谁同意的",
                            ),
                        ),
                        (
                            "consent_how",
                            models.CharField(
                                blank=True,
                                choices=[("spoken", "当面说的"), ("phone", "电话里说的"), ("written", "写了字条")],
                                db_default="",
                                max_length=10,
                                verbose_name="怎么同意的",
                            ),
                        ),
                        ("unlisted_at", models.DateTimeField(blank=True, null=True, verbose_name="不列出姓名，自")),
                        ("left_on", models.DateField(blank=True, null=True, verbose_name="搬走日期")),
                        ("request_id", models.UUIDField(blank=True, editable=False, null=True, unique=True)),
                        ("fingerprint", models.CharField(blank=True, db_default="", editable=False, max_length=64)),
                    ],
                    options={
                        "verbose_name": "居民",
                        "verbose_name_plural": "居民",
                        "indexes": [models.Index(fields=["state", "-asked_at"], name="resident_state")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "confirmed"), _negated=True),
                                    ("confirmed_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="resident_confirmed_when",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("how", "proxy"), _negated=True),
                                    models.Q(
                                        models.Q(("consent_by", ""), _negated=True),
                                        models.Q(("consent_how", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="resident_proxy_consent",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
