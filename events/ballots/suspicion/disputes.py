""" "That was not me": a voter disputes the envelope cast in their name (rule R18).

It is put aside at once. Somebody who keeps the box talks to the voter and decides, with a reason and a name: voided,
as the voter said, who may vote again in any way while the vote is open; or kept, and then a second person confirms that
it counts, as of everything that lies aside (rule R17).
"""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from events.ballots.models import BallotBox, Dispute, DisputeState, Envelope, EnvelopeState, RollEntry
from events.ballots.roll.entries import entry_of
from events.ballots.suspicion.quarantine import open_box, propose_release, void
from events.ballots.suspicion.signals import Sign, is_enough, joined, known
from events.campaigns.models import Campaign, CampaignState
from events.campaigns.phases import is_open
from foundation import audit, clock, failpoints, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from volunteers.units.models import Role
from volunteers.units.rights import Right, person_id_of, require


def disputable(box: BallotBox, person_id: int) -> Envelope | None:
    """The envelope cast in somebody's name, if there is one that counts or lies aside. Two queries."""
    entry = entry_of(box, person_id)
    return Envelope.objects.filter(entry=entry).exclude(state=EnvelopeState.VOIDED).first() if entry else None


def latest_dispute(box: BallotBox, person_id: int) -> Dispute | None:
    """What somebody said last about their envelope, and what came of it."""
    return Dispute.objects.filter(entry__box=box, person_id=person_id).order_by("-raised_at").first()


@transaction.atomic
def raise_dispute(*, uid: uuid.UUID, campaign: Campaign, words: str, acting_user: Actor) -> Dispute:
    """Say that the envelope in one's name was not cast by oneself: it lies aside from now on.

    Who may: the voter. The same uid twice is the same answer. Raises `Missing` for who is not on the roll, `Conflict`
    when there is no envelope, one is disputed already, or the box is closed.
    """
    person_id = person_id_of(acting_user)
    body = fingerprint({"campaign": campaign.pk, "person": person_id, "words": words.strip()})
    if stored := Dispute.objects.filter(pk=uid).first():
        same_body_or_refuse(stored.fingerprint, body)
        return stored
    box = BallotBox.objects.filter(campaign=campaign, roll_frozen_at__isnull=False).first()
    entry = entry_of(box, person_id) if box else None
    if box is None or entry is None:
        raise Missing(_("这次的选民名册里没有您。"))
    open_box(box.pk)
    RollEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)  # before the envelope, as casting does
    _put_aside(entry)
    failpoints.hit("dispute.put_aside")
    try:
        with transaction.atomic():
            dispute = Dispute.objects.create(
                uid=uid, entry=entry, person_id=person_id, words=words.strip(), raised_at=clock.now(), fingerprint=body
            )
    except IntegrityError as taken:
        raise Conflict(_("您已经告诉我们了，正在核实。")) from taken
    audit.record(actor=acting_user, act="dispute.raise", obj=dispute, unit_id=entry.community_id)
    _tell_staff(dispute)
    return dispute


def _put_aside(entry: RollEntry) -> None:
    rows = Envelope.objects.select_for_update(of=("self",)).filter(entry=entry)
    envelope = rows.exclude(state=EnvelopeState.VOIDED).first()
    if envelope is None:
        raise Conflict(_("票箱里现在没有用您的名义投的票。"))
    # What people have looked at and released before is not doubted again for the same signs.
    kept = set() if envelope.state == EnvelopeState.RELEASED else known(envelope.signals)
    envelope.state, envelope.signals, envelope.batch = (
        EnvelopeState.QUARANTINED,
        joined(kept | {Sign.DISPUTE}),
        None,
    )
    envelope.save(update_fields=["state", "signals", "batch"])


@transaction.atomic
def decide_dispute(*, dispute: Dispute, state: str, reason: str, acting_user: Actor) -> Dispute:
    """After talking to the voter: void the envelope, or propose that it counts. Of two at once one decides.

    Who may: KEEP_BOX in the entry's community, never about one's own. The same answer of the same person twice is one.
    Raises `Denied`, `Invalid` without a reason, `Conflict` when it is decided already.
    """
    require(acting_user, Right.KEEP_BOX, dispute.entry.community)
    if dispute.person_id == person_id_of(acting_user):
        raise Denied(_("这是您自己提出的，请另一位同事来核实。"))
    if state not in {DisputeState.VOIDED, DisputeState.KEPT}:
        raise Invalid(errors={"state": _("请选一个结果。")})
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句怎么核实的，本人会看到。")})
    open_box(dispute.entry.box_id)
    decision = {"state": state, "reason": reason.strip(), "decided_by": acting_user.pk, "decided_at": clock.now()}
    if not Dispute.objects.open().filter(pk=dispute.pk).update(**decision):
        return _decided_before(dispute, state, acting_user)
    dispute.refresh_from_db()
    _settle(dispute, acting_user)
    unit_id = dispute.entry.community_id
    audit.record(actor=acting_user, act=f"dispute.{state}", obj=dispute, unit_id=unit_id, reason=reason)
    _tell_voter(dispute)
    return dispute


def _decided_before(dispute: Dispute, state: str, acting_user: Actor) -> Dispute:
    dispute.refresh_from_db()
    if dispute.state != state or dispute.decided_by_id != acting_user.pk:
        raise Conflict(_("这一件现在是“%(state)s”，不用再办了。") % {"state": dispute.get_state_display()})
    return dispute


def _settle(dispute: Dispute, acting_user: Actor) -> None:
    """What becomes of the envelope; of one that its voter has replaced at a counter since, nothing.

    What is kept waits for a second person; what lay aside for other reasons too, for a batch about those.
    """
    rows = Envelope.objects.filter(entry=dispute.entry_id, signals__contains=Sign.DISPUTE.value).quarantined()
    if dispute.state == DisputeState.VOIDED:
        void(rows)
        return
    envelope = rows.select_for_update(of=("self",)).first()
    if envelope is None:
        return
    others = known(envelope.signals) - {Sign.DISPUTE}
    envelope.signals = joined(others)
    envelope.save(update_fields=["signals"])
    if not is_enough(others):
        propose_release(envelope, unit=dispute.entry.street, reason=dispute.reason, acting_user=acting_user)


@streams.in_district_language
def _tell_staff(dispute: Dispute) -> None:
    payload = {
        "title": _("有人说那张票不是自己投的"),
        "body": _("%(community)s，请尽快和本人核实。") % {"community": dispute.entry.community.name},
        "url": reverse("console_dispute", args=[dispute.pk]),
        "icon": "alert",
    }
    key = streams.unit_key(dispute.entry.street_id)
    streams.publish(key, kind="ballot", payload=payload, roles=[Role.STREET_CLERK], ref=f"dispute:{dispute.pk}")


@streams.in_district_language
def _tell_voter(dispute: Dispute) -> None:
    campaign, title = dispute.entry.box.campaign, _("您问的那张票核实好了")
    if dispute.state == DisputeState.VOIDED:
        is_voting = is_open(campaign, CampaignState.VOTING)
        title = _("那张票作废了，您可以重新投") if is_voting else _("那张票作废了，不算数")
    payload = {
        "title": title,
        "body": dispute.reason,
        "url": reverse("ballot_dispute", args=[campaign.uid]),
        "icon": "check",
    }
    streams.publish(streams.person_key(dispute.person_id), kind="ballot", payload=payload, ref=f"dispute:{dispute.pk}")
