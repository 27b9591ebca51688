"""Check-ins: a leader's own word, told once however often it is sent; confirmed or returned by the leader above.

These are services in the sense of `services.py`, in a file of their own because they change for other reasons than
the posting of tasks.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.models import F
from django.db.models.expressions import DatabaseDefault
from django.urls import reverse
from django.utils.translation import gettext as _

from events.tasks import checkins_sql, known
from events.tasks.audience import COMMUNITY_WIDTH, grants_asked
from events.tasks.models import CheckIn, CheckInState, Task, TaskTally
from events.tasks.permissions import can_decide_check_in, can_enter_for
from foundation import audit, clock, failpoints, statements, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.points.rules import TASK_DONE, version_in_force
from rewards.points.services import award_points
from volunteers.units.models import Appointment, Unit
from volunteers.units.rights import Grant


@dataclass(frozen=True, slots=True)
class Word:
    """What a leader says of a task. `place` is {"lat", "lng"} in WGS-84 degrees, cut to about 100 metres."""

    answer: str = ""
    note: str = ""
    place: dict[str, float] | None = None

    def fingerprint(self, task_id: uuid.UUID, *, declined: bool = False) -> str:
        """What makes two sendings the same."""
        said = {"answer": self.answer, "note": self.note, "place": self.place}
        return fingerprint({"task": str(task_id), "declined": declined, **said})


@dataclass(frozen=True, slots=True)
class Speaker:
    """For whom a check-in counts, and where; `entered_by` is set when somebody above typed it (代录)."""

    person_id: int
    role: str
    unit_id: int
    path: str
    entered_by_id: int | None = None


def _own_part(acting_user: Actor, task: Task) -> Speaker:
    asked: list[Grant] = grants_asked(acting_user, task)
    if not asked or acting_user.person_id is None:
        raise Missing
    return Speaker(acting_user.person_id, asked[0].role, asked[0].unit_id, asked[0].path)


def speaker_for(acting_user: Actor, task: Task, on_behalf_of: Appointment | None) -> Speaker:
    """The acting user's own part in the task, or that of a leader below without a phone. Raises `Missing`, `Denied`."""
    if on_behalf_of is None:
        return _own_part(acting_user, task)
    if not can_enter_for(acting_user, on_behalf_of.unit):
        raise Denied
    if on_behalf_of.role not in task.roles or not task.targets.filter(
        unit__path__in=on_behalf_of.unit.ancestor_paths()
    ):
        raise Missing
    unit = on_behalf_of.unit
    return Speaker(on_behalf_of.person_id, on_behalf_of.role, unit.pk, unit.path, acting_user.pk)


def _move_tally(task_id: uuid.UUID, path: str, **by: int) -> None:
    """Move the counters of the community in which the unit at `path` lies; one statement."""
    TaskTally.objects.filter(task_id=task_id, community__path=path[:COMMUNITY_WIDTH]).update(
        **{field: F(field) + amount for field, amount in by.items()}
    )


def _insert(check_in: CheckIn) -> bool:
    """Insert unless the id or the leader's word on this task is already there; True when it is new."""
    given = {f: f.pre_save(check_in, True) for f in CheckIn._meta.concrete_fields}
    given = {f: value for f, value in given.items() if not isinstance(value, DatabaseDefault)}
    columns = ", ".join(f'"{field.column}"' for field in given)
    marks = ", ".join(["%s"] * len(given))
    values = [field.get_db_prep_save(value, connection) for field, value in given.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO tasks_checkin ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
            values,
        )
        return bool(cursor.rowcount == 1)


def _stored_or_refuse(id: uuid.UUID, print_: str, task: Task, speaker: Speaker) -> CheckIn:  # noqa: A002
    rows = statements.fetch(CheckIn, "WHERE id = %s", [CheckIn._meta.pk.get_db_prep_value(id, connection)])
    if rows:
        stored = rows[0][0]
        if stored.person_id != speaker.person_id:
            raise Missing
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    raise Conflict(_("“%(task)s”您已经说过了，不用再说一遍。") % {"task": task.title})


def check_in(
    *,
    id: uuid.UUID,  # noqa: A002
    task: Task,
    word: Word,
    acting_user: Actor,
    photo: ContentFile[bytes] | None = None,
    client_at: dt.datetime | None = None,
    on_behalf_of: Appointment | None = None,
) -> CheckIn:
    """Take a leader's word that a task is done, or that help is needed. Points follow by rule.

    Who may: a leader whom the task asks; or, for one below without a phone, the leader above. The same id with the
    same word gives the stored check-in. Raises `Missing`, `Denied`, `Conflict`, `Invalid`, `DifferentBody`.
    """
    speaker = speaker_for(acting_user, task, on_behalf_of)
    answer = task.answer(word.answer)
    if answer is None:
        raise Invalid(errors={"answer": _("请选一个回答。")})
    state = CheckInState.SUBMITTED if task.needs_confirmation else CheckInState.CONFIRMED
    print_ = word.fingerprint(task.pk)
    row = CheckIn(
        id=id,
        task=task,
        person_id=speaker.person_id,
        unit_id=speaker.unit_id,
        role=speaker.role,
        state=state,
        answer=word.answer,
        note=word.note,
        photo=photo,
        place=word.place,
        needs_help=bool(answer.get("needs_help")),
        fingerprint=print_,
        client_at=client_at,
        entered_by_id=speaker.entered_by_id,
    )
    try:
        is_new = task.is_open and _write(row, task, speaker, acting_user)
    except checkins_sql.TaskChanged:
        known.forget(task.pk)
        return check_in(
            id=id,
            task=Task.objects.get(pk=task.pk),
            word=word,
            acting_user=acting_user,
            photo=photo,
            client_at=client_at,
            on_behalf_of=on_behalf_of,
        )
    return row if is_new else _stored_or_closed(id, print_, task, speaker)


