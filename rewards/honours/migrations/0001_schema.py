"""Certificates, thanks, service records and hand-overs, and the anniversaries that come by themselves."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from foundation.append_only import GuardTable
from foundation.create_models import CreateModels

WORDS = {
    1: ("任职满一年", "一年来，您记得每一扇门后的人，谢谢您让邻里多了一份放心。"),
    3: ("任职满三年", "三年里，您走过的楼道、帮过的邻居，大家都记在心里。谢谢您。"),
    5: ("任职满五年", "五年如一日守着这一方邻里，您的耐心和热心，是大家的福气。谢谢您。"),
    10: ("任职满十年", "十年光阴，您把邻居处成了家人。谨向您致以最诚挚的谢意。"),
}


def make_kinds(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The anniversaries that come by themselves; the district may change their words."""
    kind = apps.get_model("honours", "CertificateKind")
    for years, (name, words) in WORDS.items():
        kind.objects.get_or_create(years=years, defaults={"name": name, "words": words})


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("honours", "0001_initial"),
        ("honours", "0002_append_only"),
        ("honours", "0003_anniversaries"),
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
                    name="ServiceRecord",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="service_records",
                                to="people.person",
                                verbose_name="人",
                            ),
                        ),
                        ("project", models.CharField(max_length=60, verbose_name="服务项目")),
                        ("started_at", models.DateTimeField(verbose_name="服务时间")),
                        ("minutes", models.PositiveSmallIntegerField(verbose_name="时长（分钟）")),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        (
                            "certifier",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="people.person",
                                verbose_name="证明人",
                            ),
                        ),
                        (
                            "certifier_role",
                            models.CharField(
                                choices=[
                                    ("area_leader", "片长"),
                                    ("group_leader", "组长"),
                                    ("neighbour_leader", "邻长"),
                                    ("community_worker", "社区工作人员"),
                                    ("street_clerk", "镇街工作人员"),
                                    ("district_clerk", "区级工作人员"),
                                ],
                                db_default="",
                                max_length=20,
                                verbose_name="证明人职务",
                            ),
                        ),
                        ("source_key", models.CharField(max_length=80, unique=True, verbose_name="来源")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="记下的时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "服务时长",
                        "verbose_name_plural": "服务时长",
                        "indexes": [
                            models.Index(fields=["person", "-started_at"], name="service_person"),
                            models.Index(fields=["unit", "started_at"], name="service_unit"),
                            models.Index(fields=["started_at"], name="service_started"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("minutes__gt", 0), ("minutes__lte", 1440)), name="service_minutes"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ServiceWithdrawal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "record",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="withdrawal",
                                to="honours.servicerecord",
                            ),
                        ),
                        ("reason", models.CharField(max_length=200, verbose_name="原因")),
                        ("actor_id", models.BigIntegerField(null=True, verbose_name="经办")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "撤回的服务时长",
                        "verbose_name_plural": "撤回的服务时长",
                    },
                ),
                migrations.CreateModel(
                    name="ServiceEntry",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "project",
                            models.CharField(
                                help_text="做了什么，例如：防汛值守", max_length=60, verbose_name="服务项目"
                            ),
                        ),
                        ("started_at", models.DateTimeField(verbose_name="开始时间")),
                        ("minutes", models.PositiveSmallIntegerField(verbose_name="时长（分钟）")),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "等另一位同事证明"),
                                    ("certified", "已证明"),
                                    ("refused", "没有通过"),
                                ],
                                default="waiting",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="录入人",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="证明人",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="证明时间")),
                        ("reason", models.CharField(blank=True, db_default="", max_length=200, verbose_name="理由")),
                        ("fingerprint", models.CharField(max_length=64)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="录入时间"
                            ),
                        ),
                        (
                            "people",
                            models.ManyToManyField(related_name="+", to="people.person", verbose_name="参加的人"),
                        ),
                    ],
                    options={
                        "verbose_name": "手工录入的时长",
                        "verbose_name_plural": "手工录入的时长",
                        "indexes": [models.Index(fields=["state", "-at"], name="service_entry_state")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("minutes__gt", 0), ("minutes__lte", 1440)),
                                name="service_entry_minutes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by__isnull", True),
                                    ("entered_by__isnull", True),
                                    models.Q(("decided_by", models.F("entered_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="service_entry_second_person",
                                violation_error_message="录入的人不能自己证明，请另一位同事来。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HandOver",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        ("first_on", models.DateField(verbose_name="从")),
                        ("last_on", models.DateField(verbose_name="到")),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
                            ),
                        ),
                        ("fingerprint", models.CharField(max_length=64)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "时长移交",
                        "verbose_name_plural": "时长移交",
                        "indexes": [models.Index(fields=["unit", "-at"], name="hand_over_unit")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("last_on__gte", models.F("first_on"))),
                                name="hand_over_dates",
                                violation_error_message="结束日期不能早于开始日期。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HandOverLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "hand_over",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="honours.handover"
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="handed_over",
                                to="honours.servicerecord",
                            ),
                        ),
                        ("is_withdrawal", models.BooleanField(default=False, verbose_name="撤回")),
                    ],
                    options={
                        "verbose_name": "移交的时长",
                        "verbose_name_plural": "移交的时长",
                        "constraints": [
                            models.UniqueConstraint(fields=("record", "is_withdrawal"), name="handed_over_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ServiceProof",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="验证编号")),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="service_proofs",
                                to="people.person",
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(null=True, verbose_name="年份")),
                        ("first_on", models.DateField(verbose_name="从")),
                        ("last_on", models.DateField(verbose_name="到")),
                        ("minutes", models.PositiveIntegerField(verbose_name="时长（分钟）")),
                        ("count", models.PositiveIntegerField(verbose_name="次数")),
                        ("shows_details", models.BooleanField(default=False, verbose_name="查验时显示日期和时长")),
                        ("fingerprint", models.CharField(max_length=64)),
                        (
                            "printed_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="打印时间"
                            ),
                        ),
                        ("withdrawn_at", models.DateTimeField(null=True, verbose_name="作废时间")),
                        (
                            "reason",
                            models.CharField(blank=True, db_default="", max_length=200, verbose_name="作废原因"),
                        ),
                    ],
                    options={
                        "verbose_name": "服务证明",
                        "verbose_name_plural": "服务证明",
                        "indexes": [models.Index(fields=["person", "-printed_at"], name="proof_person")],
                    },
                ),
                migrations.CreateModel(
                    name="CertificateKind",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        ("name", models.CharField(help_text="例如：感谢状", max_length=20, verbose_name="名称")),
                        ("words", models.CharField(max_length=200, verbose_name="证书上的话")),
                        (
                            "years",
                            models.PositiveSmallIntegerField(
                                blank=True, editable=False, null=True, unique=True, verbose_name="任职满几年"
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                    ],
                    options={
                        "verbose_name": "证书种类",
                        "verbose_name_plural": "证书种类",
                    },
                ),
                migrations.CreateModel(
                    name="Certificate",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                        (
                            "kind",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="certificates",
                                to="honours.certificatekind",
                                verbose_name="种类",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="certificates",
                                to="people.person",
                                verbose_name="给谁",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="签发单位",
                            ),
                        ),
                        ("title", models.CharField(max_length=20, verbose_name="名称")),
                        ("text", models.CharField(max_length=200, verbose_name="证书上的话")),
                        ("since", models.DateField(blank=True, null=True, verbose_name="任职从")),
                        ("dated_on", models.DateField(verbose_name="日期")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "等另一位同事签发"),
                                    ("issued", "已签发"),
                                    ("refused", "没有签发"),
                                    ("withdrawn", "已撤回"),
                                ],
                                default="waiting",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "issued_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="申请人",
                            ),
                        ),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="签发人",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="签发时间")),
                        (
                            "withdrawn_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="撤回人",
                            ),
                        ),
                        ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
                        ("reason", models.CharField(blank=True, db_default="", max_length=200, verbose_name="理由")),
                        ("hidden_at", models.DateTimeField(blank=True, null=True, verbose_name="本人收起的时间")),
                        ("fingerprint", models.CharField(db_default="", max_length=64)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "证书",
                        "verbose_name_plural": "证书",
                        "indexes": [
                            models.Index(fields=["person", "-dated_on"], name="certificate_person"),
                            models.Index(fields=["unit", "state", "-dated_on"], name="certificate_unit"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    ("issued_by__isnull", True),
                                    models.Q(("approved_by", models.F("issued_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="certificate_second_person",
                                violation_error_message="申请的人不能自己签发，请另一位同事来。",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("since__isnull", False)),
                                fields=("person", "kind", "since"),
                                name="certificate_anniversary",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ThanksCard",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "to",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="thanks_received",
                                to="people.person",
                                verbose_name="给谁",
                            ),
                        ),
                        (
                            "sender",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="thanks_sent",
                                to="people.person",
                                verbose_name="谁写的",
                            ),
                        ),
                        (
                            "part",
                            models.CharField(
                                choices=[("neighbour", "邻居"), ("leader", "上一级的三长"), ("staff", "工作人员")],
                                max_length=10,
                                verbose_name="身份",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        (
                            "picture",
                            models.CharField(
                                choices=[
                                    ("lamp", "一盏灯"),
                                    ("flowers", "一束花"),
                                    ("tea", "一杯热茶"),
                                    ("umbrella", "一把伞"),
                                ],
                                max_length=10,
                                verbose_name="卡片",
                            ),
                        ),
                        ("words", models.CharField(blank=True, db_default="", max_length=60, verbose_name="一句话")),
                        ("fingerprint", models.CharField(max_length=64)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                        ("hidden_at", models.DateTimeField(null=True, verbose_name="收起的时间")),
                        ("reported_at", models.DateTimeField(null=True, verbose_name="反映的时间")),
                        ("removed_at", models.DateTimeField(null=True, verbose_name="撤下的时间")),
                        ("settled_at", models.DateTimeField(null=True, verbose_name="处理的时间")),
                        (
                            "settled_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="处理人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "感谢卡",
                        "verbose_name_plural": "感谢卡",
                        "indexes": [
                            models.Index(fields=["to", "-at"], name="thanks_to"),
                            models.Index(fields=["sender", "-at"], name="thanks_sender"),
                            models.Index(
                                condition=models.Q(("reported_at__isnull", False)),
                                fields=["unit", "-reported_at"],
                                name="thanks_said",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("sender", models.F("to")), _negated=True),
                                name="thanks_not_to_oneself",
                            )
                        ],
                    },
                ),
            ]
        ),
        GuardTable("honours_servicerecord"),
        GuardTable("honours_servicewithdrawal"),
        GuardTable("honours_handoverline"),
        migrations.RunPython(make_kinds, migrations.RunPython.noop),
    ]
