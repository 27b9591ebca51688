"""From a proposal to an appointment: propose, vet, public notice, objections, appoint; or reject, or withdraw."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from foundation.working_days import after_working_days
from volunteers.accounts.models import LimitHit, User
from volunteers.people.models import Person
from volunteers.people.quota import also_counts, take_place
from volunteers.posts import news
from volunteers.posts.models import HandOver, Objection, ObjectionState, Proposal, State, role_at
from volunteers.posts.permissions import can_decide_proposal, can_propose, how_of
from volunteers.posts.services import (
    find_or_make_person,
    free_from,
    lock_unit,
    require_adult,
    start_appointment,
    term_end,
)
from volunteers.units.models import Appointment, Unit
from volunteers.units.rights import person_id_of

REVEALED = "proposal.phone"


def _user(acting_user: Actor) -> User | None:
    return None if is_system(acting_user) else acting_user


@transaction.atomic
def propose(
    *, uid: uuid.UUID, unit: Unit, acting_user: Actor, name: str = "", phone: str = "", why: str = "",
    oneself: bool = False,
) -> Proposal:  # fmt: skip
    """Propose somebody, or oneself, for the role of the three heads in a unit; from a phone, or at a desk.

    Who may: see `can_propose`. The same uid twice is the same answer, with another body `DifferentBody`. Raises
    `Denied`, `Invalid`, `Conflict` when this person is proposed here already.
    """
    if not can_propose(acting_user, unit, oneself=oneself):
        raise Denied
    person = Person.objects.filter(pk=person_id_of(acting_user)).first() if oneself else None
    if person:
        name, phone = person.name, person.phone
    errors = {} if person else _missing(name, phone)
    if errors:
        raise Invalid(errors=errors)
    print_ = fingerprint({"unit": unit.pk, "name": name, "phone": phone, "why": why, "oneself": oneself})
    if stored := Proposal.objects.filter(pk=uid).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    made = Proposal(
        uid=uid, unit=unit, role=role_at(unit), person=person, name=name, why=why, state=State.PROPOSED,
        how=how_of(acting_user, unit, oneself=oneself), proposed_by=_user(acting_user), proposed_at=clock.now(),
        fingerprint=print_,
    )  # fmt: skip
    made.set_phone(phone)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as known:
        if stored := Proposal.objects.filter(pk=uid).first():
            same_body_or_refuse(stored.fingerprint, print_)
            return stored
        raise Conflict(_("已经有人推荐过这一位了，正在办。")) from known
    audit.record(actor=acting_user, act="proposal.make", obj=made, unit_id=unit.pk, data={"how": made.how})
    news.proposed(made)
    return made


def known_person(proposal: Proposal) -> Person | None:
    """Who the proposed one is, as far as the system knows them: by now, or by number."""
    if proposal.person:
        return proposal.person
    return Person.objects.filter(phone_index=proposal.phone_index).first() if proposal.phone_index else None


def _missing(name: str, phone: str) -> dict[str, str]:
    errors = {}
    if not name.strip():
        errors["name"] = _("请写上姓名。")
    if not phone:
        errors["phone"] = _("请填 11 位手机号。")
    return errors


def _decide(proposal: Proposal, acting_user: Actor, state: State, wanted: State) -> Proposal | None:
    """Check the right, lock unit and proposal; None when this very user has already brought it where it should go."""
    if not can_decide_proposal(acting_user, proposal):
        raise Denied
    lock_unit(proposal.unit_id)
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("unit", "person", "proposed_by")
    locked = rows.get(pk=proposal.pk)
    if locked.state == wanted:
        return None
    if locked.state != state:
        raise Conflict(_("这条推荐现在是“%(state)s”，请刷新再看。") % {"state": locked.get_state_display()})
    return locked


def _save(proposal: Proposal, acting_user: Actor, act: str, *names: str, **data: Any) -> Proposal:
    proposal.save(update_fields=["state", *names])
    audit.record(actor=acting_user, act=act, obj=proposal, unit_id=proposal.unit_id, reason=proposal.reason, data=data)
    return proposal


@transaction.atomic
def vet(
    *, proposal: Proposal, acting_user: Actor, agreed: bool, born_on: dt.date | None = None, keep_name: bool = False
) -> Proposal:
    """Found suitable: the person is found by number or made, is eighteen, and was asked and agrees.

    Who may: APPOINT in the unit, not about oneself. Raises `Denied`, `Invalid`, `Conflict`.
    """
    locked = _decide(proposal, acting_user, State.PROPOSED, State.VETTED)
    if locked is None:
        return Proposal.objects.get(pk=proposal.pk)
    if not agreed and locked.how != Proposal.How.SELF:
        raise Invalid(errors={"agreed": _("请先问过本人，愿意才往下走。")})
    person = locked.person or find_or_make_person(
        name=locked.name, phone=locked.phone, born_on=born_on, keep_name=keep_name
    )
    if born_on and person.born_on is None:
        person.born_on = born_on
        person.save(update_fields=["born_on"])
    require_adult(person, clock.today())
    locked.person, locked.name, locked.state = person, person.name, State.VETTED
    locked.vetted_by, locked.vetted_at = _user(acting_user), clock.now()
    return _save(locked, acting_user, "proposal.vet", "person", "name", "vetted_by", "vetted_at")


@transaction.atomic
def open_notice(*, proposal: Proposal, acting_user: Actor) -> Proposal:
    """Tell everybody around for five working days (sample); the day it goes up does not count.

    Who may: APPOINT in the unit, not about oneself. Raises `Denied`, `Conflict`.
    """
    locked = _decide(proposal, acting_user, State.VETTED, State.NOTICED)
    if locked is None:
        return Proposal.objects.get(pk=proposal.pk)
    locked.state, locked.notice_from = State.NOTICED, clock.today()
    locked.notice_until = after_working_days(clock.today(), settings.POSTS_NOTICE_DAYS)
    until = locked.notice_until.isoformat()
    _save(locked, acting_user, "proposal.notice", "notice_from", "notice_until", until=until)
    news.noticed(locked)
    return locked


@transaction.atomic
def object_to(*, uid: uuid.UUID, proposal: Proposal, words: str, acting_user: Actor) -> Objection:
    """Somebody around has a word against it, while the notice runs. One open word each.

    Who may: everybody who lives or serves in the community. The same uid twice is the same answer. Raises `Missing`,
    `Invalid`, `Conflict`, `DifferentBody`.
    """
    print_ = fingerprint({"proposal": str(proposal.pk), "words": words})
    if stored := Objection.objects.filter(pk=uid).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    if not Proposal.objects.noticed_to(acting_user).filter(pk=proposal.pk).exists():
        raise Missing
    if not words.strip():
        raise Invalid(errors={"words": _("请写一句您的意见。")})
    lock_unit(proposal.unit_id)
    locked = Proposal.objects.select_for_update(of=("self",)).select_related("unit").get(pk=proposal.pk)
    if locked.state != State.NOTICED or locked.notice_ran(clock.today()):
        raise Conflict(_("公示已经结束了。"))
    made = Objection(
        uid=uid, proposal=locked, words=words.strip(), by=acting_user, at=clock.now(), fingerprint=print_,
        state=ObjectionState.OPEN,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as known:
        raise Conflict(_("您的意见已经收到，正在处理。")) from known
    audit.record(actor=acting_user, act="objection.make", obj=made, unit_id=locked.unit_id)
    news.objected(made)
    return made


@transaction.atomic
def decide_objection(*, objection: Objection, upheld: bool, reason: str, acting_user: Actor) -> Objection:
    """Answer an objection with a reason. Upheld, the proposal is rejected with it; dismissed, the way is free again.

    Who may: APPOINT in the unit; not one's own objection, and not about oneself. Raises `Denied`, `Invalid`,
    `Conflict`.
    """
    if not can_decide_proposal(acting_user, objection.proposal) or objection.by_id == acting_user.pk:
        raise Denied
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句处理说明，提意见的人会看到。")})
    lock_unit(objection.proposal.unit_id)
    rows = Objection.objects.select_for_update(of=("self",)).select_related("by", "proposal__unit")
    locked = rows.get(pk=objection.pk)
    if locked.state != ObjectionState.OPEN:
        raise Conflict(_("这条意见已经处理过了。"))
    locked.state = ObjectionState.UPHELD if upheld else ObjectionState.DISMISSED
    locked.reason, locked.decided_by, locked.decided_at = reason.strip(), _user(acting_user), clock.now()
    locked.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    audit.record(
        actor=acting_user, act="objection.decide", obj=locked, unit_id=locked.proposal.unit_id, reason=locked.reason,
        data={"upheld": upheld},
    )  # fmt: skip
    news.objection_decided(locked)
    if upheld and locked.proposal.is_open:
        reject(proposal=locked.proposal, reason=locked.reason, acting_user=acting_user)
    return locked


@transaction.atomic
def appoint(*, proposal: Proposal, acting_user: Actor, starts_on: dt.date | None = None) -> Appointment:
    """Appoint after the notice has run, without an open objection, into a post that is free on the first day.

    The first day is the given one, else today or the day after the holder's last. Of two callers at once one appoints,
    the other is told. Who may: APPOINT in the unit, not about oneself. Raises `Denied`, `Invalid`, `Conflict`.
    """
    locked = _decide(proposal, acting_user, State.NOTICED, State.APPOINTED)
    if locked is None:
        raise Conflict(_("已经任命过了。"))
    today = clock.today()
    if not locked.notice_ran(today):
        raise Conflict(_("公示还没有结束。"))
    if locked.objections.open().exists():
        raise Conflict(_("还有意见没有处理，先处理再任命。"))
    if starts_on and starts_on < today:
        raise Invalid(errors={"starts_on": _("第一天不能早于今天。")})
    first = free_from(locked.unit_id, locked.role, starts_on or today)
    if starts_on and first != starts_on:
        raise Conflict(_("那天原来的一位还在任，最早可以从 %(day)s 开始。") % {"day": first.isoformat()})
    assert locked.person
    require_adult(locked.person, first)
    made = start_appointment(
        person=locked.person, role=locked.role, unit=locked.unit, starts_on=first, acting_user=acting_user,
        act="appointment.start", term_ends_on=term_end(first),
    )  # fmt: skip
    locked.state, locked.appointment = State.APPOINTED, made
    locked.decided_by, locked.decided_at = _user(acting_user), clock.now()
    _save(locked, acting_user, "proposal.appoint", "appointment", "decided_by", "decided_at")
    hand_over(made)
    news.appointed(made)
    return made


def hand_over(successor: Appointment) -> HandOver | None:
    """Make the pack of the last holder ready for the successor; None when there was nobody before."""
    before = Appointment.objects.filter(
        unit_id=successor.unit_id, role=successor.role, stands_in_for__isnull=True, ends_on__lt=successor.starts_on
    )
    last = before.exclude(pk=successor.pk).order_by("-ends_on").first()
    if last is None:
        return None
    return HandOver.objects.create(appointment=last, successor=successor, handed_at=clock.now())


@transaction.atomic
def acknowledge_hand_over(*, successor: Appointment, acting_user: Actor) -> HandOver:
    """The successor has looked at the pack. Twice changes nothing. Raises `Denied`, `Missing`."""
    if successor.person_id != person_id_of(acting_user) or not successor.is_active(clock.today()):
        raise Denied
    found = HandOver.objects.select_for_update(of=("self",)).filter(successor=successor).first()
    if found is None:
        raise Missing
    if found.acknowledged_at is None:
        found.acknowledged_at = clock.now()
        found.save(update_fields=["acknowledged_at"])
        audit.record(actor=acting_user, act="handover.acknowledge", obj=found, unit_id=successor.unit_id)
    return found


@transaction.atomic
def reject(*, proposal: Proposal, reason: str, acting_user: Actor) -> Proposal:
    """Not this time; the proposer hears the reason. An open objection needs no answer any more.

    Who may: APPOINT in the unit, not about oneself. Raises `Denied`, `Invalid`, `Conflict`.
    """
    if not can_decide_proposal(acting_user, proposal):
        raise Denied
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句原因，推荐人会看到。")})
    return _finish(proposal, State.REJECTED, "proposal.reject", acting_user, reason.strip())


@transaction.atomic
def withdraw(*, proposal: Proposal, acting_user: Actor, reason: str = "") -> Proposal:
    """Taken back by whoever proposed, or by the proposed person; no reason needed. Raises `Denied`, `Conflict`."""
    mine = not is_system(acting_user) and proposal.proposed_by_id == acting_user.pk
    if not mine and proposal.person_id != (person_id_of(acting_user) or -1):
        raise Denied
    return _finish(proposal, State.WITHDRAWN, "proposal.withdraw", acting_user, reason.strip())


def _finish(proposal: Proposal, state: State, act: str, acting_user: Actor, reason: str) -> Proposal:
    lock_unit(proposal.unit_id)
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("unit", "proposed_by")
    locked = rows.get(pk=proposal.pk)
    if locked.state == state:
        return locked
    if not locked.is_open:
        raise Conflict(_("这条推荐现在是“%(state)s”，请刷新再看。") % {"state": locked.get_state_display()})
    locked.state, locked.reason = state, reason[:200]
    locked.decided_by, locked.decided_at = _user(acting_user), clock.now()
    _save(locked, acting_user, act, "reason", "decided_by", "decided_at")
    for objection in locked.objections.open():
        objection.state, objection.reason = ObjectionState.DISMISSED, _("这条推荐已经结束")
        objection.decided_by, objection.decided_at = _user(acting_user), clock.now()
        objection.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    if state == State.REJECTED:
        news.rejected(locked)
    return locked


@also_counts
def numbers_opened(person_id: int, since: dt.datetime) -> int:
    """How many numbers of proposed ones somebody has opened."""
    return LimitHit.objects.filter(kind=REVEALED, key=str(person_id), at__gte=since).count()


@transaction.atomic
def reveal_phone(*, proposal: Proposal, acting_user: Actor) -> str:
    """The number of the proposed one in clear, so that they can be asked. Written down, and part of the day's quota.

    Who may: whoever decides about the proposal. Raises `Denied`, `TooMany`, `Conflict` when there is none.
    """
    if not can_decide_proposal(acting_user, proposal):
        raise Denied
    me = person_id_of(acting_user)
    take_place(me)
    phone = proposal.phone
    if not phone:
        raise Conflict(_("这位没有留手机号。"))
    LimitHit.objects.create(kind=REVEALED, key=str(me), at=clock.now())
    audit.record(actor=acting_user, act="phone.reveal", obj=proposal, unit_id=proposal.unit_id)
    return phone
