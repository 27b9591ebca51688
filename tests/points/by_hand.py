"""What the tests of awards made by hand begin with: a budget, a second clerk, an award that waits."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone

from foundation.actors import SYSTEM
from foundation.errors import Refused
from rewards.points import awards
from rewards.points.accounts import budget_account_id, system_account_id
from rewards.points.models import AccountKind, ManualAward, PointsAccount
from rewards.points.services import move_points
from tests.cast import SINCE, Cast, person_of
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role, Unit

Act = Callable[[], Any]


def colleague(unit: Unit, role: Role = Role.COMMUNITY_WORKER, name: str = "章可") -> User:
    """A second member of staff of a unit."""
    person = Person.objects.create(name=name)
    Appointment.objects.create(person=person, role=role, unit=unit, starts_on=SINCE)
    user: User = User.objects.create_user(f"colleague-{uuid.uuid4().hex[:8]}", person=person)
    return user


def fund(unit: Unit, points: int = 100) -> None:
    """Points in a unit's budget."""
    move_points(
        from_account_id=system_account_id(AccountKind.ISSUING), to_account_id=budget_account_id(unit.pk),
        points=points, rule="budget_fill", source_key=f"test:fund:{uuid.uuid4()}", reason="预算", unit_id=unit.pk,
        acting_user=SYSTEM,
    )  # fmt: skip


def left_in(unit: Unit) -> int:
    """What is left of a unit's budget."""
    return PointsAccount.objects.get(unit=unit).balance


def ask(cast: Cast, *users: User, by: User | None = None, **values: Any) -> list[ManualAward]:
    """何静 asks for something for the neighbour leader, or for whoever is named."""
    given: dict[str, Any] = {
        "uid": uuid.uuid4(), "people": [person_of(user) for user in users or (cast.leader,)],
        "rule": "dispute_settled", "quantity": 1, "reason": "楼上漏水两家说和了", "happened_on": timezone.localdate(),
    }  # fmt: skip
    return awards.ask_awards(**given | values, acting_user=by or cast.worker)


def days(count: int) -> dt.date:
    """That many days from today."""
    return timezone.localdate() + dt.timedelta(days=count)


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
