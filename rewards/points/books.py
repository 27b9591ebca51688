"""Adding the whole ledger up again: every balance, ceiling, reversal, hold, award and sealed day (goal G7).

All checks see the books as of one instant. Lines are read a month and a day at a time, so that memory does not grow
with the ledger; twenty million take less than five minutes (`python -m tests.speed ledger`).
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import (
    BooleanField,
    Count,
    DateTimeField,
    ExpressionWrapper,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
)

from rewards.points.models import (
    OWNED,
    AccountKind,
    MonthEarned,
    PointsAccount,
    RuleState,
    RuleVersion,
    Transfer,
)
from rewards.points.posting import month_begins, month_of, next_month
from rewards.points.seal_models import LedgerSeal
from rewards.points.seals import GRACE, check_seals, day_of

MOST = 100
"""Of one sort of fault so many are told."""
CHUNK = 1_000

_HEX = re.compile("[0-9a-f]{32}")
# A task says itself what it is worth, up to five points.
_CHECKS = {
    "account {} is below what is held: balance {}, held {}": """
        SELECT id, balance, held FROM points_pointsaccount
        WHERE kind IN ('person', 'budget', 'provider') AND (balance < held OR held < 0)""",
    "account {} belongs to nobody ({}), but keeps a balance of {}": """
        SELECT id, kind, balance FROM points_pointsaccount
        WHERE kind NOT IN ('person', 'budget', 'provider') AND (balance <> 0 OR held <> 0)""",
    "account {} has {} held, its open holds add up to {}": """
        SELECT a.id, a.held, COALESCE(h.points, 0) FROM points_pointsaccount a LEFT JOIN
        (SELECT account_id, SUM(points) AS points FROM points_hold WHERE state = 'held' GROUP BY 1) h
        ON h.account_id = a.id
        WHERE a.held <> COALESCE(h.points, 0)""",
    "hold {} is {}, but its line is {}": """
        SELECT id, state, COALESCE(CAST(transfer_id AS text), 'missing') FROM points_hold
        WHERE (state = 'posted') <> (transfer_id IS NOT NULL)""",
    "hold {} of {} points was posted as line {} of other points or from another account": """
        SELECT h.id, h.points, t.id FROM points_hold h JOIN points_transfer t ON t.id = h.transfer_id
        WHERE t.points <> h.points OR t.from_account_id <> h.account_id OR t.reverses_id IS NOT NULL""",
    "line {} moves nothing, or to itself ({} points from account {})": """
        SELECT id, points, from_account_id FROM points_transfer WHERE points <= 0 OR from_account_id = to_account_id""",
    "line {} reverses {} with other points or sides": """
        SELECT b.id, o.id FROM points_transfer b JOIN points_transfer o ON o.id = b.reverses_id
        WHERE b.points <> o.points OR b.from_account_id <> o.to_account_id OR b.to_account_id <> o.from_account_id""",
    "line {} reverses line {}, which is a reversal itself": """
        SELECT b.id, o.id FROM points_transfer b JOIN points_transfer o ON o.id = b.reverses_id
        WHERE o.reverses_id IS NOT NULL""",
    "line {} reverses line {}, which is not there": """
        SELECT b.id, b.reverses_id FROM points_transfer b LEFT JOIN points_transfer o ON o.id = b.reverses_id
        WHERE b.reverses_id IS NOT NULL AND o.id IS NULL""",
    "line {} is reversed {} times": """
        SELECT reverses_id, COUNT(*) FROM points_transfer WHERE reverses_id IS NOT NULL
        GROUP BY reverses_id HAVING COUNT(*) > 1""",
    "the source {} was booked {} times": """
        SELECT source_key, COUNT(*) FROM points_transfer GROUP BY source_key HAVING COUNT(*) > 1""",
    "line {} names version {} of the rules, which never was in force": """
        SELECT t.id, t.version_number FROM points_transfer t
        LEFT JOIN points_ruleversion v ON v.number = t.version_number AND v.state <> 'draft'
        WHERE t.version_number IS NOT NULL AND v.id IS NULL""",
    "line {} names the rule {}, which version {} does not have": """
        SELECT t.id, t.rule, t.version_number FROM points_transfer t
        JOIN points_ruleversion v ON v.number = t.version_number
        LEFT JOIN points_rule r ON r.version_id = v.id AND r.code = t.rule
        WHERE r.id IS NULL""",
    "line {} gives {} points for {} of {}, more than version {} allows": """
        SELECT t.id, t.points, t.quantity, t.rule, t.version_number FROM points_transfer t
        JOIN points_ruleversion v ON v.number = t.version_number
        JOIN points_rule r ON r.version_id = v.id AND r.code = t.rule
        WHERE t.reverses_id IS NULL AND (t.quantity > COALESCE(r.most_at_once, t.quantity)
        OR t.points > r.points * t.quantity AND (t.rule <> 'task_done' OR t.points > 5))""",
    "line {} gives points to account {} and names no version of the rules": """
        SELECT t.id, t.to_account_id FROM points_transfer t
        JOIN points_pointsaccount f ON f.id = t.from_account_id AND f.kind IN ('issuing', 'budget')
        JOIN points_pointsaccount p ON p.id = t.to_account_id AND p.kind = 'person'
        WHERE t.version_number IS NULL AND t.reverses_id IS NULL
        AND t.at > (SELECT MIN(at) FROM points_transfer WHERE version_number IS NOT NULL)""",
}
_CUT = """
    SELECT t.id, t.to_account_id, t.at, t.points, r.points * t.quantity FROM points_transfer t
    JOIN points_ruleversion v ON v.number = t.version_number
    JOIN points_rule r ON r.version_id = v.id AND r.code = t.rule
    WHERE t.reverses_id IS NULL AND t.points < r.points * t.quantity AND t.rule <> 'task_done'
    ORDER BY t.at"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: how much was added up, and every fault in words (of one sort the first hundred)."""

    transfers: int
    accounts: int
    seals: int
    faults: list[str]


