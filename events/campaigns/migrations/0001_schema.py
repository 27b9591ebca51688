"""Campaigns, who is put forward in them, and their panels."""

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import foundation.append_only
import foundation.create_models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('homes', '0001_schema'),
        ('people', '0002_links'),
        ('units', '0001_schema'),
    ]

    operations = [
        foundation.create_models.CreateModels(
            models=[
                migrations.CreateModel(
                    name='CampaignRules',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveIntegerField(unique=True, verbose_name='版本')),
                        ('winners_count', models.PositiveSmallIntegerField(default=100, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='一共评多少位')),
                        ('max_choices', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='一张票最多选几位')),
                        ('seconders_count', models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='要几户附议')),
                        ('months_in_role', models.PositiveSmallIntegerField(default=12, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='任职满几个月')),
                        ('nominating_days', models.PositiveSmallIntegerField(default=14, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='提名几天')),
                        ('vetting_days', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='审核几天')),
                        ('notice_working_days', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='公示几个工作日')),
                        ('voting_days', models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='投票几天')),
                        ('counting_days', models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='开箱几天')),
                        ('panel_days', models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='评审几天')),
                        ('panel_weight', models.PositiveSmallIntegerField(default=50, verbose_name='评审占')),
                        ('opinion_weight', models.PositiveSmallIntegerField(default=30, verbose_name='联系户占')),
                        ('ballot_weight', models.PositiveSmallIntegerField(default=20, verbose_name='居民投票占')),
                        ('panel_least', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='评审最少几位')),
                        ('opinion_least', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='几户答了才算')),
                        ('hidden_below', models.PositiveSmallIntegerField(default=20, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='少于几张票不显示')),
                        ('why', models.CharField(max_length=200, verbose_name='为什么改')),
                        ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='时间')),
                        ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': '评选规则',
                        'verbose_name_plural': '评选规则',
                        'constraints': [models.CheckConstraint(condition=models.Q(('panel_weight', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.Value(100), '-', models.F('opinion_weight')), '-', models.F('ballot_weight')))), name='campaign_weights_are_hundred', violation_error_message='三项加起来要正好是 100。')],
                    },
                ),
                migrations.CreateModel(
                    name='Campaign',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='编号')),
                        ('title', models.CharField(max_length=40, verbose_name='名称')),
                        ('about', models.CharField(blank=True, db_default='', max_length=300, verbose_name='给居民的话')),
                        ('approval_reference', models.CharField(blank=True, db_default='', max_length=60, verbose_name='批文号')),
                        ('state', models.CharField(choices=[('draft', '草稿'), ('approved', '已批准'), ('nominating', '提名'), ('vetting', '审核'), ('notice', '候选人公示'), ('voting', '投票'), ('counting', '开箱'), ('panel', '评审'), ('winners_notice', '结果公示'), ('awarded', '已表彰'), ('archived', '已归档'), ('suspended', '暂停'), ('terminated', '终止')], db_default='draft', default='draft', max_length=14, verbose_name='状态')),
                        ('suspended_from', models.CharField(blank=True, db_default='', editable=False, max_length=14)),
                        ('suspended_at', models.DateTimeField(editable=False, null=True, verbose_name='暂停时间')),
                        ('fingerprint', models.CharField(blank=True, db_default='', editable=False, max_length=64, verbose_name='规则指纹')),
                        ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='建立时间')),
                        ('approved_at', models.DateTimeField(null=True, verbose_name='批准时间')),
                        ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='units.unit', verbose_name='区')),
                        ('rules', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.campaignrules', verbose_name='规则版本')),
                    ],
                    options={
                        'verbose_name': '评选',
                        'verbose_name_plural': '评选',
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'terminated']), models.Q(models.Q(('approval_reference', ''), _negated=True), models.Q(('fingerprint', ''), _negated=True), ('approved_at__isnull', False)), _connector='OR'), name='campaign_approved_before_it_leaves_draft', violation_error_message='要先有批文号，才能开始。'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), ('made_by__isnull', True), models.Q(('approved_by', models.F('made_by')), _negated=True), _connector='OR'), name='campaign_second_person', violation_error_message='起草的人不能自己批准，请另一位同事来批。'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'suspended'), _negated=True), models.Q(models.Q(('suspended_from', ''), _negated=True), ('suspended_at__isnull', False)), _connector='OR'), name='campaign_suspended_from_somewhere'), models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'awarded', 'archived', 'terminated']), _negated=True), fields=('unit',), name='campaign_one_running', violation_error_message='这里已经有一场评选在进行。')],
                    },
                ),
                migrations.CreateModel(
                    name='Nomination',
                    fields=[
                        ('uid', models.UUIDField(primary_key=True, serialize=False, verbose_name='编号')),
                        ('kind', models.CharField(choices=[('resident', '居民提名'), ('group_leader', '组长推荐'), ('self', '自荐')], max_length=12, verbose_name='方式')),
                        ('why', models.CharField(max_length=200, verbose_name='为什么推荐')),
                        ('story', models.CharField(blank=True, db_default='', max_length=300, verbose_name='候选人的故事')),
                        ('state', models.CharField(choices=[('asked', '等本人同意'), ('declined', '本人婉拒'), ('agreed', '审核中'), ('candidate', '候选人'), ('refused', '审核没有通过'), ('lapsed', '附议不够'), ('withdrawn', '本人退出'), ('struck', '异议成立，取消')], default='asked', max_length=10, verbose_name='状态')),
                        ('seconded_count', models.PositiveIntegerField(db_default=0, default=0, verbose_name='附议户数')),
                        ('is_paused', models.BooleanField(db_default=False, default=False, verbose_name='因异议暂停')),
                        ('lot', models.PositiveIntegerField(null=True, verbose_name='票面号')),
                        ('answer', models.CharField(blank=True, db_default='', max_length=200, verbose_name='说明')),
                        ('nominated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='提名时间')),
                        ('answered_at', models.DateTimeField(null=True, verbose_name='本人答复时间')),
                        ('fingerprint', models.CharField(db_default='', editable=False, max_length=64)),
                        ('appointment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.appointment')),
                        ('campaign', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='nominations', to='campaigns.campaign')),
                        ('neighbourhood', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='邻')),
                        ('nominated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person', verbose_name='提名人')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person', verbose_name='被提名人')),
                        ('street', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='镇街')),
                    ],
                    options={
                        'verbose_name': '提名',
                        'verbose_name_plural': '提名',
                        'indexes': [models.Index(fields=['campaign', 'state', 'street'], name='nomination_state')],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'person'), name='nomination_once', violation_error_message='这位邻长已经有人提名了，您可以附议。'), models.UniqueConstraint(fields=('campaign', 'lot'), name='nomination_lot_once'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['refused', 'struck']), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='nomination_ended_with_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='NomineeObjection',
                    fields=[
                        ('uid', models.UUIDField(primary_key=True, serialize=False, verbose_name='编号')),
                        ('words', models.CharField(max_length=300, verbose_name='异议内容')),
                        ('state', models.CharField(choices=[('open', '核实中'), ('upheld', '成立'), ('dismissed', '不成立')], db_default='open', default='open', max_length=10, verbose_name='状态')),
                        ('raised_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='提出时间')),
                        ('reason', models.CharField(blank=True, db_default='', max_length=200, verbose_name='处理说明')),
                        ('decided_at', models.DateTimeField(null=True, verbose_name='处理时间')),
                        ('fingerprint', models.CharField(db_default='', editable=False, max_length=64)),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person', verbose_name='提出人')),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('nomination', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='campaigns.nomination')),
                    ],
                    options={
                        'verbose_name': '评选异议',
                        'verbose_name_plural': '评选异议',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('nomination', 'by'), name='nominee_objection_one_open_each'), models.CheckConstraint(condition=models.Q(('state', 'open'), models.Q(models.Q(('reason', ''), _negated=True), ('decided_by__isnull', False)), _connector='OR'), name='nominee_objection_decided_with_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='PanelMember',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='编号')),
                        ('title', models.CharField(max_length=30, verbose_name='身份')),
                        ('declared_at', models.DateTimeField(null=True, verbose_name='申报回避时间')),
                        ('left_at', models.DateTimeField(null=True, verbose_name='退出时间')),
                        ('left_reason', models.CharField(blank=True, db_default='', max_length=200, verbose_name='退出原因')),
                        ('campaign', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='panel', to='campaigns.campaign')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person', verbose_name='评委')),
                    ],
                    options={
                        'verbose_name': '评委',
                        'verbose_name_plural': '评委',
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'person'), name='panel_member_once', violation_error_message='这位已经是评委了。'), models.CheckConstraint(condition=models.Q(('left_at__isnull', True), models.Q(('left_reason', ''), _negated=True), _connector='OR'), name='panel_member_left_with_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='Mark',
                    fields=[
                        ('uid', models.UUIDField(primary_key=True, serialize=False, verbose_name='编号')),
                        ('points', models.PositiveSmallIntegerField(verbose_name='分数')),
                        ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='时间')),
                        ('fingerprint', models.CharField(db_default='', editable=False, max_length=64)),
                        ('nomination', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='campaigns.nomination')),
                        ('member', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='campaigns.panelmember')),
                    ],
                    options={
                        'verbose_name': '评分',
                        'verbose_name_plural': '评分',
                        'constraints': [models.UniqueConstraint(fields=('member', 'nomination'), name='mark_once'), models.CheckConstraint(condition=models.Q(('points__lte', 100)), name='mark_at_most_hundred', violation_error_message='分数在 0 到 100 之间。')],
                    },
                ),
                migrations.CreateModel(
                    name='Conflict',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reason', models.CharField(max_length=100, verbose_name='为什么回避')),
                        ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='时间')),
                        ('nomination', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.nomination')),
                        ('member', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='conflicts', to='campaigns.panelmember')),
                    ],
                    options={
                        'verbose_name': '回避',
                        'verbose_name_plural': '回避',
                        'constraints': [models.UniqueConstraint(fields=('member', 'nomination'), name='conflict_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Phase',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('nominating', '提名'), ('vetting', '审核'), ('notice', '候选人公示'), ('voting', '投票'), ('counting', '开箱'), ('panel', '评审'), ('winners_notice', '结果公示')], max_length=14, verbose_name='阶段')),
                        ('starts_at', models.DateTimeField(verbose_name='开始')),
                        ('ends_at', models.DateTimeField(verbose_name='结束')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='phases', to='campaigns.campaign', verbose_name='评选')),
                    ],
                    options={
                        'verbose_name': '阶段',
                        'verbose_name_plural': '阶段',
                        'ordering': ['starts_at'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'kind'), name='phase_once'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='phase_ends_after_start', violation_error_message='结束要在开始之后。')],
                    },
                ),
                migrations.CreateModel(
                    name='Seconding',
                    fields=[
                        ('uid', models.UUIDField(primary_key=True, serialize=False, verbose_name='编号')),
                        ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='时间')),
                        ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='homes.household')),
                        ('nomination', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='secondings', to='campaigns.nomination')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                    ],
                    options={
                        'verbose_name': '附议',
                        'verbose_name_plural': '附议',
                        'constraints': [models.UniqueConstraint(fields=('nomination', 'household'), name='seconding_household_once', violation_error_message='您家已经附议过了。')],
                    },
                ),
                migrations.CreateModel(
                    name='StreetQuota',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('leaders_count', models.PositiveIntegerField(verbose_name='邻长人数')),
                        ('winners_count', models.PositiveIntegerField(verbose_name='名额')),
                        ('electorate_count', models.PositiveIntegerField(null=True, verbose_name='选民人数')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotas', to='campaigns.campaign')),
                        ('street', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='镇街')),
                    ],
                    options={
                        'verbose_name': '名额',
                        'verbose_name_plural': '名额',
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'street'), name='street_quota_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Transition',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('from_state', models.CharField(choices=[('draft', '草稿'), ('approved', '已批准'), ('nominating', '提名'), ('vetting', '审核'), ('notice', '候选人公示'), ('voting', '投票'), ('counting', '开箱'), ('panel', '评审'), ('winners_notice', '结果公示'), ('awarded', '已表彰'), ('archived', '已归档'), ('suspended', '暂停'), ('terminated', '终止')], max_length=14, verbose_name='从')),
                        ('to_state', models.CharField(choices=[('draft', '草稿'), ('approved', '已批准'), ('nominating', '提名'), ('vetting', '审核'), ('notice', '候选人公示'), ('voting', '投票'), ('counting', '开箱'), ('panel', '评审'), ('winners_notice', '结果公示'), ('awarded', '已表彰'), ('archived', '已归档'), ('suspended', '暂停'), ('terminated', '终止')], max_length=14, verbose_name='到')),
                        ('reason', models.CharField(blank=True, db_default='', max_length=200, verbose_name='原因')),
                        ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='时间')),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transitions', to='campaigns.campaign')),
                    ],
                    options={
                        'verbose_name': '评选进程',
                        'verbose_name_plural': '评选进程',
                        'indexes': [models.Index(fields=['campaign', 'at'], name='transition_order')],
                    },
                ),
                migrations.CreateModel(
                    name='Vetting',
                    fields=[
                        ('uid', models.UUIDField(primary_key=True, serialize=False, verbose_name='编号')),
                        ('level', models.CharField(choices=[('area', '片长'), ('community', '社区'), ('street', '镇街'), ('district', '区')], max_length=10, verbose_name='哪一级')),
                        ('is_passed', models.BooleanField(verbose_name='通过')),
                        ('reason', models.CharField(max_length=200, verbose_name='理由')),
                        ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='时间')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁')),
                        ('nomination', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='vettings', to='campaigns.nomination')),
                    ],
                    options={
                        'verbose_name': '审核',
                        'verbose_name_plural': '审核',
                        'constraints': [models.UniqueConstraint(fields=('nomination', 'level'), name='vetting_level_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='vetting_with_reason')],
                    },
                ),
            ],
        ),
        foundation.append_only.GuardTable(
            table='campaigns_campaignrules',
        ),
        foundation.append_only.GuardTable(
            table='campaigns_transition',
        ),
        foundation.append_only.GuardTable(
            table='campaigns_vetting',
        ),
    ]
