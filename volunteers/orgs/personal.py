"""What departments store about people: who answers for them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, PersonalField, Sort

privacy.register(
    "orgs.DepartmentOfficer",
    PersonalField("person", Sort.LINK),
    title=_("部门人员"),
    purpose=_("知道部门的事找谁"),
    basis=Basis.DUTY,
    keep="person",
    subject="person",
    shows=("department", "starts_on", "ends_on"),
    delete_rows=True,
)
privacy.impersonal("orgs.Department", "name", "pinyin", "initials", because=_("部门的名称"))
privacy.impersonal("orgs.PartyOrg", "name", "pinyin", "initials", because=_("党组织的名称，不记党员"))
