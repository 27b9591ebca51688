"""Guard the tables whose rows never change."""

from django.db import migrations

from foundation.append_only import GuardTable


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_initial")]

    operations = [GuardTable("foundation_auditentry")]
