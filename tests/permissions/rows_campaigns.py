"""Who is answered what: campaigns on the phone, in the API, and the decisions about them at a desk."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from events.campaigns.models import Campaign
from events.campaigns.rules import current_rules, numbers_of
from events.campaigns.services import draft_of
from tests.campaigns.making import end_phase
from tests.permissions.rules import (
    CLERKS,
    HOME,
    IN,
    METHOD,
    METHOD_FOR_ALL,
    PAGE,
    Row,
    Rule,
    all_alike,
    console,
    public,
    signed_in,
    who,
)  # fmt: skip

DISTRICT = who("district_clerk operating_clerk")
_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))
_READ = Row(all_alike(PAGE), METHOD_FOR_ALL, "campaign")


def _district(answer: str) -> Rule:
    return console((answer, DISTRICT), otherwise=HOME)


def _draft(_thing: Any) -> dict[str, Any]:
    starts = timezone.localtime() + dt.timedelta(days=9)
    words = {
        "uid": str(uuid.uuid4()),
        "title": "最美邻长",
        "about": "",
        "rules": str(current_rules().number),
        "save": "1",
    }
    return words | {"starts_at": starts.strftime("%Y-%m-%d 09:00")}


def _reference(thing: Any) -> dict[str, Any]:
    # One at a time: the running one of the world makes room, inside the question's savepoint.
    Campaign.objects.filter(state="nominating").update(state="archived")
    return {"reference": f"云民发〔2026〕{thing.pk}号", "seen": draft_of(thing).print}


def _rules(_thing: Any) -> dict[str, Any]:
    return {**numbers_of(current_rules()), "winners_count": 99, "why": "少评一位"}


def _why(_thing: Any) -> dict[str, Any]:
    return {"reason": "开会定的"}


def _standing(state: str, **columns: Any) -> Callable[[Any], dict[str, Any]]:
    """A reason, for a campaign that was brought into a state inside the question's savepoint."""

    def body(thing: Any) -> dict[str, Any]:
        Campaign.objects.filter(pk=thing.pk).update(state=state, **columns)
        end_phase(thing, "winners_notice")
        return _why(thing)

    return body


def _decision(full: Callable[[Any], dict[str, Any]]) -> Row:
    return Row(_district(PAGE), _district(IN), "campaign", full, _district(PAGE))


LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
PHONE = {
    "campaigns": public(),
    "campaign": _READ,
    "campaign_charter": _READ,
    "api:campaign_list": Row(signed_in(PAGE), METHOD_FOR_ALL, json=True),
    "api:campaign_detail": Row(signed_in(PAGE), METHOD_FOR_ALL, "campaign", json=True),
}
DESK = {
    **{f"console_campaign_{part}": _DESK for part in ("list", "results")},
    "console_campaign": Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))), "campaign"),
    "console_campaign_draft": Row(_district(PAGE), _district(IN), "", _draft, _district(PAGE)),
    "console_campaign_edit": Row(_district(PAGE), _district(IN), "draft_campaign", _draft, _district(PAGE)),
    "console_campaign_approve": Row(_district(METHOD), _district(IN), "draft_campaign", _reference, _district(PAGE)),
    "console_campaign_suspend": _decision(_why),
    "console_campaign_resume": _decision(_standing("suspended", suspended_from="nominating", suspended_at=LONG_AGO)),
    "console_campaign_terminate": _decision(_why),
    "console_campaign_award": _decision(_standing("winners_notice")),
    "console_campaign_archive": _decision(_standing("awarded")),
    **{f"console_campaign_rules_{part}": Row(_district(PAGE), _district(METHOD)) for part in ("list", "results")},
    "console_campaign_rules": Row(_district(PAGE), _district(METHOD)),
    "console_campaign_rules_new": Row(_district(PAGE), _district(IN), "", _rules, _district(PAGE)),
}

ROWS: dict[str, Row] = {**PHONE, **DESK}
