"""Drafting, consulting, approving and withdrawing a change of the tree, and the midnight from which it holds.

The one door for writes of this app. A change is undone only by a new one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from foundation import audit, clock, failpoints, line, outbox
from foundation.actors import SYSTEM, Actor
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import fingerprint, same_body_or_refuse
from volunteers.structure import entering, notices
from volunteers.structure.models import ChangeState, Kind, StructureChange
from volunteers.structure.pictures import picture_of
from volunteers.structure.planning import Misfit, Steps, scope_of, steps_of, tree_of
from volunteers.structure.touches import Moved, touched_by
from volunteers.structure.tree import Tree
from volunteers.units.models import Unit
from volunteers.units.rights import Right, has_right, require

TREE_LOCK = 7_301_002
"""Advisory lock of whoever rebuilds the tree; an import of a roster takes it too."""
MOST_PROBLEM = 300
log = structlog.get_logger(__name__)


def may_draft(user: Actor, change: StructureChange) -> bool:
    """Whether the user may write this draft: the right over everything that it touches."""
    return has_right(user, Right.DRAFT_STRUCTURE, change.scope)


def may_approve(user: Actor, change: StructureChange) -> bool:
    """Whether the user may approve: the right over everything touched, and not the one who drafted it."""
    return has_right(user, Right.APPROVE_STRUCTURE, change.scope) and not _is_drafter(user, change)


def _is_drafter(user: Actor, change: StructureChange) -> bool:
    drafter = change.drafted_by
    if drafter is None:
        return False
    same_person = drafter.person_id is not None and drafter.person_id == user.person_id
    return drafter.pk == user.pk or same_person


def earliest() -> dt.date:
    """The first day on which a change may begin: tomorrow."""
    return clock.today() + dt.timedelta(days=1)


def _check(kind: str, in_force_on: dt.date, why: str) -> None:
    errors: dict[str, str] = {}
    if kind not in Kind.values:
        errors["kind"] = _("请选一种调整。")
    if in_force_on < earliest():
        errors["in_force_on"] = _("最早从明天起生效。")
    if not why.strip():
        errors["why"] = _("请写一句为什么调整。")
    if errors:
        raise Invalid(errors=errors)


@transaction.atomic
def draft_change(
    *,
    uid: uuid.UUID,
    kind: str,
    unit: Unit,
    in_force_on: dt.date,
    why: str,
    plan: dict[str, Any],
    acting_user: Actor,
) -> StructureChange:
    """Begin a draft. What is not yet on a side may be settled later; it holds up the consultation, not the draft.

    Who may: DRAFT_STRUCTURE over everything that the plan touches. Repeating the uid with the same content returns
    the stored draft. Raises Denied, Invalid, DifferentBody.
    """
    require(acting_user, Right.DRAFT_STRUCTURE, unit)
    _check(kind, in_force_on, why)
    body = {"kind": kind, "unit": unit.pk, "day": in_force_on.isoformat(), "why": why, "plan": plan}
    print_ = fingerprint(body)
    if stored := StructureChange.objects.filter(uid=uid).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    scope = scope_of(kind, unit, plan)
    require(acting_user, Right.DRAFT_STRUCTURE, scope)
    change = StructureChange(
        uid=uid, kind=kind, unit=unit, scope=scope, in_force_on=in_force_on, why=why.strip(), plan=plan,
        fingerprint=print_, drafted_by_id=acting_user.pk, drafted_at=clock.now(),
    )  # fmt: skip
    _fits_so_far(change)
    change.save(force_insert=True)
    audit.record(actor=acting_user, act="structure.draft", obj=change, unit_id=scope.pk, data={"kind": kind})
    return change


def _fits_so_far(change: StructureChange) -> None:
    """Refuse what can never be; a lowest unit without a side is a draft's good right."""
    try:
        steps = steps_of(change)
    except Misfit as misfit:
        if "members" not in misfit.errors:
            raise
        return
    entering.leaders_named(change, steps)


@transaction.atomic
def redraft_change(
    *, change: StructureChange, in_force_on: dt.date, why: str, plan: dict[str, Any], acting_user: Actor
) -> StructureChange:
    """Change a draft, or one that was already consulted on, which becomes a draft again.

    Who may: DRAFT_STRUCTURE over everything touched, before and now. Raises Denied, Invalid, Conflict.
    """
    locked = _locked(change)
    require(acting_user, Right.DRAFT_STRUCTURE, locked.scope)
    if locked.state not in {ChangeState.DRAFT, ChangeState.CONSULTED}:
        raise Conflict(_("已经批准的调整不能再改；需要改的请撤回，重新起草。"))
    _check(locked.kind, in_force_on, why)
    locked.scope = scope_of(locked.kind, locked.unit, plan)
    require(acting_user, Right.DRAFT_STRUCTURE, locked.scope)
    locked.plan, locked.why, locked.in_force_on = plan, why.strip(), in_force_on
    locked.state, locked.drafted_by_id = ChangeState.DRAFT, acting_user.pk
    _fits_so_far(locked)
    locked.save()
    audit.record(actor=acting_user, act="structure.redraft", obj=locked, unit_id=locked.scope_id)
    return locked


