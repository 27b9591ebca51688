"""What the ledger stores about people: whose account, which lines."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, Erase, PersonalField, Section, Sort, Text
from foundation.retention import words_of
from rewards.points.models import PointsAccount, Transfer

privacy.register(
    "points.PointsAccount",
    PersonalField("person", Sort.LINK),
    title=_("积分账户"),
    purpose=_("记下您有多少积分"),
    basis=Basis.SERVICE,
    keep="ledger",
    subject="person",
    shows=("balance",),
)
privacy.register(
    "points.Transfer",
    PersonalField("actor_id", Sort.ACTOR),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    title=_("积分流水"),
    purpose=_("每一分从哪里来、到哪里去都查得到"),
    basis=Basis.SERVICE,
    keep="ledger",
)
privacy.register(
    "points.RuleVersion",
    PersonalField("drafted_by", Sort.ACTOR),
    PersonalField("approved_by", Sort.ACTOR),
    PersonalField("why", Sort.TEXT, Erase.KEEP),
    title=_("积分规则"),
    purpose=_("规则由谁起草、谁批准"),
    basis=Basis.SERVICE,
    keep="ledger",
)
privacy.register(
    "points.Hold",
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    title=_("占用的积分"),
    purpose=_("兑换时先留出来的积分"),
    basis=Basis.SERVICE,
    keep="ledger",
)
privacy.impersonal("points.LedgerCheck", "faults", because=_("账户和流水的编号，没有人名"))
privacy.register(
    "points.ManualAward",
    PersonalField("person", Sort.LINK),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    PersonalField("answer", Sort.TEXT),
    PersonalField("asked_by", Sort.ACTOR),
    PersonalField("decided_by", Sort.ACTOR),
    title=_("积分申请"),
    purpose=_("由工作人员录入的积分：谁申请、谁批准、为什么"),
    basis=Basis.DUTY,
    keep="ledger",
    subject="person",
    shows=("happened_on", "reason", "state", "asked_at"),
)
privacy.register(
    "points.BudgetFill",
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    PersonalField("answer", Sort.TEXT, Erase.KEEP),
    PersonalField("asked_by", Sort.ACTOR),
    PersonalField("decided_by", Sort.ACTOR),
    title=_("预算申请"),
    purpose=_("单位的积分预算由谁申请、谁批准"),
    basis=Basis.DUTY,
    keep="ledger",
)
privacy.register(
    "points.SampledAward",
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    PersonalField("looked_by", Sort.ACTOR),
    title=_("积分抽查"),
    purpose=_("录入的积分每月抽查，由谁看过、有没有问题"),
    basis=Basis.DUTY,
    keep="ledger",
)

privacy.register(
    "points.MonthEarned",
    PersonalField("person", Sort.LINK),
    title=_("当月所得"),
    purpose=_("每月积分有上限，记下这个月得了多少"),
    basis=Basis.SERVICE,
    keep="ledger",
    subject="person",
    shows=("month", "points"),
)


@privacy.section
def my_transfers(person_id: int) -> Section | None:
    """Every line of one's own account."""
    account = PointsAccount.objects.filter(person=person_id).first()
    if account is None:
        return None
    told = []
    for row in Transfer.objects.filter(Q(to_account=account) | Q(from_account=account)).order_by("-at"):
        points = row.points if row.to_account_id == account.pk else -row.points
        at = timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M")
        told.append({str(_("时间")): at, str(_("积分")): str(points), str(_("说明")): row.reason})
    if not told:
        return None
    purpose = _("每一分从哪里来、到哪里去都查得到")
    return Section("points.Transfer", _("积分流水"), purpose, Basis.SERVICE.label, words_of("ledger"), told)


@privacy.warning
def points_are_lost(person_id: int) -> Iterator[Text]:
    """Points of an account without a person cannot be spent."""
    account = PointsAccount.objects.filter(person=person_id, balance__gt=0).first()
    if account is not None:
        words = _("您还有 {points} 分没有用。卸任以后积分还能用 90 天；一旦删除，就用不了了。")
        yield format_lazy(words, points=account.balance)
