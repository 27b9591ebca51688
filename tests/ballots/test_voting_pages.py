"""The booth as people meet it, without a script: pick, read back, cast; orders, privacy, the counter's screen."""

from __future__ import annotations

import datetime as dt
import io
import logging
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.ballots import sealing
from events.ballots.models import BallotBox, CounterPass, Envelope, RollEntry
from events.ballots.paper.issuing import issue_paper
from events.ballots.roll.entries import entry_of
from events.ballots.suspicion.disputes import decide_dispute, raise_dispute
from events.campaigns.models import Nomination
from foundation import clock
from foundation.models import Notification
from tests.ballots.making import Vote, make_campaign, make_candidate, make_vote, make_voter
from tests.ballots.test_quarantine import batch_of
from tests.cast import Cast, _Maker, person_of
from volunteers.accounts.models import User
from volunteers.units.models import Appointment, Level, Role, Unit

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
SAID_PLAINLY = "这部手机不能自己封票，由服务器代封"


def address(vote: Vote, name: str) -> str:
    return reverse(name, args=[vote.campaign.uid])


def hidden(page: str, name: str) -> str:
    """The last hidden field of that name."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[-1]


def cast_plainly(client: Client, vote: Vote, *chosen: Nomination, booth: str = "ballot") -> Any:
    """Without a script: read back, then send what the page holds."""
    choices = [str(one.pk) for one in chosen]
    page = client.post(address(vote, f"{booth}_review"), {"choice": choices}).content.decode()
    body = {"choice": choices, "id": hidden(page, "id"), "mark": hidden(page, "mark")}
    return client.post(address(vote, f"{booth}_cast"), body), body


def order_of(page: str) -> list[str]:
    return re.findall(r'class="cand"><input type="checkbox" name="choice" value="([^"]+)"', page)


def test_pick_read_back_cast_without_a_script(cast: Cast, client_for: ClientFor) -> None:
    vote, client = make_vote(cast), client_for(cast.resident)
    page = client.get(address(vote, "ballot_vote")).content.decode()
    assert "周桂兰" in page
    assert "敲门关总阀" in page
    assert SAID_PLAINLY in page, "before the server sees a name"
    chosen = vote.candidates[:2]
    back = client.post(address(vote, "ballot_review"), {"choice": [str(one.pk) for one in chosen]}).content.decode()
    assert "周桂兰" in back
    assert "马建国" in back
    assert "顾芳" not in back
    assert SAID_PLAINLY in back
    answer, _body = cast_plainly(client, vote, *chosen)
    assert (answer.status_code, answer["Location"]) == (303, address(vote, "ballot_receipt"))
    envelope = Envelope.objects.get()
    assert envelope.sealed_on == "server"
    assert set(vote.open(envelope).choices) == {one.pk for one in chosen}
    receipt = client.get(address(vote, "ballot_receipt")).content.decode()
    assert "选票封好，进箱了" in receipt
    assert '<svg class="qr"' in receipt


def test_sent_twice_it_is_cast_once_and_the_id_is_good_for_no_other_names(cast: Cast, client_for: ClientFor) -> None:
    vote, client = make_vote(cast), client_for(cast.resident)
    _answer, body = cast_plainly(client, vote, vote.candidates[0])
    assert client.post(address(vote, "ballot_cast"), body).status_code == 303
    assert Envelope.objects.get().replaced_count == 0
    other = {**body, "choice": [str(vote.candidates[1].pk)]}
    assert client.post(address(vote, "ballot_cast"), other).status_code == 422
    assert vote.open(Envelope.objects.get()).choices == (vote.candidates[0].pk,)


def test_too_many_none_and_strangers_are_said_on_the_list(cast: Cast, client_for: ClientFor) -> None:
    vote, client = make_vote(cast), client_for(cast.resident)
    for choice, words in (([], "还没有选人"), ([str(uuid.uuid4())], "没有您选的这一位")):
        answer = client.post(address(vote, "ballot_review"), {"choice": choice})
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_six_names_are_too_many(cast: Cast, client_for: ClientFor) -> None:
    vote = crowd(cast, 6)
    choices = [str(one.pk) for one in vote.candidates]
    answer = client_for(cast.resident).post(address(vote, "ballot_review"), {"choice": choices})
    assert answer.status_code == 422
    assert "最多选 5 位" in answer.content.decode()


def crowd(cast: Cast, count: int, street: Unit | None = None) -> Vote:
    """Many candidates in the neighbourhoods of the voter's street."""
    maker = _Maker()
    maker.issued = 1000
    cast.group.refresh_from_db()
    leaders = []
    for number in range(count):
        cast.group.refresh_from_db()
        unit = cast.group.add_child(level=Level.NEIGHBOURHOOD, name=f"1-1-{number + 10}邻")
        leaders.append(maker.leader(f"候选{number}", Role.NEIGHBOUR_LEADER, unit))
    return make_vote(cast, *leaders)


