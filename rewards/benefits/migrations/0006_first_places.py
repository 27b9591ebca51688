"""Who waited keeps the place in the line; who used something of several is known to have."""

from django.db import migrations, models
from django.db.models import F


def tell_states(apps, schema_editor):
    rights = apps.get_model("benefits", "Entitlement").objects
    rights.filter(state="waiting").update(waiting_since=F("created_at"))
    rights.filter(state="claimed", used_count__gt=0).update(state="part_used")


class Migration(migrations.Migration):
    dependencies = [("benefits", "0005_places_and_periods")]

    operations = [
        migrations.RunPython(tell_states, migrations.RunPython.noop),
        migrations.AddConstraint(
            "entitlement",
            models.CheckConstraint(
                condition=~models.Q(state="waiting") | models.Q(waiting_since__isnull=False),
                name="entitlement_waits_since",
            ),
        ),
    ]
