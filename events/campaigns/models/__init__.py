"""A campaign, who is put forward in it, and its panel."""

from __future__ import annotations

from events.campaigns.models.campaign import (
    CLOSED,
    ORDER,
    PHASES,
    Campaign,
    CampaignRules,
    CampaignState,
    Phase,
    StreetQuota,
    Transition,
)
from events.campaigns.models.nomination import (
    Nomination,
    NominationKind,
    NominationState,
    NomineeObjection,
    Seconding,
    Vetting,
    VettingLevel,
)
from events.campaigns.models.panel import Conflict, Mark, PanelMember

__all__ = [
    "CLOSED",
    "ORDER",
    "PHASES",
    "Campaign",
    "CampaignRules",
    "CampaignState",
    "Conflict",
    "Mark",
    "Nomination",
    "NominationKind",
    "NominationState",
    "NomineeObjection",
    "PanelMember",
    "Phase",
    "Seconding",
    "StreetQuota",
    "Transition",
    "Vetting",
    "VettingLevel",
]
