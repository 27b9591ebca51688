"""Who is answered what: naming a leader, answering, seconding, vetting, candidates, and what is said against them.

The campaigns of the matrix are over; a full body first moves its campaign to the phase in which the act is open.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from events.campaigns.models import Campaign, Phase, Vetting, VettingLevel
from events.campaigns.querysets import VETTERS
from tests.permissions.rows_units import EXPORT
from tests.permissions.rules import (
    CLERKS,
    DENIED,
    HOME,
    INVALID,
    METHOD,
    METHOD_FOR_ALL,
    MISSING,
    NO_GET,
    PAGE,
    STAFF,
    Row,
    all_alike,
    console,
    reading,
    rule,
    signed_in,
    who,
)  # fmt: skip
from volunteers.accounts.models import User
from volunteers.homes.models import Household, Resident
from volunteers.units.models import Appointment, Role

LIVES_NEAR = who("resident", "own sibling above")
VETS_BELOW = who("area_leader", "own below") | who(STAFF, "own below")
SEES = LIVES_NEAR | who("group_leader", "own below") | VETS_BELOW
# Each at their own level: below, it is the turn of whoever serves there.
_DESK_TURN = who("worker other_worker street_clerk district_clerk operating_clerk", "own")
TURN = who("area_leader", "own below") | _DESK_TURN | who("worker_without_factor", "own")
# Who serves in a unit is the nominee there; somebody who stands in is not.
NOT_MINE = who("stand_in")
MINE = who("leader group_leader area_leader worker other_worker street_clerk district_clerk", "own")
NAMES = who("resident leader group_leader")
ELSEWHERE = who("leader_on_leave stand_in")
SENT_HOME = who("worker other_worker")
BOX = who("street_clerk district_clerk operating_clerk")
DECIDES = who("street_clerk district_clerk operating_clerk", "own below")
VETTED = who(CLERKS, "own below")


def move(campaign: Campaign, state: str) -> None:
    """To a phase that runs, with nothing else running beside it."""
    Campaign.objects.exclude(pk=campaign.pk).exclude(state="draft").update(state="archived")
    Campaign.objects.filter(pk=campaign.pk).update(state=state)
    now, hour = timezone.now(), dt.timedelta(hours=1)
    Phase.objects.update_or_create(
        campaign=campaign, kind=state, defaults={"starts_at": now - hour, "ends_at": now + hour}
    )


def _uid() -> dict[str, Any]:
    return {"uid": str(uuid.uuid4())}


def _name(thing: Any) -> dict[str, Any]:
    move(thing, "nominating")
    leader = Appointment.objects.filter(role=Role.NEIGHBOUR_LEADER, person__name="周桂兰").get()
    return _uid() | {"leader": str(leader.uid), "why": "谁家有事她都在"}


def _agree(thing: Any) -> dict[str, Any]:
    move(thing.campaign, "nominating")
    return {"agree": "1", "agrees": True, "story": "做邻长六年"}


def _leave(thing: Any) -> dict[str, Any]:
    move(thing.campaign, "voting")
    return {}


def _second(thing: Any) -> dict[str, Any]:
    move(thing.campaign, "nominating")
    for one in Resident.objects.filter(state="confirmed", household=None):
        Resident.objects.filter(pk=one.pk).update(household=Household.objects.linked_to(one.neighbourhood).first())
    return _uid()


def _vet(thing: Any) -> dict[str, Any]:
    """The levels below that of its unit have passed it."""
    move(thing.campaign, "vetting")
    above = [level for _role, level in VETTERS]
    at = above.index(thing.neighbourhood.level) if thing.neighbourhood.level in above else 0
    for level in list(VettingLevel)[:at]:
        Vetting.objects.create(
            uid=uuid.uuid4(), nomination=thing, level=level, is_passed=True, reason="属实", by=User.objects.latest("pk")
        )
    return _uid() | {"decision": "pass", "reason": "情况属实", "due": at}


def _vet_many(thing: Any) -> dict[str, Any]:
    return _vet(thing) | {"uids": [str(thing.pk)], "confirm": "1"}


def _object(thing: Any) -> dict[str, Any]:
    move(thing.campaign, "notice")
    return _uid() | {"words": "请核实一下"}


def _answer_for(thing: Any) -> dict[str, Any]:
    move(thing.campaign, "nominating")
    Resident.objects.create(
        person=thing.person, neighbourhood=thing.neighbourhood, state="confirmed", confirmed_at=timezone.now()
    )
    return {"agrees": "yes", "story": "做邻长六年", "present": "1"}


def _object_for(thing: Any) -> dict[str, Any]:
    move(thing.campaign, "notice")
    return _at_counter() | {"words": "请核实一下"}


def _at_counter() -> dict[str, Any]:
    """Somebody who came to the counter of `worker`, with a door."""
    home = Resident.objects.filter(state="confirmed").order_by("pk")[0]
    return _uid() | {"who": home.person.name, "resident": str(home.uid), "present": "1"}


def _second_for(thing: Any) -> dict[str, Any]:
    _second(thing)
    return _at_counter()


def _name_for(thing: Any) -> dict[str, Any]:
    named = _name(thing)
    return _at_counter() | {"whom": "周桂兰", "leader": named["leader"], "why": named["why"]}


def _decide(thing: Any) -> dict[str, Any]:
    move(thing.nomination.campaign, "notice")
    return {"decision": "dismiss", "reason": "核实过了"}


PHONE = {
    "nominate": Row(
        signed_in(PAGE), signed_in(INVALID), "naming", _name, rule((MISSING, ELSEWHERE), (PAGE, NAMES))
    ),
    "nomination_mine": reading(signed_in(MISSING), "naming"),
    "second_list": reading(signed_in(PAGE), "naming"),
    "vet_list": reading(rule((PAGE, who(f"area_leader {STAFF}")), otherwise=DENIED), "naming"),
    "candidate_list": Row(all_alike(PAGE), METHOD_FOR_ALL, "naming"),
    "nomination": reading(rule((PAGE, SEES)), "nominee"),
    "nomination_second": Row(
        NO_GET, rule((INVALID, SEES)), "nominee", _second, rule((PAGE, LIVES_NEAR), (INVALID, SEES))
    ),
    "nomination_vet": Row(
        rule((PAGE, VETS_BELOW)), rule((INVALID, VETS_BELOW)), "nominee", _vet, rule((PAGE, TURN), (DENIED, VETS_BELOW))
    ),
    "nomination_answer": Row(
        rule((MISSING, NOT_MINE), (PAGE, MINE)), rule((MISSING, NOT_MINE), (INVALID, MINE)), "own_nominee", _agree,
        rule((MISSING, NOT_MINE), (PAGE, MINE)),
    ),
    "nomination_withdraw": Row(
        NO_GET, rule((MISSING, NOT_MINE), (INVALID, MINE)), "own_nominee", _leave,
        rule((MISSING, NOT_MINE), (PAGE, MINE)),
    ),
    "candidate": Row(all_alike(PAGE), METHOD_FOR_ALL, "candidate"),
    "objection_raise": Row(
        signed_in(PAGE), signed_in(INVALID), "candidate", _object, rule((PAGE, who("resident")), otherwise=DENIED)
    ),
}  # fmt: skip

API = {
    "api:candidate_list": Row(signed_in(PAGE), METHOD_FOR_ALL, "naming", json=True),
    "api:candidate_detail": Row(signed_in(PAGE), METHOD_FOR_ALL, "candidate", json=True),
    "api:nomination_create": Row(
        METHOD_FOR_ALL, signed_in(INVALID), "naming", _name, rule((MISSING, ELSEWHERE), (PAGE, NAMES)), json=True
    ),
    "api:seconding_create": Row(
        METHOD_FOR_ALL, signed_in(INVALID), "nominee", _second, rule((PAGE, LIVES_NEAR), (INVALID, SEES)), json=True
    ),
    "api:nomination_answer": Row(
        METHOD_FOR_ALL, signed_in(INVALID), "own_nominee", _agree, rule((MISSING, NOT_MINE), (PAGE, MINE)), json=True
    ),
}

_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))
_BOX = Row(console((PAGE, BOX), otherwise=HOME), console((METHOD, BOX), otherwise=HOME))
_MANY = Row(
    console((METHOD, who(CLERKS))), console((PAGE, who(CLERKS))), "nominee", _vet_many, console((PAGE, who(CLERKS)))
)
DESK = {
    "console_nomination_list": _DESK,
    "console_nomination_results": _DESK,
    "console_nomination_export": EXPORT,
    "console_nomination": Row(console((PAGE, VETTED)), console((METHOD, who(CLERKS))), "nominee"),
    "console_nomination_vet": Row(
        console((METHOD, who(CLERKS))), console((INVALID, VETTED)), "nominee", _vet,
        console((PAGE, _DESK_TURN), (DENIED, VETTED)),
    ),
    "console_nomination_answer": Row(
        console((PAGE, VETTED)), console((INVALID, VETTED)), "asked_nominee", _answer_for, console((PAGE, VETTED))
    ),
    "console_nomination_second": Row(
        console((PAGE, VETTED)), console((INVALID, VETTED)), "asked_nominee", _second_for,
        console((INVALID, who("other_worker", "own below")), (PAGE, VETTED)),  # who comes lives with `worker`
    ),
    "console_nomination_make": Row(
        console((PAGE, who(CLERKS))), console((INVALID, who(CLERKS))), "naming", _name_for,
        console((INVALID, who("other_worker")), (PAGE, who(CLERKS))),
    ),
    "console_candidate_objection": Row(
        console((PAGE, who(CLERKS))), console((INVALID, who(CLERKS))), "public_candidate", _object_for,
        console((INVALID, who("other_worker")), (PAGE, who(CLERKS))),  # the resident lives with `worker`
    ),
    "console_nomination_pass_many": _MANY,
    "console_nomination_refuse_many": _MANY,
    "console_nominee_objection_list": _BOX,
    "console_nominee_objection_results": _BOX,
    "console_nominee_objection": Row(
        console((HOME, SENT_HOME), (PAGE, DECIDES)),
        console((HOME, SENT_HOME), (METHOD, BOX)), "nominee_objection",
    ),
    "console_nominee_objection_decide": Row(
        console((HOME, SENT_HOME), (METHOD, BOX)),
        console((HOME, SENT_HOME), (INVALID, DECIDES)), "nominee_objection", _decide,
        console((HOME, SENT_HOME), (PAGE, DECIDES)),
    ),
}  # fmt: skip

ROWS: dict[str, Row] = {**PHONE, **API, **DESK}
