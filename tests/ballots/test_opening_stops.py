"""An opening that stops: paused, ended, without what was brought, with a bad share, after a fault; and what is said."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from events.ballots.models import (
    Ballot,
    BallotBox,
    BroughtShare,
    Custodian,
    Envelope,
    OpeningStep,
    PaperBallot,
    PaperRun,
)
from events.ballots.opening import jobs, shares
from events.ballots.opening.services import bring_share, close_box, run_opening
from events.campaigns.models import Campaign, CampaignState
from events.campaigns.services import suspend_campaign, terminate_campaign
from foundation import clock, failpoints, secrets
from foundation.actors import SYSTEM
from foundation.errors import Conflict
from foundation.models import Notification
from tests.ballots.custodians import bring_all, open_whole, passphrase_of
from tests.ballots.opening_making import filled_box
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def closed_box(cast: Cast, count: int = 3, **keys: Any) -> BallotBox:
    """A box that waits for its custodians."""
    return run_opening(close_box(box=filled_box(cast, count, **keys), acting_user=SYSTEM))


def stands(box: BallotBox, state: str) -> None:
    """The campaign is stopped."""
    Campaign.objects.filter(pk=box.pk).update(state=state, suspended_from="counting", suspended_at=clock.now())


def resumed(box: BallotBox) -> None:
    """The campaign goes on."""
    Campaign.objects.filter(pk=box.pk).update(state=CampaignState.COUNTING, suspended_from="", suspended_at=None)


def three_keepers(cast: Cast) -> dict[str, Any]:
    """Two of three."""
    return {"threshold": 2, "keepers": (cast.worker, cast.street_clerk, cast.district_clerk)}


def brings(custodian: Custodian) -> None:
    """One custodian comes."""
    found = Custodian.objects.select_related("user", "box__campaign__unit").get(pk=custodian.pk)
    bring_share(custodian=found, passphrase=passphrase_of(found), acting_user=found.user)


def calls(cast: Cast) -> int:
    """How often the first custodian was asked to come to the opening."""
    assert cast.worker.person_id
    told = Notification.objects.filter(stream_key=f"p:{cast.worker.person_id}")
    return sum("等您来开箱" in one.payload["title"] for one in told)


def test_every_custodian_is_told_once_when_the_box_waits_for_them(cast: Cast) -> None:
    box = filled_box(cast, 3, **three_keepers(cast))
    close_box(box=box, acting_user=SYSTEM)
    assert calls(cast) == 0
    for _again in range(2):
        run_opening(box)
    told = [one for one in Notification.objects.all() if "等您来开箱" in one.payload["title"]]
    assert len({one.stream_key for one in told}) == len(told) == 3


# -- paused and ended --------------------------------------------------------------------------------------------------


@pytest.mark.everywhere
def test_a_pause_lets_go_what_was_brought_and_the_custodians_come_once_more(cast: Cast) -> None:
    box = closed_box(cast, **three_keepers(cast))
    first, second, _third = box.custodians.order_by("pk")
    brings(first)
    suspend_campaign(campaign=box.campaign, reason="要核实一件事", acting_user=cast.district_clerk)
    assert not BroughtShare.objects.exists()
    with mock.patch.object(jobs, "open_box") as task:
        jobs.go_on_after_a_crash()
    assert not task.enqueue.called
    with pytest.raises(Conflict):
        brings(second)
    resumed(box)
    jobs.go_on_after_a_crash()
    assert calls(cast) == 2
    brings(second)
    assert run_opening(box).opened_at is None
    brings(first)
    assert run_opening(box).counted_count == 3


@pytest.mark.everywhere
def test_the_end_of_a_campaign_destroys_every_key_at_once(cast: Cast, client_for: Any) -> None:
    box = closed_box(cast, **three_keepers(cast))
    first = box.custodians.order_by("pk")[0]
    brings(first)
    terminate_campaign(campaign=box.campaign, reason="办不下去了", acting_user=cast.district_clerk)
    assert BallotBox.objects.get().private_key is None
    assert not BroughtShare.objects.exists()
    kept = Custodian.objects.values_list("share", "private_key")
    assert set(kept) == {(None, None)}
    own = client_for(cast.worker).get(reverse("console_custodian", args=[first.uid])).content.decode()
    assert "都已销毁" in own
    assert 'class="box-form"' not in own
    said = client_for(cast.resident).get(reverse("ballot_box", args=[box.campaign.uid])).content.decode()
    assert "钥匙已经销毁" in said


@pytest.mark.parametrize("point", ["opening.root_half", "opening.open_half"])
def test_whoever_pauses_while_the_machine_reads_is_heeded_before_it_writes(cast: Cast, point: str) -> None:
    box = filled_box(cast, 3)
    close_box(box=box, acting_user=SYSTEM)

    def pause() -> None:
        stands(box, CampaignState.SUSPENDED)

    if point.endswith("open_half"):
        run_opening(box)
        bring_all(BallotBox.objects.get())
    with failpoints.armed(point, pause):
        run_opening(box)
    found = BallotBox.objects.get()
    assert (found.root == "") == point.endswith("root_half")
    assert (found.opened_at, Ballot.objects.count(), Envelope.objects.count()) == (None, 0, 3)
    assert found.private_key is not None


# -- what was brought --------------------------------------------------------------------------------------------------


def test_after_a_crash_of_the_database_the_custodians_are_called_again(cast: Cast) -> None:
    box = closed_box(cast)
    bring_all(box)
    BroughtShare.objects.all().delete()  # as PostgreSQL does with a table that it did not log
    jobs.go_on_after_a_crash()
    assert calls(cast) == 2
    assert not Ballot.objects.exists()
    bring_all(box)
    assert run_opening(box).counted_count == 3


def test_a_further_custodian_makes_up_for_a_share_that_is_bad(cast: Cast) -> None:
    box = closed_box(cast, **three_keepers(cast))
    first, second, third = box.custodians.order_by("pk")
    brings(first)
    bad = secrets.encrypt("AQEBAQEBAQEBAQEBAQEBAQE=", aad=shares._aad(first.pk))
    BroughtShare.objects.filter(custodian=first).update(sealed=bad)
    brings(second)
    step = OpeningStep.objects.get(name="key")
    assert "还没来的保管人也来一位" in step.fault
    assert run_opening(box).opened_at is None
    brings(third)
    assert run_opening(box).counted_count == 3


# -- faults ------------------------------------------------------------------------------------------------------------


def test_a_fault_is_written_down_and_tried_again_ten_minutes_later(cast: Cast, client_for: Any) -> None:
    box = closed_box(cast)
    bring_all(box)
    gone = mock.patch.object(secrets, "decrypt", side_effect=secrets.Unavailable("key version v9 is not configured"))
    with gone, pytest.raises(secrets.Unavailable):
        run_opening(box)
    page = client_for(cast.district_clerk).get(reverse("console_opening", args=[box.campaign.uid])).content.decode()
    assert "系统过 10 分钟自己再试" in page
    jobs.go_on_after_a_crash()
    assert not Ballot.objects.exists()
    OpeningStep.objects.filter(name="open").update(retry_at=clock.now() - dt.timedelta(seconds=1))
    jobs.go_on_after_a_crash()
    assert Ballot.objects.count() == 3
    assert not OpeningStep.objects.exclude(fault="").exists()


def test_what_people_have_to_look_into_is_not_tried_again_by_itself(cast: Cast) -> None:
    box = closed_box(cast)
    bring_all(box)
    Envelope.objects.filter(pk=Envelope.objects.values("pk")[:1]).delete()
    jobs.go_on_after_a_crash()
    assert "对不上" in OpeningStep.objects.get(name="open").fault
    with mock.patch.object(jobs, "open_box") as task:
        jobs.go_on_after_a_crash()
    assert not task.enqueue.called
    assert OpeningStep.objects.get(name="open").retry_at is None
    suspend_campaign(campaign=box.campaign, reason="请技术人员来看", acting_user=cast.district_clerk)
    assert not BroughtShare.objects.exists()
    resumed(box)
    jobs.go_on_after_a_crash()
    assert calls(cast) == 2


# -- pages -------------------------------------------------------------------------------------------------------------


def test_pages_show_how_far_the_root_is_and_ask_again_slowly_while_custodians_are_awaited(
    client: Client, cast: Cast
) -> None:
    box = filled_box(cast, 3)
    close_box(box=box, acting_user=SYSTEM)
    address, seen = reverse("ballot_box", args=[box.campaign.uid]), []
    with failpoints.armed("opening.root_half", lambda: seen.append(client.get(address).content.decode())):
        run_opening(box)
    assert "3 / 3" in seen[0]
    assert "every 5s" in seen[0]
    waiting = client.get(address).content.decode()
    assert "到场 0 位，要 1 位" in waiting
    assert "every 60s" in waiting
    assert "刷新" in waiting


@pytest.mark.parametrize("state", [CampaignState.SUSPENDED, CampaignState.TERMINATED])
def test_pages_of_a_stopped_campaign_say_so_and_do_not_ask_again(client_for: Any, cast: Cast, state: str) -> None:
    box = filled_box(cast, 3)
    close_box(box=box, acting_user=SYSTEM)
    stands(box, state)
    for user, name in ((cast.resident, "ballot_box"), (cast.district_clerk, "console_opening")):
        page = client_for(user).get(reverse(name, args=[box.campaign.uid])).content.decode()
        assert "hx-get" not in page
        assert ("评选暂停了" if state == CampaignState.SUSPENDED else "评选终止了") in page


def test_everybody_sees_how_much_paper_two_clerks_found_invalid(client: Client, cast: Cast) -> None:
    box = filled_box(cast, 3)
    run = PaperRun.objects.create(
        uid=uuid.uuid4(), box=box, community=cast.community, count=3, printed_by=cast.worker, printed_at=clock.now()
    )
    for number, state in enumerate(("invalid", "invalid", "spoilt")):
        PaperBallot.objects.create(run=run, mark_digest=f"{number}" * 64, state=state)
    box = open_whole(box)
    assert (box.cast_count, box.counted_count, box.invalid_paper_count) == (3, 3, 2)
    page = client.get(reverse("ballot_box", args=[box.campaign.uid])).content.decode()
    assert "另有 2 张纸质票" in page
