"""Two workers, two approvals, an import beside a change: only PostgreSQL can show it."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from foundation import failpoints
from foundation.errors import Conflict
from tests.cast import Cast
from tests.structure.conftest import THE_1ST, THE_20TH, approved, draft, make_village
from volunteers.structure import services
from volunteers.structure.models import FormerPlace, StructureChange
from volunteers.units.models import Level, Unit

pytestmark = [pytest.mark.postgres]


def together(acts: list[Callable[[], Any]], place: str) -> list[Any]:
    """Run in as many threads; the first to reach the place waits until another one has ended."""
    ended, answers = threading.Semaphore(0), list[Any]()

    def run(act: Callable[[], Any]) -> None:
        try:
            answers.append(act())
        except Conflict as refusal:
            answers.append(str(refusal))
        finally:
            ended.release()
            connection.close()

    def hold() -> None:
        ended.acquire(timeout=1.5)

    with failpoints.armed(place, hold):
        threads = [threading.Thread(target=run, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    return answers


def test_two_workers_at_midnight_enter_a_change_once(committed_cast: Cast) -> None:
    with time_machine.travel(THE_20TH, tick=True) as traveller:
        village = make_village(committed_cast)
        change = approved("split", committed_cast.area, village.split_plan(), committed_cast)
        traveller.move_to(dt.datetime.combine(THE_1ST, dt.time(0, 1), THE_20TH.tzinfo))
        answers = together([services.enter_due] * 2, "structure.before_commit")
    assert sorted(answers, key=len) == [[], [change.uid]]
    assert Unit.objects.filter(name="第2片区", level=Level.AREA).count() == 1
    assert FormerPlace.objects.values("unit", "until").distinct().count() == FormerPlace.objects.count()


def test_of_two_approvals_that_overlap_one_is_refused(committed_cast: Cast) -> None:
    cast = committed_cast
    with time_machine.travel(THE_20TH, tick=True):
        village = make_village(cast)
        split = draft("split", cast.area, village.split_plan(), cast.worker)
        rename = draft("rename", cast.group, {"name": "大榕树组"}, cast.worker)
        for one in (split, rename):
            services.record_consultation(change=one, note="问过", acting_user=cast.worker)
        acts = [
            lambda: services.approve_change(change=split, acting_user=cast.street_clerk).state,
            lambda: services.approve_change(change=rename, acting_user=cast.district_clerk).state,
        ]
        answers = together(acts, "structure.before_approve")
    assert answers.count("approved") == 1
    assert StructureChange.objects.waiting().count() == 1


def test_while_a_roster_is_imported_the_change_waits_for_the_next_minute(committed_cast: Cast) -> None:
    cast = committed_cast
    with time_machine.travel(THE_20TH, tick=True) as traveller:
        village = make_village(cast)
        change = approved("split", cast.area, village.split_plan(), cast)
        traveller.move_to(dt.datetime.combine(THE_1ST, dt.time(0, 1), THE_20TH.tzinfo))
        held, go_on = threading.Event(), threading.Event()

        def importing() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [services.TREE_LOCK])
                held.set()
                go_on.wait(10)
            connection.close()

        other = threading.Thread(target=importing)
        other.start()
        held.wait(10)
        assert services.enter_due() == []
        go_on.set()
        other.join(10)
        assert services.enter_due() == [change.uid]
    assert StructureChange.objects.get(pk=change.pk).problem == ""
