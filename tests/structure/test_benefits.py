"""Benefits when a unit comes to lie elsewhere: what was claimed lasts, what was not is told beforehand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.utils import timezone

from rewards.benefits.endings import revoke_past_roles
from rewards.benefits.entitlements import claim
from rewards.benefits.jobs import look_at_the_day
from rewards.benefits.models import Benefit, BenefitPackage, Entitlement
from rewards.benefits.structure import benefits_touched
from tests.benefits.making import make_benefit, use_once
from tests.cast import Cast
from tests.structure.conftest import THE_1ST, Travel, approved, draft
from volunteers.accounts.models import User
from volunteers.structure import services
from volunteers.units.models import Appointment, Unit

ClientFor = Callable[[User], Client]


def package_of(unit: Unit) -> BenefitPackage:
    """One that runs for months."""
    today = timezone.localdate()
    dates = {"starts_on": today - dt.timedelta(days=30), "ends_on": today + dt.timedelta(days=90)}
    return BenefitPackage.objects.create(name=f"{unit.name}优惠包", unit=unit, **dates)


def made_in(cast: Cast, unit: Unit, **fields: Any) -> Benefit:
    """The barber's offer in a package of a unit."""
    return make_benefit(cast, package=package_of(unit), **fields)


def move(unit: Unit, to: Unit, cast: Cast, travel: Travel) -> None:
    """On the first of December."""
    moving = Unit.objects.get(pk=unit.pk)
    approved("move", moving, {"units": [str(moving.uid)], "to": str(to.uid)}, cast)
    travel(THE_1ST)
    services.enter_due()


def test_what_was_claimed_lasts_after_the_neighbourhood_moved_to_another_community(
    cast: Cast, travel: Travel, client_for: ClientFor
) -> None:
    hair, perm = made_in(cast, cast.community), made_in(cast, cast.community, name="烫发")
    check_up = made_in(cast, cast.community, name="健康体检", places=1, uses_each=1)
    use_once(hair, cast.leader, cast.merchant_person)
    claim(benefit=check_up, acting_user=cast.leader)
    move(cast.neighbourhood, cast.other_group, cast, travel)
    look_at_the_day()
    leader = User.objects.get(pk=cast.leader.pk)
    page = client_for(leader).get("/benefits/").content.decode()
    assert "理发" in page
    assert "健康体检" in page
    assert "烫发" not in page, "it was not claimed"
    assert client_for(leader).get(f"/benefits/{perm.uid}/").status_code == 404
    assert use_once(hair, leader, cast.merchant_person).number == 2
    assert use_once(check_up, leader, cast.merchant_person).number == 1


def test_a_right_claimed_in_an_earlier_post_lasts_too(cast: Cast, travel: Travel) -> None:
    hair = made_in(cast, cast.community)
    use_once(hair, cast.leader, cast.merchant_person)
    Entitlement.objects.update(unit=cast.group)
    move(cast.neighbourhood, cast.other_group, cast, travel)
    assert use_once(hair, User.objects.get(pk=cast.leader.pk), cast.merchant_person).number == 2


def test_it_ends_with_the_role_all_the_same_and_does_not_follow_somebody_to_another_post(
    cast: Cast, travel: Travel
) -> None:
    hair = made_in(cast, cast.community)
    use_once(hair, cast.leader, cast.merchant_person)
    move(cast.neighbourhood, cast.other_group, cast, travel)
    post = Appointment.objects.get(person=cast.leader.person, role="neighbour_leader")
    Appointment.objects.filter(pk=post.pk).update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    other = Unit.objects.get(pk=cast.other_group.pk).add_child(level="neighbourhood", name="新邻", starts_on=THE_1ST)
    Appointment.objects.create(person=post.person, role="neighbour_leader", unit=other, starts_on=THE_1ST)
    assert revoke_past_roles() == 1
    assert Entitlement.objects.get().state == "revoked"


def test_the_draft_says_whose_packages_are_left_behind(cast: Cast, travel: Travel) -> None:
    for unit in (cast.district, cast.street, cast.community):
        package_of(unit)
    community = Unit.objects.get(pk=cast.community.pk)
    change = draft(
        "move", community, {"units": [str(community.uid)], "to": str(cast.other_street.uid)}, cast.district_clerk
    )
    (touch,) = benefits_touched(change)
    assert touch.count == 1, "the street's; the district's reaches both, and its own goes with it"
    assert "用到结束" in touch.text
