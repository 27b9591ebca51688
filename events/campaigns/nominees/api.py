"""Candidates and nominations as JSON: the same services and the same rights as the pages."""

from __future__ import annotations

import uuid

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema

from events.campaigns.models import Nomination
from events.campaigns.nominees import nominations, selectors
from events.campaigns.selectors import campaign_of
from foundation.errors import Missing
from volunteers.units.rights import person_id_of

router = Router()


class CandidateOut(Schema):
    """A candidate as everybody reads it. `years` is in words; `number` the one on paper, while one can vote."""

    uid: uuid.UUID
    name: str
    street: str
    community: str
    years: str
    story: str
    is_paused: bool
    number: int | None


class NominateIn(Schema):
    """Whom, by the uid of the appointment, and why; `uid` is made on the phone and stored before sending."""

    uid: uuid.UUID
    leader: uuid.UUID
    why: str = Field(min_length=1, max_length=200)


class SecondIn(Schema):
    """My household stands behind it."""

    uid: uuid.UUID


class AnswerIn(Schema):
    """The nominee's word; the story goes with agreeing."""

    agrees: bool
    story: str = Field("", max_length=300)


class NominationOut(Schema):
    """How a nomination stands. No count: what is wanted is whether there are enough households."""

    uid: uuid.UUID
    state: str
    has_enough_households: bool


def _nomination(request: HttpRequest, uid: uuid.UUID) -> Nomination:
    rows = Nomination.objects.visible_to(request.user).select_related(
        "person", "neighbourhood", "street", "campaign__rules"
    )
    nomination: Nomination = get_object_or_404(rows, pk=uid)
    return nomination


def _out(one: selectors.Candidate) -> CandidateOut:
    row = one.nomination
    return CandidateOut(
        uid=row.pk, name=row.person.name, street=row.street.name, community=one.community, years=one.years,
        story=row.story, is_paused=row.is_paused, number=row.ballot_number,
    )  # fmt: skip


def _standing(row: Nomination) -> NominationOut:
    enough = row.seconded_count >= row.campaign.rules.seconders_count
    return NominationOut(uid=row.pk, state=row.state, has_enough_households=enough)


@router.get("/{uuid:uid}/candidates", response=list[CandidateOut], summary="Candidates of a campaign")
def candidate_list(request: HttpRequest, uid: uuid.UUID, street: uuid.UUID | None = None) -> list[CandidateOut]:
    """The candidates of a campaign, by place; of one street with `street`."""
    campaign = campaign_of(request.user, uid)
    rows = Nomination.objects.visible_to(request.user).filter(campaign=campaign).candidates()
    if street is not None:
        rows = rows.filter(street__uid=street)
    listed = rows.select_related("person", "neighbourhood", "street").by_place()
    return [_out(one) for one in selectors.described(campaign, listed)]


@router.get("/candidates/{uuid:uid}", response=CandidateOut, summary="One candidate")
def candidate_detail(request: HttpRequest, uid: uuid.UUID) -> CandidateOut:
    """One candidate."""
    row = _nomination(request, uid)
    if not row.is_candidate:
        raise Missing
    return _out(selectors.described(row.campaign, [row])[0])


@router.post("/{uuid:uid}/nominations", response=NominationOut, summary="Put a neighbour leader forward")
def nomination_create(request: HttpRequest, uid: uuid.UUID, body: NominateIn) -> NominationOut:
    """Put a neighbour leader forward; who was put forward before is seconded instead."""
    campaign = campaign_of(request.user, uid)
    choice = selectors.choice_of(request.user, campaign, body.leader)
    if choice is None:
        raise Missing
    made = nominations.nominate(
        uid=body.uid, campaign=campaign, appointment=choice.held, why=body.why, acting_user=request.user
    )
    return _standing(made.nomination)


@router.post("/nominations/{uuid:uid}/seconding", response=NominationOut, summary="Second as a household")
def seconding_create(request: HttpRequest, uid: uuid.UUID, body: SecondIn) -> NominationOut:
    """My household stands behind it."""
    row = _nomination(request, uid)
    nominations.second(uid=body.uid, nomination=row, acting_user=request.user)
    return _standing(_nomination(request, uid))


@router.post("/nominations/{uuid:uid}/answer", response=NominationOut, summary="The nominee's answer")
def nomination_answer(request: HttpRequest, uid: uuid.UUID, body: AnswerIn) -> NominationOut:
    """The nominee agrees or declines."""
    row = _nomination(request, uid)
    if row.person_id != person_id_of(request.user):
        raise Missing
    return _standing(
        nominations.answer_nomination(nomination=row, agrees=body.agrees, story=body.story, acting_user=request.user)
    )
