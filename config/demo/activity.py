"""Eight weeks of tasks: posted and closed by the real services, answered by tens of thousands of bulk rows.

What the bulk rows say agrees with what the services would have written: counters, points, states.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from config.demo import stories
from config.demo.elsewhere import ELSEWHERE
from config.demo.ledger import Ledger
from config.demo.people import Ground, accounts_for
from config.demo.personas import GROUP_LEADER, LEADER
from config.demo.stories import CLOSED_TASKS, OPEN_TASKS, THANKS, Answer, TaskStory
from config.demo.timeline import Timeline
from config.demo.when import Calendar
from events.tasks.audience import COMMUNITY_WIDTH
from events.tasks.checkins import Word
from events.tasks.models import CheckIn, CheckInState, Evidence, Outcome, Task, TaskTally
from events.tasks.services import close_task, post_task, thank_everybody
from foundation import streams
from rewards.points.rules import TASK_DONE
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.roster.writer import writer
from volunteers.units.models import STAFF, THREE_HEADS, Appointment, Level, Role, Unit

DECLINED_SHARE, NOTED_SHARE = 0.02, 0.4
CHECK_IN_COLUMNS = (
    *("id", "task_id", "person_id", "unit_id", "role", "state", "answer", "note", "needs_help", "fingerprint"),
    *("client_at", "submitted_at", "decided_at", "decided_by_id", "return_reason"),
)
RURAL = ("秋收借晒场", "桥头石栏")
# What the pages of the demo's people show: these are still open for 周桂兰, and her group has answered the first.
OPEN_FOR_HER = (stories.STAIRS, stories.HEATING)
# She did not come to these, so that some windows of her house are still dark.
MISSED_BY_HER = ("菜场改造", "旧衣旧书", "数一数充电桩", "看看儿童滑梯", "台风天")


@dataclass(frozen=True, slots=True)
class Head:
    """One of the three heads in post."""

    person_id: int
    role: str
    unit_id: int
    path: str
    place: str


class Activity:
    """Writes the tasks of the last weeks and what people said of them."""

    def __init__(self, ground: Ground, rng: random.Random, calendar: Calendar, ledger: Ledger) -> None:
        self.ground, self.rng, self.calendar, self.ledger = ground, rng, calendar, ledger
        self.heads = _heads()
        self.posters = _posters()
        self.group_leaders = _group_leader_accounts(self.heads, ground.home_community.path)
        self.community_ids = {c.path: c.pk for c in ground.communities}
        self.her_id = _person_id(LEADER.phone)
        self.her_group = next((h.path for h in self.heads if h.person_id == _person_id(GROUP_LEADER.phone)), "-")
        self.check_ins = self.tasks = 0

    def plan(self, timeline: Timeline) -> None:
        """Put every task on the timeline: its posting with all that was said, and its end."""
        for story in (*OPEN_TASKS, *CLOSED_TASKS):
            unit = {
                stories.HOME: self.ground.home_community,
                stories.STREET: self.ground.home_street,
                stories.DISTRICT: self.ground.district,
            }[story.where]
            self._plan_one(timeline, story, unit)
        for story, unit in zip(ELSEWHERE, self._elsewhere(), strict=False):
            self._plan_one(timeline, story, unit)

    def _elsewhere(self) -> Iterable[Unit]:
        """A community for each of the other stories; those of the fields go to a village."""
        others = [c for c in self.ground.communities if c != self.ground.home_community]
        self.rng.shuffle(others)
        for story in ELSEWHERE:
            rural = story.title.startswith(RURAL)
            fitting = [c for c in others if c.name.endswith("村") == rural] or others
            if not fitting:
                return
            others.remove(fitting[0])
            yield fitting[0]

    def _plan_one(self, timeline: Timeline, story: TaskStory, unit: Unit) -> None:
        posted = self.calendar.at(story.days_ago, story.hour, self.rng.randrange(0, 50))
        task_id = uuid.UUID(int=self.rng.getrandbits(128), version=4)
        timeline.add(posted, lambda: self._post(story, unit, task_id, posted))
        if not story.is_open and story.outcome:
            closed = self.calendar.at(max(story.days_ago - story.days, 0), 16, self.rng.randrange(0, 50))
            timeline.add(closed, lambda: self._close(story, task_id, closed))

    def _post(self, story: TaskStory, unit: Unit, task_id: uuid.UUID, posted: dt.datetime) -> None:
        question = story.question
        task = post_task(
            id=task_id,
            unit=unit,
            title=story.title,
            why=story.why,
            question=question.text,
            answers=[
                {"code": a.code, "label": a.label, "hint": a.hint, "needs_help": a.needs_help} for a in question.answers
            ],
            targets=[unit],
            roles=list(story.roles),
            due_at=self.calendar.now + dt.timedelta(days=1),
            acting_user=self.posters[unit.pk],
            minutes=story.minutes,
            evidence=Evidence.PHOTO if story.photo else Evidence.NONE,
            needs_confirmation=story.needs_confirmation,
        )
        due = self.calendar.ahead(story.days - story.days_ago, 20)
        Task.objects.filter(pk=task.pk).update(published_at=posted, due_at=due)
        task.due_at = due
        self.tasks += 1
        self._answer(story, task, unit, posted)

    def _close(self, story: TaskStory, task_id: uuid.UUID, closed: dt.datetime) -> None:
        task = Task.objects.select_related("unit").get(pk=task_id)
        close_task(
            task=task,
            title=story.outcome_title,
            story=story.outcome,
            thanks=self.rng.choice(THANKS),
            acting_user=self.posters[task.unit_id],
        )
        Task.objects.filter(pk=task_id).update(closed_at=closed)
        Outcome.objects.filter(task_id=task_id).update(at=closed)
        self._thank(story, task_id)

    def _thank(self, story: TaskStory, task_id: uuid.UUID) -> None:
        """As the relay would. Of the whole district only those who ever signed in: nobody else reads a stream here."""
        if story.where != stories.DISTRICT:
            thank_everybody([{"task": str(task_id)}])
            return
        signed_in = User.objects.values("person_id")
        people = CheckIn.objects.filter(task_id=task_id, person_id__in=signed_in).exclude(state=CheckInState.DECLINED)
        payload = {
            "title": story.outcome_title,
            "body": f"您帮过的“{story.title}”有结果了，谢谢您",
            "url": reverse("task_outcome", args=[task_id]),
            "icon": "lamp",
        }
        ids = people.values_list("person_id", flat=True)
        streams.publish_to_persons(ids, kind="outcome", payload=payload, ref=f"outcome:{task_id}")

    def _answer(self, story: TaskStory, task: Task, unit: Unit, posted: dt.datetime) -> None:
        """Everybody who answered, with the counters that this moves."""
        end = min(task.due_at, self.calendar.now)
        rows: list[CheckIn] = []
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for head in self.heads:
            if head.role not in story.roles or not head.path.startswith(unit.path):
                continue
            declined = self.rng.random() < DECLINED_SHARE and not head.path.startswith(self.her_group)
            if not self._answers(story, head):
                continue
            row = self._word(story, task, head, self.calendar.between(posted, end), declined)
            rows.append(row)
            count = counts[head.path[:COMMUNITY_WIDTH]]
            count["declined"] += row.state == CheckInState.DECLINED
            count["done"] += row.state != CheckInState.DECLINED
            count["confirmed"] += row.state == CheckInState.CONFIRMED
            count["help"] += row.needs_help
        writer().insert(CheckIn, CHECK_IN_COLUMNS, [[getattr(row, name) for name in CHECK_IN_COLUMNS] for row in rows])
        self._move_tallies(task, counts)
        self.check_ins += len(rows)

    def _answers(self, story: TaskStory, head: Head) -> bool:
        """Whether this leader answered; the demo's own people as their pages show them."""
        if head.person_id == self.her_id:
            return story not in OPEN_FOR_HER and not story.title.startswith(MISSED_BY_HER)
        if head.path == self.her_group and story.is_open:
            return False
        if head.path.startswith(self.her_group):
            if story is stories.STAIRS:
                return True
            if story is stories.BRACELET:
                return not head.path.endswith("5")
        return self.rng.random() < story.share

    def _word(self, story: TaskStory, task: Task, head: Head, said: dt.datetime, declined: bool) -> CheckIn:
        rng = self.rng
        row = CheckIn(
            id=uuid.UUID(int=rng.getrandbits(128), version=4),
            task_id=task.pk,
            person_id=head.person_id,
            unit_id=head.unit_id,
            role=head.role,
            state=CheckInState.CONFIRMED.value,
            answer="",
            note="",
            needs_help=False,
            return_reason="",
            submitted_at=said,
            client_at=said,
        )
        if declined:
            row.state = CheckInState.DECLINED.value
            row.fingerprint = Word().fingerprint(task.pk, declined=True)
            return row
        answers = story.question.answers
        answer = rng.choices(answers, [a.weight for a in answers])[0]
        note = self._note(story, answer)
        word = Word(answer.code, note)
        row.answer, row.note, row.needs_help = word.answer, word.note, answer.needs_help
        row.fingerprint = word.fingerprint(task.pk)
        if story.needs_confirmation:
            self._decide(story, row, head)
        if row.state == CheckInState.CONFIRMED:
            self.ledger.award(
                person_id=head.person_id,
                rule=TASK_DONE,
                points=task.points,
                source_key=f"check_in:{row.pk}",
                reason=task.title,
                unit_id=head.unit_id,
                actor_id=row.decided_by_id,
                at=row.decided_at or said,
            )
        if row.needs_help and story.is_open and head.path.startswith(self.ground.home_community.path):
            self._ask_for_help(task, row, head)
        return row

    def _note(self, story: TaskStory, answer: Answer) -> str:
        """A sentence of their own, from some; always with a call for help."""
        question = story.question
        if answer.needs_help:
            return self.rng.choice(question.help_notes) if question.help_notes else ""
        has_something_to_say = question.opinion or answer is not question.answers[0]
        if story.notes and has_something_to_say and self.rng.random() < NOTED_SHARE:
            return self.rng.choice(story.notes)
        return ""

    def _decide(self, story: TaskStory, row: CheckIn, head: Head) -> None:
        """The group leader confirms within a day or so; what came in last still waits where the task is open."""
        confirmer = self.group_leaders.get(head.path[: -Unit.steplen])
        hers = head.path.startswith(self.her_group)
        if story.is_open and (hers or self.rng.random() < 0.5):
            row.state = CheckInState.SUBMITTED.value
            return
        row.decided_at = self.calendar.after(row.submitted_at, 30)
        row.decided_by = confirmer

    def _ask_for_help(self, task: Task, row: CheckIn, head: Head) -> None:
        """What the community's workers hear, as `check_in` tells them."""
        community = self.ground.home_community
        payload = {
            "title": f"{head.place} 要人帮忙",
            "body": task.title + (f"：{row.note}" if row.note else ""),
            "url": reverse("task_rollup", args=[task.pk]) + f"?unit={community.uid}",
            "icon": "hand",
        }
        key, roles = streams.unit_key(community.pk), [Role.COMMUNITY_WORKER.value]
        streams.publish(key, kind="help", payload=payload, roles=roles, ref=f"help:{row.pk}")

    def _move_tallies(self, task: Task, counts: dict[str, Counter[str]]) -> None:
        for path, count in counts.items():
            TaskTally.objects.filter(task=task, community_id=self.community_ids[path]).update(
                done=count["done"], confirmed=count["confirmed"], help=count["help"], declined=count["declined"]
            )


