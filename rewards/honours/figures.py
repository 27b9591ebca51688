"""What a monthly report says of service: whole hours, by the unit they were served in."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from rewards.honours.models import ServiceRecord
from volunteers.structure import months
from volunteers.structure.months import Month, Within


@months.figure("service_hours", _("服务时长（小时）"), order=60)
def service_hours(within: Within, month: Month) -> Mapping[int, int]:
    """Hours of the month, withdrawn ones left out; every unit is rounded by itself."""
    rows = ServiceRecord.objects.standing().between(month.begins_at, month.ends_at)
    counted = within.only(rows).order_by().values("unit_id").annotate(n=Sum("minutes"))
    return {unit_id: round(minutes / 60) for unit_id, minutes in counted.values_list("unit_id", "n")}
