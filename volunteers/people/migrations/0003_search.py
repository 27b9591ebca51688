from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0002_sounds"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["pinyin"], name="person_pinyin", opclasses=["varchar_pattern_ops"]),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["initials"], name="person_initials", opclasses=["varchar_pattern_ops"]),
        ),
    ]
