"""What results store about people: nothing that the nomination does not say already."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, PersonalField, Sort

privacy.impersonal("results.Publication", "files", because=_("公布的文件各自的指纹"))
privacy.register(
    "results.Outcome",
    PersonalField("nomination", Sort.LINK),
    title=_("评选结果"),
    purpose=_("您参加最美邻长评选的结果，没有入选的，公布时只写票面号，不写姓名"),
    basis=Basis.CONSENT,
    keep="proof",
    subject="nomination__person",
    shows=("campaign", "ballots_count", "opinion_count", "marks_count", "is_winner"),
)
