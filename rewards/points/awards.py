"""Awards made by hand: one member of staff asks, another approves or refuses; the points come from a budget.

Nobody asks or approves for themselves. What is refused for want of a budget or a full month stays asked for.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.points import award_news, deciding
from rewards.points.budgets import nearest_budget
from rewards.points.models import AskedState, ManualAward
from rewards.points.permissions import can_decide_award
from rewards.points.posting import NotEnough
from rewards.points.rules import Worth, version_in_force, versions
from rewards.points.rules import rule as rule_of
from rewards.points.services import award_points
from volunteers.people.models import Person
from volunteers.units.models import THREE_HEADS, Appointment, Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where, person_id_of

MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Given:
    """An approved award: points by the rule, and what was left of them after the caps."""

    award: ManualAward
    wanted: int
    given: int

    @property
    def cut(self) -> int:
        """Points above the caps."""
        return self.wanted - self.given


def by_hand() -> list[Worth]:
    """The rules of today under which staff may ask."""
    return [one for one in version_in_force().rules.values() if one.by_hand]


def _units_of(people: Sequence[Person], acting_user: Actor) -> dict[int, Unit]:
    """Where each of them serves today, as far as the user may ask for awards there; the highest of several."""
    held = Appointment.objects.active().of_roles(THREE_HEADS).filter(person__in=people)
    found = held.filter(under(paths_where(acting_user, Right.AWARD_POINTS), "unit__path"))
    return {one.person_id: one.unit for one in found.select_related("unit").order_by("-unit__path", "pk")}


def _check(people: Sequence[Person], rule: str, quantity: int, happened_on: dt.date, reason: str) -> None:
    errors: dict[str, str] = {}
    if not people:
        errors["person"] = _("先选一位。")
    if len(people) > MOST_AT_ONCE:
        errors["person"] = _("一次最多给 %(most)d 位申请。") % {"most": MOST_AT_ONCE}
    found = rule_of(rule)
    if found is None or not found.by_hand:
        errors["rule"] = _("请选一条由工作人员录入的规则。")
    elif quantity < 1 or found.pieces(quantity) < quantity:
        errors["quantity"] = _("“%(rule)s”一次最多记 %(most)d %(measure)s。") % {
            "rule": found.label,
            "most": found.most_at_once or 1,
            "measure": found.measure,
        }
    if happened_on > clock.today():
        errors["happened_on"] = _("还没有到这一天。")
    if not reason.strip():
        errors["reason"] = _("请写一句是什么事，本人会看到。")
    if errors:
        raise Invalid(errors=errors)


@transaction.atomic
def ask_awards(
    *,
    uid: uuid.UUID,
    people: Sequence[Person],
    rule: str,
    quantity: int,
    reason: str,
    happened_on: dt.date,
    acting_user: Actor,
) -> list[ManualAward]:
    """Ask for the same award for one person or several; each becomes a row of its own, decided by itself.

    Who may: AWARD_POINTS where they serve as one of the three heads, never for oneself. The same uid twice is the same
    answer. Raises `Denied`, `Invalid`, `DifferentBody`.
    """
    people = sorted({one.pk: one for one in people}.values(), key=lambda one: one.pk)
    body = {"people": [one.pk for one in people], "rule": rule, "quantity": quantity, "reason": reason.strip()}
    print_ = fingerprint(body | {"day": happened_on.isoformat()})
    rows = ManualAward.objects.filter(pk__in=[_uid(uid, one) for one in people]).order_by("person_id")
    if stored := list(rows):
        for one in stored:
            same_body_or_refuse(one.fingerprint, print_)
        return stored
    if not paths_where(acting_user, Right.AWARD_POINTS):
        raise Denied
    if not is_system(acting_user) and person_id_of(acting_user) in {one.pk for one in people}:
        raise Denied(_("自己的积分要请同事来申请。"))
    _check(people, rule, quantity, happened_on, reason)
    units = _units_of(people, acting_user)
    if strangers := [one.name for one in people if one.pk not in units]:
        raise Invalid(errors={"person": _("%(names)s 现在不是您这里的三长。") % {"names": "、".join(strangers)}})
    made = [
        ManualAward(
            uid=_uid(uid, one), person=one, unit=units[one.pk], rule=rule, quantity=quantity, reason=reason.strip(),
            happened_on=happened_on, asked_by=None if is_system(acting_user) else acting_user, asked_at=clock.now(),
            fingerprint=print_,
        )
        for one in people
    ]  # fmt: skip
    ManualAward.objects.bulk_create(made)
    for one in made:
        audit.record(actor=acting_user, act="award.ask", obj=one, unit_id=one.unit_id, data={"rule": rule})
    award_news.asked(made)
    return made


def _uid(uid: uuid.UUID, person: Person) -> uuid.UUID:
    """Of one person's row among those asked for at once."""
    return uuid.uuid5(uid, str(person.uid))


