"""What the ballot box stores about people. What somebody chose is not among it: nobody can read that."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, Erase, PersonalField, Sort

_BOX = _("加密后的票，谁也看不出是谁投的")

privacy.impersonal(
    "ballots.BallotBox", "hashes", "private_key", "public_key", "voter_secret", because=_("票箱自己的钥匙和指纹")
)
privacy.register(
    "ballots.BallotBox",
    PersonalField("roll_proposed_by", Sort.ACTOR),
    PersonalField("roll_confirmed_by", Sort.ACTOR),
    PersonalField("key_asked_by", Sort.ACTOR),
    PersonalField("key_made_by", Sort.ACTOR),
    title=_("冻结名册，做票箱钥匙"),
    purpose=_("名册和钥匙都由两个人定，谁定的"),
    basis=Basis.DUTY,
    keep="proof",
)
privacy.impersonal("ballots.Envelope", "ciphertext", "sealed_on", "former_uids", because=_BOX)
privacy.impersonal("ballots.PaperKeying", "choices_sealed", because=_("这张纸票不属于任何人，谁领的没有记下"))
privacy.impersonal("ballots.OpeningStep", "name", "fault", because=_("开箱步骤的名称，和停在哪里"))
privacy.impersonal("ballots.PaperBallot", "reason", because=_("这张纸为什么作废，不写人"))
privacy.register(
    "ballots.PaperBallot",
    PersonalField("aside_asked_by", Sort.ACTOR),
    PersonalField("aside_by", Sort.ACTOR),
    title=_("另外收好的纸质选票"),
    purpose=_("录不成的票由两个人定了才放到一边，谁定的"),
    basis=Basis.DUTY,
    keep="ballots",
)
privacy.register(
    "ballots.RollEntry",
    PersonalField("voter_key", Sort.LINK),
    PersonalField("bound_at", Sort.LINK),
    title=_("选民名册"),
    purpose=_("一人一张票；名册里只有代号，没有姓名"),
    basis=Basis.DUTY,
    keep="ballots",
)
privacy.register(
    "ballots.Envelope",
    PersonalField("device_key", Sort.LINK),
    PersonalField("network_key", Sort.LINK),
    title=_("封好的选票"),
    purpose=_("收好您的票，防止刷票；开箱时和您的联系一起销毁"),
    basis=Basis.DUTY,
    keep="ballots",
)
privacy.register(
    "ballots.Dispute",
    PersonalField("person", Sort.LINK),
    PersonalField("words", Sort.TEXT),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    PersonalField("decided_by", Sort.ACTOR),
    title=_("“不是我投的”"),
    purpose=_("有人用您的名义投票时，帮您查清楚"),
    basis=Basis.SERVICE,
    keep="ballots",
    subject="person",
    shows=("words", "state", "reason", "raised_at", "decided_at"),
)
privacy.register(
    "ballots.QuarantineBatch",
    PersonalField("proposed_by", Sort.ACTOR),
    PersonalField("decided_by", Sort.ACTOR),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    PersonalField("answer", Sort.TEXT, Erase.KEEP),
    title=_("待核选票的处理"),
    purpose=_("可疑的票由两个人决定，谁定的、为什么"),
    basis=Basis.DUTY,
    keep="proof",
)
privacy.register(
    "ballots.PaperRun",
    PersonalField("printed_by", Sort.ACTOR),
    title=_("印的纸质选票"),
    purpose=_("谁在什么时候印了几张"),
    basis=Basis.DUTY,
    keep="proof",
)
privacy.register(
    "ballots.PaperKeying",
    PersonalField("clerk", Sort.ACTOR),
    title=_("录入纸质选票"),
    purpose=_("两个人各录一遍，对上了才入箱"),
    basis=Basis.DUTY,
    keep="ballots",
)
privacy.register(
    "ballots.PaperIssue",
    PersonalField("carrier", Sort.LINK),
    PersonalField("issued_by", Sort.ACTOR),
    title=_("领纸质选票"),
    purpose=_("领了纸质票就不再用手机投，一人一票"),
    basis=Basis.DUTY,
    keep="ballots",
    subject="carrier",
    shows=("community", "issued_at", "returned_at"),
)
privacy.register(
    "ballots.CounterPass",
    PersonalField("issued_by", Sort.ACTOR),
    title=_("窗口投票凭条"),
    purpose=_("没有手机也能在窗口自己投"),
    basis=Basis.DUTY,
    keep="ballots",
)
privacy.register(
    "ballots.Custodian",
    PersonalField("user", Sort.ACTOR),
    PersonalField("private_key", Sort.TEXT, Erase.KEEP, sealed=True),
    title=_("票箱钥匙保管人"),
    purpose=_("票箱要几个人一起才能打开"),
    basis=Basis.DUTY,
    keep="proof",
)
privacy.impersonal("ballots.Custodian", "public_key", "share", because=_("钥匙的一部分"))
privacy.impersonal("ballots.BroughtShare", "sealed", because=_("钥匙的一部分"))
privacy.register(
    "ballots.OpeningStep",
    PersonalField("approved_by", Sort.ACTOR),
    PersonalField("seconded_by", Sort.ACTOR),
    title=_("开箱"),
    purpose=_("票箱由两个人定了才开"),
    basis=Basis.DUTY,
    keep="proof",
)
