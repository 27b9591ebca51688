"""Guard the tables whose rows never change."""

from django.db import migrations

from foundation.append_only import GuardTable


class Migration(migrations.Migration):
    dependencies = [("honours", "0001_initial")]

    operations = [
        GuardTable("honours_servicerecord"),
        GuardTable("honours_servicewithdrawal"),
        GuardTable("honours_handoverline"),
    ]