@transaction.atomic
def record_consultation(*, change: StructureChange, note: str, acting_user: Actor) -> StructureChange:
    """Note who was asked and what they said; from then on it may be approved. Every unit has a side by now.

    Who may: DRAFT_STRUCTURE over everything touched. Raises Denied, Invalid, Conflict.
    """
    locked = _locked(change)
    require(acting_user, Right.DRAFT_STRUCTURE, locked.scope)
    if locked.state not in {ChangeState.DRAFT, ChangeState.CONSULTED}:
        raise Conflict
    if not note.strip():
        raise Invalid(errors={"note": _("请写上征求了谁的意见、大家怎么说。")})
    steps_of(locked)
    locked.consultation, locked.consulted_at, locked.state = note.strip()[:1000], clock.now(), ChangeState.CONSULTED
    locked.save(update_fields=["consultation", "consulted_at", "state"])
    audit.record(actor=acting_user, act="structure.consult", obj=locked, unit_id=locked.scope_id)
    notices.tell_staff(locked, _("有一项结构调整等待批准"))
    return locked


@transaction.atomic
def approve_change(*, change: StructureChange, acting_user: Actor) -> StructureChange:
    """Approve what was consulted on, so that it enters into force by itself at midnight of its day.

    Who may: APPROVE_STRUCTURE over everything touched, and not whoever drafted it. Raises Denied, Conflict when
    it waits on something or overlaps another approved change, Misfit when it does not fit the tree any more.
    """
    _one_at_a_time()
    locked = _locked(change)
    require(acting_user, Right.APPROVE_STRUCTURE, locked.scope)
    if _is_drafter(acting_user, locked):
        raise Denied(_("起草的人不能自己批准，请另一位同事来批。"))
    if locked.state == ChangeState.APPROVED and locked.approved_by_id == acting_user.pk:
        return locked
    if locked.state != ChangeState.CONSULTED:
        raise Conflict(_("这项调整还没有征求意见，或者已经处理过了。"))
    if locked.in_force_on < earliest():
        raise Conflict(_("生效日期已经过了或就在今天，请先改到以后。"))
    tree = tree_of(locked)
    steps = steps_of(locked, tree)
    entering.leaders_named(locked, steps)
    _refuse_what_blocks(locked)
    _refuse_overlap(locked, steps, tree)
    failpoints.hit("structure.before_approve")
    locked.picture = picture_of(locked)
    locked.state, locked.approved_by_id, locked.approved_at = ChangeState.APPROVED, acting_user.pk, clock.now()
    locked.save(update_fields=["picture", "state", "approved_by", "approved_at"])
    audit.record(actor=acting_user, act="structure.approve", obj=locked, unit_id=locked.scope_id)
    notices.tell_staff(locked, _("一项结构调整已经批准"))
    return locked


def _refuse_what_blocks(change: StructureChange) -> None:
    blocking = [touch.text for touch in touched_by(change) if touch.blocks]
    if blocking:
        raise Conflict("；".join(blocking))


def _refuse_overlap(change: StructureChange, steps: Steps, tree: Tree) -> None:
    """Two approved changes never touch the same part of the tree, so their order does not matter."""
    mine = _Reach.of(steps, tree)
    for other in StructureChange.objects.waiting().exclude(pk=change.pk).select_related("unit"):
        others_tree = tree_of(other)
        try:
            theirs = _Reach.of(steps_of(other, others_tree), others_tree)
        except Misfit:
            theirs = _Reach([other.unit.path], [])
        if mine.meets(theirs):
            message = _("和另一项已批准的调整（%(unit)s，%(day)s）碰在一起，请等那一项生效或撤回。")
            raise Conflict(message % {"unit": other.unit.name, "day": other.in_force_on.isoformat()})


class _Reach:
    """The subtrees that a change rebuilds, and the single units that it needs or names."""

    def __init__(self, subtrees: list[str], points: list[str]) -> None:
        self.subtrees, self.points = subtrees, points

    @classmethod
    def of(cls, steps: Steps, tree: Tree) -> _Reach:
        """By path, as the tree is now."""
        points = [tree.nodes[key].path for key in steps.points if key in tree.nodes]
        return cls([tree.nodes[key].path for key in steps.subjects], points)

    def meets(self, other: _Reach) -> bool:
        """Whether one rebuilds what the other rebuilds, needs or names."""
        both = [(one, two) for one in self.subtrees for two in other.subtrees]
        if any(one.startswith(two) or two.startswith(one) for one, two in both):
            return True
        needed = [(top, point) for top in self.subtrees for point in other.points]
        needed += [(top, point) for top in other.subtrees for point in self.points]
        return any(point.startswith(top) for top, point in needed) or bool(set(self.points) & set(other.points))