def test_everybody_has_an_order_of_their_own_and_keeps_it(cast: Cast, client_for: ClientFor) -> None:
    others = [make_voter(f"选民{n}", cast.neighbourhood) for n in range(3)]
    vote = crowd(cast, 8)
    orders = []
    for user in (cast.resident, *others):
        client = client_for(user)
        first = order_of(client.get(address(vote, "ballot_vote")).content.decode())
        assert first == order_of(client.get(address(vote, "ballot_vote")).content.decode())
        assert len(first) == 8
        orders.append(tuple(first))
    assert len(set(orders)) == 4


def test_a_large_street_is_shown_in_light_pages_and_picks_travel_with_them(cast: Cast, client_for: ClientFor) -> None:
    vote, client = crowd(cast, 45), client_for(cast.resident)
    page = client.get(address(vote, "ballot_vote")).content
    assert len(page) < 100_000
    first = order_of(page.decode())
    assert len(first) == 20
    body = {"choice": [first[0]], "page": "2", "here": str(cast.street.uid)}
    second = client.post(address(vote, "ballot_vote"), body).content.decode()
    assert not set(order_of(second)) & set(first)
    assert f'type="hidden" name="choice" value="{first[0]}"' in second


def test_found_by_name_sound_and_community(cast: Cast, client_for: ClientFor) -> None:
    vote, client = make_vote(cast), client_for(cast.resident)
    for words, name in (("顾", "顾芳"), ("gufang", "顾芳"), ("mjg", "马建国"), ("月桂", "顾芳")):
        page = client.post(address(vote, "ballot_vote"), {"q": words}).content.decode()
        assert re.findall(r'cand__n">([^<]+)', page) == [name], words


def test_one_s_own_street_first_others_by_street(cast: Cast, client_for: ClientFor) -> None:
    maker = _Maker()
    maker.issued = 1000
    area = cast.far_community.add_child(level=Level.AREA, name="第1片区")
    unit = area.add_child(level=Level.GROUP, name="第1组").add_child(level=Level.NEIGHBOURHOOD, name="1-1-1邻")
    far = maker.leader("石桥人", Role.NEIGHBOUR_LEADER, unit)
    vote, client = make_vote(cast, cast.leader, far), client_for(cast.resident)
    page = client.get(address(vote, "ballot_vote")).content.decode()
    assert "周桂兰" in page
    assert "石桥人" not in page
    there = client.post(address(vote, "ballot_vote"), {"street": str(cast.other_street.uid)}).content.decode()
    assert "石桥人" in there
    assert 'cand__n">周桂兰' not in there


