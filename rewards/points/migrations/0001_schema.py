"""The ledger with its seals, which never change; rules, budgets, awards; and the rows without which nothing is booked."""

import datetime as dt
import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from foundation.append_only import GuardTable
from foundation.create_models import CreateModels
from rewards.points.day_index import AddDayIndex


def make_accounts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The two accounts that belong to nobody: where points come from, and where they go when they run out."""
    account = apps.get_model("points", "PointsAccount")
    for kind in ("issuing", "expiry"):
        account.objects.get_or_create(kind=kind, person=None)


RULES = (
    # code, label, points, measure, most at once, most a month, by hand
    ("task_done", "完成任务", 1, "件", 5, None, False),
    ("on_duty", "季度在岗", 10, "季度", 1, None, False),
    ("event_hour", "活动服务", 2, "小时", 2, None, False),
    ("case_fixed", "反映的问题解决了", 3, "件", 1, None, True),
    ("dispute_settled", "调解了纠纷", 5, "件", 1, None, True),
    ("hazard_found", "发现了隐患", 5, "处", 1, None, True),
    ("care_contact", "关爱联系", 1, "次", 1, 8, True),
    ("suggestion_adopted", "建议被采纳", 10, "条", 1, None, True),
    ("successor_trained", "带出了接班人", 5, "位", 1, None, True),
)


def make_rules(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The first version of the rules, with the sample numbers, and the account of what was settled."""
    apps.get_model("points", "PointsAccount").objects.get_or_create(kind="settled")
    version = apps.get_model("points", "RuleVersion").objects.create(
        number=1, starts_on=dt.date(2020, 1, 1), state="approved", ceiling=40, valid_months=24, warn_days=60
    )
    rule = apps.get_model("points", "Rule")
    names = ("code", "label", "points", "measure", "most_at_once", "most_a_month", "by_hand")
    rule.objects.bulk_create(rule(version=version, **dict(zip(names, row, strict=True))) for row in RULES)


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("points", "0001_initial"),
        ("points", "0002_append_only"),
        ("points", "0003_system_accounts"),
        ("points", "0004_whole_ledger"),
        ("points", "0005_first_rules"),
        ("points", "0006_ledger_seals"),
        ("points", "0007_months_and_notices"),
        ("points", "0008_awards"),
        ("points", "0009_hold_let_go"),
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
                    name="ManualAward",
                    fields=[
                        ("uid", models.UUIDField(primary_key=True, serialize=False, verbose_name="编号")),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        ("reason", models.CharField(max_length=120, verbose_name="说明")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("asked", "等批准"),
                                    ("approved", "已批准"),
                                    ("refused", "没有批准"),
                                    ("withdrawn", "已收回"),
                                ],
                                default="asked",
                                max_length=9,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "asked_by",
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
                            "asked_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="申请时间"
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
                                verbose_name="批准人",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                        ("answer", models.CharField(blank=True, db_default="", max_length=200, verbose_name="答复")),
                        ("fingerprint", models.CharField(editable=False, max_length=64)),
                        (
                            "transfer",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)s",
                                to="points.transfer",
                                verbose_name="流水",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="people.person",
                                verbose_name="给谁",
                            ),
                        ),
                        ("rule", models.CharField(max_length=30, verbose_name="规则")),
                        ("quantity", models.PositiveSmallIntegerField(verbose_name="几件")),
                        ("happened_on", models.DateField(verbose_name="哪天的事")),
                    ],
                    options={
                        "verbose_name": "积分申请",
                        "verbose_name_plural": "积分申请",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["state", "-asked_at"], name="manual_award_state"),
                            models.Index(
                                condition=models.Q(("state", "approved")),
                                fields=["decided_at"],
                                name="manual_award_decided",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["approved", "refused"]), _negated=True),
                                    ("asked_by__isnull", True),
                                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="manualaward_second_person",
                                violation_error_message="申请的人不能自己批准，请另一位同事来批。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "approved"), ("transfer__isnull", False)),
                                    models.Q(
                                        models.Q(("state", "approved"), _negated=True), ("transfer__isnull", True)
                                    ),
                                    _connector="OR",
                                ),
                                name="manualaward_line_when_approved",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("quantity__gt", 0)), name="manual_award_of_something"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BudgetFill",
                    fields=[
                        ("uid", models.UUIDField(primary_key=True, serialize=False, verbose_name="编号")),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        ("reason", models.CharField(max_length=120, verbose_name="说明")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("asked", "等批准"),
                                    ("approved", "已批准"),
                                    ("refused", "没有批准"),
                                    ("withdrawn", "已收回"),
                                ],
                                default="asked",
                                max_length=9,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "asked_by",
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
                            "asked_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="申请时间"
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
                                verbose_name="批准人",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                        ("answer", models.CharField(blank=True, db_default="", max_length=200, verbose_name="答复")),
                        ("fingerprint", models.CharField(editable=False, max_length=64)),
                        (
                            "transfer",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)s",
                                to="points.transfer",
                                verbose_name="流水",
                            ),
                        ),
                        ("points", models.PositiveIntegerField(verbose_name="积分")),
                    ],
                    options={
                        "verbose_name": "预算申请",
                        "verbose_name_plural": "预算申请",
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["approved", "refused"]), _negated=True),
                                    ("asked_by__isnull", True),
                                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="budgetfill_second_person",
                                violation_error_message="申请的人不能自己批准，请另一位同事来批。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "approved"), ("transfer__isnull", False)),
                                    models.Q(
                                        models.Q(("state", "approved"), _negated=True), ("transfer__isnull", True)
                                    ),
                                    _connector="OR",
                                ),
                                name="budgetfill_line_when_approved",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("points__gt", 0)), name="budget_fill_of_something"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AwardSample",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        ("month", models.DateField(unique=True, verbose_name="月份")),
                        ("seed", models.CharField(max_length=64, verbose_name="种子")),
                        ("percent", models.PositiveSmallIntegerField(verbose_name="百分之几")),
                        ("at_least", models.PositiveSmallIntegerField(verbose_name="每个社区至少几条")),
                        ("population", models.PositiveIntegerField(verbose_name="一共多少条")),
                        (
                            "drawn_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="抽取时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "抽查批次",
                        "verbose_name_plural": "抽查批次",
                    },
                ),
                migrations.CreateModel(
                    name="SampledAward",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "sample",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="items",
                                to="points.awardsample",
                                verbose_name="批次",
                            ),
                        ),
                        (
                            "award",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sampled",
                                to="points.manualaward",
                                verbose_name="申请",
                            ),
                        ),
                        (
                            "verdict",
                            models.CharField(
                                choices=[("open", "等看"), ("in_order", "没有问题"), ("not_in_order", "有问题")],
                                default="open",
                                max_length=12,
                                verbose_name="结果",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, db_default="", max_length=200, verbose_name="说明")),
                        (
                            "looked_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="抽查人",
                            ),
                        ),
                        ("looked_at", models.DateTimeField(blank=True, null=True, verbose_name="抽查时间")),
                    ],
                    options={
                        "verbose_name": "抽查",
                        "verbose_name_plural": "抽查",
                        "indexes": [models.Index(fields=["sample", "verdict"], name="sampled_verdict")],
                    },
                ),
                migrations.CreateModel(
                    name="PointsNotice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notices",
                                to="points.pointsaccount",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("age", "快到期"), ("role_ended", "卸任"), ("last_call", "卸任后快到期")],
                                max_length=10,
                                verbose_name="类型",
                            ),
                        ),
                        ("through", models.DateField(verbose_name="说到哪天")),
                        (
                            "told_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "积分到期提醒",
                        "verbose_name_plural": "积分到期提醒",
                        "constraints": [
                            models.UniqueConstraint(fields=("account", "kind", "through"), name="points_notice_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LedgerSeal",
                    fields=[
                        ("day", models.DateField(primary_key=True, serialize=False, verbose_name="日期")),
                        ("count", models.PositiveIntegerField(verbose_name="笔数")),
                        ("root", models.CharField(max_length=64, verbose_name="根")),
                        ("previous", models.CharField(max_length=64, verbose_name="上一环")),
                        ("link", models.CharField(max_length=64, verbose_name="本环")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "积分日封",
                        "verbose_name_plural": "积分日封",
                        "constraints": [
                            models.UniqueConstraint(fields=("previous",), name="ledger_seal_one_successor")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LedgerCheck",
                    fields=[
                        ("day", models.DateField(primary_key=True, serialize=False, verbose_name="日期")),
                        (
                            "began_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="开始"
                            ),
                        ),
                        ("ended_at", models.DateTimeField(null=True, verbose_name="结束")),
                        ("transfers", models.BigIntegerField(null=True, verbose_name="笔数")),
                        ("fault_count", models.PositiveIntegerField(null=True, verbose_name="出入")),
                        ("faults", models.JSONField(default=list, verbose_name="说明")),
                    ],
                    options={
                        "verbose_name": "积分核对",
                        "verbose_name_plural": "积分核对",
                    },
                ),
                migrations.CreateModel(
                    name="PointsAccount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("person", "个人"),
                                    ("budget", "单位预算"),
                                    ("provider", "提供方"),
                                    ("issuing", "发放"),
                                    ("expiry", "过期"),
                                    ("settled", "已结算"),
                                ],
                                max_length=10,
                                verbose_name="类型",
                            ),
                        ),
                        (
                            "person",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="points_account",
                                to="people.person",
                            ),
                        ),
                        (
                            "unit",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="points_budget",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        ("owner_uid", models.UUIDField(blank=True, null=True, unique=True, verbose_name="提供方编号")),
                        ("balance", models.BigIntegerField(db_default=0, verbose_name="余额")),
                        ("held", models.BigIntegerField(db_default=0, verbose_name="占用")),
                    ],
                    options={
                        "verbose_name": "积分账户",
                        "verbose_name_plural": "积分账户",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("balance__gte", models.F("held"))), name="points_not_below_zero"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("held__gte", 0)), name="points_held_not_negative"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("kind", "person"),
                                        ("owner_uid__isnull", True),
                                        ("person__isnull", False),
                                        ("unit__isnull", True),
                                    ),
                                    models.Q(
                                        ("kind", "budget"),
                                        ("owner_uid__isnull", True),
                                        ("person__isnull", True),
                                        ("unit__isnull", False),
                                    ),
                                    models.Q(
                                        ("kind", "provider"),
                                        ("owner_uid__isnull", False),
                                        ("person__isnull", True),
                                        ("unit__isnull", True),
                                    ),
                                    models.Q(
                                        ("kind__in", ["issuing", "expiry", "settled"]),
                                        ("owner_uid__isnull", True),
                                        ("person__isnull", True),
                                        ("unit__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="points_account_owner",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("kind__in", ["issuing", "expiry", "settled"])),
                                fields=("kind",),
                                name="points_one_system_account",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RuleVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        ("number", models.PositiveIntegerField(unique=True, verbose_name="第几版")),
                        ("starts_on", models.DateField(verbose_name="生效日期")),
                        (
                            "state",
                            models.CharField(
                                choices=[("draft", "草稿"), ("approved", "已批准"), ("withdrawn", "已撤回")],
                                default="draft",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "ceiling",
                            models.PositiveIntegerField(
                                help_text="一个人一个月最多得多少分", verbose_name="每人每月上限"
                            ),
                        ),
                        ("valid_months", models.PositiveSmallIntegerField(default=24, verbose_name="有效月数")),
                        ("warn_days", models.PositiveSmallIntegerField(default=60, verbose_name="提前几天提醒")),
                        ("why", models.CharField(blank=True, db_default="", max_length=200, verbose_name="为什么改")),
                        (
                            "drafted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="起草人",
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
                                verbose_name="批准人",
                            ),
                        ),
                        ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="批准时间")),
                    ],
                    options={
                        "verbose_name": "积分规则",
                        "verbose_name_plural": "积分规则",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    ("drafted_by__isnull", True),
                                    models.Q(("approved_by", models.F("drafted_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="rules_second_person",
                                violation_error_message="起草的人不能自己批准，请另一位同事来批。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Rule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rules",
                                to="points.ruleversion",
                                verbose_name="版本",
                            ),
                        ),
                        ("code", models.CharField(max_length=30, verbose_name="代码")),
                        ("label", models.CharField(max_length=40, verbose_name="名称")),
                        ("points", models.PositiveSmallIntegerField(verbose_name="每件几分")),
                        (
                            "measure",
                            models.CharField(
                                default="次", help_text="次、小时、件", max_length=10, verbose_name="量词"
                            ),
                        ),
                        (
                            "most_at_once",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="一次最多几件"),
                        ),
                        (
                            "most_a_month",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="每月最多几件"),
                        ),
                        (
                            "by_hand",
                            models.BooleanField(
                                default=False, help_text="要两个人：一人申请，一人批准", verbose_name="由工作人员录入"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "规则",
                        "verbose_name_plural": "规则",
                        "constraints": [
                            models.UniqueConstraint(fields=("version", "code"), name="rule_once_a_version"),
                            models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="rule_gives_something"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Transfer",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        (
                            "from_account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="given",
                                to="points.pointsaccount",
                            ),
                        ),
                        (
                            "to_account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="received",
                                to="points.pointsaccount",
                            ),
                        ),
                        ("points", models.BigIntegerField(verbose_name="积分")),
                        ("rule", models.CharField(max_length=30, verbose_name="规则")),
                        ("quantity", models.PositiveSmallIntegerField(db_default=1, verbose_name="几件")),
                        ("version_number", models.PositiveIntegerField(null=True, verbose_name="规则版本")),
                        ("reason", models.CharField(max_length=120, verbose_name="说明")),
                        ("source_key", models.CharField(max_length=80, unique=True, verbose_name="来源")),
                        (
                            "unit",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        (
                            "reverses",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reversed_by",
                                to="points.transfer",
                            ),
                        ),
                        ("actor_id", models.BigIntegerField(null=True, verbose_name="经办")),
                        ("by_staff", models.BooleanField(db_default=False, verbose_name="工作人员录入")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "积分流水",
                        "verbose_name_plural": "积分流水",
                        "indexes": [
                            models.Index(fields=["to_account", "-at"], name="transfer_to_at"),
                            models.Index(fields=["from_account", "-at"], name="transfer_from_at"),
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="transfer_positive"),
                            models.CheckConstraint(
                                condition=models.Q(("from_account", models.F("to_account")), _negated=True),
                                name="transfer_two_sides",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MonthEarned",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="people.person",
                                verbose_name="人",
                            ),
                        ),
                        ("month", models.DateField(verbose_name="月份")),
                        ("points", models.PositiveIntegerField(db_default=0, verbose_name="积分")),
                        ("last_given", models.PositiveIntegerField(db_default=0, verbose_name="最近一次")),
                    ],
                    options={
                        "verbose_name": "当月所得",
                        "verbose_name_plural": "当月所得",
                        "constraints": [models.UniqueConstraint(fields=("person", "month"), name="points_month_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Hold",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="holds",
                                to="points.pointsaccount",
                            ),
                        ),
                        ("points", models.BigIntegerField(verbose_name="积分")),
                        ("reason", models.CharField(max_length=120, verbose_name="说明")),
                        (
                            "unit",
                            models.ForeignKey(
                                null=True,
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
                                    ("held", "占用中"),
                                    ("posted", "已入账"),
                                    ("voided", "已撤销"),
                                    ("expired", "已到期"),
                                ],
                                default="held",
                                max_length=8,
                                verbose_name="状态",
                            ),
                        ),
                        ("until", models.DateTimeField(verbose_name="到")),
                        ("let_go_at", models.DateTimeField(null=True, verbose_name="放回时间")),
                        (
                            "transfer",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="hold",
                                to="points.transfer",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "占用",
                        "verbose_name_plural": "占用",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "held")), fields=["until"], name="hold_open_until"
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="hold_positive")
                        ],
                    },
                ),
            ]
        ),
        AddDayIndex(model_name="transfer", index=models.Index(fields=["at"], name="transfer_at")),
        GuardTable("points_transfer"),
        GuardTable("points_ledgerseal"),
        migrations.RunPython(make_accounts, migrations.RunPython.noop),
        migrations.RunPython(make_rules, migrations.RunPython.noop),
    ]
