"""Reads that make up the pages of tasks: what asks me, what waits for me, how far it has got, what came of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet, Sum
from django.urls import reverse

from events.tasks.audience import COMMUNITY_WIDTH, leaders_asked
from events.tasks.models import CheckIn, CheckInState, Outcome, Task, TaskTally, TaskTarget
from foundation import clock
from foundation.actors import Actor
from volunteers.units.models import LEVELS, THREE_HEADS, Appointment, Level, Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, grants, paths_where

OUTCOME_DAYS = 60


@dataclass(frozen=True, slots=True)
class TaskCard:
    """One task as a leader meets it on the home page and in the list. `state` is open, returned or done."""

    id: uuid.UUID
    title: str
    unit_name: str
    minutes: int
    due_at: dt.datetime
    state: str
    said: str = ""
    reason: str = ""

    @property
    def url(self) -> str:
        """The page of the task."""
        return reverse("task_detail", args=[self.id])


def _card(task: Task, mine: CheckIn | None) -> TaskCard:
    state, said, reason = "open", "", ""
    if mine is not None:
        state = "returned" if mine.state == CheckInState.RETURNED else "done"
        chosen = task.answer(mine.answer)
        said = str(chosen["label"]) if chosen else str(mine.get_state_display())
        reason = mine.return_reason
    return TaskCard(task.pk, task.title, task.unit.name, task.minutes, task.due_at, state, said, reason)


def my_tasks(user: Actor) -> list[TaskCard]:
    """Every open task that asks the user, unanswered and returned ones first, then by due date. Three queries."""
    tasks = list(Task.objects.open().asked_of(user).select_related("unit").order_by("due_at"))
    mine = {c.task_id: c for c in CheckIn.objects.filter(person_id=user.person_id, task__in=tasks)} if tasks else {}
    cards = [_card(task, mine.get(task.pk)) for task in tasks]
    return sorted(cards, key=lambda card: card.state == "done")


def open_tasks_for(user: Actor) -> list[TaskCard]:
    """What still asks the user: not answered yet, or returned."""
    return [card for card in my_tasks(user) if card.state != "done"]


def helped_count(user: Actor, since: dt.datetime) -> int:
    """How many things the user did since an instant; for the lit windows of the home page."""
    done = CheckIn.objects.filter(person_id=user.person_id, submitted_at__gte=since)
    return done.exclude(state=CheckInState.DECLINED).count()


def outcomes_for(user: Actor, limit: int = 5) -> QuerySet[Outcome]:
    """What came of things the user took part in, newest first, from the last 60 days."""
    mine = CheckIn.objects.filter(person_id=user.person_id).exclude(state=CheckInState.DECLINED).values("task_id")
    since = clock.today() - dt.timedelta(days=OUTCOME_DAYS)
    return Outcome.objects.filter(task_id__in=mine, at__date__gte=since).select_related("task").order_by("-at")[:limit]


def waiting_for(user: Actor) -> QuerySet[CheckIn]:
    """Check-ins that the user may confirm: the closest leader above sees them first; staff see theirs too."""
    paths = [g.path for g in grants(user) if g.allows(Right.CONFIRM_CHECK_IN)]
    scope = CheckIn.objects.waiting().filter(under(paths, "unit__path")).exclude(person_id=user.person_id)
    own_units = [g.unit_id for g in grants(user) if g.role in THREE_HEADS]
    return (
        scope.exclude(unit_id__in=own_units)
        .select_related("task", "unit", "person")
        .order_by("task__due_at", "task_id", "unit__path")
    )


@dataclass(slots=True)
class Figures:
    """Counts of one unit for one task: asked, and of those said done (of which confirmed), help wanted, declined."""

    asked: int = 0
    done: int = 0
    confirmed: int = 0
    help: int = 0
    declined: int = 0

    def add(self, other: Figures) -> None:
        """Add another unit's counts."""
        self.asked += other.asked
        self.done += other.done
        self.confirmed += other.confirmed
        self.help += other.help
        self.declined += other.declined

    def hear(self, state: str, *, needs_help: bool) -> None:
        """Count one check-in."""
        self.done += state in {CheckInState.SUBMITTED, CheckInState.CONFIRMED}
        self.confirmed += state == CheckInState.CONFIRMED
        self.help += needs_help and state != CheckInState.RETURNED
        self.declined += state == CheckInState.DECLINED

    @property
    def said(self) -> int:
        """Said done and not yet confirmed."""
        return self.done - self.confirmed

    @property
    def left(self) -> int:
        """Not heard of yet."""
        return max(0, self.asked - self.done - self.declined)

    @property
    def confirmed_share(self) -> float:
        """Part of the bar that is solid, 0 to 100."""
        return round(100 * self.confirmed / self.asked, 1) if self.asked else 0.0

    @property
    def heard_share(self) -> float:
        """Where the empty part of the bar begins: confirmed (solid) and said (hatched) lie before it, 0 to 100."""
        return round(100 * self.done / self.asked, 1) if self.asked else 0.0


@dataclass(slots=True)
class RollupRow:
    """One unit below the one looked at."""

    unit: Unit
    figures: Figures = field(default_factory=Figures)
    vacant: int = 0
    opens: bool = True


@dataclass(slots=True)
class Rollup:
    """How far a task has got in a unit, and in each unit right below, in the order of their numbers."""

    task: Task
    unit: Unit
    figures: Figures
    rows: list[RollupRow]