def _heads() -> list[Head]:
    rows = Appointment.objects.active().of_roles(THREE_HEADS).order_by("unit__path", "pk")
    return [Head(*row) for row in rows.values_list("person_id", "role", "unit_id", "unit__path", "unit__place")]


def _posters() -> dict[int, User]:
    """Somebody who may post in each unit with staff: the first appointed there."""
    staff = list(Appointment.objects.active().of_roles(STAFF).order_by("-pk").values_list("unit_id", "person_id"))
    users = accounts_for(person_id for _, person_id in staff)
    return {unit_id: users[person_id] for unit_id, person_id in staff}


def _group_leader_accounts(heads: list[Head], path: str) -> dict[str, User]:
    """Accounts of the group leaders below a path, by the path of their group."""
    leaders = {h.path: h.person_id for h in heads if h.role == Role.GROUP_LEADER and h.path.startswith(path)}
    users = accounts_for(leaders.values())
    return {group: users[person_id] for group, person_id in leaders.items()}


def _person_id(phone: str) -> int:
    return Person.objects.by_phone(phone).values_list("pk", flat=True).first() or 0


def vacate_two(ground: Ground, calendar: Calendar) -> None:
    """Two neighbour leaders of 高远's area have moved away lately; their posts are vacant."""
    area = next(iter(ground.home_community.get_children()[1:2]), None)
    if area is None:
        return
    last_group = list(area.get_children())[-1]
    posts = Unit.objects.at(Level.NEIGHBOURHOOD).under(last_group).order_by("path").values_list("pk", flat=True)
    for days_ago, unit_id in zip((9, 4), list(posts)[2::2], strict=False):
        ended = calendar.today - dt.timedelta(days=days_ago)
        Appointment.objects.filter(unit_id=unit_id, ends_on__isnull=True).update(
            ends_on=ended, ended_reason="搬到别处住"
        )
