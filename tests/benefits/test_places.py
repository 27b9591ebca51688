"""Places and the line: who waits, who is next, and what a change of places or roles brings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.models import AuditEntry, Notification
from rewards.benefits.codes import issue_code
from rewards.benefits.endings import drop_old_codes, renew_uses, revoke_past_roles, serve_lines
from rewards.benefits.entitlements import claim, give_back, set_places
from rewards.benefits.jobs import look_at_the_day
from rewards.benefits.models import Benefit, BenefitPackage, BenefitState, Entitlement, Merchant, Voucher
from rewards.benefits.offers import set_benefit_state
from rewards.benefits.verifying import Answer, check_code, confirm_use, void_use
from tests.benefits.making import have_agreed, make_benefit, make_leaders, show, use_once
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.units.models import Appointment
from volunteers.units.rights import forget_grants

ClientFor = Callable[[User], Client]


@pytest.fixture
def check_up(cast: Cast) -> Benefit:
    return make_benefit(cast, name="健康体检", value_text="1 次", places=1, uses_each=1)


def state_of(user: User, benefit: Benefit) -> str:
    return Entitlement.objects.get(person=user.person, benefit=benefit).state


def end_role(user: User, days_ago: int = 1) -> None:
    """The user's last day was so many days ago."""
    last = timezone.localdate() - dt.timedelta(days=days_ago)
    Appointment.objects.filter(person=user.person).update(ends_on=last)
    forget_grants(user)


def told(user: User) -> list[str]:
    rows = Notification.objects.filter(stream_key=f"p:{user.person_id}").order_by("seq")
    return [row.payload["title"] for row in rows]


def test_the_place_after_the_last_waits_and_a_place_given_back_goes_to_the_next(
    cast: Cast, check_up: Benefit, client_for: ClientFor
) -> None:
    first, second, third = cast.leader, cast.leader2, cast.other_leader
    for user in (first, second, third):
        client_for(user).post(f"/benefits/{check_up.uid}/claim/")
    assert [state_of(user, check_up) for user in (first, second, third)] == ["claimed", "waiting", "waiting"]
    assert "第 2 位" in client_for(third).get("/benefits/").content.decode()
    page = client_for(first).get(f"/benefits/{check_up.uid}/").content.decode()
    assert "让给下一位" in page
    client_for(first).post(f"/benefits/{check_up.uid}/give-back/")
    assert [state_of(user, check_up) for user in (first, second, third)] == ["returned", "claimed", "waiting"]
    assert told(second) == ["排到您了：健康体检"]
    assert "第 1 位" in client_for(third).get(f"/benefits/{check_up.uid}/").content.decode()


def test_leaving_the_line_is_possible_and_coming_back_is_at_its_end(cast: Cast, check_up: Benefit) -> None:
    for user in (cast.leader, cast.leader2, cast.other_leader):
        claim(benefit=check_up, acting_user=user)
    assert give_back(benefit=check_up, acting_user=cast.leader2).state == "returned"
    assert give_back(benefit=check_up, acting_user=cast.leader2).state == "returned"
    assert claim(benefit=check_up, acting_user=cast.leader2).state == "waiting"
    line = list(Entitlement.objects.in_line().values_list("person_id", flat=True))
    assert line == [cast.other_leader.person_id, cast.leader2.person_id]


def test_what_was_used_is_kept_and_what_one_never_had_cannot_be_returned(cast: Cast, check_up: Benefit) -> None:
    claim(benefit=check_up, acting_user=cast.leader)
    use_once(check_up, cast.leader, cast.merchant_person)
    with pytest.raises(Conflict):
        give_back(benefit=check_up, acting_user=cast.leader)
    with pytest.raises(Missing):
        give_back(benefit=check_up, acting_user=cast.leader2)


def test_a_place_is_claimed_before_a_code_is_shown(cast: Cast, check_up: Benefit) -> None:
    with pytest.raises(Conflict, match="先领"):
        issue_code(benefit=check_up, acting_user=cast.leader)
    assert not Entitlement.objects.exists()


