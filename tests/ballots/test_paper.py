"""Paper ballots: what is printed and kept, who is handed one, who may carry it, and one way of voting for each."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.ballots.models import Envelope, PaperBallot, PaperIssue, PaperRun
from events.ballots.paper import issuing, runs, sheets, spoiling
from events.ballots.paper.issuing import find_voters, take_back
from events.campaigns.models import Campaign, PanelMember, Phase
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry
from tests.ballots.papering import PaperBox, make_paper_box, marks_on
from tests.ballots.test_keying import keyed
from tests.benefits.making import at_once
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.models import Person

Login = Callable[[User], Client]
State = PaperBallot.State
DESK = "/console/ballots/paper/"


@pytest.fixture
def box(cast: Cast) -> PaperBox:
    return make_paper_box(cast)


# -- printing ------------------------------------------------------------------------------------------------------


def printed(client: Client, cast: Cast, **data: object) -> bytes:
    body = {"uid": str(uuid.uuid4()), "community": str(cast.community.uid), "count": "3", **data}
    return client.post(f"{DESK}print/", body).content


def test_marks_stand_on_the_paper_and_nowhere_else(box: PaperBox, client_for: Login) -> None:
    page = printed(client_for(box.cast.worker), box.cast)
    marks = marks_on(page)
    assert len(marks) == 3
    assert "周桂兰" in page.decode()
    assert page.decode().count("<svg") == 3
    kept = set(PaperBallot.objects.values_list("mark_digest", flat=True))
    assert kept == {runs.digest_of(box.box, mark) for mark in marks}
    stored = "".join(str(one) for one in AuditEntry.objects.values_list("data", "reason", "object_id"))
    assert not [mark for mark in marks if mark in stored or mark.replace("-", "") in stored]


@pytest.mark.parametrize(("faces", "each"), [(1, 2), (2, 2), (3, 4)])
def test_no_two_ballots_share_a_sheet_printed_on_both_sides(
    box: PaperBox, client_for: Login, monkeypatch: pytest.MonkeyPatch, faces: int, each: int
) -> None:
    monkeypatch.setattr(sheets, "sheets_of", lambda lines: [[lines]] * faces)
    page = printed(client_for(box.cast.worker), box.cast).decode()
    starts = [part.split('"')[0] for part in page.split('<section class="')[1:]]
    assert len(starts) == 3 * each
    assert [name for name in starts if "back" in name] == ["sheet sheet--back"] * (3 * (each - faces))
    assert starts[each - 1].endswith("back") == (faces % 2 == 1)


def test_a_run_is_printed_once_even_when_the_page_is_sent_again(box: PaperBox, client_for: Login) -> None:
    client, uid = client_for(box.cast.worker), str(uuid.uuid4())
    assert len(marks_on(printed(client, box.cast, uid=uid))) == 3
    again = printed(client, box.cast, uid=uid)
    assert not marks_on(again)
    assert "已经印过" in again.decode()
    assert PaperBallot.objects.count() == 3


@pytest.mark.parametrize("count", ["0", "201", "-3", "zwölf"])
def test_a_run_has_a_sensible_size(box: PaperBox, client_for: Login, count: str) -> None:
    assert not marks_on(printed(client_for(box.cast.worker), box.cast, count=count))
    assert not PaperRun.objects.exists()


def test_nobody_prints_for_another_community_or_before_voting(box: PaperBox) -> None:
    values: dict[str, Any] = {"uid": uuid.uuid4(), "campaign": box.campaign, "count": 2}
    with pytest.raises(Denied):
        runs.print_run(community=box.cast.community, acting_user=box.cast.other_worker, **values)
    with pytest.raises(Invalid):
        runs.print_run(community=box.cast.street, acting_user=box.cast.street_clerk, **values)
    Campaign.objects.update(state="notice")
    box.campaign.refresh_from_db()
    with pytest.raises(Conflict):
        runs.print_run(community=box.cast.community, acting_user=box.cast.worker, **values)


def test_unused_paper_is_spoilt_with_a_reason_and_then_not_taken(box: PaperBox, client_for: Login) -> None:
    first, _second, third = box.marks(3)
    keyed(box, third, box.cast.worker, 1)
    client = client_for(box.cast.worker)
    assert client.post(f"{DESK}spoil/", {"mark": first, "reason": ""}).status_code == 422
    assert client.post(f"{DESK}spoil/", {"mark": first, "reason": "印花了"}).status_code == 302
    with pytest.raises(Conflict, match="作废"):
        keyed(box, first, box.cast.worker, 1)
    run = PaperRun.objects.get()
    assert client.post(f"{DESK}runs/{run.pk}/spoil/", {"reason": "丢了"}).status_code == 302
    states = Counter(PaperBallot.objects.values_list("state", flat=True))
    assert states == {State.SPOILT: 2, State.KEYED: 1}
    refused = client.post(f"{DESK}spoil/", {"mark": first, "reason": "印花了"})
    assert "不用再作废" in refused.content.decode()
    assert "还没用的" in client.get(f"{DESK}runs/").content.decode()


@pytest.mark.parametrize(("streets", "each", "most"), [(1, 20, 1), (14, 7, 1), (14, 21, 3)])
def test_a_long_list_fits_on_few_sheets(streets: int, each: int, most: int) -> None:
    lines = []
    for street in range(streets):
        lines.append(sheets.Line(f"{street}街道"))
        lines += [sheets.Line("王桂英", street * each + n + 1, "桂花社区") for n in range(each)]
    columned, layout = sheets.sheets_of(lines), sheets.layout_of(lines)
    assert len(columned) <= most
    columns = [column for sheet in columned for column in sheet]
    assert all(len(column) <= layout.lines for column in columns)
    assert [line.lot for column in columns for line in column if line.lot] == list(range(1, streets * each + 1))
    assert all(not column[0].lot and column[-1].lot for column in columns)


# -- handing out ---------------------------------------------------------------------------------------------------


def said(box: PaperBox, voter: Person, user: User | None = None) -> str:
    found = find_voters(campaign=box.campaign, words=voter.name, user=user or box.cast.worker)
    return next(one.words for one in found if one.resident.person == voter)


def test_the_counter_says_how_somebody_votes(box: PaperBox) -> None:
    first, second, third = box.voters[:3]
    late = Person.objects.create(name="后来人")
    Resident.objects.create(
        person=late, neighbourhood=box.cast.neighbourhood, state="confirmed", confirmed_at=timezone.now()
    )
    box.vote.cast(box.users[1], box.vote.candidates[0])
    box.issue(third)
    words = [said(box, one) for one in (first, second, third, late)]
    assert words == ["可以发", "已用手机投过", "已领纸质票", "不在这次的选民名册上"]


def test_who_moved_away_is_sent_to_where_the_roll_has_them(box: PaperBox) -> None:
    voter = box.voters[0]
    Resident.objects.filter(person=voter).update(neighbourhood=box.cast.other_neighbourhood)
    assert said(box, voter, box.cast.other_worker) == "名册在桂花社区，请到那里办"
    with pytest.raises(Denied):
        box.issue(voter, acting_user=box.cast.other_worker)


MOVED: dict[str, dict[str, Any]] = {
    "elsewhere": {"state": "confirmed"},
    "away": {"state": "left"},
    "asking again": {"state": "asked", "confirmed_at": None},
}


@pytest.mark.parametrize("moved", MOVED)
def test_who_moved_after_the_freeze_is_served_where_the_roll_has_them(
    box: PaperBox, client_for: Login, moved: str
) -> None:
    voter, there = box.voters[0], box.cast.other_neighbourhood
    there.name = "新居邻"
    there.save()
    Resident.objects.filter(person=voter).update(neighbourhood=there, **MOVED[moved])
    clerk = client_for(box.cast.worker)
    page = clerk.post(f"{DESK}voters/", {"q": voter.name}).content.decode()
    assert voter.name in page
    assert "可以发" in page
    assert there.name not in page, "where somebody lives now is no matter of the old counter"
    uid = Resident.objects.get(person=voter).uid
    assert there.name not in clerk.get(f"{DESK}voters/{uid}/").content.decode()
    answer = clerk.post(f"{DESK}voters/{uid}/issue/", {"uid": str(uuid.uuid4())})
    assert answer.status_code == 302
    assert box.entry(voter).channel == "paper"


def test_no_counter_finds_a_stranger_who_neither_lives_there_nor_is_on_its_roll(
    box: PaperBox, client_for: Login
) -> None:
    away, late = box.voters[0], Person.objects.create(name="居民新来")
    Resident.objects.filter(person=away).update(state="left")
    moved_in = {"neighbourhood": box.cast.other_neighbourhood, "state": "confirmed", "confirmed_at": timezone.now()}
    Resident.objects.create(person=late, **moved_in)
    for person, clerk in ((away, box.cast.other_worker), (late, box.cast.worker)):
        assert not find_voters(campaign=box.campaign, words=person.name, user=clerk)
        uid = Resident.objects.get(person=person).uid
        assert client_for(clerk).get(f"{DESK}voters/{uid}/").status_code == 404


def test_looking_up_asks_the_same_of_one_or_many(box: PaperBox) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert find_voters(campaign=box.campaign, words="居民", user=User.objects.get(pk=box.cast.worker.pk))
        return len(queries)

    others = Resident.objects.filter(person__in=box.voters[1:])
    Resident.objects.filter(person=box.voters[0]).update(state="left")
    before = asked()
    others.update(state="left")
    assert asked() == before


def test_a_paper_ballot_shuts_the_phone_and_the_voter_hears_of_it(box: PaperBox, client_for: Login) -> None:
    voter = box.users[0]
    box.issue(person_of(voter))
    with pytest.raises(Conflict, match="领了纸质选票"):
        box.vote.cast(voter, box.vote.candidates[0])
    with pytest.raises(Conflict, match="已领纸质票"):
        box.issue(person_of(voter))
    assert "您的纸质选票已经发出" in client_for(voter).get("/inbox/").content.decode()


def test_who_voted_on_the_phone_hands_that_envelope_back_or_gets_no_paper(box: PaperBox) -> None:
    voter = box.users[0]
    box.vote.cast(voter, box.vote.candidates[0])
    assert box.turnout() == 1
    with pytest.raises(Conflict, match="已经投过了"):
        box.issue(person_of(voter))
    assert Envelope.objects.get().state == "sealed"
    box.issue(person_of(voter), hands_back=True)
    assert Envelope.objects.get().state == "voided"
    assert box.turnout() == 0
    assert AuditEntry.objects.get(act="envelope.hand_back").reason == "本人交回，改用纸质票"


def test_unused_paper_comes_back_and_the_voter_votes_in_another_way(box: PaperBox) -> None:
    voter, mark = box.users[0], box.marks()[0]
    box.vote.cast(voter, box.vote.candidates[0])
    box.issue(person_of(voter), hands_back=True)
    issue = take_back(campaign=box.campaign, person=person_of(voter), mark=mark, acting_user=box.cast.worker)
    assert issue.returned_at
    assert PaperBallot.objects.filter(state=State.SPOILT).count() == 1
    assert said(box, person_of(voter)) == "可以发"
    box.vote.cast(voter, box.vote.candidates[2])
    assert box.opened() == [(3,)]
    assert box.turnout() == 1
    assert said(box, person_of(voter)) == "已用手机投过"
    with pytest.raises(Conflict):
        take_back(campaign=box.campaign, person=person_of(voter), mark=box.marks()[0], acting_user=box.cast.worker)


def test_paper_may_be_handed_out_again_after_it_came_back(box: PaperBox) -> None:
    voter = box.voters[0]
    first, second = box.marks(2)
    for mark in (first, second):
        box.issue(voter)
        take_back(campaign=box.campaign, person=voter, mark=mark, acting_user=box.cast.worker)
    box.issue(voter)
    assert PaperIssue.objects.out().count() == 1


def test_a_keyed_or_foreign_paper_is_not_taken_back_as_unused(box: PaperBox) -> None:
    voter, (kept, strange) = box.voters[0], box.marks(2)
    box.issue(voter)
    keyed(box, kept, box.cast.worker, 1)
    elsewhere = runs.print_run(
        uid=uuid.uuid4(), campaign=box.campaign, community=box.cast.other_community, count=1,
        acting_user=box.cast.other_worker,
    ).marks[0]  # fmt: skip
    for mark, refusal in ((kept, Conflict), (elsewhere, Invalid), ("", Invalid)):
        with pytest.raises(refusal):
            take_back(campaign=box.campaign, person=voter, mark=mark, acting_user=box.cast.street_clerk)
    assert box.entry(voter).channel == "paper"
    assert PaperBallot.objects.get(mark_digest=runs.digest_of(box.box, strange)).state == State.PRINTED


def test_nothing_comes_back_unused_where_all_that_went_out_was_keyed(box: PaperBox, cast: Cast) -> None:
    voter, (used, stolen) = box.voters[0], box.marks(2)
    box.issue(voter)
    keyed(box, used, cast.worker, 1)
    keyed(box, used, cast.street_clerk, 1)
    with pytest.raises(Conflict, match="都已经录入"):
        take_back(campaign=box.campaign, person=voter, mark=stolen, acting_user=cast.worker)
    with pytest.raises(Conflict):
        box.vote.cast(box.users[0], box.vote.candidates[0])


def test_nobody_is_handed_paper_who_is_not_on_the_roll_or_when_no_vote_is_open(box: PaperBox) -> None:
    with pytest.raises(Missing):
        box.issue(Person.objects.create(name="谁"))
    Phase.objects.update(ends_at=timezone.now())
    with pytest.raises(Conflict, match="不是投票的时候"):
        box.issue(box.voters[0])
    assert not PaperIssue.objects.exists()
    assert box.entry(box.voters[0]).channel == ""


def test_the_same_request_twice_is_one_ballot(box: PaperBox) -> None:
    uid = uuid.uuid4()
    assert box.issue(box.voters[0], uid=uid) == box.issue(box.voters[0], uid=uid)
    with pytest.raises(DifferentBody):
        box.issue(box.voters[1], uid=uid)
    assert PaperIssue.objects.count() == 1


# -- carriers ------------------------------------------------------------------------------------------------------


def test_a_candidate_carries_no_ballots_of_the_own_contest(box: PaperBox) -> None:
    with pytest.raises(Invalid) as refused:
        box.issue(box.voters[0], carrier=person_of(box.cast.leader))
    assert refused.value.errors == {"carrier": "周桂兰是这次评选的候选人，不能替别人带票。"}
    assert box.entry(box.voters[0]).channel == ""


def test_a_member_of_the_panel_carries_none_either_until_they_leave_it(box: PaperBox) -> None:
    judge = person_of(box.cast.group_leader)
    member = PanelMember.objects.create(campaign=box.campaign, person=judge, title="居民代表")
    with pytest.raises(Invalid) as refused:
        box.issue(box.voters[0], carrier=judge)
    assert "评委" in str(refused.value.errors["carrier"])
    PanelMember.objects.filter(pk=member.pk).update(left_at=timezone.now(), left_reason="出差")
    assert box.issue(box.voters[0], carrier=judge).carrier == judge


def test_somebody_else_carries_it_by_name(box: PaperBox, client_for: Login) -> None:
    leader = person_of(box.cast.other_group_leader)
    assert box.issue(box.voters[0], carrier=leader).carrier == leader
    assert box.issue(box.voters[1], carrier=box.voters[1]).carrier is None
    assert "由丁宁带给您" in client_for(box.users[0]).get("/inbox/").content.decode()


# -- at the desk ---------------------------------------------------------------------------------------------------


def test_a_clerk_finds_hands_out_and_takes_back(box: PaperBox, client_for: Login) -> None:
    client, voter, mark = client_for(box.cast.worker), box.voters[0], box.marks()[0]
    page = client.post(f"{DESK}voters/", {"q": "居民0"}).content.decode()
    assert "可以发" in page
    url = f"{DESK}voters/{voter.resident.uid}/"
    assert url in page
    candidate = person_of(box.cast.leader)
    refused = client.post(f"{url}issue/", {"uid": str(uuid.uuid4()), "carrier": str(candidate.uid)})
    assert "不能替别人带票" in refused.content.decode()
    assert client.post(f"{url}issue/", {"uid": str(uuid.uuid4())}).status_code == 302
    shown = client.get(url).content.decode()
    assert "已领纸质票" in shown
    assert mark not in shown
    assert client.post(f"{url}back/", {"mark": "K7M4"}).status_code == 422
    assert client.post(f"{url}back/", {"mark": mark}).status_code == 302
    assert "可以发" in client.get(url).content.decode()
    assert "没用交回" in client.get(DESK).content.decode()


def test_after_the_vote_the_desk_offers_only_what_it_still_does(box: PaperBox, client_for: Login) -> None:
    voter, mark = box.voters[0], box.marks()[0]
    box.issue(voter)
    client = client_for(box.cast.worker)
    assert f"{DESK}print/" in client.get(DESK).content.decode()
    Phase.objects.filter(kind="voting").update(ends_at=timezone.now())
    Campaign.objects.update(state="counting")
    desk = client.get(DESK).content.decode()
    assert f"{DESK}key/" in desk
    assert f"{DESK}print/" not in desk
    other = client.get(f"{DESK}voters/{box.voters[1].resident.uid}/").content.decode()
    assert "不发票，也不开凭条" in other
    assert "/issue/" not in other
    assert "/pass/" not in other
    back = client.post(f"{DESK}voters/{voter.resident.uid}/back/", {"mark": mark}, follow=True).content.decode()
    assert "收回了，这张票作废。" in back
    assert "再领一张" not in back


def test_the_desk_without_a_campaign_says_so(cast: Cast, client_for: Login) -> None:
    client = client_for(cast.worker)
    assert "现在没有评选" in client.get(DESK).content.decode()
    assert client.get(f"{DESK}key/").status_code == 404


# -- races ---------------------------------------------------------------------------------------------------------


def outcomes_of(box: PaperBox, *acts: Callable[[], object]) -> int:
    """How many went through."""
    return sum(not isinstance(one, Exception) for one in at_once(*acts))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_the_phone_and_the_counter_at_the_same_instant_one_wins(committed_cast: Cast) -> None:
    box = make_paper_box(committed_cast, voters=12)
    wins: Counter[str] = Counter()
    for user in box.users:
        went = outcomes_of(
            box, lambda user=user: box.vote.cast(user, box.vote.candidates[0]),  # type: ignore[misc]
            lambda user=user: box.issue(person_of(user)),  # type: ignore[misc]
        )  # fmt: skip
        assert went == 1
        wins[box.entry(person_of(user)).channel] += 1
    assert Envelope.objects.in_the_box().count() == wins["phone"] == box.turnout()
    assert PaperIssue.objects.out().count() == wins["paper"] == 12 - wins["phone"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_vote_changed_while_it_is_handed_back_is_one_way_or_the_other(committed_cast: Cast) -> None:
    box = make_paper_box(committed_cast, voters=12)
    for user in box.users:
        box.vote.cast(user, box.vote.candidates[0])
        at_once(
            lambda user=user: box.vote.cast(user, box.vote.candidates[1]),  # type: ignore[misc]
            lambda user=user: box.issue(person_of(user), hands_back=True),  # type: ignore[misc]
        )
        assert box.entry(person_of(user)).channel == "paper"
    assert not Envelope.objects.in_the_box().exists()
    assert box.turnout() == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_counters_hand_one_voter_one_ballot(committed_cast: Cast) -> None:
    box = make_paper_box(committed_cast)
    issue = [lambda: box.issue(box.voters[0]) for _desk in range(4)]
    assert outcomes_of(box, *issue) == 1
    assert PaperIssue.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_last_ballot_is_keyed_or_brought_back_but_not_both(committed_cast: Cast) -> None:
    box, cast = make_paper_box(committed_cast), committed_cast
    for voter in box.voters[:4]:
        used, unused = box.marks(2)
        out_before = PaperIssue.objects.out().count()
        box.issue(voter)
        keyed(box, used, cast.worker, 1)
        at_once(
            lambda used=used: keyed(box, used, cast.street_clerk, 1),  # type: ignore[misc]
            lambda voter=voter, unused=unused: issuing.take_back(  # type: ignore[misc]
                campaign=box.campaign, person=voter, mark=unused, acting_user=cast.worker
            ),
        )
        assert PaperBallot.objects.came_back().count() <= PaperIssue.objects.out().count()
        if PaperIssue.objects.out().count() == out_before:  # brought back: the keyed one is one too many
            extra = PaperBallot.objects.get(state=State.KEYED)
            spoiling.ask_aside(ballot=extra, reason="多出来的一张", acting_user=cast.worker)
            spoiling.agree_aside(ballot=extra, acting_user=cast.street_clerk)
