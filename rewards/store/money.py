"""Fen in the database, yuan on paper."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def yuan(fen: int) -> str:
    """1250 → 12.50."""
    return f"{Decimal(fen) / 100:.2f}"


def fen(amount: Decimal) -> int:
    """12.5 yuan → 1250."""
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
