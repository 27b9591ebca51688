"""What the map stores about people: who imported outlines."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, Erase, PersonalField, Sort

privacy.register(
    "atlas.OutlineImport",
    PersonalField("acting_user", Sort.ACTOR),
    PersonalField("file_name", Sort.TEXT, Erase.KEEP),
    title=_("边界导入"),
    purpose=_("知道地图的边界是谁导入的"),
    basis=Basis.DUTY,
    keep="content",
)
privacy.impersonal(
    "atlas.OutlineImport", "counts", "problems", "read_packed", "former_packed", because=_("社区的边界和数目")
)
privacy.impersonal("atlas.Outline", "geometry", "bbox", because=_("社区的边界"))