def _write(row: CheckIn, task: Task, speaker: Speaker, acting_user: Actor) -> bool:
    """Store a new check-in and what follows from it, all or nothing; False when there is one already."""
    act = "check_in.enter_for" if speaker.entered_by_id else "check_in.submit"
    entry = audit.entry(actor=acting_user, act=act, obj=row, unit_id=speaker.unit_id)
    award = _award(task, row, acting_user) if task.points and row.state == CheckInState.CONFIRMED else None
    if checkins_sql.is_possible(award) and not row.needs_help:
        community = speaker.path[:COMMUNITY_WIDTH]
        return checkins_sql.write(row, community=community, entry=entry, award=award)
    with transaction.atomic():
        if not _insert(row):
            return False
        failpoints.hit("check_in.after_insert")
        confirmed = int(row.state == CheckInState.CONFIRMED)
        _move_tally(task.pk, speaker.path, done=1, confirmed=confirmed, help=int(row.needs_help))
        entry.save(force_insert=True)
        if award:
            award_points(**award)
        if row.needs_help:
            _ask_for_help(task, row)
        failpoints.hit("check_in.before_commit")
    return True


def _stored_or_closed(id: uuid.UUID, print_: str, task: Task, speaker: Speaker) -> CheckIn:  # noqa: A002
    if not task.is_open and not CheckIn.objects.filter(pk=id).exists():
        raise Conflict(_("“%(task)s”已经结束了，不用再做。谢谢您惦记着。") % {"task": task.title})
    return _stored_or_refuse(id, print_, task, speaker)


def source_of(check_in_id: uuid.UUID) -> str:
    """The source key of the points for a check-in."""
    return f"check_in:{check_in_id}"


def _award(task: Task, row: CheckIn, acting_user: Actor) -> dict[str, Any]:
    """The arguments of `award_points` for a confirmed check-in."""
    return {
        "person_id": row.person_id,
        "rule": TASK_DONE,
        "points": task.points,
        "source_key": source_of(row.pk),
        "reason": task.title,
        "unit_id": row.unit_id,
        "acting_user": acting_user,
    }


@streams.in_district_language
def _ask_for_help(task: Task, row: CheckIn) -> None:
    """Staff of the community hear at once that somebody needs a hand."""
    unit = Unit.objects.get(pk=row.unit_id)
    community = Unit.objects.get(path=unit.path[:COMMUNITY_WIDTH])
    payload = {
        "title": _("%(unit)s 要人帮忙") % {"unit": unit.place or unit.name},
        "body": task.title + (f"：{row.note}" if row.note else ""),
        "url": reverse("task_rollup", args=[task.pk]) + f"?unit={community.uid}",
        "icon": "hand",
    }
    streams.publish(
        streams.unit_key(community.pk), kind="help", payload=payload, roles=["community_worker"], ref=f"help:{row.pk}"
    )


@transaction.atomic
def decline(*, id: uuid.UUID, task: Task, acting_user: Actor) -> CheckIn:  # noqa: A002
    """Not convenient this time: no reason asked, no penalty, nobody is told by name."""
    speaker = _own_part(acting_user, task)
    print_ = Word().fingerprint(task.pk, declined=True)
    row = CheckIn(
        id=id,
        task=task,
        person_id=speaker.person_id,
        unit_id=speaker.unit_id,
        role=speaker.role,
        state=CheckInState.DECLINED,
        answer="",
        note="",
        needs_help=False,
        fingerprint=print_,
    )
    if not task.is_open or not _insert(row):
        return _stored_or_closed(id, print_, task, speaker)
    _move_tally(task.pk, speaker.path, declined=1)
    audit.record(actor=acting_user, act="check_in.decline", obj=row, unit_id=speaker.unit_id)
    return row


