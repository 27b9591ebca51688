"""What a printed ballot looks like: candidates by lot, street by street, in columns on as few sheets as are readable.

A sheet of A4 has 273 mm inside its margins; the head with the mark takes 52 mm. Up to 40 lines of candidates stand in
two columns of 8.5 mm a line (18 pt); longer lists in three columns of 5.5 mm (12 pt), 120 lines a sheet, so that 300
candidates of 14 streets fit on three sheets.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from events.ballots.paper.runs import Printed
from events.campaigns.models import Campaign, Nomination
from frontend import qr
from volunteers.units.models import Level, Unit


@dataclass(frozen=True, slots=True)
class Layout:
    """How many columns of how many lines."""

    name: str
    columns: int
    lines: int


LARGE, DENSE = Layout("large", 2, 24), Layout("dense", 3, 40)
MOST_LARGE = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A candidate; or, without a lot, the heading of a street."""

    name: str
    lot: int = 0
    community: str = ""


Column = list[Line]
Sheet = list[Column]


@dataclass(frozen=True, slots=True)
class PrintedBallot:
    """One ballot of a run: its mark in text and as a symbol."""

    mark: str
    symbol: SafeString


def lines_of(campaign: Campaign) -> list[Line]:
    """Headings and candidates: streets in their order, inside them by lot; three queries."""
    rows = Nomination.objects.candidates().on_ballot().filter(campaign=campaign)
    found = list(rows.select_related("person", "street", "neighbourhood").order_by("street__path", "lot"))
    paths = {one.neighbourhood.path_at(Level.COMMUNITY) for one in found}
    communities = dict(Unit.objects.filter(path__in=paths).values_list("path", "name"))
    lines = []
    for street, candidates in groupby(found, key=lambda one: one.street):
        lines.append(Line(street.name))
        for one in candidates:
            community = communities[one.neighbourhood.path_at(Level.COMMUNITY)]
            lines.append(Line(one.person.name, one.lot or 0, community))
    return lines


def layout_of(lines: list[Line]) -> Layout:
    """Large type while the list is short."""
    return LARGE if len(lines) <= MOST_LARGE else DENSE


def sheets_of(lines: list[Line]) -> list[Sheet]:
    """Sheets of columns. No heading stands at the foot of a column, and one is said again at the head of the next."""
    layout = layout_of(lines)
    columns: list[Column] = [[]]
    heading = Line("")
    for number, line in enumerate(lines):
        column = columns[-1]
        is_heading, is_last = not line.lot, number + 1 == len(lines)
        if len(column) + (is_heading and not is_last) >= layout.lines:
            columns.append([] if is_heading else [Line(_("%(street)s（续）") % {"street": heading.name})])
        if is_heading:
            heading = line
        columns[-1].append(line)
    return [columns[start : start + layout.columns] for start in range(0, len(columns), layout.columns)]


def ballots_of(printed: Printed) -> list[PrintedBallot]:
    """The ballots of a run, for its one page."""
    return [PrintedBallot(mark, qr.drawn(mark, _("票号 %(mark)s") % {"mark": mark})) for mark in printed.marks]
