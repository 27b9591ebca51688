"""The opening: two persons close, k of n open, every number fits, and whatever is wrong in an envelope stops
nothing.
"""

from __future__ import annotations

import io
import uuid
from collections import Counter
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from events.ballots import sealing
from events.ballots.models import (
    Ballot,
    BallotBox,
    BroughtShare,
    Custodian,
    Envelope,
    OpeningStep,
    OpinionAnswer,
    PaperBallot,
    PaperRun,
    RollEntry,
)
from events.ballots.opening.custody import public_bytes
from events.ballots.opening.jobs import box_is_open, go_on_after_a_crash
from events.ballots.opening.services import bring_share, close_box, run_opening
from events.ballots.opening.steps import Halted
from events.campaigns.models import Campaign, CampaignState, Nomination
from foundation import clock, merkle
from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.models import AuditEntry
from tests.ballots.custodians import bring_all, open_whole, passphrase_of
from tests.ballots.opening_making import box_with_key, filled_box, lay_in, other_clerk, roll_for, to_counting
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def hashes_of(box: BallotBox) -> list[str]:
    """What is published of the envelopes."""
    joined = bytes(BallotBox.objects.filter(pk=box.pk).values_list("hashes", flat=True).get() or b"").hex()
    return [joined[at : at + 64] for at in range(0, len(joined), 64)]


def custodian_of(box: BallotBox) -> Custodian:
    """The first one."""
    return Custodian.objects.select_related("user", "box__campaign__unit").filter(box=box).order_by("pk")[0]


@pytest.mark.everywhere
def test_a_box_is_closed_by_two_opened_by_its_custodian_and_every_ballot_is_counted(cast: Cast) -> None:
    box = filled_box(cast, 12)
    sealed = sorted(Envelope.objects.values_list("sha256", flat=True))
    close_box(box=box, acting_user=cast.district_clerk)
    box.refresh_from_db()
    assert box.closed_at is None
    with pytest.raises(Conflict):
        close_box(box=box, acting_user=cast.district_clerk)
    close_box(box=box, acting_user=other_clerk(cast))
    box = run_opening(box)
    assert len(box.root) == 64
    assert box.opened_at is None
    assert hashes_of(box) == sealed
    bring_all(box)
    box = run_opening(box)
    counts = (box.cast_count, box.counted_count, box.spoilt_count, box.voided_count, box.replaced_count)
    assert counts == (12, 12, 0, 0, 0)
    each = {one.hex: 4 for one in box.campaign.nominations.values_list("pk", flat=True)}
    assert Counter(Ballot.objects.values_list("choices", flat=True)) == each
    assert not Envelope.objects.exists()
    assert box.private_key is None
    keeper = custodian_of(box)
    assert (keeper.share, keeper.private_key) == (None, None)
    assert not BroughtShare.objects.exists()
    assert set(OpeningStep.objects.exclude(done_at=None).values_list("name", flat=True)) == set(OpeningStep.Name.values)
    assert list(RollEntry.objects.values_list("channel", flat=True)) == ["phone"] * 12
    acts = AuditEntry.objects.filter(act__startswith="box.").order_by("id").values_list("act", flat=True)
    assert list(acts)[-6:] == ["box.close_ask", "box.close", "box.root", "box.key_open", "box.open", "box.publish"]


def test_nobody_closes_a_box_before_the_vote_is_over_or_without_the_right(cast: Cast) -> None:
    box, _stood = box_with_key(cast, cast.worker)
    with pytest.raises(Conflict):
        close_box(box=box, acting_user=cast.district_clerk)
    with pytest.raises(Denied):
        close_box(box=to_counting(box), acting_user=cast.street_clerk)


def test_what_is_not_decided_holds_the_close_up(cast: Cast) -> None:
    box = filled_box(cast, 3)
    Envelope.objects.filter(pk=Envelope.objects.values("pk")[:1]).update(state="quarantined", signals="night,fresh")
    with pytest.raises(Conflict, match="待核"):
        close_box(box=box, acting_user=SYSTEM)


