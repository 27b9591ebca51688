"""Sets of packages, benefits, merchants and reports, for the staff who manage them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from foundation import clock
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where, person_id_of

if TYPE_CHECKING:
    from foundation.actors import Actor
    from rewards.benefits.models import (  # noqa: F401
        Benefit,
        BenefitPackage,
        Entitlement,
        Merchant,
        MerchantClerk,
        RefusalReport,
    )


class PackageQuerySet(models.QuerySet["BenefitPackage"]):
    """Sets of packages."""

    def visible_to(self, user: Actor) -> Self:
        """Of the units in which the user manages benefits."""
        return self.filter(under(paths_where(user, Right.MANAGE_BENEFITS), "unit__path"))


class BenefitQuerySet(models.QuerySet["Benefit"]):
    """Sets of benefits."""

    def visible_to(self, user: Actor) -> Self:
        """Of the packages that the user manages. What a leader has is asked through `selectors.benefits_of`."""
        return self.filter(under(paths_where(user, Right.MANAGE_BENEFITS), "package__unit__path"))


class EntitlementQuerySet(models.QuerySet["Entitlement"]):
    """Sets of rights to benefits."""

    def visible_to(self, user: Actor) -> Self:
        """Of people who hold their role in the units in which the user manages benefits, whoever gives the package."""
        return self.filter(under(paths_where(user, Right.MANAGE_BENEFITS), "unit__path"))

    def open(self) -> Self:
        """Those that can still be used, or wait for a place."""
        return self.filter(state__in=["waiting", "claimed", "part_used"])

    def kept(self) -> Self:
        """Those that somebody has, or waits for: neither given back nor taken back."""
        return self.exclude(state__in=["returned", "revoked"])

    def revocable(self) -> Self:
        """Those that end with the role: open ones, and what is used up only until its uses renew."""
        return self.filter(
            Q(state__in=["waiting", "claimed", "part_used"]) | (Q(state="used_up") & ~Q(benefit__renews="none"))
        )

    def placed(self) -> Self:
        """Those that hold a place: given and not returned; one on which something was used stays taken for a period."""
        return self.filter(Q(state__in=["claimed", "part_used", "used_up"]) | Q(used_count__gt=0))

    def in_line(self) -> Self:
        """Those that wait, in the order in which they came."""
        return self.filter(state="waiting").order_by("waiting_since", "pk")


class MerchantQuerySet(models.QuerySet["Merchant"]):
    """Sets of merchants."""

    def active(self) -> Self:
        """Whose codes are verified."""
        return self.filter(state="active")

    def partners(self) -> Self:
        """Who gives something, now or after a pause."""
        return self.filter(state__in=["active", "paused"])

    def without_agreement(self) -> Self:
        """Partners of whom no goodwill agreement is on file."""
        return self.partners().filter(agreements__isnull=True)

    def served_by(self, user: Actor) -> Self:
        """Partners for whom the user works today."""
        today = clock.today()
        lasts = Q(clerks__ends_on__isnull=True) | Q(clerks__ends_on__gte=today)
        mine = self.filter(lasts, clerks__person_id=person_id_of(user), clerks__starts_on__lte=today)
        return mine.partners().distinct()

    def visible_to(self, user: Actor) -> Self:
        """In the units in which the user manages benefits."""
        return self.filter(under(paths_where(user, Right.MANAGE_BENEFITS), "unit__path"))


class ClerkQuerySet(models.QuerySet["MerchantClerk"]):
    """Sets of clerks."""

    def active(self, on: dt.date | None = None) -> Self:
        """At work on a day, today when none is given; the last day still counts."""
        day = on or clock.today()
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def visible_to(self, user: Actor) -> Self:
        """Of merchants in the units in which the user manages benefits."""
        return self.filter(under(paths_where(user, Right.MANAGE_BENEFITS), "merchant__unit__path"))


class RefusalReportQuerySet(models.QuerySet["RefusalReport"]):
    """Sets of reports."""

    def visible_to(self, user: Actor) -> Self:
        """On benefits that the user manages."""
        return self.filter(under(paths_where(user, Right.MANAGE_BENEFITS), "benefit__package__unit__path"))
