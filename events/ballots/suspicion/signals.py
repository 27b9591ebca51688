"""What makes a ballot suspicious as it is cast (domain.md section 5, scenario A9), and what it leads to.

A signal never refuses anybody and never decides: it puts the envelope aside (quarantine) until two people have looked,
and the voter notices nothing. Only one device with many voters is enough alone; a network, an hour, a fresh binding
need another sign beside them, since a whole town may sit behind one address of its carrier, and people on night shift
vote at night. A visitor of WeChat's snapshot mode is no person and is refused (domain.md section 6).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.ballots.models import BallotBox, CounterPass, Envelope, EnvelopeState, RollEntry, RollKind
from foundation import statements
from foundation.errors import Conflict, Denied
from foundation.secrets import hmac_hex
from volunteers.accounts import browsers
from volunteers.accounts.limits import subnet_of
from volunteers.accounts.wechat.services import is_snapshot

LENGTH = 24
BURST = dt.timedelta(minutes=10)
CROWD = dt.timedelta(hours=1)


class Sign(StrEnum):
    """What was noticed, as the envelope keeps it: the values joined by commas."""

    DEVICE = "device"
    BURST = "burst"
    NIGHT = "night"
    FRESH = "fresh"
    BARE = "bare"
    DESK = "desk"
    DISPUTE = "dispute"


class SnapshotVisitor(Denied):
    """WeChat said that this is no person."""

    default = _("现在看到的是快照页，请点右下角“使用完整服务”再进来投。")


class BeingTalkedOver(Conflict):
    """The voter said that the ballot was not theirs; until that is settled nobody changes it from afar."""

    default = _("您说那张票不是您投的，工作人员正在核实，核实好了会告诉您，先不用再投。")


class AskAtTheCounter(Conflict):
    """The ballot was voided in a batch: whoever cast it, the voter comes in person. A household need not."""

    default = _("您的那张票没有通过核实，可以到社区窗口重新投，工作人员会帮您。")


@dataclass(frozen=True, slots=True)
class Signals:
    """What a casting browser shows of itself, as keyed digests of 24 characters. At a counter all of it is empty, and
    `clerk_id` is who looked the voter up and gave them the pass.

    Since when the voter is bound stands on the roll entry: what was confirmed after the freeze changes nothing.
    """

    device_key: str = ""
    network_key: str = ""
    is_snapshot: bool = False
    clerk_id: int = 0


def signals_of(request: HttpRequest) -> Signals:
    """The signals of a voter's own browser. No query."""
    device = browsers.mark_of(request)
    return Signals(
        device_key=_digest("device", device) if device else "",
        network_key=_digest("network", subnet_of(request)),
        is_snapshot=is_snapshot(request.session),
    )


def verdict(
    box: BallotBox, entry: RollEntry, signals: Signals, at: dt.datetime, before: Envelope | None
) -> tuple[EnvelopeState, str]:
    """In which state an envelope goes into the box, and the signs noticed; `before` is what lies there now, locked, so
    that people who decide at this moment and the voter who changes it come one after the other. One query.

    What is aside stays aside when its voter changes it: neither they nor anybody else can bring it back from afar. At
    a counter somebody has seen the voter, so nothing is suspicious there but one clerk with unusually many. Nobody is
    sent there for a household: what it answers from afar after a batch was voided with its answer in it lies aside
    again. Raises `SnapshotVisitor`; `BeingTalkedOver` while a dispute is open; `AskAtTheCounter` once a batch was
    voided with this voter's envelope in it.
    """
    if signals.is_snapshot:
        raise SnapshotVisitor
    if not signals.network_key:
        is_crowded = signals.clerk_id and is_desk_crowded(signals.clerk_id, at)
        return (EnvelopeState.QUARANTINED, Sign.DESK.value) if is_crowded else (EnvelopeState.SEALED, "")
    if refusal := refusal_from_afar(before):
        raise refusal
    if before is not None and before.state == EnvelopeState.RELEASED and _is_same_device(before, signals):
        return EnvelopeState.RELEASED, before.signals
    signs = signs_of(box, entry, signals, at)
    if before is not None and (before.state == EnvelopeState.QUARANTINED or _was_voided_in_a_batch(before)):
        return EnvelopeState.QUARANTINED, joined(signs | known(before.signals))
    return (EnvelopeState.QUARANTINED if is_enough(signs) else EnvelopeState.SEALED), joined(signs)


