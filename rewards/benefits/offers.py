"""What becomes of an offer: opened, paused, ended; and what leaders say was not honoured."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import audit, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.benefits.models import Benefit, BenefitState, RefusalReport
from rewards.benefits.selectors import grant_for
from volunteers.units.models import STAFF
from volunteers.units.rights import Right, require


@streams.in_district_language
def _tell_staff(report: RefusalReport) -> None:
    unit_id = report.benefit.package.unit_id
    payload = {
        "title": _("有人说“%s”没兑现") % report.benefit.name,
        "body": report.words or _("没有写原因"),
        "url": reverse("console_refusal_list"),
        "icon": "alert",
    }
    staff = [role.value for role in STAFF]
    streams.publish(streams.unit_key(unit_id), kind="refusal", payload=payload, roles=staff, ref=f"refusal:{report.pk}")


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
    _tell_staff(report)
    return report


@transaction.atomic
def set_benefit_state(*, benefit: Benefit, state: BenefitState, acting_user: Actor, reason: str = "") -> Benefit:
    """Open, pause, resume or end an offer. Who may: MANAGE_BENEFITS in the package's unit."""

    require(acting_user, Right.MANAGE_BENEFITS, benefit.package.unit)
    allowed = {
        BenefitState.DRAFT: {BenefitState.LIVE},
        BenefitState.LIVE: {BenefitState.PAUSED, BenefitState.ENDED},
        BenefitState.PAUSED: {BenefitState.LIVE, BenefitState.ENDED},
        BenefitState.ENDED: set(),
    }[BenefitState(benefit.state)]
    if state not in allowed:
        raise Conflict
    if not Benefit.objects.filter(pk=benefit.pk, state=benefit.state).update(state=state):
        raise Conflict
    audit.record(
        actor=acting_user, act=f"benefit.{state.value}", obj=benefit, unit_id=benefit.package.unit_id, reason=reason
    )
    benefit.state = state
    return benefit
