"""What a monthly report says of homes: links are dated, so a month that is over keeps its number."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from volunteers.homes.models import HouseholdLink
from volunteers.structure import months
from volunteers.structure.months import Month, Within


@months.figure("households_linked", _("联系户"), order=5)
def households_linked(within: Within, month: Month) -> Mapping[int, int]:
    """Households that each neighbourhood looked after on the last day of the month."""
    links = within.only(HouseholdLink.objects.active(month.last), "neighbourhood_id").order_by()
    return dict(links.values("neighbourhood_id").annotate(n=Count("pk")).values_list("neighbourhood_id", "n"))
