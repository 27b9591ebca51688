"""Guard the tables whose rows never change."""

from django.db import migrations

from foundation.append_only import GuardTable


class Migration(migrations.Migration):
    dependencies = [("points", "0001_initial")]

    operations = [GuardTable("points_transfer")]