def test_more_places_serve_the_line_in_its_order_and_never_take_one_away(
    cast: Cast, check_up: Benefit, client_for: ClientFor
) -> None:
    leaders = make_leaders(cast, 4)
    for user in leaders:
        claim(benefit=check_up, acting_user=user)
    desk = client_for(cast.district_clerk)
    page = desk.get(f"/console/rewards/benefit/{check_up.uid}/").content.decode()
    assert "候补 3 位" in page
    assert page.index("邻长1") < page.index("邻长2") < page.index("邻长3")
    assert desk.post(f"/console/rewards/benefit/{check_up.uid}/places/", {"places": "3"}).status_code == 302
    assert [state_of(user, check_up) for user in leaders] == ["claimed"] * 3 + ["waiting"]
    assert desk.post(f"/console/rewards/benefit/{check_up.uid}/places/", {"places": "2"}).status_code == 422
    with pytest.raises(Invalid):
        set_places(benefit=check_up, places=2, acting_user=cast.district_clerk)
    with pytest.raises(Denied):
        set_places(benefit=check_up, places=9, acting_user=cast.worker)


def test_what_the_role_gave_ends_at_midnight_and_the_place_goes_on(cast: Cast, check_up: Benefit) -> None:
    claim(benefit=check_up, acting_user=cast.leader)
    claim(benefit=check_up, acting_user=cast.leader2)
    code = show(check_up, cast.leader)
    today = timezone.localdate()
    Appointment.objects.filter(person=cast.leader.person).update(ends_on=today)
    look_at_the_day()
    assert state_of(cast.leader, check_up) == "claimed"  # the last day still counts
    end_role(cast.leader)
    # At the till it is over at midnight, before any job has run.
    assert check_code(code=code.code, acting_user=cast.merchant_person).answer == Answer.CLOSED
    voucher = Voucher.objects.get(state="issued")
    with pytest.raises(Conflict):
        confirm_use(id=voucher.pk, voucher_id=voucher.pk, acting_user=cast.merchant_person)
    assert revoke_past_roles() == 1
    assert revoke_past_roles() == 0
    assert (state_of(cast.leader, check_up), state_of(cast.leader2, check_up)) == ("revoked", "claimed")
    assert told(cast.leader) == ["谢谢您这一程"]
    assert told(cast.leader2) == ["排到您了：健康体检"]
    assert AuditEntry.objects.filter(act="benefit.revoke").count() == 1


def test_a_second_role_keeps_what_it_gives_too(cast: Cast, check_up: Benefit) -> None:
    claim(benefit=check_up, acting_user=cast.leader)
    end_role(cast.leader)
    today = timezone.localdate()
    post = Appointment.objects.create(
        person=person_of(cast.leader), role="neighbour_leader", unit=cast.neighbourhood, starts_on=today
    )
    assert revoke_past_roles() == 0
    assert state_of(cast.leader, check_up) == "claimed"
    Appointment.objects.filter(pk=post.pk).delete()
    assert revoke_past_roles() == 1


def test_whoever_waits_without_the_role_is_passed_over(cast: Cast, check_up: Benefit) -> None:
    for user in (cast.leader, cast.leader2, cast.other_leader):
        claim(benefit=check_up, acting_user=user)
    end_role(cast.leader2)
    give_back(benefit=check_up, acting_user=cast.leader)
    assert (state_of(cast.leader2, check_up), state_of(cast.other_leader, check_up)) == ("revoked", "claimed")


def test_a_place_that_lies_free_is_given_out_by_the_clock(cast: Cast, check_up: Benefit) -> None:
    for user in (cast.leader, cast.leader2):
        claim(benefit=check_up, acting_user=user)
    Entitlement.objects.filter(person=cast.leader.person).update(state="returned")
    assert (serve_lines(), serve_lines()) == (1, 0)
    assert state_of(cast.leader2, check_up) == "claimed"


def test_uses_renew_with_the_quarter(cast: Cast) -> None:
    year = timezone.localdate().year + 1
    dates = {"starts_on": dt.date(year, 1, 1), "ends_on": dt.date(year, 12, 31)}
    data = make_benefit(cast, name="手机流量", renews="quarter", uses_each=1, **dates)
    with time_machine.travel(dt.datetime(year, 3, 30, 2, 0, tzinfo=dt.UTC), tick=False) as clock:
        use = use_once(data, cast.leader, cast.merchant_person)
        with pytest.raises(Conflict, match="用完"):
            show(data, cast.leader)
        clock.move_to(dt.datetime(year, 4, 1, 2, 0, tzinfo=dt.UTC))
        assert use_once(data, cast.leader, cast.merchant_person).number == 1  # before the job has run
        with pytest.raises(Conflict):
            void_use(use=use, reason="弄错了", acting_user=cast.merchant_person)
        clock.move_to(dt.datetime(year, 7, 1, 2, 0, tzinfo=dt.UTC))
        assert (renew_uses(), renew_uses()) == (1, 0)
        assert state_of(cast.leader, data) == "claimed"
        clock.move_to(dt.datetime(year + 1, 1, 1, 2, 0, tzinfo=dt.UTC))
        look_at_the_day()
        data.refresh_from_db()
        assert (data.state, state_of(cast.leader, data)) == ("ended", "expired")


