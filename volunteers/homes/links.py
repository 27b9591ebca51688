"""Which neighbourhood looks after which household, from a day to a day: moved, never overwritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from foundation import audit, clock, line, outbox
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from volunteers.homes.models import Household, HouseholdLink, Resident
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, require

FARTHEST = dt.timedelta(days=366)


def _locked(households: Iterable[Household]) -> list[Household]:
    """The rows under lock, in the order of their keys, so that two callers queue instead of waiting for each other."""
    keys = sorted({household.pk for household in households})
    if not keys:
        raise Invalid(_("请先选上住户。"))
    rows = Household.objects.select_for_update(of=("self",)).select_related("building__estate__community")
    return list(rows.filter(pk__in=keys).order_by("pk"))


@transaction.atomic
def link_households(
    *, households: Iterable[Household], neighbourhood: Unit, acting_user: Actor, starts_on: dt.date | None = None
) -> int:
    """Let a neighbourhood look after these households from a day on; whoever did so until then ends the day before.

    Who may: KEEP_HOMES in the neighbourhood and in the communities of the households. Of two callers at once the
    second moves what the first linked; a household that is there already stays. Returns how many moved. Raises
    `Denied`, `Invalid`, `Conflict`.
    """
    day, rows = starts_on or clock.today(), _locked(households)
    communities = {row.building.estate.community_id: row.building.estate.community for row in rows}
    require(acting_user, Right.KEEP_HOMES, neighbourhood, *communities.values())
    _check_target(neighbourhood, list(communities.values()), day)
    moved = [row.pk for row in rows if _move(row, neighbourhood, day)]
    if moved:
        audit.record(
            actor=acting_user,
            act="household.link",
            obj=neighbourhood,
            unit_id=neighbourhood.pk,
            data={"households": moved, "from": day.isoformat()},
        )
        follow_households(moved)
    return len(moved)


def _check_target(neighbourhood: Unit, communities: list[Unit], day: dt.date) -> None:
    if neighbourhood.level != Level.NEIGHBOURHOOD:
        raise Invalid(errors={"neighbourhood": _("请选一个邻。")})
    if neighbourhood.ends_on and neighbourhood.ends_on < day:
        raise Invalid(errors={"neighbourhood": _("这个邻到那一天已经撤销了。")})
    if any(not neighbourhood.path.startswith(community.path) for community in communities):
        raise Invalid(errors={"neighbourhood": _("住户和邻要在同一个社区里。")})
    if day > clock.today() + FARTHEST:
        raise Invalid(errors={"starts_on": _("日子太远了，一年以内就好。")})


def _move(household: Household, neighbourhood: Unit, day: dt.date) -> bool:
    """Whether the household, which is locked, changed hands."""
    last = household.links.order_by("-starts_on").first()
    if last is None:
        HouseholdLink.objects.create(household=household, neighbourhood=neighbourhood, starts_on=day)
        return True
    is_open = last.ends_on is None or last.ends_on >= day
    if is_open and last.neighbourhood_id == neighbourhood.pk and last.ends_on is None:
        return False
    if last.starts_on > day:
        raise Conflict(_("有住户从 %(day)s 起已经安排了，新的日子要在那之后。") % {"day": last.starts_on.isoformat()})
    if last.starts_on == day:  # it never lasted a day; the audit trail keeps it
        HouseholdLink.objects.filter(pk=last.pk).update(neighbourhood=neighbourhood, ends_on=None)
        return True
    if is_open:
        HouseholdLink.objects.filter(pk=last.pk).update(ends_on=day - dt.timedelta(days=1))
    HouseholdLink.objects.create(household=household, neighbourhood=neighbourhood, starts_on=day)
    return True


@transaction.atomic
def unlink_households(
    *, households: Iterable[Household], acting_user: Actor, reason: str, ends_on: dt.date | None = None
) -> int:
    """End the links of these households with a day, today when none is given. Returns how many ended.

    Who may: KEEP_HOMES in their communities. Residents keep their neighbourhood until the household has another one.
    """
    day, rows = ends_on or clock.today(), _locked(households)
    require(acting_user, Right.KEEP_HOMES, *{row.building.estate.community for row in rows})
    links = HouseholdLink.objects.filter(household__in=rows, ends_on__isnull=True)
    links.filter(starts_on__gt=day).delete()
    ended = list(links.filter(starts_on__lte=day).values_list("household_id", "neighbourhood_id"))
    links.filter(starts_on__lte=day).update(ends_on=day)
    for unit_id in sorted({unit_id for _household, unit_id in ended}):
        keys = [household for household, of in ended if of == unit_id]
        audit.record(
            actor=acting_user, act="household.unlink", obj=("units.unit", str(unit_id)), unit_id=unit_id,
            reason=reason, data={"households": keys, "until": day.isoformat()},
        )  # fmt: skip
    return len(ended)


def follow_households(household_ids: Iterable[int] | None = None) -> int:
    """Let residents follow their household to the neighbourhood that looks after it today; returns how many moved.

    Called after every move, and by a job for links that begin on a later day. Their sockets are asked again.
    """
    today = HouseholdLink.objects.active().filter(household_id=OuterRef("household_id"))
    current = Subquery(today.values("neighbourhood_id")[:1])
    rows = Resident.objects.filter(household__isnull=False).annotate(now_at=current)
    rows = rows.filter(now_at__isnull=False).exclude(now_at=F("neighbourhood_id"))
    if household_ids is not None:
        rows = rows.filter(household_id__in=list(household_ids))
    moving = list(rows.values_list("pk", "person_id", "now_at"))
    for pk, _person, unit_id in moving:
        Resident.objects.filter(pk=pk).update(neighbourhood_id=unit_id)
    if moving:
        outbox.put(line.REVOKE, {"persons": [person_id for _pk, person_id, _unit in moving]})
    return len(moving)
