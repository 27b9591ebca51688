"""What a campaign comes to: the parts of every candidate's score, the scores, and who is chosen. The rule is `exact`.

Computed as the winners' notice begins, and again whenever somebody leaves, is struck or is cleared after that. It reads
what is stored and nothing else, so that again it comes to the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Count, Sum

from events.ballots.models import Ballot, BallotBox, OpinionAnswer
from events.campaigns.models import Campaign, CampaignRules, Nomination, StreetQuota
from events.campaigns.panel.selectors import candidates_of, marks_by_candidate
from events.results.exact import Parts, Score, Weights, chosen, score_of
from events.results.models import Outcome

COLUMNS = (
    "ballots_count", "electorate_count", "ballot_score", "opinion_count", "opinion_steps", "opinion_score",
    "marks_count", "panel_score", "score", "is_winner",
)  # fmt: skip


def weights_of(rules: CampaignRules) -> Weights:
    """The weights of a version of the rules."""
    return Weights(rules.panel_weight, rules.opinion_weight, rules.ballot_weight, rules.opinion_least)


def ballots_by_candidate(campaign: Campaign) -> Counter[UUID]:
    """On how many opened ballots each name stands; ballots that are alike are split up once."""
    rows = Ballot.objects.filter(box_id=campaign.pk).order_by()
    alike = Counter(rows.values_list("choices", flat=True).iterator(chunk_size=10_000))
    found: Counter[UUID] = Counter()
    for choices, count in alike.items():
        for name in filter(None, choices.split(",")):
            found[UUID(name)] += count
    return found


def opinions_by_candidate(campaign: Campaign) -> dict[UUID, tuple[int, int]]:
    """How many households answered about each, and the sum of their steps."""
    rows = OpinionAnswer.objects.filter(box_id=campaign.pk).order_by().values_list("nomination")
    return {about: (count, steps) for about, count, steps in rows.annotate(count=Count("pk"), steps=Sum("step"))}


def parts_of(campaign: Campaign, candidates: Iterable[Nomination]) -> dict[UUID, Parts]:
    """What each candidate's score is made of; the same few queries for any number of candidates."""
    ballots, opinions = ballots_by_candidate(campaign), opinions_by_candidate(campaign)
    marks = marks_by_candidate(campaign)
    quotas = StreetQuota.objects.filter(campaign=campaign)
    voters = {street: count or 0 for street, count in quotas.values_list("street_id", "electorate_count")}
    return {
        one.pk: Parts(
            ballots[one.pk], voters.get(one.street_id, 0), *opinions.get(one.pk, (0, 0)), marks=marks.get(one.pk, ())
        )
        for one in candidates
    }


def winners_of(campaign: Campaign, candidates: Iterable[Nomination], scores: Mapping[UUID, Score]) -> set[UUID]:
    """Who is chosen, street by street: as many candidates as there are places, none who is paused.

    Except who was chosen before: something asked about them during the notice takes the place from nobody until it is
    decided.
    """
    places = dict(StreetQuota.objects.filter(campaign=campaign).values_list("street_id", "winners_count"))
    root = BallotBox.objects.filter(campaign=campaign).values_list("root", flat=True).first() or ""
    chosen_before = set(Outcome.objects.filter(campaign=campaign, is_winner=True).values_list("pk", flat=True))
    standing: dict[int, list[tuple[UUID, int, Score]]] = defaultdict(list)
    for one in candidates:
        if one.is_candidate and (not one.is_paused or one.pk in chosen_before):
            standing[one.street_id].append((one.pk, one.lot or 0, scores[one.pk]))
    found: set[UUID] = set()
    for street, rows in standing.items():
        found |= chosen(rows, places.get(street, 0), root)
    return found


def _row(nomination: Nomination, parts: Parts, score: Score, is_winner: bool) -> Outcome:
    return Outcome(
        nomination=nomination,
        campaign_id=nomination.campaign_id,
        ballots_count=parts.ballots,
        electorate_count=parts.electorate,
        ballot_score=score.ballot,
        opinion_count=parts.answers,
        opinion_steps=parts.steps if score.opinion is not None else 0,
        opinion_score=score.opinion,
        marks_count=score.marks_counted,
        panel_score=score.panel,
        score=score.total,
        is_winner=is_winner,
    )


def compute(campaign: Campaign) -> list[Outcome]:
    """Write every candidate's result; again changes nothing unless somebody left, was struck or cleared meanwhile.

    In the caller's transaction, which holds the campaign. Who was a candidate at an earlier time keeps the numbers,
    and is not chosen.
    """
    candidates = list(candidates_of(campaign).order_by("pk"))
    parts, weights = parts_of(campaign, candidates), weights_of(campaign.rules)
    scores = {uid: score_of(one, weights) for uid, one in parts.items()}
    winners = winners_of(campaign, candidates, scores)
    rows = [_row(one, parts[one.pk], scores[one.pk], one.pk in winners) for one in candidates]
    Outcome.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["nomination"], update_fields=COLUMNS, batch_size=200
    )
    gone = Outcome.objects.filter(campaign=campaign, is_winner=True)
    gone.exclude(nomination__in=[one.pk for one in candidates]).update(is_winner=False)
    return rows