@pytest.mark.parametrize("each", [1, 2])
def test_a_place_used_before_the_role_ended_is_free_with_the_new_quarter(cast: Cast, each: int) -> None:
    year = timezone.localdate().year + 1
    dates = {"starts_on": dt.date(year, 1, 1), "ends_on": dt.date(year, 12, 31)}
    meal = make_benefit(cast, name="聚餐", renews="quarter", uses_each=each, places=1, **dates)
    with time_machine.travel(dt.datetime(year, 1, 10, 2, 0, tzinfo=dt.UTC), tick=False) as clock:
        claim(benefit=meal, acting_user=cast.leader)
        use_once(meal, cast.leader, cast.merchant_person)
        claim(benefit=meal, acting_user=cast.leader2)
        end_role(cast.leader)
        look_at_the_day()
        assert state_of(cast.leader, meal) == "revoked"
        assert state_of(cast.leader2, meal) == "waiting", "its uses of this quarter are gone"
        clock.move_to(dt.datetime(year, 4, 1, 2, 0, tzinfo=dt.UTC))
        look_at_the_day()
        assert (state_of(cast.leader, meal), state_of(cast.leader2, meal)) == ("revoked", "claimed")
        assert told(cast.leader2) == ["排到您了：聚餐"]


def test_who_is_appointed_again_in_the_next_quarter_begins_anew_and_in_the_same_one_goes_on(cast: Cast) -> None:
    year = timezone.localdate().year + 1
    dates = {"starts_on": dt.date(year, 1, 1), "ends_on": dt.date(year, 12, 31)}
    meal = make_benefit(cast, name="聚餐", renews="quarter", uses_each=2, places=5, **dates)
    moments = [dt.datetime(year, month, 10, 2, 0, tzinfo=dt.UTC) for month in (1, 4)]
    with time_machine.travel(moments[0], tick=False) as clock:
        claim(benefit=meal, acting_user=cast.leader)
        use_once(meal, cast.leader, cast.merchant_person)
        for moment, used in zip(moments, (1, 0), strict=True):
            clock.move_to(moment)
            end_role(cast.leader)
            revoke_past_roles()
            Appointment.objects.filter(person=cast.leader.person).update(ends_on=None)
            forget_grants(cast.leader)
            row = claim(benefit=meal, acting_user=cast.leader)
            assert (row.state, row.used_count) == ("part_used" if used else "claimed", used)


def test_a_pause_says_why_keeps_everything_and_its_end_is_told(
    cast: Cast, check_up: Benefit, client_for: ClientFor
) -> None:
    claim(benefit=check_up, acting_user=cast.leader)
    clerk, url = client_for(cast.district_clerk), f"/console/rewards/benefit/{check_up.uid}/state/"
    clerk.post(url, {"state": "paused", "reason": "体检车在修，下周就好"})
    assert "体检车在修，下周就好" in client_for(cast.leader).get(f"/benefits/{check_up.uid}/").content.decode()
    clerk.post(url, {"state": "live"})
    assert state_of(cast.leader, check_up) == "claimed"
    rows = Notification.objects.filter(stream_key=f"u:{cast.district.pk}", roles=["neighbour_leader"])
    assert [row.payload["title"] for row in rows] == ["健康体检恢复了"]


