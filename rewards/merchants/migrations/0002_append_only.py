"""Guard the agreements, whose rows never change."""

from django.db import migrations

from foundation.append_only import GuardTable


class Migration(migrations.Migration):
    dependencies = [("merchants", "0001_first")]

    operations = [GuardTable("merchants_agreement")]
