"""What the benefits store about people: whose they are, who verified, who reported a refusal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, Erase, PersonalField, Sort

privacy.register(
    "benefits.Entitlement",
    PersonalField("person", Sort.LINK),
    title=_("优惠"),
    purpose=_("记下您领了哪些优惠、用了几次"),
    basis=Basis.SERVICE,
    keep="ledger",
    subject="person",
    shows=("benefit", "state", "used_count", "created_at"),
)
privacy.register(
    "benefits.MerchantClerk",
    PersonalField("person", Sort.LINK),
    title=_("店员"),
    purpose=_("只有店里的人能核销"),
    basis=Basis.SERVICE,
    keep="person",
    subject="person",
    shows=("merchant",),
    delete_rows=True,
)
privacy.register(
    "benefits.RefusalReport",
    PersonalField("person", Sort.LINK),
    PersonalField("words", Sort.TEXT),
    PersonalField("closed_by", Sort.ACTOR),
    title=_("未兑现反映"),
    purpose=_("商家没有兑现时去核实"),
    basis=Basis.SERVICE,
    keep="content",
    subject="person",
    shows=("benefit", "words", "state", "outcome", "at"),
)
privacy.register(
    "benefits.Merchant",
    PersonalField("contact", Sort.LINK),
    title=_("爱心商家联系人"),
    purpose=_("合作的事知道找店里的谁"),
    basis=Basis.SERVICE,
    keep="person",
    subject="contact",
    shows=("name", "address", "state", "applied_at"),
)
privacy.register(
    "benefits.VoucherUse",
    PersonalField("clerk_id", Sort.ACTOR, Erase.KEEP),
    title=_("核销"),
    purpose=_("核销过的不能再核销"),
    basis=Basis.DUTY,
    keep="ledger",
)
privacy.impersonal(
    "benefits.Merchant", "name", "pinyin", "initials", "address", "reason", because=_("店铺的名称、地址和状态")
)
privacy.register(
    "benefits.VoucherVoid",
    PersonalField("by", Sort.ACTOR, Erase.KEEP),
    PersonalField("reason", Sort.TEXT, Erase.KEEP, purpose=_("撤回核销时写的一句话，说的是事情")),
    title=_("撤回的核销"),
    purpose=_("弄错的核销当天能还给您"),
    basis=Basis.DUTY,
    keep="ledger",
)
privacy.register(
    "benefits.Voucher",
    PersonalField("issued_by", Sort.ACTOR),
    title=_("券"),
    purpose=_("代打的纸质券知道是谁打的"),
    basis=Basis.DUTY,
    keep="ledger",
)
privacy.register(
    "benefits.Benefit",
    PersonalField("drafted_by", Sort.ACTOR),
    PersonalField("reviewed_by", Sort.ACTOR),
    title=_("优惠项"),
    purpose=_("起草和审核是两个人"),
    basis=Basis.DUTY,
    keep="content",
)
privacy.impersonal("benefits.BenefitPackage", "name", because=_("优惠包的名称"))
privacy.impersonal("benefits.Benefit", "name", "detail", "roles", "pause_note", because=_("优惠的名称和说明"))
