"""The result as JSON, for everybody: who was chosen, and the numbers of one result without a name beside them."""

from __future__ import annotations

import uuid

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from events.results import selectors
from events.results.models import Outcome

router = Router(auth=None)


class ChosenOut(Schema):
    """Somebody who was chosen."""

    id: uuid.UUID
    name: str
    street: str
    neighbourhood: str


class PartsOut(Schema):
    """Everything that one score is made of, and what it came to; scores in ten-thousandths of a point.

    Steps and opinion_score are null where too few households answered.
    """

    id: uuid.UUID
    panel_weight: int
    opinion_weight: int
    ballot_weight: int
    opinion_least: int
    ballots: int
    electorate: int
    answers: int
    steps: int | None
    marks: list[int]
    ballot_score: int
    opinion_score: int | None
    panel_score: int
    score: int


@router.get("/{uuid:uid}/winners", response=list[ChosenOut], url_name="result")
def result_list(request: HttpRequest, uid: uuid.UUID) -> list[ChosenOut]:
    """Who was chosen in a campaign, by street and name; empty before the winners' notice."""
    rows = Outcome.objects.visible_to(request.user).filter(campaign__uid=uid).winners()
    return [
        ChosenOut(id=one.pk, name=one.nomination.person.name, street=one.nomination.street.name,
                  neighbourhood=one.nomination.neighbourhood.name)
        for one in rows
    ]  # fmt: skip


@router.get("/winners/{uuid:uid}", response=PartsOut, url_name="result_parts")
def result_parts(request: HttpRequest, uid: uuid.UUID) -> PartsOut:
    """The parts of one result: of a winner for everybody, of one's own for oneself."""
    rows = Outcome.objects.visible_to(request.user).select_related("nomination", "campaign__rules")
    one = selectors.opened(get_object_or_404(rows, pk=uid))
    outcome, rules = one.outcome, one.rules
    return PartsOut(
        id=outcome.pk,
        panel_weight=rules.panel_weight,
        opinion_weight=rules.opinion_weight,
        ballot_weight=rules.ballot_weight,
        opinion_least=rules.opinion_least,
        ballots=outcome.ballots_count,
        electorate=outcome.electorate_count,
        answers=outcome.opinion_count,
        steps=outcome.opinion_steps if one.opinion_counts else None,
        marks=[mark.points for mark in one.marks],
        ballot_score=outcome.ballot_score,
        opinion_score=outcome.opinion_score,
        panel_score=outcome.panel_score,
        score=outcome.score,
    )
