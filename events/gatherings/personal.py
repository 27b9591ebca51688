"""What events store about people: who signed up, who was there and for how long."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from events.gatherings.models import Attendance, AttendanceState
from foundation import privacy
from foundation.privacy import Basis, Erase, PersonalField, Sort
from foundation.retention import retention

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
privacy.register(
    "gatherings.Attendance",
    PersonalField("person", Sort.LINK),
    PersonalField("confirmed_by", Sort.ACTOR),
    PersonalField("withdrawn_by", Sort.ACTOR),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    title=_("活动到场和时长"),
    purpose=_("您来过多久，积分和服务时长从这里来"),
    basis=Basis.SERVICE,
    keep="ledger",
    subject="person",
    shows=("event", "unit", "state", "minutes", "confirmed_at", "reason"),
)
privacy.register(
    "gatherings.HoursBatch",
    PersonalField("confirmed_by", Sort.ACTOR),
    title=_("时长确认"),
    purpose=_("知道时长是谁确认的"),
    basis=Basis.DUTY,
    keep="ledger",
)
privacy.impersonal("gatherings.Event", "place", because=_("活动的地点"))


@retention("arrivals")
def forget_arrivals(before: dt.datetime) -> int:
    """Who said "I am here" and was not confirmed: nobody needs that when the time for it is over."""
    rows = Attendance.objects.filter(state=AttendanceState.SIGNED_IN, signed_in_at__lt=before)
    return rows.delete()[0]
