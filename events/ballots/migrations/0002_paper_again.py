"""A voter may be handed paper again after bringing it back; invalid paper is told apart from unused."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ballots', '0001_schema'),
        ('people', '0002_links'),
        ('units', '0001_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='paperballot',
            name='state',
            field=models.CharField(choices=[('printed', '已印'), ('keyed', '录了一遍'), ('mismatch', '两遍不一样'), ('sealed', '已入箱'), ('invalid', '废票'), ('spoilt', '没用，作废')], default='printed', max_length=8, verbose_name='状态'),
        ),
        migrations.AlterField(
            model_name='paperissue',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='paper_issues', to='ballots.rollentry'),
        ),
        migrations.AddIndex(
            model_name='paperballot',
            index=models.Index(condition=models.Q(('state', 'mismatch')), fields=['run'], name='paper_ballot_mismatch'),
        ),
        migrations.AddConstraint(
            model_name='paperissue',
            constraint=models.UniqueConstraint(condition=models.Q(('returned_at__isnull', True)), fields=('entry',), name='paper_issue_one_out'),
        ),
    ]
