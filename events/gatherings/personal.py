"""What events store about people: who signed up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, PersonalField, Sort

privacy.register(
    "gatherings.SignUp",
    PersonalField("person", Sort.LINK),
    title=_("活动报名"),
    purpose=_("给您留位置，活动有变化时告诉您"),
    basis=Basis.SERVICE,
    keep="content",
    subject="person",
    shows=("event", "state", "at"),
)
privacy.impersonal("gatherings.Event", "place", because=_("活动的地点"))