@transaction.atomic
def correct_check_in(*, check_in_id: uuid.UUID, word: Word, acting_user: Actor) -> CheckIn:
    """Say it again, differently: while it waits, after it was returned, or after declining. Only one's own.

    Saying the same twice changes nothing. Raises `Missing`, `Conflict` once it is confirmed, `Invalid`.
    """
    row = CheckIn.objects.select_for_update().select_related("task", "unit").filter(pk=check_in_id).first()
    if row is None or row.person_id != acting_user.person_id:
        raise Missing
    if not row.task.is_open or row.state == CheckInState.CONFIRMED:
        raise Conflict(_("这一条已经确认过了，不能再改。"))
    answer = row.task.answer(word.answer)
    if answer is None:
        raise Invalid(errors={"answer": _("请选一个回答。")})
    before, helped = row.state, row.needs_help
    row.state, row.answer, row.note = CheckInState.SUBMITTED, word.answer, word.note
    row.needs_help, row.return_reason = bool(answer.get("needs_help")), ""
    row.save(update_fields=["state", "answer", "note", "needs_help", "return_reason"])
    was_declined = int(before == CheckInState.DECLINED)
    was_out = int(before in {CheckInState.DECLINED, CheckInState.RETURNED})
    _move_tally(
        row.task_id,
        row.unit.path,
        done=was_out,
        declined=-was_declined,
        help=int(row.needs_help) - int(helped and not was_out),
    )
    audit.record(actor=acting_user, act="check_in.correct", obj=row, unit_id=row.unit_id)
    return row


def _lock_waiting(ids: Sequence[uuid.UUID], acting_user: Actor) -> list[CheckIn]:
    rows = list(
        CheckIn.objects.visible_to(acting_user)
        .select_for_update(of=("self",))
        .select_related("task", "unit")
        .filter(pk__in=ids)
        .order_by("pk")
    )
    if len(rows) != len(set(ids)):
        raise Missing
    if not all(can_decide_check_in(acting_user, row) for row in rows):
        raise Denied
    return [row for row in rows if row.state == CheckInState.SUBMITTED]


@transaction.atomic
def confirm_check_ins(*, ids: Sequence[uuid.UUID], acting_user: Actor) -> int:
    """Confirm one or many at once; points and a word of thanks follow. Returns how many were newly confirmed.

    Who may: see `can_decide_check_in`, for every one of them. Confirming again changes nothing.
    """
    rows = _lock_waiting(ids, acting_user)
    now = clock.now()
    CheckIn.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=CheckInState.CONFIRMED, decided_at=now, decided_by_id=acting_user.pk
    )
    for (task_id, path), count in sorted(Counter((row.task_id, row.unit.path) for row in rows).items()):
        _move_tally(task_id, path, confirmed=count)
    for row in sorted(rows, key=lambda row: row.person_id):  # everybody takes the months in one order
        line = award_points(**_award(row.task, row, acting_user)) if row.task.points else None
        audit.record(actor=acting_user, act="check_in.confirm", obj=row, unit_id=row.unit_id)
        _tell_confirmed(row, line.points if line else 0)
    return len(rows)


@streams.in_district_language
def _tell_confirmed(row: CheckIn, given: int) -> None:
    """Thanks, with the points really given."""
    words = {"task": row.task.title, "points": given, "ceiling": version_in_force().ceiling}
    if given == row.task.points:
        body = _("%(task)s · 积分 +%(points)d") % words if given else row.task.title
    elif given:
        body = _("%(task)s · 积分 +%(points)d，这个月已满 %(ceiling)d 分") % words
    else:
        body = _("%(task)s · 这个月已满 %(ceiling)d 分，您的心意都记着") % words
    _tell(row, kind="confirmed", title=_("收到了，谢谢您"), icon="check", body=body)


@streams.in_district_language
def _tell_returned(row: CheckIn) -> None:
    title = _("请再看看：%(task)s") % {"task": row.task.title}
    _tell(row, kind="returned", title=title, body=row.return_reason, icon="back")


def _tell(row: CheckIn, *, kind: str, title: str, body: str, icon: str) -> None:
    payload: dict[str, Any] = {
        "title": title,
        "body": body,
        "url": reverse("task_detail", args=[row.task_id]),
        "icon": icon,
    }
    streams.publish(streams.person_key(row.person_id), kind=kind, payload=payload, ref=f"check_in:{row.pk}")


@transaction.atomic
def return_check_in(*, check_in_id: uuid.UUID, reason: str, acting_user: Actor) -> CheckIn:
    """Ask the leader to look again, with a reason in friendly words. Raises `Invalid` without one, `Conflict`."""
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句为什么，对方好知道怎么改。")})
    rows = _lock_waiting([check_in_id], acting_user)
    if not rows:
        raise Conflict(_("这一条已经处理过了。"))
    (row,) = rows
    row.state, row.return_reason = CheckInState.RETURNED, reason.strip()[:100]
    row.decided_at, row.decided_by_id = clock.now(), acting_user.pk
    row.save(update_fields=["state", "return_reason", "decided_at", "decided_by"])
    _move_tally(row.task_id, row.unit.path, done=-1, help=-int(row.needs_help))
    audit.record(actor=acting_user, act="check_in.return", obj=row, unit_id=row.unit_id)
    _tell_returned(row)
    return row
