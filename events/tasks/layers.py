"""Open work as a layer of the map: how many answers open tasks still wait for, and in which tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.tasks.audience import COMMUNITY_WIDTH
from events.tasks.models import CheckIn, CheckInState, Task, TaskTally, TaskTarget
from foundation.actors import Actor
from volunteers.atlas.layers import Layer, Line, Number, Places, register
from volunteers.units.models import THREE_HEADS, Appointment, Unit
from volunteers.units.querysets import under

LEFT = F("asked") - F("done") - F("declined")


def _open_work(places: Places) -> Mapping[int, Number]:
    if places.width <= COMMUNITY_WIDTH:
        tallies = TaskTally.objects.filter(places.inside("community__path"), task__state="published")
        waiting = tallies.filter(asked__gt=F("done") + F("declined")).order_by()
        return places.fold(waiting.values("community__path").annotate(n=Sum(LEFT)).values_list("community__path", "n"))
    return places.fold((path, 1) for _task, path in _unanswered(places))


def _unanswered(places: Places) -> Iterator[tuple[Task, str]]:
    """Each open task with the path of every leader there whom it asks and who has not said anything. Four queries."""
    above = {path[:end] for path in places.roots for end in range(Unit.steplen, len(path), Unit.steplen)}
    reached = TaskTarget.objects.filter(places.inside("unit__path") | Q(unit__path__in=above), task__state="published")
    targets: dict[object, list[str]] = {}
    for task_id, path in reached.values_list("task_id", "unit__path"):
        targets.setdefault(task_id, []).append(path)
    held = Appointment.objects.active().of_roles(THREE_HEADS).filter(places.inside("unit__path"))
    holders = list(held.values_list("unit_id", "unit__path", "role", "person_id"))
    words = CheckIn.objects.filter(places.inside("unit__path"), task_id__in=targets)
    said = set(words.exclude(state=CheckInState.RETURNED).values_list("task_id", "unit_id", "person_id"))
    for task in Task.objects.open().filter(pk__in=targets).order_by("due_at"):
        paths = tuple(targets[task.pk])
        for unit_id, path, role, person_id in holders:
            if role in task.roles and path.startswith(paths) and (task.pk, unit_id, person_id) not in said:
                yield task, path


def _lines(unit: Unit, user: Actor) -> Iterator[Line]:
    """The open tasks that still wait for somebody here."""
    if len(unit.path) <= COMMUNITY_WIDTH:
        tallies = TaskTally.objects.filter(under([unit.path], "community__path"), task__state="published")
        waiting = tallies.filter(asked__gt=F("done") + F("declined")).order_by()
        left = dict(waiting.values("task_id").annotate(n=Sum(LEFT)).values_list("task_id", "n"))
    else:
        left = {}
        for task, _path in _unanswered(Places((unit,), (unit.path,))):
            left[task.pk] = left.get(task.pk, 0) + 1
    tasks = Task.objects.visible_to(user).filter(pk__in=left).select_related("unit").order_by("due_at", "pk")
    for task in tasks:
        url = f"{reverse('task_rollup', args=[task.pk])}?unit={unit.uid}"
        yield Line(task.title, task.unit.name, _("%(n)d 位") % {"n": left[task.pk]}, url)


register(
    Layer(
        name="work",
        label=gettext_lazy("没回的任务"),
        about=gettext_lazy("进行中的任务，还有多少位没有说"),
        counted=gettext_lazy("位"),
        hand=gettext_lazy("任务还等着 %(n)s 位说一声"),
        numbers=_open_work,
        lines=_lines,
        order=30,
    )
)
