"""The panel: who sits on it, who is too near to whom, marks that may be changed, and when the campaign may go on."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from events.campaigns.models import Campaign, Conflict, Mark, Nomination, PanelMember, Vetting
from events.campaigns.panel import selectors
from events.campaigns.panel import services as panel
from events.campaigns.services import advance, suspend_campaign
from foundation import clock
from foundation.errors import Conflict as Refusal
from foundation.errors import Denied, Invalid, Missing
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry, Notification
from foundation.streams import person_key
from tests.campaigns.making import end_phase
from tests.cast import Cast, person_of
from tests.panel.making import make_member, make_notice, make_panel, mark, to_panel, user_of, write_marks
from volunteers.people.models import Person


def candidates(campaign: Campaign) -> list[Nomination]:
    return list(Nomination.objects.filter(campaign=campaign).order_by("person__name"))


def told(person_id: int) -> list[str]:
    return [one.payload["title"] for one in Notification.objects.filter(stream_key=person_key(person_id), kind="panel")]


def appoint(campaign: Campaign, person: Person, cast: Cast, **values: object) -> PanelMember:
    told: dict[str, Any] = {"uid": uuid.uuid4(), "title": "居民代表", "acting_user": cast.district_clerk} | values
    return panel.appoint_member(campaign=campaign, person=person, **told)


# -- who sits ----------------------------------------------------------------------------------------------------------


def test_the_district_asks_somebody_with_an_account_who_hears_of_it_and_nobody_else_may_ask(cast: Cast) -> None:
    campaign, person = make_notice(cast), person_of(cast.resident)
    with pytest.raises(Denied):
        appoint(campaign, person, cast, acting_user=cast.street_clerk)
    uid = uuid.uuid4()
    seat = appoint(campaign, person, cast, uid=uid)
    assert told(person.pk) == ["想请您当评委"]
    assert appoint(campaign, person, cast, uid=uid) == seat
    with pytest.raises(DifferentBody):
        appoint(campaign, person, cast, uid=uid, title="别的身份")
    with pytest.raises(Refusal):
        appoint(campaign, person, cast)


def test_neither_a_nominee_nor_somebody_without_an_account_can_sit(cast: Cast) -> None:
    campaign = make_notice(cast)
    with pytest.raises(Invalid) as refused:
        appoint(campaign, candidates(campaign)[0].person, cast)
    assert "被提名" in str(refused.value.errors["person"])
    with pytest.raises(Invalid) as refused:
        appoint(campaign, Person.objects.create(name="没账号"), cast)
    assert "账号" in str(refused.value.errors["person"])


def test_who_leaves_says_why_and_cannot_come_back_unseen(cast: Cast) -> None:
    campaign = make_notice(cast)
    seat = make_member(campaign, cast)
    with pytest.raises(Invalid):
        panel.leave(member=seat, reason=" ", acting_user=user_of(seat))
    with pytest.raises(Denied):
        panel.leave(member=seat, reason="我来替他退", acting_user=cast.stranger)
    panel.leave(member=seat, reason="那几天不在家", acting_user=user_of(seat))
    assert not selectors.counted_members(campaign).exists()
    with pytest.raises(Refusal):
        panel.accept(member=seat, acting_user=user_of(seat))
    entry = AuditEntry.objects.get(act="panel.leave")
    assert (entry.reason, entry.actor_id) == ("那几天不在家", user_of(seat).pk)


# -- who is too near ---------------------------------------------------------------------------------------------------


def test_a_declared_conflict_takes_the_mark_away_and_refuses_another(cast: Cast) -> None:
    campaign = make_panel(cast)
    near, other = candidates(campaign)
    seat = PanelMember.objects.order_by("pk").first()
    assert seat
    mark(seat, near, 90)
    with pytest.raises(Invalid):
        panel.declare(member=seat, near={near.pk: " "}, acting_user=user_of(seat))
    panel.declare(member=seat, near={near.pk: "是我表姐"}, acting_user=user_of(seat))
    assert not Mark.objects.exists()
    with pytest.raises(Refusal):
        mark(seat, near, 90)
    mark(seat, other, 70)
    panel.declare(member=seat, near={}, acting_user=user_of(seat))  # said wrongly: taken back
    assert mark(seat, near, 60).points == 60


def test_whoever_vetted_nominated_or_seconded_is_kept_away_by_the_records(cast: Cast) -> None:
    campaign = make_notice(cast)
    vetted, proposed = candidates(campaign)
    Vetting.objects.create(
        uid=uuid.uuid4(), nomination=vetted, level="community", is_passed=True, reason="属实", by=cast.worker
    )
    Nomination.objects.filter(pk=proposed.pk).update(nominated_by=person_of(cast.worker))
    seat = appoint(campaign, person_of(cast.worker), cast)
    panel.accept(member=seat, acting_user=cast.worker)
    panel.declare(member=seat, near={}, acting_user=cast.worker)
    assert dict(Conflict.objects.values_list("nomination_id", "reason")) == {
        vetted.pk: "您审核过这位候选人",
        proposed.pk: "您提名了这位候选人",
    }
    to_panel(campaign)
    seat.refresh_from_db()
    Conflict.objects.all().delete()  # even where nothing was declared
    for one in (vetted, proposed):
        with pytest.raises(Refusal):
            panel.give_mark(uid=uuid.uuid4(), member=seat, nomination=one, points=99, acting_user=cast.worker)


def test_a_candidate_of_another_campaign_cannot_be_named(cast: Cast) -> None:
    seat = make_member(make_notice(cast), cast)
    with pytest.raises(Missing):
        panel.declare(member=seat, near={uuid.uuid4(): "不认识"}, acting_user=user_of(seat))


# -- marks -------------------------------------------------------------------------------------------------------------


def test_a_mark_is_saved_once_changed_knowingly_and_never_by_a_late_repeat(cast: Cast) -> None:
    campaign = make_panel(cast)
    one, _other = candidates(campaign)
    seat = PanelMember.objects.order_by("pk").first()
    assert seat
    uid, user = uuid.uuid4(), user_of(seat)
    values: dict[str, Any] = {"member": seat, "nomination": one, "acting_user": user}
    first = panel.give_mark(uid=uid, points=80, **values)
    assert panel.give_mark(uid=uid, points=80, **values) == first
    with pytest.raises(DifferentBody):
        panel.give_mark(uid=uid, points=81, **values)
    with pytest.raises(Refusal):
        panel.give_mark(uid=uuid.uuid4(), points=81, **values)  # did not see that there is one
    changed = panel.give_mark(uid=uuid.uuid4(), points=85, replaces=uid, **values)
    with pytest.raises(Refusal):
        panel.give_mark(uid=uid, points=80, **values)  # the first one, held up on the way
    assert list(Mark.objects.values_list("pk", "points")) == [(changed.pk, 85)]
    for wrong in (-1, 101):
        with pytest.raises(Invalid):
            panel.give_mark(uid=uuid.uuid4(), points=wrong, **values)


def test_nobody_marks_in_another_name_before_declaring_or_while_the_campaign_is_suspended(cast: Cast) -> None:
    campaign = make_panel(cast)
    one, _other = candidates(campaign)
    seat = PanelMember.objects.order_by("pk").first()
    assert seat
    with pytest.raises(Missing):
        panel.give_mark(uid=uuid.uuid4(), member=seat, nomination=one, points=50, acting_user=cast.district_clerk)
    late = make_member(campaign, cast, "迟评", declared=False)
    with pytest.raises(Refusal):
        mark(late, one, 50)
    suspend_campaign(campaign=campaign, reason="先核实一件事", acting_user=cast.district_clerk)
    with pytest.raises(Refusal):
        mark(seat, one, 50)


def test_marks_are_given_in_the_panel_phase_only(cast: Cast) -> None:
    campaign = make_notice(cast)
    seat = make_member(campaign, cast)
    with pytest.raises(Refusal):
        mark(seat, candidates(campaign)[0], 50)


# -- when the campaign may go on ---------------------------------------------------------------------------------------


def test_the_campaign_waits_until_every_candidate_has_five_marks_and_then_goes_on(cast: Cast) -> None:
    campaign = make_panel(cast)
    one, other = candidates(campaign)
    seats = list(PanelMember.objects.order_by("pk"))
    write_marks(one, [80, 80, 80, 80, 80])
    write_marks(other, [70, 70, 70, 70])
    assert panel.panel_is_done(campaign) == "还有 1 位候选人的评分不够。"
    end_phase(campaign, "panel")
    assert advance(campaign).state == "panel"
    mine = Mark.objects.get(member=seats[0], nomination=one)
    with pytest.raises(Refusal):
        mark(seats[0], one, 99, replaces=mine.pk)  # the time is over for whatever is there
    mark(seats[4], other, 75)  # what is missing may still come
    assert advance(campaign).state == "winners_notice"


def test_three_marks_are_enough_where_somebody_is_too_near(cast: Cast) -> None:
    campaign = make_panel(cast)
    one, other = candidates(campaign)
    seats = list(PanelMember.objects.order_by("pk"))
    write_marks(one, [80, 80, 80, 80, 80])
    write_marks(other, [70, 70, 70])
    assert selectors.short_of_marks(campaign) == {other.pk}
    panel.declare(member=seats[4], near={other.pk: "同一栋楼"}, acting_user=user_of(seats[4]))
    assert selectors.short_of_marks(campaign) == set()


def test_an_even_or_small_panel_holds_the_campaign_up_in_words(cast: Cast) -> None:
    campaign = make_panel(cast, members=4)
    assert panel.panel_is_done(campaign) == "评委还不够：至少要 5 位，现在 4 位。"
    make_member(campaign, cast)
    make_member(campaign, cast)
    assert panel.panel_is_done(campaign) == "评委要是单数，现在 6 位，请再请一位。"


def test_marks_of_somebody_who_left_count_no_longer(cast: Cast) -> None:
    campaign = make_panel(cast)
    one, _other = candidates(campaign)
    write_marks(one, [10, 20, 30, 40, 50])
    seat = PanelMember.objects.order_by("pk").first()
    assert seat
    panel.leave(member=seat, reason="生病了", acting_user=cast.district_clerk)
    assert selectors.marks_by_candidate(campaign) == {one.pk: (20, 30, 40, 50)}


def test_everybody_sees_the_candidates_in_an_order_of_their_own_that_stays(cast: Cast) -> None:
    names = tuple(f"梁{number}" for number in range(8))
    campaign = make_notice(cast, names)
    seats = [make_member(campaign, cast, f"评委{number}") for number in range(4)]

    def order(seat: PanelMember) -> tuple[str, ...]:
        return tuple(seen.nomination.person.name for street in selectors.streets_of(seat) for seen in street.seen)

    orders = [order(seat) for seat in seats]
    assert len(set(orders)) > 1
    assert all(sorted(one) == sorted(names) for one in orders)
    assert orders == [order(seat) for seat in seats]


def test_only_those_with_something_left_are_reminded_and_once_a_day(cast: Cast) -> None:
    campaign = make_panel(cast)
    seats = list(PanelMember.objects.order_by("pk"))
    for one in candidates(campaign):
        mark(seats[0], one, 80)
    before = {seat.pk: len(told(seat.person_id)) for seat in seats}
    assert panel.remind(campaign=campaign, members=seats, acting_user=cast.district_clerk) == 4
    assert panel.remind(campaign=campaign, members=seats, acting_user=cast.district_clerk) == 0
    assert [len(told(seat.person_id)) - before[seat.pk] for seat in seats] == [0, 1, 1, 1, 1]
    with pytest.raises(Denied):
        panel.remind(campaign=campaign, members=seats, acting_user=cast.worker)


def test_the_members_hear_when_it_is_their_turn(cast: Cast) -> None:
    campaign = make_panel(cast, members=1)
    seat = PanelMember.objects.get(campaign=campaign)
    assert told(seat.person_id) == ["想请您当评委", "请您给候选人打分"]
    assert clock.now() < campaign.phases.get(kind="panel").ends_at
