"""Sets of agreements, invitations and wishes, for the staff who keep the merchant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from foundation import clock
from foundation.actors import Actor
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

if TYPE_CHECKING:
    from rewards.merchants.models import Agreement, MerchantInvitation, MerchantWish  # noqa: F401


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Sets of agreements."""

    def visible_to(self, user: Actor) -> Self:
        """Of merchants in the units in which the user manages benefits."""
        return self.filter(under(paths_where(user, Right.MANAGE_BENEFITS), "merchant__unit__path"))


class InvitationQuerySet(models.QuerySet["MerchantInvitation"]):
    """Sets of invitations."""

    def open(self) -> Self:
        """That may still be used."""
        return self.filter(used_at__isnull=True, expires_at__gt=clock.now())

    def visible_to(self, user: Actor) -> Self:
        """In the units in which the user manages benefits."""
        return self.filter(under(paths_where(user, Right.MANAGE_BENEFITS), "unit__path"))


class WishQuerySet(models.QuerySet["MerchantWish"]):
    """Sets of wishes."""

    def visible_to(self, user: Actor) -> Self:
        """Of merchants in the units in which the user manages benefits."""
        return self.filter(under(paths_where(user, Right.MANAGE_BENEFITS), "merchant__unit__path"))