def test_the_ballot_says_the_same_years_as_the_candidate_s_own_page(cast: Cast, client_for: ClientFor) -> None:
    vote, client = make_vote(cast), client_for(cast.resident)
    new = Appointment.objects.get(person=person_of(cast.leader), role=Role.NEIGHBOUR_LEADER)
    moved_on = clock.today() - dt.timedelta(days=100)
    Appointment.objects.filter(pk=new.pk).update(starts_on=moved_on)
    Appointment.objects.create(
        person=new.person, role=Role.NEIGHBOUR_LEADER, unit=cast.neighbourhood2,
        starts_on=clock.today() - dt.timedelta(days=6 * 366), ends_on=moved_on - dt.timedelta(days=1),
    )  # fmt: skip
    its_page = client.get(reverse("candidate", args=[vote.candidates[0].pk])).content.decode()
    assert "6 年" in its_page
    assert "做邻长 6 年" in client.get(address(vote, "ballot_vote")).content.decode()
    told = client.get(f"/api/ballots/{vote.campaign.uid}/paper").json()["candidates"]
    assert next(one["years"] for one in told if one["name"] == "周桂兰") == 6


def test_the_list_asks_the_same_of_few_and_many_candidates(cast: Cast, client_for: ClientFor) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client_for(cast.resident).get(address(vote, "ballot_vote")).status_code == 200
        return len(queries)

    vote = make_vote(cast)
    asked()
    before = asked()
    maker = _Maker()
    maker.issued = 1000
    for number in range(4):
        cast.group.refresh_from_db()
        unit = cast.group.add_child(level=Level.NEIGHBOURHOOD, name=f"1-1-{number + 5}邻")
        make_candidate(vote.campaign, maker.leader(f"候选{number}", Role.NEIGHBOUR_LEADER, unit))
    assert asked() == before


def test_a_phone_sends_an_envelope_and_nothing_else(cast: Cast, client_for: ClientFor) -> None:
    import base64

    vote, client = make_vote(cast), client_for(cast.resident)
    sealed = base64.urlsafe_b64encode(vote.seal(vote.candidates[0])).rstrip(b"=").decode()
    answer = client.post(address(vote, "ballot_cast"), {"id": str(uuid.uuid4()), "envelope": sealed})
    assert answer.status_code == 303
    envelope = Envelope.objects.get()
    assert (envelope.sealed_on, vote.open(envelope).choices) == ("phone", (vote.candidates[0].pk,))
    again = client.post(
        address(vote, "ballot_cast"), {"id": str(envelope.uid), "envelope": sealed}, headers={"X-Part": "1"}
    )
    assert (again.status_code, again.content, again["Cache-Control"]) == (204, b"", "no-store"), "to the page's script"
    for wrong in ("x", sealed[:-1] + "*", sealed + "AA"):
        assert (
            client.post(address(vote, "ballot_cast"), {"id": str(uuid.uuid4()), "envelope": wrong}).status_code == 422
        )


def test_the_answer_is_of_one_length_and_kept_by_nobody(cast: Cast, client_for: ClientFor) -> None:
    other = make_voter("乙", cast.other_neighbourhood)
    vote = crowd(cast, 5)
    sizes = set()
    for user, chosen in ((cast.resident, vote.candidates[:1]), (other, vote.candidates), (other, vote.candidates[:2])):
        answer, _body = cast_plainly(client_for(user), vote, *chosen)
        sizes.add(len(answer.content) + sum(len(k) + len(v) for k, v in answer.items()))
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
    assert len(sizes) == 1


def test_what_was_chosen_is_nowhere_but_in_the_envelope(
    cast: Cast, client_for: ClientFor, caplog: pytest.LogCaptureFixture
) -> None:
    vote, client = make_vote(cast), client_for(cast.resident)
    canary = vote.candidates[1]
    before = everything(canary)
    caplog.set_level(logging.DEBUG)
    client.post(address(vote, "ballot_vote"), {"choice": [str(canary.pk)], "street": str(cast.street.uid)})
    cast_plainly(client, vote, canary)
    client.get(address(vote, "ballot_receipt"))
    assert vote.open(Envelope.objects.get()).choices == (canary.pk,)
    assert everything(canary) == before
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert not [line for line in lines if str(canary.pk) in line or canary.pk.hex in line]
    assert all(not data.get_decoded().get("choice") for data in Session.objects.all())