def wanted_points(award: ManualAward) -> int:
    """What the rules of today give for it, before month and ceiling; 0 when they no longer name it."""
    found = rule_of(award.rule)
    return found.points * found.pieces(award.quantity) if found else 0


@transaction.atomic
def approve_award(*, award: ManualAward, acting_user: Actor) -> Given:
    """Give the points, from the nearest budget above, cut to the rule and to what the month leaves.

    Of two at once one approves, the other is told. Who may: `can_decide_award`. Raises `Denied`, and `Conflict` when
    it is decided already, the rule is gone, there is no budget or too little in it, or the month is full: then it stays
    asked for.
    """
    if not can_decide_award(acting_user, award):
        raise Denied(_("这一条要请另一位同事来批。"))
    found = deciding.locked(award, AskedState.APPROVED, acting_user)
    if found is None:
        return given_by(ManualAward.objects.select_related("transfer").get(pk=award.pk))
    wanted = wanted_points(found)
    if not wanted:
        raise Conflict(_("现在的规则里没有这一条了，请退回去重新申请。"))
    budget = nearest_budget(found.unit)
    if budget is None:
        raise Conflict(_("这里还没有积分预算，请镇街先拨一些。申请先留着，不会丢。"))
    try:
        line = award_points(
            person_id=found.person_id, rule=found.rule, quantity=found.quantity, source_key=f"award:{found.pk}",
            reason=found.reason, unit_id=found.unit_id, acting_user=acting_user, by_staff=True,
            from_account_id=budget.pk,
        )  # fmt: skip
    except NotEnough:
        words = _("%(unit)s的预算还剩 %(left)d 分，这一次要 %(wanted)d 分。请先补一点预算，申请先留着，不会丢。")
        assert budget.unit
        free = budget.balance - budget.held
        raise Conflict(words % {"unit": budget.unit.name, "left": free, "wanted": wanted}) from None
    if line is None:
        raise Conflict(_("这位这个月已经记满了。申请先留着，下个月再批，不会丢。"))
    found.transfer = line
    deciding.close(found, AskedState.APPROVED, act="award.approve", answer="", acting_user=acting_user)
    award_news.approved(found, line.points)
    return Given(found, wanted, line.points)


def given_by(award: ManualAward) -> Given:
    """What an approved award gave, by the version of the rules that its line names."""
    line = award.transfer
    assert line
    rules = next((one.rules for one in versions() if one.number == line.version_number), {})
    found = rules.get(award.rule)
    return Given(award, found.points * found.pieces(award.quantity) if found else line.points, line.points)


@dataclass(slots=True)
class Outcome:
    """What became of several approved at once: what was given, and why the others still wait."""

    given: list[Given]
    waiting: list[tuple[ManualAward, str]]


def approve_awards(*, awards: Iterable[ManualAward], acting_user: Actor) -> Outcome:
    """Approve one after the other, each by itself: what does not fit waits, and holds up no other."""
    outcome = Outcome([], [])
    for award in awards:
        try:
            outcome.given.append(approve_award(award=award, acting_user=acting_user))
        except (Conflict, Denied) as refusal:
            outcome.waiting.append((award, str(refusal.message)))
    return outcome


@transaction.atomic
def refuse_award(*, award: ManualAward, reason: str, acting_user: Actor) -> ManualAward:
    """Not approved, with a reason that whoever asked reads. Who may: as for approving.

    Raises `Denied`, `Invalid` without a reason, `Conflict` when it is decided already.
    """
    may = can_decide_award(acting_user, award)
    found = deciding.refuse(award, may=may, act="award.refuse", reason=reason, acting_user=acting_user)
    if found is None:
        return award
    award_news.refused(found)
    return found


@transaction.atomic
def withdraw_award(*, award: ManualAward, acting_user: Actor) -> ManualAward:
    """Taken back by whoever asked, before anybody decided. Raises `Denied`, `Conflict`."""
    return deciding.withdraw(award, act="award.withdraw", acting_user=acting_user)
