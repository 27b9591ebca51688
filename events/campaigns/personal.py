"""What campaigns store about people: who was put forward, by whom, what was said, who decided, who marked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, Erase, PersonalField, Sort

privacy.register(
    "campaigns.Campaign",
    PersonalField("made_by", Sort.ACTOR),
    PersonalField("approved_by", Sort.ACTOR),
    title=_("评选"),
    purpose=_("谁起草、谁批准的评选"),
    basis=Basis.DUTY,
    keep="proof",
)
privacy.impersonal("campaigns.Campaign", "charter", because=_("批准的规则、日程和名额，不写人"))
privacy.impersonal("campaigns.Campaign", "place_names", because=_("投票时各社区的名称"))
privacy.register(
    "campaigns.CampaignRules",
    PersonalField("made_by", Sort.ACTOR),
    title=_("评选规则"),
    purpose=_("谁改的规则"),
    basis=Basis.DUTY,
    keep="proof",
)
privacy.impersonal("campaigns.CampaignRules", "why", because=_("为什么改规则，不写人"))
privacy.register(
    "campaigns.Transition",
    PersonalField("by", Sort.ACTOR),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    title=_("评选进程"),
    purpose=_("评选每一步是谁定的、为什么"),
    basis=Basis.DUTY,
    keep="proof",
)
privacy.register(
    "campaigns.Nomination",
    PersonalField("person", Sort.LINK),
    PersonalField("nominated_by", Sort.ACTOR),
    PersonalField("entered_by", Sort.ACTOR),
    PersonalField("why", Sort.TEXT),
    PersonalField("story", Sort.TEXT),
    PersonalField("answer", Sort.TEXT, Erase.KEEP),
    title=_("提名"),
    purpose=_("您被提名最美邻长，公示时大家能看到您的故事"),
    basis=Basis.CONSENT,
    keep="proof",
    subject="person",
    shows=("campaign", "kind", "why", "story", "state", "nominated_at", "answered_at"),
)
privacy.register(
    "campaigns.Seconding",
    PersonalField("person", Sort.LINK),
    PersonalField("household", Sort.LINK),
    PersonalField("entered_by", Sort.ACTOR),
    title=_("附议"),
    purpose=_("您家支持哪位邻长参评"),
    basis=Basis.SERVICE,
    keep="proof",
    subject="person",
    shows=("nomination", "at"),
)
privacy.register(
    "campaigns.Vetting",
    PersonalField("by", Sort.ACTOR),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    title=_("评选审核"),
    purpose=_("一级一级审核，谁通过的、为什么"),
    basis=Basis.DUTY,
    keep="proof",
    subject="nomination__person",
    shows=("level", "is_passed", "reason", "at"),
)
privacy.register(
    "campaigns.NomineeObjection",
    PersonalField("by", Sort.LINK),
    PersonalField("entered_by", Sort.ACTOR),
    PersonalField("words", Sort.TEXT),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    PersonalField("decided_by", Sort.ACTOR),
    title=_("评选异议"),
    purpose=_("您对候选人提出的异议和答复"),
    basis=Basis.DUTY,
    keep="proof",
    subject="by",
    shows=("nomination", "words", "state", "reason", "raised_at", "decided_at"),
)
privacy.register(
    "campaigns.PanelMember",
    PersonalField("person", Sort.LINK),
    PersonalField("left_reason", Sort.TEXT, Erase.KEEP),
    title=_("评委"),
    purpose=_("您在评选里当评委"),
    basis=Basis.SERVICE,
    keep="proof",
    subject="person",
    shows=("campaign", "title", "accepted_at", "declared_at", "left_at", "left_reason"),
)
privacy.register(
    "campaigns.Conflict",
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    title=_("评委回避"),
    purpose=_("您申报回避的候选人和原因"),
    basis=Basis.DUTY,
    keep="proof",
    subject="member__person",
    shows=("nomination", "reason", "at"),
)
privacy.register(
    "campaigns.Mark",
    PersonalField("nomination", Sort.LINK),
    title=_("评委评分"),
    purpose=_("您当评委打的分"),
    basis=Basis.SERVICE,
    keep="proof",
    subject="member__person",
    shows=("nomination", "points", "at"),
)
