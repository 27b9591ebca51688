"""Faults F29 and F30: killed at any step, begun again, worked on by two at once: the same root, the same ballots,
once.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError, connection, connections, transaction

from events.ballots import sealing
from events.ballots.merkle import root_of
from events.ballots.models import Ballot, BallotBox, BroughtShare, Custodian, Envelope, OpeningStep
from events.ballots.opening import services as opening
from events.ballots.opening import work
from events.ballots.opening.services import bring_share, close_box, run_opening
from events.campaigns.services import suspend_campaign
from foundation import failpoints
from foundation.actors import SYSTEM
from foundation.models import AuditEntry
from tests.ballots.custodians import bring_all, passphrase_of
from tests.ballots.opening_making import filled_box, lay_in, roll_for
from tests.benefits.making import at_once
from tests.cast import Cast

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
KILLED = 9


def dies(point: str, act: Callable[[], object]) -> None:
    """Do something in a child of this process that is killed without a word when it gets to a failpoint."""
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
    child = os.fork()
    if child == 0:
        try:
            with failpoints.armed(point, lambda: os._exit(KILLED)):
                act()
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == KILLED, point


@pytest.fixture(autouse=True)
def no_queue() -> Iterator[None]:
    """The worker is what a test calls."""
    with mock.patch.object(opening, "_go_on"):
        yield


def bring(box: BallotBox) -> None:
    """The one custodian comes."""
    one = Custodian.objects.select_related("user", "box__campaign").get(box=box)
    bring_share(custodian=one, passphrase=passphrase_of(one), acting_user=one.user)


def test_killed_at_every_step_the_opening_gives_the_same_root_and_the_same_ballots(committed_cast: Cast) -> None:
    box = filled_box(committed_cast, 30)
    wanted = Counter({one.hex: 10 for one in box.campaign.nominations.values_list("pk", flat=True)})
    root = _root()

    def work() -> BallotBox:
        return run_opening(BallotBox.objects.select_related("campaign").get(pk=box.pk))

    dies("opening.close_written", lambda: close_box(box=box, acting_user=SYSTEM))
    assert BallotBox.objects.get().closed_at is None
    close_box(box=box, acting_user=SYSTEM)
    for point in ("before_root", "root_half", "root_written"):
        dies(f"opening.{point}", work)
        assert BallotBox.objects.get().root == ""
    dies("opening.after_root", work)
    assert BallotBox.objects.get().root == root
    dies("opening.key_written", lambda: bring(BallotBox.objects.get()))
    assert not BroughtShare.objects.exists()
    bring(box)
    for point in ("before_open", "open_half", "open_written", "open_destroyed"):
        dies(f"opening.{point}", work)
        assert (Ballot.objects.count(), Envelope.objects.count()) == (0, 30)
        assert BallotBox.objects.get().private_key is not None
    dies("opening.after_open", work)
    assert (Ballot.objects.count(), Envelope.objects.count()) == (30, 0)
    for point in ("before_publish", "after_publish"):
        dies(f"opening.{point}", work)
    done = work()
    assert Counter(Ballot.objects.values_list("choices", flat=True)) == wanted
    assert (done.root, done.counted_count, done.cast_count) == (root, 30, 30)
    assert AuditEntry.objects.filter(act="box.open").count() == 1


def _root() -> str:
    return root_of(bytes.fromhex(one) for one in Envelope.objects.values_list("sha256", flat=True)).hex()


def meet_there(both: threading.Barrier) -> None:
    """Go on when the other worker has come as far."""
    both.wait(20)


@pytest.mark.parametrize("elected", [True, False])
def test_two_workers_at_once_open_the_box_once(committed_cast: Cast, elected: bool) -> None:
    """Also when both think that it is their turn: the row of the box decides."""
    box = filled_box(committed_cast, 20)
    run_opening(close_box(box=box, acting_user=SYSTEM))
    bring_all(box)
    both = threading.Barrier(2)
    turn = nullcontext() if elected else mock.patch.object(work, "turn", side_effect=lambda _box: nullcontext(True))
    meet = nullcontext() if elected else failpoints.armed("opening.open_half", partial(meet_there, both))
    with turn, meet:
        outcomes = at_once(lambda: run_opening(box), lambda: run_opening(box))
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert Ballot.objects.count() == 20
    assert AuditEntry.objects.filter(act="box.open").count() == 1
    assert run_opening(box).counted_count == 20


@pytest.mark.parametrize("point", ["close_written", "root_written", "key_written", "open_written"])
def test_whoever_pauses_the_campaign_waits_for_a_step_that_writes(committed_cast: Cast, point: str) -> None:
    """So that no step is done of a campaign that is paused already."""
    box = filled_box(committed_cast, 5)
    waited: list[bool] = []
    clerk = committed_cast.district_clerk

    def pause() -> None:
        try:
            suspend_campaign(campaign=box.campaign, reason="要核实一件事", acting_user=clerk)
        finally:
            connections.close_all()

    pausing = threading.Thread(target=pause)

    def meanwhile() -> None:
        if not waited:
            pausing.start()
            pausing.join(0.5)
            waited.append(pausing.is_alive())

    with failpoints.armed(f"opening.{point}", meanwhile):
        run_opening(close_box(box=box, acting_user=SYSTEM))
        if not waited:
            bring_all(BallotBox.objects.get())
            run_opening(box)
        pausing.join(20)
    assert waited == [True]
    found = BallotBox.objects.select_related("campaign").get()
    assert found.campaign.state == "suspended"
    assert (found.opened_at is not None) == (point == "open_written")
    assert not BroughtShare.objects.exists()


def test_what_custodians_bring_is_in_no_log_and_on_no_replica() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'ballots_broughtshare'")
        assert cursor.fetchone() == ("u",)


def test_whoever_is_in_the_act_when_the_box_closes_is_wholly_in_or_refused(committed_cast: Cast) -> None:
    """The close waits for an envelope that is written and not committed; one that comes later is refused."""
    box = filled_box(committed_cast, 3)
    entries = roll_for(box, committed_cast.neighbourhood, 2)
    paper = sealing.write_paper(box.campaign.uid, [])
    written, go = threading.Event(), threading.Event()
    seen: list[Any] = []

    def cast_one() -> None:
        try:
            with transaction.atomic():
                lay_in(box, entries[:1], [paper])
                written.set()
                go.wait(20)
        finally:
            connections.close_all()

    def close() -> None:
        try:
            seen.append(close_box(box=box, acting_user=SYSTEM).closed_at)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=cast_one), threading.Thread(target=close)]
    threads[0].start()
    assert written.wait(20)
    threads[1].start()
    threads[1].join(0.5)
    assert not seen
    go.set()
    for one in threads:
        one.join(20)
    assert seen
    with pytest.raises(DatabaseError):
        lay_in(box, entries[1:], [paper])
    run_opening(box)
    hashes = bytes(BallotBox.objects.values_list("hashes", flat=True).get() or b"")
    assert len(hashes) == 4 * 32


def test_a_pause_after_the_last_custodian_leaves_no_fault(committed_cast: Cast) -> None:
    box = filled_box(committed_cast, 5)
    run_opening(close_box(box=box, acting_user=SYSTEM))
    bring_all(BallotBox.objects.get())

    def pause() -> None:
        suspend_campaign(campaign=box.campaign, reason="要核实一件事", acting_user=committed_cast.district_clerk)

    with failpoints.armed("opening.before_open", pause):
        assert run_opening(box).opened_at is None
    assert not OpeningStep.objects.exclude(fault="").exists()
