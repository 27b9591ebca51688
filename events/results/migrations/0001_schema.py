"""What a campaign comes to, and what was published."""

import django.db.models.deletion
import foundation.append_only
import foundation.create_models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('campaigns', '0001_schema'),
    ]

    operations = [
        foundation.create_models.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Publication',
                    fields=[
                        ('campaign', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='publication', serialize=False, to='campaigns.campaign')),
                        ('fingerprint', models.CharField(max_length=64, verbose_name='公布文件的指纹')),
                        ('at', models.DateTimeField(verbose_name='公布时间')),
                    ],
                    options={
                        'verbose_name': '公布',
                        'verbose_name_plural': '公布',
                    },
                ),
                migrations.CreateModel(
                    name='Outcome',
                    fields=[
                        ('nomination', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='outcome', serialize=False, to='campaigns.nomination')),
                        ('ballots_count', models.PositiveIntegerField(verbose_name='得票')),
                        ('electorate_count', models.PositiveIntegerField(verbose_name='本镇街选民')),
                        ('ballot_score', models.PositiveIntegerField(verbose_name='居民投票分')),
                        ('opinion_count', models.PositiveIntegerField(verbose_name='答了几户')),
                        ('opinion_score', models.PositiveIntegerField(null=True, verbose_name='联系户分')),
                        ('marks_count', models.PositiveSmallIntegerField(verbose_name='计入几个评分')),
                        ('panel_score', models.PositiveIntegerField(verbose_name='评审分')),
                        ('score', models.PositiveIntegerField(verbose_name='总分')),
                        ('is_winner', models.BooleanField(verbose_name='入选')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='campaigns.campaign')),
                    ],
                    options={
                        'verbose_name': '评选结果',
                        'verbose_name_plural': '评选结果',
                        'constraints': [models.CheckConstraint(condition=models.Q(('score__lte', 1000000)), name='outcome_score_at_most_hundred')],
                    },
                ),
            ],
        ),
        foundation.append_only.GuardTable(
            table='results_publication',
        ),
    ]