@pytest.mark.everywhere
def test_once_closed_no_envelope_is_added_or_changed_and_the_root_stays_whoever_writes(cast: Cast) -> None:
    box = filled_box(cast, 3)
    entry = roll_for(box, cast.neighbourhood, 1)
    run_opening(close_box(box=box, acting_user=SYSTEM))
    late = sealing.write_paper(box.campaign.uid, [])
    changes: list[Any] = [
        lambda: lay_in(box, entry, [late]),
        lambda: Envelope.objects.update(state="voided"),
        lambda: BallotBox.objects.update(root="0" * 64),
        lambda: BallotBox.objects.update(hashes=b""),
        lambda: BallotBox.objects.update(closed_at=clock.now()),
        lambda: BallotBox.objects.update(public_key=b"\4" * 65),
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Envelope.objects.filter(state="sealed").count() == 3


def test_envelopes_that_are_wrong_in_whatever_way_are_spoilt_and_the_sum_fits(cast: Cast) -> None:
    box, stood = box_with_key(cast, cast.worker)
    uid = box.campaign.uid
    proper = sealing.write_paper(uid, [stood[0].pk])
    papers = [
        proper,
        sealing.write_paper(uid, []),  # blank counts as cast, for nobody
        sealing.write_paper(uid, [uuid.uuid4()]),  # nobody of this campaign
        sealing.write_paper(uuid.uuid4(), [stood[0].pk]),  # of another campaign
        proper[:-1] + b"\1",  # half a name
        b"\2" + proper[1:],  # another format
        sealing.write_paper(uid, [stood[0].pk], 3),  # an answer where a ballot belongs
        sealing.seal(uid, public_bytes(ec.generate_private_key(ec.SECP256R1())), proper),  # for another key
        b"\4" + bytes(178),  # no point of the curve
    ]
    entries = roll_for(box, cast.neighbourhood, len(papers) + 2)
    lay_in(box, entries[: len(papers)], papers)
    lay_in(box, entries[-2:-1], [proper], state="voided")
    lay_in(box, entries[-1:], [proper], state="released", replaced_count=4)
    box = open_whole(to_counting(box))
    counts = (box.cast_count, box.counted_count, box.spoilt_count, box.voided_count, box.replaced_count)
    assert counts == (15, 3, 7, 1, 4)
    assert Counter(Ballot.objects.values_list("choices", flat=True)) == {stood[0].pk.hex: 2, "": 1}
    assert len(hashes_of(box)) == 10


def test_a_household_answers_about_its_own_neighbour_leader_only(cast: Cast) -> None:
    box, stood = box_with_key(cast, cast.worker)
    entries = roll_for(box, cast.neighbourhood, 3)
    RollEntry.objects.update(kind="household", about=stood[0])
    for one in entries:
        one.kind = "household"
    papers = [sealing.write_paper(box.campaign.uid, [who.pk], step) for who, step in ((stood[0], 5), (stood[1], 1))]
    lay_in(box, entries, [*papers, sealing.write_paper(box.campaign.uid, [stood[0].pk])])
    box = open_whole(to_counting(box))
    assert list(OpinionAnswer.objects.values_list("nomination", "step")) == [(stood[0].pk, 5)]
    assert (box.counted_count, box.spoilt_count) == (1, 2)


def test_a_candidate_who_was_struck_during_the_vote_spoils_no_ballot(cast: Cast) -> None:
    box = filled_box(cast, 3)
    Nomination.objects.filter(campaign=box.campaign).update(lot=None)
    for number, one in enumerate(Nomination.objects.filter(campaign=box.campaign)):
        Nomination.objects.filter(pk=one.pk).update(lot=number + 1, state="struck", answer="核实成立")
    assert open_whole(box).counted_count == 3


def test_a_paper_ballot_forgets_its_envelope(cast: Cast) -> None:
    box = filled_box(cast, 2)
    run = PaperRun.objects.create(
        uid=uuid.uuid4(), box=box, community=cast.community, count=1, printed_by=cast.worker, printed_at=clock.now()
    )
    PaperBallot.objects.create(run=run, mark_digest="1" * 64, state="sealed", envelope=Envelope.objects.first())
    open_whole(box)
    assert PaperBallot.objects.get().envelope_id is None


# -- custodians --------------------------------------------------------------------------------------------------------


@pytest.mark.everywhere
def test_two_of_three_open_the_box_and_one_alone_does_not(cast: Cast) -> None:
    box = filled_box(cast, 4, threshold=2, keepers=(cast.worker, cast.street_clerk, cast.district_clerk))
    run_opening(close_box(box=box, acting_user=SYSTEM))
    keepers = list(Custodian.objects.select_related("user", "box__campaign").filter(box=box).order_by("-pk"))
    for number, one in enumerate(keepers[:2]):
        assert not Ballot.objects.exists()
        bring_share(custodian=one, passphrase=passphrase_of(one), acting_user=one.user)
        box = run_opening(box)
        assert (box.opened_at is not None) == (number == 1)
    assert Ballot.objects.count() == 4


def test_a_wrong_passphrase_brings_nothing_and_nobody_brings_for_another(cast: Cast) -> None:
    box = filled_box(cast, 2)
    keeper = custodian_of(box)
    with pytest.raises(Conflict):
        bring_share(custodian=keeper, passphrase=passphrase_of(keeper), acting_user=keeper.user)
    run_opening(close_box(box=box, acting_user=SYSTEM))
    keeper = custodian_of(box)
    with pytest.raises(Invalid):
        bring_share(custodian=keeper, passphrase="不是这一句 不是这一句", acting_user=keeper.user)
    with pytest.raises(Missing):
        bring_share(custodian=keeper, passphrase=passphrase_of(keeper), acting_user=cast.district_clerk)
    assert not BroughtShare.objects.exists()
    assert OpeningStep.objects.get(name="key").done_count == 0


def test_shares_that_do_not_make_the_key_stop_at_that_step_and_say_so(cast: Cast) -> None:
    box = filled_box(cast, 2)
    BallotBox.objects.filter(pk=box.pk).update(private_key=bytes(60))
    run_opening(close_box(box=box, acting_user=SYSTEM))
    bring_all(box)
    step = OpeningStep.objects.get(name="key")
    assert step.done_at is None
    assert step.fault
    assert run_opening(box).opened_at is None


# -- what goes wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.everywhere
def test_a_box_that_is_not_what_its_root_says_is_not_opened(cast: Cast) -> None:
    box = filled_box(cast, 3)
    run_opening(close_box(box=box, acting_user=SYSTEM))
    bring_all(box)
    Envelope.objects.filter(pk=Envelope.objects.values("pk")[:1]).delete()
    with pytest.raises(Halted):
        run_opening(box)
    assert not Ballot.objects.exists()
    assert OpeningStep.objects.get(name="open").fault
    with pytest.raises(CommandError):
        call_command("open_ballot_box", str(box.campaign.uid), stdout=io.StringIO())


def test_a_suspended_campaign_waits_and_one_that_was_ended_is_never_opened(cast: Cast) -> None:
    box = filled_box(cast, 3)
    run_opening(close_box(box=box, acting_user=SYSTEM))
    for state in (CampaignState.SUSPENDED, CampaignState.TERMINATED):
        Campaign.objects.update(state=state, suspended_from="counting", suspended_at=clock.now())
        with pytest.raises(Conflict):
            bring_all(box)
    Campaign.objects.update(state=CampaignState.COUNTING)
    bring_all(box)
    Campaign.objects.update(state=CampaignState.TERMINATED)
    assert run_opening(box).opened_at is None
    Campaign.objects.update(state=CampaignState.COUNTING)
    assert run_opening(box).counted_count == 3


def test_every_step_done_twice_is_done_once(cast: Cast) -> None:
    box = filled_box(cast, 5)
    first = open_whole(box)
    ids = set(Ballot.objects.values_list("pk", flat=True))
    assert close_box(box=box, acting_user=cast.district_clerk).root == first.root
    bring_all(first)
    run_opening(box)
    assert set(Ballot.objects.values_list("pk", flat=True)) == ids
    assert AuditEntry.objects.filter(act="box.open").count() == 1


def test_the_worker_goes_on_by_itself_and_the_panel_waits_for_it(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    box = filled_box(cast, 3)
    with django_capture_on_commit_callbacks(execute=True):
        close_box(box=box, acting_user=SYSTEM)
    box.refresh_from_db()
    assert box.root
    assert box_is_open(box.campaign)
    bring_all(box)  # as if the process had been killed before it could say so to the queue
    go_on_after_a_crash()
    assert Ballot.objects.count() == 3
    assert box_is_open(box.campaign) == ""


def test_the_command_goes_on_where_the_opening_stands_and_prints_the_sum(cast: Cast) -> None:
    box, out = filled_box(cast, 3), io.StringIO()
    close_box(box=box, acting_user=SYSTEM)
    call_command("open_ballot_box", str(box.campaign.uid), stdout=out)
    bring_all(box)
    call_command("open_ballot_box", str(box.campaign.uid), stdout=out)
    assert "投出 3 = 计入 3 + 不合格 0 + 作废 0 + 改过 0" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("open_ballot_box", str(uuid.uuid4()))


# -- pages -------------------------------------------------------------------------------------------------------------


def test_everybody_can_look_a_receipt_up_and_check_its_proof(client: Client, cast: Cast) -> None:
    box = filled_box(cast, 5)
    address = reverse("ballot_box", args=[box.campaign.uid])
    assert "查我的票" not in client.get(address).content.decode()
    mine = Envelope.objects.order_by("pk")[2].sha256
    assert client.get(reverse("ballot_box_proof", args=[box.campaign.uid, mine])).status_code == 404
    box = run_opening(close_box(box=box, acting_user=SYSTEM))
    assert "在箱子里。" in client.get(address, {"receipt": sealing.receipt_of(mine)}).content.decode()
    assert "箱子里没有" in client.get(address, {"receipt": "0" * 12}).content.decode()
    told = client.get(reverse("ballot_box_proof", args=[box.campaign.uid, sealing.receipt_of(mine).lower()])).json()
    proof = [(one["side"], bytes.fromhex(one["hash"])) for one in told["proof"]]
    assert told["envelope"] == mine
    assert merkle.climb(merkle.leaf_of(bytes.fromhex(mine)), proof).hex() == box.root == told["root"]
    listed = b"".join(client.get(reverse("ballot_box_hashes", args=[box.campaign.uid])))
    assert listed.decode().split() == hashes_of(box)


def test_two_clerks_close_the_box_in_the_console_and_the_custodian_opens_it(client_for: Any, cast: Cast) -> None:
    box = filled_box(cast, 3)
    first, second, keeper = (client_for(one) for one in (cast.district_clerk, other_clerk(cast), cast.worker))
    page, close = (reverse(name, args=[box.campaign.uid]) for name in ("console_opening", "console_opening_close"))
    assert "提出封箱" in first.get(page).content.decode()
    first.post(close)
    assert first.post(close).status_code == 409
    assert "确认封箱" in second.get(page).content.decode()
    second.post(close)
    run_opening(box)
    own = reverse("console_custodian", args=[custodian_of(box).uid])
    assert keeper.post(own, {"passphrase": "不是这一句不是这一句"}).status_code == 422
    assert keeper.post(own, {"passphrase": passphrase_of(custodian_of(box))}).status_code == 302
    run_opening(box)
    shown = first.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in shown
    assert "every 2s" not in shown
    assert "计入" in shown
    assert "已销毁" in keeper.get(own).content.decode()
    assert keeper.get(page).status_code == 302  # home, as the console does
    assert box.campaign.state == CampaignState.COUNTING