def rollup(task: Task, unit: Unit) -> Rollup:
    """Roll-up of a task in a unit. From the community up it adds counters, below it counts one community's rows."""
    level = LEVELS.index(Level(unit.level))
    if level < LEVELS.index(Level.COMMUNITY):
        by_path = _from_tallies(task, unit)
    else:
        by_path = _from_rows(task, unit)
    width = len(unit.path) + Unit.steplen
    rows: dict[str, Figures] = defaultdict(Figures)
    total = Figures()
    for path, figures in by_path.items():
        total.add(figures)
        if len(path) >= width:
            rows[path[:width]].add(figures)
    children = list(Unit.objects.filter(path__in=_child_paths(unit, rows)).order_by("path"))
    vacancies = _vacancies(task, children) if level >= LEVELS.index(Level.COMMUNITY) else {}
    opens = level + 1 < LEVELS.index(Level.NEIGHBOURHOOD)
    made = [
        RollupRow(child, rows.get(child.path, Figures()), vacancies.get(child.path, 0), opens) for child in children
    ]
    return Rollup(task, unit, total, made)


def _child_paths(unit: Unit, rows: dict[str, Figures]) -> list[str]:
    if unit.level in {Level.DISTRICT, Level.STREET}:
        return list(rows)
    below = Unit.objects.current().filter(path__startswith=unit.path, depth=unit.depth + 1)
    return [*rows, *below.values_list("path", flat=True)]  # and an ended one where somebody said something


def _from_tallies(task: Task, unit: Unit) -> dict[str, Figures]:
    tallies = TaskTally.objects.filter(task=task, community__path__startswith=unit.path)
    rows = tallies.values_list("community__path", "asked", "done", "confirmed", "help", "declined")
    return {path: Figures(*counts) for path, *counts in rows}


def _from_rows(task: Task, unit: Unit) -> dict[str, Figures]:
    figures: dict[str, Figures] = defaultdict(Figures)
    targets = [t.unit for t in task.targets.select_related("unit")]
    asked = leaders_asked(targets, task.roles).filter(unit__path__startswith=unit.path)
    for path, count in asked.values_list("unit__path").annotate(n=Count("id")).order_by():
        figures[path].asked = count
    said = CheckIn.objects.filter(task=task, unit__path__startswith=unit.path)
    for path, state, needs_help in said.values_list("unit__path", "state", "needs_help"):
        figures[path].hear(state, needs_help=needs_help)
    return dict(figures)


def _vacancies(task: Task, children: list[Unit]) -> dict[str, int]:
    """Neighbourhoods without a leader, by child; only when the task asks neighbour leaders."""
    if "neighbour_leader" not in task.roles or not children:
        return {}
    scope = Unit.objects.at(Level.NEIGHBOURHOOD).current().filter(under(child.path for child in children))
    held = Appointment.objects.active().of_roles(["neighbour_leader"]).values("unit_id")
    width = len(children[0].path)
    counts: dict[str, int] = defaultdict(int)
    for path in scope.exclude(pk__in=held).values_list("path", flat=True):
        counts[path[:width]] += 1
    return counts


@dataclass(frozen=True, slots=True)
class PostedTask:
    """A task as those who posted it or look down on it see it, with the counts of their own scope."""

    task: Task
    figures: Figures


def posted_tasks(user: Actor, *, only_open: bool = False, limit: int = 50) -> list[PostedTask]:
    """Tasks that reach the user's units, newest first, each with its counts there and nowhere else.

    Two queries for communities and above, which add counters; four for areas and groups, which count their few rows.
    """
    paths = paths_where(user, Right.SEE_ROLLUP)
    tasks = Task.objects.visible_to(user).select_related("unit", "outcome").order_by("-published_at")
    chosen = list((tasks.open() if only_open else tasks)[:limit])
    small = bool(paths) and all(len(path) > COMMUNITY_WIDTH for path in paths)
    by_task = _counted(paths, chosen) if small else _added_up(paths, chosen)
    return [PostedTask(task, by_task.get(task.pk, Figures())) for task in chosen]


def _added_up(paths: list[str], tasks: list[Task]) -> dict[uuid.UUID, Figures]:
    sums = (
        TaskTally.objects.filter(under(paths, "community__path"), task__in=tasks)
        .values_list("task_id")
        .annotate(Sum("asked"), Sum("done"), Sum("confirmed"), Sum("help"), Sum("declined"))
        .order_by()
    )
    return {task_id: Figures(*counts) for task_id, *counts in sums}


def _counted(paths: list[str], tasks: list[Task]) -> dict[uuid.UUID, Figures]:
    leaders = list(Appointment.objects.active().filter(under(paths, "unit__path")).values_list("role", "unit__path"))
    targets: dict[uuid.UUID, list[str]] = defaultdict(list)
    for task_id, path in TaskTarget.objects.filter(task__in=tasks).values_list("task_id", "unit__path"):
        targets[task_id].append(path)
    figures: dict[uuid.UUID, Figures] = {}
    for task in tasks:
        reached = tuple(targets[task.pk])
        asked = sum(role in task.roles and path.startswith(reached) for role, path in leaders)
        figures[task.pk] = Figures(asked=asked)
    said = CheckIn.objects.filter(under(paths, "unit__path"), task__in=tasks)
    for task_id, state, needs_help in said.values_list("task_id", "state", "needs_help"):
        figures[task_id].hear(state, needs_help=needs_help)
    return figures


def silent_below(task: Task, user: Actor) -> list[Appointment]:
    """Leaders below whom nobody has heard of yet, by number of unit: who may need a call, or an entry for them."""
    scope = under((g.path for g in grants(user) if g.allows(Right.CONFIRM_CHECK_IN)), "unit__path")
    targets = [t.unit for t in task.targets.select_related("unit")]
    asked = leaders_asked(targets, task.roles).filter(scope).exclude(person_id=user.person_id)
    heard = CheckIn.objects.filter(task=task).values("unit_id")
    return list(asked.exclude(unit_id__in=heard).select_related("unit", "person").order_by("unit__path")[:50])
