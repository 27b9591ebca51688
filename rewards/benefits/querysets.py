"""Sets of packages, benefits, merchants and reports, for the staff who manage them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from foundation import clock
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

if TYPE_CHECKING:
    from foundation.actors import Actor
    from rewards.benefits.models import Benefit, BenefitPackage, Merchant, MerchantClerk, RefusalReport  # noqa: F401


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


class MerchantQuerySet(models.QuerySet["Merchant"]):
    """Sets of merchants."""

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
