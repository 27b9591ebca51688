"""Review by a second person, uses that renew, an order in the line, codes as QR and on paper, uses taken back."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import GuardTable


def account(**fields):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, **fields)


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0004_merchants_join"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="VoucherVoid",
            fields=[
                (
                    "use",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="void",
                        serialize=False,
                        to="benefits.voucheruse",
                    ),
                ),
                ("reason", models.CharField(max_length=120, verbose_name="为什么")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="时间")),
                ("by", account()),
            ],
            options={"verbose_name": "撤回的核销", "verbose_name_plural": "撤回的核销"},
        ),
        GuardTable("benefits_vouchervoid"),
        migrations.AddField(
            "benefit",
            "agreement",
            models.CharField(
                blank=True,
                db_default="",
                help_text="协议或文件的名称和编号，只给工作人员看",
                max_length=120,
                verbose_name="依据",
            ),
        ),
        migrations.AddField("benefit", "drafted_by", account(editable=False, null=True)),
        migrations.AddField("benefit", "reviewed_by", account(editable=False, null=True)),
        migrations.AddField(
            "benefit", "live_since", models.DateTimeField(editable=False, null=True, verbose_name="上线时间")
        ),
        migrations.AddField(
            "benefit",
            "pause_note",
            models.CharField(blank=True, db_default="", max_length=60, verbose_name="为什么暂停"),
        ),
        migrations.AddField(
            "benefit",
            "renews",
            models.CharField(
                choices=[("none", "不更新"), ("month", "每月"), ("quarter", "每季度"), ("year", "每年")],
                db_default="none",
                default="none",
                max_length=10,
                verbose_name="次数多久更新",
            ),
        ),
        migrations.AlterField(
            "benefit",
            "state",
            models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("reviewed", "已审核"),
                    ("live", "进行中"),
                    ("paused", "暂停"),
                    ("ended", "已结束"),
                ],
                default="draft",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            "benefit",
            models.CheckConstraint(
                condition=models.Q(reviewed_by__isnull=True) | ~models.Q(reviewed_by=models.F("drafted_by")),
                name="benefit_two_persons",
            ),
        ),
        migrations.AddField("entitlement", "period_start", models.DateField(null=True, verbose_name="本期开始")),
        migrations.AddField("entitlement", "waiting_since", models.DateTimeField(null=True, verbose_name="候补时间")),
        migrations.AlterField(
            "entitlement",
            "state",
            models.CharField(
                choices=[
                    ("waiting", "候补"),
                    ("claimed", "已领取"),
                    ("part_used", "用过几次"),
                    ("used_up", "已用完"),
                    ("returned", "已退回"),
                    ("expired", "已过期"),
                    ("revoked", "已收回"),
                ],
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddIndex(
            "entitlement", models.Index(fields=["benefit", "state", "waiting_since"], name="entitlement_line")
        ),
        migrations.RemoveConstraint("voucher", "voucher_one_live_code"),
        migrations.AddField(
            "voucher", "is_paper", models.BooleanField(db_default=False, default=False, verbose_name="纸质券")
        ),
        migrations.AddField("voucher", "issued_by", account(editable=False, null=True)),
        migrations.AddField(
            "voucher", "qr_digest", models.CharField(blank=True, db_default="", db_index=True, max_length=64)
        ),
        migrations.AddConstraint(
            "voucher",
            models.UniqueConstraint(
                condition=models.Q(("state", "issued")),
                fields=("entitlement", "is_paper"),
                name="voucher_one_live_each_way",
            ),
        ),
    ]
