"""What joining and asking store about people: who agreed for a shop, whom staff invited, who asked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, Erase, PersonalField, Sort

privacy.register(
    "merchants.Agreement",
    PersonalField("person", Sort.LINK),
    PersonalField("entered_by", Sort.ACTOR),
    PersonalField("scan", Sort.PHOTO, Erase.KEEP, purpose=_("纸质约定的签字页，和约定一起留着")),
    title=_("合作约定"),
    purpose=_("商家同意了哪一份约定"),
    basis=Basis.SERVICE,
    keep="proof",
    subject="person",
    shows=("merchant", "version", "way", "signed_on"),
)
privacy.register(
    "merchants.MerchantInvitation",
    PersonalField("person", Sort.LINK),
    PersonalField("made_by", Sort.ACTOR),
    title=_("商家邀请"),
    purpose=_("邀请一家店加入"),
    basis=Basis.SERVICE,
    keep="content",
    subject="person",
    shows=("shop", "made_at", "used_at"),
)
privacy.register(
    "merchants.MerchantWish",
    PersonalField("asked_by", Sort.LINK),
    PersonalField("words", Sort.TEXT),
    PersonalField("reason", Sort.TEXT, Erase.KEEP, purpose=_("社区回复店里的话")),
    PersonalField("decided_by", Sort.ACTOR),
    title=_("商家的请求"),
    purpose=_("知道是店里谁提的，好回话"),
    basis=Basis.SERVICE,
    keep="content",
    subject="asked_by",
    shows=("merchant", "want", "words", "state", "reason", "at"),
)
privacy.impersonal("merchants.MerchantInvitation", "address", because=_("店铺的地址"))
privacy.impersonal("merchants.MerchantWish", "detail", "roles", because=_("优惠的说明"))
