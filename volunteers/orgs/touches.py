"""What a change of the tree means for party organisations: what covered a merged unit covers the one that goes on."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from volunteers.orgs.models import PartyLink, PartyOrg
from volunteers.structure import touches
from volunteers.structure.models import StructureChange
from volunteers.structure.planning import units_named
from volunteers.structure.touches import Moved, Touch


def follow_merged(_change: StructureChange, moved: Moved) -> None:
    """Links and seats of ended units pass to the unit that goes on in their place, from the day on.

    A link that only begins later is taken over as it is. New units of a split start without: they show as gaps.
    """
    last = moved.day - dt.timedelta(days=1)
    for ended, into in moved.ended.items():
        open_links = PartyLink.objects.filter(unit_id=ended, ends_on__isnull=True).order_by("pk")
        for link in open_links.select_for_update():
            _pass_on(link, into, last)
        PartyOrg.objects.filter(unit_id=ended, ends_on__isnull=True).update(unit_id=into)


def _pass_on(link: PartyLink, into: int, last: dt.date) -> None:
    has_one = PartyLink.objects.filter(org_id=link.org_id, unit_id=into, ends_on__isnull=True).exists()
    if link.starts_on > last:
        link.delete()
    else:
        PartyLink.objects.filter(pk=link.pk).update(ends_on=last)
    if not has_one:
        begins = max(link.starts_on, last + dt.timedelta(days=1))
        PartyLink.objects.create(org_id=link.org_id, unit_id=into, starts_on=begins)


@touches.contributor("party", apply=follow_merged)
def party_touched(change: StructureChange) -> list[Touch]:
    """How many open party organisations sit in or cover the units of the change."""
    named = units_named(change.kind, change.unit, change.plan)
    covering = PartyLink.objects.current().filter(unit__in=named).values("org_id")
    count = PartyOrg.objects.current().filter(Q(unit__in=named) | Q(pk__in=covering)).count()
    words = _("%(n)d 个党组织设在或覆盖这里；新设的单位要另建，或请邻近的联合覆盖")
    return [Touch("party", words % {"n": count}, count)] if count else []
