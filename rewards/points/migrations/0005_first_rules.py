"""The first version of the rules, with the sample numbers, and the account of what was settled."""

import datetime as dt

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from foundation.append_only import GuardTable

RULES = (
    # code, label, points, measure, most at once, most a month, by hand
    ("task_done", "完成任务", 1, "件", 5, None, False),
    ("on_duty", "季度在岗", 10, "季度", 1, None, False),
    ("event_hour", "活动服务", 2, "小时", 2, None, False),
    ("case_fixed", "反映的问题解决了", 3, "件", 1, None, True),
    ("dispute_settled", "调解了纠纷", 5, "件", 1, None, True),
    ("hazard_found", "发现了隐患", 5, "处", 1, None, True),
    ("care_contact", "关爱联系", 1, "次", 1, 8, True),
    ("suggestion_adopted", "建议被采纳", 10, "条", 1, None, True),
    ("successor_trained", "带出了接班人", 5, "位", 1, None, True),
)


def make(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make them."""
    apps.get_model("points", "PointsAccount").objects.get_or_create(kind="settled")
    version = apps.get_model("points", "RuleVersion").objects.create(
        number=1, starts_on=dt.date(2020, 1, 1), state="approved", ceiling=40, valid_months=24, warn_days=60
    )
    rule = apps.get_model("points", "Rule")
    names = ("code", "label", "points", "measure", "most_at_once", "most_a_month", "by_hand")
    rule.objects.bulk_create(rule(version=version, **dict(zip(names, row, strict=True))) for row in RULES)


class Migration(migrations.Migration):
    dependencies = [("points", "0004_whole_ledger")]

    operations = [GuardTable("points_transfer"), migrations.RunPython(make, migrations.RunPython.noop)]
