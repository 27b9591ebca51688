"""The ballot box, its roll and envelopes, paper, and the opening."""

import django.db.models.deletion
import foundation.append_only
import foundation.create_models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('campaigns', '0001_schema'),
        ('people', '0002_links'),
        ('units', '0001_schema'),
    ]

    operations = [
        foundation.create_models.CreateModels(
            models=[
                migrations.CreateModel(
                    name='BallotBox',
                    fields=[
                        ('campaign', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='box', serialize=False, to='campaigns.campaign', verbose_name='评选')),
                        ('voter_secret', models.CharField(max_length=200, verbose_name='名册密钥（加密）')),
                        ('threshold', models.PositiveSmallIntegerField(default=1, verbose_name='几人到场才能开箱')),
                        ('public_key', models.BinaryField(max_length=65, null=True, verbose_name='公钥')),
                        ('private_key', models.BinaryField(null=True, verbose_name='私钥（封存）')),
                        ('roll_frozen_at', models.DateTimeField(null=True, verbose_name='名册冻结时间')),
                        ('roll_hash', models.CharField(blank=True, db_default='', max_length=64, verbose_name='名册指纹')),
                        ('roll_count', models.PositiveIntegerField(db_default=0, default=0, verbose_name='选民人数')),
                        ('closed_at', models.DateTimeField(null=True, verbose_name='截止时间')),
                        ('root', models.CharField(blank=True, db_default='', max_length=64, verbose_name='票箱指纹')),
                        ('hashes', models.BinaryField(null=True, verbose_name='信封指纹')),
                        ('cast_count', models.PositiveIntegerField(db_default=0, default=0, verbose_name='投出')),
                        ('replaced_count', models.PositiveIntegerField(db_default=0, default=0, verbose_name='本人改过')),
                        ('voided_count', models.PositiveIntegerField(db_default=0, default=0, verbose_name='作废')),
                        ('spoilt_count', models.PositiveIntegerField(db_default=0, default=0, verbose_name='打不开或不合格')),
                        ('counted_count', models.PositiveIntegerField(db_default=0, default=0, verbose_name='计入')),
                        ('opened_at', models.DateTimeField(null=True, verbose_name='开箱时间')),
                    ],
                    options={
                        'verbose_name': '票箱',
                        'verbose_name_plural': '票箱',
                    },
                ),
                migrations.CreateModel(
                    name='Ballot',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('choices', models.CharField(blank=True, max_length=200, verbose_name='选了谁')),
                        ('box', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='ballots.ballotbox')),
                    ],
                    options={
                        'verbose_name': '选票',
                        'verbose_name_plural': '选票',
                    },
                ),
                migrations.CreateModel(
                    name='QuarantineBatch',
                    fields=[
                        ('uid', models.UUIDField(primary_key=True, serialize=False, verbose_name='编号')),
                        ('verdict', models.CharField(choices=[('release', '放行'), ('void', '作废')], max_length=8, verbose_name='怎么办')),
                        ('reason', models.CharField(max_length=200, verbose_name='理由')),
                        ('envelope_count', models.PositiveIntegerField(db_default=0, default=0, verbose_name='几张')),
                        ('state', models.CharField(choices=[('proposed', '等第二个人'), ('done', '已办'), ('refused', '没有同意')], default='proposed', max_length=8, verbose_name='状态')),
                        ('proposed_at', models.DateTimeField(verbose_name='提出时间')),
                        ('decided_at', models.DateTimeField(null=True, verbose_name='决定时间')),
                        ('answer', models.CharField(blank=True, db_default='', max_length=200, verbose_name='第二个人的意见')),
                        ('fingerprint', models.CharField(db_default='', editable=False, max_length=64)),
                        ('box', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='ballots.ballotbox')),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='单位')),
                    ],
                    options={
                        'verbose_name': '待核批次',
                        'verbose_name_plural': '待核批次',
                        'constraints': [models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='quarantine_second_person', violation_error_message='提出的人不能自己决定，请另一位同事来看。'), models.CheckConstraint(condition=models.Q(('state', 'proposed'), models.Q(('decided_by__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='quarantine_decided_with_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='RollEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('voter', '选民'), ('household', '联系户')], db_default='voter', default='voter', max_length=9)),
                        ('voter_key', models.CharField(max_length=64)),
                        ('bound_at', models.DateTimeField(null=True, verbose_name='确认为居民的时间')),
                        ('channel', models.CharField(blank=True, choices=[('', '还没投'), ('phone', '手机'), ('counter', '窗口'), ('paper', '纸质')], db_default='', default='', max_length=8, verbose_name='方式')),
                        ('about', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.nomination')),
                        ('box', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='roll', to='ballots.ballotbox')),
                        ('community', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                        ('neighbourhood', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                        ('street', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                    ],
                    options={
                        'verbose_name': '名册条目',
                        'verbose_name_plural': '选民名册',
                        'indexes': [models.Index(fields=['box', 'kind', 'community'], name='roll_community')],
                        'constraints': [models.UniqueConstraint(fields=('box', 'kind', 'voter_key'), name='roll_entry_once'), models.CheckConstraint(condition=models.Q(models.Q(('about__isnull', True), ('kind', 'voter')), models.Q(('about__isnull', False), ('kind', 'household')), _connector='OR'), name='roll_household_about_somebody')],
                    },
                ),
                migrations.CreateModel(
                    name='Envelope',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(unique=True, verbose_name='编号')),
                        ('kind', models.CharField(choices=[('voter', '选民'), ('household', '联系户')], db_default='voter', default='voter', max_length=9)),
                        ('ciphertext', models.BinaryField(max_length=400)),
                        ('sha256', models.CharField(max_length=64, unique=True)),
                        ('state', models.CharField(choices=[('sealed', '已封好'), ('quarantined', '待核'), ('released', '核过，有效'), ('voided', '作废')], db_default='sealed', default='sealed', max_length=11, verbose_name='状态')),
                        ('sealed_on', models.CharField(choices=[('phone', '在手机上封的'), ('server', '在服务器上封的'), ('counter', '在窗口封的'), ('paper', '纸质票')], max_length=8, verbose_name='在哪里封的')),
                        ('cast_at', models.DateTimeField(verbose_name='投出时间')),
                        ('replaced_count', models.PositiveIntegerField(db_default=0, default=0, verbose_name='改过几次')),
                        ('device_key', models.CharField(blank=True, db_default='', max_length=24)),
                        ('network_key', models.CharField(blank=True, db_default='', max_length=24)),
                        ('account_key', models.CharField(blank=True, db_default='', max_length=24)),
                        ('bound_at', models.DateTimeField(null=True)),
                        ('signals', models.CharField(blank=True, db_default='', max_length=60, verbose_name='可疑之处')),
                        ('box', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='envelopes', to='ballots.ballotbox')),
                        ('community', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                        ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='envelopes', to='ballots.quarantinebatch')),
                        ('entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='envelope', to='ballots.rollentry')),
                    ],
                    options={
                        'verbose_name': '信封',
                        'verbose_name_plural': '信封',
                        'indexes': [models.Index(fields=['box', 'device_key'], name='envelope_device'), models.Index(fields=['box', 'network_key', 'cast_at'], name='envelope_network'), models.Index(condition=models.Q(('state', 'quarantined')), fields=['box', 'community'], name='envelope_quarantined'), models.Index(condition=models.Q(('batch__isnull', False)), fields=['batch'], name='envelope_batch')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('entry__isnull', False), ('sealed_on', 'paper'), _connector='OR'), name='envelope_of_an_entry_or_paper')],
                    },
                ),
                migrations.CreateModel(
                    name='PaperRun',
                    fields=[
                        ('uid', models.UUIDField(primary_key=True, serialize=False, verbose_name='编号')),
                        ('count', models.PositiveSmallIntegerField(verbose_name='几张')),
                        ('printed_at', models.DateTimeField(verbose_name='印制时间')),
                        ('box', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='paper_runs', to='ballots.ballotbox')),
                        ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='社区')),
                        ('printed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': '纸质选票一批',
                        'verbose_name_plural': '纸质选票批次',
                    },
                ),
                migrations.CreateModel(
                    name='PaperBallot',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('mark_digest', models.CharField(max_length=64, unique=True)),
                        ('state', models.CharField(choices=[('printed', '已印'), ('keyed', '录了一遍'), ('mismatch', '两遍不一样'), ('sealed', '已入箱'), ('spoilt', '作废')], default='printed', max_length=8, verbose_name='状态')),
                        ('reason', models.CharField(blank=True, db_default='', max_length=200, verbose_name='说明')),
                        ('envelope', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='paper', to='ballots.envelope')),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='ballots.paperrun')),
                    ],
                    options={
                        'verbose_name': '纸质选票',
                        'verbose_name_plural': '纸质选票',
                        'indexes': [models.Index(fields=['run', 'state'], name='paper_ballot_state')],
                    },
                ),
                migrations.CreateModel(
                    name='RollCount',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('voter', '选民'), ('household', '联系户')], max_length=9)),
                        ('count', models.PositiveIntegerField()),
                        ('box', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='roll_counts', to='ballots.ballotbox')),
                        ('community', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                        ('street', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                    ],
                    options={
                        'verbose_name': '名册人数',
                        'verbose_name_plural': '名册人数',
                        'constraints': [models.UniqueConstraint(fields=('box', 'kind', 'community'), name='roll_count_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PaperIssue',
                    fields=[
                        ('uid', models.UUIDField(primary_key=True, serialize=False, verbose_name='编号')),
                        ('issued_at', models.DateTimeField(verbose_name='发出时间')),
                        ('returned_at', models.DateTimeField(null=True, verbose_name='没有用，交回')),
                        ('fingerprint', models.CharField(db_default='', editable=False, max_length=64)),
                        ('carrier', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person', verbose_name='带票人')),
                        ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='社区')),
                        ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='paper_issue', to='ballots.rollentry')),
                    ],
                    options={
                        'verbose_name': '发票登记',
                        'verbose_name_plural': '发票登记',
                        'indexes': [models.Index(fields=['community'], name='paper_issue_community')],
                    },
                ),
                migrations.CreateModel(
                    name='Dispute',
                    fields=[
                        ('uid', models.UUIDField(primary_key=True, serialize=False, verbose_name='编号')),
                        ('words', models.CharField(blank=True, db_default='', max_length=200, verbose_name='说明')),
                        ('state', models.CharField(choices=[('open', '核实中'), ('voided', '那张票作废了，可以重新投'), ('kept', '核实是本人投的')], default='open', max_length=8, verbose_name='状态')),
                        ('raised_at', models.DateTimeField(verbose_name='提出时间')),
                        ('reason', models.CharField(blank=True, db_default='', max_length=200, verbose_name='处理说明')),
                        ('decided_at', models.DateTimeField(null=True, verbose_name='处理时间')),
                        ('fingerprint', models.CharField(db_default='', editable=False, max_length=64)),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person', verbose_name='本人')),
                        ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='ballots.rollentry')),
                    ],
                    options={
                        'verbose_name': '不是我投的',
                        'verbose_name_plural': '不是我投的',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('entry',), name='dispute_one_open'), models.CheckConstraint(condition=models.Q(('state', 'open'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='dispute_decided_with_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='CounterPass',
                    fields=[
                        ('uid', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False, verbose_name='编号')),
                        ('code_digest', models.CharField(max_length=64, unique=True)),
                        ('issued_at', models.DateTimeField(verbose_name='发出时间')),
                        ('expires_at', models.DateTimeField(verbose_name='有效到')),
                        ('used_at', models.DateTimeField(null=True, verbose_name='用过')),
                        ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='社区')),
                        ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ballots.rollentry')),
                    ],
                    options={
                        'verbose_name': '窗口投票凭条',
                        'verbose_name_plural': '窗口投票凭条',
                        'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('issued_at'))), name='counter_pass_times')],
                    },
                ),
                migrations.CreateModel(
                    name='TurnoutShard',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('voter', '选民'), ('household', '联系户')], max_length=9)),
                        ('shard', models.PositiveSmallIntegerField()),
                        ('count', models.PositiveIntegerField(db_default=0, default=0)),
                        ('box', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='turnout', to='ballots.ballotbox')),
                        ('community', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                    ],
                    options={
                        'verbose_name': '投票人数',
                        'verbose_name_plural': '投票人数',
                        'constraints': [models.UniqueConstraint(fields=('box', 'kind', 'community', 'shard'), name='turnout_shard_once'), models.CheckConstraint(condition=models.Q(('shard__lt', 16)), name='turnout_sixteen_shards')],
                    },
                ),
                migrations.CreateModel(
                    name='Custodian',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='编号')),
                        ('public_key', models.BinaryField(null=True)),
                        ('private_key', models.BinaryField(null=True)),
                        ('share', models.BinaryField(null=True)),
                        ('enrolled_at', models.DateTimeField(null=True, verbose_name='设好口令')),
                        ('brought', models.CharField(blank=True, db_default='', max_length=400)),
                        ('brought_at', models.DateTimeField(null=True, verbose_name='到场时间')),
                        ('box', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='custodians', to='ballots.ballotbox')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='保管人')),
                    ],
                    options={
                        'verbose_name': '保管人',
                        'verbose_name_plural': '保管人',
                        'constraints': [models.UniqueConstraint(fields=('box', 'user'), name='custodian_once', violation_error_message='这位已经是保管人了。')],
                    },
                ),
                migrations.CreateModel(
                    name='OpeningStep',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(choices=[('close', '封箱'), ('root', '公布票箱指纹'), ('key', '保管人到场，打开钥匙'), ('open', '打乱、拆封、写成选票，销毁对应关系'), ('publish', '核对数目')], max_length=8, verbose_name='步骤')),
                        ('begun_at', models.DateTimeField(null=True, verbose_name='开始')),
                        ('done_at', models.DateTimeField(null=True, verbose_name='完成')),
                        ('done_count', models.PositiveIntegerField(db_default=0, default=0, verbose_name='做了多少')),
                        ('total_count', models.PositiveIntegerField(db_default=0, default=0, verbose_name='一共多少')),
                        ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('box', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='ballots.ballotbox')),
                        ('seconded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': '开箱步骤',
                        'verbose_name_plural': '开箱步骤',
                        'constraints': [models.UniqueConstraint(fields=('box', 'name'), name='opening_step_once'), models.CheckConstraint(condition=models.Q(('seconded_by__isnull', True), models.Q(('seconded_by', models.F('approved_by')), _negated=True), _connector='OR'), name='opening_second_person', violation_error_message='要另一位同事来确认。')],
                    },
                ),
                migrations.CreateModel(
                    name='OpinionAnswer',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('nomination', models.UUIDField(verbose_name='问的是谁')),
                        ('step', models.PositiveSmallIntegerField(verbose_name='几档')),
                        ('box', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to='ballots.ballotbox')),
                    ],
                    options={
                        'verbose_name': '联系户意见',
                        'verbose_name_plural': '联系户意见',
                        'constraints': [models.CheckConstraint(condition=models.Q(('step__gte', 1), ('step__lte', 5)), name='opinion_five_steps')],
                    },
                ),
                migrations.CreateModel(
                    name='PaperKeying',
                    fields=[
                        ('uid', models.UUIDField(primary_key=True, serialize=False, verbose_name='编号')),
                        ('choices_sealed', models.CharField(max_length=400, verbose_name='录入内容（加密）')),
                        ('keyed_at', models.DateTimeField(verbose_name='录入时间')),
                        ('fingerprint', models.CharField(db_default='', editable=False, max_length=64)),
                        ('ballot', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='keyings', to='ballots.paperballot')),
                        ('clerk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='录入人')),
                    ],
                    options={
                        'verbose_name': '录票',
                        'verbose_name_plural': '录票',
                        'constraints': [models.UniqueConstraint(fields=('ballot', 'clerk'), name='paper_keyed_once_by_each', violation_error_message='您已经录过这张票，第二遍要另一位同事来录。')],
                    },
                ),
            ],
        ),
        foundation.append_only.GuardTable(
            table='ballots_ballot',
        ),
        foundation.append_only.GuardTable(
            table='ballots_opinionanswer',
        ),
    ]