Earned = tuple[int, dt.date]
"""An account, and the local month in which it was given awards."""


class _Back(NamedTuple):
    """An award taken back: when, and how much of its month it gave back."""

    at: dt.datetime
    points: int


class _Cut(NamedTuple):
    """A line of fewer points than it is worth."""

    line: object
    account: int
    at: dt.datetime
    points: int
    worth: int


class _Ceilings:
    """What a month could hold: by the version in force, whatever a line names."""

    def __init__(self) -> None:
        approved = RuleVersion.objects.filter(state=RuleState.APPROVED).order_by("-starts_on", "-number")
        self._begun = list(approved.values_list("starts_on", "ceiling"))

    def on(self, day: dt.date) -> int:
        """In force on a day; the first one before it."""
        earliest = self._begun[-1][1] if self._begun else 0
        return next((ceiling for starts_on, ceiling in self._begun if starts_on <= day), earliest)

    def highest(self, month: dt.date) -> int:
        """The highest of a month: no day of it allowed more."""
        later = (ceiling for starts_on, ceiling in self._begun if month < starts_on < next_month(month))
        return max(self.on(month), *later, 0)


@dataclass(slots=True)
class _Sums:
    """The lines, added up: what each account has by them, what was awarded in which month and what of it went back."""

    lines: int = 0
    net: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    months: dict[Earned, int] = field(default_factory=lambda: defaultdict(int))
    back: dict[Earned, list[_Back]] = field(default_factory=lambda: defaultdict(list))
    ceilings: _Ceilings = field(default_factory=_Ceilings)


