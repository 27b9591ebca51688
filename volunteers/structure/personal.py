"""What changes of the tree store about people: who drafted, who approved."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, Erase, PersonalField, Sort

privacy.register(
    "structure.StructureChange",
    PersonalField("drafted_by", Sort.ACTOR),
    PersonalField("approved_by", Sort.ACTOR),
    PersonalField("withdrawn_by", Sort.ACTOR),
    PersonalField("why", Sort.TEXT, Erase.KEEP),
    PersonalField("consultation", Sort.TEXT, Erase.KEEP),
    PersonalField("withdrawn_reason", Sort.TEXT, Erase.KEEP),
    title=_("结构调整"),
    purpose=_("起草和批准要由两个人来做"),
    basis=Basis.DUTY,
    keep="history",
)
privacy.impersonal("structure.StructureChange", "plan", "picture", because=_("单位的编号、名称和数目"))
privacy.impersonal("structure.FormerPlace", "name", because=_("单位的旧名称"))
