"""Guard the table of movements: the stock of goods is their sum, so they never change."""

from django.db import migrations

from foundation.append_only import GuardTable


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]

    operations = [GuardTable("store_movement")]