def test_a_second_person_reviews_before_anybody_sees_it(cast: Cast, client_for: ClientFor) -> None:
    draft = make_benefit(cast, state="draft", drafted_by=cast.district_clerk)
    url = f"/console/rewards/benefit/{draft.uid}/state/"
    drafter = client_for(cast.district_clerk)
    for step in ("live", "reviewed"):
        drafter.post(url, {"state": step})
        draft.refresh_from_db()
        assert draft.state == "draft"
    second = make_leaders(cast, 1)[0]
    Appointment.objects.create(
        person=person_of(second), role="district_clerk", unit=cast.district, starts_on=dt.date(2024, 1, 1)
    )
    reviewer = client_for(second)
    reviewer.post(url, {"state": "reviewed"})
    assert "理发" not in client_for(cast.leader).get("/benefits/").content.decode()
    assert "青禾理发铺 还没有合作约定" in reviewer.post(url, {"state": "live"}, follow=True).content.decode()
    draft.refresh_from_db()
    assert draft.state == "reviewed"
    have_agreed(cast.merchant)
    reviewer.post(url, {"state": "live"})
    draft.refresh_from_db()
    assert (draft.state, draft.reviewed_by) == ("live", second)
    page = client_for(cast.leader).get("/benefits/?show=new").content.decode()
    assert "理发" in page
    # What is open keeps its promise: a smaller number in the form changes nothing, nor does an earlier end.
    form = {"name": "理发", "uses_each": "1", "how_to_use": "给店员看", "ends_on": draft.ends_on.isoformat()}
    form["merchants"] = str(cast.merchant.pk)
    edit = f"/console/rewards/benefit/{draft.uid}/edit/"
    assert drafter.post(edit, form).status_code == 302
    draft.refresh_from_db()
    assert (draft.uses_each, draft.how_to_use, draft.state) == (2, "给店员看", "live")
    sooner = {"ends_on": (draft.ends_on - dt.timedelta(days=1)).isoformat()}
    assert "只能往后延" in drafter.post(edit, form | sooner).content.decode()
    joining = {"merchants": [str(cast.merchant.pk), str(cast.other_merchant.pk)]}
    assert "禾边药房 还没有合作约定" in drafter.post(edit, form | joining).content.decode()
    have_agreed(cast.other_merchant)
    assert drafter.post(edit, form | joining).status_code == 302
    assert draft.merchants.count() == 2


def test_shops_that_somebody_else_added_stay_when_a_community_saves(cast: Cast, client_for: ClientFor) -> None:
    dates = {"starts_on": timezone.localdate(), "ends_on": timezone.localdate() + dt.timedelta(days=60)}
    package = BenefitPackage.objects.create(name="社区优惠包", unit=cast.community, **dates)
    offer = make_benefit(cast, package=package, state="draft", **dates)
    far = Merchant.objects.create(name="远处的书店", unit=cast.other_street)
    offer.merchants.add(far)
    path = f"/console/rewards/benefit/{offer.uid}/edit/"
    worker = client_for(cast.worker)
    assert "远处的书店" in worker.get(path).content.decode()
    form = {
        "package": package.pk, "kind": "life", "name": "理发", "value_text": "7 折", "renews": "none",
        "roles": ["neighbour_leader"], "merchants": [cast.other_merchant.pk], **dates,
    }  # fmt: skip
    assert worker.post(path, form).status_code == 302
    assert set(offer.merchants.all()) == {cast.other_merchant, far}


def test_what_is_written_after_its_review_is_a_draft_again(cast: Cast, client_for: ClientFor) -> None:
    offer = make_benefit(cast, state="reviewed", drafted_by=cast.street_clerk, reviewed_by=cast.district_clerk)
    form = {
        "package": offer.package_id, "kind": "life", "name": "理发", "value_text": "7 折", "renews": "none",
        "roles": ["neighbour_leader"], "starts_on": offer.starts_on, "ends_on": offer.ends_on,
    }  # fmt: skip
    client_for(cast.district_clerk).post(f"/console/rewards/benefit/{offer.uid}/edit/", form)
    offer.refresh_from_db()
    assert (offer.value_text, offer.state, offer.drafted_by) == ("7 折", BenefitState.DRAFT, cast.district_clerk)
    with pytest.raises(Denied):
        set_benefit_state(benefit=offer, state=BenefitState.REVIEWED, acting_user=cast.district_clerk)


def test_codes_that_nobody_used_are_forgotten(cast: Cast) -> None:
    barber = make_benefit(cast)
    show(barber, cast.leader)
    use_once(barber, cast.leader, cast.merchant_person)
    assert drop_old_codes() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=3)):
        assert drop_old_codes() == 1
    assert Voucher.objects.get().state == "verified"
