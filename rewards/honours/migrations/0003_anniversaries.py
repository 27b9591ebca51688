"""The anniversaries that come by themselves; the district may change their words."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

WORDS = {
    1: ("任职满一年", "一年来，您记得每一扇门后的人，谢谢您让邻里多了一份放心。"),
    3: ("任职满三年", "三年里，您走过的楼道、帮过的邻居，大家都记在心里。谢谢您。"),
    5: ("任职满五年", "五年如一日守着这一方邻里，您的耐心和热心，是大家的福气。谢谢您。"),
    10: ("任职满十年", "十年光阴，您把邻居处成了家人。谨向您致以最诚挚的谢意。"),
}


def make(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make them."""
    kind = apps.get_model("honours", "CertificateKind")
    for years, (name, words) in WORDS.items():
        kind.objects.get_or_create(years=years, defaults={"name": name, "words": words})


class Migration(migrations.Migration):
    dependencies = [("honours", "0002_append_only")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
