"""Paper at the counter: looking a voter up, handing a ballot out, taking an unused one back.

Handing out sets the entry's channel in one conditional update, so that of a phone and a counter at the same instant one
wins. Who was handed a ballot is kept; which mark it carries is not.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from events.ballots.models import BallotBox, Envelope, EnvelopeState, PaperIssue, RollEntry, RollKind
from events.ballots.paper.runs import box_of, is_any_awaited, locked_ballot, locked_box
from events.ballots.paper.spoiling import bring_back
from events.ballots.roll.entries import entry_of, voter_key
from events.ballots.suspicion import quarantine
from events.campaigns.models import Campaign, CampaignState, Nomination, NominationState, PanelMember
from events.campaigns.phases import is_open
from foundation import audit, clock, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from volunteers.homes.models import Resident, ResidentState
from volunteers.people.models import Person
from volunteers.people.search import matching
from volunteers.units.rights import Right, has_right, require

MOST_FOUND = 20
MOST_SOUGHT = 2_000
Channel = RollEntry.Channel
_IN_THE_CONTEST = (NominationState.ASKED, NominationState.AGREED, NominationState.CANDIDATE)


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody at the counter: whether they are on the roll, and which way they vote, never what."""

    resident: Resident
    entry: RollEntry | None = None
    envelope: Envelope | None = None
    issue: PaperIssue | None = None
    is_here: bool = True
    lives_near: bool = True

    @property
    def place(self) -> str:
        """The neighbourhood: where the roll has them when they are no longer looked after here."""
        unit = self.resident.neighbourhood if self.lives_near or self.entry is None else self.entry.neighbourhood
        return unit.name

    @property
    def may_be_handed(self) -> bool:
        """Whether a paper ballot can be handed out without more ado."""
        return self.entry is not None and self.is_here and not self.issue and not self.envelope

    @property
    def may_hand_back(self) -> bool:
        """Whether a cast envelope stands in the way, which the voter may hand back."""
        return self.entry is not None and self.is_here and not self.issue and self.envelope is not None

    @property
    def words(self) -> str:
        """What the counter says."""
        if self.entry is None:
            return _("不在这次的选民名册上")
        if not self.is_here:
            return _("名册在%(community)s，请到那里办") % {"community": self.entry.community.name}
        if self.issue:
            return _("已领纸质票")
        if self.envelope:
            at_counter = self.envelope.sealed_on == Envelope.SealedOn.COUNTER
            return _("已在窗口投过") if at_counter else _("已用手机投过")
        return _("可以发")


def find_voters(*, campaign: Campaign, words: str, user: Actor) -> list[Voter]:
    """Who fits what was typed, twenty at most: residents the user looks after, and whoever the roll has in the user's
    communities, wherever they live now. Each with how they stand on the roll; eight queries at most.
    """
    gone = matching(Resident.objects.not_looked_after_by(user), words)
    known = Resident.objects.looked_after_by(user).living() | _on_the_roll(campaign, gone, user)
    rows = matching(known, words).select_related("person", "neighbourhood")
    return voters(campaign, list(rows.order_by("person__pinyin", "pk")[:MOST_FOUND]), user)


def _on_the_roll(campaign: Campaign, rows: QuerySet[Resident], user: Actor) -> QuerySet[Resident]:
    """Those whom the roll has in the user's communities. It names nobody: the key of each is made and sought."""
    box = box_of(campaign)
    persons = {voter_key(box, one): one for one in rows.values_list("person_id", flat=True)[:MOST_SOUGHT]}
    entries = RollEntry.objects.keyed_by(user).filter(box=box, kind=RollKind.VOTER, voter_key__in=persons)
    return Resident.objects.filter(person__in=[persons[key] for key in entries.values_list("voter_key", flat=True)])


def voter_of(campaign: Campaign, uid: uuid.UUID, user: Actor) -> Voter:
    """One of those whom the user may find, by the uid of the resident. Raises `Missing`."""
    rows = Resident.objects.filter(uid=uid)
    known = rows.looked_after_by(user).living() | _on_the_roll(campaign, rows, user)
    found = voters(campaign, list(known.select_related("person", "neighbourhood")), user)
    if not found:
        raise Missing
    return found[0]


def voters(campaign: Campaign, found: Sequence[Resident], user: Actor) -> list[Voter]:
    """How some residents stand on the roll. An entry of another community is told by its community only."""
    box = box_of(campaign)
    keys = {one.pk: voter_key(box, one.person) for one in found}
    rows = RollEntry.objects.filter(box=box, kind=RollKind.VOTER, voter_key__in=keys.values())
    entries = {one.voter_key: one for one in rows.select_related("community", "neighbourhood")}
    here = {one.pk for one in entries.values() if has_right(user, Right.KEY_BALLOTS, one.community)}
    envelopes = {one.entry_id or 0: one for one in Envelope.objects.filter(entry__in=here).exclude(state="voided")}
    issues = {one.entry_id: one for one in PaperIssue.objects.out().filter(entry__in=here).select_related("carrier")}
    told = []
    for one in found:
        entry = entries.get(keys[one.pk])
        key = entry.pk if entry else 0
        lives_near = one.state == ResidentState.CONFIRMED and has_right(user, Right.SEE_HOMES, one.neighbourhood)
        told.append(Voter(one, entry, envelopes.get(key), issues.get(key), key in here, lives_near))
    return told


# -- handing out ---------------------------------------------------------------------------------------------------


