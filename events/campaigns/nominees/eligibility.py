"""Who may be put forward, and in a clear sentence why not (domain.md section 5)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from events.campaigns.models import Campaign, CampaignState, Nomination, PanelMember
from events.campaigns.phases import phase_of
from foundation import clock
from volunteers.units.models import STAFF, Appointment, Role

DAY = dt.timedelta(days=1)


def leaders() -> QuerySet[Appointment]:
    """Who leads a neighbourhood today in their own name; stand-ins help out for a time and are not put forward."""
    held = Appointment.objects.active().filter(role=Role.NEIGHBOUR_LEADER, stands_in_for__isnull=True)
    return held.select_related("person", "unit")


def full_months(since: dt.date, day: dt.date) -> int:
    """Whole months from a day to another."""
    months = (day.year - since.year) * 12 + day.month - since.month
    return max(months - (day.day < since.day), 0)


def counted_on(campaign: Campaign) -> dt.date:
    """The day on which the months in the role are counted, the same for everybody: as the nominating begins."""
    phase = phase_of(campaign, CampaignState.NOMINATING)
    return timezone.localtime(phase.starts_at).date() if phase else clock.today()


def in_role_since(person_ids: Iterable[int]) -> dict[int, dt.date]:
    """Since when each is a neighbour leader without a break; another neighbourhood, or a split, is no break. One
    query.
    """
    held = Appointment.objects.filter(person__in=list(person_ids), role=Role.NEIGHBOUR_LEADER)
    spells: dict[int, list[Appointment]] = defaultdict(list)
    for one in held.filter(stands_in_for__isnull=True).order_by("person_id", "-starts_on", "pk"):
        spells[one.person_id].append(one)
    return {person_id: _beginning(rows) for person_id, rows in spells.items()}


def _beginning(rows: list[Appointment]) -> dt.date:
    """Of an unbroken row of appointments, the newest first."""
    since = rows[0].starts_on
    for one in rows[1:]:
        if one.ends_on is not None and one.ends_on < since - DAY:
            break
        since = min(since, one.starts_on)
    return since


def reasons_against(campaign: Campaign, held: Iterable[Appointment]) -> dict[int, str]:
    """Why each of these neighbour leaders cannot be put forward, by the key of the appointment; those who can are left
    out. Three queries for all.
    """
    listed = list(held)
    persons = [one.person_id for one in listed]
    staff = set(
        Appointment.objects.active().filter(person__in=persons, role__in=STAFF).values_list("person_id", flat=True)
    )
    panel = set(
        PanelMember.objects.filter(campaign=campaign, person__in=persons).sitting().values_list("person_id", flat=True)
    )
    since, day, least = in_role_since(persons), counted_on(campaign), campaign.rules.months_in_role
    found = {}
    for one in listed:
        months = full_months(since[one.person_id], day) if one.person_id in since else 0
        if one.person_id in staff:
            found[one.pk] = _("工作人员不参评，把名额留给邻居们。")
        elif one.person_id in panel:
            found[one.pk] = _("这位是这次的评委，不能同时参评。")
        elif months < least:
            words = _("做邻长要满 %(least)d 个月才能参评，这位到提名开始时满了 %(months)d 个月，下次一定来。")
            found[one.pk] = words % {"least": least, "months": months}
    return found


def no_longer(campaign: Campaign, rows: Iterable[Nomination]) -> dict[UUID, str]:
    """Who was put forward and cannot stand any more, with the sentence: became staff, sits on the panel, or leads no
    neighbourhood today, this one or another. Four queries for all.
    """
    persons = {one.pk: one.person_id for one in rows}
    held = leaders().filter(person__in=persons.values(), unit__path__startswith=campaign.unit.path)
    posts = {one.person_id: one for one in held}
    against = reasons_against(campaign, posts.values())
    said = {one.person_id: against.get(one.pk, "") for one in posts.values()}
    not_leading = _("只有现在的邻长可以参评。谢谢您这些年照应邻里。")
    found = {uid: said.get(person_id, not_leading) for uid, person_id in persons.items()}
    return {uid: sentence for uid, sentence in found.items() if sentence}


def why_not(campaign: Campaign, held: Appointment) -> str:
    """Why somebody cannot be put forward, in a sentence; empty when they can."""
    if not leaders().filter(pk=held.pk).exists():
        return _("只有现在的邻长可以被提名。")
    return reasons_against(campaign, [held]).get(held.pk, "")
