"""What honours store about people: what they served, what was given to them, who thanked whom."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, Erase, Erasing, PersonalField, Sort
from foundation.retention import words_of
from rewards.honours.models import ServiceProof, ThanksCard

privacy.register(
    "honours.ServiceRecord",
    PersonalField("person", Sort.LINK),
    PersonalField("certifier", Sort.ACTOR),
    title=_("服务时长"),
    purpose=_("记下您服务了多久，好给您开证明"),
    basis=Basis.SERVICE,
    keep="proof",
    subject="person",
    shows=("started_at", "project", "minutes", "certifier", "certifier_role"),
)
privacy.register(
    "honours.ServiceWithdrawal",
    PersonalField("actor_id", Sort.ACTOR),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    title=_("撤回的服务时长"),
    purpose=_("记错了的时长查得到为什么不算"),
    basis=Basis.DUTY,
    keep="proof",
    subject="record__person",
    shows=("record", "reason", "at"),
)
privacy.register(
    "honours.ServiceEntry",
    PersonalField("entered_by", Sort.ACTOR),
    PersonalField("decided_by", Sort.ACTOR),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    title=_("手工录入的时长"),
    purpose=_("活动以外的服务由两个人记下"),
    basis=Basis.DUTY,
    keep="proof",
)
privacy.register(
    "honours.ServiceEntry_people",
    PersonalField("person", Sort.LINK),
    title=_("手工录入时长的人"),
    purpose=_("活动以外的服务由两个人记下"),
    basis=Basis.DUTY,
    keep="proof",
)
privacy.register(
    "honours.HandOver",
    PersonalField("by", Sort.ACTOR),
    title=_("时长移交"),
    purpose=_("谁在什么时候把时长交给了志愿服务系统"),
    basis=Basis.DUTY,
    keep="proof",
)
privacy.register(
    "honours.ServiceProof",
    PersonalField("person", Sort.LINK),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    title=_("服务证明"),
    purpose=_("别人拿到您打印的证明，可以查真假"),
    basis=Basis.SERVICE,
    keep="proof",
    subject="person",
    shows=("number", "first_on", "last_on", "minutes", "shows_details", "printed_at", "withdrawn_at"),
)
privacy.register(
    "honours.Certificate",
    PersonalField("person", Sort.LINK),
    PersonalField("issued_by", Sort.ACTOR),
    PersonalField("approved_by", Sort.ACTOR),
    PersonalField("withdrawn_by", Sort.ACTOR),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    title=_("证书"),
    purpose=_("颁给您的证书"),
    basis=Basis.SERVICE,
    keep="proof",
    subject="person",
    shows=("title", "text", "dated_on", "number", "state", "unit"),
)
privacy.register(
    "honours.ThanksCard",
    PersonalField("to", Sort.LINK),
    PersonalField("sender", Sort.LINK),
    PersonalField("words", Sort.TEXT),
    PersonalField("settled_by", Sort.ACTOR),
    title=_("您写的感谢卡"),
    purpose=_("把您的感谢交给您的邻长"),
    basis=Basis.SERVICE,
    keep="person",
    subject="sender",
    shows=("at", "picture", "words"),
)
privacy.impersonal("honours.ServiceProof", "shows_details", because=_("本人选的查验方式"))
privacy.impersonal("honours.ThanksCard", "picture", because=_("卡片上画的是什么"))
privacy.impersonal("honours.CertificateKind", "name", "words", because=_("证书种类的名称和文字"))


@privacy.section
def cards_to_me(person_id: int) -> privacy.Section | None:
    """Thank-you cards that somebody was sent."""
    rows = [
        {str(_("时间")): card.at.strftime("%Y-%m-%d"), str(_("一句话")): card.words}
        for card in ThanksCard.objects.filter(to_id=person_id).order_by("-at")
    ]
    if not rows:
        return None
    told = privacy.registered["honours.ThanksCard"]
    title = _("您收到的感谢卡")
    return privacy.Section("honours.ThanksReceived", title, told.purpose, told.basis.label, words_of(told.keep), rows)


@privacy.eraser
def cards_and_papers_go(one: Erasing) -> None:
    """Cards to somebody go with them; a paper of theirs answers no question any more."""
    count, _each = ThanksCard.objects.filter(to_id=one.person_id).delete()
    one.counts["honours.ThanksCard (to)"] = count
    ServiceProof.objects.filter(person_id=one.person_id, withdrawn_at__isnull=True).update(withdrawn_at=one.at)
