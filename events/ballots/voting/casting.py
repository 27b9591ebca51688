"""Casting: one envelope a roll entry, put in or replaced in one transaction, or not at all (rules R2, R6, R13).

Whoever casts holds the campaign's row for reading, so that the close waits for those in the act and nobody is in the
act after it; two phones of one voter meet at the roll entry. Nothing of what was chosen is known here.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from events.ballots.models import BallotBox, CounterPass, Envelope, RollEntry, RollKind
from events.ballots.roll.entries import voter_key
from events.ballots.sealing import hash_of, looks_sealed, receipt_of
from events.ballots.suspicion.signals import Signals, verdict
from events.ballots.voting import casting_sql
from events.campaigns.models import Campaign
from foundation import audit, failpoints, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody, same_body_or_refuse
from foundation.models import AuditEntry
from volunteers.accounts.limits import take_or_refuse
from volunteers.homes.models import Resident
from volunteers.units.rights import person_id_of

SealedOn = Envelope.SealedOn


class HoldsPaper(Conflict):
    """One way a voter: whoever was handed paper votes with it, or brings it back first."""

    default = gettext_lazy("您领了纸质选票，就用那一张投。想改用手机，请先到社区窗口把纸质票交回。")


@dataclass(frozen=True, slots=True)
class Cast:
    """What lies in the box now, and the receipt for it."""

    sha256: str
    receipt: str
    cast_at: dt.datetime
    is_replacement: bool


@dataclass(frozen=True, slots=True)
class Casting:
    """One sending: an envelope for one kind of entry, where it was sealed, and what the browser shows of itself.

    What the server seals is another envelope each time it is sent, so a repeat is known by its uid alone.
    """

    uid: uuid.UUID
    campaign: Campaign
    envelope: bytes
    sealed_on: str
    signals: Signals
    kind: RollKind = RollKind.VOTER
    is_sealed_here: bool = False

    @property
    def sha256(self) -> str:
        """What stands for the envelope in public."""
        return hash_of(self.envelope)


def ready_box(campaign: Campaign) -> BallotBox:
    """The box that votes are cast into. Raises `Conflict` where it is not ready."""
    box = casting_sql.stored_box(campaign)
    if box is None or not box.is_ready:
        raise Conflict(_("还没有开始投票，到时候会告诉您。"))
    return box


def cast(
    *, uid: uuid.UUID, campaign: Campaign, envelope: bytes, sealed_on: str, acting_user: Actor, signals: Signals
) -> Cast:
    """Put the voter's envelope into the box, in place of the one before. The same uid twice is the same answer.

    Who may: whoever is on the frozen roll, while voting is open by the database's clock. Raises `Denied`, `Conflict`,
    also for the repeat of an envelope that was replaced since, `Invalid` for what is no envelope, `TooMany`,
    `DifferentBody` for a uid or an envelope that was used before.
    """
    box, person_id = ready_box(campaign), person_id_of(acting_user)
    casting = Casting(uid, campaign, envelope, sealed_on, signals, is_sealed_here=sealed_on == SealedOn.SERVER)
    return put(box, casting, voter_key(box, person_id), acting_user=acting_user, tell=person_id)


def cast_for_entry(
    *,
    uid: uuid.UUID,
    campaign: Campaign,
    counter_pass: CounterPass,
    envelope: bytes,
    acting_user: Actor,
    is_sealed_here: bool = False,
) -> Cast:
    """As `cast`, at the counter's screen, for the entry of a pass, which is used up by it. The voter is told too.

    Raises as `cast`, and `Conflict` for a pass that is used or over.
    """
    box, entry = ready_box(campaign), counter_pass.entry
    signals = Signals(clerk_id=counter_pass.issued_by_id)
    casting = Casting(uid, campaign, envelope, SealedOn.COUNTER, signals, is_sealed_here=is_sealed_here)
    person_id = person_behind(box, entry)
    return put(box, casting, entry.voter_key, acting_user=acting_user, tell=person_id, counter_pass=counter_pass)


def person_behind(box: BallotBox, entry: RollEntry) -> int:
    """Who an entry stands for, looked for among those who live in its neighbourhood; 0 for who lives there no more."""
    people = Resident.objects.filter(neighbourhood_id=entry.neighbourhood_id).values_list("person_id", flat=True)
    return next((one for one in people if voter_key(box, one) == entry.voter_key), 0)


def put(
    box: BallotBox,
    casting: Casting,
    key: str,
    *,
    acting_user: Actor,
    tell: int = 0,
    counter_pass: CounterPass | None = None,
) -> Cast:
    """Put an envelope into the box for the entry with this key. One transaction, all or nothing."""
    if not looks_sealed(casting.envelope):
        raise Invalid(_("这张票没有封好，请再封一次。"))
    try:
        with transaction.atomic():
            answer = _put(box, casting, key, acting_user=acting_user, tell=tell, counter_pass=counter_pass)
            failpoints.hit("ballot.before_commit")
    except IntegrityError as taken:  # the uid, or the very envelope, is somebody else's
        raise DifferentBody from taken
    return answer


def _put(
    box: BallotBox, casting: Casting, key: str, *, acting_user: Actor, tell: int, counter_pass: CounterPass | None
) -> Cast:
    at = casting_sql.instant_of_voting(casting.campaign)
    entry = _entry(box, casting.kind, key)
    stored = casting_sql.stored_envelope(entry)
    if stored is not None and stored.uid == casting.uid:
        if not casting.is_sealed_here:
            same_body_or_refuse(stored.sha256, casting.sha256)
        return _answer(stored)
    if stored is not None and casting.uid in stored.uids_before():
        raise Conflict(_("这张票送到得晚了：您后来又投过一次，以后来投的为准。"))
    if at is None:
        raise Conflict(_("投票已经截止，或者还没有开始。"))
    if entry.channel == RollEntry.Channel.PAPER:
        raise HoldsPaper
    failpoints.hit("ballot.after_look")
    if stored is not None and counter_pass is None:  # at a counter somebody sees the voter
        take_or_refuse(("ballot.change", entry.voter_key))
    if counter_pass is not None:
        _use(counter_pass, at)
    state, signs = verdict(box, entry, casting.signals, at, stored)
    row = _row(box, casting, entry, at)
    row.state, row.signals = state, signs
    if stored is not None:
        row.replaced_count = stored.replaced_count + 1
        row.former_uids = bytes(stored.former_uids) + stored.uid.bytes
    casting_sql.write(row, entry, stored, _noted(casting, acting_user, entry))
    if tell:
        _tell(casting, tell, at)
    return _answer(row)


def _entry(box: BallotBox, kind: RollKind, key: str) -> RollEntry:
    entry = casting_sql.held_entry(box.pk, kind, key)
    if entry is None:
        raise Denied(_("这次的选民名册里没有您。名册在投票开始时定下来；有疑问可以到社区窗口问。"))
    return entry


def _use(counter_pass: CounterPass, at: dt.datetime) -> None:
    open_ones = CounterPass.objects.filter(pk=counter_pass.pk, used_at=None, expires_at__gt=at)
    if not open_ones.update(used_at=at):
        raise Conflict(_("这张凭条用过了，或者过了时间。请工作人员再开一张。"))


def _row(box: BallotBox, casting: Casting, entry: RollEntry, at: dt.datetime) -> Envelope:
    return Envelope(
        uid=casting.uid,
        box=box,
        entry=entry,
        kind=casting.kind,
        community_id=entry.community_id,
        ciphertext=casting.envelope,
        sha256=casting.sha256,
        sealed_on=casting.sealed_on,
        cast_at=at,
        device_key=casting.signals.device_key,
        network_key=casting.signals.network_key,
    )


def _noted(casting: Casting, acting_user: Actor, entry: RollEntry) -> AuditEntry:
    """That somebody cast, in which community; not what, not from where, and with nothing to find a log line by."""
    act = "ballot.cast" if casting.kind == RollKind.VOTER else "ballot.answer"
    about = ("campaigns.campaign", str(casting.campaign.uid))
    noted = audit.entry(actor=acting_user, act=act, obj=about, unit_id=entry.community_id)
    noted.request_id = noted.address = ""
    return noted


def _answer(row: Envelope) -> Cast:
    return Cast(row.sha256, receipt_of(row.sha256), row.cast_at, row.replaced_count > 0)


def spoken(at: dt.datetime) -> str:
    """An instant that is stored in words: 11月22日 10:32."""
    local = timezone.localtime(at)
    return f"{date_format(local, pgettext('day and month', 'n月j日'))} {local:%H:%M}"


@streams.in_district_language
def _tell(casting: Casting, person_id: int, at: dt.datetime) -> None:
    """The voter hears that a ballot was cast in their name, and where to say that it was not them (rule R18); of a
    household, who stood at the counter.
    """
    uid = casting.campaign.uid
    title, body = _("有一张票用您的名义投进了票箱"), _("%(when)s · 不是您投的？点这里告诉我们")
    if casting.kind == RollKind.HOUSEHOLD:
        title, body = _("您家的意见在窗口投进了票箱"), _("%(when)s · 不是您答的？请告诉社区")
    payload = {
        "title": title, "body": body % {"when": spoken(at)}, "url": reverse("ballot_receipt", args=[uid]),
        "icon": "envelope",
    }  # fmt: skip
    streams.publish(streams.person_key(person_id), kind="ballot", payload=payload, ref=f"ballot:{uid}")
