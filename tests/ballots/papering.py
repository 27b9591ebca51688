"""Paper ballots of an open vote: printed piles, ballots handed out, and what lies in the box in the end."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

from events.ballots.models import BallotBox, Envelope, PaperIssue, RollEntry, TurnoutShard
from events.ballots.paper import issuing, runs
from events.ballots.roll.entries import entry_of
from events.campaigns.models import Campaign
from tests.ballots.making import Vote, make_vote, make_voter
from tests.cast import SINCE, Cast, person_of
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role, Unit


@dataclass
class PaperBox:
    """An open vote of the cast, whose candidates have the lots 1 to 3, and some voters of one neighbourhood."""

    cast: Cast
    vote: Vote
    users: list[User]

    @property
    def campaign(self) -> Campaign:
        """The campaign."""
        return self.vote.campaign

    @property
    def box(self) -> BallotBox:
        """Its box."""
        return self.vote.box

    @property
    def voters(self) -> list[Person]:
        """Those on the roll besides the cast's own resident."""
        return [person_of(user) for user in self.users]

    def marks(self, count: int = 3, community: Unit | None = None) -> list[str]:
        """A printed pile."""
        return runs.print_run(
            uid=uuid.uuid4(), campaign=self.campaign, community=community or self.cast.community, count=count,
            acting_user=self.cast.worker,
        ).marks  # fmt: skip

    def issue(self, voter: Person, **how: Any) -> PaperIssue:
        """Hand a ballot out at the counter."""
        values: dict[str, Any] = {"uid": uuid.uuid4(), "acting_user": self.cast.worker} | how
        return issuing.issue_paper(campaign=self.campaign, person=voter, **values)

    def opened(self) -> list[tuple[int, ...]]:
        """What lies in the box, as lot numbers."""
        lots = {one.pk: one.lot or 0 for one in self.vote.candidates}
        papers = [self.vote.open(one) for one in Envelope.objects.in_the_box()]
        return sorted(tuple(sorted(lots[one] for one in paper.choices)) for paper in papers)

    def turnout(self) -> int:
        """How many have voted, by the shards."""
        return sum(TurnoutShard.objects.filter(kind="voter").values_list("count", flat=True))

    def entry(self, voter: Person) -> RollEntry:
        """A voter's entry, as it is now."""
        found = entry_of(self.box, voter)
        assert found
        return found


def make_paper_box(cast: Cast, voters: int = 6) -> PaperBox:
    """An open vote with a frozen roll and a key."""
    users = [make_voter(f"居民{number}", cast.neighbourhood) for number in range(voters)]
    vote = make_vote(cast)
    for lot, candidate in enumerate(vote.candidates, start=1):
        candidate.lot = lot
        candidate.save()
    return PaperBox(cast, vote, users)


def another_clerk(cast: Cast, name: str = "彭月") -> User:
    """One more worker of the cast's community."""
    person = Person.objects.create(name=name)
    user = User.objects.create_user(f"clerk {name}", person=person)
    Appointment.objects.create(person=person, role=Role.COMMUNITY_WORKER, unit=cast.community, starts_on=SINCE)
    return user


MARK = re.compile(r'class="mark">([2-9A-Z-]{14})<')


def marks_on(page: bytes) -> list[str]:
    """The marks on a printed page, each once."""
    return list(dict.fromkeys(MARK.findall(page.decode())))
