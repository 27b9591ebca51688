"""Deciding about envelopes that lie aside: one member of staff proposes to release or to void, another decides.

Of a voided envelope the voter is told, and may vote again at a counter while the vote is open; of a household's answer
its members are told, and may answer again. The new envelope takes the place of the voided one, as any replacement does:
"voided" counts those that were not made good, and counted + spoilt + voided + replaced = cast holds in any case.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from events.ballots.models import (
    BallotBox,
    Envelope,
    EnvelopeState,
    QuarantineBatch,
    RollEntry,
    RollKind,
    TurnoutShard,
)
from events.ballots.suspicion.matters import (
    in_groups,
    locked_box,
    newest_box,
    people_behind,
    unit_to_decide_in,
    waiting,
)
from events.campaigns.models import CampaignState
from events.campaigns.phases import is_open
from foundation import audit, clock, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import fingerprint, same_body_or_refuse
from volunteers.units.models import Unit
from volunteers.units.rights import Right, paths_where, require

MOST_IN_A_BATCH = 5_000
Verdict, State = QuarantineBatch.Verdict, QuarantineBatch.State


@dataclass(frozen=True, slots=True)
class Ticked:
    """What was ticked: whole groups, or single envelopes by their uids."""

    groups: tuple[str, ...] = ()
    envelopes: tuple[uuid.UUID, ...] = ()

    @property
    def body(self) -> dict[str, list[str]]:
        """For the fingerprint."""
        return {"groups": sorted(self.groups), "envelopes": sorted(str(one) for one in self.envelopes)}

    @property
    def condition(self) -> Q:
        """The envelopes meant."""
        return in_groups(self.groups) | Q(uid__in=self.envelopes)


def open_box(box_id: int) -> BallotBox:
    """The box, locked for whoever decides; raises `Conflict` once it is closed."""
    box = locked_box(box_id)
    if box.closed_at is not None:
        raise Conflict(_("票箱已经封好，里面的票不再变动。"))
    return box


@transaction.atomic
def propose_batch(*, uid: uuid.UUID, ticked: Ticked, verdict: str, reason: str, acting_user: Actor) -> QuarantineBatch:
    """Propose the same for everything ticked that waits in the user's units, 5,000 at once at most.

    Who may: KEEP_BOX. The same uid twice is the same answer. Raises `Denied`, `Invalid`, `Conflict` when nothing of it
    waits any more.
    """
    body = fingerprint({"verdict": str(verdict), "reason": reason.strip(), **ticked.body})
    if stored := QuarantineBatch.objects.filter(pk=uid).first():
        same_body_or_refuse(stored.fingerprint, body)
        return stored
    if not paths_where(acting_user, Right.KEEP_BOX):
        raise Denied
    _check(ticked, verdict, reason)
    box = newest_box()
    if box is None:
        raise Conflict(_("还没有票箱。"))
    open_box(box.pk)
    rows = waiting(acting_user).filter(ticked.condition)
    unit = _unit_of(rows, acting_user)
    if unit is None:
        raise Conflict(_("勾选的这些刚才有同事提出处理了，请刷新再看。"))
    keys = _locked(rows.filter(community__path__startswith=unit.path))[:MOST_IN_A_BATCH]
    values = {"uid": uid, "box": box, "unit": unit, "verdict": verdict, "reason": reason.strip(), "fingerprint": body}
    return _proposed(keys, acting_user, **values)


def propose_release(envelope: Envelope, *, unit: Unit, reason: str, acting_user: Actor) -> QuarantineBatch:
    """Propose that one envelope, held by the caller's transaction, counts: what one person found, another confirms."""
    values = {"box_id": envelope.box_id, "unit": unit, "verdict": Verdict.RELEASE, "reason": reason}
    return _proposed([envelope.pk], acting_user, uid=uuid.uuid4(), **values)


def _proposed(keys: list[int], acting_user: Actor, **values: Any) -> QuarantineBatch:
    batch = QuarantineBatch.objects.create(
        **values, envelope_count=len(keys), proposed_by_id=acting_user.pk, proposed_at=clock.now()
    )
    Envelope.objects.filter(pk__in=keys).update(batch=batch)
    data = {"verdict": str(batch.verdict), "count": len(keys)}
    audit.record(
        actor=acting_user, act="quarantine.propose", obj=batch, unit_id=batch.unit_id, reason=batch.reason, data=data
    )
    return batch


def _check(ticked: Ticked, verdict: str, reason: str) -> None:
    errors: dict[str, str] = {}
    if not ticked.groups and not ticked.envelopes:
        errors["ticked"] = _("先勾选要处理的。")
    if verdict not in Verdict.values:
        errors["verdict"] = _("请选放行或作废。")
    if not reason.strip():
        errors["reason"] = _("请写一句为什么，另一位同事要看。")
    if errors:
        raise Invalid(errors=errors)


def _unit_of(rows: QuerySet[Envelope], user: Actor) -> Unit | None:
    """In whose name it is proposed: the user's own unit that the first of them lies in."""
    first = rows.select_related("community").order_by("pk").first()
    return unit_to_decide_in(paths_where(user, Right.KEEP_BOX), first.community) if first else None


