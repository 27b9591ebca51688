"""The box with its roll and envelopes, paper, and the opening."""

from __future__ import annotations

from events.ballots.models.box import (
    IN_THE_BOX,
    BallotBox,
    Dispute,
    DisputeState,
    Envelope,
    EnvelopeState,
    QuarantineBatch,
    RollCount,
    RollEntry,
    RollKind,
    TurnoutShard,
)
from events.ballots.models.opening import Ballot, BroughtShare, Custodian, OpeningStep, OpinionAnswer
from events.ballots.models.paper import CounterPass, PaperBallot, PaperIssue, PaperKeying, PaperRun

__all__ = [
    "IN_THE_BOX",
    "Ballot",
    "BallotBox",
    "BroughtShare",
    "CounterPass",
    "Custodian",
    "Dispute",
    "DisputeState",
    "Envelope",
    "EnvelopeState",
    "OpeningStep",
    "OpinionAnswer",
    "PaperBallot",
    "PaperIssue",
    "PaperKeying",
    "PaperRun",
    "QuarantineBatch",
    "RollCount",
    "RollEntry",
    "RollKind",
    "TurnoutShard",
]
