"""Some of last month's approved awards are looked at again: drawn by a published seed, so that anybody can draw anew.

The method: for every award the SHA-256 of `<seed>:<number of the award>`, in hexadecimal; in each community those with
the smallest values, so many per cent of its awards (rounded up), but at least so many where there are. The seed is the
link of the ledger's seal of the month's last day, which is known to nobody before and to everybody after; where that
day has no seal, a random number.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import SYSTEM, Actor, is_system
from foundation.errors import Conflict, Denied, Invalid
from rewards.points.models import AskedState, AwardSample, LedgerSeal, ManualAward, SampledAward, Verdict
from rewards.points.permissions import can_look_at
from rewards.points.posting import month_begins, next_month
from rewards.points.rehearsal import last_month
from volunteers.units.models import Level

FIRST_DAY = 2
"""Drawn from this day of a month on: by then the last day of the month before is sealed."""


def value_of(seed: str, number: uuid.UUID | str) -> str:
    """What an award is ordered by."""
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()


def draw(seed: str, numbers: Mapping[str, Iterable[str]], *, percent: int, at_least: int) -> set[str]:
    """The numbers drawn, given all of them by community; pure, as anybody can do it again."""
    drawn: set[str] = set()
    for own in numbers.values():
        ordered = sorted(own, key=lambda number: value_of(seed, number))
        drawn |= set(ordered[: max(at_least, math.ceil(len(ordered) * percent / 100))])
    return drawn


def approved_in(month: dt.date) -> list[ManualAward]:
    """The awards approved in a month; nothing can join them later."""
    span = {"decided_at__gte": month_begins(month), "decided_at__lt": month_begins(next_month(month))}
    rows = ManualAward.objects.filter(state=AskedState.APPROVED, **span).select_related("unit")
    return list(rows.order_by("unit__path", "pk"))


def by_community(awards: Sequence[ManualAward]) -> dict[str, list[str]]:
    """Their numbers by the path of the community."""
    found: dict[str, list[str]] = {}
    for award in awards:
        found.setdefault(award.unit.path_at(Level.COMMUNITY), []).append(str(award.pk))
    return found


def _seed(last_day: dt.date) -> str:
    link = LedgerSeal.objects.filter(day=last_day).values_list("link", flat=True).first()
    return link or secrets.token_hex(32)


@transaction.atomic
def draw_month(month: dt.date) -> AwardSample | None:
    """Draw a month's sample once; the one there is when it was drawn before, None where nothing was approved."""
    if stored := AwardSample.objects.filter(month=month).first():
        return stored
    awards = approved_in(month)
    if not awards:
        return None
    shape = {"percent": settings.POINTS_SAMPLE_PERCENT, "at_least": settings.POINTS_SAMPLE_AT_LEAST}
    seed = _seed(next_month(month) - dt.timedelta(days=1))
    made, is_new = AwardSample.objects.get_or_create(
        month=month, defaults={"seed": seed, "population": len(awards), "drawn_at": clock.now(), **shape}
    )
    if is_new:
        drawn = draw(seed, by_community(awards), **shape)
        SampledAward.objects.bulk_create(
            SampledAward(sample=made, award=award) for award in awards if str(award.pk) in drawn
        )
        audit.record(actor=SYSTEM, act="sample.draw", obj=made, data={"month": str(month), "drawn": len(drawn)})
    return made


def draw_last_month() -> AwardSample | None:
    """Last month's, once its last day is sealed; asking again changes nothing."""
    return draw_month(last_month()) if clock.today().day >= FIRST_DAY else None


@transaction.atomic
def look_at(*, item: SampledAward, in_order: bool, reason: str, acting_user: Actor) -> SampledAward:
    """A second look at one award: in order, or not, and then why.

    Who may: SEE_AUDIT in the unit, nobody who had to do with the award. Raises `Denied`, `Invalid`, `Conflict` when
    somebody has looked already.
    """
    if not can_look_at(acting_user, item):
        raise Denied(_("这一条和您有关，请另一位同事来看。"))
    if not in_order and not reason.strip():
        raise Invalid(errors={"reason": _("请写一句哪里有问题。")})
    verdict = Verdict.IN_ORDER if in_order else Verdict.NOT_IN_ORDER
    rows = SampledAward.objects.select_for_update(of=("self",)).select_related("award")
    found = rows.get(pk=item.pk)
    if found.verdict == verdict and found.looked_by_id == acting_user.pk:
        return found
    if found.verdict != Verdict.OPEN:
        raise Conflict(_("这一条已经看过了：%(verdict)s。") % {"verdict": found.get_verdict_display()})
    found.verdict, found.reason = verdict, reason.strip()[:200]
    found.looked_by, found.looked_at = None if is_system(acting_user) else acting_user, clock.now()
    found.save(update_fields=["verdict", "reason", "looked_by", "looked_at"])
    unit_id = found.award.unit_id
    audit.record(actor=acting_user, act="sample.look", obj=found, unit_id=unit_id, reason=found.reason)
    return found
