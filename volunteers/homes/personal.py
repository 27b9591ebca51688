"""What is stored about homes: the entry on the roll, the door it is behind."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, Erase, PersonalField, Section, Sort
from foundation.retention import words_of
from volunteers.homes.models import Resident, ResidentState

privacy.register(
    "homes.Resident",
    PersonalField("person", Sort.LINK),
    PersonalField("declined_reason", Sort.TEXT),
    PersonalField("confirmed_by", Sort.ACTOR),
    PersonalField("entered_by", Sort.ACTOR),
    title=_("居民名册"),
    purpose=_("让邻长知道您住在哪里，有事找得到您"),
    basis=Basis.CONSENT,
    keep="person",
    subject="person",
    shows=("neighbourhood", "state", "how", "asked_at", "confirmed_at", "declined_reason", "consent_by", "consent_how"),
    delete_rows=True,
)
privacy.register(
    "homes.Household",
    PersonalField("door_sealed", Sort.ADDRESS, Erase.KEEP, mask="3**", sealed=True),
    PersonalField("door_index", Sort.ADDRESS, Erase.KEEP, sealed=True),
    title=_("住户的门牌"),
    purpose=_("上门找得到门；只有联系的邻长和上面的人看得到"),
    basis=Basis.DUTY,
    keep="content",
)
privacy.impersonal("homes.Estate", "name", "pinyin", "initials", because=_("小区的名称"))
privacy.impersonal("homes.Building", "name", "latitude", "longitude", because=_("楼栋的名称和位置"))


@privacy.section
def my_door(person_id: int) -> Section | None:
    """The door behind which somebody lives: theirs to read in clear."""
    row = (
        Resident.objects.filter(person=person_id, household__isnull=False).select_related("household__building").first()
    )
    if row is None or row.household is None:
        return None
    home = row.household
    told = {str(_("楼栋")): str(home.building), str(_("单元")): home.entrance, str(_("门牌号")): home.door}
    purpose = _("上门找得到门；只有联系的邻长和上面的人看得到")
    return Section("homes.Household", _("您的门牌"), purpose, Basis.CONSENT.label, words_of("person"), [told])


@privacy.on_withdrawal("residents")
def leave_the_roll(person_id: int) -> None:
    """Whoever takes the consent back is no longer on the roll, from now on."""
    Resident.objects.filter(person=person_id).exclude(state=ResidentState.LEFT).delete()