def _locked(rows: QuerySet[Envelope]) -> list[int]:
    return list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def decide_batch(*, batch: QuarantineBatch, agrees: bool, answer: str, acting_user: Actor) -> QuarantineBatch:
    """Carry out what was proposed, or let it be; with a reason either way. Of two at once one decides.

    Who may: KEEP_BOX in the batch's unit, but never who proposed it. Refused ones wait again. The same answer of the
    same person twice is one. Raises `Denied`, `Invalid` without a reason, `Conflict` when it is decided already.
    """
    require(acting_user, Right.KEEP_BOX, batch.unit)
    if batch.proposed_by_id == acting_user.pk:
        raise Denied(_("提出的人不能自己决定，请另一位同事来看。"))
    if not answer.strip():
        raise Invalid(errors={"answer": _("请写一句您的意见。")})
    box = open_box(batch.box_id)
    state = State.DONE if agrees else State.REFUSED
    decision = {"state": state, "decided_by": acting_user.pk, "decided_at": clock.now(), "answer": answer.strip()}
    if not QuarantineBatch.objects.proposed().filter(pk=batch.pk).update(**decision):
        return _decided_before(batch, state, acting_user)
    aside = Envelope.objects.filter(batch=batch).quarantined()
    if not agrees:
        count = aside.update(batch=None)
    elif batch.verdict == Verdict.VOID:
        count = _void(box, batch, aside)
    else:
        count = Envelope.objects.filter(pk__in=_locked(aside)).update(state=EnvelopeState.RELEASED)
    QuarantineBatch.objects.filter(pk=batch.pk).update(envelope_count=count)
    act = f"quarantine.{batch.verdict}" if agrees else "quarantine.refuse"
    audit.record(actor=acting_user, act=act, obj=batch, unit_id=batch.unit_id, reason=answer, data={"count": count})
    batch.refresh_from_db()
    return batch


def _decided_before(batch: QuarantineBatch, state: str, acting_user: Actor) -> QuarantineBatch:
    batch.refresh_from_db()
    if batch.state != state or batch.decided_by_id != acting_user.pk:
        raise Conflict(_("这一批现在是“%(state)s”，不用再办了。") % {"state": batch.get_state_display()})
    return batch


def _void(box: BallotBox, batch: QuarantineBatch, aside: QuerySet[Envelope]) -> int:
    entries = void(aside, batch)
    behind, is_voting = people_behind(box, entries), is_open(box.campaign, CampaignState.VOTING)
    for kind, tell in ((RollKind.VOTER, _tell_voters), (RollKind.HOUSEHOLD, _tell_households)):
        of_these = [behind.get(entry.pk, []) for entry in entries if entry.kind == kind]
        tell({person_id for people in of_these for person_id in people}, box, is_voting=is_voting)
    return len(entries)


def void(rows: QuerySet[Envelope], batch: QuarantineBatch | None = None) -> list[RollEntry]:
    """Void some envelopes: their entries are free again, and no longer counted as having voted. Returns the entries.

    An envelope keeps the batch that voided it, and no other. Entries are locked before envelopes, as casting does, so
    that the two never wait for each other.
    """
    entries = RollEntry.objects.filter(envelope__in=rows).select_for_update(of=("self",)).order_by("pk")
    freed = {entry.pk: entry for entry in entries}
    voided = list(rows.filter(entry__in=freed).select_for_update(of=("self",)).order_by("pk"))
    Envelope.objects.filter(pk__in=[one.pk for one in voided]).update(state=EnvelopeState.VOIDED, batch=batch)
    gone = [freed[one.entry_id] for one in voided if one.entry_id]
    used = RollEntry.objects.filter(pk__in=[entry.pk for entry in gone]).exclude(channel=RollEntry.Channel.PAPER)
    used.update(channel=RollEntry.Channel.NONE)
    for (box_id, kind, community_id), count in sorted(Counter(map(_place, gone)).items()):
        _count_fewer(box_id, kind, community_id, count=count)
    return gone


def _place(entry: RollEntry) -> tuple[int, str, int]:
    return entry.box_id, entry.kind, entry.community_id


def _count_fewer(box_id: int, kind: str, community_id: int, *, count: int) -> None:
    """So many voters fewer in the turnout of a community, taken from its shards one after the other."""
    shards = TurnoutShard.objects.filter(box_id=box_id, kind=kind, community_id=community_id, count__gt=0)
    for shard in shards.select_for_update().order_by("shard"):
        taken = min(count, shard.count)
        shard.count -= taken
        shard.save(update_fields=["count"])
        count -= taken
        if not count:
            return


@streams.in_district_language
def _tell_voters(people: Iterable[int], box: BallotBox, *, is_voting: bool) -> None:
    again = _("可以到社区窗口重新投，工作人员会帮您。有疑问也可以当面问。")
    late = _("投票已经截止，这张票不算。有疑问可以到社区窗口当面问。")
    payload = {
        "title": _("您的那张票没有通过核实"),
        "body": again if is_voting else late,
        "url": reverse("ballot_receipt", args=[box.campaign.uid]),
        "icon": "alert",
    }
    streams.publish_to_persons(people, kind="ballot", payload=payload, ref=f"ballot:{box.campaign.uid}")


@streams.in_district_language
def _tell_households(people: Iterable[int], box: BallotBox, *, is_voting: bool) -> None:
    """The answer of a home, not the vote of anybody in it."""
    again = _("您自己投的票不受影响。家里谁都可以再答一次，不答也行。")
    payload = {
        "title": _("您家对邻长的那个回答没有通过核实"),
        "body": again if is_voting else _("您自己投的票不受影响。有疑问可以到社区窗口当面问。"),
        "url": reverse("ballot_opinion" if is_voting else "campaign", args=[box.campaign.uid]),
        "icon": "alert",
    }
    streams.publish_to_persons(people, kind="ballot", payload=payload, ref=f"opinion:{box.campaign.uid}")
