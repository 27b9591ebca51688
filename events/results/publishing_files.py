"""What a stranger needs to recount a campaign, file by file (docs/publication.md). The same campaign, the same bytes.

Nothing in them leads from a ballot to a voter: ballots stand in the order of their random ids, the marks of a candidate
from the lowest to the highest, so that nobody's can be followed, and how a household answered is told in sums only,
from so many answers on as count. Names stand beside those who are chosen; everybody else is a number.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from events.ballots.merkle import split
from events.ballots.models import Ballot, BallotBox
from events.ballots.roll.turnout import places_of
from events.campaigns.models import Campaign, CampaignState, Nomination, StreetQuota
from events.campaigns.panel.selectors import counted_members, marks_by_candidate
from events.campaigns.places import names_then
from events.results.models import Outcome
from events.results.scoring import opinions_by_candidate
from volunteers.units.models import Level, Unit

FORMAT = 1
CHUNK = 5_000
Row = Iterable[object]
TABLES = {
    "streets.csv": "street leaders places electorate",
    "roll.csv": "street community voters households",
    "candidates.csv": "number name street community state",
    "ballots.csv": "id choices",
    "opinions.csv": "number answers steps",
    "panel.csv": "number place mark",
    "result.csv": "number ballots electorate ballot_score answers opinion_score marks panel_score score winner",
}
STATES = {"candidate": "candidate", "struck": "struck"}
"""What is said of somebody on the ballot; whoever left it in any other way withdrew."""
STANDING = ("candidate", "paused")


class Files:
    """Writes the files of one campaign into a folder and knows what became of each."""

    def __init__(self, campaign: Campaign, folder: Path) -> None:
        self.campaign, self.folder = campaign, folder
        self.box = BallotBox.objects.get(campaign=campaign)
        on_the_ballot = Nomination.objects.filter(campaign=campaign, lot__isnull=False).order_by("lot")
        self.candidates = list(on_the_ballot.select_related("person", "street", "neighbourhood", "outcome"))
        self.numbers = {one.pk: one.lot or 0 for one in self.candidates}
        self.quotas = list(StreetQuota.objects.filter(campaign=campaign).order_by("pk"))
        self.names = names_then(campaign)
        self.written: dict[str, dict[str, object]] = {}

    def write(self) -> dict[str, dict[str, object]]:
        """All of them; length and SHA-256 of each by name."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._bytes("charter.json", self.campaign.charter.encode())
        self._json("campaign.json", self._campaign())
        self._json("box.json", self._box())
        hashes = split(bytes(self.box.hashes or b""))
        self._bytes("envelopes.txt", "".join(f"{one.hex()}\n" for one in hashes).encode())
        for name in TABLES:
            self._table(name)
        return self.written

    def still_holds(self, names: Iterable[str]) -> bool:
        """Whether the rows of some tables are still those that were written."""
        with tempfile.TemporaryDirectory() as aside:
            fresh = Files(self.campaign, Path(aside)).tables(names)
        return all(self.written[name] == found for name, found in fresh.items())

    def tables(self, names: Iterable[str]) -> dict[str, dict[str, object]]:
        """Some of the tables only."""
        for name in names:
            self._table(name)
        return self.written

    # -- writing -------------------------------------------------------------------------------------------------------

    def _note(self, name: str) -> None:
        data = (self.folder / name).read_bytes()
        self.written[name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    def _bytes(self, name: str, data: bytes) -> None:
        (self.folder / name).write_bytes(data)
        self._note(name)

    def _json(self, name: str, body: dict[str, Any]) -> None:
        self._bytes(name, as_json(body))

    def _table(self, name: str) -> None:
        rows: Iterable[Row] = getattr(self, f"_{name.removesuffix('.csv')}")()
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(TABLES[name].split())
            table.writerows(rows)
        self._note(name)

    # -- what stands in them -------------------------------------------------------------------------------------------

    def _campaign(self) -> dict[str, Any]:
        held = self.campaign.phases.exclude(kind=CampaignState.WINNERS_NOTICE).order_by("starts_at")
        return {
            "format": FORMAT,
            "uid": str(self.campaign.uid),
            "title": self.campaign.title,
            "about": self.campaign.about,
            "approved_at": _instant(self.campaign.approved_at),
            "charter_sha256": self.campaign.fingerprint,
            "panel": counted_members(self.campaign).count(),
            "phases": [
                {"phase": one.kind, "starts_at": _instant(one.starts_at), "ends_at": _instant(one.ends_at)}
                for one in held
            ],
        }

    def _box(self) -> dict[str, Any]:
        box = self.box
        return {
            "public_key": bytes(box.public_key or b"").hex(),
            "roll_frozen_at": _instant(box.roll_frozen_at),
            "roll_hash": box.roll_hash,
            "roll_count": box.roll_count,
            "closed_at": _instant(box.closed_at),
            "opened_at": _instant(box.opened_at),
            "root": box.root,
            "cast": box.cast_count,
            "replaced": box.replaced_count,
            "voided": box.voided_count,
            "spoilt": box.spoilt_count,
            "counted": box.counted_count,
            "invalid_paper": box.invalid_paper_count,
        }

    def _streets(self) -> Iterator[Row]:
        """In the order of the charter, which decides between equals, and as it calls them, whatever they are now."""
        for one in self.quotas:
            yield self.names[one.street_id], one.leaders_count, one.winners_count, one.electorate_count or 0

    def _roll(self) -> Iterator[Row]:
        """Streets as in the charter, communities by name: a community that was moved since stands where it stood."""
        order = {self.names[one.street_id]: place for place, one in enumerate(self.quotas)}
        for one in sorted(places_of(self.box), key=lambda one: (order.get(one.street, len(order)), one.community)):
            yield one.street, one.community, one.voters, one.households

    def _candidates(self) -> Iterator[Row]:
        """Names of those who are chosen, who stand in the public notice; of all others the number alone."""
        communities = self._communities()
        for one in self.candidates:
            told = (one.person.name, communities[one.neighbourhood_id]) if is_winner(one) else ("", "")
            yield one.lot, told[0], self.names[one.street_id], told[1], state_of(one)

    def _communities(self) -> dict[int, str]:
        paths = {one.neighbourhood_id: one.neighbourhood.path_at(Level.COMMUNITY) for one in self.candidates}
        units = {one.path: one for one in Unit.objects.filter(path__in=set(paths.values()))}
        return {pk: self.names.get(units[path].pk, units[path].name) for pk, path in paths.items()}

    def _ballots(self) -> Iterator[Row]:
        numbers = {uid.hex: number for uid, number in self.numbers.items()}
        rows = Ballot.objects.filter(box=self.box).order_by("pk").values_list("pk", "choices")
        for pk, choices in rows.iterator(CHUNK):
            chosen = sorted(numbers[uid] for uid in choices.split(",")) if choices else []
            yield pk.hex, " ".join(map(str, chosen))

    def _opinions(self) -> Iterator[Row]:
        found = opinions_by_candidate(self.campaign)
        for uid, number in self.numbers.items():
            answers, steps = found.get(uid, (0, 0))
            yield number, answers, steps if answers >= self.campaign.rules.opinion_least else ""

    def _panel(self) -> Iterator[Row]:
        """The marks of each candidate from low to high: the place of a mark says nothing of whose it is."""
        marks = marks_by_candidate(self.campaign)
        for uid, number in self.numbers.items():
            for place, points in enumerate(marks.get(uid, ()), start=1):
                yield number, place, points

    def _result(self) -> Iterator[Row]:
        standing = {one.pk: one.lot for one in self.candidates if state_of(one) in STANDING}
        for one in Outcome.objects.filter(campaign=self.campaign, nomination__in=standing).order_by("nomination__lot"):
            opinion = "" if one.opinion_score is None else one.opinion_score
            yield (
                standing[one.nomination_id], one.ballots_count, one.electorate_count, one.ballot_score,
                one.opinion_count, opinion, one.marks_count, one.panel_score, one.score, int(one.is_winner),
            )  # fmt: skip


def is_winner(nomination: Nomination) -> bool:
    """Whether somebody is chosen, as it stands now."""
    outcome = getattr(nomination, "outcome", None)
    return outcome is not None and outcome.is_winner


def state_of(nomination: Nomination) -> str:
    """candidate, paused (an open objection kept them from being chosen), struck or withdrawn.

    A winner about whom something is asked during the notice stays chosen until it is decided.
    """
    if nomination.is_candidate and nomination.is_paused and not is_winner(nomination):
        return "paused"
    return STATES.get(nomination.state, "withdrawn")


def as_json(body: dict[str, Any]) -> bytes:
    """In one form only, readable, with a line's end."""
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


def _instant(at: Any) -> str | None:
    return at.astimezone(dt.UTC).isoformat() if at else None