def everything(canary: Nomination) -> int:
    """How often the canary stands in the whole database, sessions, audit and outbox among it."""
    out = io.StringIO()
    call_command("dumpdata", "--all", exclude=["contenttypes", "auth", "wagtailcore"], stdout=out)
    text = out.getvalue()
    return text.count(str(canary.pk)) + text.count(canary.pk.hex)


def test_no_log_line_of_a_server_tells_who_was_in_the_booth(cast: Cast) -> None:
    vote = make_vote(cast)
    log = logging.getLogger("uvicorn.access")

    def is_kept(path: str, level: int = logging.INFO) -> bool:
        record = log.makeRecord(log.name, level, "", 0, '%s - "POST %s HTTP/1.1" 303', ("10.0.0.9", path), None)
        return bool(log.filter(record))

    booth = [address(vote, name) for name in ("ballot_cast", "ballot_vote", "counter_cast")]
    assert [is_kept(path) for path in [*booth, f"/api/ballots/{vote.campaign.uid}/cast"]] == [False] * 4
    assert is_kept("/tasks/")
    assert is_kept(booth[0], logging.ERROR)


def test_who_is_not_on_the_roll_is_told_so(cast: Cast, client_for: ClientFor) -> None:
    vote = make_vote(cast)
    answer = client_for(cast.stranger).get(address(vote, "ballot_vote"))
    assert answer.status_code == 403
    assert "名册里没有您" in answer.content.decode()
    assert Client().get(address(vote, "ballot_vote")).status_code == 302


def test_a_second_phone_finds_the_same_envelope_and_can_replace_it(cast: Cast, client_for: ClientFor) -> None:
    vote = make_vote(cast)
    cast_plainly(client_for(cast.resident), vote, vote.candidates[0])
    second = client_for(cast.resident)
    assert "再投一次就换成新的" in second.get(address(vote, "ballot_vote")).content.decode()
    cast_plainly(second, vote, vote.candidates[2])
    envelope = Envelope.objects.get()
    assert (envelope.replaced_count, vote.open(envelope).choices) == (1, (vote.candidates[2].pk,))


def voided(vote: Vote, user: User, cause: str, clerk: User) -> None:
    """The voter's envelope, void for one of the causes there are."""
    if cause in ("paper", "handed_back"):
        issue_paper(
            uid=uuid.uuid4(), campaign=vote.campaign, person=person_of(user), acting_user=clerk, hands_back=True
        )
        RollEntry.objects.filter(envelope__isnull=False).update(channel="paper" if cause == "paper" else "")
    elif cause == "batch":
        Envelope.objects.update(state="voided", batch=batch_of(vote, clerk, vote.campaign.unit))
        RollEntry.objects.update(channel="")
    else:
        said = raise_dispute(uid=uuid.uuid4(), campaign=vote.campaign, words="", acting_user=user)
        decide_dispute(dispute=said, state="voided", reason="人在外地", acting_user=clerk)


@pytest.mark.parametrize(("cause", "words", "status"), [
    ("dispute", ("您说不是您投的", "您可以重新投，用手机就行"), 200),
    ("handed_back", ("领纸质选票的时候", "您可以重新投，用手机就行"), 200),
    ("batch", ("两位工作人员核过", "到社区窗口重新投"), 409),
    ("paper", ("您领了纸质选票", "用那一张投"), 409),
])  # fmt: skip
def test_a_voided_vote_is_never_said_to_be_in_the_box(
    cast: Cast, client_for: ClientFor, cause: str, words: tuple[str, str], status: int
) -> None:
    """And who cannot vote again from here is told so before picking, not after sealing."""
    vote, client = make_vote(cast), client_for(cast.resident)
    cast_plainly(client, vote, vote.candidates[0])
    voided(vote, cast.resident, cause, cast.district_clerk)
    receipt = client.get(address(vote, "ballot_receipt")).content.decode()
    assert "您的那张票作废了" in receipt
    assert all(one in receipt for one in words)
    assert ("重新投</span>" in receipt) is (status == 200)
    assert "您的票投好了" not in client.get(reverse("campaign", args=[vote.campaign.uid])).content.decode()
    page = client.get(address(vote, "ballot_vote"))
    assert page.status_code == status
    assert "的票在箱里" not in page.content.decode()
    assert "您现在的回执号" not in client.get(address(vote, "ballot_check")).content.decode()
    assert client.get(address(vote, "ballot_receipt_save")).status_code == 404
    assert client.get(f"/api/ballots/{vote.campaign.uid}/paper").json()["has_voted"] is False
    assert client.get(f"/api/ballots/{vote.campaign.uid}/receipt").status_code == 404


