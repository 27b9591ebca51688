"""Awards by hand, budgets and the monthly sample: what two people decide, and what is looked at again."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0004_personal_data'),
        ('points', '0007_months_and_notices'),
        ('units', '0002_sounds'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AwardSample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='编号')),
                ('month', models.DateField(unique=True, verbose_name='月份')),
                ('seed', models.CharField(max_length=64, verbose_name='种子')),
                ('percent', models.PositiveSmallIntegerField(verbose_name='百分之几')),
                ('at_least', models.PositiveSmallIntegerField(verbose_name='每个社区至少几条')),
                ('population', models.PositiveIntegerField(verbose_name='一共多少条')),
                ('drawn_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='抽取时间')),
            ],
            options={
                'verbose_name': '抽查批次',
                'verbose_name_plural': '抽查批次',
            },
        ),
        migrations.CreateModel(
            name='ManualAward',
            fields=[
                ('uid', models.UUIDField(primary_key=True, serialize=False, verbose_name='编号')),
                ('reason', models.CharField(max_length=120, verbose_name='说明')),
                ('state', models.CharField(choices=[('asked', '等批准'), ('approved', '已批准'), ('refused', '没有批准'), ('withdrawn', '已收回')], default='asked', max_length=9, verbose_name='状态')),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='申请时间')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('answer', models.CharField(blank=True, db_default='', max_length=200, verbose_name='答复')),
                ('fingerprint', models.CharField(editable=False, max_length=64)),
                ('rule', models.CharField(max_length=30, verbose_name='规则')),
                ('quantity', models.PositiveSmallIntegerField(verbose_name='几件')),
                ('happened_on', models.DateField(verbose_name='哪天的事')),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person', verbose_name='给谁')),
                ('transfer', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='points.transfer', verbose_name='流水')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='单位')),
            ],
            options={
                'verbose_name': '积分申请',
                'verbose_name_plural': '积分申请',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SampledAward',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='编号')),
                ('verdict', models.CharField(choices=[('open', '等看'), ('in_order', '没有问题'), ('not_in_order', '有问题')], default='open', max_length=12, verbose_name='结果')),
                ('reason', models.CharField(blank=True, db_default='', max_length=200, verbose_name='说明')),
                ('looked_at', models.DateTimeField(blank=True, null=True, verbose_name='抽查时间')),
                ('award', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sampled', to='points.manualaward', verbose_name='申请')),
                ('looked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='抽查人')),
                ('sample', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='points.awardsample', verbose_name='批次')),
            ],
            options={
                'verbose_name': '抽查',
                'verbose_name_plural': '抽查',
            },
        ),
        migrations.CreateModel(
            name='BudgetFill',
            fields=[
                ('uid', models.UUIDField(primary_key=True, serialize=False, verbose_name='编号')),
                ('reason', models.CharField(max_length=120, verbose_name='说明')),
                ('state', models.CharField(choices=[('asked', '等批准'), ('approved', '已批准'), ('refused', '没有批准'), ('withdrawn', '已收回')], default='asked', max_length=9, verbose_name='状态')),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='申请时间')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('answer', models.CharField(blank=True, db_default='', max_length=200, verbose_name='答复')),
                ('fingerprint', models.CharField(editable=False, max_length=64)),
                ('points', models.PositiveIntegerField(verbose_name='积分')),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('transfer', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='points.transfer', verbose_name='流水')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='单位')),
            ],
            options={
                'verbose_name': '预算申请',
                'verbose_name_plural': '预算申请',
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'refused']), _negated=True), ('asked_by__isnull', True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='budgetfill_second_person', violation_error_message='申请的人不能自己批准，请另一位同事来批。'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), ('transfer__isnull', False)), models.Q(models.Q(('state', 'approved'), _negated=True), ('transfer__isnull', True)), _connector='OR'), name='budgetfill_line_when_approved'), models.CheckConstraint(condition=models.Q(('points__gt', 0)), name='budget_fill_of_something')],
            },
        ),
        migrations.AddIndex(
            model_name='manualaward',
            index=models.Index(fields=['state', '-asked_at'], name='manual_award_state'),
        ),
        migrations.AddIndex(
            model_name='manualaward',
            index=models.Index(condition=models.Q(('state', 'approved')), fields=['decided_at'], name='manual_award_decided'),
        ),
        migrations.AddConstraint(
            model_name='manualaward',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'refused']), _negated=True), ('asked_by__isnull', True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='manualaward_second_person', violation_error_message='申请的人不能自己批准，请另一位同事来批。'),
        ),
        migrations.AddConstraint(
            model_name='manualaward',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), ('transfer__isnull', False)), models.Q(models.Q(('state', 'approved'), _negated=True), ('transfer__isnull', True)), _connector='OR'), name='manualaward_line_when_approved'),
        ),
        migrations.AddConstraint(
            model_name='manualaward',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='manual_award_of_something'),
        ),
        migrations.AddIndex(
            model_name='sampledaward',
            index=models.Index(fields=['sample', 'verdict'], name='sampled_verdict'),
        ),
    ]
