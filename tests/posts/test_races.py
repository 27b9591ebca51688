"""Two at the same moment: one appointment, one stand-in, one end. Only PostgreSQL can show it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from foundation.errors import Refused
from foundation.models import AuditEntry
from tests.cast import Cast, person_of
from tests.posts.conftest import DAY, PHONE, held_by, make_noticed, make_proposal, run_out, vacate
from volunteers.posts import leaves, proposals, services
from volunteers.posts.models import Leave, Proposal
from volunteers.units.models import Appointment

pytestmark = [pytest.mark.postgres]
Act = Callable[[], Any]


def together(*acts: Act) -> list[str]:
    """Do all of it in as many threads that begin at once; says of each whether it was done or refused."""
    barrier, answers = threading.Barrier(len(acts)), []

    def run(act: Act) -> None:
        barrier.wait()
        try:
            act()
            answers.append("done")
        except Refused as refusal:
            answers.append(str(refusal.status))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(answers)


def test_two_appointers_of_two_candidates_make_one_leader(committed_cast: Cast) -> None:
    cast = committed_cast
    vacate(cast)
    first, second = (
        run_out(make_noticed(cast, name=name, phone=f"1548888000{n}")) for n, name in enumerate(("邓秀英", "吴大海"))
    )
    answers = together(
        lambda: proposals.appoint(proposal=first, acting_user=cast.worker),
        lambda: proposals.appoint(proposal=second, acting_user=cast.street_clerk),
    )
    assert answers == ["409", "done"]
    assert Appointment.objects.active().filter(unit=cast.neighbourhood).count() == 1
    assert Proposal.objects.filter(state="appointed").count() == 1


def test_two_appointers_of_one_candidate_appoint_once(committed_cast: Cast) -> None:
    cast = committed_cast
    vacate(cast)
    made = run_out(make_noticed(cast))
    users = (cast.worker, cast.street_clerk, cast.district_clerk)
    acts = [lambda user=user: proposals.appoint(proposal=made, acting_user=user) for user in users]
    assert together(*acts) == ["409", "409", "done"]
    assert Appointment.objects.filter(unit=cast.neighbourhood).count() == 2
    assert AuditEntry.objects.filter(act="appointment.start").count() == 1


def test_two_stand_ins_at_once_are_one(committed_cast: Cast) -> None:
    cast = committed_cast
    today = timezone.localdate()
    leave = leaves.take_leave(
        uid=uuid.uuid4(), appointment=held_by(cast.leader), starts_on=today, until=today + 5 * DAY,
        acting_user=cast.leader,
    )  # fmt: skip
    people = (person_of(cast.leader2), person_of(cast.group_leader))
    answers = together(
        lambda: leaves.set_stand_in(leave=leave, person=people[0], acting_user=cast.leader),
        lambda: leaves.set_stand_in(leave=leave, person=people[1], acting_user=cast.worker),
    )
    assert answers == ["409", "done"]
    assert Appointment.objects.filter(stands_in_for__isnull=False).count() == 1


def test_two_leaves_at_once_are_one(committed_cast: Cast) -> None:
    cast = committed_cast
    today, held = timezone.localdate(), held_by(cast.leader)

    def take(user: Any) -> Leave:
        return leaves.take_leave(
            uid=uuid.uuid4(), appointment=held, starts_on=today, until=today + DAY, acting_user=user
        )

    assert together(lambda: take(cast.leader), lambda: take(cast.worker)) == ["409", "done"]
    assert Leave.objects.count() == 1


def test_one_proposal_sent_by_two_lines_at_once_is_one(committed_cast: Cast) -> None:
    cast = committed_cast
    vacate(cast)
    uid = uuid.uuid4()
    same = [lambda: make_proposal(cast, uid=uid)] * 3
    assert together(*same) == ["done"] * 3
    assert Proposal.objects.count() == 1
    other = [lambda user=user: make_proposal(cast, phone=PHONE, acting_user=user) for user in (cast.worker,) * 2]
    assert together(*other) == ["409", "409"]


def test_ended_by_two_at_once_is_ended_once_and_appointed_meanwhile_by_nobody(committed_cast: Cast) -> None:
    cast = committed_cast
    made, held = run_out(make_noticed(cast)), held_by(cast.leader)
    answers = together(
        lambda: services.end_appointment(appointment=held, reason="", acting_user=cast.leader),
        lambda: services.end_appointment(appointment=held, reason="搬走", acting_user=cast.worker),
        lambda: proposals.appoint(proposal=made, acting_user=cast.street_clerk),
    )
    assert answers.count("done") >= 2
    assert AuditEntry.objects.filter(act="appointment.end").count() == 1
    today = timezone.localdate()
    for day in (today, today + DAY):
        assert Appointment.objects.active(day).filter(unit=cast.neighbourhood).count() <= 1
