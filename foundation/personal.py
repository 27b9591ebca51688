"""What the ground stores about people: the audit trail, notifications on their way; and how long."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from foundation import audit, privacy
from foundation.actors import SYSTEM
from foundation.append_only import purge
from foundation.audit_chain import PURGED
from foundation.models import AuditEntry, AuditSeal
from foundation.privacy import Basis, Erase, PersonalField, Sort
from foundation.retention import retention

privacy.register(
    "foundation.AuditEntry",
    PersonalField("actor_id", Sort.ACTOR),
    PersonalField("address", Sort.SIGNAL, Erase.KEEP, purpose=_("查明账号是不是被别人用了")),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    title=_("审计记录"),
    purpose=_("查得清谁在什么时候做了什么，不记个人信息的内容"),
    basis=Basis.LAW,
    keep="audit",
)
privacy.register(
    "foundation.Notification",
    PersonalField("payload", Sort.TEXT, Erase.DELETE),
    title=_("消息"),
    purpose=_("把和您有关的事告诉您"),
    basis=Basis.SERVICE,
    keep="notifications",
)
privacy.impersonal("foundation.AuditEntry", "data", because=_("只放编号和数目，不放个人信息"))
privacy.impersonal("foundation.AuditSeal", "marks", because=_("审计记录的指纹"))
privacy.impersonal("foundation.Notification", "roles", because=_("发给哪些职务"))
privacy.impersonal("foundation.OutboxMessage", "payload", "error", because=_("等着送出的编号，送出就删"))


@retention("audit")
def let_go_of_audit(before: dt.datetime) -> int:
    """Whole sealed batches only, so that what is left can still be verified; the trail says up to which one."""
    over = AuditSeal.objects.filter(at__lt=before).order_by("-seq").first()
    if over is None:
        return 0
    rows = AuditEntry.objects.filter(pk__lte=over.last_id)
    if not rows.exists():
        return 0
    audit.record(actor=SYSTEM, act=PURGED, obj=over, data={"seq": over.seq})
    return purge(rows)
