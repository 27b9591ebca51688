"""Vetting level by level, and what becomes of every nomination when it ends."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from events.campaigns.models import (
    Campaign,
    CampaignState,
    Nomination,
    NominationState,
    Vetting,
    VettingLevel,
)
from events.campaigns.nominees import news as nominee_news
from events.campaigns.nominees.eligibility import no_longer
from events.campaigns.nominees.permissions import can_vet, was_turn
from events.campaigns.phases import entering, is_open
from foundation import audit, streams
from foundation.actors import SYSTEM, Actor
from foundation.errors import Conflict, Denied, Invalid, Refused
from foundation.idempotency import DifferentBody

LEVELS_OF_VETTING = tuple(VettingLevel)
LONGEST_REASON = 200


def locked(nomination: Nomination) -> tuple[Nomination, Campaign]:
    """The row under lock, and its campaign as it stands now: read after the lock, since whatever ends a phase
    holds it.
    """
    row = (
        Nomination.objects.select_for_update(of=("self",))
        .select_related("neighbourhood", "person")
        .get(pk=nomination.pk)
    )
    return row, Campaign.objects.select_related("rules").prefetch_related("phases").get(pk=row.campaign_id)


def clean_words(text: str, field: str, empty: str, longest: int) -> str:
    """What was written, in one piece. Raises `Invalid` when it is nothing, or too long."""
    cleaned = text.strip()
    if not cleaned:
        raise Invalid(errors={field: empty})
    if len(cleaned) > longest:
        raise Invalid(errors={field: _("最多 %(most)d 个字。") % {"most": longest}})
    return cleaned


@transaction.atomic
def vet(
    *, uid: uuid.UUID, nomination: Nomination, due: int, is_passed: bool, reason: str, acting_user: Actor
) -> Vetting:
    """Pass or refuse a nomination at the level whose turn it is, with a reason. Of two at once one decides.

    `due` is the number of the level that was looked at, 0 the area: whoever covers several decides none unseen. Who
    may: `can_vet`. Refusing ends it, and the nominee is told why. The same uid twice is the same answer.
    Raises `Denied`, `Invalid`, `Conflict`, `DifferentBody`.
    """
    row, campaign = locked(nomination)
    cleaned = clean_words(reason, "reason", _("请写一句理由。"), LONGEST_REASON)
    if stored := Vetting.objects.filter(pk=uid).first():
        same = (stored.nomination_id, stored.is_passed, stored.reason) == (row.pk, is_passed, cleaned)
        if not same:
            raise DifferentBody
        return stored
    if row.state != NominationState.AGREED or not is_open(campaign, CampaignState.VETTING):
        raise Conflict(_("现在不用审核了，请刷新看看。"))
    current = Nomination.objects.with_level().select_related("neighbourhood").get(pk=row.pk)
    may = can_vet(acting_user, current)
    if was_turn(acting_user, current) and not may:
        raise Conflict(_decided_before())
    if not may:
        raise Denied(_("现在轮不到您审核这一位，或者要请别的同事来审。"))
    if current.due != due:  # type: ignore[attr-defined]
        raise Conflict(_decided_before())
    made = Vetting(uid=uid, nomination=row, level=_level_of(current), is_passed=is_passed, reason=cleaned)
    made.by_id = acting_user.pk
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as taken:
        raise Conflict(_decided_before()) from taken
    act = "nomination.pass" if is_passed else "nomination.refuse"
    audit.record(
        actor=acting_user, act=act, obj=row, unit_id=row.neighbourhood_id, reason=cleaned, data={"level": made.level}
    )
    if not is_passed:
        row.state, row.answer = NominationState.REFUSED, cleaned
        row.save(update_fields=["state", "answer"])
        nominee_news.refused(row)
    return made


def _decided_before() -> str:
    return _("这一级刚刚审过了，谢谢您。")


def _level_of(nomination: Nomination) -> VettingLevel:
    due: int = nomination.due  # type: ignore[attr-defined]
    if due >= len(LEVELS_OF_VETTING):
        raise Conflict(_("各级都审过了。"))
    return LEVELS_OF_VETTING[due]


@dataclass(slots=True)
class Outcome:
    """What became of several vetted at once: which were decided, and why the others were not."""

    done: list[Nomination]
    left: list[tuple[Nomination, str]]


def vet_many(
    *, uid: uuid.UUID, nominations: Iterable[Nomination], is_passed: bool, reason: str, acting_user: Actor
) -> Outcome:
    """Vet one after the other with one reason, each by itself: what is not the user's holds up no other.

    `nominations` come `with_level`.
    """
    outcome = Outcome([], [])
    for one in nominations:
        try:
            vet(
                uid=uuid.uuid5(uid, str(one.pk)),
                nomination=one,
                due=one.due,  # type: ignore[attr-defined]
                is_passed=is_passed,
                reason=reason,
                acting_user=acting_user,
            )
        except Invalid:
            raise
        except Refused as refusal:
            outcome.left.append((one, str(refusal.message)))
        else:
            outcome.done.append(one)
    return outcome


@entering(CampaignState.VETTING)
def ask_area_leaders(campaign: Campaign) -> None:
    """The vetting begins: the first level hears of it once, by area."""
    rows = Nomination.objects.filter(campaign=campaign, state=NominationState.AGREED)
    nominee_news.vetting_begins(campaign, rows.select_related("neighbourhood"))


@entering(CampaignState.NOTICE)
def settle(campaign: Campaign) -> None:
    """Who agreed, was passed at every level, has the households and may still stand is a candidate; everybody else is
    thanked, and reads why.
    """
    rows = Nomination.objects.filter(campaign=campaign)
    waiting = list(
        rows.filter(state__in=[NominationState.ASKED, NominationState.AGREED]).select_for_update().order_by("pk")
    )
    # Read after the locks: whoever was vetting at this moment has finished.
    open_rows = rows.filter(pk__in=[one.pk for one in waiting])
    agreed = open_rows.filter(state=NominationState.AGREED)
    passed = set(agreed.passed_everywhere().values_list("pk", flat=True))
    enough = set(agreed.filter(seconded_count__gte=campaign.rules.seconders_count).values_list("pk", flat=True))
    gone = no_longer(campaign, agreed)
    stands = (passed & enough) - gone.keys()
    open_rows.filter(pk__in=stands).update(state=NominationState.CANDIDATE)
    _thank(open_rows.filter(state=NominationState.ASKED), _not_answered())
    for uid, sentence in gone.items():
        _thank(open_rows.filter(pk=uid), sentence)
    _thank(agreed.exclude(pk__in=enough), _too_few())
    _thank(agreed, _not_vetted())
    audit.record(
        actor=SYSTEM, act="campaign.settle_nominations", obj=campaign, unit_id=campaign.unit_id,
        data={"candidates": len(stands), "lapsed": len(waiting) - len(stands)},
    )  # fmt: skip
    nominee_news.settled(campaign, waiting, stands)


def _thank(rows: QuerySet[Nomination], words: str) -> None:
    rows.update(state=NominationState.LAPSED, answer=words)


@streams.in_district_language
def _not_answered() -> str:
    return _("这一次没有等到本人答复，下一次再来。")


@streams.in_district_language
def _too_few() -> str:
    return _("这一次附议的户数还差一点，下一次再来。")


@streams.in_district_language
def _not_vetted() -> str:
    return _("这一次各级审核没有走完，下一次再来。")
