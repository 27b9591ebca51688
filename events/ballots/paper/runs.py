"""Ballots on paper: marks, runs of print, and how many are out and came back.

A mark is drawn by the voter from a pile. It is stored as a keyed digest only; the plain mark stands on the paper, and
nowhere is written down who drew which. So the number handed out bounds the number that may be keyed, in each community.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _

from events.ballots.models import BallotBox, PaperBallot, PaperIssue, PaperRun, RollKind, TurnoutShard
from events.campaigns.models import Campaign, CampaignState, Nomination
from events.campaigns.phases import is_open
from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from foundation.secrets import hmac_hex
from volunteers.homes.codes import ALPHABET, check_sign
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, has_right, require

MARK_LENGTH = 12
MOST_IN_A_RUN = 200
_FILLING = re.compile(r"[\s\-–—_·.]")
State = PaperBallot.State


@dataclass(frozen=True, slots=True)
class Printed:
    """A run, and the marks that stand on it: for the page that is printed now, and for nothing else."""

    run: PaperRun
    marks: list[str]


@dataclass(frozen=True, slots=True)
class Stand:
    """What a community printed, handed out and keyed. Nobody is named, and nobody's choice is known."""

    community: Unit
    issued: int
    returned: int
    states: Counter[str]

    @property
    def printed(self) -> int:
        """All that were ever printed."""
        return self.states.total()

    @property
    def out(self) -> int:
        """Handed out, and not brought back unused."""
        return self.issued - self.returned

    @property
    def came_back(self) -> int:
        """In the box, or invalid."""
        return self.states[State.SEALED] + self.states[State.INVALID]

    @property
    def awaited(self) -> int:
        """Handed out, and not keyed yet."""
        return self.out - self.came_back


def new_mark() -> str:
    """A mark as it is printed: eleven signs drawn, the twelfth checks them: K7M4-2QXS-9RTB."""
    drawn = "".join(secrets.choice(ALPHABET) for _sign in range(MARK_LENGTH - 1))
    return spaced(drawn + check_sign(drawn))


def spaced(signs: str) -> str:
    """In groups of four."""
    return "-".join(signs[start : start + 4] for start in range(0, MARK_LENGTH, 4))


def normal_mark(text: str) -> str:
    """The canonical form of a mark as it was typed or scanned; empty when it is none."""
    signs = _FILLING.sub("", unicodedata.normalize("NFKC", text)).upper()
    if len(signs) != MARK_LENGTH or not set(signs) <= set(ALPHABET) or check_sign(signs[:-1]) != signs[-1]:
        return ""
    return spaced(signs)


def digest_of(box: BallotBox, mark: str) -> str:
    """What is stored of a mark."""
    return hmac_hex("paper mark", f"{box.pk}|{normal_mark(mark)}")


def box_of(campaign: Campaign) -> BallotBox:
    """The box of a campaign; raises `Conflict` while there is none that ballots could be sealed for."""
    box = BallotBox.objects.filter(campaign=campaign).select_related("campaign").first()
    if box is None or not box.is_ready:
        raise Conflict(_("票箱还没有准备好，先等名册冻结、钥匙做好。"))
    return box


def voting_campaign() -> Campaign | None:
    """The campaign that people vote in, or whose box is still being closed; with its phases at hand."""
    rows = Campaign.objects.filter(state__in=[CampaignState.VOTING, CampaignState.COUNTING])
    return rows.whole().order_by("-pk").first()


def takes_paper(campaign: Campaign, box: BallotBox) -> bool:
    """Whether paper may still be keyed: while voting is open, and afterwards until the box is closed."""
    if box.closed_at is not None:
        return False
    return is_open(campaign, CampaignState.VOTING) or campaign.is_in(CampaignState.COUNTING)


def locked_box(campaign: Campaign) -> BallotBox:
    """The box, locked against everybody else who keys or takes back paper; casting on phones goes on beside it.

    Raises `Conflict` when no paper is taken any more.
    """
    box = box_of(campaign)
    locked = BallotBox.objects.select_for_update(of=("self",), no_key=True).select_related("campaign").get(pk=box.pk)
    if not takes_paper(locked.campaign, locked):
        raise Conflict(_("票箱已经封了，纸质票不再录入。"))
    return locked


