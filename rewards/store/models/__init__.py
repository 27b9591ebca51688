"""The points store: what is on its shelves, what is reserved and collected, and what of it is on paper."""

from __future__ import annotations

from rewards.store.models.exchange import (
    Collector,
    Confirmed,
    ExchangeDay,
    Redemption,
    RedemptionState,
    Settlement,
    SettlementState,
)
from rewards.store.models.passbooks import Passbook, PassbookEnd, PassbookLine, PassbookPrint
from rewards.store.models.shelf import (
    Category,
    CountLine,
    CountState,
    FormerUnit,
    Goods,
    GoodsBudget,
    Movement,
    Price,
    StockCount,
    Store,
    Why,
)

__all__ = [
    "Category",
    "Collector",
    "Confirmed",
    "CountLine",
    "CountState",
    "ExchangeDay",
    "FormerUnit",
    "Goods",
    "GoodsBudget",
    "Movement",
    "Passbook",
    "PassbookEnd",
    "PassbookLine",
    "PassbookPrint",
    "Price",
    "Redemption",
    "RedemptionState",
    "Settlement",
    "SettlementState",
    "StockCount",
    "Store",
    "Why",
]
