"""How far a task has got: the same numbers from every height, and only one's own."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.tasks.checkins import Word, check_in, confirm_check_ins, decline
from events.tasks.models import Task
from events.tasks.selectors import Figures, posted_tasks, rollup
from tests.cast import Cast
from volunteers.accounts.models import User
from volunteers.units.models import Appointment


def test_every_level_adds_up_to_the_same(cast: Cast, task: Task) -> None:
    row = check_in(id=uuid.uuid4(), task=task, word=Word(answer="done"), acting_user=cast.leader)
    confirm_check_ins(ids=[row.pk], acting_user=cast.group_leader)
    decline(id=uuid.uuid4(), task=task, acting_user=cast.leader2)
    expected = Figures(asked=2, done=1, confirmed=1, help=0, declined=1)
    for unit in (cast.district, cast.street, cast.community, cast.area, cast.group):
        found = rollup(task, unit)
        assert found.figures == expected
        summed = Figures()
        for child in found.rows:
            summed.add(child.figures)
        assert summed == expected
        assert [r.unit.path for r in found.rows] == sorted(r.unit.path for r in found.rows)


def test_a_vacancy_is_said_where_help_is_needed(cast: Cast, task: Task) -> None:
    held = Appointment.objects.get(person=cast.leader2.person)
    held.ends_on = held.starts_on
    held.save()
    assert [row.vacant for row in rollup(task, cast.area).rows] == [1]


def test_a_group_leader_sees_the_group_and_nothing_beside_or_above(
    cast: Cast, task: Task, client_for: Callable[[User], Client]
) -> None:
    client = client_for(cast.group_leader)
    assert client.get(f"/tasks/{task.pk}/rollup/").status_code == 200
    assert client.get(f"/tasks/{task.pk}/rollup/?unit={cast.area.uid}").status_code == 404
    assert client.get(f"/tasks/{task.pk}/rollup/?unit={cast.other_group.uid}").status_code == 404
    assert client.get(f"/tasks/{task.pk}/rollup/?unit=nonsense").status_code == 404
    assert client_for(cast.leader).get(f"/tasks/{task.pk}/rollup/").status_code == 403


def test_the_roll_up_of_the_district_takes_the_same_few_queries_with_more_units(cast: Cast, task: Task) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        rollup(task, cast.district)
    assert len(few) == 2


def test_everybody_reads_the_counts_of_their_own_units_only(cast: Cast, new_task: Callable[..., Task]) -> None:
    task = new_task(unit=cast.street, targets=[cast.street], acting_user=cast.street_clerk)
    check_in(id=uuid.uuid4(), task=task, word=Word(answer="done"), acting_user=cast.leader)
    check_in(id=uuid.uuid4(), task=task, word=Word(answer="help"), acting_user=cast.other_leader)
    expected = {
        "group_leader": (2, 1, 0),
        "area_leader": (2, 1, 0),
        "other_group_leader": (1, 1, 1),
        "worker": (2, 1, 0),
        "street_clerk": (3, 2, 1),
        "district_clerk": (3, 2, 1),
    }
    for who, counts in expected.items():
        (posted,) = posted_tasks(getattr(cast, who))
        assert (posted.figures.asked, posted.figures.done, posted.figures.help) == counts, who
