"""Two people confirm at the same moment; only PostgreSQL can show it."""

from __future__ import annotations

import threading

import pytest
from django.db import close_old_connections, connection

from foundation import failpoints
from foundation.errors import Conflict
from tests.cast import Cast
from tests.roster.books import simple
from volunteers.roster import services
from volunteers.roster.models import ImportBatch
from volunteers.units.models import Level, Unit

pytestmark = [pytest.mark.postgres]


def confirm_together(cast: Cast, batches: list[ImportBatch]) -> list[str]:
    """Confirm in as many threads; the first to write waits until every other one has ended or been turned away."""
    ended = threading.Semaphore(0)
    answers: list[str] = []

    def hold() -> None:
        ended.acquire(timeout=10)

    def confirm(batch: ImportBatch) -> None:
        try:
            services.confirm_import(batch=batch, take_good_rows=False, acting_user=cast.district_clerk)
            answers.append("done")
        except Conflict:
            answers.append("refused")
        finally:
            ended.release()
            connection.close()

    with failpoints.armed("roster.after_write", hold):
        threads = [threading.Thread(target=confirm, args=[batch]) for batch in batches]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    close_old_connections()
    return sorted(answers)


def test_one_preview_confirmed_twice_at_once_is_written_once(committed_cast: Cast) -> None:
    batch = services.preview_import(content=simple(), file_name="r.xlsx", acting_user=committed_cast.district_clerk)
    same = ImportBatch.objects.get(pk=batch.pk)
    assert confirm_together(committed_cast, [batch, same]) == ["done", "refused"]
    assert Unit.objects.filter(name="明月镇").count() == 1
    assert Unit.objects.at(Level.NEIGHBOURHOOD).filter(name="1-1-4邻").count() == 1


def test_two_imports_at_once_do_not_mix(committed_cast: Cast) -> None:
    batches = [
        services.preview_import(content=simple(street), file_name="r.xlsx", acting_user=committed_cast.district_clerk)
        for street in ("明月镇", "松涛镇")
    ]
    assert confirm_together(committed_cast, batches) == ["done", "refused"]
    assert Unit.objects.filter(name__in=["明月镇", "松涛镇"]).count() == 1
