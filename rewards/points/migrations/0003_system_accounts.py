"""The two accounts that belong to nobody: where points come from, and where they go when they run out."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make them."""
    account = apps.get_model("points", "PointsAccount")
    for kind in ("issuing", "expiry"):
        account.objects.get_or_create(kind=kind, person=None)


class Migration(migrations.Migration):
    dependencies = [("points", "0002_append_only")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
