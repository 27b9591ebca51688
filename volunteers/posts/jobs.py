"""What the days bring: leaves that begin and end, notices that have run, terms that end soon. Each is told once."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction

from foundation import clock
from foundation.periodic import every
from volunteers.posts import news
from volunteers.posts.leaves import close_past_leaves
from volunteers.posts.models import Leave, Proposal, TermReminder
from volunteers.posts.querysets import COMMUNITY_WIDTH
from volunteers.posts.selectors import holders
from volunteers.units.models import Appointment, Unit


@every(1800)
def look_at_the_day() -> None:
    """Every half hour, so that a new day is noticed soon after midnight; running again changes nothing."""
    end_leaves()
    begin_leaves()
    tell_notices_over()
    tell_terms_ending()


@transaction.atomic
def end_leaves() -> int:
    """Close leaves past their last day and welcome the leaders back."""
    closed = close_past_leaves()
    for leave in Leave.objects.filter(pk__in=[one.pk for one in closed]).select_related("appointment"):
        if leave.appointment.is_active(clock.today()):
            news.leave_over(leave)
    return len(closed)


@transaction.atomic
def begin_leaves() -> int:
    """Tell those below who is away from today on, and whom to ask."""
    rows = Leave.objects.running().filter(begun_told_at__isnull=True).select_for_update(of=("self",))
    begun = list(rows.select_related("appointment__unit", "appointment__person", "stand_in__person"))
    for leave in begun:
        leave.begun_told_at = clock.now()
        leave.save(update_fields=["begun_told_at"])
        news.leave_began(leave)
    return len(begun)


@transaction.atomic
def tell_notices_over() -> int:
    """Tell staff that a candidate's notice has run."""
    rows = Proposal.objects.notice_over().filter(notice_over_told_at__isnull=True)
    over = list(rows.select_for_update(of=("self",)).select_related("unit"))
    for proposal in over:
        proposal.notice_over_told_at = clock.now()
        proposal.save(update_fields=["notice_over_told_at"])
        news.notice_over(proposal)
    return len(over)


@transaction.atomic
def tell_terms_ending() -> int:
    """Tell the staff of each community, once a term, how many terms end within the set days."""
    days = settings.POSTS_TERM_WARN_DAYS
    today = clock.today()
    soon = holders().filter(term_ends_on__gte=today, term_ends_on__lte=today + dt.timedelta(days=days))
    told = set(TermReminder.objects.filter(term_ends_on__gte=today).values_list("appointment_id", "term_ends_on"))
    fresh: list[Appointment] = [
        one for one in soon.select_related("unit").order_by("unit__path") if (one.pk, one.term_ends_on) not in told
    ]
    now = clock.now()
    rows = [TermReminder(appointment=one, term_ends_on=one.term_ends_on or today, told_at=now) for one in fresh]
    TermReminder.objects.bulk_create(rows, ignore_conflicts=True)
    counts: dict[str, int] = {}
    for one in fresh:
        path = one.unit.path[:COMMUNITY_WIDTH]
        counts[path] = counts.get(path, 0) + 1
    for community in Unit.objects.filter(path__in=counts):
        news.terms_ending(community, counts[community.path], days)
    return len(fresh)
