"""Merchants apply, pause and end; reports of refusals are closed with what was done."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def keep_what_was_off(apps, schema_editor):
    """A shop that was switched off is paused."""
    apps.get_model("benefits", "Merchant").objects.filter(is_active=False).update(state="paused")


def switch_off(apps, schema_editor):
    """The way back: only partners are on."""
    apps.get_model("benefits", "Merchant").objects.exclude(state="active").update(is_active=False)


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0003_clerks"),
        ("people", "0002_sounds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="merchant",
            name="about",
            field=models.CharField(blank=True, db_default="", max_length=120, verbose_name="做什么的"),
        ),
        migrations.AddField(
            model_name="merchant",
            name="contact",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.person",
                verbose_name="联系人",
            ),
        ),
        migrations.AddField(
            model_name="merchant",
            name="state",
            field=models.CharField(
                choices=[
                    ("applied", "申请中"),
                    ("active", "合作中"),
                    ("paused", "暂停"),
                    ("ended", "已结束"),
                    ("refused", "没有通过"),
                ],
                db_default="active",
                default="active",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddField(
            model_name="merchant",
            name="reason",
            field=models.CharField(blank=True, db_default="", max_length=200, verbose_name="原因"),
        ),
        migrations.AddField(
            model_name="merchant",
            name="applied_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="申请时间"),
        ),
        migrations.AddField(
            model_name="merchant",
            name="starts_on",
            field=models.DateField(blank=True, null=True, verbose_name="合作开始"),
        ),
        migrations.AddField(
            model_name="merchant",
            name="ends_on",
            field=models.DateField(blank=True, null=True, verbose_name="合作结束"),
        ),
        migrations.RunPython(keep_what_was_off, switch_off),
        migrations.RemoveField(model_name="merchant", name="is_active"),
        migrations.AddIndex(
            model_name="merchant",
            index=models.Index(fields=["state", "pinyin"], name="merchant_state_name"),
        ),
        migrations.AddConstraint(
            model_name="merchant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "applied")),
                fields=("contact",),
                name="merchant_one_application_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="merchant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_on__isnull", True),
                    ("ends_on__isnull", True),
                    ("ends_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="merchant_dates",
            ),
        ),
        migrations.AddField(
            model_name="refusalreport",
            name="merchant",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refusals",
                to="benefits.merchant",
                verbose_name="商家",
            ),
        ),
        migrations.AddField(
            model_name="refusalreport",
            name="state",
            field=models.CharField(
                choices=[("open", "在核实"), ("confirmed", "确实没兑现"), ("cleared", "不是没兑现")],
                db_default="open",
                default="open",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddField(
            model_name="refusalreport",
            name="outcome",
            field=models.CharField(blank=True, db_default="", max_length=200, verbose_name="怎么处理的"),
        ),
        migrations.AddField(
            model_name="refusalreport",
            name="closed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="办结时间"),
        ),
        migrations.AddField(
            model_name="refusalreport",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="refusalreport",
            index=models.Index(fields=["merchant", "state"], name="refusal_merchant_state"),
        ),
        migrations.AddIndex(
            model_name="refusalreport",
            index=models.Index(fields=["state", "-at"], name="refusal_state_at"),
        ),
        migrations.AddConstraint(
            model_name="refusalreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "open"), ("closed_at__isnull", False), _connector="OR"),
                name="refusal_closed_has_time",
            ),
        ),
    ]