def locked_ballot(box: BallotBox, mark: str, acting_user: Actor) -> PaperBallot:
    """The ballot with a mark, locked. Raises `Invalid` for a mark that is none, or none of the user's communities."""
    if not normal_mark(mark):
        raise Invalid(errors={"mark": _("票号不对，再看一遍：一共 12 位，没有 0、1、I、L、O。")})
    rows = PaperBallot.objects.select_for_update(of=("self",)).select_related("run__community")
    ballot = rows.filter(run__box=box, mark_digest=digest_of(box, mark)).first()
    if ballot is None or not has_right(acting_user, Right.KEY_BALLOTS, ballot.run.community):
        raise Invalid(errors={"mark": _("没有这个票号，或者不是您这里印的票。")})
    return ballot


# -- printing ------------------------------------------------------------------------------------------------------


def _check_run(campaign: Campaign, community: Unit, count: int) -> None:
    if community.level != Level.COMMUNITY:
        raise Invalid(errors={"community": _("选票按社区印，请选一个社区。")})
    if not 1 <= count <= MOST_IN_A_RUN:
        raise Invalid(errors={"count": _("一次印 1 到 %(most)d 张。") % {"most": MOST_IN_A_RUN}})
    if not is_open(campaign, CampaignState.VOTING):
        raise Conflict(_("投票开始以后才印纸质票，那时候票面号才定下来。"))
    if not Nomination.objects.candidates().on_ballot().filter(campaign=campaign).exists():
        raise Conflict(_("票面号还没有抽。"))


@transaction.atomic
def print_run(*, uid: uuid.UUID, campaign: Campaign, community: Unit, count: int, acting_user: Actor) -> Printed:
    """A pile of ballots of a community, each with a mark of its own that is shown now and never again.

    Who may: KEY_BALLOTS there. Raises `Denied`, `Invalid`, `Conflict`; also for a run that was printed before, since
    its marks are not stored: spoil it and print another.
    """
    require(acting_user, Right.KEY_BALLOTS, community)
    _check_run(campaign, community, count)
    box = box_of(campaign)
    try:
        with transaction.atomic():
            run = PaperRun.objects.create(
                uid=uid, box=box, community=community, count=count, printed_by_id=acting_user.pk,
                printed_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as again:
        raise Conflict(_("这一批已经印过，票号不会再显示。没有打印出来的话，把这一批作废，再印一批。")) from again
    marks = [new_mark() for _ballot in range(count)]
    PaperBallot.objects.bulk_create(PaperBallot(run=run, mark_digest=digest_of(box, mark)) for mark in marks)
    audit.record(actor=acting_user, act="paper.print", obj=run, unit_id=community.pk, data={"count": count})
    return Printed(run, marks)


# -- how many ------------------------------------------------------------------------------------------------------


def is_any_awaited(box: BallotBox, community_id: int) -> bool:
    """Whether more ballots are out than came back; the caller holds the lock of the box."""
    out = PaperIssue.objects.out().filter(entry__box=box, community_id=community_id).count()
    return out > PaperBallot.objects.came_back().filter(run__box=box, run__community_id=community_id).count()


def count_voter(box: BallotBox, community_id: int) -> None:
    """One voter more in the turnout of a community."""
    shards = TurnoutShard.objects.filter(box=box, kind=RollKind.VOTER, community_id=community_id)
    shards.filter(shard=secrets.randbelow(TurnoutShard.SHARDS)).update(count=F("count") + 1)


def stands(box: BallotBox, communities: Iterable[Unit]) -> list[Stand]:
    """The numbers of some communities, those without any paper left out; three queries."""
    known = {one.pk: one for one in communities}
    states: dict[int, Counter[str]] = {}
    printed = PaperBallot.objects.filter(run__box=box, run__community__in=known).order_by()
    for key, state, count in printed.values_list("run__community_id", "state").annotate(n=Count("pk")):
        states.setdefault(key, Counter())[state] = count
    issues = PaperIssue.objects.filter(entry__box=box, community__in=known).order_by().values_list("community_id")
    issued = dict(issues.annotate(n=Count("pk")))
    returned = dict(issues.filter(returned_at__isnull=False).annotate(n=Count("pk")))
    return [
        Stand(unit, issued.get(key, 0), returned.get(key, 0), states.get(key, Counter()))
        for key, unit in known.items()
        if key in states or key in issued
    ]
