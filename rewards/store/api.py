"""The store as JSON: what there is for one's points, reserving, cancelling, one's own redemptions."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from rewards.store import selectors, services
from rewards.store.models import Goods, Redemption
from volunteers.units.rights import person_id_of

router = Router()


class GoodsOut(Schema):
    """One sort of goods; `price` is in points a piece, `left` what nobody has reserved."""

    uid: uuid.UUID
    store: str
    name: str
    category: str
    measure: str
    price: int
    left: int

    @staticmethod
    def resolve_store(goods: Goods) -> str:
        """The store's name."""
        return str(goods.store.name)


class ReserveIn(Schema):
    """`id` is made on the phone."""

    id: uuid.UUID
    goods: uuid.UUID
    quantity: int = 1


class RedemptionOut(Schema):
    """One's own; the code is shown at the desk. `state`: reserved, collected, cancelled, expired or returned."""

    id: uuid.UUID
    goods: str
    store: str
    quantity: int
    points: int
    state: str
    code: str
    until: dt.datetime

    @staticmethod
    def resolve_goods(row: Redemption) -> str:
        """The name of the goods."""
        return str(row.goods.name)

    @staticmethod
    def resolve_store(row: Redemption) -> str:
        """The store's name."""
        return str(row.store.name)


def _offered(request: HttpRequest) -> Any:
    stores = selectors.stores_of(person_id_of(request.user))
    return Goods.objects.filter(store__in=stores).on_offer().select_related("store__unit")


@router.get("/goods", response=list[GoodsOut], summary="What there is for my points")
def goods(request: HttpRequest) -> Any:
    """By category and name."""
    return list(_offered(request))


@router.post("/reserve", response=RedemptionOut, summary="Reserve goods")
def reserve(request: HttpRequest, payload: ReserveIn) -> Redemption:
    """Idempotent by `id`; 409 when the points or the goods are not enough."""
    found = get_object_or_404(_offered(request), uid=payload.goods)
    return services.reserve(id=payload.id, goods=found, quantity=payload.quantity, acting_user=request.user)


@router.get("/redemptions", response=list[RedemptionOut], summary="My redemptions")
def redemptions(request: HttpRequest) -> Any:
    """What waits, then what became of the newest of the others."""
    person_id = person_id_of(request.user)
    return [*selectors.reserved_by(person_id), *selectors.lately_of(person_id, 50)]


@router.post("/redemptions/{uuid:uid}/cancel", response=RedemptionOut, summary="Cancel a reservation")
def redemption_cancel(request: HttpRequest, uid: uuid.UUID) -> Redemption:
    """Points and goods are free again; twice is the same answer."""
    mine = selectors.with_names(Redemption.objects.of_person(person_id_of(request.user)))
    found = get_object_or_404(mine.select_related("store__unit"), pk=uid)
    return services.cancel(redemption=found, acting_user=request.user)
