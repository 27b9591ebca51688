"""A person's own points: balance and lines. There is no way to ask for anybody else's, or for many people at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q

from rewards.points.models import PointsAccount, Transfer


@dataclass(frozen=True, slots=True)
class Line:
    """One line as its owner reads it; points are negative when they were taken back or spent."""

    at: dt.datetime
    reason: str
    points: int
    is_reversal: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """The balance, what of it can be spent, and the newest lines."""

    balance: int
    lines: list[Line]


def balance_of(person_id: int | None) -> int:
    """Points of one person; 0 without an account."""
    return PointsAccount.objects.filter(person_id=person_id or 0).values_list("balance", flat=True).first() or 0


def statement(person_id: int | None, limit: int = 100) -> Statement:
    """What one person reads of their own account, newest first. Two queries."""
    account = PointsAccount.objects.filter(person_id=person_id or 0).first()
    if account is None:
        return Statement(0, [])
    rows = Transfer.objects.filter(Q(to_account=account) | Q(from_account=account)).order_by("-at")[:limit]
    lines = [
        Line(row.at, row.reason, row.points if row.to_account_id == account.pk else -row.points, bool(row.reverses_id))
        for row in rows
    ]
    return Statement(account.balance, lines)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verifier found: how many lines and accounts, and every fault in words."""

    transfers: int
    accounts: int
    faults: list[str]


_CHECKS = {
    "the balance of account %s is %s, its lines add up to %s": """
        SELECT a.id, a.balance, COALESCE(r.points, 0) - COALESCE(g.points, 0) FROM points_pointsaccount a
        LEFT JOIN (SELECT to_account_id AS id, SUM(points) AS points FROM points_transfer GROUP BY 1) r ON r.id = a.id
        LEFT JOIN (SELECT from_account_id AS id, SUM(points) AS points FROM points_transfer GROUP BY 1) g ON g.id = a.id
        WHERE a.kind = 'person' AND a.balance <> COALESCE(r.points, 0) - COALESCE(g.points, 0)""",
    "account %s is below zero: balance %s, held %s": """
        SELECT id, balance, held FROM points_pointsaccount WHERE kind = 'person' AND (balance < held OR held < 0)""",
    "transfer %s reverses %s with other points or sides (%s)": """
        SELECT b.id, o.id, b.points FROM points_transfer b JOIN points_transfer o ON o.id = b.reverses_id
        WHERE b.points <> o.points OR b.from_account_id <> o.to_account_id OR b.to_account_id <> o.from_account_id""",
    "transfer %s moves nothing or to itself (%s, %s)": """
        SELECT id, from_account_id, points FROM points_transfer WHERE points <= 0 OR from_account_id = to_account_id""",
}


def verify() -> Verdict:
    """Add the whole ledger up again; a handful of statements whatever its size."""
    faults: list[str] = []
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # twenty million lines take longer than a page may
            cursor.execute("SET LOCAL statement_timeout = 0")
        for words, query in _CHECKS.items():
            cursor.execute(query)
            faults += [words % tuple(row) for row in cursor.fetchmany(100)]
    return Verdict(Transfer.objects.count(), PointsAccount.objects.count(), faults)
