"""From what is stored to who is chosen: parts, places, pauses, those who move up, and the same again."""

from __future__ import annotations

import hashlib
from functools import partial

import pytest

from events.campaigns.models import Conflict, Nomination, NomineeObjection, PanelMember
from events.campaigns.nominees.nominations import withdraw
from events.campaigns.nominees.objections import decide_objection, raise_objection
from events.results.models import Outcome
from events.results.publishing_files import state_of
from events.results.scoring import compute
from events.results.services import recompute
from foundation.actors import SYSTEM
from foundation.models import AuditEntry, Notification
from foundation.streams import person_key
from tests.benefits.making import at_once
from tests.cast import Cast
from tests.panel.making import make_candidate
from tests.results.making import LI, ROOT, WANG, ZHAO, Told, make_counted, make_result, named, to_notice
from volunteers.accounts.models import User


def chosen(campaign: object) -> set[str]:
    rows = Outcome.objects.filter(campaign=campaign, is_winner=True)  # type: ignore[misc]
    return set(rows.values_list("nomination__person__name", flat=True))


def rows_of(campaign: object) -> list[tuple[object, ...]]:
    return list(Outcome.objects.filter(campaign=campaign).order_by("pk").values_list())  # type: ignore[misc]


@pytest.mark.everywhere
def test_every_number_of_a_result_is_what_was_stored(cast: Cast) -> None:
    campaign = make_result(cast, Told("李好", 125, (5, 4, 3, 3, 5), (60, 70, 80, 90, 100)), WANG)
    one = Outcome.objects.get(nomination=named(campaign, "李好"))
    assert (one.ballots_count, one.electorate_count, one.ballot_score) == (125, 1000, 125_000)
    assert (one.opinion_count, one.opinion_steps, one.opinion_score) == (5, 20, 750_000)
    assert (one.marks_count, one.panel_score) == (3, 800_000)
    assert one.score == 50 * 8_000 + 30 * 7_500 + 20 * 1_250


def test_four_answers_are_counted_but_do_not_count(cast: Cast) -> None:
    campaign = make_result(cast, Told("李好", 0, (1, 1, 1, 1)))
    one = Outcome.objects.get(nomination=named(campaign, "李好"))
    assert (one.opinion_count, one.opinion_steps, one.opinion_score) == (4, 0, None)
    assert one.score == round(50 * 80 * 10_000 / 70)


def test_the_mark_of_somebody_too_near_or_gone_does_not_count(cast: Cast) -> None:
    campaign = make_counted(cast, Told("李好", 0, (), (100, 80, 80, 80, 0)))
    first = PanelMember.objects.order_by("pk").first()
    assert first
    Conflict.objects.create(member=first, nomination=named(campaign, "李好"), reason="亲戚")
    compute(campaign)
    one = Outcome.objects.get()
    assert (one.marks_count, one.panel_score) == (2, 800_000)


def test_the_places_of_a_street_go_to_the_highest_and_empty_ones_stay_empty(cast: Cast) -> None:
    campaign = make_result(cast, places=2)
    assert chosen(campaign) == {"王好", "赵好"}
    assert Outcome.objects.filter(campaign=campaign).count() == 3


def test_a_street_with_fewer_candidates_than_places_leaves_places_empty(cast: Cast) -> None:
    assert chosen(make_result(cast, LI, places=3)) == {"李好"}


def test_a_street_is_no_rival_of_another(cast: Cast) -> None:
    campaign = make_counted(cast, ZHAO, WANG, places=1)
    far = make_candidate(campaign, "远街", cast.neighbourhood, cast.other_street)
    campaign.quotas.filter(street=cast.other_street).delete()
    campaign.quotas.create(street=cast.other_street, leaders_count=1, winners_count=1, electorate_count=10)
    compute(campaign)
    assert chosen(campaign) == {"赵好", "远街"}
    assert Outcome.objects.get(nomination=far).panel_score == 0


def test_a_tie_at_the_edge_is_settled_by_the_lot_of_the_box(cast: Cast) -> None:
    campaign = make_result(cast, Told("甲"), Told("乙"), Told("丙"), places=1)
    lots = {
        one.person.name: hashlib.sha256(bytes.fromhex(ROOT) + (one.lot or 0).to_bytes(4, "big")).digest()
        for one in Nomination.objects.filter(campaign=campaign).select_related("person")
    }
    assert chosen(campaign) == {min(lots, key=lambda name: lots[name])}


def test_a_paused_candidate_is_counted_and_not_chosen(cast: Cast) -> None:
    campaign = make_counted(cast, LI, WANG, ZHAO, places=2)
    Nomination.objects.filter(pk=named(campaign, "赵好").pk).update(is_paused=True)
    assert chosen(to_notice(campaign)) == {"李好", "王好"}


def test_computed_again_it_is_the_same(cast: Cast) -> None:
    campaign = make_result(cast)
    before = rows_of(campaign)
    compute(campaign)
    recompute(campaign=campaign, reason="再算一遍", acting_user=SYSTEM)
    assert rows_of(campaign) == before
    assert not AuditEntry.objects.filter(act="result.recompute").exists()


