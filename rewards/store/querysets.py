"""Sets of what a store holds, for the staff who keep it, and of what is a person's own."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Case, OuterRef, Q, Subquery, Value, When

from foundation import clock
from foundation.actors import Actor
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where


def _kept_by(user: Actor, field: str) -> Q:
    """Condition: the path in `field` lies where the user keeps stores."""
    return under(paths_where(user, Right.KEEP_STORE), field)


class OfUnitQuerySet(models.QuerySet[Any]):
    """Rows with a unit of their own: stores, budgets."""

    def visible_to(self, user: Actor) -> Self:
        """In the units in which the user keeps a store."""
        return self.filter(_kept_by(user, "unit__path"))


class OfPersonQuerySet(models.QuerySet[Any]):
    """Rows that are somebody's."""

    def of_person(self, person_id: int) -> Self:
        """A person's own."""
        return self.filter(person_id=person_id)


class PassbookQuerySet(OfPersonQuerySet):
    """Sets of passbooks, which go where their persons go."""

    def visible_to(self, user: Actor) -> Self:
        """Of persons who live or serve where the user keeps a store, whichever community issued them."""
        from rewards.store.selectors import served_below

        return self.filter(person__in=served_below(paths_where(user, Right.KEEP_STORE)))


class OfStoreQuerySet(models.QuerySet[Any]):
    """Rows that belong to a store, or to goods of one."""

    def visible_to(self, user: Actor) -> Self:
        """Of the stores that the user keeps."""
        names = {field.name for field in self.model._meta.get_fields()}
        to_store = "store" if "store" in names else "goods__store"
        return self.filter(_kept_by(user, f"{to_store}__unit__path"))

    def from_today(self, on: dt.date | None = None) -> Self:
        """Exchange days that are today or to come and take place, the next one first."""
        return self.filter(on__gte=on or clock.today(), called_off_at__isnull=True).order_by("on")


class RedemptionQuerySet(OfPersonQuerySet):
    """Sets of redemptions."""

    def visible_to(self, user: Actor) -> Self:
        """Of the stores that the user keeps, whatever community they belonged to before."""
        return self.filter(_kept_by(user, "store__unit__path"))


class GoodsQuerySet(OfStoreQuerySet):
    """Sets of goods."""

    def priced(self, on: dt.date | None = None) -> Self:
        """With `price`, what a piece costs on a day; none where no price holds yet."""
        from rewards.store.models import Price

        in_force = Price.objects.filter(goods=OuterRef("pk"), starts_on__lte=on or clock.today())
        return self.annotate(price=Subquery(in_force.order_by("-starts_on").values("points")[:1]))

    def on_offer(self) -> Self:
        """On the shelves and with a price, by shelf and name."""
        shelf = Case(*(When(category=one, then=Value(at)) for at, one in enumerate(_shelves())), default=Value(99))
        rows = self.filter(is_active=True).priced().exclude(price=None)
        return rows.annotate(shelf=shelf).order_by("shelf", "pinyin", "pk")


def _shelves() -> list[str]:
    from rewards.store.models import Category

    return list(Category.values)


class CollectorQuerySet(models.QuerySet[Any]):
    """Those who may collect for somebody."""

    def of_person(self, person_id: int) -> Self:
        """Whom a person has named, and who still may."""
        rows = self.filter(Q(ended_at__isnull=True), person_id=person_id)
        return rows.select_related("collector").order_by("pk")