def refusal_from_afar(before: Envelope | None) -> Conflict | None:
    """Why nothing from a phone takes the place of what was cast before; None where it may. No query."""
    if before is None:
        return None
    if before.state == EnvelopeState.QUARANTINED and Sign.DISPUTE in known(before.signals):
        return BeingTalkedOver()
    return AskAtTheCounter() if _was_voided_in_a_batch(before) and before.kind == RollKind.VOTER else None


def _was_voided_in_a_batch(before: Envelope) -> bool:
    return before.state == EnvelopeState.VOIDED and before.batch_id is not None


def _is_same_device(before: Envelope, signals: Signals) -> bool:
    """Browsers that leave no mark are never known for the same."""
    return bool(signals.device_key) and before.device_key == signals.device_key


# By hand, since it is run at every casting. Each count stops at its limit: a flood costs no more than a trickle.
_OTHERS = (
    "(SELECT count(*) FROM (SELECT 1 FROM ballots_envelope WHERE box_id = %(box)s AND {0} "
    "AND kind = %(kind)s AND entry_id <> %(entry)s LIMIT {1}) AS counted)"
)
_COUNTS = (
    f"SELECT {_OTHERS.format('device_key = %(device)s', '%(crowd)s')}, "
    f"{_OTHERS.format('network_key = %(network)s AND cast_at > %(since)s', '%(burst)s')}"
)


def signs_of(box: BallotBox, entry: RollEntry, signals: Signals, at: dt.datetime) -> set[Sign]:
    """What is noticed about one casting. One query."""
    crowd, burst = settings.BALLOT_DEVICE_MOST, settings.BALLOT_BURST_MOST
    values = {"box": box.pk, "kind": str(entry.kind), "entry": entry.pk, "crowd": crowd, "burst": burst}
    values |= {"device": signals.device_key, "network": signals.network_key}
    values["since"] = connection.ops.adapt_datetimefield_value(at - BURST)
    ((on_device, nearby),) = statements.run(_COUNTS, values)
    signs = set()
    if signals.device_key and on_device >= crowd:
        signs.add(Sign.DEVICE)
    if nearby >= burst:
        signs.add(Sign.BURST)
        if not signals.device_key:
            signs.add(Sign.BARE)
    if is_night(timezone.localtime(at).hour):
        signs.add(Sign.NIGHT)
    if is_fresh(box, entry):
        signs.add(Sign.FRESH)
    return signs


def is_desk_crowded(clerk_id: int, at: dt.datetime) -> bool:
    """Whether more voted in the last hour with passes of one clerk than come to a desk. Digits pass through the hands
    of the clerk, and who has no phone hears of nothing. One query.
    """
    used = CounterPass.objects.filter(issued_by=clerk_id, used_at__gt=at - CROWD)
    return used.count() > settings.BALLOT_DESK_MOST


def is_night(hour: int) -> bool:
    """Whether an hour is an odd one; the odd hours may begin before midnight, 22 to 5."""
    begins, ends = settings.BALLOT_NIGHT_FROM, settings.BALLOT_NIGHT_UNTIL
    return begins <= hour < ends if begins <= ends else hour >= begins or hour < ends


def is_fresh(box: BallotBox, entry: RollEntry) -> bool:
    """Whether the voter was confirmed shortly before the roll was frozen."""
    if entry.bound_at is None or box.roll_frozen_at is None:
        return False
    return entry.bound_at > box.roll_frozen_at - dt.timedelta(hours=settings.BALLOT_FRESH_HOURS)


def is_enough(signs: set[Sign]) -> bool:
    """Whether people have to look: one device or one desk with many voters, or two signs together."""
    return bool(signs & {Sign.DEVICE, Sign.DESK}) or len(signs) > 1


def known(codes: str) -> set[Sign]:
    """The signs that an envelope keeps."""
    return {Sign(code) for code in codes.split(",") if code}


def joined(signs: Iterable[Sign]) -> str:
    """How an envelope keeps them, in one order."""
    noticed = set(signs)
    return ",".join(sign for sign in Sign if sign in noticed)


def _digest(what: str, text: str) -> str:
    return hmac_hex(f"ballot {what}", text)[:LENGTH]
