"""Where a campaign stands, what happens as it gets there, and what has to be done before it may.

Other apps register: `@entering(state)` runs inside the transaction in which a campaign enters the state, `@gate(state)`
says in a sentence why it cannot yet, or nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable

from events.campaigns.models import ORDER, Campaign, CampaignState, Phase, Transition
from foundation import clock
from foundation.actors import SYSTEM, Actor, is_system

Hook = Callable[[Campaign], object]
Gate = Callable[[Campaign], str]
_hooks: dict[CampaignState, list[Hook]] = defaultdict(list)
_gates: dict[CampaignState, list[Gate]] = defaultdict(list)


def entering(state: CampaignState) -> Callable[[Hook], Hook]:
    """Register what is done in the transaction in which a campaign enters a state; once, not again on resuming."""

    def register(hook: Hook) -> Hook:
        _hooks[state].append(hook)
        return hook

    return register


def gate(state: CampaignState) -> Callable[[Gate], Gate]:
    """Register what keeps a campaign out of a state: a sentence for staff, empty when nothing does."""

    def register(asked: Gate) -> Gate:
        _gates[state].append(asked)
        return asked

    return register


def held_by(campaign: Campaign, state: CampaignState) -> list[str]:
    """Why it may not enter a state yet, in sentences."""
    return [said for asked in _gates[state] if (said := asked(campaign))]


def phase_of(campaign: Campaign, state: CampaignState) -> Phase | None:
    """From when to when it is in a state; no query where the phases are prefetched."""
    return next((one for one in campaign.phases.all() if one.kind == state), None)


def is_open(campaign: Campaign, state: CampaignState, at: dt.datetime | None = None) -> bool:
    """Whether it stands in the state and the phase holds at the instant, by the database's clock when none is given.

    A worker that is late changes nothing: at its end a phase is over.
    """
    if campaign.state != state:
        return False
    phase = phase_of(campaign, state)
    return phase is not None and phase.holds(at or clock.now())


def following(state: str) -> CampaignState | None:
    """The next state in order; none after the last and for what stands beside the order."""
    known = [str(one) for one in ORDER]
    if state not in known[:-1]:
        return None
    return ORDER[known.index(state) + 1]


def move(campaign: Campaign, to: CampaignState, *, by: Actor = SYSTEM, reason: str = "", **columns: object) -> bool:
    """From where it stands to another state, by a conditional update whose row count decides; False when too late.

    Writes the one `Transition`. In the caller's transaction.
    """
    before = campaign.state
    if not Campaign.objects.filter(pk=campaign.pk, state=before).update(state=to, **columns):
        return False
    for name, value in {"state": to, **columns}.items():
        setattr(campaign, name, value)
    Transition.objects.create(
        campaign=campaign, from_state=before, to_state=to, by=None if is_system(by) else by, reason=reason
    )
    return True


def enter(campaign: Campaign, to: CampaignState, *, by: Actor = SYSTEM, reason: str = "", **columns: object) -> bool:
    """Move, and let everybody do what belongs to it."""
    if not move(campaign, to, by=by, reason=reason, **columns):
        return False
    for hook in _hooks[to]:
        hook(campaign)
    return True