def test_while_it_is_talked_over_nobody_picks_in_vain(cast: Cast, client_for: ClientFor) -> None:
    vote, client = make_vote(cast), client_for(cast.resident)
    cast_plainly(client, vote, vote.candidates[0])
    raise_dispute(uid=uuid.uuid4(), campaign=vote.campaign, words="", acting_user=cast.resident)
    answer = client.get(address(vote, "ballot_vote"))
    assert answer.status_code == 409
    assert "正在核实" in answer.content.decode()
    assert "改我的票" not in client.get(address(vote, "ballot_receipt")).content.decode()
    assert "正在核实" in client.get(reverse("campaign", args=[vote.campaign.uid])).content.decode()


def test_after_the_close_the_booth_leads_to_the_receipt(cast: Cast, client_for: ClientFor) -> None:
    vote, client = make_vote(cast), client_for(cast.resident)
    cast_plainly(client, vote, vote.candidates[0])
    vote.close()
    assert client.get(address(vote, "ballot_vote"))["Location"] == address(vote, "ballot_receipt")
    assert "改我的票" not in client.get(address(vote, "ballot_receipt")).content.decode()


# -- at the counter ----------------------------------------------------------------------------------------------------


def pass_for(cast: Cast, vote: Vote, user: User) -> str:
    from events.ballots.paper.counter import issue_pass

    issued = issue_pass(uid=uuid.uuid4(), campaign=vote.campaign, person=person_of(user), acting_user=cast.worker)
    return issued.code


def test_a_pass_opens_the_booth_once_without_signing_in(cast: Cast) -> None:
    vote = make_vote(cast)
    code, screen = pass_for(cast, vote, cast.resident), Client()
    assert screen.get(address(vote, "counter_vote")).status_code == 404
    assert screen.post(address(vote, "counter_enter"), {"code": "00000000"}).status_code == 422
    entered = screen.post(address(vote, "counter_enter"), {"code": f"{code[:4]} {code[4:]}"})
    assert entered["Location"] == address(vote, "counter_vote")
    assert "周桂兰" in screen.get(address(vote, "counter_vote")).content.decode()
    answer, body = cast_plainly(screen, vote, vote.candidates[0], booth="counter")
    assert answer["Location"] == address(vote, "counter_done")
    envelope = Envelope.objects.get()
    assert (envelope.sealed_on, vote.open(envelope).choices) == ("counter", (vote.candidates[0].pk,))
    assert RollEntry.objects.get(envelope=envelope).channel == "counter"
    again = screen.post(address(vote, "counter_cast"), body)  # the answer was lost on its way
    assert again["Location"] == address(vote, "counter_done")
    for _look in range(2):
        shown = screen.get(address(vote, "counter_done")).content.decode()
        assert "进箱了" in shown
        assert 'http-equiv="refresh"' in shown
    assert screen.get(address(vote, "counter_vote")).status_code == 404
    held = Session.objects.get(pk=screen.session.session_key).get_decoded()
    assert sealing.receipt_of(envelope.sha256) not in str(held), "no session ties a pass to its envelope"
    screen.get(address(vote, "counter_enter"))
    assert screen.get(address(vote, "counter_done"))["Location"] == address(vote, "counter_enter")
    assert screen.post(address(vote, "counter_cast"), body).status_code == 404
    assert screen.post(address(vote, "counter_enter"), {"code": code}).status_code == 422
    told = Notification.objects.filter(stream_key=f"p:{cast.resident.person_id}", kind="ballot")
    assert told.exists()


