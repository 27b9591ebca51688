"""Sets of service records, certificates and cards with names; `visible_to` is the one door for reads."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where, person_id_of

if TYPE_CHECKING:
    from foundation.actors import Actor
    from rewards.honours.models import (  # noqa: F401
        Certificate,
        CertificateKind,
        HandOver,
        ServiceEntry,
        ServiceProof,
        ServiceRecord,
        ThanksCard,
    )


def honoured_by(user: Actor, field: str = "unit__path") -> Q:
    """Condition: in a unit whose honours the user looks after."""
    return under(paths_where(user, Right.HONOUR), field)


class ServiceRecordQuerySet(models.QuerySet["ServiceRecord"]):
    """Sets of service records."""

    def visible_to(self, user: Actor) -> Self:
        """One's own, and those of the units whose honours the user looks after."""
        return self.filter(honoured_by(user) | Q(person_id=person_id_of(user)))

    def looked_after_by(self, user: Actor) -> Self:
        """Of the units whose honours the user looks after."""
        return self.filter(honoured_by(user))

    def standing(self) -> Self:
        """Not withdrawn."""
        return self.filter(withdrawal__isnull=True)

    def between(self, first: dt.datetime, end: dt.datetime) -> Self:
        """Begun from an instant on, and before another."""
        return self.filter(started_at__gte=first, started_at__lt=end)


class ServiceEntryQuerySet(models.QuerySet["ServiceEntry"]):
    """Sets of entries by hand."""

    def visible_to(self, user: Actor) -> Self:
        """In the units whose honours the user looks after."""
        return self.filter(honoured_by(user))


class HandOverQuerySet(models.QuerySet["HandOver"]):
    """Sets of exports for the national system."""

    def visible_to(self, user: Actor) -> Self:
        """Of the units whose honours the user looks after."""
        return self.filter(honoured_by(user))


class ServiceProofQuerySet(models.QuerySet["ServiceProof"]):
    """Sets of printed certificates of service."""

    def visible_to(self, user: Actor) -> Self:
        """One's own only."""
        return self.filter(person_id=person_id_of(user))


class CertificateKindQuerySet(models.QuerySet["CertificateKind"]):
    """Sets of kinds."""

    def visible_to(self, user: Actor) -> Self:
        """All of them, for whoever looks after honours anywhere; nothing for others."""
        return self if paths_where(user, Right.HONOUR) else self.none()

    def on_offer(self) -> Self:
        """What staff can give today; anniversaries come by themselves."""
        return self.filter(is_active=True, years__isnull=True)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Sets of certificates."""

    def visible_to(self, user: Actor) -> Self:
        """One's own once they are issued, and those of the units whose honours the user looks after."""
        own = Q(person_id=person_id_of(user), state__in=["issued", "withdrawn"])
        return self.filter(honoured_by(user) | own)


class ThanksCardQuerySet(models.QuerySet["ThanksCard"]):
    """Sets of thank-you cards."""

    def visible_to(self, user: Actor) -> Self:
        """What somebody was sent; staff see only what was reported to them."""
        return self.of(person_id_of(user)) | self.reported_to(user)

    def of(self, person_id: int) -> Self:
        """What somebody was sent, and has not put away."""
        return self.filter(to_id=person_id, hidden_at__isnull=True, removed_at__isnull=True)

    def reported_to(self, user: Actor) -> Self:
        """Reported, in the units whose honours the user looks after."""
        return self.filter(honoured_by(user), reported_at__isnull=False)