@pytest.mark.everywhere
def test_an_upheld_objection_lets_the_next_of_the_street_move_up_with_the_reason(cast: Cast) -> None:
    campaign = make_result(cast)
    row = named(campaign, "赵好")
    objection = raise_objection(uid=row.pk, nomination=row, words="情况不属实", acting_user=cast.resident)
    assert chosen(campaign) == {"王好", "赵好"}  # nobody moves up before it is decided
    assert state_of(named(campaign, "赵好")) == "candidate"  # as whoever recounts what is published finds it
    decide_objection(objection=objection, is_upheld=True, reason="查实了", acting_user=cast.district_clerk)
    assert chosen(campaign) == {"李好", "王好"}
    entry = AuditEntry.objects.get(act="result.recompute")
    assert entry.reason == "查实了"
    assert entry.data == {"in": [str(named(campaign, "李好").pk)], "out": [str(row.pk)]}
    titles = [
        one.payload["title"]
        for one in Notification.objects.filter(stream_key=person_key(named(campaign, "李好").person_id))
    ]
    assert "您入选最美邻长了" in titles


def test_a_dismissed_objection_changes_nothing(cast: Cast) -> None:
    campaign = make_result(cast)
    row = named(campaign, "赵好")
    objection = raise_objection(uid=row.pk, nomination=row, words="情况不属实", acting_user=cast.resident)
    decide_objection(objection=objection, is_upheld=False, reason="没有这回事", acting_user=cast.district_clerk)
    assert chosen(campaign) == {"王好", "赵好"}


def titles_of(nomination: Nomination) -> list[str]:
    told = Notification.objects.filter(stream_key=person_key(nomination.person_id)).order_by("pk")
    return [one.payload["title"] for one in told]


def test_of_two_winners_with_something_asked_neither_loses_the_place_while_one_is_decided(cast: Cast) -> None:
    campaign = make_result(cast)
    asked = {
        name: raise_objection(
            uid=named(campaign, name).pk, nomination=named(campaign, name), words="请核实", acting_user=cast.resident
        )
        for name in ("王好", "赵好")
    }
    for name in ("王好", "赵好"):
        decide_objection(objection=asked[name], is_upheld=False, reason="没有这回事", acting_user=cast.district_clerk)
        assert chosen(campaign) == {"王好", "赵好"}
    assert "您入选最美邻长了" not in titles_of(named(campaign, "李好"))
    assert not AuditEntry.objects.filter(act="result.recompute").exists()


def test_whoever_makes_room_for_somebody_who_was_cleared_hears_of_it(cast: Cast) -> None:
    campaign = make_counted(cast, LI, WANG, ZHAO, places=2)
    row = named(campaign, "赵好")
    Nomination.objects.filter(pk=row.pk).update(is_paused=True)
    asked = NomineeObjection.objects.create(
        uid=row.pk, nomination=row, by=named(campaign, "李好").person, words="请核实"
    )
    campaign = to_notice(campaign)
    assert chosen(campaign) == {"李好", "王好"}
    decide_objection(objection=asked, is_upheld=False, reason="没有这回事", acting_user=cast.district_clerk)
    assert chosen(campaign) == {"王好", "赵好"}
    assert "您入选最美邻长了" in titles_of(row)
    assert titles_of(named(campaign, "李好"))[-1] == "名单有变化，这次您没有入选"


def test_a_winner_who_leaves_makes_room_and_before_the_notice_nothing_is_computed(cast: Cast) -> None:
    campaign = make_counted(cast, LI, WANG, ZHAO)
    withdraw(nomination=named(campaign, "王好"), acting_user=User.objects.get(person__name="王好"))
    assert not Outcome.objects.exists()
    campaign = to_notice(campaign)
    assert chosen(campaign) == {"李好", "赵好"}
    withdraw(nomination=named(campaign, "赵好"), acting_user=User.objects.get(person__name="赵好"))
    assert chosen(campaign) == {"李好"}


@pytest.mark.parametrize("rows", [3, 30])
def test_the_number_of_candidates_does_not_change_the_number_of_queries(
    cast: Cast, rows: int, django_assert_max_num_queries: object
) -> None:
    campaign = make_counted(cast, *[Told(f"候选{number}", number) for number in range(rows)])
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        compute(campaign)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_winners_who_leave_at_the_same_moment_leave_two_places_to_the_next(committed_cast: Cast) -> None:
    campaign = make_result(committed_cast, LI, Told("孙好", 50), WANG, ZHAO, places=2)
    assert chosen(campaign) == {"王好", "赵好"}

    def leave(name: str) -> object:
        return withdraw(nomination=named(campaign, name), acting_user=User.objects.get(person__name=name))

    outcomes = at_once(partial(leave, "王好"), partial(leave, "赵好"))
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert chosen(campaign) == {"李好", "孙好"}
