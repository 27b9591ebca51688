"""Nobody sees more or less of proposals, objections and leaves than their roles give, in random districts."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.permissions.test_scope_property import DAY, EXAMPLES, District, build, districts, number, seen
from volunteers.accounts.models import User
from volunteers.posts.models import Leave, Objection, Proposal
from volunteers.units.models import Appointment
from volunteers.units.rights import Right

LEVEL_OF_COMMUNITY = 3
made_things = st.lists(st.tuples(number, number, number, st.booleans()), max_size=4)


def circle_of(made: District, who: int) -> set[int]:
    """Units in whose notices somebody has an interest: the community of each place they serve or live in, and below."""
    places = {unit for unit, _role in made.serves(who)} | ({made.lives[who]} if who in made.lives else set())
    return {at for at in range(len(made.units)) if any(_is_in(made, at, place) for place in places)}


def _is_in(made: District, at: int, place: int) -> bool:
    top = place
    while made.units[top].depth > LEVEL_OF_COMMUNITY:
        up = made.parent[top]
        assert up is not None
        top = up
    return top in made.above(at)


def check(made: District, drawn: list[tuple[int, int, int, bool]]) -> None:
    """Compare what each user sees with what a child would say."""
    today, now, rows = timezone.localdate(), timezone.now(), []
    for unit, person, maker, flag in drawn:
        at, whose, by = unit % len(made.units), person % 3, maker % 3
        proposal = Proposal.objects.create(
            uid=uuid.uuid4(), unit=made.units[at], role="group_leader", person_id=made.users[whose].person_id, name="n",
            how="leader", state="noticed" if flag else "proposed", proposed_by=made.users[by], proposed_at=now,
            notice_from=today, notice_until=today + DAY,
        )  # fmt: skip
        objection = Objection.objects.create(proposal=proposal, words="w", by=made.users[by], at=now, state="open")
        held = Appointment.objects.create(
            person_id=made.users[whose].person_id or 0, unit=made.units[at], role="group_leader",
            starts_on=today - 9 * DAY, ends_on=today - DAY,
        )  # fmt: skip
        leave = Leave.objects.create(appointment=held, starts_on=today, ends_on=today, taken_at=now)
        rows.append((at, whose, by, flag, proposal, objection, leave))
    for who, user in enumerate(made.users):
        proposes, appoints = made.allowed(who, Right.PROPOSE), made.allowed(who, Right.APPOINT)
        people, near = made.allowed(who, Right.SEE_PEOPLE), circle_of(made, who)
        assert seen(Proposal, user) == {r[4].pk for r in rows if who in {r[1], r[2]} or r[0] in proposes}
        assert seen(Objection, user) == {r[5].pk for r in rows if r[0] in appoints}
        assert seen(Leave, user) == {r[6].pk for r in rows if r[1] == who or r[0] in people}
        noticed: Any = Proposal.objects.noticed_to(User.objects.get(pk=user.pk))
        assert {one.pk for one in noticed} == {r[4].pk for r in rows if r[3] and r[0] in near}


@pytest.mark.everywhere
@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=districts, things=made_things)
def test_nobody_sees_more_or_less_than_their_roles_give(
    drawn: dict[str, Any], things: list[tuple[int, int, int, bool]]
) -> None:
    with transaction.atomic():
        made = build(drawn)
        check(made, things)
        transaction.set_rollback(True)
