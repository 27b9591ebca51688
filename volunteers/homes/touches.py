"""What a structure change means for homes: which buildings go with which side, and who looks after a household then.

A building lies in one community, as its estate does, and goes to the side of the neighbourhoods that its households
are linked to. One that no household ties to a side has to be named in the draft; so it is when an area is split in
whose estates it stands, and there the draft keeps for later who is to look after it. One with households in two
communities has to be put right first. On the day itself buildings and links follow their neighbourhoods.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import clock
from volunteers.homes.links import follow_households
from volunteers.homes.models import Building, Estate, Household, HouseholdLink, Resident
from volunteers.homes.querysets import COMMUNITY_WIDTH
from volunteers.structure import touches
from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.touches import Moved, Sided, Touch
from volunteers.units.models import Level, Unit
from volunteers.units.querysets import under

ONE_DAY = dt.timedelta(days=1)
SHOWN = 3


def _day(change: StructureChange) -> dt.date:
    return max(clock.today(), change.in_force_on)


def _sides_by_neighbourhood(change: StructureChange) -> dict[int, int]:
    """The side of every neighbourhood of a community that is taken apart: by a split, or by moving parts elsewhere."""
    below = Unit.objects.at(Level.NEIGHBOURHOOD).current()
    if change.kind == Kind.SPLIT and change.unit.level == Level.COMMUNITY:
        sides = change.sides_of("members")
        rows = below.under(change.unit).values_list("pk", "uid")
        return {pk: sides[str(uid)] for pk, uid in rows if str(uid) in sides}
    if change.kind != Kind.MOVE:
        return {}
    named = Unit.objects.filter(uid__in=change.plan.get("units") or [])
    moving = [path for path in named.values_list("path", flat=True) if len(path) > COMMUNITY_WIDTH]
    target = Unit.objects.filter(uid=change.plan.get("to") or None).values_list("path", flat=True).first() or ""
    leaving = [path for path in moving if path[:COMMUNITY_WIDTH] != target[:COMMUNITY_WIDTH]]
    communities = {path[:COMMUNITY_WIDTH] for path in leaving}
    rows = below.filter(under(communities)).values_list("pk", "path")
    return {pk: int(any(path.startswith(one) for one in leaving)) for pk, path in rows}


def _sides_of_buildings(change: StructureChange) -> dict[int, set[int]]:
    """On which sides the households of each building are looked after; a building without any is not here."""
    sides = _sides_by_neighbourhood(change)
    if not sides:
        return {}
    links = HouseholdLink.objects.active(_day(change)).filter(neighbourhood_id__in=sides).order_by()
    found: dict[int, set[int]] = defaultdict(set)
    for building_id, unit_id in links.values_list("household__building_id", "neighbourhood_id").distinct():
        found[building_id].add(sides[unit_id])
    return found


def _loose(change: StructureChange) -> list[Building]:
    """Buildings that no household ties to any neighbourhood, in the estates of the community or area to be split."""
    if change.kind != Kind.SPLIT or change.unit.level not in {Level.COMMUNITY, Level.AREA}:
        return []
    community = change.unit.path[:COMMUNITY_WIDTH]
    links = HouseholdLink.objects.active(_day(change)).filter(neighbourhood__path__startswith=community).order_by()
    rows = Building.objects.filter(estate__community__path=community)
    rows = rows.exclude(pk__in=links.values("household__building_id"))
    if change.unit.level == Level.AREA:
        of_area = links.filter(neighbourhood__path__startswith=change.unit.path)
        rows = rows.filter(estate__in=of_area.values("household__building__estate_id"))
    return list(rows.select_related("estate").in_order())


def buildings_to_place(change: StructureChange) -> list[Sided]:
    """The buildings that the draft has to put on a side."""
    return [Sided(str(one.uid), f"{one.estate.name} {one.name}") for one in _loose(change)]


def _names(buildings: Iterable[Building]) -> str:
    rows = list(buildings)
    names = "、".join(f"{one.estate.name} {one.name}" for one in rows[:SHOWN])
    return names + (_(" 等") if len(rows) > SHOWN else "")


def move_buildings(change: StructureChange, moved: Moved) -> None:
    """Links follow merged neighbourhoods, then every building lies in the community of those who look after it."""
    _relink(moved)
    for ended, into in moved.ended.items():
        if Estate.objects.filter(community_id=ended).exists():
            for building in Building.objects.filter(estate__community_id=ended).select_related("estate__community"):
                _place(building, into)
    if change.kind == Kind.SPLIT and change.unit.level == Level.COMMUNITY:
        chosen = change.sides_of("buildings")
        for building in Building.objects.filter(uid__in=chosen).select_related("estate__community"):
            _place(building, moved.units[chosen[str(building.uid)]])
    _follow_neighbourhoods(moved)


@touches.contributor("buildings", label=gettext_lazy("楼栋"), sides=buildings_to_place, apply=move_buildings)
def buildings_touched(change: StructureChange) -> list[Touch]:
    """How many buildings change sides; what is on no side or on both holds up the approval."""
    sides, chosen = _sides_of_buildings(change), change.sides_of("buildings")
    found = []
    going = sum(1 for one in sides.values() if one and 0 not in one) + sum(1 for side in chosen.values() if side)
    if going:
        found.append(Touch("buildings", _("%(n)d 栋楼跟着划过去") % {"n": going}, going))
    loose = [one for one in _loose(change) if str(one.uid) not in chosen]
    if loose:
        words = {"n": len(loose), "names": _names(loose)}
        found.append(Touch("buildings", _("%(n)d 栋楼还没有分到哪一边：%(names)s") % words, len(loose), blocks=True))
    torn = [pk for pk, both in sides.items() if len(both) > 1]
    if torn:
        rows = Building.objects.filter(pk__in=torn).select_related("estate").in_order()
        words = {"n": len(torn), "names": _names(rows)}
        text = _("%(n)d 栋楼的住户分在两边，请先联到同一边：%(names)s") % words
        found.append(Touch("buildings", text, len(torn), blocks=True))
    return found


def doors_to_place(change: StructureChange) -> list[Sided]:
    """The doors of a neighbourhood to be split; those that nobody names stay."""
    if change.kind != Kind.SPLIT or change.unit.level != Level.NEIGHBOURHOOD:
        return []
    rows = Household.objects.linked_to(change.unit, on=_day(change)).select_related("building").in_order()
    return [Sided(str(row.uid), f"{row.building.name} {row.entrance} {row.door}", guess=0) for row in rows]


def move_households(change: StructureChange, moved: Moved) -> None:
    """After the split of a neighbourhood the doors that were named are looked after by the new one."""
    if change.kind != Kind.SPLIT or change.unit.level != Level.NEIGHBOURHOOD:
        return
    chosen = {uid: side for uid, side in change.sides_of("households").items() if side}
    links = HouseholdLink.objects.active(moved.day).filter(
        neighbourhood_id=change.unit_id, household__uid__in=list(chosen)
    )
    targets = {link.pk: moved.units[chosen[str(link.household.uid)]] for link in links.select_related("household")}
    _hand_over(targets, moved.day)


@touches.contributor("households", label=gettext_lazy("住户"), sides=doors_to_place, apply=move_households)
def households_touched(change: StructureChange) -> list[Touch]:
    """How many households are looked after by another neighbourhood, or lie in another community, afterwards."""
    links = HouseholdLink.objects.active(_day(change))
    if change.kind == Kind.MERGE:
        named = Unit.objects.filter(uid__in=change.plan.get("units") or [], level=Level.NEIGHBOURHOOD)
        count = links.filter(neighbourhood__in=named.exclude(uid=change.plan.get("into") or None)).count()
    elif change.kind == Kind.SPLIT and change.unit.level == Level.NEIGHBOURHOOD:
        count = sum(1 for side in change.sides_of("households").values() if side)
    else:
        going = [pk for pk, side in _sides_by_neighbourhood(change).items() if side]
        count = links.filter(neighbourhood_id__in=going).count()
    return [Touch("households", _("%(n)d 户住户跟着划过去") % {"n": count}, count)] if count else []


# -- the day itself ------------------------------------------------------------------------------------------------


def _relink(moved: Moved) -> None:
    """Households and residents of merged neighbourhoods go on in the one that remains."""
    if not moved.ended:
        return
    open_ = Q(ends_on__isnull=True) | Q(ends_on__gte=moved.day)
    links = HouseholdLink.objects.filter(open_, neighbourhood_id__in=moved.ended)
    _hand_over({pk: moved.ended[unit] for pk, unit in links.values_list("pk", "neighbourhood_id")}, moved.day)
    for ended, into in moved.ended.items():
        Resident.objects.filter(neighbourhood_id=ended).update(neighbourhood_id=into)


def _hand_over(targets: dict[int, int], day: dt.date) -> None:
    """End these links the day before, and begin the same with another neighbourhood."""
    links = list(HouseholdLink.objects.filter(pk__in=targets).order_by("household_id").select_for_update())
    begun = [link for link in links if link.starts_on >= day]
    for link in begun:
        link.neighbourhood_id = targets[link.pk]
    HouseholdLink.objects.bulk_update(begun, ["neighbourhood"], batch_size=500)
    running = [link for link in links if link.starts_on < day]
    new = [
        HouseholdLink(
            household_id=link.household_id, neighbourhood_id=targets[link.pk], starts_on=day, ends_on=link.ends_on
        )
        for link in running
    ]
    HouseholdLink.objects.filter(pk__in=[link.pk for link in running]).update(ends_on=day - ONE_DAY)
    HouseholdLink.objects.bulk_create(new, batch_size=500)
    if day <= clock.today() and links:
        follow_households([link.household_id for link in links])


def _follow_neighbourhoods(moved: Moved) -> None:
    """Buildings whose households are now looked after in another community go there."""
    paths = [one.new_path for one in moved.placed if len(one.new_path) > COMMUNITY_WIDTH]
    if not paths:
        return
    links = HouseholdLink.objects.active(moved.day).filter(under(paths, "neighbourhood__path")).order_by()
    pairs = links.values_list("household__building_id", "neighbourhood__path").distinct()
    wanted = {building_id: path[:COMMUNITY_WIDTH] for building_id, path in pairs}
    communities = dict(Unit.objects.filter(path__in=set(wanted.values())).values_list("path", "pk"))
    rows = Building.objects.filter(pk__in=wanted).select_related("estate__community").order_by("pk")
    for building in rows:
        _place(building, communities[wanted[building.pk]])


def _place(building: Building, community_id: int) -> None:
    """Put a building into the estate of the same name in a community, which is made when there is none."""
    estate = building.estate
    if estate.community_id == community_id:
        return
    target, _made = Estate.objects.get_or_create(community_id=community_id, name=estate.name)
    if target.buildings.filter(name=building.name).exists():
        building.name = f"{building.name}（{estate.community.name}）"[:40]
    building.estate = target
    building.save()
    if not estate.buildings.exists():
        estate.delete()
