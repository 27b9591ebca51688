"""What happens by itself: residents follow their household when its link moves on a later day."""

from __future__ import annotations

from django.db import transaction

from foundation.periodic import every
from volunteers.homes.links import follow_households
from volunteers.homes.models import HouseholdLink


@every(60)
@transaction.atomic
def follow() -> int:
    """Residents of households whose link began lately."""
    return follow_households(HouseholdLink.objects.begun_lately().values_list("household_id", flat=True))