@contextmanager
def _one_instant() -> Iterator[None]:
    """One view of the books while people go on writing, and time enough to look."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                if outermost:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                cursor.execute("SET LOCAL work_mem = '128MB'")
                cursor.execute("SET LOCAL plan_cache_mode = auto")
        yield


def verify(*, link: str = "") -> Verdict:
    """Add everything up. `link` is of a seal that was kept elsewhere; it must be in the chain."""
    faults: list[str] = []
    with _one_instant():
        sums = _add_up()
        for words, query in _CHECKS.items():
            faults += [words.format(*map(_told, row)) for row in _rows(query)]
        for found in (_balances(sums), _ceilings(sums), _cuts(sums), _seals(link)):
            faults += itertools.islice(found, MOST)
        accounts, seals = PointsAccount.objects.count(), LedgerSeal.objects.count()
    return Verdict(sums.lines, accounts, seals, faults)


def _rows(query: str) -> Iterable[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{query} LIMIT {MOST}")
        return list(cursor.fetchall())


def _told(value: object) -> object:
    """Ids as they are written elsewhere: SQLite keeps them without their dashes."""
    return uuid.UUID(value) if isinstance(value, str) and _HEX.fullmatch(value) else value


def _add_up() -> _Sums:
    """All lines, a month at a time: that is as far as the index on the instant leads."""
    sums = _Sums()
    ends = Transfer.objects.aggregate(first=Min("at"), last=Max("at"))
    if ends["first"] is None:
        return sums
    month = month_of(ends["first"])
    while month <= month_of(ends["last"]):
        for giver, taker, version, is_original, points, count in _grouped(month):
            sums.lines += count
            sums.net[giver] -= points
            sums.net[taker] += points
            if version is not None and is_original:
                sums.months[taker, month] += points
        month = next_month(month)
    back = Transfer.objects.filter(reverses__version_number__isnull=False)
    for account, given_at, at, points in back.values_list("reverses__to_account_id", "reverses__at", "at", "points"):
        sums.months[account, month_of(given_at)] -= points
        sums.back[account, month_of(given_at)].append(_Back(at, points))
    return sums


def _grouped(month: dt.date) -> Iterator[tuple[int, int, int | None, bool, int, int]]:
    """Giver, taker, version, whether it is no reversal; then points and lines of the month."""
    lines: Any = Transfer.objects.filter(at__gte=month_begins(month), at__lt=month_begins(next_month(month))).order_by()
    lines = lines.annotate(original=ExpressionWrapper(Q(reverses__isnull=True), BooleanField()))
    grouped = lines.values_list("from_account_id", "to_account_id", "version_number", "original")
    yield from grouped.annotate(Sum("points"), Count("pk")).iterator()


def _balances(sums: _Sums) -> Iterator[str]:
    """Balances against lines; and with the accounts of the system, all of it must come to nothing."""
    total = 0
    rest = dict(sums.net)
    for account, kind, balance in PointsAccount.objects.values_list("pk", "kind", "balance"):
        net = rest.pop(account, 0)
        total += balance if kind in OWNED else net
        if kind in OWNED and balance != net:
            yield f"the balance of account {account} is {balance}, its lines add up to {net}"
    for account, net in sorted(rest.items()):
        yield f"lines move {net} points on account {account}, which is not there"
    if total:
        yield f"all accounts together come to {total} points instead of nothing"
    kinds = set(PointsAccount.objects.exclude(kind__in=OWNED).values_list("kind", flat=True))
    for kind in sorted({kind.value for kind in AccountKind} - {kind.value for kind in OWNED} - kinds):
        yield f"the account of the system for {kind} is missing"


def _ceilings(sums: _Sums) -> Iterator[str]:
    """What each person has earned of a month's ceiling, against the lines."""
    persons = dict(PointsAccount.objects.filter(kind=AccountKind.PERSON).values_list("pk", "person_id"))
    earned: dict[tuple[int | None, dt.date], int] = {}
    highest = {month: sums.ceilings.highest(month) for month in {month for _account, month in sums.months}}
    for (account, month), net in sums.months.items():
        earned[persons.get(account), month] = net
        if net > highest[month]:
            yield f"account {account} was given {net} points in {month:%Y-%m}, the ceiling is {highest[month]}"
    for person, month, points in MonthEarned.objects.values_list("person_id", "month", "points").iterator():
        by_lines = earned.pop((person, month), 0)
        if points != by_lines:
            yield f"of {month:%Y-%m} {points} points are noted for person {person}, the lines add up to {by_lines}"
    for (owner, month), left in earned.items():
        if left:
            yield f"of {month:%Y-%m} nothing is noted for person {owner}, the lines add up to {left}"


def _cuts(sums: _Sums) -> Iterator[str]:
    """An award is worth what its version says; less only where its month had no more room at that instant.

    What was booked within minutes of it may have come first, whatever its instant says; so it counts as given, and as
    not yet taken back.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CUT)
        while rows := cursor.fetchmany(CHUNK):
            cuts = [_Cut(line, account, _instant(at), points, worth) for line, account, at, points, worth in rows]
            for month, some in itertools.groupby(cuts, lambda cut: month_of(cut.at)):
                yield from _not_full(list(some), month, sums)


def _not_full(cuts: list[_Cut], month: dt.date, sums: _Sums) -> Iterator[str]:
    given = _given_until({cut.line for cut in cuts}, month)
    for cut in cuts:
        back = sum(one.points for one in sums.back.get((cut.account, month), ()) if one.at < cut.at - GRACE)
        ceiling = min(sums.ceilings.on(day_of(cut.at)), sums.ceilings.on(day_of(cut.at + GRACE)))
        if given[str(_told(cut.line))] - back < ceiling:
            yield f"line {_told(cut.line)} gives {cut.points} points instead of {cut.worth}, and the month was not full"


def _given_until(lines: set[object], month: dt.date) -> dict[str, int]:
    """What the accounts of lines of a month were given in it until then, these lines included."""
    end: Any = ExpressionWrapper(OuterRef("at") + Value(GRACE), output_field=DateTimeField())
    awards: Any = Transfer.objects.filter(
        to_account=OuterRef("to_account"), version_number__isnull=False, reverses__isnull=True,
        at__gte=month_begins(month), at__lt=month_begins(next_month(month)),
    ).filter(at__lt=end).order_by()  # fmt: skip
    given = awards.values("to_account").annotate(sum=Sum("points")).values("sum")
    rows = Transfer.objects.filter(pk__in=lines).annotate(given=Subquery(given))
    return {str(line): points for line, points in rows.values_list("pk", "given")}


def _instant(value: object) -> dt.datetime:
    """SQLite hands over its own text."""
    if isinstance(value, dt.datetime):
        return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    return dt.datetime.fromisoformat(str(value)).replace(tzinfo=dt.UTC)


def _seals(link: str) -> Iterator[str]:
    return (str(fault) for fault in check_seals(link=link))