@transaction.atomic
def withdraw_change(*, change: StructureChange, reason: str, acting_user: Actor) -> StructureChange:
    """Give a change up before it holds. Once in force it is undone only by a new change.

    Who may: DRAFT_STRUCTURE over everything touched; APPROVE_STRUCTURE once approved. Raises Denied, Conflict.
    """
    locked = _locked(change)
    approved = locked.state == ChangeState.APPROVED
    require(acting_user, Right.APPROVE_STRUCTURE if approved else Right.DRAFT_STRUCTURE, locked.scope)
    if locked.state == ChangeState.WITHDRAWN:
        return locked
    if not locked.is_open:
        raise Conflict(_("这项调整已经生效，只能再做一次新的调整。"))
    locked.state, locked.withdrawn_by_id, locked.withdrawn_at = ChangeState.WITHDRAWN, acting_user.pk, clock.now()
    locked.withdrawn_reason = reason.strip()[:200]
    locked.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    audit.record(
        actor=acting_user, act="structure.withdraw", obj=locked, unit_id=locked.scope_id, reason=locked.withdrawn_reason
    )
    if approved:
        notices.tell_staff(locked, _("一项已批准的结构调整撤回了"))
    return locked


def _locked(change: StructureChange) -> StructureChange:
    rows = StructureChange.objects.select_for_update(of=("self",)).select_related("unit", "scope", "drafted_by")
    return rows.get(pk=change.pk)


def _one_at_a_time() -> None:
    """Approvals one after another: two that overlap must not pass each other unseen."""
    list(Unit.objects.select_for_update(no_key=True).filter(depth=1).values_list("pk"))


# --- midnight --------------------------------------------------------------------------------------------------------


def enter_due() -> list[uuid.UUID]:
    """Let every approved change whose day has come enter into force, each in a transaction of its own.

    Safe to repeat and to run twice at once. One that no longer fits stays approved with the reason, the staff are
    told, and the next run looks again. Returns what entered.
    """
    entered = []
    for pk, uid in list(StructureChange.objects.due().values_list("pk", "uid")):
        try:
            if _enter_one(pk):
                entered.append(uid)
        except Misfit as misfit:
            _note_problem(pk, str(misfit.message))
        except (DatabaseError, Invalid, Conflict) as error:
            log.exception("structure change rolled back", change=str(uid), error=type(error).__name__)
            _note_problem(pk, _("系统没有办成，已经退回原样，会再试。"))
    return entered


@transaction.atomic
def _enter_one(pk: int) -> bool:
    if not _tree_is_ours():
        return False
    rows = StructureChange.objects.select_for_update(of=("self",)).select_related("unit", "scope")
    change = rows.filter(pk=pk, state=ChangeState.APPROVED, in_force_on__lte=clock.today()).first()
    if change is None:
        return False
    failpoints.hit("structure.before_enter")
    if change.problem:  # it did not fit on its day, so it holds from the day on which it does
        change.in_force_on = clock.today()
    picture = picture_of(change)
    moved = entering.enter(change, change.in_force_on)
    change.state, change.entered_at = ChangeState.IN_FORCE, clock.now()
    change.picture, change.problem = picture, ""
    change.save(update_fields=["state", "entered_at", "in_force_on", "picture", "plan", "problem"])
    _tell(change, moved)
    failpoints.hit("structure.before_commit")
    return True


def _tree_is_ours() -> bool:
    """Whether nobody else rebuilds the tree; where an import runs, the next minute will do."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TREE_LOCK])
        free: bool = cursor.fetchone()[0]
        cursor.execute("SET LOCAL statement_timeout = '60s'")
    return free


def _tell(change: StructureChange, moved: Moved) -> None:
    data = {"moved": len(moved.placed), "founded": len(moved.founded), "ended": len(moved.ended)}
    audit.record(actor=SYSTEM, act="structure.enter", obj=change, unit_id=change.scope_id, data=data)
    notices.tell_staff(change, _("一项结构调整今天生效"))
    if change.kind != Kind.RENAME:
        outbox.put(line.REVOKE, {"everyone": True})
        notices.tell_units(change, [*(one.unit_id for one in moved.placed), *_households_only(moved)])
    notices.thank_ended(change, entering.posts_ended(moved))


def _households_only(moved: Moved) -> list[int]:
    """New neighbourhoods, which nobody was moved into."""
    placed = {one.unit_id for one in moved.placed}
    return [unit_id for unit_id in moved.founded if unit_id not in placed and not moved.sides]


@transaction.atomic
def _note_problem(pk: int, text: str) -> None:
    """Say why it did not enter, once for each reason; it stays approved."""
    text = text[:MOST_PROBLEM]
    changed = StructureChange.objects.filter(pk=pk, state=ChangeState.APPROVED).exclude(problem=text)
    if not changed.update(problem=text):
        return
    change = StructureChange.objects.select_related("unit").get(pk=pk)
    audit.record(
        actor=SYSTEM, act="structure.enter", obj=change, unit_id=change.scope_id, result="refused", reason=text
    )
    notices.tell_staff(change, _("一项结构调整今天没能生效，请看原因"))