@transaction.atomic
def issue_paper(
    *,
    uid: uuid.UUID,
    campaign: Campaign,
    person: Person,
    acting_user: Actor,
    carrier: Person | None = None,
    hands_back: bool = False,
) -> PaperIssue:
    """Hand a voter a paper ballot, or to somebody named who carries it. From now on the phone is shut for them.

    Who has voted already has to hand that envelope back (`hands_back`): it is voided. The voter hears of it. Who may:
    KEY_BALLOTS in the entry's community. Raises `Missing`, `Denied`, `Invalid`, `Conflict`.
    """
    box = box_of(campaign)
    entry = _entry(box, person, acting_user)
    carrier = None if carrier == person else carrier
    body = {"entry": entry.pk, "carrier": carrier.pk if carrier else None, "hands_back": hands_back}
    if stored := PaperIssue.objects.filter(uid=uid).first():
        same_body_or_refuse(stored.fingerprint, fingerprint(body))
        return stored
    if not is_open(campaign, CampaignState.VOTING):
        raise Conflict(_("现在不是投票的时候，不发纸质票。"))
    if carrier:
        require_free_to_carry(campaign, carrier)
    _turn_to_paper(entry, hands_back=hands_back, acting_user=acting_user)
    issue = _store(PaperIssue(
        uid=uid, entry=entry, community_id=entry.community_id, carrier=carrier, issued_by_id=acting_user.pk,
        issued_at=clock.now(), fingerprint=fingerprint(body),
    ))  # fmt: skip
    audit.record(
        actor=acting_user, act="paper.issue", obj=issue, unit_id=entry.community_id, data={"carried": bool(carrier)}
    )
    _tell(campaign, person, carrier)
    return issue


def _entry(box: BallotBox, person: Person, acting_user: Actor) -> RollEntry:
    entry = entry_of(box, person)
    if entry is None:
        raise Missing(_("这一位不在这次的选民名册上。"))
    require(acting_user, Right.KEY_BALLOTS, entry.community)
    return entry


def _turn_to_paper(entry: RollEntry, *, hands_back: bool, acting_user: Actor) -> None:
    """The conditional update decides, and holds the entry until the end of the transaction."""
    if not RollEntry.objects.filter(pk=entry.pk).exclude(channel=Channel.PAPER).update(channel=Channel.PAPER):
        raise Conflict(_("已领纸质票，不能再领一张。没用的可以先交回来。"))
    envelope = Envelope.objects.filter(entry=entry).exclude(state=EnvelopeState.VOIDED).first()
    if envelope is None:
        return
    if not hands_back:
        raise Conflict(_("这一位已经投过了。要改用纸质票，得本人同意把那一张作废，请勾选后再发。"))
    quarantine.void(Envelope.objects.filter(pk=envelope.pk))
    reason = _("本人交回，改用纸质票")
    audit.record(actor=acting_user, act="envelope.hand_back", obj=envelope, unit_id=entry.community_id, reason=reason)


def _store(issue: PaperIssue) -> PaperIssue:
    try:
        with transaction.atomic():
            issue.save(force_insert=True)
    except IntegrityError as taken:
        raise Conflict(_("这一张刚才已经发出去了，请刷新再看。")) from taken
    return issue


def require_free_to_carry(campaign: Campaign, carrier: Person) -> None:
    """Nobody carries ballots of a contest they stand in or judge; raises `Invalid`."""
    if Nomination.objects.filter(campaign=campaign, person=carrier, state__in=_IN_THE_CONTEST).exists():
        raise Invalid(errors={"carrier": _("%(name)s是这次评选的候选人，不能替别人带票。") % {"name": carrier.name}})
    if PanelMember.objects.sitting().filter(campaign=campaign, person=carrier).exists():
        raise Invalid(errors={"carrier": _("%(name)s是这次评选的评委，不能替别人带票。") % {"name": carrier.name}})


@streams.in_district_language
def _tell(campaign: Campaign, person: Person, carrier: Person | None) -> None:
    """The voter hears of it, so that nobody is handed a ballot in their name unseen."""
    body = _("这次评选您用纸质票投，手机上就不再投。不是您本人领的，请马上告诉社区。")
    if carrier:
        body = _("由%(name)s带给您。您没有托人领，请马上告诉社区。") % {"name": carrier.name}
    url = reverse("campaign", args=[campaign.uid])
    payload = {"title": _("您的纸质选票已经发出"), "body": body, "url": url, "icon": "star"}
    streams.publish(streams.person_key(person.pk), kind="ballots", payload=payload, ref=f"paper:{campaign.pk}")


# -- taking back ---------------------------------------------------------------------------------------------------


@transaction.atomic
def take_back(*, campaign: Campaign, person: Person, mark: str, acting_user: Actor) -> PaperIssue:
    """Take an unused ballot back, also one of a run spoilt since: the voter may vote in any way again.

    Who may: KEY_BALLOTS in the entry's community. Raises `Missing`, `Denied`, `Invalid` for a mark that is none,
    `Conflict` where none is out, where the paper was keyed or brought back, or where as many came back as went out.
    """
    box = locked_box(campaign)
    entry = _entry(box, person, acting_user)
    ballot = locked_ballot(box, mark, acting_user)
    if ballot.run.community_id != entry.community_id:
        raise Invalid(errors={"mark": _("这张票是别的社区印的，不是在这里领的。")})
    bring_back(ballot)
    if not is_any_awaited(box, entry.community_id):
        raise Conflict(_("这个社区发出的票都已经录入，没有还没用的。请先查清楚。"))
    RollEntry.objects.filter(pk=entry.pk, channel=Channel.PAPER).update(channel=Channel.NONE)
    issue = PaperIssue.objects.out().select_for_update().filter(entry=entry).first()
    if issue is None:
        raise Conflict(_("这一位没有领出的纸质票。"))
    issue.returned_at = clock.now()
    issue.save(update_fields=["returned_at"])
    audit.record(actor=acting_user, act="paper.take_back", obj=issue, unit_id=entry.community_id)
    return issue
