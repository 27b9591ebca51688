"""What becomes of an offer: drafted, reviewed by a second person, opened, paused, ended; and what was not honoured."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import SYSTEM, Actor, is_system
from foundation.errors import Conflict, Denied, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.benefits import news
from rewards.benefits.entitled import grant_for
from rewards.benefits.entitlements import kill_codes, lock
from rewards.benefits.models import Benefit, BenefitState, Entitlement, EntitlementState, Merchant, RefusalReport
from volunteers.units.rights import Right, require

State = BenefitState
STEPS: dict[str, frozenset[BenefitState]] = {
    State.DRAFT: frozenset({State.REVIEWED}),
    State.REVIEWED: frozenset({State.LIVE, State.DRAFT}),
    State.LIVE: frozenset({State.PAUSED, State.ENDED}),
    State.PAUSED: frozenset({State.LIVE, State.ENDED}),
    State.ENDED: frozenset(),
}


@transaction.atomic
def set_benefit_state(*, benefit: Benefit, state: BenefitState, acting_user: Actor, reason: str = "") -> Benefit:
    """Review, open, pause, resume or end an offer. The reason of a pause is what leaders read.

    Who may: MANAGE_BENEFITS in the package's unit; a review is by somebody else than whoever drafted it, and every shop
    has agreed before an offer is opened. Raises `Denied`, `Conflict`.
    """
    require(acting_user, Right.MANAGE_BENEFITS, benefit.package.unit)
    locked = lock(benefit)
    if state not in STEPS[locked.state]:
        raise Conflict
    was = locked.state
    if was == State.REVIEWED and state == State.LIVE and (words := without_agreement(locked.merchants.all())):
        raise Conflict(words)
    _enter(locked, state, acting_user, reason.strip()[:60])
    unit_id = locked.package.unit_id
    audit.record(actor=acting_user, act=f"benefit.{state.value}", obj=locked, unit_id=unit_id, reason=reason)
    if state == State.ENDED:
        _let_go(locked)
    elif state == State.LIVE and was == State.PAUSED:
        news.resumed(locked)
    elif state == State.LIVE:
        news.opened(locked)
    benefit.refresh_from_db()
    return benefit


@transaction.atomic
def say_why_paused(*, benefit: Benefit, reason: str, acting_user: Actor) -> None:
    """What leaders read while it stays paused, for another reason now.

    Who may: MANAGE_BENEFITS in the package's unit. Raises `Denied`, `Conflict` when it is not paused.
    """
    require(acting_user, Right.MANAGE_BENEFITS, benefit.package.unit)
    locked = lock(benefit)
    if locked.state != State.PAUSED:
        raise Conflict
    locked.pause_note = reason.strip()[:60]
    locked.save(update_fields=["pause_note"])
    data = {"fields": ["pause_note"]}
    audit.record(actor=acting_user, act="benefit.change", obj=locked, unit_id=locked.package.unit_id, data=data)
    benefit.refresh_from_db()


def without_agreement(merchants: QuerySet[Merchant]) -> str:
    """Which of these shops have no agreement on file, and what to do about it; empty when all have."""
    rows: Any = merchants
    names = "、".join(rows.without_agreement().order_by("pinyin", "pk").values_list("name", flat=True))
    words = _("%s 还没有合作约定。先请店里在手机上点同意，或者登记纸质约定，这一项才能给大家用。")
    return words % names if names else ""


def _enter(benefit: Benefit, state: BenefitState, acting_user: Actor, reason: str) -> None:
    if state == State.REVIEWED:
        if benefit.drafted_by_id == acting_user.pk and not is_system(acting_user):
            raise Denied(_("自己起草的请另一位同事来审核。"))
        benefit.reviewed_by_id = acting_user.pk
    elif state == State.DRAFT:
        benefit.reviewed_by_id = None
    elif state == State.LIVE and benefit.live_since is None:
        benefit.live_since = clock.now()
    benefit.state, benefit.pause_note = state, reason if state == State.PAUSED else ""
    benefit.save(update_fields=["state", "pause_note", "reviewed_by", "live_since"])


def _let_go(benefit: Benefit) -> None:
    """What was not used by the end has run out."""
    rows = Entitlement.objects.filter(benefit=benefit).open()
    kill_codes(rows.values_list("pk", flat=True))
    rows.update(state=EntitlementState.EXPIRED, waiting_since=None)


@transaction.atomic
def redraft(*, benefit: Benefit, acting_user: Actor) -> None:
    """Whoever wrote the promise last is its drafter; what had been reviewed is a draft again."""
    require(acting_user, Right.MANAGE_BENEFITS, benefit.package.unit)
    written = Benefit.objects.filter(pk=benefit.pk, state__in=[State.DRAFT, State.REVIEWED])
    written.update(drafted_by_id=acting_user.pk, reviewed_by_id=None, state=State.DRAFT)


def end_past_offers() -> int:
    """End offers after their last day; returns how many."""
    running = Benefit.objects.filter(state__in=[State.LIVE, State.PAUSED], ends_on__lt=clock.today())
    ended = 0
    for benefit in running.select_related("package__unit").order_by("pk"):
        try:
            set_benefit_state(benefit=benefit, state=State.ENDED, acting_user=SYSTEM)
            ended += 1
        except Conflict:
            continue
    return ended


@transaction.atomic
def report_refusal(*, id: uuid.UUID, benefit: Benefit, words: str, acting_user: Actor) -> RefusalReport:  # noqa: A002
    """A shop did not honour a benefit: staff of the package's unit hear of it. The same id twice is one report."""
    if grant_for(acting_user, benefit) is None or acting_user.person_id is None:
        raise Missing
    print_ = fingerprint({"benefit": benefit.pk, "words": words})
    if stored := RefusalReport.objects.filter(pk=id).first():
        if stored.person_id != acting_user.person_id:
            raise Missing
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    try:
        with transaction.atomic():
            report = RefusalReport.objects.create(
                id=id, benefit=benefit, person_id=acting_user.person_id, words=words.strip()[:200], fingerprint=print_
            )
    except IntegrityError:
        return RefusalReport.objects.get(pk=id)
    unit_id = benefit.package.unit_id
    audit.record(actor=acting_user, act="benefit.report_refusal", obj=report, unit_id=unit_id)
    news.refused(report)
    return report
