"""When held points became free again: they last as long as a warning from then on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("points", "0008_awards")]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="let_go_at",
            field=models.DateTimeField(null=True, verbose_name="放回时间"),
        ),
    ]
