"""The store: goods, stock, exchange days, passbooks and settlements."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import foundation.pictures
from foundation.append_only import GuardTable
from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("store", "0001_initial"),
        ("store", "0002_append_only"),
    ]

    dependencies = [
        ("people", "0001_schema"),
        ("points", "0001_schema"),
        ("units", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Store",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stores",
                                to="units.unit",
                                verbose_name="社区",
                            ),
                        ),
                        ("name", models.CharField(max_length=40, verbose_name="名称")),
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
                        ("place", models.CharField(max_length=80, verbose_name="地点")),
                        (
                            "opening",
                            models.CharField(blank=True, db_default="", max_length=80, verbose_name="开放时间"),
                        ),
                        ("is_open", models.BooleanField(db_default=True, default=True, verbose_name="开放")),
                    ],
                    options={
                        "verbose_name": "积分超市",
                        "verbose_name_plural": "积分超市",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("unit", "name"),
                                name="store_name_once",
                                violation_error_message="这个社区已经有一家同名的积分超市。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Goods",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "store",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="goods",
                                to="store.store",
                                verbose_name="积分超市",
                            ),
                        ),
                        ("name", models.CharField(max_length=40, verbose_name="名称")),
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
                            "category",
                            models.CharField(
                                choices=[
                                    ("food", "米面粮油"),
                                    ("wash", "洗护清洁"),
                                    ("home", "居家日用"),
                                    ("other", "其他"),
                                ],
                                default="other",
                                max_length=8,
                                verbose_name="类别",
                            ),
                        ),
                        ("measure", models.CharField(help_text="像“5 公斤一袋”", max_length=20, verbose_name="规格")),
                        (
                            "photo",
                            models.ImageField(
                                blank=True,
                                db_default="",
                                storage=foundation.pictures.private_storage,
                                upload_to="store",
                                verbose_name="照片",
                            ),
                        ),
                        (
                            "cost_fen",
                            models.PositiveIntegerField(
                                default=0, help_text="最近一次进货的单价", verbose_name="进价（分）"
                            ),
                        ),
                        (
                            "most_a_month",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="每人每月最多几件"),
                        ),
                        ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="在架")),
                        ("stock", models.PositiveIntegerField(db_default=0, editable=False, verbose_name="库存")),
                        ("reserved", models.PositiveIntegerField(db_default=0, editable=False, verbose_name="已预约")),
                    ],
                    options={
                        "verbose_name": "货品",
                        "verbose_name_plural": "货品",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("store", "name"),
                                name="goods_name_once",
                                violation_error_message="已经有这样货品了。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reserved__gte", 0), ("stock__gte", models.F("reserved"))),
                                name="goods_not_below_zero",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("most_a_month__isnull", True), ("most_a_month__gt", 0), _connector="OR"
                                ),
                                name="goods_limit_lets_some",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Price",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "goods",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="prices",
                                to="store.goods",
                                verbose_name="货品",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="从哪天起")),
                        ("points", models.PositiveIntegerField(verbose_name="几分")),
                        (
                            "set_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="定价人",
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
                        "verbose_name": "价格",
                        "verbose_name_plural": "价格",
                        "constraints": [
                            models.UniqueConstraint(fields=("goods", "starts_on"), name="price_once_a_day"),
                            models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="price_positive"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Movement",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        (
                            "goods",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="movements",
                                to="store.goods",
                                verbose_name="货品",
                            ),
                        ),
                        (
                            "why",
                            models.CharField(
                                choices=[
                                    ("intake", "进货"),
                                    ("collected", "领走"),
                                    ("returned", "退回"),
                                    ("correction", "盘点"),
                                    ("spoiled", "损耗"),
                                ],
                                max_length=10,
                                verbose_name="缘由",
                            ),
                        ),
                        ("quantity", models.IntegerField(verbose_name="件数")),
                        ("cost_fen", models.PositiveIntegerField(db_default=0, verbose_name="单价（分）")),
                        (
                            "redemption",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="movements",
                                to="store.redemption",
                                verbose_name="兑换",
                            ),
                        ),
                        (
                            "count",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="movements",
                                to="store.stockcount",
                                verbose_name="盘点",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, db_default="", max_length=120, verbose_name="说明")),
                        ("actor_id", models.BigIntegerField(null=True, verbose_name="经办")),
                        ("fingerprint", models.CharField(db_default="", editable=False, max_length=64)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "出入库",
                        "verbose_name_plural": "出入库",
                        "indexes": [
                            models.Index(fields=["goods", "-at"], name="movement_goods_at"),
                            models.Index(fields=["-at"], name="movement_at"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("quantity__gt", 0), ("why__in", ["intake", "returned"])),
                                    models.Q(("quantity__lt", 0), ("why__in", ["collected", "spoiled"])),
                                    models.Q(("why", "correction"), models.Q(("quantity", 0), _negated=True)),
                                    _connector="OR",
                                ),
                                name="movement_sign",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GoodsBudget",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="goods_budgets",
                                to="units.unit",
                                verbose_name="社区",
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                        ("fen", models.PositiveBigIntegerField(verbose_name="预算（分）")),
                        (
                            "spent_fen",
                            models.PositiveBigIntegerField(db_default=0, editable=False, verbose_name="已用（分）"),
                        ),
                    ],
                    options={
                        "verbose_name": "采购预算",
                        "verbose_name_plural": "采购预算",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("unit", "year"),
                                name="goods_budget_once",
                                violation_error_message="这个社区这一年的预算已经有了，请直接改。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("spent_fen__lte", models.F("fen"))),
                                name="goods_budget_not_overspent",
                                violation_error_message="预算不能比已经用掉的少。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StockCount",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        (
                            "store",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="counts",
                                to="store.store",
                                verbose_name="积分超市",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("waiting", "等另一位核对"), ("done", "已入账"), ("dropped", "作废")],
                                default="done",
                                max_length=8,
                                verbose_name="状态",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, db_default="", max_length=120, verbose_name="说明")),
                        (
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="盘点人",
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
                                verbose_name="核对人",
                            ),
                        ),
                        ("fingerprint", models.CharField(editable=False, max_length=64)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="核对时间")),
                    ],
                    options={
                        "verbose_name": "盘点",
                        "verbose_name_plural": "盘点",
                        "indexes": [models.Index(fields=["store", "-at"], name="count_store_at")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by__isnull", True),
                                    models.Q(("decided_by", models.F("entered_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="count_second_person",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CountLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "count",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="store.stockcount"
                            ),
                        ),
                        (
                            "goods",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.goods",
                                verbose_name="货品",
                            ),
                        ),
                        ("booked", models.PositiveIntegerField(verbose_name="账上")),
                        ("counted", models.PositiveIntegerField(verbose_name="实数")),
                    ],
                    options={
                        "verbose_name": "盘点明细",
                        "verbose_name_plural": "盘点明细",
                        "constraints": [models.UniqueConstraint(fields=("count", "goods"), name="count_line_once")],
                    },
                ),
                migrations.CreateModel(
                    name="ExchangeDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "store",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="days",
                                to="store.store",
                                verbose_name="积分超市",
                            ),
                        ),
                        ("on", models.DateField(verbose_name="哪天")),
                        ("hours", models.CharField(default="9:00 到 11:30", max_length=40, verbose_name="几点")),
                        (
                            "place",
                            models.CharField(
                                blank=True,
                                db_default="",
                                help_text="空着就是在超市里",
                                max_length=80,
                                verbose_name="地点",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "兑换日",
                        "verbose_name_plural": "兑换日",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("store", "on"),
                                name="exchange_day_once",
                                violation_error_message="这一天已经有了。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Collector",
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
                                related_name="collectors",
                                to="people.person",
                                verbose_name="替谁领",
                            ),
                        ),
                        (
                            "collector",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="people.person",
                                verbose_name="谁来领",
                            ),
                        ),
                        ("name", models.CharField(blank=True, db_default="", max_length=30, verbose_name="姓名")),
                        (
                            "relation",
                            models.CharField(blank=True, db_default="", max_length=20, verbose_name="是您的什么人"),
                        ),
                        (
                            "named_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        ("is_proxy", models.BooleanField(db_default=False, verbose_name="代录")),
                        ("fingerprint", models.CharField(db_default="", editable=False, max_length=64)),
                        (
                            "named_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="登记时间"
                            ),
                        ),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="到")),
                    ],
                    options={
                        "verbose_name": "代领人",
                        "verbose_name_plural": "代领人",
                        "indexes": [models.Index(fields=["ended_at"], name="collector_ended")],
                    },
                ),
                migrations.CreateModel(
                    name="Redemption",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="redemptions",
                                to="people.person",
                                verbose_name="谁的",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="redemptions",
                                to="store.store",
                                verbose_name="积分超市",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="社区",
                            ),
                        ),
                        (
                            "goods",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="redemptions",
                                to="store.goods",
                                verbose_name="货品",
                            ),
                        ),
                        ("quantity", models.PositiveSmallIntegerField(default=1, verbose_name="件数")),
                        ("points_each", models.PositiveIntegerField(verbose_name="每件几分")),
                        ("code", models.CharField(max_length=8, verbose_name="兑换码")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("reserved", "已预约"),
                                    ("collected", "已领"),
                                    ("cancelled", "已取消"),
                                    ("expired", "已到期"),
                                    ("returned", "已退"),
                                ],
                                default="reserved",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "day",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="redemptions",
                                to="store.exchangeday",
                                verbose_name="兑换日",
                            ),
                        ),
                        ("until", models.DateTimeField(verbose_name="留到")),
                        ("is_proxy", models.BooleanField(db_default=False, verbose_name="代录")),
                        (
                            "confirmed",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("card", "出示了积分卡"),
                                    ("code", "报了手机上的码"),
                                    ("paper", "在纸上签了字"),
                                ],
                                db_default="",
                                max_length=6,
                                verbose_name="怎么确认的",
                            ),
                        ),
                        (
                            "collector",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="collected",
                                to="store.collector",
                                verbose_name="谁领走的",
                            ),
                        ),
                        (
                            "handed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, db_default="", max_length=120, verbose_name="说明")),
                        ("fingerprint", models.CharField(editable=False, max_length=64)),
                        (
                            "reserved_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="预约时间"
                            ),
                        ),
                        ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                    ],
                    options={
                        "verbose_name": "兑换",
                        "verbose_name_plural": "兑换",
                        "indexes": [
                            models.Index(fields=["store", "-reserved_at"], name="redemption_store_at"),
                            models.Index(fields=["unit", "-reserved_at"], name="redemption_unit_at"),
                            models.Index(fields=["person", "-reserved_at"], name="redemption_person_at"),
                            models.Index(
                                condition=models.Q(("state", "reserved")),
                                fields=["until"],
                                name="redemption_open_until",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("points_each__gt", 0), ("quantity__gt", 0)),
                                name="redemption_positive",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "reserved")),
                                fields=("store", "code"),
                                name="redemption_code_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Settlement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "store",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="settlements",
                                to="store.store",
                                verbose_name="积分超市",
                            ),
                        ),
                        ("month", models.DateField(verbose_name="月份")),
                        ("points", models.PositiveBigIntegerField(verbose_name="积分")),
                        (
                            "state",
                            models.CharField(
                                choices=[("asked", "等另一位核对"), ("settled", "已结算"), ("withdrawn", "已撤回")],
                                default="asked",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="申请人",
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
                                verbose_name="核对人",
                            ),
                        ),
                        (
                            "transfer",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="points.transfer",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="核对时间")),
                    ],
                    options={
                        "verbose_name": "月度结算",
                        "verbose_name_plural": "月度结算",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "withdrawn"), _negated=True),
                                fields=("store", "month"),
                                name="settlement_once_a_month",
                            ),
                            models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="settlement_positive"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "settled"), _negated=True),
                                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="settlement_second_person",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Passbook",
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
                                related_name="passbooks",
                                to="people.person",
                                verbose_name="谁的",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="units.unit",
                                verbose_name="社区",
                            ),
                        ),
                        ("number", models.CharField(max_length=10, unique=True, verbose_name="存折号")),
                        ("page", models.PositiveSmallIntegerField(db_default=0, verbose_name="印到第几页")),
                        ("opening", models.BigIntegerField(db_default=0, verbose_name="上本结转")),
                        ("printed", models.BigIntegerField(db_default=0, verbose_name="纸上余额")),
                        ("printed_at", models.DateTimeField(blank=True, null=True, verbose_name="印到什么时候")),
                        (
                            "issued_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
                            ),
                        ),
                        (
                            "issued_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="开本时间"
                            ),
                        ),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="停用时间")),
                        (
                            "ended_why",
                            models.CharField(
                                blank=True,
                                choices=[("lost", "丢了"), ("full", "写满了"), ("left", "不用了")],
                                db_default="",
                                max_length=6,
                                verbose_name="为什么停用",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "积分存折",
                        "verbose_name_plural": "积分存折",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("person",),
                                name="passbook_one_in_use",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PassbookPrint",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "passbook",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="prints", to="store.passbook"
                            ),
                        ),
                        ("first_page", models.PositiveSmallIntegerField(verbose_name="从第几页")),
                        ("last_page", models.PositiveSmallIntegerField(verbose_name="到第几页")),
                        ("before", models.BigIntegerField(verbose_name="承前余额")),
                        ("after", models.BigIntegerField(verbose_name="余额")),
                        (
                            "printed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
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
                        "verbose_name": "存折打印",
                        "verbose_name_plural": "存折打印",
                        "constraints": [
                            models.UniqueConstraint(fields=("passbook", "first_page"), name="passbook_page_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PassbookLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "passbook",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="store.passbook"
                            ),
                        ),
                        (
                            "print",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="lines",
                                to="store.passbookprint",
                            ),
                        ),
                        (
                            "transfer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="points.transfer"
                            ),
                        ),
                        ("points", models.BigIntegerField(verbose_name="积分")),
                        ("page", models.PositiveSmallIntegerField(db_default=0, verbose_name="第几页")),
                    ],
                    options={
                        "verbose_name": "存折行",
                        "verbose_name_plural": "存折行",
                        "constraints": [
                            models.UniqueConstraint(fields=("passbook", "transfer"), name="passbook_line_once")
                        ],
                    },
                ),
            ]
        ),
        GuardTable("store_movement"),
    ]