def test_a_screen_that_was_left_alone_keeps_nothing_and_the_digits_are_still_good(cast: Cast) -> None:
    vote = make_vote(cast)
    code, screen = pass_for(cast, vote, cast.resident), Client()
    screen.post(address(vote, "counter_enter"), {"code": code})
    assert f'data-then="{address(vote, "counter_enter")}"' in screen.get(address(vote, "counter_vote")).content.decode()
    screen.get(address(vote, "counter_enter"))
    assert screen.get(address(vote, "counter_vote")).status_code == 404
    assert screen.post(address(vote, "counter_enter"), {"code": code})["Location"] == address(vote, "counter_vote")


def test_a_pass_is_over_after_a_quarter_of_an_hour(cast: Cast) -> None:
    from django.utils import timezone

    vote = make_vote(cast)
    code, screen = pass_for(cast, vote, cast.resident), Client()
    screen.post(address(vote, "counter_enter"), {"code": code})
    now = timezone.now()
    CounterPass.objects.update(issued_at=now - 2 * (now - (vote.box.roll_frozen_at or now)), expires_at=now)
    assert screen.get(address(vote, "counter_vote")).status_code == 404
    assert not Envelope.objects.exists()


# -- the API -----------------------------------------------------------------------------------------------------------


def test_the_api_hands_out_the_paper_and_takes_an_envelope(cast: Cast, client_for: ClientFor) -> None:
    import base64

    vote, client = make_vote(cast), client_for(cast.resident)
    paper = client.get(f"/api/ballots/{vote.campaign.uid}/paper").json()
    assert base64.urlsafe_b64decode(paper["public_key"] + "==") == bytes(vote.box.public_key or b"")
    assert {one["uid"] for one in paper["candidates"]} == {str(one.pk) for one in vote.candidates}
    assert client.get(f"/api/ballots/{vote.campaign.uid}/receipt").status_code == 404
    sealed = base64.urlsafe_b64encode(vote.seal(vote.candidates[1])).rstrip(b"=").decode()
    body = {"id": str(uuid.uuid4()), "envelope": sealed}
    made = client.post(f"/api/ballots/{vote.campaign.uid}/cast", body, content_type="application/json")
    assert made.status_code == 200
    assert made["Cache-Control"] == "no-store"
    assert client.get(f"/api/ballots/{vote.campaign.uid}/receipt").json() == made.json()
    assert vote.open(Envelope.objects.get()).choices == (vote.candidates[1].pk,)


# -- the roll at a desk ------------------------------------------------------------------------------------------------


def test_the_roll_page_counts_communities_and_takes_two_clerks(cast: Cast, client_for: ClientFor) -> None:
    campaign = make_campaign(cast)
    campaign.__class__.objects.update(state="notice")
    make_candidate(campaign, cast.leader)
    desk = client_for(cast.district_clerk)
    page = desk.get(reverse("console_roll")).content.decode()
    assert not BallotBox.objects.exists(), "looking makes nothing"
    assert "桂花社区" in page
    assert "提出：到投票开始时冻结" in page
    desk.post(reverse("console_roll_freeze", args=[campaign.uid]))
    assert "等另一位同事确认" in desk.get(reverse("console_roll")).content.decode()
    assert BallotBox.objects.get().roll_proposed_by == cast.district_clerk
    street = client_for(cast.street_clerk)
    assert street.post(reverse("console_roll_freeze", args=[campaign.uid])).status_code == 403
    assert "到投票开始时冻结</button>" not in street.get(reverse("console_roll")).content.decode()
    assert entry_of(BallotBox.objects.get(), cast.resident.person) is None
