"""What is stored about a nominee, for those who vet and, as far as it is public, for everybody.

Facts of one person, one page at a time: they are never put beside those of another, added up or ordered. Apps that know
more register a function with `@fact`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from events.campaigns.models import Nomination
from events.campaigns.nominees.eligibility import counted_on, full_months, in_role_since
from events.tasks.models import CheckIn, CheckInState
from foundation import clock
from rewards.honours.models import ServiceRecord
from volunteers.homes.models import HouseholdLink

YEAR = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known, in words."""

    label: str
    value: str
    is_public: bool = False


Asked = Callable[[Nomination], Fact | None]
_facts: list[tuple[int, Asked]] = []


def fact(order: int) -> Callable[[Asked], Asked]:
    """Register a fact; those with a smaller number come first. None leaves it out."""

    def register(function: Asked) -> Asked:
        _facts.append((order, function))
        _facts.sort(key=lambda pair: pair[0])
        return function

    return register


def facts_of(nomination: Nomination, *, public_only: bool = False) -> list[Fact]:
    """Everything that is known of a nominee, in its order; for strangers only what is public."""
    found = [one for _order, function in _facts if (one := function(nomination))]
    return [one for one in found if one.is_public or not public_only]


def months_in_role(nomination: Nomination) -> int:
    """Full months as a neighbour leader without a break, on the day on which this is counted for everybody."""
    since = in_role_since([nomination.person_id]).get(nomination.person_id)
    return full_months(since, counted_on(nomination.campaign)) if since else 0


def long_in_role(months: int) -> str:
    """6 年, or 8 个月 in the first year."""
    if months < YEAR:
        return _("%(months)d 个月") % {"months": months}
    return _("%(years)d 年") % {"years": months // YEAR}


def _new_year() -> dt.datetime:
    """The instant at which this year began where the district is."""
    return timezone.localtime(clock.now()).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)


@fact(10)
def _time_in_role(nomination: Nomination) -> Fact:
    return Fact(_("做邻长"), long_in_role(months_in_role(nomination)), is_public=True)


@fact(20)
def _households(nomination: Nomination) -> Fact:
    count = HouseholdLink.objects.active().filter(neighbourhood=nomination.neighbourhood_id).count()
    return Fact(_("联系"), _("%(count)d 户") % {"count": count}, is_public=True)


@fact(30)
def _tasks(nomination: Nomination) -> Fact:
    """Confirmed this year."""
    done = CheckIn.objects.filter(
        person=nomination.person_id, state=CheckInState.CONFIRMED, submitted_at__gte=_new_year()
    )
    return Fact(_("今年做成的任务"), _("%(count)d 件") % {"count": done.count()})


@fact(40)
def _hours(nomination: Nomination) -> Fact:
    """Of this year, withdrawn ones left out."""
    served = ServiceRecord.objects.standing().filter(person=nomination.person_id, started_at__gte=_new_year())
    minutes = served.aggregate(n=Sum("minutes"))["n"] or 0
    return Fact(_("今年的服务时长"), _("%(hours)s 小时") % {"hours": f"{round(minutes / 60, 1):g}"})
