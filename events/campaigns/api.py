"""Campaigns as JSON: which there are, and what one runs by."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from events.campaigns.models import Campaign
from events.campaigns.rules import numbers_of
from events.campaigns.selectors import campaign_of, places_of

router = Router()


class CampaignOut(Schema):
    """A campaign; `state` as in the life of a campaign: nominating, vetting, notice, voting …"""

    uid: uuid.UUID
    title: str
    about: str
    state: str


class PhaseOut(Schema):
    """From when to when; the end is not part of it."""

    kind: str
    starts_at: dt.datetime
    ends_at: dt.datetime


class QuotaOut(Schema):
    """Places of a street by its number of neighbour leaders."""

    street: str
    leaders: int
    winners: int


class CampaignDetail(CampaignOut):
    """With what was approved: rules by name, timetable as it stands now, places; SHA-256 of the charter."""

    approval_reference: str
    fingerprint: str
    rules: dict[str, int]
    phases: list[PhaseOut]
    quota: list[QuotaOut]


@router.get("/", response=list[CampaignOut])
def campaign_list(request: HttpRequest) -> Any:
    """The newest first; drafts for those who run campaigns."""
    return Campaign.objects.visible_to(request.user).order_by("-made_at", "-pk")


@router.get("/{uuid:uid}", response=CampaignDetail)
def campaign_detail(request: HttpRequest, uid: uuid.UUID) -> Any:
    """One of them."""
    found = campaign_of(request.user, uid)
    return {
        **{
            name: getattr(found, name)
            for name in ("uid", "title", "about", "state", "approval_reference", "fingerprint")
        },
        "rules": numbers_of(found.rules),
        "phases": [
            {"kind": one.kind, "starts_at": one.starts_at, "ends_at": one.ends_at} for one in found.phases.all()
        ],
        "quota": [
            {"street": one.street.name, "leaders": one.leaders_count, "winners": one.winners_count}
            for one in places_of(found)
        ],
    }
