"""Tasks as each process last read them: on the busiest morning everybody answers the same few.

Nothing is believed: the write of a check-in makes sure, in its own statement, that the row is still the one that was
read (PostgreSQL's `xmin`), and otherwise everything begins anew with a fresh one. On SQLite every task is read.
"""

from __future__ import annotations

import uuid
from typing import Final

from django.db import connection

from events.tasks.models import Task
from foundation import statements

MOST: Final = 200
_WITH_TARGETS = (
    "JOIN tasks_tasktarget AS t ON t.task_id = tasks_task.id JOIN units_unit AS u ON u.id = t.unit_id "
    "WHERE tasks_task.id = %s"
)
_known: dict[uuid.UUID, Task] = {}


def read_task(task_id: uuid.UUID) -> Task | None:
    """The task with its targets, as it is now; one query."""
    version = "tasks_task.xmin::text" if connection.vendor == "postgresql" else "''"
    id_ = Task._meta.pk.get_db_prep_value(task_id, connection)
    rows = statements.fetch(Task, _WITH_TARGETS, [id_], more=["u.path", version])
    if not rows:
        return None
    task = rows[0][0]
    task.target_paths = [path for _same, (path, _version) in rows]
    task.version = rows[0][1][1]
    return task


def known_task(task_id: uuid.UUID) -> Task | None:
    """The task as this process knows it. Threads share the object: read it, change nothing, refuse nobody by it."""
    task = _known.get(task_id)
    if task is None and (task := read_task(task_id)) and task.version:
        if len(_known) >= MOST:
            _known.clear()
        _known[task_id] = task
    return task


def forget(task_id: uuid.UUID) -> None:
    """It was not what we thought."""
    _known.pop(task_id, None)
