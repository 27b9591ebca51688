"""What a change of the tree means for tasks, and what the monthly report counts of them.

Whoever was asked yesterday is asked today: open tasks follow the units they reached. What was said keeps its unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Count, F
from django.db.models.functions import Substr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.tasks.audience import COMMUNITY_WIDTH, asked_by_community
from events.tasks.models import CheckIn, CheckInState, Task, TaskState, TaskTally, TaskTarget
from events.tasks.selectors import Figures
from volunteers.structure import months, touches
from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.months import Month, Within
from volunteers.structure.touches import Moved, Placed, Touch
from volunteers.units.models import Unit
from volunteers.units.querysets import prefixes, under

_DECLINED = (CheckInState.DECLINED,)


def follow_units(change: StructureChange, moved: Moved) -> None:
    """Give open tasks the targets they need to reach the same leaders, and count anew where communities changed."""
    if change.kind == Kind.RENAME:
        return
    for unit_id, like in moved.founded.items():
        _copy_targets(like, unit_id)
    for unit_id, into in moved.ended.items():
        _copy_targets(unit_id, into)
    for one in moved.placed:
        _keep_reached(one)
    # Each process knows tasks with the paths of their targets, as long as the row is the one it read.
    Task.objects.open().update(points=F("points"))
    _count_anew(_communities(moved))


def _copy_targets(unit_id: int, other_id: int) -> None:
    """Open tasks that go to a unit go to another one too."""
    rows = TaskTarget.objects.filter(unit_id=unit_id, task__state=TaskState.PUBLISHED).values_list("task_id", flat=True)
    TaskTarget.objects.bulk_create(
        (TaskTarget(task_id=task_id, unit_id=other_id) for task_id in rows), ignore_conflicts=True
    )


def _keep_reached(one: Placed) -> None:
    """Open tasks that reached a unit through one above it, and no longer do, get the unit itself as a target."""
    open_ = TaskTarget.objects.filter(task__state=TaskState.PUBLISHED)
    before = open_.filter(unit__path__in=prefixes(one.old_path)[:-1]).values_list("task_id", flat=True)
    now = open_.filter(unit__path__in=prefixes(one.new_path)).values_list("task_id", flat=True)
    lost = set(before) - set(now)
    TaskTarget.objects.bulk_create(
        (TaskTarget(task_id=task_id, unit_id=one.unit_id) for task_id in lost), ignore_conflicts=True
    )


def _communities(moved: Moved) -> dict[str, int]:
    """Communities, by path, that leaders left or joined."""
    paths: set[str] = set()
    for one in moved.placed:
        old, new = one.old_path[:COMMUNITY_WIDTH], one.new_path[:COMMUNITY_WIDTH]
        paths |= {old, new} if old != new else set()
    return dict(Unit.objects.filter(path__in=paths, depth=COMMUNITY_WIDTH // Unit.steplen).values_list("path", "pk"))


def _count_anew(communities: Mapping[str, int]) -> None:
    """The tallies of open tasks in these communities, from the check-ins of those who are there now."""
    if not communities:
        return
    tasks = Task.objects.open().filter(targets__unit__path__in=_around(communities)).distinct()
    within = Task.objects.open().filter(under(communities, "targets__unit__path")).distinct()
    for task in {*tasks, *within}:
        figures = _figures(task, communities)
        asked = asked_by_community([target.unit for target in task.targets.select_related("unit")], task.roles)
        for path, community_id in communities.items():
            counted = figures[path]
            counts = {"asked": asked.get(path, 0)} | {
                name: getattr(counted, name) for name in ("done", "confirmed", "help", "declined")
            }
            if any(counts.values()):
                TaskTally.objects.update_or_create(task=task, community_id=community_id, defaults=counts)
            else:
                TaskTally.objects.filter(task=task, community_id=community_id).delete()


def _around(communities: Iterable[str]) -> set[str]:
    return {prefix for path in communities for prefix in prefixes(path)}


def _figures(task: Task, communities: Mapping[str, int]) -> dict[str, Figures]:
    rows = CheckIn.objects.filter(under(communities, "unit__path"), task=task)
    said = rows.annotate(community=Substr("unit__path", 1, COMMUNITY_WIDTH))
    found: dict[str, Figures] = defaultdict(Figures)
    for path, state, needs_help in said.values_list("community", "state", "needs_help"):
        found[path].hear(state, needs_help=needs_help)
    return found


@touches.contributor("tasks", apply=follow_units)
def tasks_touched(change: StructureChange) -> list[Touch]:
    """How many open tasks reach the unit."""
    if change.kind == Kind.RENAME:
        return []
    path = change.unit.path
    reaching = TaskTarget.objects.filter(task__state=TaskState.PUBLISHED, unit__path__in=prefixes(path))
    within = TaskTarget.objects.filter(task__state=TaskState.PUBLISHED, unit__path__startswith=path)
    count = len({*reaching.values_list("task_id", flat=True), *within.values_list("task_id", flat=True)})
    if not count:
        return []
    text = _("%(n)d 件进行中的任务接着做：原来问到的人都还问得到，已经打的卡留在原来的单位。") % {"n": count}
    return [Touch("tasks", text, count)]


@months.figure("tasks", gettext_lazy("发布任务"), order=10)
def tasks_posted(within: Within, month: Month) -> dict[int, int]:
    """Tasks that units posted in the month."""
    rows = Task.objects.filter(published_at__gte=month.begins_at, published_at__lt=month.ends_at).order_by()
    return dict(within.only(rows).values_list("unit_id").annotate(n=Count("pk")))


@months.figure("check_ins", gettext_lazy("打卡"), order=20)
def check_ins_done(within: Within, month: Month) -> dict[int, int]:
    """Check-ins sent in the month, by the unit they were sent from; "not convenient" is none."""
    rows = CheckIn.objects.filter(submitted_at__gte=month.begins_at, submitted_at__lt=month.ends_at)
    return dict(
        within.only(rows).exclude(state__in=_DECLINED).order_by().values_list("unit_id").annotate(n=Count("pk"))
    )
